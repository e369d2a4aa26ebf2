import Domain
import JSON
import Storage

extension Worker {
    /// `GET /v1/deployment`: what is deployed for this token; 304 where the client has it already.
    func deployment(
        _ request: GatewayRequest, _ caller: Caller, _ facts: inout RunFacts
    ) throws(GatewayError) -> Reading {
        let deployment = try resolver.deployment(for: caller, schema: caller.schema)
        facts.version = deployment.versionNumber
        facts.revision = deployment.revision
        // A revision is one state of one deployment for ever; what a token may see of it does not change either.
        let tag = "\"\(caller.schema)-\(deployment.revision)\""
        let headers = [("etag", tag), ("cache-control", "no-cache")]
        let known = request.headers[canonicalForm: "if-none-match"].map { $0.hasPrefix("W/") ? $0.dropFirst(2) : $0 }
        guard !known.contains(where: { $0 == tag || $0 == "*" }) else {
            return Reading(status: .notModified, headers: headers, body: [])
        }
        return Reading(headers: headers, body: try body(deployment, caller))
    }

    private func body(_ deployment: DeploymentPointer, _ caller: Caller) throws(GatewayError) -> [UInt8] {
        let plan = try resolver.plan(deployment)
        var writer = JSONWriter()
        writer.beginObject()
        for (name, text) in [
            ("organization", caller.organization), ("agent", caller.agent), ("environment", caller.environment),
        ] {
            writer.key(name)
            writer.string(text)
        }
        writer.key("schema")
        writer.int(caller.schema)
        writer.key("version")
        writer.beginObject()
        writer.key("number")
        writer.int(deployment.versionNumber)
        writer.key("hash")
        writer.string("\(deployment.versionHash)")
        writer.endObject()
        writer.key("revision")
        writer.int(deployment.revision)
        writer.key("state")
        writer.string(deployment.state == .paused ? "paused" : "active")
        writer.key("since")
        writer.string(timestamp(milliseconds: deployment.changedAt))
        writer.key("provider")
        writer.string(plan.provider)
        writer.key("model")
        writer.string(plan.model)
        if caller.mayReadPrompt {
            writer.key("content")
            writer.raw(try content(deployment))
        }
        writer.endObject()
        return writer.bytes
    }

    private func content(_ deployment: DeploymentPointer) throws(GatewayError) -> [UInt8] {
        let content = try read { snapshot throws(StorageError) in
            try snapshot.value(catalog.contents, Key(deployment.versionHash))
        }
        guard let content else { throw GatewayError(.internalError, "The deployed version's content is missing.") }
        return content
    }
}
