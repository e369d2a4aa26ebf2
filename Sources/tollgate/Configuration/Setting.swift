/// One key of the configuration: its name, what it takes, its default and what it means. The parser, the environment
/// and the documented default file are all read off these.
struct Setting: Sendable {
    /// As in the file, sections joined by dots. `providers.*.base_url`: for a name of anyone's choice.
    let path: String
    let expects: String
    /// As the file spells it; nil where the key is unset by default.
    let fallback: String?
    let meaning: String
    /// Puts the value that the text says into the configuration, for the name that stands for `*`; false where the
    /// text says none.
    let apply: @Sendable (_ text: String, _ name: String, inout Configuration) -> Bool
    /// The value a configuration has, as the file spells it; nil where it is unset.
    let text: @Sendable (_ name: String, Configuration) -> String?
    /// Takes the value over from another configuration.
    let copy: @Sendable (_ name: String, _ from: Configuration, inout Configuration) -> Void

    init<Value>(
        _ path: String, _ kind: SettingKind<Value>, _ target: WritableKeyPath<Configuration, Value> & Sendable,
        _ meaning: String
    ) {
        self.path = path
        expects = kind.expects
        fallback = kind.write(Configuration()[keyPath: target])
        self.meaning = meaning
        text = { _, configuration in kind.write(configuration[keyPath: target]) }
        copy = { _, other, configuration in configuration[keyPath: target] = other[keyPath: target] }
        apply = { text, _, configuration in
            guard let value = kind.read(text) else { return false }
            configuration[keyPath: target] = value
            return true
        }
    }

    /// A key that may be unset, and is by default.
    init<Value>(
        optional path: String, _ kind: SettingKind<Value>,
        _ target: WritableKeyPath<Configuration, Value?> & Sendable, _ meaning: String
    ) {
        self.path = path
        expects = kind.expects
        fallback = nil
        self.meaning = meaning
        text = { _, configuration in configuration[keyPath: target].map(kind.write) }
        copy = { _, other, configuration in configuration[keyPath: target] = other[keyPath: target] }
        apply = { text, _, configuration in
            guard let value = kind.read(text) else { return false }
            configuration[keyPath: target] = value
            return true
        }
    }

    /// A key of a provider's own section.
    init<Value>(
        provider key: String, _ kind: SettingKind<Value>,
        _ target: WritableKeyPath<Configuration.Provider, Value?> & Sendable, _ meaning: String
    ) {
        path = "providers.*." + key
        expects = kind.expects
        fallback = nil
        self.meaning = meaning
        text = { name, configuration in configuration.providers[name]?[keyPath: target].map(kind.write) }
        copy = { name, other, configuration in
            configuration.providers[name, default: .init()][keyPath: target] = other.providers[name]?[keyPath: target]
        }
        apply = { text, name, configuration in
            guard let value = kind.read(text) else { return false }
            configuration.providers[name, default: .init()][keyPath: target] = value
            return true
        }
    }

    var parts: [String] { path.split(separator: ".").map(String.init) }

    /// `TOLLGATE_GATEWAY_PORT`; with the name's place empty for a provider's.
    var environmentName: String { Self.environmentPrefix + path.uppercased().substituting([".", "-"], by: "_") }

    static let environmentPrefix = "TOLLGATE_"
}

extension String {
    /// With another character for each of these.
    func substituting(_ characters: Set<Character>, by other: Character) -> String {
        String(map { characters.contains($0) ? other : $0 })
    }
}
