"""Where Tollgate differs from Jinja2 on purpose: the whole list. docs/templates.md gives the same, for people.

Each difference has examples that must show it, and may say which other outcomes it accounts for.
"""

import dataclasses
import re
from collections.abc import Callable

from outcomes import Case, Outcome
from reference import FOLDING, eager


@dataclasses.dataclass(frozen=True)
class Difference:
    name: str
    why: str
    #: Template, context, and what Tollgate makes of it: an output, or the kind of a fault.
    examples: tuple[tuple[str, dict | str, str], ...]
    #: Whether it accounts for these outcomes (the reference's, ours) of a case.
    accounts: Callable[[Case, Outcome, Outcome], bool] = lambda case, reference, ours: False


_UNPRINTABLE = re.compile(r"an? \w*(generator|iterator|method|function|view|class|type)\w* cannot be printed")
_ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>|<class '|<(built-in )?(function|method)|<slot wrapper")


def _refused(tag: str) -> Callable[[Case, Outcome, Outcome], bool]:
    return lambda case, reference, ours: ours.stage == "compile" and bool(re.search(tag, case.template)) and "refused" in (ours.message or "")


DIFFERENCES = [
    Difference(
        "refused tags", "they reach outside of the template, or run without a bound",
        (("{% include 'x' %}", {}, "refused"), ("{% import 'x' as y %}", {}, "refused"), ("{% extends 'x' %}", {}, "refused"),
         ("{% block x %}{% endblock %}", {}, "refused"), ("{% from 'x' import y %}", {}, "refused"),
         ("{% for x in [] recursive %}{% endfor %}", {}, "refused"), ("{{ self }}", {}, "refused"),
         ("{% autoescape true %}{% endautoescape %}", {}, "refused")),
        _refused(r"\b(include|import|extends|block|from|recursive|autoescape|self)\b"),
    ),
    Difference(
        "integers beyond 64 bits", "they print as they came, but nothing is calculated with them: Python's have no end, and take time and memory without one",
        (("{{ 9223372036854775807 + 1 }}", {}, "numberTooLarge"), ("{{ big * 2 }}", {"big": 2**63}, "numberTooLarge"), ("{{ 10 ** 30 }}", {}, "numberTooLarge")),
        lambda case, reference, ours: ours.kind == "numberTooLarge" or "beyond 64 bits" in (ours.message or ""),
    ),
    Difference(
        "constants", "Jinja2 calculates with them while it compiles: some that fail do so wherever they stand, and infinity becomes a name that nothing has",
        (("{% if false %}{{ ([]|min) ~ 'x' }}{% endif %}", {}, ""), ("{{ missing|d(1e308 * 10) }}", {}, "inf")),
        lambda case, reference, ours: (reference.message or "").startswith(FOLDING) or reference.kind == "name",
    ),
    Difference(
        "addresses", "what Python prints as an address in memory (a generator, a method, a function) is a fault",
        (("{{ [1]|map('string') }}", {}, "type"), ("{{ 'x'.upper }}", {}, "type")),
        lambda case, reference, ours: bool(_ADDRESS.search(reference.output or "")) and ours.stage == "render"
        or bool(_UNPRINTABLE.search(ours.message or "")),
    ),
    Difference(
        "random", "a prompt renders the same each time: the filter and the function `lipsum` are refused",
        (("{{ [1]|random }}", {}, "refused"), ("{{ lipsum(n=0) }}", {}, "refused")),
        lambda case, reference, ours: ours.kind == "refused" and "random" in (ours.message or ""),
    ),
    Difference(
        "undefined operands", "what Python calls a TypeError, because a filter's operand or a number is an undefined variable, is `undefined` here and names it",
        (("{{ missing|round }}", {}, "undefined"), ("{{ missing|abs }}", {}, "undefined"), ("{{ missing|tojson }}", {}, "undefined"),
         ("{{ range(missing) }}", {}, "undefined")),
        lambda case, reference, ours: ours.kind == "undefined" and reference.kind == "type" and bool(re.search("Undefined|argument", reference.message)),
    ),
    Difference(
        "unknown filters and tests", "they are refused when the template is compiled wherever they stand; Jinja2 waits in branches until they are reached",
        (("{% if false %}{{ 1|nosuch }}{% endif %}", {}, "unknownFilter"), ("{{ 1 if true or 1 is nosuch }}", {}, "unknownTest")),
        lambda case, reference, ours: ours.stage == "compile" and (ours.message or "").startswith(("unknownFilter", "unknownTest")),
    ),
    Difference(
        "generators", "what Python makes when it is asked for (map, select, batch …) is made at once: what fails in it fails there, asked for or not",
        (("{% do 5|reject %}", {}, "type"), ("{{ [1, none]|map('abs')|first }}", {}, "type")),
        lambda case, reference, ours: ours.stage == "render" and eager(case.template, case.context, case.options) == ours,
    ),
    Difference(
        "escapes of strings", "a character's name needs a table of all, and half a surrogate pair is no text",
        ((r"{{ '\N{BULLET}' }}", {}, "literal"), (r"{{ '\ud83d\ude00' }}", {}, "literal")),
        lambda case, reference, ours: ours.stage == "compile" and (ours.message or "").startswith("literal") and bool(re.search(r"\\N|\\u[dD]", case.template)),
    ),
    Difference(
        "doubled members", "of a member that stands twice the first counts, here as everywhere in Tollgate",
        # Python's objects have no member twice, so the context is JSON text.
        (("{{ a }}", '{"a": 1, "a": 2}', "1"),),
    ),
    Difference(
        "limits", "what Python would take all memory and time for ends at a limit, which has a fault of its own",
        (("{{ 'xy' * 4611686018427387904 }}", {}, "memory"), ("{% for a in range(99999) %}{% for b in range(99999) %}{% break %}{% endfor %}{% endfor %}", {}, "steps")),
        lambda case, reference, ours: ours.kind in ("steps", "memory", "outputBytes", "depth") and reference.kind in ("overflow", "memory", "depth"),
    ),
    Difference(
        "complex numbers", "there are none: a root of a negative number is a fault",
        (("{{ (-8) ** 0.5 }}", {}, "value"),),
        lambda case, reference, ours: ours.kind == "value" and "complex" in ours.message,
    ),
]


def expected(case: Case, reference: Outcome, ours: Outcome) -> str | None:
    """The difference that accounts for the two outcomes, if one does."""
    for difference in DIFFERENCES:
        if difference.accounts(case, reference, ours):
            return difference.name
    return None
