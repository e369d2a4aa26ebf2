"""The variables that a template says it needs are those that Jinja2 would look up, and no more."""

import generator
import jinja2.nodes
import probe
import prompts
import reference
from outcomes import Options

COUNT = 1000


def assigned(template: str) -> set[str]:
    """Names that the template gives a value somewhere. Jinja2 looks some of them up in the context though they always
    have one by then (set and read in the same branch); Tollgate does not ask for those."""
    tree = reference.parse(template)
    names = {name.name for name in tree.find_all(jinja2.nodes.Name) if name.ctx in ("store", "param")}
    return names | {macro.name for macro in tree.find_all(jinja2.nodes.Macro)}


def check(templates: list[str]) -> int:
    checked, wrong = 0, []
    for template, variables in zip(templates, probe.variables(templates)):
        theirs = reference.undeclared_variables(template)
        if variables is None or theirs is None:
            continue
        checked += 1
        ours = {variable["name"] for variable in variables}
        if not ours <= theirs or not theirs - ours <= assigned(template):
            wrong.append(f"{template!r}\n  Jinja2 {sorted(theirs - ours)} more, Tollgate {sorted(ours - theirs)} more")
        for variable in variables:
            roots = {path.split(".")[0] for path in variable["paths"]}
            assert roots <= {variable["name"]}, f"{variable} in {template!r}"
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
                assert not outcome.is_rendered, f"{case.name} renders without {variable['name']}"
