import Domain
import FoundationEssentials
import JSON
import Security
import Storage

extension StoreFacts {
    /// Reads the files of a folder that no process has. The ledger is opened too, to see that it opens.
    ///
    /// - Parameter keepsSecrets: whether the keys' secrets are wanted.
    static func read(
        _ configuration: Configuration, masterKey: MasterKey?, keepsSecrets: Bool
    ) async throws(Finding.Reason) -> StoreFacts {
        let folder = configuration.folder
        // What `init` has yet to make is no damage.
        for store in [folder.catalog, folder.ledger] where !FileManager.default.fileExists(atPath: store + "/data.mdb")
        {
            throw Finding.Reason(
                text: "\(store): there is nothing to read", mend: "`tollgate init` makes it", isFault: false)
        }
        do {
            let ledger = try Ledger(
                folder: folder.ledger, settings: .init(mapBytes: configuration.ledger.mapBytes, makesStore: false))
            await ledger.close()
            let catalog = try Catalog(
                folder: folder.catalog, settings: .init(mapBytes: configuration.catalog.mapBytes, makesStore: false))
            let result = Result { try StoreFacts(catalog, masterKey, keepsSecrets) }
            await catalog.close()
            return try result.get()
        } catch {
            throw Finding.Reason(
                text: "\(folder.path): \(error)", mend: "docs/operations.md says what each of these means")
        }
    }

    private init(_ catalog: Catalog, _ masterKey: MasterKey?, _ keepsSecrets: Bool) throws {
        self.masterKey = try Self.standing(masterKey, catalog)
        let tables = catalog.tables
        var places: [Digest: [String: String]] = [:]
        try catalog.environment.read { transaction throws(StorageError) in
            try transaction.scan(tables.deployments, prefix: Storage.Key()) { key, value throws(StorageError) in
                let record = try DeploymentRecord(value)
                let bytes = key.withUnsafeBytes { Array($0) }
                guard record.state != .undeployed, let place = Self.place(bytes) else { return true }
                places[record.versionHash, default: [:]][place.organization] = place.text
                return true
            }
            try transaction.scan(tables.providerKeys, prefix: Storage.Key()) { _, value throws(StorageError) in
                add(Self.key(try ProviderKeyRecord(value), masterKey, keepsSecrets))
                return true
            }
            try transaction.scan(tables.prices, prefix: Storage.Key()) { key, value throws(StorageError) in
                guard let priced = PricedModel(key: key.withUnsafeBytes { Array($0) }),
                    let entry = try PriceSchedule(value).entry(at: WallClock.milliseconds())
                else { return true }
                add(priced, entry.terms)
                return true
            }
            for (hash, places) in places {
                guard let content = try transaction.value(tables.contents, Storage.Key(hash)),
                    let model = Self.model(content)
                else { continue }
                for (organization, place) in places {
                    uses[Use(organization: organization, model: model)] = place
                }
            }
        }
    }

    private mutating func add(_ priced: PricedModel, _ terms: PriceEntry.Terms) {
        let model = Model(provider: priced.provider, name: priced.model)
        switch terms {
        case .price where priced.organization.isEmpty: prices.insert(model)
        case .price: ownPrices.insert(Use(organization: priced.organization, model: model))
        // Without a base price they come to nothing.
        case .multiplier, .withdrawn: break
        }
    }

    private static func standing(
        _ masterKey: MasterKey?, _ catalog: Catalog
    ) throws(StorageError) -> MasterKeyStanding {
        guard let masterKey, let kept = try catalog.masterKeyCheck() else { return .unknown }
        do throws(CommandFailure) {
            try MasterKeyProof.judge(masterKey, opens: kept, for: MasterKeyProof.owner)
            return .proven
        } catch {
            return .refused(error.description)
        }
    }

    static func model(_ document: [UInt8]) -> Model? {
        guard let root = try? JSONDocument(document).root, let provider = root.member("provider")?.string,
            let name = root.member("model")?.string
        else { return nil }
        return Model(provider: provider, name: name)
    }

    /// The parts of a deployment's key: organization, agent, schema (4 bytes), environment, text ending in NUL.
    private static func place(_ key: [UInt8]) -> (organization: String, text: String)? {
        guard let first = key.firstIndex(of: 0), let second = key[(first + 1)...].firstIndex(of: 0),
            key.count > second + 6
        else { return nil }
        let text = { (bytes: ArraySlice<UInt8>) in String(decoding: bytes, as: UTF8.self) }
        let organization = text(key[..<first])
        return (
            organization,
            "\(organization)/\(text(key[(first + 1)..<second])) in \(text(key[(second + 5)..<(key.count - 1)]))"
        )
    }

    private static func key(_ record: ProviderKeyRecord, _ masterKey: MasterKey?, _ keepsSecrets: Bool) -> Key {
        let owner = ProviderKeyRecord.sealOwner(owner: record.owner, provider: record.provider, id: record.id)
        let secret = masterKey.flatMap { try? $0.open(record.sealed, for: owner) }
        return Key(
            id: record.id, owner: record.owner, provider: record.provider, isActive: record.state == .active,
            isExempt: record.isExempt, opens: masterKey == nil ? nil : secret != nil,
            secret: keepsSecrets ? secret.map { Secret(text: String(decoding: $0, as: UTF8.self)) } : nil)
    }
}
