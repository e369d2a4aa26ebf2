import Domain

/// Finds settings by their names in the file and in the environment.
struct SettingSchema: Sendable {
    enum Place {
        case setting(Setting)
        case section
        case unknown
    }

    static let configuration = SettingSchema(Setting.all)

    private let settings: [Setting]

    init(_ settings: [Setting]) { self.settings = settings }

    /// What stands at this path of a file. A provider's name must be a slug.
    func place(of path: [String]) -> Place {
        if let setting = settings.first(where: { Self.matches(path, $0.parts) }) { return .setting(setting) }
        let isSection = settings.contains {
            $0.parts.count > path.count && Self.matches(path, $0.parts.prefix(path.count))
        }
        return isSection ? .section : .unknown
    }

    /// The setting that a variable names, and for a provider's the provider.
    func setting(environmentName name: String) -> (setting: Setting, name: String)? {
        for setting in settings {
            let halves = setting.environmentName.split(separator: "*", omittingEmptySubsequences: false)
            guard halves.count == 2 else {
                if name == setting.environmentName { return (setting, "") }
                continue
            }
            guard name.hasPrefix(halves[0]), name.hasSuffix(halves[1]), name.count > halves[0].count + halves[1].count
            else { continue }
            let middle = name.dropFirst(halves[0].count).dropLast(halves[1].count)
            let slug = middle.lowercased().substituting(["_"], by: "-")
            if Slug.isValid(slug) { return (setting, slug) }
        }
        return nil
    }

    private static func matches(_ path: [String], _ pattern: some Collection<String>) -> Bool {
        path.count == pattern.count
            && zip(path, pattern).allSatisfy { part, wanted in wanted == "*" ? Slug.isValid(part) : part == wanted }
    }
}
