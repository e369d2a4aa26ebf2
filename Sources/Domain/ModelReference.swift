/// What a request's `model` can name: the deployment itself, or what an application had there before it moved here.
package enum ModelReference: Hashable, Sendable {
    /// Absent or `deployed`: whatever the token stands for.
    case deployed
    /// `AGENT`, `AGENT/ENVIRONMENT`, `AGENT/#SCHEMA/ENVIRONMENT` or `AGENT/SCHEMA/ENVIRONMENT`.
    /// Whether it is this token's is for the caller to say: a provider's model name can look the same.
    case named(agent: String, schema: UInt32?, environment: String?)
    /// A name that cannot be a deployment's: `gpt-4.1`, `meta-llama/Llama-3.3-70B`.
    case other

    package init(_ model: String?) {
        guard let model, !model.isEmpty, model != "deployed" else {
            self = .deployed
            return
        }
        let parts = model.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 3, let agent = parts.first, let last = parts.last, Slug.isValid(agent) else {
            self = .other
            return
        }
        guard parts.count > 1 else {
            self = .named(agent: agent, schema: nil, environment: nil)
            return
        }
        guard Slug.isValid(last) else {
            self = .other
            return
        }
        guard parts.count == 3 else {
            self = .named(agent: agent, schema: nil, environment: Slug.environment(last))
            return
        }
        guard let schema = UInt32(parts[1].hasPrefix("#") ? String(parts[1].dropFirst()) : parts[1]), schema > 0 else {
            self = .other
            return
        }
        self = .named(agent: agent, schema: schema, environment: Slug.environment(last))
    }
}
