import Domain
import JSON
import Storage
import Testing

@testable import Admin

/// One thing that every control store must do.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    let name: String
    var mode = ServiceMode.selfHosted
    let check: @Sendable (any ControlStore) async throws -> Void

    var testDescription: String { name }

    init(
        _ name: String, mode: ServiceMode = .selfHosted,
        _ check: @escaping @Sendable (any ControlStore) async throws -> Void
    ) {
        self.name = name
        self.mode = mode
        self.check = check
    }
}

/// What the cases begin with: organization acme, agent greeter, and prices of `simulated/sim-1` and, without a known
/// output maximum, `simulated/sim-open`.
struct Fixture: Sendable {
    static let agent = AgentPath("acme", "greeter")
    static let production = DeploymentPath(agent, schema: 1, environment: "production")

    let store: any ControlStore

    init(_ store: any ControlStore) async throws {
        self.store = store
        _ = try await store.createOrganization(slug: "acme", name: "Acme", by: .at(1))
        _ = try await store.createAgent(Self.agent, name: "Greeter", by: .at(2))
        _ = try await store.loadPrices(
            [.simulated("sim-1"), .simulated("sim-open", maximum: nil)], date: 20_261_121, by: .at(3))
    }

    /// A version that differs from others by its text.
    func version(
        _ text: String, model: String = "sim-1", provider: String = "simulated", maximum: Int? = nil,
        schema: UInt32? = nil, label: String? = nil, idempotency: Idempotency? = nil
    ) async throws -> Created<Version> {
        let maximum = maximum.map { #","max_output_tokens":\#($0)"# } ?? ""
        let json =
            #"{"provider":"\#(provider)","model":"\#(model)","messages":[{"role":"system","content":"\#(text)"}]\#(maximum)}"#
        var version = NewVersion(content: try JSONDocument(json).root.members().map { ($0.name, $0.value) })
        version.schema = schema
        version.label = label
        return try await store.createVersion(Self.agent, version, by: .at(10, idempotency))
    }

    @discardableResult
    func move(
        _ action: Move.Action, at time: Int64 = 20, expecting revision: UInt64? = nil,
        _ path: DeploymentPath = production
    ) async throws -> Deployment {
        try await store.move(path, Move(action, reason: "why", expectedRevision: revision), by: .at(time))
    }

    @discardableResult
    func deploy(_ number: UInt32, at time: Int64 = 20, expecting revision: UInt64? = nil) async throws -> Deployment {
        try await move(.deploy(.number(number)), at: time, expecting: revision)
    }

    func key(_ id: String, exempt: Bool) -> ProviderKeyRecord {
        ProviderKeyRecord(
            id: id, owner: "acme", provider: "other", isExempt: exempt, sealed: [1], createdAt: 1, createdBy: "adm_a")
    }
}

extension Change {
    static func at(_ time: Int64, _ idempotency: Idempotency? = nil) -> Change {
        Change(actor: "adm_a", at: Timestamp(milliseconds: time), idempotency: idempotency)
    }
}

extension NewPrice {
    static func simulated(
        _ model: String, maximum: Int64? = 4096, input: Int64 = 100, organization: String = "", from time: Int64? = nil
    ) -> NewPrice {
        NewPrice(
            PricedModel(organization: organization, provider: "simulated", model: model),
            .price(Price(.init(input: input, output: 400)), maximumOutputTokens: maximum),
            effectiveFrom: time.map { Timestamp(milliseconds: $0) })
    }
}

/// The code that an operation is refused with; nil where it is not.
func refusal(_ operation: () async throws -> Void) async -> ErrorCode? {
    do {
        try await operation()
        return nil
    } catch { return (error as? ControlFault)?.code ?? .internalError }
}
