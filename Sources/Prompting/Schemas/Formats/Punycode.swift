/// RFC 3492: labels of host names in all alphabets, written in ASCII.
enum Punycode {
    private static let (base, tMin, tMax, skew, damp, initialBias, initialN) = (36, 1, 26, 38, 700, 72, 128)

    private static func adapt(_ delta: Int, _ count: Int, _ isFirst: Bool) -> Int {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / count
        var k = 0
        while delta > (base - tMin) * tMax / 2 {
            delta /= base - tMin
            k += base
        }
        return k + (base - tMin + 1) * delta / (delta + skew)
    }

    private static func threshold(_ k: Int, _ bias: Int) -> Int { min(max(k - bias, tMin), tMax) }

    /// - Parameter text: what stands behind `xn--`, 63 bytes at most.
    static func decode(_ text: ArraySlice<UInt8>) -> [Unicode.Scalar]? {
        var output: [Unicode.Scalar] = []
        var rest = text
        if let hyphen = text.lastIndex(of: UInt8(ascii: "-")) {
            output = text[..<hyphen].map { Unicode.Scalar($0) }
            rest = text[(hyphen + 1)...]
        }
        var (n, i, bias) = (initialN, 0, initialBias)
        while !rest.isEmpty {
            let old = i
            var weight = 1
            var k = base
            while true {
                guard let byte = rest.popFirst(), let digit = digit(byte) else { return nil }
                let (part, overflows) = digit.multipliedReportingOverflow(by: weight)
                let (sum, overflowsToo) = i.addingReportingOverflow(part)
                if overflows || overflowsToo { return nil }
                i = sum
                let threshold = threshold(k, bias)
                if digit < threshold { break }
                let (next, isOver) = weight.multipliedReportingOverflow(by: base - threshold)
                if isOver { return nil }
                weight = next
                k += base
            }
            bias = adapt(i - old, output.count + 1, old == 0)
            n += i / (output.count + 1)
            i %= output.count + 1
            guard n >= 0x80, let value = UInt32(exactly: n), let scalar = Unicode.Scalar(value) else { return nil }
            output.insert(scalar, at: i)
            i += 1
        }
        return output
    }

    /// How many bytes a label takes behind `xn--`; nil where they would be more than a label may have.
    static func encodedCount(_ label: [Unicode.Scalar]) -> Int? {
        guard label.count <= 63 else { return nil }
        let basic = label.count { $0.isASCII }
        var count = basic == 0 ? 0 : basic + 1
        var (n, delta, bias, handled) = (UInt32(initialN), 0, initialBias, basic)
        while handled < label.count {
            guard let next = label.map(\.value).filter({ $0 >= n }).min() else { return nil }
            delta += Int(next - n) * (handled + 1)
            n = next
            for scalar in label {
                if scalar.value < n { delta += 1 }
                guard scalar.value == n else { continue }
                var q = delta
                var k = base
                while case let threshold = threshold(k, bias), q >= threshold {
                    count += 1
                    q = (q - threshold) / (base - threshold)
                    k += base
                }
                count += 1
                bias = adapt(delta, handled + 1, handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            n += 1
        }
        return count
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 97
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte) - 65
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 48 + 26
        case _: nil
        }
    }
}
