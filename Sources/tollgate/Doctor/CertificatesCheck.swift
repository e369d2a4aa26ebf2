import FoundationEssentials
import Glibc

/// There are certificates by which providers can be known, and those of the ports are pairs that last.
enum CertificatesCheck: Check {
    static let name = "certificates"
    private static let system = "/etc/ssl/certs/ca-certificates.crt"
    private static let heading = "-----BEGIN CERTIFICATE-----"
    /// Seconds of a day, and days before its end at which a certificate should have been renewed.
    private static let day: Int64 = 86_400
    private static let notice: Int64 = 14

    static func run(_ patient: Patient) -> [Finding] {
        let configuration = patient.configuration
        let ports = [
            ("gateway", configuration.gateway.tlsCertificate, configuration.gateway.tlsKey),
            ("admin", configuration.admin.tlsCertificate, configuration.admin.tlsKey),
        ]
        return [authorities(configuration)]
            + ports.compactMap { port($0, certificate: $1, key: $2, now: patient.now / 1_000) }
    }

    private static func authorities(_ configuration: Configuration) -> Finding {
        if let file = configuration.upstream.caFile {
            guard let text = text(file) else {
                return .error("\(file): cannot be read", mend: "correct upstream.ca_file")
            }
            guard text.contains(heading) else {
                return .error("\(file): holds no certificate", mend: "upstream.ca_file takes PEM: \(heading) …")
            }
            return .ok("\(file), instead of the system's")
        }
        guard access(system, R_OK) == 0 else {
            return .warning(
                "\(system): there is none",
                mend: "install ca-certificates, or set upstream.ca_file; providers on plain http need neither")
        }
        return .ok("the system's")
    }

    /// Nil: the port speaks cleartext.
    ///
    /// - Parameter now: seconds since 1970.
    private static func port(_ section: String, certificate: String?, key: String?, now: Int64) -> Finding? {
        guard let certificate, let key else { return nil }
        do throws(CommandFailure) {
            let pair = try Certificates(section: section, certificateFile: certificate, keyFile: key)
            let left = pair.end - now
            let what = "\(section).tls_certificate \(certificate): "
            let mend = "renew it, and send the server SIGHUP"
            guard left > 0 else { return .error(what + "is past its end", mend: mend) }
            let days = what + "ends in \(left / day) days"
            return left < notice * day ? .warning(days, mend: mend) : .ok(days)
        } catch {
            return .error(
                error.description, mend: "\(section).tls_certificate and \(section).tls_key take a pair that fits, PEM")
        }
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
