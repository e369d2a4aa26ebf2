import NIOCore

/// The open connections of one loop, so that a drain can close those with nothing under way. Loop-confined.
final class Connections {
    private var channels: [ObjectIdentifier: (handler: ConnectionHandler, channel: any Channel)] = [:]

    var count: Int { channels.count }

    func add(_ handler: ConnectionHandler, _ channel: any Channel) {
        channels[ObjectIdentifier(handler)] = (handler, channel)
    }

    func remove(_ handler: ConnectionHandler) { channels[ObjectIdentifier(handler)] = nil }

    func closeIdle() {
        for (handler, channel) in channels.values where handler.isIdle { channel.close(promise: nil) }
    }

    func closeAll() {
        for (_, channel) in channels.values { channel.close(promise: nil) }
    }
}
