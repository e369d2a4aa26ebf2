import Testing

@testable import Prompting

@Suite struct ECMAPatternTests {
    @Test(arguments: [
        ("^\\d{3}$", "123", true), ("^\\d{3}$", "1234", false), ("a.c", "a\nc", false), ("a.c", "a\u{2028}c", false),
        ("a.c", "aßc", true),
        ("^[^]$", "\n", true), ("^[]", "", false), ("\\u{1F600}", "😀", true), ("\\uD83D\\uDE00", "😀", true),
        ("[\\b]", "\u{8}", true),
        ("^\\s+$", "\u{FEFF}\u{A0} \t", true), ("\\S", "\u{3000}", false), ("^[\\w-]+$", "a-b_c", true),
        ("^[a\\-z]+$", "a-z", true),
        ("^(?<year>\\d{4})$", "2026", true), ("^a{,2}$", "a{,2}", true), ("^x{$", "x{", true), ("^}]$", "}]", true),
        ("^\\/\\$\\.$", "/$.", true), ("\\cJ", "\n", true), ("^\\x41\\0$", "A\0", true), ("^[[:a]+$", "[:a", true),
        ("\\p{Script=Greek}", "α", true), ("\\p{sc=Greek}", "a", false), ("^\\p{Lu}\\P{Lu}$", "Ab", true),
        ("^\\p{gc=Nd}$", "٣", true),
        ("^(?:a|b)*?c$", "ababc", true), ("a$|b", "a\n", false), ("\\bfoo\\b", "a foo b", true),
        ("^[^\\D]$", "5", true),
        ("^[\\s\\S]$", "x", true), ("^[&&~]+$", "&~", true), ("#", "#", true), ("^ $", " ", true),
    ])
    func means(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
        let expression = try RegularExpression(ecma: Array(pattern.utf8), maximumMemory: 1 << 20)
        #expect(Array(text.utf8).withUnsafeBufferPointer { expression.matches($0) } == isMatch)
    }

    @Test(arguments: [
        "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "\\k<a>", "(", ")", "[", "[b-a]", "[a-\\d]", "\\", "\\a", "\\Z",
        "\\u12",
        "\\uD800", "\\u{110000}", "\\xg0", "\\c1", "\\01", "(?i)a", "(?P<a>b)", "(?<a", "a++", "*", "\\p{Nope}",
        "\\p{scx=Greek}", "\\pL",
    ])
    func isRefused(_ pattern: String) {
        #expect(throws: ECMAPattern.Fault.self) {
            try RegularExpression(ecma: Array(pattern.utf8), maximumMemory: 1 << 20)
        }
    }
}
