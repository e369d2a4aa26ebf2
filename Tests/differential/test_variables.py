"""The variables that a template says it needs are those that Jinja2 would look up."""

import generator
import probe
import prompts
import reference
from outcomes import Options

#: Names that Jinja2 lets every template use. The reference's are those of its environment; `lipsum` is not ours.
COUNT = 1500


def check(templates: list[str]) -> int:
    checked, wrong = 0, []
    for template, variables in zip(templates, probe.variables(templates)):
        if variables is None or reference.parse(template) is None:
            continue
        checked += 1
        theirs = reference.undeclared_variables(template)
        ours = {variable["name"] for variable in variables}
        if ours != theirs:
            wrong.append(f"{template!r}\n  Jinja2 {sorted(theirs - ours)} more, Tollgate {sorted(ours - theirs)} more")
        for variable in variables:
            assert all(path.split(".")[0].split("[")[0] == variable["name"] for path in variable["paths"]), variable
    assert not wrong, f"{len(wrong)} of {checked} differ:\n" + "\n".join(sorted(wrong, key=len)[:5])
    return checked


def test_prompts():
    assert check([prompts.case(name).template for name in prompts.NAMES]) == len(prompts.NAMES)


def test_generated():
    assert check([case.template for case in generator.cases(2, COUNT)]) > COUNT / 2


def test_what_is_required_is_missed():
    """Without a variable that is said to be required, nothing renders."""
    names = prompts.NAMES
    templates = [prompts.case(name) for name in names]
    for case, variables in zip(templates, probe.variables([case.template for case in templates])):
        for variable in variables:
            if variable["required"] and variable["name"] in case.context:
                context = {name: value for name, value in case.context.items() if name != variable["name"]}
                outcome = reference.render(case.template, context, Options())
                assert outcome.kind == "undefined", f"{case.name} renders without {variable['name']}"
