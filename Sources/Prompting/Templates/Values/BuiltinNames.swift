/// The names of what Python 3.11's types have, so that `x.items` is the method where it is there.
enum BuiltinNames {
    static let ofString: Set<String> = [
        "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format",
        "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower",
        "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans",
        "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit",
        "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
    ]
    static let ofList: Set<String> = ["copy", "count", "index"]
    static let ofDict: Set<String> = ["copy", "fromkeys", "get", "items", "keys", "values"]
    static let changesList: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    ]
    static let changesDict: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]

    /// A quick no: whether a name begins as one that a dict has does.
    static func mayBeOfDict(_ name: String) -> Bool {
        guard name.utf8.count <= 17 else { return name.utf8.first == UInt8(ascii: "_") }
        switch name.utf8.first {
        case UInt8(ascii: "c"), UInt8(ascii: "f"), UInt8(ascii: "g"), UInt8(ascii: "i"), UInt8(ascii: "k"),
            UInt8(ascii: "p"), UInt8(ascii: "s"), UInt8(ascii: "u"), UInt8(ascii: "v"):
            return ofDict.contains(name) || changesDict.contains(name)
        case UInt8(ascii: "_"): return true
        case _: return false
        }
    }

    /// What stands between double underscores in every type, or in most; the sandbox refuses them all.
    static let ofObject: Set<String> = [
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__",
        "__getstate__", "__gt__", "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__",
        "__reduce__", "__reduce_ex__", "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__",
        "__len__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__iter__", "__reversed__", "__add__",
        "__mul__", "__rmul__", "__mod__", "__rmod__", "__iadd__", "__imul__", "__or__", "__ror__", "__ior__",
        "__class_getitem__", "__getnewargs__", "__call__", "__self__", "__func__", "__name__", "__qualname__",
        "__module__", "__dict__", "__globals__", "__code__",
    ]

    static func attribute(_ name: String, of number: Int) -> Value? {
        switch name {
        case "real", "numerator": .int(number)
        case "imag": .int(0)
        case "denominator": .int(1)
        case "bit_length", "bit_count", "conjugate", "as_integer_ratio": .rare(.method(name, of: .int(number)))
        case _: nil
        }
    }

    static func attribute(_ name: String, of number: Double) -> Value? {
        switch name {
        case "real": .float(number)
        case "imag": .float(0)
        case "is_integer", "conjugate": .rare(.method(name, of: .float(number)))
        case _: nil
        }
    }
}
