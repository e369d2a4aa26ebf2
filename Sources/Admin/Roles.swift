import Domain

/// What an admin token is for.
package enum Role: String, Sendable, CaseIterable { case owner, deployer, billing, viewer }

/// The parts of the admin plane that roles tell apart.
package enum Area: String, Sendable, CaseIterable {
    /// Organizations and their environments.
    case organizations
    case credits
    /// Agents, schemas and versions.
    case agents
    case deployments
    case tokens
    case providerKeys
    case prices
    /// Usage, runs and the ledger's verification.
    case books
    /// What of the ledger is kept in an archive alone.
    case pruning
    case audit
    case adminTokens
}

package enum Access: Sendable, CaseIterable { case read, write }

extension Role {
    /// The matrix: every role reads all but admin tokens; who writes what stands here.
    package func allows(_ access: Access, _ area: Area) -> Bool {
        switch (access, area) {
        case (.read, .adminTokens): self == .owner
        case (.read, _): true
        case (.write, .agents), (.write, .deployments), (.write, .tokens): self == .owner || self == .deployer
        case (.write, .credits), (.write, .books): self == .owner || self == .billing
        case (.write, .organizations), (.write, .providerKeys), (.write, .prices), (.write, .pruning), (.write, .audit),
            (.write, .adminTokens):
            self == .owner
        }
    }
}

/// Whose things a route is about.
package enum Scope: Sendable {
    /// Of the organization in its path.
    case organizationInPath
    /// Of whatever the caller may see: the handler narrows it.
    case callers
    /// Of all: a token of one organization has no business there.
    case all
}

/// What a route asks of its caller.
package struct Permission: Sendable {
    package var access: Access
    package var area: Area
    package var scope: Scope

    package init(_ access: Access, _ area: Area, _ scope: Scope) {
        self.access = access
        self.area = area
        self.scope = scope
    }

    /// - Parameter organization: the one in the path.
    package func check(_ caller: AdminToken, organization: String?) throws(ControlFault) {
        switch scope {
        case .organizationInPath:
            // Told as missing, so that a token cannot find out who else is here.
            guard let organization, caller.sees(organization) else { throw .notFound("organization") }
        case .callers: break
        case .all:
            guard caller.organization == nil else {
                throw ControlFault(.forbidden, "this takes an admin token of all organizations")
            }
        }
        guard caller.role.allows(access, area) else {
            throw ControlFault(.forbidden, "the role \(caller.role.rawValue) may not do this")
        }
    }
}

extension AdminToken {
    package func sees(_ organization: String) -> Bool { self.organization == nil || self.organization == organization }
}
