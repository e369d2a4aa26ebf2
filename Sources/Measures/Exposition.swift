/// A page of metrics in Prometheus' text format 0.0.4. Every family is written once, with all its samples, and also
/// where it has none, so that the set of names does not depend on what has happened.
package struct Exposition: Sendable {

    package private(set) var bytes: [UInt8] = []

    package init() { bytes.reserveCapacity(32 << 10) }

    /// The samples of one family.
    package struct Samples {
        fileprivate let name: String
        fileprivate var bytes: [UInt8] = []

        package mutating func add(_ labels: KeyValuePairs<String, String>, _ value: some BinaryInteger) {
            line("", labels, String(value))
        }

        /// - Parameter text: a number in decimal, for what an integer or a double does not say exactly.
        package mutating func add(_ labels: KeyValuePairs<String, String>, decimal text: String) {
            line("", labels, text)
        }

        package mutating func add(_ labels: KeyValuePairs<String, String>, _ histogram: Histogram) {
            var sofar: UInt64 = 0
            for (bound, count) in zip(histogram.buckets.bounds, histogram.counts) {
                sofar += count
                line("_bucket", labels, String(sofar), upTo: "\(Double(bound) / histogram.buckets.perUnit)")
            }
            line("_bucket", labels, String(histogram.count), upTo: "+Inf")
            line("_sum", labels, "\(Double(histogram.sum) / histogram.buckets.perUnit)")
            line("_count", labels, String(histogram.count))
        }

        private mutating func line(
            _ suffix: String, _ labels: KeyValuePairs<String, String>, _ value: String, upTo bound: String? = nil
        ) {
            bytes += name.utf8
            bytes += suffix.utf8
            var opening = UInt8(ascii: "{")
            for (label, text) in labels {
                put(label, text, after: &opening)
            }
            if let bound { put("le", bound, after: &opening) }
            if opening == UInt8(ascii: ",") { bytes.append(UInt8(ascii: "}")) }
            bytes.append(UInt8(ascii: " "))
            bytes += value.utf8
            bytes.append(UInt8(ascii: "\n"))
        }

        private mutating func put(_ label: String, _ text: String, after opening: inout UInt8) {
            bytes.append(opening)
            opening = UInt8(ascii: ",")
            bytes += label.utf8
            bytes += "=\"".utf8
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
                case UInt8(ascii: "\n"): bytes += "\\n".utf8
                case _: bytes.append(byte)
                }
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    package mutating func counter(_ name: String, _ help: String, _ write: (inout Samples) -> Void) {
        family(name, "counter", help, write)
    }

    package mutating func counter(_ name: String, _ help: String, _ value: some BinaryInteger) {
        counter(name, help) { $0.add([:], value) }
    }

    package mutating func gauge(_ name: String, _ help: String, _ write: (inout Samples) -> Void) {
        family(name, "gauge", help, write)
    }

    package mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
        gauge(name, help) { $0.add([:], value) }
    }

    package mutating func histogram(_ name: String, _ help: String, _ write: (inout Samples) -> Void) {
        family(name, "histogram", help, write)
    }

    package mutating func histogram(_ name: String, _ help: String, _ value: Histogram) {
        histogram(name, help) { $0.add([:], value) }
    }

    private mutating func family(_ name: String, _ kind: String, _ help: String, _ write: (inout Samples) -> Void) {
        bytes += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n".utf8
        var samples = Samples(name: name)
        write(&samples)
        bytes += samples.bytes
    }
}
