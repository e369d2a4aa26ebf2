"""Templates made at random mean here what they mean in Jinja2, or fail in the same way."""

import os

import generator
import pytest
from compare import compare
from shrink import shrink

SEED = int(os.environ.get("DIFFERENTIAL_SEED", "1"))
#: More for hunting: DIFFERENTIAL_COUNT=50000.
COUNT = int(os.environ.get("DIFFERENTIAL_COUNT", "3200"))


@pytest.fixture(scope="module")
def comparison(request):
    comparison = compare(generator.cases(SEED, COUNT))
    # The table is shown whether the tests pass or not.
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\n" + comparison.coverage.table())
        print(comparison.summary())
    return comparison


def test_no_difference(comparison):
    shortest = sorted(comparison.mismatches, key=lambda mismatch: len(mismatch.case.template))
    assert not shortest, f"{len(shortest)} differ; some, made small:\n" + "\n".join(str(shrink(one)) for one in shortest[:5])


def test_every_construct_is_covered(comparison):
    assert COUNT >= 3000
    assert comparison.coverage.missing() == []


def test_most_templates_render(comparison):
    assert comparison.rendered >= COUNT / 2


def test_few_differ_on_purpose(comparison):
    assert sum(comparison.accounted.values()) <= COUNT / 20, comparison.summary()


def test_the_same_seed_makes_the_same_cases():
    assert generator.cases(7, 5) == generator.cases(7, 5)
    assert generator.cases(7, 5) != generator.cases(8, 5)
