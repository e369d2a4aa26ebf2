"""Prompts as people write them mean here, byte for byte, what they mean in Jinja2."""

import prompts
import pytest
import reference
from compare import compare
from outcomes import Options


def test_there_are_enough_prompts():
    assert len(prompts.NAMES) >= 60


@pytest.mark.parametrize("name", prompts.NAMES)
def test_prompt_renders_as_in_jinja2(name):
    comparison = compare([prompts.case(name, options) for options in prompts.VARIANTS])
    assert not comparison.mismatches, "\n".join(map(str, comparison.mismatches[:3]))
    # As written, each renders: a corpus of failures would prove little.
    written = prompts.case(name)
    assert reference.render(written.template, written.context, Options()).is_rendered


def test_prompts_without_one_of_their_variables_fail_or_render_alike():
    comparison = compare([case for name in prompts.NAMES for case in prompts.poorer(name)])
    print(comparison.summary())
    assert not comparison.mismatches, "\n".join(map(str, comparison.mismatches[:5]))
