"""Templates: text, outputs and statements, with white space control wherever it may stand."""

import contextlib
import random

from . import literals
from .expressions import ANY, FILTERED, PRIMARY, Expressions

TEXTS = [
    "\n", "\n", " ", "\n\n", "  ", "\t", " \n ", "text", "Hello, ", "!", "- ", ": ", ", ", "\n  indented\n", "line one\nline two\n", "# Heading\n", "\r\n", "a\rb", "\n   ",
    "é", "日本", "👩\u200d👧", "e\u0301", "שלום", "\u00a0", "\u2028", "\x0b", "\x85", "<tag>", "&amp;", "{", "}", "}}", "%}", "#}", "$", "\\n", "'", '"', "100%", "{ ", " }",
    "System: you are helpful.\n", "User: ", "1. ", "| a | b |\n|---|---|\n", "```json\n", "```\n", "<|im_start|>", "<|im_end|>\n", "[INST] ", " [/INST]", "    deep\n",
]
FILTER_BLOCKS = ["upper", "lower", "trim", "title", "indent(2)", "indent(width=2, first=true)", "replace('a', 'b')", "upper|trim", "wordwrap(12)", "truncate(9)", "e", "center(20)", "capitalize", "striptags"]


class Statements(Expressions):
    def __init__(self, rng: random.Random, names: dict[str, str], wildness: float):
        super().__init__(rng, names, wildness)
        self.fresh = 0
        #: Within a macro called by a call block.
        self.has_caller = False
        self.control = rng.choice([0, 0.1, 0.3])

    def template(self) -> str:
        parts = [self.block(3)]
        while sum(map(len, parts)) < 60 or self.chance(0.3):
            parts.append(self.block(3))
        source = "".join(parts)
        return source + self.rng.choice(["", "\n", "\n\n", "\r\n", " "])

    def new_name(self) -> str:
        if self.chance(0.15):
            return self.rng.choice(["name", "n", "item", "x", "flag", "text"])
        self.fresh += 1
        return f"{self.rng.choice(['v', 'item', 'x_', 'é'])}{self.fresh}"

    @contextlib.contextmanager
    def scope(self, **names: str):
        """Names set within are not seen without."""
        before, macros, loops = dict(self.names), dict(self.macros), self.loops
        self.names.update(names)
        yield
        self.names, self.macros, self.loops = before, macros, loops

    # Delimiters

    def tag(self, content: str) -> str:
        opening = self.rng.choice("-+") if self.chance(self.control) else ""
        closing = self.rng.choice("-+") if self.chance(self.control) else ""
        space = self.rng.choice([" ", " ", " ", "", "\n", "  "])
        if opening == "" and content[0] in "+-":
            space = " "
        return f"{{%{opening}{space}{content}{self.rng.choice([' ', ' ', space])}{closing}%}}"

    def output(self, kind: str | None = None) -> str:
        kinds = ["str", "str", "int", "float", "bool", "any", "any", "markup", "scalar", "none", "list", "tuple", "floats", "pairs", "consumed"]
        kind = kind or self.rng.choice(kinds)
        source = self.consumed() if kind == "consumed" else self.expression(kind, 3)
        opening = self.rng.choice("-+") if self.chance(self.control) else ""
        closing = "-" if self.chance(self.control) else ""
        space = self.rng.choice([" ", " ", " ", "", "\n"])
        if source[0] in "+-{" or source[-1] in "-}":
            space = " "
        return f"{{{{{opening}{space}{source}{space}{closing}}}}}"

    def consumed(self) -> str:
        """What a generator of Python's gives, all of it."""
        lazy = self.expression("lazy:" + self.rng.choice(["ints", "strs", "recs", "lists", "pairs", "any"]), 3, FILTERED)
        return lazy + self.rng.choice(["|list", "|list", "|join(', ')", "|first", "|list|length", "|list|tojson"])

    # Bodies

    def text(self) -> str:
        text = "".join(self.rng.choice(TEXTS) for _ in range(self.rng.randint(1, 3)))
        # What would open a tag together with what may follow.
        return text + " " if text.endswith("{") and not self.chance(self.wildness) else text

    def block(self, depth: int) -> str:
        parts = []
        for _ in range(self.rng.randint(1, 4 if depth > 1 else 2)):
            if self.chance(0.6):
                parts.append(self.text())
            parts.append(self.statement(depth - 1))
        if self.chance(0.5):
            parts.append(self.text())
        return "".join(parts)

    def statement(self, depth: int) -> str:
        if depth <= 0 or self.chance(0.45):
            return self.output()
        makers = [
            self.conditional, self.conditional, self.loop, self.loop, self.loop, self.set, self.set, self.set_block, self.with_block, self.filter_block,
            self.macro, self.call_block, self.raw, self.comment, self.do, self.namespace, self.special, self.grouped, self.print_statement,
        ]
        return self.rng.choice(makers)(depth)

    def conditional(self, depth: int) -> str:
        parts = [self.tag(f"if {self.expression('bool')}"), self._scoped_block(depth)]
        while self.chance(0.3):
            parts += [self.tag(f"elif {self.expression(self.rng.choice(['bool', 'any']))}"), self._scoped_block(depth)]
        if self.chance(0.5):
            parts += [self.tag("else"), self._scoped_block(depth)]
        return "".join(parts) + self.tag("endif")

    def _scoped_block(self, depth: int, **names: str) -> str:
        with self.scope(**names):
            return self.block(depth)

    def loop(self, depth: int) -> str:
        targets, iterable, names = self._iteration()
        condition = ""
        if self.chance(0.2):
            with self.scope(**names):
                loops, self.loops = self.loops, 0
                condition = f" if {self.expression('bool', 1, FILTERED if self.chance(0.2) else 0)}"
                self.loops = loops
        parts = [self.tag(f"for {targets} in {iterable}{condition}")]
        with self.scope(**names):
            self.loops += 1
            if self.chance(0.3):
                parts.append(self.loop_state())
            parts.append(self.block(depth))
            if self.chance(0.15):
                parts += [self.tag(f"if {self.expression('bool', 1)}"), self.tag(self.rng.choice(["break", "continue"])), self.tag("endif"), self.output()]
        if self.chance(0.25):
            loops, self.loops = self.loops, self.loops
            parts += [self.tag("else"), self._scoped_block(depth)]
            self.loops = loops
        return "".join(parts) + self.tag("endfor")

    def loop_state(self) -> str:
        return self.rng.choice([
            "{{ loop.index }}/{{ loop.length }} ", "{% if not loop.last %}, {% endif %}", "{{ ', ' if not loop.first }}", "{{ loop.revindex0 }}",
            "{{ loop.previtem is defined }}", "{{ loop.nextitem|default('end') }}", "{% if loop.changed(loop.index // 2) %}new {% endif %}",
            "{{ loop.cycle('odd', 'even', 'third') }} ", "{{ loop.depth }}{{ loop.depth0 }}", "{{ loop }}", "{{ loop.previtem }}",
            "{% set outer = loop %}{% for inner in [1, 2] %}{{ outer.index }}.{{ loop.index }} {% endfor %}", "{{ loop|length }}",
        ])

    def _iteration(self) -> tuple[str, str, dict[str, str]]:
        """What a loop assigns, what it goes through, and the kinds of its names."""
        one, two = self.new_name(), self.new_name()
        if one == two:
            two += "_"
        match self.rng.randint(0, 15):
            case 0: return f"{one}, {two}", f"{self.expression('dict', 1, PRIMARY)}.items()", {one: "str", two: "any"}
            case 1: return f"{one}, {two}", f"{self.expression('counts', 1, FILTERED)}|dictsort", {one: "str", two: "int"}
            case 2: return f"({one}, {two})", self.rng.choice(["[(1, 'a'), (2, 'b')]", "[[1, 'x']]", "{'k': 1}|items", "[('ab'), 'cd']", "[(1, 2, 3)]"]), {one: "any", two: "any"}
            case 3: return one, f"range({literals.small(self.rng)})", {one: "int"}
            case 4: return one, self.expression("str", 1), {one: "str"}
            case 5: return one, f"{self.expression(self.rng.choice(['ints', 'strs', 'recs']), 1, FILTERED)}|batch({literals.small(self.rng, 1, 3)}{self.rng.choice(['', ', none', ', 0'])})", {one: "mixed"}
            case 6: return one, self.expression("lazy:" + self.rng.choice(["ints", "strs", "recs"]), 2), {one: "any"}
            case 7: return one, self.expression("dict", 1), {one: "str"}
            case 8 | 9: return one, self.expression("recs", 1), {one: "rec"}
            case 10: return one, ", ".join(self.expression("scalar", 1) for _ in range(2)), {one: "any"}
            case 14: return one, f"{self.expression('counts', 1, PRIMARY)}.{self.rng.choice(['keys', 'values'])}()", {one: "any"}
            case 15: return one, f"{self.expression(self.rng.choice(['ints', 'strs', 'recs']), 1, FILTERED)}|slice({literals.small(self.rng, 1, 3)}{self.rng.choice(['', ', none', ', 0'])})", {one: "mixed"}
            case 11: return f"{one}, ({two}, z)", "[(1, (2, 3)), (4, [5, 6])]", {one: "int", two: "int", "z": "int"}
            case 12: return one, self.expression(self.rng.choice(["mixed", "any", "matrix"]), 1), {one: "any"}
            case _:
                kind = self.rng.choice(["ints", "strs", "floats"])
                return one, self.expression(kind, 2), {one: {"ints": "int", "strs": "str"}.get(kind, "float")}

    def grouped(self, depth: int) -> str:
        group = self.new_name()
        body = self.rng.choice([
            f"{{{{ {group}.grouper }}}}: {{{{ {group}.list|map(attribute='name')|join(', ') }}}}", f"{{{{ {group}[0] }}}}={{{{ {group}.list|length }}}} ",
            f"{{% for one in {group}.list|sort(attribute='name') %}}{{{{ one.name }}}}{{% endfor %}}", f"{{{{ {group} }}}}",
        ])
        if self.chance(0.3):
            return self.tag(f"for team, members in {self.expression('groups')}") + "{{ team }} {{ members|length }}\n" + self.tag("endfor")
        return self.tag(f"for {group} in {self.expression('groups')}") + body + self.tag("endfor")

    # Assignments and scopes

    def set(self, depth: int) -> str:
        name, kind = self.new_name(), self.rng.choice(ANY)
        match self.rng.randint(0, 6):
            case 0:
                other = name + "b"
                source = self.tag(f"set {name}, {other} = {self.expression('scalar', 1)}, {self.expression('int', 1)}")
                self.names |= {name: "scalar", other: "int"}
            case 1:
                source = self.tag(f"set {name} = {self.expression('scalar', 1)}, {self.expression('scalar', 1)}")
                self.names[name] = "tuple"
            case _:
                source = self.tag(f"set {name} = {self.expression(kind)}")
                self.names[name] = kind
        return source + self.output()

    def set_block(self, depth: int) -> str:
        name = self.new_name()
        filters = f" | {self.rng.choice([*FILTER_BLOCKS, 'length', 'wordcount'])}" if self.chance(0.4) else ""
        body = self._scoped_block(depth)
        self.names[name] = "str" if "length" not in filters and "count" not in filters and not filters.endswith(" e") else "markup"
        return self.tag(f"set {name}{filters}") + body + self.tag("endset") + f"[{{{{ {name} }}}}]"

    def namespace(self, depth: int) -> str:
        name = self.new_name()
        attributes = ", ".join(f"{key}={self.expression(kind, 0)}" for key, kind in [("n", "int"), ("s", "str"), ("found", "bool")] if self.chance(0.8))
        parts = [self.tag(f"set {name} = namespace({attributes})" if self.chance(0.9) else f"set {name} = namespace({{'n': 1}}, s='x')")]
        step = self.rng.choice([f"set {name}.n = {name}.n + 1", f"set {name}.s = {name}.s ~ '.'", f"set {name}.found = true", f"set {name}.new = loop.index", f"set {name}.n, {name}.s = 1, 'y'"])
        test = self.rng.choice(["", "", self.tag(f"if {self.expression('bool', 1)}")])
        parts += [self.tag(f"for i in range({literals.small(self.rng)})"), test, self.tag(step), self.tag("endif") if test else "", self.tag("endfor")]
        parts.append(f"{{{{ {name}.n }}}}{{{{ {name}.s }}}}{{{{ {name}.found|default('-') }}}}{{{{ {name}.new is defined }}}}")
        if self.chance(0.1):
            parts.append(f"{{{{ {name} }}}}")
        return "".join(parts)

    def with_block(self, depth: int) -> str:
        one, two = self.new_name(), self.new_name()
        kind = self.rng.choice(ANY)
        assignments = self.rng.choice([f"{one} = {self.expression(kind)}", f"{one} = {self.expression(kind)}, {two}_ = {self.expression('int', 1)}", "", f"{one}={self.expression(kind)}, {two}_ = n"])
        names = {one: kind} if assignments else {}
        if two + "_" in assignments:
            names[two + "_"] = "int"
        return self.tag(f"with {assignments}".strip()) + self._scoped_block(depth, **names) + self.output() + self.tag("endwith")

    def filter_block(self, depth: int) -> str:
        return self.tag(f"filter {self.rng.choice(FILTER_BLOCKS)}") + self._scoped_block(depth) + self.tag("endfilter")

    # Macros

    def macro(self, depth: int) -> str:
        name = f"m{self.fresh}"
        self.fresh += 1
        parameters = self.rng.sample(["a", "b", "c", "n"], self.rng.randint(0, 3))
        with_default = [f"{parameter}={self.expression('scalar', 0)}" for parameter in parameters]
        first_default = self.rng.randint(0, len(parameters))
        signature = ", ".join(parameters[:first_default] + with_default[first_default:])
        body, takes_more, takes_keywords = "", False, False
        if self.chance(0.2):
            body, takes_more = self.rng.choice(["{{ varargs|join('+') }}", "{% for one in varargs %}<{{ one }}>{% endfor %}", "{{ varargs|length }}", "{{ varargs }}"]), True
        if self.chance(0.2):
            body += self.rng.choice(["{{ kwargs.extra|default('none') }}", "{% for k, v in kwargs.items() %}{{ k }}={{ v }}{% endfor %}", "{{ kwargs }}"])
            takes_keywords = True
        with self.scope(**{parameter: "scalar" for parameter in parameters}):
            self.loops, self.macros = 0, dict(self.macros)
            body += self._within_macro(depth)
        self.macros[name] = (parameters, takes_more, takes_keywords)
        call = f"{{{{ {self.macro_call()[0]} }}}}" if self.chance(0.8) else f"{{{{ {name}.name }}}}{{{{ {name}.arguments }}}}{{{{ {name}.catch_varargs }}}}"
        return self.tag(f"macro {name}({signature})") + body + self.tag("endmacro") + call

    def _within_macro(self, depth: int) -> str:
        # A macro's body may call macros above it, never itself: no recursion without an end.
        return self.block(max(depth - 1, 1))

    def call_block(self, depth: int) -> str:
        name = f"w{self.fresh}"
        self.fresh += 1
        parameters = self.rng.choice([[], [], ["p"], ["p", "q"]])
        passed = [self.expression("scalar", 0) for _ in parameters]
        defaults = f", {parameters[-1]}={self.expression('scalar', 0)}" if parameters and self.chance(0.3) else ""
        signature = ", ".join(parameters[:-1] + ([] if defaults else parameters[-1:])) + (defaults if len(parameters) > 1 else defaults.removeprefix(", "))
        caller = f"caller({', '.join(passed[:-1] if defaults and self.chance(0.5) else passed)})"
        body = self.rng.choice([f"<{{{{ {caller} }}}}>", f"{{% if a %}}{{{{ {caller}|trim }}}}{{% endif %}}", f"{{{{ {caller} }}}}{{{{ {caller}|upper }}}}", f"{{{{ caller is defined }}}}{{{{ {caller} if caller }}}}"])
        inner = self._scoped_block(max(depth - 1, 1), **{parameter: "scalar" for parameter in parameters})
        signature = f"({signature})" if parameters else self.rng.choice(["", "()"])
        return (
            self.tag(f"macro {name}(a=true)") + body + self.tag("endmacro")
            + self.tag(f"call{signature} {name}({self.rng.choice(['', '1', 'a=2'])})") + inner + self.tag("endcall")
        )

    # The rest

    def raw(self, depth: int) -> str:
        content = self.rng.choice(["{{ not a variable }}", "{% if %}", "{# no comment #}", " \n {{", "", "}} {% endfor %}", "\n  spaced  \n"])
        opening, closing = (self.rng.choice(["", "", "-", "+"]) if self.chance(self.control) else "" for _ in range(2))
        end = self.rng.choice(["", "-"]) if self.chance(self.control) else ""
        last = self.rng.choice(["", "-", "+"]) if self.chance(self.control) else ""
        return f"{{%{opening} raw {end}%}}{content}{{%{closing} endraw {last}%}}"

    def comment(self, depth: int) -> str:
        content = self.rng.choice([" a comment ", "", "\n several\n lines \n", " {{ x }} {% if %} ", " # ", "é", " {# "])
        opening, closing = (self.rng.choice("-+") if self.chance(self.control) else "" for _ in range(2))
        return f"{{#{opening}{content}{closing}#}}"

    def do(self, depth: int) -> str:
        return self.tag(f"do {self.expression('any')}")

    def print_statement(self, depth: int) -> str:
        return self.tag("print " + ", ".join(self.expression("scalar", 1) for _ in range(self.rng.randint(1, 2))))

    def special(self, depth: int) -> str:
        name = self.new_name()
        if self.chance(0.5):
            source = self.tag(f"set {name} = cycler({self.expression('str', 0)}, {self.expression('scalar', 0)})")
            self.names[name] = "cycler"
            use = f"{{{{ {name}.next() }}}}{{{{ {name}.current }}}}{{{{ {name}.next() }}}}" + self.rng.choice(["", f"{{% do {name}.reset() %}}{{{{ {name}.current }}}}"])
        else:
            source = self.tag(f"set {name} = joiner({self.rng.choice(['', repr(', '), repr('; ')])})")
            self.names[name] = "joiner"
            use = f"{{{{ {name}() }}}}a{{{{ {name}() }}}}b"
        return source + use
