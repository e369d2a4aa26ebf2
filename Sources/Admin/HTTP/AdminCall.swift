import Domain
import HTTPTypes
import Hummingbird
import JSON
import Security

/// One authorized request, and what its handler may use.
struct AdminCall: Sendable {
    let services: AdminServices
    let caller: AdminToken
    let method: HTTPRequest.Method
    let path: String
    let parameters: Parameters
    let query: [String: String]
    let headers: HTTPFields
    let body: [UInt8]
    let now: Timestamp

    var store: any ControlStore { services.store }

    // MARK: the path. A name that cannot be one is a thing that is not there.

    func slug(_ name: String, _ what: String) throws(ControlFault) -> String {
        guard let text = parameters.get(name), Slug.isValid(text) else { throw .notFound(what) }
        return text
    }

    func organization() throws(ControlFault) -> String { try slug("org", "organization") }

    func agent() throws(ControlFault) -> AgentPath { AgentPath(try organization(), try slug("agent", "agent")) }

    func environment() throws(ControlFault) -> String {
        let name = try slug("env", "environment")
        return Slug.environment(name)
    }

    func schema() throws(ControlFault) -> UInt32 {
        guard let number = parameters.get("n").flatMap({ UInt32($0) }), number > 0 else { throw .notFound("schema") }
        return number
    }

    func deployment() throws(ControlFault) -> DeploymentPath {
        DeploymentPath(try agent(), schema: try schema(), environment: try environment())
    }

    func id(_ what: String) throws(ControlFault) -> String {
        guard let text = parameters.get("id"), Self.isPlain(text) else { throw .notFound(what) }
        return text
    }

    /// Printable ASCII without a blank, of a length that a key can have.
    static func isPlain(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count) && text.utf8.allSatisfy { (33...126).contains($0) }
    }

    // MARK: the query

    func page() throws(ControlFault) -> PageRequest {
        var page = PageRequest()
        if let text = query["limit"] {
            guard let limit = Int(text), (1...PageRequest.maximumLimit).contains(limit) else {
                throw .invalid("limit must be 1 to \(PageRequest.maximumLimit)")
            }
            page.limit = limit
        }
        if let cursor = query["cursor"], !cursor.isEmpty {
            guard cursor.utf8.count <= 300, cursor.utf8.allSatisfy({ (33...126).contains($0) }) else {
                throw .invalid("the cursor is not one of this list")
            }
            page.cursor = cursor
        }
        return page
    }

    // MARK: the body

    /// The body's fields, none but those allowed.
    func fields(_ names: Set<String> = []) throws(ControlFault) -> Fields {
        let fields = try Fields(body)
        try fields.allow(names)
        return fields
    }

    // MARK: the change

    func change() throws(ControlFault) -> Change {
        var change = Change(actor: caller.id, at: now)
        if let key = try idempotencyKey() {
            // The revision a change was made for is part of it, wherever it was said.
            let condition = headers[.ifMatch].map { "If-Match: \($0)\n" } ?? ""
            let request = Array("\(method.rawValue) \(path)\n\(condition)".utf8) + body
            change.idempotency = Idempotency(scope: caller.id, key: key, fingerprint: sha256(request))
        }
        return change
    }

    func idempotencyKey() throws(ControlFault) -> String? {
        guard let key = headers[.idempotencyKey] else { return nil }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ (32...126).contains($0) }) else {
            throw .invalid("Idempotency-Key must be 1 to 200 printable ASCII characters")
        }
        return key
    }

    /// The revision that `expected_revision` or `If-Match` expects.
    func expectedRevision(_ fields: Fields) throws(ControlFault) -> UInt64? {
        let inBody = try fields.optionalInteger("expected_revision", as: UInt64.self)
        guard let header = headers[.ifMatch] else { return inBody }
        guard header.utf8.count >= 3, header.hasPrefix("\""), header.hasSuffix("\""),
            let inHeader = UInt64(header.dropFirst().dropLast())
        else { throw .invalid("If-Match must be a revision in quotes") }
        guard inBody == nil || inBody == inHeader else {
            throw .invalid("If-Match and expected_revision differ", at: "/expected_revision")
        }
        return inHeader
    }
}

extension HTTPField.Name {
    static let idempotencyKey = name("Idempotency-Key")
    /// The number of the ledger's newest entry.
    static let ledgerHead = name("tollgate-ledger-head")
    /// The number behind which the next page of entries begins.
    static let nextAfter = name("tollgate-next-after")

    private static func name(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("a constant that is a header's name") }
        return name
    }
}
