import Domain
import Testing

@testable import Security

@Suite struct SecurityTests {
    /// FIPS 180-2, appendix B, and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256Vectors(_ text: String, _ digest: String) { #expect(sha256(text).description == digest) }

    /// RFC 4231, test cases 1, 2, 6 and 7, and no key with no message.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            "This is a test using a larger than block-size key and a larger than block-size data. "
                + "The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func hmacVectors(_ key: [UInt8], _ message: String, _ mac: String) {
        #expect(hmacSHA256(key: key, message).description == mac)
    }

    @Test func sealedSecretsOpenForTheirOwnerAlone() throws {
        let master = try #require(MasterKey(hexadecimal: MasterKey.generate()))
        let sealed = try master.seal(Array("sk-secret".utf8), for: "acme/openai/key_1")
        #expect(try master.open(sealed, for: "acme/openai/key_1") == Array("sk-secret".utf8))
        #expect(throws: SealFault.notAuthentic) { try master.open(sealed, for: "evil/openai/key_1") }
        #expect(sealed.firstRange(of: Array("sk-secret".utf8)) == nil)
        #expect(try master.seal(Array("sk-secret".utf8), for: "acme/openai/key_1") != sealed)
    }

    @Test func everyChangedByteIsNoticed() throws {
        let master = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
        let sealed = try master.seal(Array("secret".utf8), for: "o")
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SealFault.self) { try master.open(changed, for: "o") }
        }
        for count in 0..<sealed.count {
            #expect(throws: SealFault.self) { try master.open(Array(sealed.prefix(count)), for: "o") }
        }
    }

    @Test func anotherMasterKeyIsNamedAsTheReason() throws {
        let first = try #require(MasterKey([UInt8](repeating: 1, count: 32)))
        let second = try #require(MasterKey([UInt8](repeating: 2, count: 32)))
        let sealed = try first.seal([1, 2, 3], for: "o")
        #expect(throws: SealFault.otherMasterKey) { try second.open(sealed, for: "o") }
    }

    @Test(arguments: ["", "00", String(repeating: "0", count: 63), String(repeating: "g", count: 64)])
    func noMasterKeys(_ text: String) { #expect(MasterKey(hexadecimal: text) == nil) }

    @Test func secretsDiffer() {
        #expect(newSecret(prefix: "tg_").count == 67)
        #expect(newSecret(prefix: "tg_") != newSecret(prefix: "tg_"))
    }
}
