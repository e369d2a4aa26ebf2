import Foundation
import Testing

@testable import tollgate

/// With certificates made for the occasion by the `openssl` command.
@Suite(.timeLimit(.minutes(1)), .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct CertificatesTests {
    private let folder: TemporaryFolder
    private var certificate: String { folder.path + "/certificate.pem" }
    private var key: String { folder.path + "/key.pem" }

    init() throws {
        folder = try TemporaryFolder()
        try issue()
    }

    private func issue() throws {
        let make = Process()
        make.executableURL = URL(filePath: "/usr/bin/openssl")
        make.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=tollgate test", "-keyout", key, "-out", certificate,
        ]
        make.standardError = FileHandle.nullDevice
        try make.run()
        make.waitUntilExit()
        try #require(make.terminationStatus == 0)
    }

    private func load() throws(CommandFailure) -> Certificates {
        try Certificates(section: "gateway", certificateFile: certificate, keyFile: key)
    }

    @Test func aNewPairIsTakenAndABadOneIsNot() throws {
        let certificates = try load()
        let first = certificates.configuration.certificateChain
        let old = try Data(contentsOf: URL(filePath: key))
        try issue()
        try certificates.reload()
        let second = certificates.configuration.certificateChain
        #expect(first != second)

        try old.write(to: URL(filePath: key))
        let failure = #expect(throws: CommandFailure.self) { try certificates.reload() }
        #expect(failure?.description == "gateway.tls_key \(key): is not the key of \(certificate)")
        #expect(certificates.configuration.certificateChain == second)
    }

    @Test func whatIsWrongIsNamed() throws {
        try Data().write(to: URL(filePath: key))
        let noKey = #expect(throws: CommandFailure.self) { try load() }
        #expect(noKey?.description == "gateway.tls_key \(key): no private key (PEM) can be read there")
        try FileManager.default.removeItem(atPath: certificate)
        let nothing = #expect(throws: CommandFailure.self) { try load() }
        #expect(nothing?.description.hasPrefix("gateway.tls_certificate \(certificate): ") == true)
    }

    @Test func doctorSaysWhenOneEnds() throws {
        var configuration = Configuration()
        configuration.gateway.tlsCertificate = certificate
        configuration.gateway.tlsKey = key
        let day: Int64 = 86_400_000
        for (days, level) in [(-20, Finding.Level.ok), (0, .warning), (3, .error)] {
            let findings = CertificatesCheck.run(
                Patient(
                    configuration: configuration, file: nil, environment: [:], occupant: .nobody, ports: nil,
                    store: .success(StoreFacts()), now: WallClock.milliseconds() + Int64(days) * day))
            #expect(findings.dropFirst().map(\.level) == [level], "\(days)")
        }
    }

    @Test func halfAPairIsAContradiction() throws {
        let faults = #expect(throws: ConfigurationFaults.self) {
            try Configuration.load(text: "admin: {tls_key: /k}\n", name: "f", environment: [:])
        }
        #expect(faults?.description == "f: admin.tls_certificate: is needed with admin.tls_key")
    }
}
