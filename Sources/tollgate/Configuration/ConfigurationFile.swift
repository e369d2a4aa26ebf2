import Yams

/// A configuration file, read but not yet understood: which text stands at which key, and on which line.
struct ConfigurationFile {
    struct Entry: Equatable {
        var path: [String]
        var text: String
        var line: Int?
    }

    private(set) var entries: [Entry] = []
    private(set) var faults: [ConfigurationFault] = []
    private let name: String
    private let schema: SettingSchema

    /// - Parameter name: what the file is called in faults.
    init(_ text: String, name: String, schema: SettingSchema) {
        self.name = name
        self.schema = schema
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            if case .mapping(let sections) = root {
                walk(sections, below: [])
            } else if !Self.isEmpty(root) {
                fault(root.mark?.line, nil, "expects keys with values")
            }
        } catch let error as YamlError {
            take(error)
        } catch {
            fault(nil, nil, "cannot be read as YAML")
        }
    }

    private mutating func walk(_ mapping: Node.Mapping, below parent: [String]) {
        for (key, value) in mapping {
            let line = (key.mark ?? value.mark)?.line
            guard let part = key.scalar?.string else {
                fault(line, parent.isEmpty ? nil : parent.joined(separator: "."), "has a key that is no name")
                continue
            }
            let path = parent + [part]
            let name = path.joined(separator: ".")
            switch (schema.place(of: path), value) {
            case (.unknown, _): fault(line, name, "there is no such key")
            case (.section, .mapping(let inner)): walk(inner, below: path)
            case (.section, _): if !Self.isEmpty(value) { fault(line, name, "is a section: keys go below it") }
            case (.setting(let setting), .scalar(let scalar)):
                // `key:` with nothing after it leaves the key unset; `key: ""` says the empty text.
                if !Self.isEmpty(value) || scalar.style != .plain {
                    entries.append(Entry(path: path, text: scalar.string, line: line))
                } else if setting.fallback != nil {
                    fault(line, name, "expects \(setting.expects)")
                }
            case (.setting(let setting), _): fault(line, name, "expects \(setting.expects)")
            }
        }
    }

    private static func isEmpty(_ node: Node) -> Bool {
        guard let scalar = node.scalar else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }

    private mutating func fault(_ line: Int?, _ key: String?, _ reason: String) {
        faults.append(ConfigurationFault(origin: .file(name, line: line), key: key, reason: reason))
    }

    private mutating func take(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            fault(mark.line, nil, "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            for key in keys { fault(context.mark.line, key, "stands twice in its section, which begins here") }
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            fault(nil, nil, "cannot be read as YAML")
        }
    }
}
