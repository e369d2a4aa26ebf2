import JSON

/// One thing of an import, checked as far as it can be without what is there.
///
/// What is there already as the line says it stays as it is; where it is there otherwise, the line is refused. So an
/// import carried out twice changes nothing the second time.
package struct ImportLine: Sendable {
    package enum Entry: Sendable {
        /// - Parameter name: the slug where nil; one that is there can have any then.
        case organization(slug: String, name: String?)
        case environment(organization: String, slug: String)
        case agent(AgentPath, name: String?)
        /// - Parameter number: which it must come to, or be; nil: any.
        case schema(AgentPath, number: UInt32?, input: [UInt8], output: [UInt8])
        /// - Parameter number: which it must come to, or be; nil: any.
        case version(AgentPath, number: UInt32?, NewVersion)
        /// - Parameter revision: which this deploy is, or was: one that was moved since is not moved back.
        case deployment(DeploymentPath, VersionName, revision: UInt64, reason: String?)
        /// - Parameter isNamed: whether the id was given; one that is there can have any if not.
        case token(AgentPath, NewToken, isNamed: Bool)
    }

    /// In the body it came in, counted from 1.
    package var number: Int
    package var entry: Entry

    package init(number: Int, _ entry: Entry) {
        self.number = number
        self.entry = entry
    }
}

/// What a line can be of, named as its only member is.
package enum ImportKind: String, Sendable, CaseIterable {
    case organization, environment, agent, schema, version, deployment, token

    var plural: String { rawValue + "s" }
}

extension ImportLine.Entry {
    var kind: ImportKind {
        switch self {
        case .organization: .organization
        case .environment: .environment
        case .agent: .agent
        case .schema: .schema
        case .version: .version
        case .deployment: .deployment
        case .token: .token
        }
    }
}

/// How many things an import made, and how many it found there.
package struct ImportReport: JSONRecord, Hashable {
    package private(set) var imported: [ImportKind: Int] = [:]
    package private(set) var unchanged: [ImportKind: Int] = [:]

    package init() {}

    package var importedCount: Int { imported.values.reduce(0, +) }
    package var unchangedCount: Int { unchanged.values.reduce(0, +) }

    mutating func count(_ kind: ImportKind, isNew: Bool) {
        if isNew { imported[kind, default: 0] += 1 } else { unchanged[kind, default: 0] += 1 }
    }

    package init(_ fields: Fields) throws(ControlFault) {
        imported = try Self.counts(try fields.object("imported"))
        unchanged = try Self.counts(try fields.object("unchanged"))
    }

    private static func counts(_ fields: Fields) throws(ControlFault) -> [ImportKind: Int] {
        var counts: [ImportKind: Int] = [:]
        for kind in ImportKind.allCases { counts[kind] = try fields.optionalInteger(kind.plural) }
        return counts
    }

    package func write(to object: inout JSONWriter) {
        object.member("lines", importedCount + unchangedCount)
        for (name, counts) in [("imported", imported), ("unchanged", unchanged)] {
            object.member(name) { object in
                for kind in ImportKind.allCases {
                    if let count = counts[kind] { object.member(kind.plural, count) }
                }
            }
        }
    }
}
