"""Expressions of a wanted kind."""

import random

from . import literals, values
from .filters import FILTERS, MAPPED, SELECTING, SELECTING_FIELDS
from .filters import NAMES as FILTER_NAMES
from .methods import FORMATS, METHODS, NAMED_FORMATS, PERCENT_FORMATS, TESTS
from .methods import SIGNS

# How tightly a form binds; a looser one stands in parentheses.
CONDITIONAL, OR, AND, NOT, COMPARE, ADD, CONCAT, MULTIPLY, POWER, UNARY, FILTERED, PRIMARY = range(12)

SCALARS = ["str", "str", "int", "int", "float", "bool", "none"]
ANY = SCALARS + ["ints", "strs", "dict", "rec", "matrix", "mixed", "tuple", "counts", "recs", "range"]
ELEMENTS = {"ints": "int", "floats": "float", "strs": "str", "recs": "rec", "str": "str", "matrix": "ints", "mixed": "any", "tuple": "any", "range": "int",
    "single": "str"}
LITERAL_ARGUMENTS = {
    "attribute": ["'upper'", "'nosuch'", "'name'", "'title'"], "separator": ["', '", "'|'", "''", "' and '", "'\\n'", "1"],
    "field": ["'name'", "'team'", "'address.city'", "'score'", "'tags'", "'nosuch'"], "group field": ["'team'", "'name'", "'active'", "'address.city'"],
    "age field": ["'age'", "'address.zip'"], "sort fields": ["'name'", "'age'", "'team,age'", "'address.zip'", "'name,team'", "'active,name'"],
    "key or value": ["'key'", "'key'", "'key'", "'value'", "'nothing'"], "rounding": ["'common'", "'ceil'", "'floor'", "'up'"],
    "precision": ["0", "1", "2", "3", "-1", "10"], "indent": ["0", "1", "2", "8", "'> '", "'\\t'"], "indent or none": ["2", "0", "4", "none", "1"],
    "base": ["10", "2", "8", "16", "0", "36"], "length": ["5", "10", "20", "3", "255", "1"], "end": ["'...'", "''", "'…'", "' [more]'"],
    "chars": ["'.'", "' \\n'", "'abc'", "'-_ '", "none"], "positive": ["1", "2", "3", "4"], "positive width": ["1", "5", "10", "20", "79"],
    "width": ["0", "1", "5", "10", "20", "33"], "schemes": ["['ftp:', 'tel:']", "['bad']", "[]"], "nonzero": ["(2)", "(3)", "(-4)", "(7)"],
    "codepoint": ["65", "233", "0x1F600", "'z'"], "numeral": ["'42'", "'4.5'", "' 7 '", "'x'", "'1e3'", "'-8'", "'٣'", "'0x1F'", "'1_000'", "'nan'", "'-inf'"],
    "url": [repr(text) for text in values.TEXTS if "example" in text],
    "xml": ["{'id': 5, 'class': name, 'hidden': none}", "{'a b': 1}", "{}", "{'title': 'a \"<b>\"', 'data-x': 1.5}"],
}


class Expressions:
    """Writes expressions that use the names in scope."""

    def __init__(self, rng: random.Random, names: dict[str, str], wildness: float):
        self.rng = rng
        #: The kind of each name in scope.
        self.names = dict(names)
        #: How often a place gets a value of another kind than it expects.
        self.wildness = wildness
        #: Loops around this place within the same macro.
        self.loops = 0
        #: Macros in scope by name: how many parameters, whether they take further arguments and keywords.
        self.macros: dict[str, tuple[list[str], bool, bool]] = {}

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def expression(self, kind: str, depth: int = 2, level: int = CONDITIONAL) -> str:
        """An expression that most likely makes a value of that kind, in parentheses where `level` asks for them."""
        if self.chance(self.wildness):
            kind = self.rng.choice(ANY + ["undefined"])
        source, binding = self._made(kind, depth)
        if binding < level and not self.chance(self.wildness) or self.chance(0.02):
            return f"({source})"
        return source

    def _made(self, kind: str, depth: int) -> tuple[str, int]:
        match kind:
            case "scalar": kind = self.rng.choice(SCALARS)
            case "any": kind = self.rng.choice(ANY) if not self.chance(0.04) else "lazy:" + self.rng.choice(["ints", "strs", "pairs"])
            case "str" if depth > 0 and self.chance(0.05): kind = "markup"
            case "list": kind = self.rng.choice(["ints", "strs", "recs", "mixed"])
        if kind in LITERAL_ARGUMENTS:
            return self.rng.choice(LITERAL_ARGUMENTS[kind]), PRIMARY
        if kind.startswith("lazy:") or kind in ("markup", "groups", "pairs", "lists"):
            return self._filtered(kind, depth) or self._leaf("strs")
        if depth <= 0 or self.chance(0.3):
            return self._leaf(kind)
        makers = {
            "int": self._int, "float": self._float, "bool": self._bool, "str": self._str, "tuple": self._tuple,
            "ints": self._list, "strs": self._list, "floats": self._list, "recs": self._list, "mixed": self._list,
            "dict": self._dict, "counts": self._dict, "rec": self._element,
        }
        choice = self.rng.random()
        if choice < 0.08:
            return self._conditional(kind, depth)
        if choice < 0.12:
            return f"{self.expression('undefined', 0, FILTERED)}|default({self.expression(kind, depth - 1)})", FILTERED
        if choice < 0.5:
            return self._filtered(kind, depth) or self._leaf(kind)
        if choice < 0.62:
            return self._method(kind, depth) or self._leaf(kind)
        if choice < 0.68:
            return self._element(kind, depth)
        return makers.get(kind, lambda _, __: self._leaf(kind))(kind, depth - 1)

    # Leaves

    def _leaf(self, kind: str) -> tuple[str, int]:
        names = [name for name, known in self.names.items() if known == kind]
        if names and self.chance(0.6):
            return self.rng.choice(names), PRIMARY
        rng = self.rng
        match kind:
            case "str":
                return literals.any_text(rng), PRIMARY
            case "int":
                if self.loops and self.chance(0.15):
                    return "loop." + rng.choice(["index", "index0", "revindex", "revindex0", "length", "depth", "depth0"]), PRIMARY
                source = literals.integer(rng, values.integer(rng))
            case "float":
                source = literals.number(rng, values.number(rng))
            case "bool":
                if self.loops and self.chance(0.2):
                    return rng.choice(["loop.first", "loop.last", "loop.changed(n)", "loop.changed(name, n)"]), PRIMARY
                source = literals.boolean(rng, self.chance(0.5))
            case "none":
                source = literals.none(rng)
            case "ints" | "strs" | "floats" | "mixed" | "recs":
                element = ELEMENTS[kind]
                if kind == "recs":
                    return "users", PRIMARY
                return "[" + ", ".join(self.expression(element, 0) for _ in range(rng.randint(0, 4))) + rng.choice(["", "", ""]) + "]", PRIMARY
            case "tuple":
                return rng.choice(["('a', 1)", "(1, 2, 3)", "()", "('x',)", f"({self.expression('str', 0)}, {self.expression('int', 0)})"]), PRIMARY
            case "dict" | "counts":
                value = "int" if kind == "counts" else "scalar"
                keys = rng.sample(["'alpha'", "'Beta'", "'k'", "'é'", "name", "''"], rng.randint(0, 3))
                if kind == "dict" and self.chance(0.15):
                    keys += rng.sample(["1", "2.5", "none", "true", "(1, 2)", "1.0", "0"], 2)
                return "{" + ", ".join(f"{key}: {self.expression(value, 0)}" for key in keys) + "}", PRIMARY
            case "rec":
                return rng.choice(["user", "profile", "{'name': 'Eve', 'age': 3, 'active': true}", "dict(name='Bob', age=7)"]), PRIMARY
            case "matrix":
                return rng.choice(["matrix", "[[1, 2], [3, 4]]"]), PRIMARY
            case "range":
                return rng.choice([f"range({literals.small(rng)})", f"range(1, {literals.small(rng)})", f"range({literals.small(rng)}, -3, -2)"]), PRIMARY
            case "undefined":
                return rng.choice(values.MISSING + ["user.nosuch", "settings['nosuch']", "numbers[99]"]), PRIMARY
            case "single":
                return f"[{self.expression('str', 0)}]", PRIMARY
            case "short text":
                return literals.short_text(rng), PRIMARY
            case "small":
                return literals.small(rng), PRIMARY
            case "format":
                return literals.string(rng, rng.choice(FORMATS)), PRIMARY
            case "named format":
                return literals.string(rng, rng.choice(NAMED_FORMATS)), PRIMARY
            case "filter name":
                return repr(rng.choice(FILTER_NAMES + ["nosuch"])), PRIMARY
            case "test name":
                return repr(rng.choice([test[0] for test in TESTS] + SIGNS + ["nosuch"])), PRIMARY
            case _:
                return literals.any_text(rng), PRIMARY
        return source, (UNARY if source.startswith("-") else PRIMARY)

    # Operators

    def _conditional(self, kind: str, depth: int) -> tuple[str, int]:
        test = self.expression("bool", depth - 1, OR)
        then = self.expression(kind, depth - 1, OR)
        if kind == "str" and self.chance(0.2) and self.wildness:
            return f"{then} if {test}", CONDITIONAL
        return f"{then} if {test} else {self.expression(kind, depth - 1)}", CONDITIONAL

    def _int(self, kind: str, depth: int) -> tuple[str, int]:
        match self.rng.randint(0, 9):
            case 0 | 1: return self._binary(self.rng.choice("+-"), "int", "int", depth, ADD)
            case 2: return self._binary("*", "int", "int", depth, MULTIPLY)
            case 3 | 4: return f"{self.expression('int', depth, MULTIPLY)} {self.rng.choice(['//', '%'])} {self.rng.choice(['3', '7', '(-4)', '10', '0', '2.5'])}", MULTIPLY
            case 5: return f"{self.expression('int', 0, UNARY)} ** {literals.small(self.rng, 0, 4)}", POWER
            case 6: return f"-{self.expression('int', depth, PRIMARY)}", UNARY
            case 7: return f"+{self.expression('int', depth, PRIMARY)}", UNARY
            case 8: return self._filtered("int", depth + 1) or self._leaf("int")
            case _: return f"{self.expression('bool', depth, ADD)} + {self.expression('int', depth, CONCAT)}", ADD

    def _float(self, kind: str, depth: int) -> tuple[str, int]:
        match self.rng.randint(0, 5):
            case 0: return self._binary("/", "int", "int", depth, MULTIPLY)
            case 1: return self._binary(self.rng.choice("+-"), "float", "float", depth, ADD)
            case 2: return self._binary(self.rng.choice(["*", "/", "//", "%"]), "float", self.rng.choice(["int", "float"]), depth, MULTIPLY)
            case 3: return f"{self.expression('float', 0, UNARY)} ** {self.rng.choice(['2', '-1', '0.5', '0', '3'])}", POWER
            case 4: return f"-{self.expression('float', depth, PRIMARY)}", UNARY
            case _: return self._filtered("float", depth + 1) or self._leaf("float")

    def _binary(self, operator: str, left: str, right: str, depth: int, level: int) -> tuple[str, int]:
        space = self.rng.choice([" ", " ", ""])
        return f"{self.expression(left, depth, level)}{space}{operator}{space}{self.expression(right, depth, level + 1)}", level

    def _bool(self, kind: str, depth: int) -> tuple[str, int]:
        choice = self.rng.randint(0, 13)
        match choice:
            case 0: return f"not {self.expression('any', depth, NOT)}", NOT
            case 1: return f"{self.expression('bool', depth, AND)} and {self.expression('bool', depth, NOT)}", AND
            case 2: return f"{self.expression('bool', depth, OR)} or {self.expression('bool', depth, AND)}", OR
            case 3 | 4 | 5:
                operand = self.rng.choice(["int", "float", "str", "int", "tuple", "ints"])
                return self._comparison(["<", "<=", ">", ">="], operand, operand, depth)
            case 6: return self._comparison(["==", "!="], "any", "any", depth)
            case 7: return self._comparison(["==", "!="], "int", "float", depth)
            case 8:
                needle, stack = self.rng.choice([("int", "ints"), ("str", "str"), ("str", "strs"), ("scalar", "mixed"), ("str", "dict"), ("int", "range")])
                return self._comparison(["in", "not in"], needle, stack, depth)
            case 9:
                chain = self.rng.choice([["<", "<="], ["==", "!="], [">", ">="]])
                parts = [self.expression("int", depth, ADD) for _ in range(3)]
                return f"{parts[0]} {self.rng.choice(chain)} {parts[1]} {self.rng.choice(chain)} {parts[2]}", COMPARE
            case _: return self._test(depth)

    def _comparison(self, operators: list[str], left: str, right: str, depth: int) -> tuple[str, int]:
        return f"{self.expression(left, depth, ADD)} {self.rng.choice(operators)} {self.expression(right, depth, ADD)}", COMPARE

    def _test(self, depth: int) -> tuple[str, int]:
        name, operand, arguments = self.rng.choice([test for test in TESTS if test[1]])
        if operand == "any" and self.chance(0.3):
            operand = "undefined"
        argument = self.filled(self.rng.choice(arguments))
        if argument:
            argument = f" {argument}" if argument.strip("'").isalnum() and self.chance(0.4) else f"({argument})"
        negation = "not " if self.chance(0.25) else ""
        return f"{self.expression(operand, depth, UNARY)} is {negation}{name}{argument}", FILTERED

    def _str(self, kind: str, depth: int) -> tuple[str, int]:
        match self.rng.randint(0, 10):
            case 0 | 1 | 2:
                parts = [self.expression(self.rng.choice(["scalar", "str", "any", "markup", "str"]), depth, MULTIPLY) for _ in range(self.rng.randint(2, 3))]
                return " ~ ".join(parts), CONCAT
            case 3: return self._binary("+", "str", "str", depth, ADD)
            case 4: return f"{self.expression('str', depth, POWER)} * {self.rng.choice(['0', '1', '2', '3', '(-1)', 'true'])}", MULTIPLY
            case 5:
                format, *kinds = self.rng.choice(PERCENT_FORMATS)
                return f"{literals.string(self.rng, format)} % ({', '.join(self.expression(kind, depth) for kind in kinds)})", MULTIPLY
            case 6: return self._sliced("str", depth)
            case 7 if self.macros: return self.macro_call(depth)
            case 8 if "cycler" in self.names.values() or "joiner" in self.names.values():
                name = self.rng.choice([name for name, kind in self.names.items() if kind in ("cycler", "joiner")])
                return (name + "()" if self.names[name] == "joiner" else name + self.rng.choice([".next()", ".next()", ".current"])), PRIMARY
            case 9 if self.loops: return f"loop.cycle({self.expression('str', 0)}, {self.expression('scalar', 0)})", PRIMARY
            case _: return self._percent_filter(depth)

    def _percent_filter(self, depth: int) -> tuple[str, int]:
        format, *kinds = self.rng.choice(PERCENT_FORMATS)
        if self.chance(0.3):
            return f"'%(a)s %(b)05d'|format(a={self.expression('scalar', depth)}, b={self.expression('int', depth)})", FILTERED
        return f"{literals.string(self.rng, format)}|format({', '.join(self.expression(kind, depth) for kind in kinds)})", FILTERED

    # Lists and dicts

    def _sliced(self, kind: str, depth: int) -> tuple[str, int]:
        bounds = [self.rng.choice(["", "", "0", "1", "2", "-1", "-2", "5"]) for _ in range(2)]
        step = self.rng.choice(["", "", "", ":", ":2", ":-1", ":1"])
        return f"{self.expression(kind, depth, PRIMARY)}[{bounds[0]}:{bounds[1]}{step}]", PRIMARY

    def _list(self, kind: str, depth: int) -> tuple[str, int]:
        match self.rng.randint(0, 7):
            case 0: return self._binary("+", kind, kind, depth, ADD)
            case 1 if kind != "recs": return f"{self.expression(kind, depth, POWER)} * {literals.small(self.rng, 0, 3)}", MULTIPLY
            case 2 | 3: return self._sliced(kind, depth)
            case 4 if kind == "ints": return f"{self._leaf('range')[0]}|list", FILTERED
            case 5 if kind in ("ints", "strs"): return f"{self._lazy(kind, depth)}|list", FILTERED
            case 6 if kind == "strs": return f"{self._leaf('dict')[0]}|list", FILTERED
            case _: return self._leaf(kind)

    def _dict(self, kind: str, depth: int) -> tuple[str, int]:
        value = "int" if kind == "counts" else "scalar"
        if self.chance(0.3):
            members = ", ".join(f"{key}={self.expression(value, depth)}" for key in self.rng.sample(["a", "b", "alpha"], 2))
            return (f"dict({members})" if self.chance(0.6) else f"dict({self.expression(kind, 0)}, **{{'a': 1}})"), PRIMARY
        return self._leaf(kind)

    def _tuple(self, kind: str, depth: int) -> tuple[str, int]:
        if self.chance(0.4):
            return self._filtered("tuple", depth) or self._leaf("tuple")
        return f"({self.expression('scalar', depth)}, {self.expression('any', depth)},)", PRIMARY

    def _element(self, kind: str, depth: int) -> tuple[str, int]:
        """Something of that kind that stands in something else."""
        rng = self.rng
        record = self.expression("rec", depth - 1, PRIMARY)
        choices = {
            "str": [f"{record}.name", f"{record}['name']", f"{record}.address.city", "words[0]", "words[-1]", "text[0]", "user['address']['city']", "users[0].name", "name[n]"],
            "int": [f"{record}.age", f"{record}['age']", "numbers[0]", "numbers[-1]", "matrix[0][1]", "matrix.0.2", "counts.get('alpha', 0)", "counts['alpha']", "user.address.zip"],
            "float": [f"{record}.score", "prices[0]", "prices.0"], "bool": [f"{record}.active", "users[0].active"],
            "strs": [f"{record}.tags", "user['tags']"], "rec": ["users[0]", "docs[-1]", "users.0", "users|first", "docs|last"],
            "any": ["things[0]", "tree['alpha']", "settings.alpha", "things[-1]"], "none": [f"{record}.email"], "ints": ["matrix[0]", "matrix.1"],
        }.get(kind)
        if not choices:
            return self._leaf(kind)
        source = rng.choice(choices)
        return source, FILTERED if "|" in source else PRIMARY

    # Calls

    def filled(self, pattern: str) -> str:
        """A pattern of arguments with an expression in each `{kind}` that names one."""
        parts, rest = [], pattern
        while "{" in rest:
            before, _, rest = rest.partition("{")
            kind, closing, after = rest.partition("}")
            if kind in ELEMENTS or kind in LITERAL_ARGUMENTS or kind in ("int", "float", "bool", "scalar", "short text", "small", "strs", "ints"):
                parts += [before, self.expression(kind, 0)]
                rest = after
            else:
                parts += [before, "{"]
        return "".join(parts) + rest

    def _method(self, kind: str, depth: int) -> tuple[str, int] | None:
        methods = [method for method in METHODS if method.makes == kind]
        if not methods:
            return None
        method = self.rng.choice(methods)
        receiver = self.expression(method.on, depth - 1, PRIMARY)
        if receiver[0].isdigit() or receiver[-1].isdigit() and method.on in ("int", "float"):
            receiver = f"({receiver})"
        return f"{receiver}.{method.name}({self.filled(self.rng.choice(method.arguments))})", PRIMARY

    def _filtered(self, kind: str, depth: int) -> tuple[str, int] | None:
        candidates = []
        for filter in FILTERS:
            for taken in filter.takes:
                made = {"same": taken, "elem": ELEMENTS.get(taken), "lazy:same": f"lazy:{taken}"}.get(filter.makes, filter.makes)
                if made == kind or made == "any" and taken == "any" or kind == "lazy:any" and made.startswith("lazy:"):
                    candidates.append((filter, taken))
        if kind in ("lazy:ints", "lazy:strs", "lazy:recs") and (not candidates or self.chance(0.6)):
            return self._lazy(kind.removeprefix("lazy:"), depth), FILTERED
        if kind == "list" or not candidates:
            methods = self._method(kind, depth)
            return methods
        # Filters of one name share its chance, however many kinds it takes.
        name = self.rng.choice(sorted({filter.name for filter, _ in candidates}))
        filter, taken = self.rng.choice([candidate for candidate in candidates if candidate[0].name == name])
        if taken == "any" and filter.makes == "any":
            taken = kind
        space = self.rng.choice(["|", "|", " | "])
        operand = self.expression(taken, depth - 1, UNARY)
        return f"{operand}{space}{filter.name}{self.arguments(filter.parameters)}", FILTERED

    def _lazy(self, kind: str, depth: int) -> str:
        """A generator of texts, numbers or records, by map, select and their like."""
        rng = self.rng
        if kind == "recs":
            return f"{self.expression('recs', depth - 1, UNARY)}|{rng.choice(['selectattr', 'rejectattr'])}({rng.choice(SELECTING_FIELDS)})"
        if kind == "strs" and self.chance(0.5):
            return f"{self.expression('strs', depth - 1, UNARY)}|map({rng.choice(MAPPED)})"
        if kind == "ints" and self.chance(0.3):
            operand, mapped = rng.choice([("strs", "'length'"), ("ints", "'abs'"), ("strs", "'int'"), ("strs", "'wordcount'"), ("recs", "attribute='age'"), ("ints", "'int', base=10")])
            return f"{self.expression(operand, depth - 1, UNARY)}|map({mapped})"
        return f"{self.expression(kind, depth - 1, UNARY)}|{rng.choice(['select', 'reject'])}({rng.choice(SELECTING.get(kind, ['']))})"

    def arguments(self, parameters) -> str:
        """A filter's arguments: by place, by keyword, some left out."""
        written, by_keyword = [], False
        for parameter in parameters:
            if not parameter.required and not self.chance(0.4):
                by_keyword = True
                continue
            by_keyword = by_keyword or self.chance(0.3)
            value = self.expression(parameter.kind, 0)
            written.append(f"{parameter.name}={value}" if by_keyword else value)
        if self.chance(self.wildness):
            written.append(self.rng.choice(["nosuch=1", "x=none"]) if by_keyword else "1")
        if not written:
            return self.rng.choice(["", "", "", "()"])
        if not by_keyword and self.chance(0.05):
            return f"(*[{', '.join(written)}])"
        return f"({', '.join(written)})"

    def macro_call(self, depth: int = 1) -> tuple[str, int]:
        name = self.rng.choice(list(self.macros))
        parameters, takes_more, takes_keywords = self.macros[name]
        written = []
        for number, parameter in enumerate(parameters):
            if self.chance(0.15):
                break
            written.append(self.expression("scalar", depth - 1))
        rest = parameters[len(written):]
        if takes_more and not rest and self.chance(0.6):
            written += [self.expression("scalar", 0) for _ in range(self.rng.randint(1, 2))]
        written += [f"{parameter}={self.expression('scalar', 0)}" for parameter in rest if self.chance(0.5)]
        if takes_keywords and self.chance(0.6):
            written.append(f"extra={self.expression('scalar', 0)}")
        return f"{name}({', '.join(written)})", PRIMARY
