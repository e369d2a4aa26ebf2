/// `urlize`: links around what looks like a web or mail address.
enum Urlize {
    static func filter(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(
            to: ["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"], of: "urlize")
        var relations: Set<[UInt8]> = [Array("noopener".utf8)]
        if let rel = bound[3], try context.isTrue(rel) {
            for part in try context.words(context.requireText(rel, "urlize").bytes[...]) {
                relations.insert(Array(part))
            }
        }
        if try bound.flag(1, context) { relations.insert(Array("nofollow".utf8)) }
        var attributes = Array(" rel=\"".utf8)
        let sorted = relations.sorted { $0.lexicographicallyPrecedes($1) }
        attributes += try context.escaped(Text(Array(sorted.joined(separator: [0x20])))).bytes
        attributes.append("\"")
        if let target = bound[2], try context.isTrue(target) {
            attributes.append(" target=\"")
            let text = try context.escaped(target).bytes
            try context.spend(bytes: text.count)
            attributes += text
            attributes.append("\"")
        }
        let limit = bound[0].flatMap { context.isNone($0) ? nil : $0 }
        let linker = Linker(
            attributes: attributes, limit: limit, schemes: try schemes(bound[4], context), context: context)

        let text = try context.escaped(value).bytes
        try context.spend(bytes: text.count, times: 2)
        var output: [UInt8] = []
        var scalars = Scalars(text)
        var wordStart = 0
        var end = 0
        while let scalar = scalars.next() {
            if scalar.isPythonSpace {
                if wordStart < end { output += try linker.linked(text[wordStart..<end]) }
                output += text[end..<scalars.position]
                wordStart = scalars.position
            }
            end = scalars.position
        }
        if wordStart < end { output += try linker.linked(text[wordStart..<end]) }
        return .string(output)
    }

    private static func schemes(_ value: Value?, _ context: RenderContext) throws(RenderFault) -> [[UInt8]] {
        guard let value, !context.isNone(value) else { return [] }
        var schemes: [[UInt8]] = []
        for element in try context.elements(of: value) {
            let scheme = try context.requireText(element, "urlize").bytes
            try context.spend(steps: 1 + scheme.count >> 4)
            var name = scheme[...]
            for _ in 0..<2 where name.last == UInt8(ascii: "/") { name.removeLast() }
            let isColon = name.popLast() == UInt8(ascii: ":")
            let isName = Scalars(name).allSatisfy { $0.isWordCharacter || $0 == "." || $0 == "+" || $0 == "-" }
            guard isColon, isName, name.scalarCount >= 2 else {
                throw RenderFault(.filterArgument, "not a valid URI scheme prefix")
            }
            schemes.append(scheme)
        }
        return schemes
    }
}

private struct Linker {
    let attributes: [UInt8]
    /// Looked at where there is an address to be cut, so a text without one takes any.
    let limit: Value?
    let schemes: [[UInt8]]
    let context: RenderContext

    /// One word, escaped for HTML; what stands around its address stays outside the link.
    func linked(_ word: ArraySlice<UInt8>) throws(RenderFault) -> [UInt8] {
        try context.spend(steps: 1 + word.count >> 3)
        var middle = word
        while let opening = Self.openings.first(where: { middle.starts(with: $0) }) {
            middle = middle.dropFirst(opening.count)
        }
        let head = word[..<middle.startIndex]
        while let closing = Self.closings.first(where: { middle.hasSuffix($0) }) {
            middle = middle.dropLast(closing.count)
        }
        // Brackets that open within the address close there too.
        for (opening, closing) in Self.pairs {
            let opened = Self.count(opening, in: middle)
            guard opened > Self.count(closing, in: middle) else { continue }
            var tail = word[middle.endIndex...]
            for _ in 0..<min(opened, Self.count(closing, in: tail)) {
                guard let found = tail.firstRange(of: closing[...]) else { break }
                middle = word[middle.startIndex..<found.upperBound]
                tail = word[found.upperBound...]
            }
        }
        let tail = word[middle.endIndex...]
        let link = try link(to: Array(middle))
        try context.spend(bytes: link.count)
        return head + link + tail
    }

    private static let openings: [[UInt8]] = ["(", "<", "&lt;"].map { Array($0.utf8) }
    private static let closings: [[UInt8]] = [")", ">", ".", ",", "&gt;"].map { Array($0.utf8) }
    private static let pairs: [([UInt8], [UInt8])] = [("(", ")"), ("<", ">"), ("&lt;", "&gt;")].map {
        (Array($0.0.utf8), Array($0.1.utf8))
    }

    private static func count(_ pattern: [UInt8], in text: ArraySlice<UInt8>) -> Int {
        var count = 0
        var rest = text
        while let found = rest.firstRange(of: pattern[...]) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }

    private func link(to address: [UInt8]) throws(RenderFault) -> [UInt8] {
        if WebAddress.isWeb(address) {
            let hasScheme = address.starts(with: "https://".utf8) || address.starts(with: "http://".utf8)
            return anchor(hasScheme ? "" : "https://", address, attributes, shown: try trimmed(address))
        }
        if address.starts(with: "mailto:".utf8), WebAddress.isMail(address[7...]) {
            return anchor("", address, [], shown: Array(address[7...]))
        }
        if address.contains(UInt8(ascii: "@")), !address.starts(with: "www.".utf8),
            address.first != UInt8(ascii: "@"), !address.contains(UInt8(ascii: ":")), WebAddress.isMail(address[...])
        {
            return anchor("mailto:", address, [], shown: address)
        }
        var address = address
        for scheme in schemes where address != scheme && address.starts(with: scheme) {
            try context.spend(bytes: 2 * address.count + attributes.count)
            address = anchor("", address, attributes, shown: address)
        }
        return address
    }

    private func anchor(
        _ prefix: StaticString, _ address: [UInt8], _ attributes: [UInt8], shown: [UInt8]
    ) -> [UInt8] {
        var output = Array("<a href=\"".utf8)
        output.append(prefix)
        output += address
        output.append("\"")
        output += attributes
        output.append(">")
        output += shown
        output.append("</a>")
        return output
    }

    private func trimmed(_ address: [UInt8]) throws(RenderFault) -> [UInt8] {
        guard let limit else { return address }
        let most = try context.requireIndex(limit)
        guard address.scalarCount > most else { return address }
        let count = most < 0 ? max(address.scalarCount + most, 0) : most
        return address[..<address.offset(ofScalar: count)] + Array("...".utf8)
    }
}
