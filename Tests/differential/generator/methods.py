"""Every method that templates may call, and every test: what it is called on, with which arguments, and what it makes."""

from typing import NamedTuple


class Method(NamedTuple):
    name: str
    on: str
    #: Argument lists to choose from; {kind} stands for an expression or argument of that kind.
    arguments: tuple[str, ...]
    makes: str


METHODS = [Method(*method) for method in [
    ("capitalize", "str", ("",), "str"), ("casefold", "str", ("",), "str"),
    ("center", "str", ("{width}", "{width}, '*'"), "str"), ("count", "str", ("{short text}", "{short text}, 1", "{short text}, 0, -1"), "int"),
    ("endswith", "str", ("{short text}", "('a', 'o')", "'o', 0, 5"), "bool"), ("expandtabs", "str", ("", "{small}", "tabsize=4"), "str"),
    ("find", "str", ("{short text}", "{short text}, 2", "{short text}, 1, -2"), "int"),
    ("index", "str", ("{short text}",), "int"),
    ("isalnum", "str", ("",), "bool"), ("isalpha", "str", ("",), "bool"), ("isascii", "str", ("",), "bool"), ("isdecimal", "str", ("",), "bool"),
    ("isdigit", "str", ("",), "bool"), ("isidentifier", "str", ("",), "bool"), ("islower", "str", ("",), "bool"), ("isnumeric", "str", ("",), "bool"),
    ("isprintable", "str", ("",), "bool"), ("isspace", "str", ("",), "bool"), ("istitle", "str", ("",), "bool"), ("isupper", "str", ("",), "bool"),
    ("join", "str", ("{strs}",), "str"), ("ljust", "str", ("{width}", "{width}, '.'"), "str"), ("lower", "str", ("",), "str"),
    ("lstrip", "str", ("", "{chars}", "none"), "str"), ("partition", "str", ("' '", "','"), "tuple"),
    ("removeprefix", "str", ("'a'", "'The '"), "str"), ("removesuffix", "str", ("'.'", "'o'"), "str"),
    ("replace", "str", ("{short text}, {short text}", "{short text}, {short text}, {small}"), "str"),
    ("rfind", "str", ("{short text}", "{short text}, 3"), "int"), ("rindex", "str", ("{short text}",), "int"),
    ("rjust", "str", ("{width}", "{width}, '0'"), "str"), ("rpartition", "str", ("' '", "','"), "tuple"),
    ("rsplit", "str", ("", "' '", "none, 1", "', ', 2", "maxsplit=1"), "strs"), ("rstrip", "str", ("", "{chars}"), "str"),
    ("split", "str", ("", "','", "' '", "none, 2", "',', 1", "sep='a'", "maxsplit=2", "sep=',', maxsplit=1"), "strs"),
    ("splitlines", "str", ("", "true", "keepends=true"), "strs"), ("startswith", "str", ("{short text}", "('T', 'H')", "'h', 1"), "bool"),
    ("strip", "str", ("", "{chars}"), "str"), ("swapcase", "str", ("",), "str"), ("title", "str", ("",), "str"), ("upper", "str", ("",), "str"),
    ("zfill", "str", ("{width}",), "str"), ("format", "format", ("{scalar}, {int}", "{scalar}, {int}, name={str}"), "str"),
    ("format_map", "named format", ("{'name': {str}, 'n': {int}}",), "str"),
    ("count", "ints", ("{int}", "1"), "int"), ("index", "ints", ("{int}",), "int"), ("copy", "ints", ("",), "ints"),
    ("count", "tuple", ("{str}",), "int"), ("index", "tuple", ("{str}",), "int"),
    ("items", "dict", ("",), "lazy:pairs"), ("keys", "dict", ("",), "lazy:strs"), ("values", "counts", ("",), "lazy:ints"),
    ("get", "dict", ("{str}", "{str}, {scalar}", "'alpha'", "'alpha', 0"), "scalar"), ("get", "counts", ("'Beta', {int}",), "int"),
    ("copy", "counts", ("",), "counts"),
    ("is_integer", "float", ("",), "bool"), ("bit_length", "int", ("",), "int"), ("bit_count", "int", ("",), "int"), ("conjugate", "int", ("",), "int"),
]]

#: Tests by what they look at; arguments as of methods.
TESTS = [
    ("boolean", "any", ("",)), ("callable", "any", ("",)), ("defined", "any", ("",)), ("divisibleby", "int", ("{nonzero}", " 3")),
    ("eq", "any", ("{scalar}",)), ("equalto", "any", ("{scalar}",)), ("==", "", ()), ("escaped", "str", ("",)), ("even", "int", ("",)),
    ("false", "any", ("",)), ("filter", "filter name", ("",)), ("float", "any", ("",)), ("ge", "int", ("{int}",)), ("gt", "int", ("{int}",)),
    ("greaterthan", "int", ("{int}",)), ("in", "str", ("{strs}", "{str}")), ("in", "int", ("{ints}",)), ("integer", "any", ("",)),
    ("iterable", "any", ("",)), ("le", "int", ("{int}",)), ("lessthan", "int", ("{int}",)), ("lower", "str", ("",)), ("lt", "int", ("{int}",)),
    ("mapping", "any", ("",)), ("ne", "any", ("{scalar}",)), ("none", "any", ("",)), ("number", "any", ("",)), ("odd", "int", ("",)),
    ("sameas", "any", ("true", "none", "false")), ("sequence", "any", ("",)), ("string", "any", ("",)), ("test", "test name", ("",)),
    ("true", "any", ("",)), ("undefined", "any", ("",)), ("upper", "str", ("",)),
]

#: Tests whose names are signs can be named only in `select` and its like.
SIGNS = ["==", "!=", ">", ">=", "<", "<="]

FORMATS = [
    "{} and {}", "{0}-{1}-{0}", "{:>10}|{:<5}", "{!r}: {:04d}", "{:^20}|{:+d}", "{:*^12}{:,}", "{0!s:.3}{1:x}", "{{}} {}", "{0:10}{1:_}", "{:s}{:5d}", "{}{:e}",
    "{:.2}{:#x}", "{} {:b} {:o}", "{!r:>30} {:%}", "{} {:.2f}",
]
NAMED_FORMATS = ["{name}: {n}", "{name!r:>20} {n:03d}", "{n:.1f} {name:^9}", "{name[0]}{n}"]
PERCENT_FORMATS = [
    ("%s is %d", "scalar", "int"), ("%5s|%-5s|", "str", "scalar"), ("%05d %x", "int", "int"), ("%.2f %e", "float", "float"), ("%+d %s %%", "int", "any"),
    ("%r and %s", "scalar", "str"), ("%g %G", "float", "float"), ("%o %X", "int", "int"), ("%c%s", "codepoint", "scalar"), ("%i %u", "int", "float"),
    ("%10.3f|%-10d|", "float", "int"), ("%s %s", "ints", "dict"), ("%.3s %#x", "str", "int"), ("% d %a", "int", "str"),
]
