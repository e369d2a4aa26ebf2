import Foundation
import Testing

@testable import Transport

/// Against `openssl s_server`, with certificates made for the occasion.
@Suite(.timeLimit(.minutes(1)), .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct TLSTests {
    private final class SecureServer {
        let folder: URL
        let certificate: String
        let port: Int
        private let process = Process()

        init(names: String) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "tollgate-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            certificate = folder.appending(path: "certificate.pem").path
            let key = folder.appending(path: "key.pem").path
            let make = Process()
            make.executableURL = URL(filePath: "/usr/bin/openssl")
            make.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=tollgate test", "-addext", "subjectAltName=\(names)", "-keyout", key, "-out", certificate,
            ]
            make.standardError = FileHandle.nullDevice
            try make.run()
            make.waitUntilExit()
            try #require(make.terminationStatus == 0)

            process.executableURL = URL(filePath: "/usr/bin/openssl")
            process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            process.standardInput = FileHandle.nullDevice
            try process.run()
            // It prints "ACCEPT 127.0.0.1:port" when it listens.
            var said = ""
            while !said.contains("ACCEPT") || !said.hasSuffix("\n") {
                let chunk = output.fileHandleForReading.availableData
                try #require(!chunk.isEmpty)
                said += String(decoding: chunk, as: UTF8.self)
            }
            let line = try #require(said.split(separator: "\n").first { $0.hasPrefix("ACCEPT") })
            port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
        }

        func stop() {
            // Not SIGTERM: the child inherits the blocked signals of the thread that started it.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
        }
    }

    @Test func anUnknownAuthorityIsRefusedAndANamedOneTrusted() async throws {
        let server = try SecureServer(names: "IP:127.0.0.1")
        defer { server.stop() }
        let request = ExchangeRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/")

        let strict = try Lane()
        let refusal = await strict.failure(request)
        #expect(refusal?.kind == .tls)
        #expect(refusal?.requestSent == false)
        await strict.close()

        let trusting = try Lane(configuration: LaneConfiguration(caFile: server.certificate))
        let (head, _) = try await trusting.fetch(request, maximumBytes: 1 << 20)
        #expect(head.status == 200)
        await trusting.close()
    }

    @Test func aTrustedCertificateOfAnotherHostIsRefused() async throws {
        let server = try SecureServer(names: "DNS:elsewhere.example")
        defer { server.stop() }
        let lane = try Lane(configuration: LaneConfiguration(caFile: server.certificate))
        let error = await lane.failure(ExchangeRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
        #expect(error?.kind == .tls)
        #expect(error?.requestSent == false)
        await lane.close()
    }
}
