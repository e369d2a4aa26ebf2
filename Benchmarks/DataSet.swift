import Domain
import Foundation
import Security

/// A catalog made of numbers, so that a token's secret and place can be told from its number alone: ten tokens a
/// deployment, two deployments an agent (production and staging, a version each), five hundred agents an organization.
struct DataSet: Sendable {
    let tokens: Int

    var deployments: Int { max(tokens / 10, 1) }
    var agents: Int { (deployments + 1) / 2 }
    var organizations: Int { (agents + 499) / 500 }

    static let provider = "openai"

    func organization(ofAgent agent: Int) -> String { "org-\(agent / 500)" }
    func agent(ofDeployment deployment: Int) -> Int { deployment / 2 }
    func environment(ofDeployment deployment: Int) -> String { deployment.isMultiple(of: 2) ? "production" : "staging" }
    func deployment(ofToken token: Int) -> Int { min(token / 10, deployments - 1) }
    func secret(_ token: Int) -> String { "tg_bench_" + String(sha256("token \(token)").description.prefix(40)) }

    func write(to file: FileHandle) throws {
        var text = ""
        func line(_ json: String) throws {
            text += json + "\n"
            guard text.utf8.count > 1 << 20 else { return }
            try file.write(contentsOf: Data(text.utf8))
            text = ""
        }
        for number in 0..<organizations { try line(#"{"organization":{"slug":"org-\#(number)"}}"#) }
        for agent in 0..<agents {
            let organization = organization(ofAgent: agent)
            try line(#"{"agent":{"organization":"\#(organization)","slug":"agent-\#(agent)"}}"#)
        }
        for deployment in 0..<deployments { try place(deployment, line) }
        for token in 0..<tokens {
            let deployment = deployment(ofToken: token)
            let agent = agent(ofDeployment: deployment)
            try line(
                #"{"token":{"organization":"\#(organization(ofAgent: agent))","agent":"agent-\#(agent)","#
                    + #""environment":"\#(environment(ofDeployment: deployment))","#
                    + #""secret_sha256":"\#(sha256(secret(token)))"}}"#)
        }
        try file.write(contentsOf: Data(text.utf8))
    }

    /// A version and its deployment.
    private func place(_ deployment: Int, _ line: (String) throws -> Void) throws {
        let agent = agent(ofDeployment: deployment)
        let place = #""organization":"\#(organization(ofAgent: agent))","agent":"agent-\#(agent)""#
        let number = deployment % 2 + 1
        try line(
            #"{"version":{\#(place),"number":\#(number),"provider":"\#(Self.provider)","model":"gpt-4.1-mini","#
                + #""messages":[{"role":"system","content":"You are assistant \#(deployment) of the support team. "#
                + #"Summarise the ticket for {{ reader }} in {{ language }}. Be brief and friendly."}],"#
                + #""parameters":{"temperature":0.2},"max_output_tokens":256}}"#)
        let environment = environment(ofDeployment: deployment)
        try line(#"{"deployment":{\#(place),"environment":"\#(environment)","version":\#(number)}}"#)
    }
}
