"""Speed of templates beside Jinja2: both sides in turns, in one run; prints a table and asserts nothing.

usage: benchmark.py PROBE
"""

import json
import pathlib
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import reference
from outcomes import Options

ROUNDS = 9
FOLDER = pathlib.Path(__file__).parent / "benchmark"


def jinja2_render() -> Callable[[], float]:
    """Nanoseconds of one rendering, the template compiled and the context read beforehand."""
    template = reference.environment(Options()).from_string((FOLDER / "prompt.jinja").read_text(encoding="utf-8"))
    context = json.loads((FOLDER / "prompt.json").read_text(encoding="utf-8"))

    def measure(count: int = 2_000) -> float:
        start = time.perf_counter_ns()
        for _ in range(count):
            template.render(context)
        return (time.perf_counter_ns() - start) / count

    return measure


def probe(*arguments: str) -> Callable[[], float]:
    def measure() -> float:
        return json.loads(subprocess.run([sys.argv[1], *arguments], check=True, capture_output=True).stdout)["nanoseconds"]

    return measure


def rows():
    """What is measured, theirs and ours."""
    prompt = [str(FOLDER / "prompt.jinja"), str(FOLDER / "prompt.json")]
    yield "render a 2 KB prompt: 10 variables, a loop", "Jinja2, template cached", jinja2_render(), probe("time-render", *prompt, "20000")


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, {ROUNDS} rounds in turns, medians")
    print(f"{'':<46}{'theirs (µs)':>14}{'ours (µs)':>12}{'ratio':>9}")
    for name, whose, theirs, ours in rows():
        pairs = [(theirs(), ours()) for _ in range(ROUNDS)]
        median = [statistics.median(side) / 1000 for side in zip(*pairs)]
        spread = [max(side) / min(side) for side in zip(*pairs)]
        print(f"{name:<46}{median[0]:>14.2f}{median[1]:>12.2f}{median[1] / median[0]:>9.3f}")
        print(f"    beside {whose}; slowest round over fastest: {spread[0]:.2f} theirs, {spread[1]:.2f} ours")


if __name__ == "__main__":
    main()
