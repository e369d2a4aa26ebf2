"""Where Tollgate differs from Jinja2 on purpose: the whole list. docs/templates.md gives the same, for people.

Each difference has examples that must show it, and may say which other outcomes it accounts for.
"""

import dataclasses
import re
from collections.abc import Callable

from outcomes import Case, Options, Outcome


@dataclasses.dataclass(frozen=True)
class Difference:
    name: str
    why: str
    #: Template, context, and what Tollgate makes of it: an output, or the kind of a fault.
    examples: tuple[tuple[str, dict, str], ...]
    #: Whether it accounts for these outcomes (the reference's, ours) of a case.
    accounts: Callable[[Case, Outcome, Outcome], bool] = lambda case, reference, ours: False


_ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>|<class '|<(built-in )?(function|method)|<slot wrapper")


def _refused(tag: str) -> Callable[[Case, Outcome, Outcome], bool]:
    return lambda case, reference, ours: ours.stage == "compile" and bool(re.search(tag, case.template)) and "refused" in (ours.message or "")


DIFFERENCES = [
    Difference(
        "refused tags", "they reach outside of the template, or run without a bound",
        (("{% include 'x' %}", {}, "refused"), ("{% import 'x' as y %}", {}, "refused"), ("{% extends 'x' %}", {}, "refused"),
         ("{% block x %}{% endblock %}", {}, "refused"), ("{% from 'x' import y %}", {}, "refused"),
         ("{% for x in [] recursive %}{% endfor %}", {}, "refused"), ("{% autoescape true %}{% endautoescape %}", {}, "refused")),
        _refused(r"\b(include|import|extends|block|from|recursive|autoescape)\b"),
    ),
    Difference(
        "integers beyond 64 bits", "they print as they came, but nothing is calculated with them: Python's have no end, and take time and memory without one",
        (("{{ 9223372036854775807 + 1 }}", {}, "numberTooLarge"), ("{{ big * 2 }}", {"big": 2**63}, "numberTooLarge"), ("{{ 10 ** 30 }}", {}, "numberTooLarge")),
        lambda case, reference, ours: ours.kind == "numberTooLarge" or "numberTooLarge" in (ours.message or ""),
    ),
    Difference(
        "addresses", "what Python prints as an address in memory (a generator, a method, a function) is a fault",
        (("{{ [1]|map('string') }}", {}, "type"), ("{{ 'x'.upper }}", {}, "type")),
        lambda case, reference, ours: bool(_ADDRESS.search(reference.output or "")) and ours.stage == "render",
    ),
]


def expected(case: Case, reference: Outcome, ours: Outcome) -> str | None:
    """The difference that accounts for the two outcomes, if one does."""
    for difference in DIFFERENCES:
        if difference.accounts(case, reference, ours):
            return difference.name
    return None
