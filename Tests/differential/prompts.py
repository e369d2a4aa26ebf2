"""The hand-written prompts: NAME.jinja and its context NAME.json in `prompts/`."""

import json
import pathlib

from outcomes import Case, Options

FOLDER = pathlib.Path(__file__).parent / "prompts"
NAMES = sorted(file.stem for file in FOLDER.glob("*.jinja"))

#: As written, and with what a version may set.
VARIANTS = [Options(), Options(lenient=True), Options(keep_trailing_newline=True), Options(trim_blocks=True), Options(lstrip_blocks=True), Options(True, True, True, True)]


def case(name: str, options: Options = Options()) -> Case:
    # Not read as text: Python would make line feeds of the line ends that the template is there to have.
    template = (FOLDER / f"{name}.jinja").read_bytes().decode()
    return Case(name, template, json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")), options)


def poorer(name: str) -> list[Case]:
    """The prompt with one variable of its context missing, for each; strict and lenient in turns."""
    whole = case(name)
    cases = []
    for number, missing in enumerate(whole.context):
        context = {key: value for key, value in whole.context.items() if key != missing}
        cases.append(Case(f"{name} without {missing}", whole.template, context, Options(lenient=number % 2 == 1)))
    return cases
