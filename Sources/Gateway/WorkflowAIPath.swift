/// `/v1/{tenant}/agents/{agent}/schemas/{schema}/run`, under `/openai` too.
struct WorkflowAIPath: Hashable {
    /// `_` is that of the token.
    var tenant: String
    var agent: String
    /// A number, for whoever looks.
    var schema: String

    init?(_ path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.first == "openai" { parts = parts.dropFirst() }
        let names = Array(parts)
        guard names.count == 7, !names.contains(""), names[0] == "v1", names[2] == "agents", names[4] == "schemas",
            names[6] == "run"
        else { return nil }
        (tenant, agent, schema) = (String(names[1]), String(names[3]), String(names[5]))
    }
}
