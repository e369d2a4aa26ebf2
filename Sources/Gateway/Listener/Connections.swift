import NIOCore

/// The open connections of one loop, so that a drain can close those with nothing under way. Loop-confined.
final class Connections {
    private var channels: [ObjectIdentifier: (handler: ConnectionHandler, channel: any Channel)] = [:]

    func add(_ handler: ConnectionHandler, _ channel: any Channel) {
        channels[ObjectIdentifier(handler)] = (handler, channel)
    }

    func remove(_ handler: ConnectionHandler) { channels[ObjectIdentifier(handler)] = nil }

    /// Closes the connections that wait for another request, each once its last answer is written. One that is new is
    /// left: its first request is about to come, and gets an answer.
    func closeIdle() {
        for (handler, channel) in channels.values where handler.isIdle && handler.lastWrite != nil {
            closeWhenWritten(handler, channel)
        }
    }

    func closeAll() {
        for (_, channel) in channels.values { channel.close(promise: nil) }
    }

    /// Closes each connection once its last answer is written.
    /// - Returns: when all are closed.
    func closeWhenWritten(on loop: any EventLoop) -> EventLoopFuture<Void> {
        for (handler, channel) in channels.values { closeWhenWritten(handler, channel) }
        return .andAllComplete(channels.values.map(\.channel.closeFuture), on: loop)
    }

    private func closeWhenWritten(_ handler: ConnectionHandler, _ channel: any Channel) {
        guard let written = handler.lastWrite else { return channel.close(promise: nil) }
        written.whenComplete { _ in channel.close(promise: nil) }
    }
}
