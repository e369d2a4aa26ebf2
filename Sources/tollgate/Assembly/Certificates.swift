import NIOConcurrencyHelpers
import NIOSSL

/// The certificate and key of one port, read from files that may be replaced while the server runs: new connections get
/// the pair that was read last.
final class Certificates: Sendable {
    private struct Pair {
        var chain: [NIOSSLCertificateSource]
        var key: NIOSSLPrivateKeySource
        /// Seconds since 1970.
        var end: Int64
    }

    /// `gateway`, for `gateway.tls_certificate` and `gateway.tls_key`.
    private let section: String
    private let certificateFile: String
    private let keyFile: String
    private let current: NIOLockedValueBox<Pair>

    init(section: String, certificateFile: String, keyFile: String) throws(CommandFailure) {
        self.section = section
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        current = NIOLockedValueBox(try Self.read(section, certificateFile, keyFile))
    }

    /// Reads the files again. Throws, with the old pair kept, where they are no pair.
    func reload() throws(CommandFailure) {
        let pair = try Self.read(section, certificateFile, keyFile)
        current.withLockedValue { $0 = pair }
    }

    /// When the first of the chain's certificates ends: seconds since 1970.
    var end: Int64 { current.withLockedValue { $0.end } }

    /// For a port that takes the pair of the moment for each connection.
    var configuration: TLSConfiguration {
        let pair = current.withLockedValue { $0 }
        var configuration = Self.configuration(pair)
        configuration.sslContextCallback = { [current] _, promise in
            let pair = current.withLockedValue { $0 }
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = pair.chain
            override.privateKey = pair.key
            promise.succeed(override)
        }
        return configuration
    }

    private static func configuration(_ pair: Pair) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.chain, privateKey: pair.key)
        configuration.minimumTLSVersion = .tlsv12
        // For a client's own goodbye, after ours: most send none.
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }

    private static func read(
        _ section: String, _ certificateFile: String, _ keyFile: String
    ) throws(CommandFailure) -> Pair {
        let chain = (try? NIOSSLCertificate.fromPEMFile(certificateFile)) ?? []
        guard !chain.isEmpty else {
            throw CommandFailure(
                "\(section).tls_certificate \(certificateFile): no certificate (PEM) can be read there")
        }
        guard let key = try? NIOSSLPrivateKey(file: keyFile, format: .pem) else {
            throw CommandFailure("\(section).tls_key \(keyFile): no private key (PEM) can be read there")
        }
        let pair = Pair(
            chain: chain.map { .certificate($0) }, key: .privateKey(key),
            end: chain.map { Int64($0.notValidAfter) }.min() ?? 0)
        // Making a context of them is what compares them.
        guard (try? NIOSSLContext(configuration: configuration(pair))) != nil else {
            throw CommandFailure("\(section).tls_key \(keyFile): is not the key of \(certificateFile)")
        }
        return pair
    }
}

/// Those of both ports; nil for a port that speaks cleartext.
struct PortCertificates: Sendable {
    let gateway: Certificates?
    let admin: Certificates?

    init(_ configuration: Configuration) throws(CommandFailure) {
        gateway = try Self.of("gateway", configuration.gateway.tlsCertificate, configuration.gateway.tlsKey)
        admin = try Self.of("admin", configuration.admin.tlsCertificate, configuration.admin.tlsKey)
    }

    /// Reads all files again. A port whose files are no pair keeps what it has, and is told of; the other is read.
    func reload() throws(CommandFailure) {
        var failures: [String] = []
        for certificates in [gateway, admin] {
            do throws(CommandFailure) { try certificates?.reload() } catch { failures.append(error.description) }
        }
        guard failures.isEmpty else { throw CommandFailure(failures.joined(separator: "\n")) }
    }

    private static func of(
        _ section: String, _ certificate: String?, _ key: String?
    ) throws(CommandFailure) -> Certificates? {
        guard let certificate, let key else { return nil }
        return try Certificates(section: section, certificateFile: certificate, keyFile: key)
    }
}
