"""Makes the template of a mismatch small, so that what differs can be seen."""

import dataclasses
import re

import differences
import probe
import reference
from compare import Mismatch
from outcomes import Case

_PIECES = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|[^{]+|\{", re.S)
_TOKENS = re.compile(r"\{[{%#][-+]?|[-+]?[}%#]\}|\w+|\s+|.", re.S)
ROUNDS = 60


def shrink(mismatch: Mismatch) -> Mismatch:
    case = mismatch.case
    for pattern in (_PIECES, _TOKENS):
        for _ in range(ROUNDS):
            smaller = _smaller(case, mismatch, pattern)
            if smaller is None:
                break
            mismatch = smaller
            case = smaller.case
    used = reference.undeclared_variables(case.template)
    if used is not None:
        context = {name: value for name, value in case.context.items() if name in used}
        mismatch = dataclasses.replace(mismatch, case=dataclasses.replace(case, context=context))
    return mismatch


def _smaller(case: Case, mismatch: Mismatch, pattern: re.Pattern) -> Mismatch | None:
    """The shortest that still differs in the same way, of all with one stretch of pieces left out."""
    pieces = pattern.findall(case.template)
    candidates = set()
    for start in range(len(pieces)):
        for width in (1, 2, 3, 4, 6, 8, 16, 32):
            if width <= len(pieces) - start:
                candidates.add("".join(pieces[:start] + pieces[start + width:]))
    candidates.discard(case.template)
    cases = [dataclasses.replace(case, template=template) for template in sorted(candidates, key=len)]
    for smaller, ours in zip(cases, probe.render(cases)):
        expected = reference.render(smaller.template, smaller.context, smaller.options)
        if expected != ours and _alike(expected, mismatch.reference) and _alike(ours, mismatch.ours):
            if not differences.expected(smaller, expected, ours):
                return Mismatch(smaller, expected, ours)
    return None


def _alike(one, other) -> bool:
    return (one.stage, one.kind) == (other.stage, other.kind)
