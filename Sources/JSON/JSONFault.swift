import CSimdjson

/// Why bytes are not JSON, or a value is not what was asked for. Carries no text of the document.
package struct JSONFault: Error, Hashable, Sendable {
    package enum Reason: String, Sendable, CaseIterable {
        case empty = "empty"
        case malformed = "malformed"
        case tooDeep = "nested too deep"
        case tooLarge = "too large"
        case invalidUTF8 = "not valid UTF-8"
        /// An unclosed string, a raw control character, a wrong escape or half a surrogate pair.
        case invalidString = "wrong string"
        /// A wrong number, or one that neither 64 bits nor a double can hold.
        case invalidNumber = "wrong number"
        case outOfMemory = "out of memory"
        /// The value is of another kind than the operation is for.
        case wrongKind = "wrong kind"
        case duplicateKey = "duplicate key"
    }

    /// In bytes from the start of the document, where it is known.
    package var offset: Int?
    package var reason: Reason

    package init(_ reason: Reason, at offset: Int? = nil) {
        self.offset = offset
        self.reason = reason
    }
}

extension JSONFault.Reason {
    init?(_ verdict: tg_json_verdict) {
        switch verdict {
        case tg_json_valid: return nil
        case tg_json_empty: self = .empty
        case tg_json_too_deep: self = .tooDeep
        case tg_json_too_large: self = .tooLarge
        case tg_json_invalid_utf8: self = .invalidUTF8
        case tg_json_invalid_string: self = .invalidString
        case tg_json_invalid_number: self = .invalidNumber
        case tg_json_out_of_memory: self = .outOfMemory
        case _: self = .malformed
        }
    }
}
