import Domain

/// A credential for an AI provider, sealed.
package struct ProviderKeyRecord: Hashable, Sendable {
    package enum State: UInt8, Sendable { case active = 1, disabled }

    package var id: String
    /// The organization that brought it; empty for the platform's own.
    package var owner: String
    package var provider: String
    package var state: State
    /// Marked by a platform owner: runs on it cost no credits.
    package var isExempt: Bool
    /// What `MasterKey.seal` made of the secret, for the owner `sealOwner`.
    package var sealed: [UInt8]
    package var createdAt: Int64
    package var createdBy: String
    package var rotatedAt: Int64
    package var name: String

    package init(
        id: String, owner: String, provider: String, state: State = .active, isExempt: Bool = false, sealed: [UInt8],
        createdAt: Int64, createdBy: String, rotatedAt: Int64 = 0, name: String = ""
    ) {
        self.id = id
        self.owner = owner
        self.provider = provider
        self.state = state
        self.isExempt = isExempt
        self.sealed = sealed
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.rotatedAt = rotatedAt
        self.name = name
    }

    package var isPlatform: Bool { owner.isEmpty }

    /// What a sealed secret is bound to: a record copied under another id or owner does not open.
    package static func sealOwner(owner: String, provider: String, id: String) -> String {
        "\(owner)/\(provider)/\(id)"
    }

    package var key: Key { Key(owner, provider, id) }

    private static let layout: UInt8 = 1

    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(state.rawValue)
        record.put(isExempt)
        record.put(createdAt)
        record.put(rotatedAt)
        for text in [id, owner, provider, createdBy, name] { record.put(text) }
        record.put(sealed)
        return record.bytes
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        guard let state = State(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read provider key: state")
        }
        self.state = state
        isExempt = try record.bool(bytes)
        createdAt = try record.integer(bytes)
        rotatedAt = try record.integer(bytes)
        id = try record.string(bytes)
        owner = try record.string(bytes)
        provider = try record.string(bytes)
        createdBy = try record.string(bytes)
        name = try record.string(bytes)
        sealed = try record.array(bytes)
    }
}

extension Transaction where Self: ~Copyable {
    /// The owner's first active key for the provider, in the order of their ids; a disabled one where none is active;
    /// nil where it has none.
    package func providerKey(
        _ tables: CatalogTables, owner: String, provider: String
    ) throws(StorageError) -> ProviderKeyRecord? {
        var found: ProviderKeyRecord?
        try scan(tables.providerKeys, prefix: Key(owner, provider)) { _, value throws(StorageError) in
            let record = try ProviderKeyRecord(value)
            if found == nil || record.state == .active { found = record }
            return record.state != .active
        }
        return found
    }
}
