"""`scripts/run` on a clean copy: it ends with a curl line that works when pasted, and a second start keeps everything.

The program is not built again: a stand-in for `swift` answers with the one under test, unless
ACCEPTANCE_BUILD=1 asks for the whole way.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from processes import ROOT, Process, binary, run
from waiting import eventually

BUILDS = os.environ.get("ACCEPTANCE_BUILD") == "1"

STAND_IN = """#!/bin/sh
case "$*" in
    *--version*) exec {swift} --version ;;
    *--show-bin-path*) echo {folder} ;;
    build*) ;;
    *) echo "unexpected: swift $*" >&2; exit 1 ;;
esac
"""


@pytest.fixture()
def clone(tmp_path) -> pathlib.Path:
    """What a clone of this repository would have."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True,
        text=True, check=True)
    folder = tmp_path / "clone"
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return folder


@pytest.fixture()
def environment(tmp_path) -> dict[str, str]:
    ports = {f"TOLLGATE_{name}_PORT": "0" for name in ["GATEWAY", "ADMIN", "SIMULATOR"]}
    path = os.environ["PATH"]
    if not BUILDS:
        swift = tmp_path / "bin" / "swift"
        swift.parent.mkdir()
        folder = tmp_path / "built"
        folder.mkdir()
        (folder / "tollgate").symlink_to(binary())
        swift.write_text(STAND_IN.format(swift=shutil.which("swift"), folder=folder))
        swift.chmod(0o755)
        path = f"{swift.parent}:{path}"
    return {**ports, "PATH": path, "TOLLGATE_DATA": str(tmp_path / "data")}


class ScriptsRun:
    """`scripts/run`, running."""

    def __init__(self, clone: pathlib.Path, environment: dict[str, str], name: str):
        self.process = Process(name, [clone / "scripts" / "run"], clone.parent, environment)

    def curl(self) -> str:
        """The line it prints."""
        return eventually(self._curl, "scripts/run prints a curl line", 900 if BUILDS else 60)

    def _curl(self) -> str | None:
        self.process.fail_if_dead()
        found = re.search(r"^curl .*\n", self.process.out.read_text(), re.M)
        return found.group(0).strip() if found else None

    def stop(self):
        assert self.process.stop() in (0, 130, 143)


@pytest.fixture()
def start(clone, environment):
    """Starts `scripts/run`; what still runs at the end is stopped."""
    with contextlib.ExitStack() as ends:
        def start(name: str) -> ScriptsRun:
            script = ScriptsRun(clone, environment, name)
            ends.callback(lambda: script.process.is_alive and script.stop())
            return script

        yield start


def paste(line: str) -> dict:
    """Runs the line in a shell, as pasted."""
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def token(line: str) -> str:
    return re.search(r"tg_\w+", line).group(0)


def demo_state(environment: dict[str, str], clone: pathlib.Path) -> dict:
    """What the commands say of the demo, without any option: they find server and token by themselves."""
    def ask(*arguments) -> dict:
        done = run([*arguments, "--json"], environment, cwd=clone)
        assert done.returncode == 0, (arguments, done.stderr)
        return json.loads(done.stdout)

    assert ask("ledger", "verify")["clean"] is True
    return {
        "status": ask("status")["items"], "tokens": ask("token", "list", "greeter")["items"],
        "versions": ask("version", "list", "greeter")["items"], "entries": ask("credit", "entries")["items"],
        "credits": ask("credit", "balance"),
    }


def test_the_printed_line_works_and_a_second_start_keeps_everything(start, clone, environment):
    first = start("first")
    line = first.curl()
    answer = paste(line)
    assert answer["choices"][0]["message"]["content"]
    assert answer["usage"]["completion_tokens"] > 0
    before = demo_state(environment, clone)
    assert [entry["kind"] for entry in before["entries"]] == ["settle", "hold", "top_up"]
    assert [item["version"]["number"] for item in before["status"]] == [1]
    first.stop()

    second = start("second")
    again = second.curl()
    assert demo_state(environment, clone) == before
    assert token(again) == token(line)
    assert paste(again)["choices"][0]["message"]["content"]
    second.stop()


def test_without_swift_it_says_so_in_one_line(clone, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ["bash", "dirname", "env", "cat", "grep", "sort", "head"]:
        (tools / name).symlink_to(shutil.which(name))
    done = subprocess.run(
        [str(clone / "scripts" / "run")], env={"PATH": str(tools)}, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1
    assert "swift" in done.stderr and "docker build" in done.stderr
