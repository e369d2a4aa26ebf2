"""Small programs about nothing but names: what is set where, and seen where."""

import random

NAMES = ["a", "b", "c", "n"]


class Scopes:
    def __init__(self, rng: random.Random):
        self.rng = rng
        self.macros: list[str] = []
        self.calls = 0

    def program(self, depth: int = 3) -> str:
        return "".join(self._statement(depth) for _ in range(self.rng.randint(2, 5)))

    def _body(self, depth: int) -> str:
        return "".join(self._statement(depth - 1) for _ in range(self.rng.randint(1, 3)))

    def _name(self) -> str:
        return self.rng.choice(NAMES)

    def _value(self) -> str:
        name = self._name()
        return self.rng.choice([str(self.rng.randint(0, 9)), f"{name}|d(0)", f"'{name}'", f"({name}|d('u')) ~ '.'", name])

    def _show(self) -> str:
        name = self._name()
        return self.rng.choice([f"{{{{ {name}|d('?') }}}}", f"{{{{ {name} is defined }}}} ", f"<{{{{ a|d('-') }}}}{{{{ b|d('-') }}}}{{{{ c|d('-') }}}}>"])

    def _statement(self, depth: int) -> str:
        if depth <= 0:
            return self._show() if self.rng.random() < 0.6 else f"{{% set {self._name()} = {self._value()} %}}"
        name, other = self._name(), self._name()
        match self.rng.randint(0, 12):
            case 0 | 1: return self._show()
            case 2: return f"{{% set {name} = {self._value()} %}}"
            case 3: return f"{{% set {name} %}}{self._body(depth)}{{% endset %}}"
            case 4 | 5:
                otherwise = f"{{% else %}}{self._body(depth)}" if self.rng.random() < 0.5 else ""
                test = self.rng.choice(["true", "false", f"{name} is defined", f"{name}|d(false)", "n"])
                return f"{{% if {test} %}}{self._body(depth)}{otherwise}{{% endif %}}"
            case 6 | 7:
                items = self.rng.choice(["[1, 2]", "[]", "'xy'", f"[{other}|d(1)]", "[n|d(3)]"])
                condition = self.rng.choice(["", "", f" if {name} != 2", f" if {other} is defined"])
                otherwise = f"{{% else %}}{self._body(depth)}" if self.rng.random() < 0.3 else ""
                return f"{{% for {name} in {items}{condition} %}}{self._body(depth)}{otherwise}{{% endfor %}}"
            case 8: return f"{{% with {name} = {self._value()}, {other} = {self._value()} %}}{self._body(depth)}{{% endwith %}}"
            case 9: return f"{{% filter upper %}}{self._body(depth)}{{% endfilter %}}"
            case 10: return self._macro(depth, name, other)
            case 11 if self.macros:
                self.calls += 1
                return f"{{{{ {self.rng.choice(self.macros)}({self.rng.choice(['', '7', name + '=8'])})|d('') }}}}" if self.calls < 12 else self._show()
            case _: return self._call(depth, name)

    def _macro(self, depth: int, name: str, other: str) -> str:
        # A macro may be seen where it is not set: in a loop, in a branch. Its body calls no macro: no recursion.
        known, self.macros = self.macros, []
        body = self._body(depth)
        macro = f"m{self.rng.randint(0, 3)}"
        self.macros = known + [macro]
        parameters = self.rng.choice(["", name, f"{name}=5", f"{name}={other}|d(4)", "a, b=a" if name != "a" else "b=c, c=1"])
        return f"{{% macro {macro}({parameters}) %}}{body}{{% endmacro %}}"

    def _call(self, depth: int, name: str) -> str:
        return f"{{% macro w() %}}[{self._show()}{{{{ caller() }}}}]{{% endmacro %}}{{% call w() %}}{self._body(depth)}{{% endcall %}}"
