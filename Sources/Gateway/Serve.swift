import Domain
import NIOHTTP1
import Protocols

extension Worker {
    /// Answers one request, whatever it is for.
    func serve(_ request: GatewayRequest, _ client: ResponseWriter) async {
        switch Route(request.method, request.path) {
        case .run(let format): await RunPipeline(worker: self, format: format, settings: settings).run(request, client)
        case .models:
            read(request, client) { caller, facts throws(GatewayError) in
                try models(caller, &facts)
            }
        case .model(let id):
            read(request, client) { caller, facts throws(GatewayError) in
                try model(id, caller, &facts)
            }
        case .deployment:
            read(request, client) { caller, facts throws(GatewayError) in
                try deployment(request, caller, &facts)
            }
        case .runRecord(let id):
            read(request, client) { caller, facts throws(GatewayError) in
                try runRecord(id, caller, &facts)
            }
        case .health: say("ok", .ok, request, client)
        case .readiness where isLeaving: say("draining", .serviceUnavailable, request, client)
        case .readiness where !ledger.state.takesNewWork:
            say(ErrorCode.ledgerUnavailable.rawValue, .serviceUnavailable, request, client)
        case .readiness: say("ready", .ok, request, client)
        case .unknown:
            let error = GatewayError(
                .notFound, "There is no such route. Runs go to POST /v1/chat/completions, /v1/messages or /v1/run.")
            ErrorResponse.send(error, to: client, facts(receivedAt: request.receivedAt, request.format))
        case .wrongMethod(let allowed):
            let error = GatewayError(.methodNotAllowed, "This route takes \(allowed).")
            ErrorResponse.send(error, to: client, facts(receivedAt: request.receivedAt, request.format))
        }
    }

    func say(
        _ word: String, _ status: HTTPResponseStatus, _ request: GatewayRequest, _ client: ResponseWriter
    ) {
        let headers = facts(receivedAt: request.receivedAt).wholeHeaders
        client.send(status, headers, body: Array("{\"status\":\"\(word)\"}".utf8))
    }

    /// A route that reads what a token may see.
    private func read(
        _ request: GatewayRequest, _ client: ResponseWriter,
        _ answer: (Caller, inout RunFacts) throws(GatewayError) -> Reading
    ) {
        var facts = facts(receivedAt: request.receivedAt, request.format)
        do throws(GatewayError) {
            let reading = try answer(try authenticate(request), &facts)
            var headers = facts.wholeHeaders
            for (name, value) in reading.headers { headers.add(name: name, value: value) }
            client.send(reading.status, headers, body: reading.body)
        } catch {
            ErrorResponse.send(error, to: client, facts)
        }
    }
}

/// What a reading route answers.
struct Reading {
    var status = HTTPResponseStatus.ok
    var headers: [(String, String)] = []
    var body: [UInt8]
}
