"""`scripts/run` on a clean copy: it ends with a curl line that works when pasted, and a second start keeps everything.

The program is not built again: a stand-in for `swift` answers with the one under test, unless
ACCEPTANCE_BUILD=1 asks for the whole way, which one test then goes.
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
def environment(tmp_path, request) -> dict[str, str]:
    ports = {f"TOLLGATE_{name}_PORT": "0" for name in ["GATEWAY", "ADMIN", "SIMULATOR"]}
    path = os.environ["PATH"]
    if not (BUILDS and request.node.get_closest_marker("builds")):
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


@pytest.mark.builds
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


def test_an_admin_token_of_another_server_does_not_matter(start, environment):
    """Exported in this terminal for a server elsewhere; the folder here is new, then has a token of its own."""
    environment["TOLLGATE_ADMIN_TOKEN"] = "tga_of_another_server"
    for name in ["new", "known"]:
        script = start(name)
        assert paste(script.curl())["choices"][0]["message"]["content"]
        script.stop()


def test_a_second_start_leaves_a_running_server_alone(start, environment):
    first = start("first")
    line = first.curl()
    ports = pathlib.Path(environment["TOLLGATE_DATA"]) / "ports.json"
    before = ports.read_text()
    assert json.loads(before)["pid"] != first.process.pid
    second = start("second")
    eventually(lambda: not second.process.is_alive, "the second start gives up", 60)
    assert "another process has it" in second.process.tail()
    assert ports.read_text() == before
    assert paste(line)["choices"][0]["message"]["content"]
    first.stop()
    assert not ports.exists()


def test_a_file_of_ports_that_a_crash_left_is_not_believed(start, environment):
    data = pathlib.Path(environment["TOLLGATE_DATA"])
    data.mkdir(mode=0o700)
    (data / "ports.json").write_text('{"gateway":1,"admin":1,"simulator":1,"pid":1}')
    script = start("after-a-crash")
    assert paste(script.curl())["choices"][0]["message"]["content"]
    script.stop()


@pytest.fixture()
def container(clone, environment, tmp_path):
    """The container's first process, outside of one: its script, with the program on its path."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "tollgate").symlink_to(binary())
    environment["PATH"] = f"{tmp_path / 'path'}:{environment['PATH']}"
    environment["TOLLGATE_PRICES"] = str(clone / "config" / "prices.json")
    data = pathlib.Path(environment["TOLLGATE_DATA"])

    def begin():
        process = Process("container", [clone / "scripts" / "container-start", "serve"], tmp_path, environment)

        def listens():
            process.fail_if_dead()
            return json.loads(ports.read_text()) if (ports := data / "ports.json").exists() else None

        try:
            ports = eventually(listens, "the server listens", 30)
            token = (data / "admin-token").read_text().strip()
            url = f"http://127.0.0.1:{ports['admin']}"
            done = run(["status", "--json"], {"TOLLGATE_ADMIN_URL": url, "TOLLGATE_ADMIN_TOKEN": token,
                                              "TOLLGATE_ORGANIZATION": "none"})
            assert "not_found" in done.stderr, done.stderr
            return token
        finally:
            process.stop()

    return begin, data, environment


def test_a_container_whose_first_start_broke_off_is_finished(container):
    begin, data, environment = container
    # As init leaves it when it dies after opening the catalog; and a token's file from just before the token counts.
    made = run(["init"], environment)
    assert made.returncode == 0, made.stderr
    for name in ["catalog", "ledger", "master.key"]:
        path = data / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (data / "catalog").mkdir()
    (data / "admin-token").write_text("tga_that_never_counted\n")
    token = begin()
    assert token != "tga_that_never_counted"
    assert begin() == token, "a second start keeps it"


def test_a_container_ends_before_it_is_killed():
    """`docker stop` waits ten seconds."""
    grace = re.search(r"TOLLGATE_DRAIN_GRACE_MS=(\d+)", (ROOT / "Dockerfile").read_text())
    assert grace and int(grace.group(1)) < 10_000


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
