"""Tollgate's side: one process that answers all templates of a test."""

import json
import os
import pathlib
import subprocess

from outcomes import Case, Options, Outcome

ROOT = pathlib.Path(__file__).parents[2]


def binary() -> pathlib.Path:
    """DIFFERENTIAL_PROBE names the program; else it is that of the debug build, as scripts/test makes it."""
    named = os.environ.get("DIFFERENTIAL_PROBE")
    return pathlib.Path(named) if named else ROOT / ".build" / "debug" / "probe"


def ask(command: str, requests: list[dict]) -> list[dict]:
    """One answer a request, in their order."""
    return ask_lines(command, [json.dumps(request) for request in requests])


def ask_lines(command: str, requests: list[str]) -> list[dict]:
    lines = "".join(request + "\n" for request in requests)
    process = subprocess.run([binary(), command], input=lines.encode(), capture_output=True, timeout=900)
    # The process must outlive whatever it is asked.
    assert process.returncode == 0, f"probe {command} ended with {process.returncode}: {process.stderr[-2000:]!r}"
    answers = [json.loads(line) for line in process.stdout.splitlines()]
    assert not any("no_request" in answer for answer in answers), next(answer for answer in answers if "no_request" in answer)
    assert len(answers) == len(requests), f"{len(answers)} answers to {len(requests)} requests"
    return answers


def outcome(answer: dict) -> Outcome:
    if "output" in answer:
        return Outcome(output=answer["output"])
    fault = answer["fault"]
    assert fault["line"] >= 1 and fault["column"] >= 1, f"a fault without its place: {fault}"
    kind = fault["kind"] if fault["at"] == "render" else None
    message = f"{fault['kind']}: {fault['message']} ({fault['line']}:{fault['column']})"
    return Outcome(stage=fault["at"], kind=kind, message=message)


def render(cases: list[Case]) -> list[Outcome]:
    requests = [
        {"template": case.template, "context": case.context, "options": case.options.request()} for case in cases
    ]
    return [outcome(answer) for answer in ask("render", requests)]


def variables(templates: list[str], options: Options = Options()) -> list[list[dict] | None]:
    """What each template says it needs; None where it does not compile."""
    answers = ask("variables", [{"template": template, "options": options.request()} for template in templates])
    return [answer.get("variables") for answer in answers]
