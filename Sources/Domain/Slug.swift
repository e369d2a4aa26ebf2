/// What organizations, agents, environments and providers are called: 1 to 63 of `a-z`, `0-9`, `-`, not
/// beginning or ending in a hyphen. Being free of `/`, `#` and NUL they can stand in paths, model names and keys.
package enum Slug {
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...63).contains(bytes.count), bytes.first != 45, bytes.last != 45 else { return false }
        return bytes.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    /// The environment that a caller's spelling names: `prod` and `dev` are short for the long forms.
    package static func environment(_ text: String) -> String {
        switch text {
        case "prod": "production"
        case "dev": "development"
        case _: text
        }
    }
}
