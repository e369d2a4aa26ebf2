/// The names that ECMA 262 gives to Unicode properties, as RE2 calls them.
enum UnicodePropertyNames {
    /// What goes between the brackets of a class; nil for a property that RE2 does not know.
    static func set(_ name: String, isNegated: Bool) -> String? {
        let letter = isNegated ? "P" : "p"
        let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 {
            switch parts[0] {
            case "General_Category", "gc": return category(parts[1]).map { "\\\(letter){\($0)}" }
            // Script_Extensions is a little wider than Script, which is what RE2 has, so it is refused.
            case "Script", "sc": return isScript(parts[1]) ? "\\\(letter){\(parts[1])}" : nil
            case _: return nil
            }
        }
        switch name {
        case "Any": return isNegated ? nil : "\\x{0}-\\x{10ffff}"
        case "ASCII": return isNegated ? "\\x{80}-\\x{10ffff}" : "\\x{0}-\\x{7f}"
        case "ASCII_Hex_Digit", "AHex": return isNegated ? nil : "0-9A-Fa-f"
        case _: return category(name).map { "\\\(letter){\($0)}" }
        }
    }

    private static func category(_ name: String) -> String? {
        categories[name] ?? (categories.values.contains(name) ? name : nil)
    }

    /// A script's name is let through in RE2's spelling, which is ECMA's long one; RE2 refuses those it has not.
    private static func isScript(_ name: String) -> Bool {
        name.utf8.count > 2 && name.utf8.allSatisfy { ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 || $0 == 95 }
    }

    /// Of UnicodeData's long names (PropertyValueAliases, gc).
    private static let categories: [String: String] = [
        "Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt",
        "Modifier_Letter": "Lm", "Other_Letter": "Lo",
        "Mark": "M", "Combining_Mark": "M", "Nonspacing_Mark": "Mn", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me",
        "Number": "N", "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl", "Other_Number": "No",
        "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd",
        "Open_Punctuation": "Ps", "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf",
        "Other_Punctuation": "Po",
        "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Other_Symbol": "So",
        "Separator": "Z", "Space_Separator": "Zs", "Line_Separator": "Zl", "Paragraph_Separator": "Zp",
        "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Private_Use": "Co", "Surrogate": "Cs",
    ]
}
