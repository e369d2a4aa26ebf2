"""Templates broken on purpose: what an author mistypes."""

import random
import re

TOKEN = re.compile(r"\{[{%#][-+]?|[-+]?[}%#]\}|\w+|[^\w\s]|\s+")

STRAY = [
    "{% endif %}", "{% else %}", "{% elif x %}", "{{", "{%", "{#", "{{ }}", "{% %}", "{% if %}", "{% for x %}", "{% nosuchtag %}", "{% set 1 = 2 %}", "{% set x %}", "{{ 'open }}",
    "{{ a b }}", "{{ a..b }}", "{{ [1, 2 }}", "{{ (1 }}", "{{ x|nosuchfilter }}", "{{ x is nosuchtest }}", "{{ 1 +}}", "{{ * }}", "{{ a.'b' }}", "{% raw %}", "{% macro (x) %}",
    "{% for loop in x %}{% endfor %}", "{% break %}", "{% continue %}", "{{ f(a=1, 2) }}", "{{ f(**a, *b) }}", "{{ x | }}", "{{ 1.2.3 }}", "{{ 08 }}", "{{ a ? b }}", "{{ a && b }}",
    "{{ 'a' if }}", "{{ not }}", "{{ {1} }}", "{{ {'a' 1} }}", "{% with x %}{% endwith %}", "{% filter %}{% endfilter %}", "{% call x %}{% endcall %}", "{% endfor %}", "{% macro m(a=1, b) %}{% endmacro %}",
    "{% if x %}{% endfor %}", "{{ x is not }}", "{{ a is b is c }}", "{{ \"\\x4\" }}", "{% set a.b.c = 1 %}", "{% set x.y = 1 %}", "{{ x! }}", "{{ ... }}", "{% block a %}", "{{ a; b }}", "{{ 1__0 }}", "{{ é. }}",
    "{% for a, in [[1]] %}{{ a }}{% endfor %}", "{{ (,) }}", "{{ [,] }}", "{{ {} }}", "{{ x[] }}", "{{ x[1:2:3:4] }}", "{{ f(,) }}", "{{ f(a,) }}", "{{ a.1 }}", "{{ a.1.b }}",
]


def broken(rng: random.Random, template: str) -> str:
    tokens = TOKEN.findall(template)
    match rng.randint(0, 5):
        case 0 | 1:
            del tokens[rng.randrange(len(tokens))]
        case 2:
            place = rng.randrange(len(tokens))
            tokens.insert(place, tokens[place])
        case 3 if len(tokens) > 1:
            place = rng.randrange(len(tokens) - 1)
            tokens[place], tokens[place + 1] = tokens[place + 1], tokens[place]
        case 4:
            return template[: rng.randrange(len(template))]
        case _:
            tokens.insert(rng.randrange(len(tokens) + 1), rng.choice(STRAY))
    return "".join(tokens)
