"""JSON Schema's official tests, both drafts: every required one passes, and every optional one but those listed.

The tests come with the source distribution of the Python package jsonschema; they are fetched, not kept here.
"""

import json
import pathlib
import subprocess
import sys
import tarfile

import pytest

from probe import ROOT, ask

PACKAGE = "jsonschema==4.26.0"
CACHE = ROOT / ".build-schema-suite"
LEFT_OUT = pathlib.Path(__file__).with_name("schema_suite_left_out.json")
# The suite's name of each draft, and ours.
DRAFTS = {"draft7": "draft7", "draft2020-12": "draft202012"}
# Where the suite says that its other documents are found.
REMOTE = "http://localhost:1234/"
# This release has 1431 and 1902 of them, less those left out: what goes missing would pass unseen.
LEAST = {"draft7": 1400, "draft2020-12": 1850}


@pytest.fixture(scope="session")
def suite() -> pathlib.Path:
    """The folder with `tests` and `remotes`."""
    found = CACHE / "json"
    if not (found / "tests").is_dir():
        CACHE.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "jsonschema"]
        subprocess.run([*command, "--dest", CACHE, PACKAGE], check=True, timeout=300)
        (archive,) = CACHE.glob("jsonschema-*.tar.gz")
        with tarfile.open(archive) as tar:
            members = [member for member in tar.getmembers() if member.isfile() and "/json/" in member.name]
            for member in members:
                member.name = member.name.split("/", 1)[1]
            tar.extractall(CACHE, members, filter="data")
        archive.unlink()
    return found


def remotes(suite: pathlib.Path) -> dict[str, str]:
    folder = suite / "remotes"
    return {REMOTE + path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.json")}


def asserts_formats(name: str) -> bool:
    return name.startswith("optional/format/") or name == "optional/format-assertion.json"


@pytest.mark.parametrize("draft", DRAFTS)
def test_official_suite(suite, draft):
    resources = remotes(suite)
    left_out = {tuple(entry["test"]) for entry in json.loads(LEFT_OUT.read_text())[draft]}
    requests, tests = [], []
    folder = suite / "tests" / draft
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        for group in json.loads(path.read_text()):
            schema = json.dumps(group["schema"])
            requests.append(
                {
                    "schema": schema,
                    "draft": DRAFTS[draft],
                    "assert_formats": asserts_formats(name),
                    "resources": resources if REMOTE in schema else {},
                    "instances": [json.dumps(test["data"]) for test in group["tests"]],
                }
            )
            tests.append((name, group))

    count, wrong, unused = 0, [], set(left_out)
    for (name, group), answer in zip(tests, ask("validate", requests)):
        for index, test in enumerate(group["tests"]):
            key = (name, group["description"], test["description"])
            if key in left_out:
                assert name.startswith("optional/"), f"{key} is required"
                unused.discard(key)
                continue
            count += 1
            result = answer["results"][index] if "results" in answer else answer
            # Where something is wrong, it is also said what.
            is_consistent = result.get("valid") == (not result.get("violations"))
            if result.get("valid") != test["valid"] or not is_consistent:
                wrong.append((*key, f"should be {test['valid']}", result))
    print(f"{draft}: {count} tests, {len(left_out)} left out")
    assert not wrong, "\n".join(str(entry) for entry in wrong)
    assert not unused, f"left out, but not in the suite: {sorted(unused)}"
    assert count >= LEAST[draft]
