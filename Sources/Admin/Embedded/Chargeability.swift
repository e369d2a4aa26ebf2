import Domain
import JSON
import Prompting
import Storage

/// What an organization's own keys for a provider mean for its credits.
enum KeyStanding {
    /// There are some, and none is active: its runs are refused.
    case unusable
    /// All that a run can be on are exempt.
    case exempt
    /// A run can be on one that costs credits: its own, or the platform's where it has none.
    case charging
}

extension ProviderKeyRecord {
    func isExempt(in mode: ServiceMode) -> Bool { !isPlatform && (mode == .selfHosted || isExempt) }
}

extension Transaction where Self: ~Copyable {
    func keyStanding(
        _ tables: CatalogTables, organization: String, provider: String, mode: ServiceMode
    ) throws -> KeyStanding {
        let keys = try entries(tables.providerKeys, prefix: Key(organization, provider), limit: .max)
            .map { try ProviderKeyRecord($0.value.span.bytes) }
        guard !keys.isEmpty else { return .charging }
        let active = keys.filter { $0.state == .active }
        guard !active.isEmpty else { return .unusable }
        return active.allSatisfy { $0.isExempt(in: mode) } ? .exempt : .charging
    }

    /// Unknown is never zero: where runs would cost credits, the price and the most they can write must be known.
    func requireChargeable(
        _ version: Version, _ tables: CatalogTables, organization: String, at time: Timestamp
    ) throws {
        let model = "\(version.provider)/\(version.model)"
        let price = try price(
            tables, organization: organization, provider: version.provider, model: version.model, at: time.milliseconds)
        guard let price else {
            throw ControlFault.invalid(
                "\(model) has no price; set one (`tollgate price set`), or give the organization its own exempt key for "
                    + version.provider, at: "/version")
        }
        guard price.maximumOutputTokens != nil || version.maximumOutputTokens != nil else {
            throw ControlFault.invalid(
                "how much \(model) can write is not known; set max_output_tokens in the version", at: "/version")
        }
        guard price.price.rates.toolCalls == nil,
            let content = try value(tables.contents, Key(version.reference.hash)),
            ProviderTools.areAsked(byVersion: try JSONDocument(content).root)
        else { return }
        throw ControlFault.invalid(
            "the version asks for tools that the provider runs and bills by the call, and the price of \(model) does not "
                + "say what a call costs; set one with tool_calls", at: "/version")
    }

    /// Where runs of an organization's live deployments can be on a key of the provider that costs credits, each can be
    /// charged. To be asked when one of its keys begins to be used, or to cost credits.
    func requireDeploymentsChargeable(
        _ tables: CatalogTables, _ key: ProviderKeyRecord, mode: ServiceMode, at time: Timestamp
    ) throws {
        guard !key.isPlatform,
            try keyStanding(tables, organization: key.owner, provider: key.provider, mode: mode) == .charging
        else { return }
        let prefix = Key(key.owner)
        for entry in try entries(tables.deployments, prefix: prefix, limit: .max) {
            let record = try DeploymentRecord(entry.value.span.bytes)
            guard record.isLive, let path = DeploymentPath(key: entry.key, of: key.owner) else { continue }
            let version = try version(tables, path.agent, .number(record.versionNumber))
            guard version.provider == key.provider else { continue }
            do {
                try requireChargeable(version, tables, organization: key.owner, at: time)
            } catch let fault as ControlFault {
                throw ControlFault.invalid(
                    "runs of \(path.agent.agent) in \(path.environment) (schema \(path.schema), version "
                        + "\(version.reference.number)) would cost credits, and cannot: \(fault.detail)", at: "/exempt")
            }
        }
    }
}

extension DeploymentPath {
    /// What a deployment's key says, behind its organization; nil for what is none.
    fileprivate init?(key: [UInt8], of organization: String) {
        let rest = key.dropFirst(organization.utf8.count + 1)
        guard let end = rest.firstIndex(of: 0), rest.endIndex - end > 6 else { return nil }
        let number = rest[(end + 1)...].prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        self.init(
            AgentPath(organization, String(decoding: rest[..<end], as: UTF8.self)), schema: number,
            environment: String(decoding: rest[(end + 5)...].dropLast(), as: UTF8.self))
    }
}
