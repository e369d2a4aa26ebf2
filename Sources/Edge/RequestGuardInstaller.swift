import NIOCore
import NIOHTTP1

/// Puts a `RequestGuard` where it belongs in a pipeline of HTTP/1.1 that a framework has begun to build.
package final class RequestGuardInstaller: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = NIOAny
    package typealias InboundOut = NIOAny

    private let limits: RequestLimits
    private let answer: (Refusal) -> Refusal.Answer

    package init(_ limits: RequestLimits, answer: @escaping (Refusal) -> Refusal.Answer) {
        self.limits = limits
        self.answer = answer
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let order = HTTPServerPipelineHandler()
            try pipeline.addHandler(order, position: .after(decoder))
            try pipeline.addHandler(RequestGuard(limits, answer: answer), position: .after(order))
        } catch {
            // Better no connection than one without its guard.
            context.close(promise: nil)
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.fireChannelRead(data) }
}
