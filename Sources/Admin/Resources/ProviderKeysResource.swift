import Domain
import JSON
import Security
import Storage

/// Provider keys. A token of one organization works with that organization's; the platform's are not there for it.
enum ProviderKeysResource {
    private static let maximumSecretBytes = 8192

    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let mode = call.services.mode
        return Reply(try await call.store.providerKeys(call.caller.organization, try call.page())) {
            $0.providerKey($1, mode)
        }
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["provider", "secret", "organization", "name", "exempt"])
        let provider = try fields.slug("provider")
        let secret = try secret(fields)
        let owner = try fields.optionalSlug("organization")
        let isExempt = try fields.bool("exempt")
        if let own = call.caller.organization {
            guard let owner else {
                throw ControlFault(.forbidden, "the platform's keys take an admin token of all organizations")
            }
            guard owner == own else { throw .notFound("organization") }
            guard !isExempt else { throw Self.onlyThePlatformExempts }
        }
        guard !isExempt || owner != nil else { throw Self.platformKeysCost }
        let id = newIdentifier(prefix: "key_")
        var key = ProviderKeyRecord(
            id: id, owner: owner ?? "", provider: provider, isExempt: isExempt, sealed: [],
            createdAt: call.now.milliseconds, createdBy: call.caller.id, name: try fields.name() ?? "")
        key.sealed = try call.services.masterKey.seal(secret, of: key)
        let created = try await call.store.createProviderKey(key, by: try call.change())
        let mode = call.services.mode
        return Reply(created) { $0.providerKey($1, mode) }
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply { reply(try await visible(call), call) }

    static func rotate(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let secret = try secret(try call.fields(["secret"]))
        let key = try await visible(call)
        let sealed = try call.services.masterKey.seal(secret, of: key)
        return reply(try await call.store.rotateProviderKey(key.id, sealed: sealed, by: try call.change()), call)
    }

    /// Marks an organization's key as one whose runs cost no credits, or takes that back.
    static func exempt(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let isExempt = try call.fields(["exempt"]).bool("exempt", default: true)
        let key = try await visible(call)
        guard call.caller.organization == nil else { throw Self.onlyThePlatformExempts }
        guard !key.isPlatform else { throw Self.platformKeysCost }
        return reply(try await call.store.setProviderKey(key.id, exempt: isExempt, by: try call.change()), call)
    }

    private static let onlyThePlatformExempts = ControlFault(
        .forbidden, "whether a key is exempt from credits is for an owner of all organizations to say", at: "/exempt")
    private static let platformKeysCost = ControlFault.invalid(
        "the platform's keys always cost credits: only an organization's own key can be exempt", at: "/exempt")

    static func disable(_ call: AdminCall) async throws(ControlFault) -> Reply { try await set(call, .disabled) }
    static func enable(_ call: AdminCall) async throws(ControlFault) -> Reply { try await set(call, .active) }

    private static func set(_ call: AdminCall, _ state: ProviderKeyRecord.State) async throws(ControlFault) -> Reply {
        _ = try call.fields()
        let key = try await visible(call)
        return reply(try await call.store.setProviderKey(key.id, to: state, by: try call.change()), call)
    }

    private static func visible(_ call: AdminCall) async throws(ControlFault) -> ProviderKeyRecord {
        let key = try await call.store.providerKey(try call.id("provider key"))
        guard call.caller.sees(key.owner) else { throw .notFound("provider key") }
        return key
    }

    /// What a header can carry, or the JSON object that clouds make a credential of: anything else would only fail when a
    /// run needs it.
    private static func secret(_ fields: Fields) throws(ControlFault) -> [UInt8] {
        let secret = Array(try fields.string("secret", maximumBytes: maximumSecretBytes).utf8)
        let isObject = secret.first == UInt8(ascii: "{") && (try? JSONDocument(secret).root.kind) == .object
        guard isObject || secret.allSatisfy({ (33...126).contains($0) }) else {
            throw .invalid("secret must be printable ASCII without blanks, or a JSON object", at: "/secret")
        }
        return secret
    }

    private static func reply(_ key: ProviderKeyRecord, _ call: AdminCall) -> Reply {
        Reply { $0.providerKey(key, call.services.mode) }
    }
}

extension MasterKey {
    fileprivate func seal(_ secret: [UInt8], of key: ProviderKeyRecord) throws(ControlFault) -> [UInt8] {
        let owner = ProviderKeyRecord.sealOwner(owner: key.owner, provider: key.provider, id: key.id)
        do throws(SealFault) { return try seal(secret, for: owner) } catch {
            throw ControlFault(.internalError, "the key could not be sealed")
        }
    }
}

extension JSONWriter {
    fileprivate mutating func providerKey(_ key: ProviderKeyRecord, _ mode: ServiceMode) {
        member("id", key.id)
        member("provider", key.provider)
        member("organization", orNull: key.owner)
        member("name", orNull: key.name)
        member("exempt", key.isExempt)
        member("costs_credits", !key.isExempt(in: mode))
        member("state", key.state == .active ? "active" : "disabled")
        member("created_at", Timestamp(milliseconds: key.createdAt))
        member("created_by", key.createdBy)
        member("rotated_at", key.rotatedAt == 0 ? nil : Timestamp(milliseconds: key.rotatedAt))
    }
}
