import Domain
import JSON

/// What came of holding an answer against its agent's output schema, as it is said to clients.
package struct OutputVerdict: Sendable {
    /// None: the answer is what was asked for. Pointers begin at the answer.
    package var faults: [DataFault]
    package var isValid: Bool { faults.isEmpty }

    package init(faults: [DataFault]) { self.faults = faults }

    /// The JSON object that says it at the end of a stream of OpenAI's.
    package func encode() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.verdict(self)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// `output_valid`, and `output_faults` where it is not.
    mutating func verdict(_ verdict: OutputVerdict) {
        key("output_valid")
        bool(verdict.isValid)
        guard !verdict.isValid else { return }
        key("output_faults")
        faults(verdict.faults, root: "/output")
    }

    /// - Parameter root: what the pointers begin with.
    mutating func faults(_ faults: [DataFault], root: String) {
        beginArray()
        for fault in faults {
            beginObject()
            key("pointer")
            optional(fault.pointer.map { root + $0 })
            key("rule")
            string(fault.rule)
            key("message")
            string(fault.message)
            endObject()
        }
        endArray()
    }
}
