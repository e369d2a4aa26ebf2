"""Both sides' outcomes of many cases, side by side."""

import collections
import dataclasses

import differences
import probe
import reference
from coverage import Coverage
from outcomes import Case, Outcome


@dataclasses.dataclass
class Mismatch:
    case: Case
    reference: Outcome
    ours: Outcome

    def __str__(self) -> str:
        return f"{self.case}\n  Jinja2   {self.reference}\n  Tollgate {self.ours}\n"


@dataclasses.dataclass
class Comparison:
    coverage: Coverage
    mismatches: list[Mismatch]
    #: Cases by the difference on purpose that accounts for them.
    accounted: collections.Counter
    rendered: int
    count: int

    def summary(self) -> str:
        failed = self.count - self.rendered - sum(self.accounted.values()) - len(self.mismatches)
        lines = [f"{self.count} templates: {self.rendered} rendered alike, {failed} failed alike, {len(self.mismatches)} differ"]
        lines += [f"{count:>8} differ on purpose: {name}" for name, count in self.accounted.most_common()]
        return "\n".join(lines)


def compare(cases: list[Case]) -> Comparison:
    comparison = Comparison(Coverage(), [], collections.Counter(), 0, len(cases))
    for case, ours in zip(cases, probe.render(cases)):
        expected = reference.render(case.template, case.context, case.options)
        comparison.coverage.add(case, expected)
        if ours == expected:
            comparison.rendered += expected.is_rendered
        elif name := differences.expected(case, expected, ours):
            comparison.accounted[name] += 1
        else:
            comparison.mismatches.append(Mismatch(case, expected, ours))
    return comparison
