import Foundation
import Glibc
import NIOConcurrencyHelpers

/// A server of blocking sockets, one thread a connection, that says byte by byte what a test wants said.
final class RawServer: Sendable {
    let port: Int
    private let listener: Int32
    private let counts = NIOLockedValueBox((accepted: 0, sent: 0))

    /// The script runs once a connection; the connection is closed when it returns.
    init(_ script: @escaping @Sendable (RawConnection) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                counts.withLockedValue { $0.accepted += 1 }
                Thread.detachNewThread { [self] in
                    let connection = RawConnection(descriptor: descriptor, server: self)
                    script(connection)
                    connection.close()
                }
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)/v1/x" }
    var accepted: Int { counts.withLockedValue { $0.accepted } }
    /// Bytes the kernel took from scripts.
    var sent: Int { counts.withLockedValue { $0.sent } }

    func noteSent(_ count: Int) { counts.withLockedValue { $0.sent += count } }
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }
}

final class RawConnection {
    private let descriptor: Int32
    private let server: RawServer
    private var isOpen = true
    private var unread: [UInt8] = []

    init(descriptor: Int32, server: RawServer) {
        self.descriptor = descriptor
        self.server = server
    }

    /// The next request's head and body; nil when the client has gone.
    func request() -> (head: String, body: [UInt8])? {
        while true {
            if let end = unread.firstRange(of: [13, 10, 13, 10]) {
                let head = String(decoding: unread[..<end.lowerBound], as: UTF8.self)
                let length =
                    head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                while unread.count < end.upperBound + length { guard fill() else { return nil } }
                let body = Array(unread[end.upperBound..<(end.upperBound + length)])
                unread.removeSubrange(..<(end.upperBound + length))
                return (head, body)
            }
            guard fill() else { return nil }
        }
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        unread += chunk[..<count]
        return true
    }

    /// False when the client has gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            offset += count
            server.noteSent(count)
        }
        return true
    }

    func answer(_ body: String, status: String = "200 OK", headers: String = "") {
        send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    func readSome() -> Bool { fill() }
    func awaitClientGone() { while fill() {} }

    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }
}

/// Holds scripts back until the test says so.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func open() { semaphore.signal() }
    func wait() { semaphore.wait() }
}
