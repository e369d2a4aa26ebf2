import NIOCore

/// The open connections of one loop, so that a drain can close those with nothing under way. Loop-confined.
final class Connections {
    /// Of HTTP/1.1, and streams of HTTP/2.
    private var channels: [ObjectIdentifier: (handler: ConnectionHandler, channel: any Channel)] = [:]
    /// Of HTTP/2, as a whole.
    private var multiplexed: [ObjectIdentifier: (connection: MultiplexedConnection, channel: any Channel)] = [:]

    /// Connections of HTTP/2 end with the streams they have.
    private(set) var isLeaving = false

    func add(_ handler: ConnectionHandler, _ channel: any Channel) {
        channels[ObjectIdentifier(handler)] = (handler, channel)
    }

    func remove(_ handler: ConnectionHandler) { channels[ObjectIdentifier(handler)] = nil }

    func add(_ connection: MultiplexedConnection, _ channel: any Channel) {
        multiplexed[ObjectIdentifier(connection)] = (connection, channel)
    }

    func remove(_ connection: MultiplexedConnection) { multiplexed[ObjectIdentifier(connection)] = nil }

    /// From now on each connection takes what is under way, or its first request, and ends then: answers of HTTP/1.1 say
    /// so, HTTP/2 does it here.
    func leave() {
        isLeaving = true
        for (connection, channel) in multiplexed.values { connection.leave(channel) }
    }

    /// Closes the connections that wait for another request, each once its last answer is written. One that is new is
    /// left: its first request is about to come, and gets an answer. Those of HTTP/2 close when their streams have ended.
    func closeIdle() {
        for (handler, channel) in channels.values where handler.isIdle && handler.lastWrite != nil {
            closeWhenWritten(handler, channel)
        }
        for (connection, channel) in multiplexed.values { connection.drain(channel) }
    }

    func closeAll() {
        for (_, channel) in channels.values { channel.close(promise: nil) }
        for (_, channel) in multiplexed.values { channel.close(promise: nil) }
    }

    /// Closes each connection once its last answer is written.
    /// - Returns: when all are closed.
    func closeWhenWritten(on loop: any EventLoop) -> EventLoopFuture<Void> {
        for (handler, channel) in channels.values { closeWhenWritten(handler, channel) }
        for (connection, channel) in multiplexed.values { connection.drain(channel) }
        let closed = channels.values.map(\.channel.closeFuture) + multiplexed.values.map(\.channel.closeFuture)
        return .andAllComplete(closed, on: loop)
    }

    private func closeWhenWritten(_ handler: ConnectionHandler, _ channel: any Channel) {
        guard let written = handler.lastWrite else { return channel.close(promise: nil) }
        written.whenComplete { _ in channel.close(promise: nil) }
    }
}
