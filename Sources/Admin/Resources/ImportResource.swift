import Domain
import JSON
import Security

/// `POST /api/v1/import`: many things in one change, a line of JSON each.
enum ImportResource {
    /// Lines a request: other changes wait while they are written.
    static let maximumLines = 5_000

    static func take(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let report = try await call.store.importLines(try lines(call.body), by: try call.change())
        return Reply(200, report.json)
    }

    /// The lines of a body, those without anything on them left out.
    static func lines(_ body: [UInt8]) throws(ControlFault) -> [ImportLine] {
        var lines: [ImportLine] = []
        var rest = body[...]
        var number = 0
        // One at a time: a body of line ends alone would be many millions of pieces.
        while let line = nextLine(of: &rest) {
            number += 1
            guard line.contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) else { continue }
            guard lines.count < maximumLines else {
                throw ControlFault(.requestTooLarge, "a body has at most \(maximumLines) lines")
            }
            lines.append(try self.line(line, number))
        }
        return lines
    }

    /// Takes a line, without its end, off the text; nil where there is none left.
    static func nextLine(of rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        guard let end = rest.firstIndex(of: 10) else {
            defer { rest = [] }
            return rest
        }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    private static func line(_ text: ArraySlice<UInt8>, _ number: Int) throws(ControlFault) -> ImportLine {
        func refuse(_ detail: String) -> ControlFault {
            var fault = ControlFault.invalid(detail)
            fault.inputLine = number
            return fault
        }
        let root: JSONValue
        do throws(JSONFault) { root = try JSONDocument(text).root } catch {
            let place = error.offset.map { " at byte \($0)" } ?? ""
            throw refuse("the line is not JSON: \(error.reason.rawValue)\(place)")
        }
        guard root.kind == .object, let members = try? root.members(), members.count == 1,
            let kind = ImportKind(rawValue: members[0].name), members[0].value.kind == .object
        else {
            let kinds = ImportKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw refuse("a line is an object with one member, an object under one of these names: \(kinds)")
        }
        do throws(ControlFault) {
            return ImportLine(number: number, try ImportLine.Entry(kind, try Fields(members[0].value)))
        } catch { throw error.within(kind, of: number) }
    }
}

extension ImportLine.Entry {
    init(_ kind: ImportKind, _ fields: Fields) throws(ControlFault) {
        switch kind {
        case .organization:
            try fields.allow(["slug", "name"])
            self = .organization(slug: try fields.slug("slug"), name: try fields.name())
        case .environment:
            try fields.allow(["organization", "slug"])
            self = .environment(organization: try fields.slug("organization"), slug: try fields.environment("slug"))
        case .agent:
            try fields.allow(["organization", "slug", "name"])
            let path = AgentPath(try fields.slug("organization"), try fields.slug("slug"))
            self = .agent(path, name: try fields.name())
        case .schema:
            try fields.allow(["organization", "agent", "number", "input", "output"])
            self = .schema(
                try fields.agent(), number: try fields.optionalInteger("number", minimum: 1),
                input: try fields.jsonSchema("input"), output: try fields.jsonSchema("output"))
        case .version:
            try fields.allow(NewVersion.fields.union(["organization", "agent", "number"]))
            var version = try NewVersion(fields)
            version.schema = try fields.importedSchema()
            self = .version(
                try fields.agent(), number: try fields.optionalInteger("number", minimum: 1), version)
        case .deployment:
            try fields.allow(["organization", "agent", "schema", "environment", "version", "revision", "reason"])
            let path = DeploymentPath(
                try fields.agent(), schema: try fields.importedSchema(),
                environment: try fields.environment("environment"))
            self = .deployment(
                path, try fields.versionName("version"),
                revision: try fields.optionalInteger("revision", minimum: 1) ?? 1, reason: try fields.remark("reason"))
        case .token:
            try fields.allow([
                "organization", "agent", "schema", "environment", "id", "secret", "secret_sha256", "expires_at", "note",
                "may_read_prompt",
            ])
            let id = try fields.tokenID()
            let token = NewToken(
                id: id ?? newIdentifier(prefix: "tok_"), secretHash: try fields.secretHash(),
                environment: try fields.environment("environment"), schema: try fields.importedSchema(),
                expiresAt: try fields.optionalTime("expires_at"), note: try fields.remark("note") ?? "",
                mayReadPrompt: try fields.bool("may_read_prompt"))
            self = .token(try fields.agent(), token, isNamed: id != nil)
        }
    }
}

extension Fields {
    fileprivate func agent() throws(ControlFault) -> AgentPath {
        AgentPath(try slug("organization"), try slug("agent"))
    }

    /// Not the newest where none is named, as elsewhere: a file means the same whenever it is read.
    fileprivate func importedSchema() throws(ControlFault) -> UInt32 {
        try optionalInteger("schema", minimum: 1) ?? 1
    }

    fileprivate func tokenID() throws(ControlFault) -> String? {
        guard let id = try optionalString("id", maximumBytes: 68) else { return nil }
        let isID =
            id.hasPrefix("tok_") && id.utf8.count > 4
            && id.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 45, 95: true
                case _: false
                }
            }
        guard isID else { throw .invalid("id must be tok_ and 1 to 64 of A-Z, a-z, 0-9, - and _", at: "/id") }
        return id
    }

    /// Of the secret, however the line says it. A secret that can be guessed is none, so a short one is refused.
    fileprivate func secretHash() throws(ControlFault) -> Digest {
        let secret = try optionalString("secret", maximumBytes: 200)
        guard let text = try optionalString("secret_sha256") else {
            guard let secret else { throw .invalid("secret_sha256 or secret is missing", at: "/secret_sha256") }
            guard secret.utf8.count >= 24, AdminCall.isPlain(secret) else {
                throw .invalid("secret must be 24 to 200 printable ASCII characters without a blank", at: "/secret")
            }
            return sha256(secret)
        }
        guard secret == nil else { throw .invalid("only one of secret and secret_sha256", at: "/secret") }
        guard let hash = Digest(hexadecimal: text) else {
            throw .invalid("secret_sha256 must be 64 hexadecimal digits", at: "/secret_sha256")
        }
        return hash
    }
}
