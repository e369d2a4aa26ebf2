import CCurl

/// How far an answer had come when libcurl gave up: the same code means different things before and after.
struct CurlPhase {
    let headBytes: Int
    let isHeadComplete: Bool
    let isUploadFinished: Bool

    /// Codes as in libcurl's `curl.h`, 7.88.
    func kind(_ code: CURLcode) -> TransportError.Kind {
        switch code {
        case CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        // All libcurl is asked to time is connecting: the other deadlines are the loop's.
        case CURLE_OPERATION_TIMEDOUT: .connectTimeout
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_NO_CONNECTION_AVAILABLE, CURLE_INTERFACE_FAILED: .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            .tls
        case CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_READ_ERROR, CURLE_UPLOAD_FAILED: .sendFailed
        case CURLE_PARTIAL_FILE: .cutShort
        // Whether reading or writing found the connection broken is chance while the request is still going out.
        case CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
            headBytes > 0 ? .cutShort : isUploadFinished ? .emptyReply : .sendFailed
        // A single header line beyond libcurl's own bound of 100 KiB.
        case CURLE_OUT_OF_MEMORY: isHeadComplete ? .malformed : .headersTooLarge
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: .malformed
        // Not met in practice with the options we set; the label names the code's own text.
        default: headBytes == 0 ? .sendFailed : .malformed
        }
    }
}
