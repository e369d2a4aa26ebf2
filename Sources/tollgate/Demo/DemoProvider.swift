/// Who answers the demo's runs.
struct DemoProvider: Equatable, Sendable {
    var name: String
    var model: String
    /// The provider key's secret.
    var secret: String

    private static let real = [
        (variable: "OPENAI_API_KEY", name: "openai", model: "gpt-4.1-mini"),
        (variable: "ANTHROPIC_API_KEY", name: "anthropic", model: "claude-haiku-4-5"),
        (variable: "GEMINI_API_KEY", name: "gemini", model: "gemini-2.5-flash"),
    ]

    /// The first real provider the environment has a key for, else the simulated one.
    static func choose(_ environment: [String: String]) -> DemoProvider {
        for provider in real {
            guard let secret = environment[provider.variable]?.trimmingSpaces, !secret.isEmpty else { continue }
            return DemoProvider(name: provider.name, model: provider.model, secret: secret)
        }
        return DemoProvider(name: "simulated", model: "sim-1", secret: "simulated-key")
    }
}
