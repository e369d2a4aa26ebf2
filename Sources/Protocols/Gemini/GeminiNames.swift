import JSON

/// Google takes every name in camelCase and in snake_case.
enum GeminiName {
    /// `max_output_tokens` as `maxOutputTokens`.
    static func camel(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
        var camel = ""
        var raises = false
        for character in name {
            if character == "_", !camel.isEmpty {
                raises = true
            } else if raises {
                camel += character.uppercased()
                raises = false
            } else if character != "_" {
                camel.append(character)
            }
        }
        return camel
    }

    /// `maxOutputTokens` as `max_output_tokens`.
    static func snake(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }

    /// The path of a member of `generationConfig` or `toolConfig`, each of which is a parameter of its own:
    /// `generation_config.top_p` as `generationConfig.topP`.
    static func path(_ name: String) -> String {
        name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map { camel(String($0)) }
            .joined(separator: ".")
    }
}

extension JSONValue {
    /// A member that is not null, in either spelling.
    /// - Parameter name: in camelCase.
    func google(_ name: String) -> JSONValue? { present(name) ?? present(GeminiName.snake(name)) }

    /// What a repeated field holds: Google takes one value for a list of one.
    var googleItems: [JSONValue] { kind == .array ? elements() : isNull ? [] : [self] }
}
