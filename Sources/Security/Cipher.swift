import COpenSSL

/// One use of AES-256-GCM: associated data, then text, then the tag.
/// Safe: its one pointer is made by `init`, freed by `deinit` and never lent.
@safe struct Cipher: ~Copyable {
    private let context: OpaquePointer

    private init() throws(SealFault) {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .failed }
        unsafe self.context = unsafe context
    }

    static func begin(key: [UInt8], nonce: [UInt8], encrypting: Bool) throws(SealFault) -> Cipher {
        let cipher = try Cipher()
        let direction: Int32 = encrypting ? 1 : 0
        // The second call reads 32 bytes of key, which a `MasterKey` has, and as many of nonce as the one before set.
        guard unsafe EVP_CipherInit_ex(cipher.context, EVP_aes_256_gcm(), nil, nil, nil, direction) == 1,
            unsafe tollgate_gcm_set_iv_length(cipher.context, Int32(nonce.count)) == 1,
            unsafe EVP_CipherInit_ex(cipher.context, nil, nil, key, nonce, direction) == 1
        else { throw .failed }
        return cipher
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    borrowing func authenticate(_ associated: String) throws(SealFault) {
        let bytes = Array(associated.utf8)
        var count: Int32 = 0
        guard unsafe EVP_CipherUpdate(context, nil, &count, bytes, Int32(bytes.count)) == 1 else { throw .failed }
    }

    borrowing func update(_ text: [UInt8]) throws(SealFault) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: text.count)
        var count: Int32 = 0
        // GCM is a stream: it writes as many bytes as it reads.
        guard unsafe EVP_CipherUpdate(context, &output, &count, text, Int32(text.count)) == 1, Int(count) == text.count
        else { throw .failed }
        return output
    }

    consuming func finishAndTag(count: Int) throws(SealFault) -> [UInt8] {
        try end(orThrow: .failed)
        var tag = [UInt8](repeating: 0, count: count)
        guard unsafe tollgate_gcm_get_tag(context, Int32(count), &tag) == 1 else { throw .failed }
        return tag
    }

    consuming func finish(checking tag: [UInt8]) throws(SealFault) {
        guard unsafe tollgate_gcm_set_tag(context, Int32(tag.count), tag) == 1 else { throw .failed }
        try end(orThrow: .notAuthentic)
    }

    private borrowing func end(orThrow fault: SealFault) throws(SealFault) {
        // GCM adds no bytes at the end; OpenSSL still wants somewhere to write them.
        var nothing = [UInt8](repeating: 0, count: 16)
        var count: Int32 = 0
        guard unsafe EVP_CipherFinal_ex(context, &nothing, &count) == 1 else { throw fault }
    }
}
