"""Every filter: what it takes and makes. Kinds are those of `values.KINDS`, and

lazy:KIND   a generator in Python: consumed once, at once, seldom printed
lists       a list of lists            pairs    a list of (key, value)
markup      text that is marked as safe
elem        an element of the list that went in; `same`: the kind that went in
"""

from typing import NamedTuple


class Parameter(NamedTuple):
    name: str
    #: A kind, or how expressions.Expressions.argument makes it.
    kind: str
    required: bool = False


class Filter(NamedTuple):
    name: str
    takes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    makes: str
    #: Python's builtins take no keywords.
    positional_only: bool = False


def _filter(name, takes, makes, *parameters, positional_only=False):
    return Filter(name, tuple(takes.split()), tuple(Parameter(*p) for p in parameters), makes, positional_only)


LISTS = "ints floats strs"
FIELD = "field"

FILTERS = [
    _filter("abs", "int float", "same", positional_only=True),
    _filter("attr", "rec str", "undefined", ("name", "attribute", True)),
    _filter("batch", "ints strs recs", "lazy:lists", ("linecount", "positive", True), ("fill_with", "scalar")),
    _filter("capitalize", "str scalar", "str"),
    _filter("center", "str scalar", "str", ("width", "width")),
    _filter("count", "str ints strs recs dict", "int", positional_only=True),
    _filter("d", "any undefined", "any", ("default_value", "scalar"), ("boolean", "bool")),
    _filter("default", "any undefined", "any", ("default_value", "scalar"), ("boolean", "bool")),
    _filter("dictsort", "counts dict", "pairs", ("case_sensitive", "bool"), ("by", "key or value"), ("reverse", "bool")),
    _filter("e", "str scalar", "markup", positional_only=True),
    _filter("escape", "str scalar", "markup", positional_only=True),
    _filter("filesizeformat", "int float numeral", "str", ("binary", "bool")),
    _filter("first", "ints strs recs str", "elem"),
    _filter("float", "any str numeral int", "float", ("default", "float")),
    _filter("forceescape", "str scalar", "markup"),
    _filter("groupby", "recs", "groups", ("attribute", "group field", True), ("default", "str"), ("case_sensitive", "bool")),
    _filter("indent", "str", "str", ("width", "indent"), ("first", "bool"), ("blank", "bool")),
    _filter("int", "any str numeral float", "int", ("default", "int"), ("base", "base")),
    _filter("items", "dict counts undefined", "lazy:pairs"),
    _filter("join", "ints strs mixed lazy:strs lazy:ints str", "str", ("d", "separator")),
    _filter("join", "recs", "str", ("d", "separator"), ("attribute", "field", True)),
    _filter("last", "ints strs recs str", "elem"),
    _filter("length", "str ints strs recs dict", "int", positional_only=True),
    _filter("list", "ints strs str dict lazy:ints lazy:strs lazy:lists lazy:pairs", "list"),
    _filter("lower", "str scalar", "str"),
    _filter("map", "recs", "lazy:any", ("attribute", "field", True), ("default", "scalar")),
    _filter("max", "ints floats strs str", "elem", ("case_sensitive", "bool")),
    _filter("max", "recs", "elem", ("case_sensitive", "bool"), ("attribute", "group field", True)),
    _filter("min", "ints floats strs str", "elem", ("case_sensitive", "bool")),
    _filter("min", "recs", "elem", ("case_sensitive", "bool"), ("attribute", "group field", True)),
    _filter("pprint", "scalar ints strs dict rec matrix", "str"),
    _filter("random", "single", "elem"),
    _filter("replace", "str scalar", "str", ("old", "short text", True), ("new", "short text", True), ("count", "small")),
    _filter("reverse", "str", "str"),
    _filter("reverse", "ints strs recs", "lazy:same"),
    _filter("round", "float int", "float", ("precision", "precision"), ("method", "rounding")),
    _filter("safe", "str", "markup"),
    _filter("slice", "ints strs recs", "lazy:lists", ("slices", "positive", True), ("fill_with", "scalar")),
    _filter("sort", "ints floats strs", "same", ("reverse", "bool"), ("case_sensitive", "bool")),
    _filter("sort", "recs", "same", ("reverse", "bool"), ("case_sensitive", "bool"), ("attribute", "sort fields", True)),
    _filter("string", "str scalar ints dict", "str"),
    _filter("striptags", "str markup", "str"),
    _filter("sum", "ints", "int", ("start", "int")),
    _filter("sum", "floats", "float", ("start", "float")),
    _filter("sum", "recs", "int", ("attribute", "age field", True), ("start", "int")),
    _filter("title", "str scalar", "str"),
    _filter("tojson", "any ints strs dict rec recs matrix mixed", "markup", ("indent", "indent or none")),
    _filter("trim", "str scalar", "str", ("chars", "chars")),
    _filter("truncate", "str", "str", ("length", "length"), ("killwords", "bool"), ("end", "end"), ("leeway", "small")),
    _filter("unique", "ints strs", "lazy:same", ("case_sensitive", "bool")),
    _filter("unique", "recs", "lazy:same", ("case_sensitive", "bool"), ("attribute", "group field", True)),
    _filter("upper", "str scalar", "str"),
    _filter("urlencode", "str counts int", "str"),
    _filter(
        "urlize", "str url", "str", ("trim_url_limit", "width"), ("nofollow", "bool"), ("target", "short text"),
        ("rel", "short text"), ("extra_schemes", "schemes")),
    _filter("wordcount", "str scalar", "int"),
    _filter(
        "wordwrap", "str", "str", ("width", "positive width"), ("break_long_words", "bool"), ("wrapstring", "short text"),
        ("break_on_hyphens", "bool")),
    _filter("xmlattr", "xml", "str", ("autospace", "bool")),
]

#: Made by code of their own in expressions.py: what they take depends on another filter, a test or a format.
SPECIAL = ["format", "map", "reject", "rejectattr", "select", "selectattr"]

NAMES = sorted({filter.name for filter in FILTERS} | set(SPECIAL))

#: Filters that `map` applies to texts, with their arguments.
MAPPED = [
    "'upper'", "'lower'", "'title'", "'capitalize'", "'trim'", "'replace', 'a', 'b'", "'truncate', 4, true, '…'", "'string'",
    "'center', 8", "'indent', 2, true", "'default', 'x'", "'replace', old='a', new='é'",
]

#: A test for `select` and its like, with its arguments, by the kind of the elements.
SELECTING = {
    "ints": ["'odd'", "'even'", "'divisibleby', 3", "'gt', 2", "'>', 2", "'lessthan', 50", "'le', 7", "'equalto', 42", "'ne', 1", "'in', [1, 2, 3]", "'number'", "'integer'", "",
             "'==', 2", "'!=', 2", "'<', 10", "'<=', 10", "'>=', 10", "'ge', 10", "'lt', 10", "'greaterthan', 1"],
    "strs": ["'string'", "'lower'", "'upper'", "'equalto', 'Beta'", "'in', 'alphaBeta'", "'eq', 'x'", "'ge', 'b'", "'defined'", "'none'", "",
             "'sequence'", "'iterable'", "'mapping'", "'sameas', none", "'undefined'"],
}

#: The same for `selectattr` and its like: field, then test.
SELECTING_FIELDS = [
    "'active'", "'age', 'gt', 30", "'age', 'odd'", "'team', 'equalto', 'red'", "'team', 'in', ['red', 'blue']", "'address.city', '==', 'Bern'",
    "'email', 'none'", "'email', 'defined'", "'tags'", "'tags.0', 'defined'", "'score', 'float'", "'nosuch', 'undefined'", "'name', 'string'",
]
