"""Templates and contexts at random: a walk over Jinja2's grammar that knows what kind of value it is after.

The same seed and number make the same case, whatever was made before it.
"""

import random

from outcomes import Case, Options

from . import mutations, values
from .scopes import Scopes
from .statements import Statements


def case(seed: int, number: int) -> Case:
    rng = random.Random(f"{seed}/{number}")
    context, kinds = values.context(rng)
    # Most templates are made to render; some hold values of kinds that their place does not expect, some are broken.
    wildness = rng.choice([0, 0, 0, 0, 0, 0.01, 0.03, 0.1])
    options = Options(*(rng.random() < 0.3 for _ in range(4)))
    if rng.random() < 0.1:
        template = Scopes(rng).program(4)
        context |= {name: rng.randint(0, 9) for name in "abc" if rng.random() < 0.4}
    else:
        template = Statements(rng, kinds, wildness).template()
    if rng.random() < 0.06:
        template = mutations.broken(rng, template)
    return Case(f"generated {seed}/{number}", template, context, options)


def cases(seed: int, count: int) -> list[Case]:
    return [case(seed, number) for number in range(count)]
