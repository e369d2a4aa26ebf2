"""Each difference on purpose shows in its examples, and is told to the users."""

import json

import differences
import probe
import pytest
import reference
from outcomes import Options

EXAMPLES = [(difference, *example) for difference in differences.DIFFERENCES for example in difference.examples]


@pytest.mark.parametrize("difference, template, context, expected", EXAMPLES, ids=[example[1] for example in EXAMPLES])
def test_difference_shows(difference, template, context, expected):
    if isinstance(context, str):
        [answer] = probe.ask_lines("render", [f'{{"template": {json.dumps(template)}, "context": {context}}}'])
        context = json.loads(context)
    else:
        [answer] = probe.ask("render", [{"template": template, "context": context}])
    ours = probe.outcome(answer)
    made = answer["output"] if "output" in answer else answer["fault"]["kind"]
    assert made == expected
    assert ours != reference.render(template, context, Options()), "no difference any more: take it off the list"


def test_differences_are_documented():
    page = (probe.ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    for difference in differences.DIFFERENCES:
        assert difference.name in page, f"docs/templates.md does not tell of {difference.name!r}"
