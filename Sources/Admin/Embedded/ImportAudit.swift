/// What an import made, for the audit log: an event for each organization it made something of, so that an organization
/// sees its own.
struct ImportAudit {
    private struct Made {
        var counts: [ImportKind: Int] = [:]
        var tokens: [String] = []
    }

    /// How many tokens' ids an event lists; how many there are, it counts.
    static let listedTokens = 100

    private var made: [String: Made] = [:]

    mutating func note(_ entry: ImportLine.Entry) {
        var own = made[entry.organization] ?? Made()
        own.counts[entry.kind, default: 0] += 1
        if case .token(_, let token, _) = entry, own.tokens.count < Self.listedTokens { own.tokens.append(token.id) }
        made[entry.organization] = own
    }

    /// In the order of the organizations' slugs.
    var events: [AuditEvent] {
        made.sorted { $0.key < $1.key }.map { organization, own in
            var event = AuditEvent("import", "/api/v1/import", organization: organization)
            for kind in ImportKind.allCases {
                guard let count = own.counts[kind] else { continue }
                event.details.append(AuditEntry.Detail(name: kind.plural, value: String(count)))
            }
            guard !own.tokens.isEmpty else { return event }
            event.details.append(AuditEntry.Detail(name: "token_ids", value: own.tokens.joined(separator: ", ")))
            return event
        }
    }
}

extension ImportLine.Entry {
    /// Whose it is, or that it is.
    var organization: String {
        switch self {
        case .organization(let slug, _): slug
        case .environment(let organization, _): organization
        case .agent(let agent, _), .schema(let agent, _, _, _), .version(let agent, _, _), .token(let agent, _, _):
            agent.organization
        case .deployment(let path, _, _, _): path.agent.organization
        }
    }
}
