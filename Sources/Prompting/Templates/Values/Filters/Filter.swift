/// A filter of Jinja2's: its `filters.py`, in the names and defaults of its arguments, its results and its errors.
struct Filter: Sendable {
    typealias Body = @Sendable (Value, Arguments, RenderContext) throws(RenderFault) -> Value

    private let body: Body

    static func named(_ name: String) -> Filter? { table[name].map { Filter(body: $0) } }

    static func isKnown(_ name: String) -> Bool { table[name] != nil }

    func apply(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try context.spend()
        do throws(RenderFault) {
            return try body(value, arguments, context)
        } catch {
            // Python says that an undefined value is of the wrong type; its author looks for the name that is missing.
            if error.kind == .type, case .undefined(let undefined) = value { throw undefined.fault }
            throw error
        }
    }

    private static let table: [String: Body] = [
        "abs": NumberFilters.absolute,
        "attr": SequenceFilters.attribute,
        "batch": SequenceFilters.batch,
        "capitalize": TextFilters.capitalize,
        "center": TextFilters.center,
        "count": SequenceFilters.length,
        "d": SequenceFilters.defaulted,
        "default": SequenceFilters.defaulted,
        "dictsort": SortingFilters.dictsort,
        "e": MarkupFilters.escape,
        "escape": MarkupFilters.escape,
        "filesizeformat": NumberFilters.fileSize,
        "first": SequenceFilters.first,
        "float": NumberFilters.float,
        "forceescape": MarkupFilters.forceEscape,
        "format": TextFilters.format,
        "groupby": SortingFilters.groupby,
        "indent": TextFilters.indent,
        "int": NumberFilters.int,
        "items": SequenceFilters.items,
        "join": TextFilters.join,
        "last": SequenceFilters.last,
        "length": SequenceFilters.length,
        "list": SequenceFilters.list,
        "lower": TextFilters.lower,
        "map": SelectionFilters.map,
        "max": SortingFilters.maximum,
        "min": SortingFilters.minimum,
        "pprint": PrettyPrinter.filter,
        "random": SequenceFilters.random,
        "reject": SelectionFilters.reject,
        "rejectattr": SelectionFilters.rejectattr,
        "replace": TextFilters.replace,
        "reverse": SequenceFilters.reverse,
        "round": NumberFilters.round,
        "safe": MarkupFilters.safe,
        "select": SelectionFilters.select,
        "selectattr": SelectionFilters.selectattr,
        "slice": SequenceFilters.slice,
        "sort": SortingFilters.sort,
        "string": TextFilters.string,
        "striptags": MarkupFilters.stripTags,
        "sum": NumberFilters.sum,
        "title": TextFilters.title,
        "tojson": JSONFilter.apply,
        "trim": TextFilters.trim,
        "truncate": TextFilters.truncate,
        "unique": SortingFilters.unique,
        "upper": TextFilters.upper,
        "urlencode": MarkupFilters.urlEncode,
        "urlize": Urlize.filter,
        "wordcount": TextFilters.wordCount,
        "wordwrap": WordWrap.filter,
        "xmlattr": MarkupFilters.xmlAttributes,
    ]
}

extension Arguments {
    /// Of a filter that takes none.
    func none(_ filter: String) throws(RenderFault) {
        if !isEmpty { _ = try bound(to: [], of: filter) }
    }
}

extension BoundArguments {
    /// Whether the argument is given and true in Python's sense.
    func flag(_ index: Int, _ context: RenderContext, default: Bool = false) throws(RenderFault) -> Bool {
        guard let value = self[index] else { return `default` }
        return try context.isTrue(value)
    }
}
