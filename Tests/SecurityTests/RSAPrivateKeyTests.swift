import Foundation
import Testing

@testable import Security

/// With keys made for the occasion by the `openssl` command, which also checks the signatures.
@Suite(.timeLimit(.minutes(15)), .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct RSAPrivateKeyTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tollgate-rsa-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    @discardableResult
    private func openssl(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// The text of a new private key.
    private func key(_ kind: [String], _ name: String = "key.pem") throws -> String {
        try #require(try openssl(["genpkey"] + kind + ["-out", path(name)]) == 0)
        return try String(contentsOfFile: path(name), encoding: .utf8)
    }

    private static let rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]

    @Test func opensslAcceptsItsSignatures() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try RSAPrivateKey(pem: try key(Self.rsa))
        try #require(try openssl(["pkey", "-in", path("key.pem"), "-pubout", "-out", path("public.pem")]) == 0)
        for message in ["", "eyJhbGciOiJSUzI1NiJ9.e30", String(repeating: "a", count: 5000)] {
            let signature = try key.signature(of: Array(message.utf8))
            #expect(signature.count == 256)
            #expect(try key.signature(of: Array(message.utf8)) == signature)
            try Data(signature).write(to: folder.appending(path: "signature"))
            let verify = ["dgst", "-sha256", "-verify", path("public.pem"), "-signature", path("signature")]
            try Data(message.utf8).write(to: folder.appending(path: "message"))
            #expect(try openssl(verify + [path("message")]) == 0)
            try Data((message + "b").utf8).write(to: folder.appending(path: "message"))
            #expect(try openssl(verify + [path("message")]) != 0)
        }
    }

    @Test func refusesWhatIsNoSuchKey() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let good = try key(Self.rsa)
        let short = try key(["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], "short.pem")
        let curve = try key(["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "curve.pem")
        let encrypted = try key(Self.rsa + ["-aes-256-cbc", "-pass", "pass:secret"], "encrypted.pem")
        try #require(try openssl(["pkey", "-in", path("key.pem"), "-pubout", "-out", path("public.pem")]) == 0)
        let `public` = try String(contentsOfFile: path("public.pem"), encoding: .utf8)
        let cut = String(good.prefix(good.count / 2))
        let long = String(repeating: "a\n", count: 40_000)
        for text in ["", "sk-secret", encrypted, `public`, cut, long + good] {
            #expect(throws: RSAKeyFault.unreadable) { try RSAPrivateKey(pem: text) }
        }
        #expect(throws: RSAKeyFault.notRSA) { try RSAPrivateKey(pem: curve) }
        #expect(throws: RSAKeyFault.tooShort) { try RSAPrivateKey(pem: short) }
        // As the service account's file has it, and as editors leave it.
        for text in [good.replacing("\n", with: "\r\n"), "\n" + good + "\n"] {
            #expect(throws: Never.self) { try RSAPrivateKey(pem: text) }
        }
    }

    /// One key for all lanes.
    @Test func signsFromManyThreadsAtOnce() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try RSAPrivateKey(pem: try key(Self.rsa))
        let message = Array("message".utf8)
        let expected = try key.signature(of: message)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<64 { group.addTask { try key.signature(of: message) } }
            for try await signature in group { #expect(signature == expected) }
        }
    }
}
