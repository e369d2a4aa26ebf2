"""`scripts/benchmark` and `scripts/benchmark-books` work: their smallest run, of which only what holds on any machine is asserted, no time."""

import json
import subprocess

import pytest

from processes import ROOT, binary, clean_environment

PROGRAM = binary().parent / "benchmarks"
SMALL, LARGE, RUNS = 50, 500, 100


BUILT = pytest.mark.skipif(not PROGRAM.exists(), reason="it is built beside the program under test, not shipped")


@BUILT
def test_a_small_and_a_large_catalog_are_measured_and_reported(tmp_path):
    sizes = {"small": SMALL, "large": LARGE, "resolves": 500, "rounds": 1, "runs": RUNS}
    ended = subprocess.run(
        [PROGRAM, "scale", "--program", binary(), "--data", tmp_path, *(f"--{key}={size}" for key, size in sizes.items())],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=120)
    # 1: a limit is broken, which a debug build may do.
    assert ended.returncode in (0, 1), ended.stderr
    rows = {row["name"]: row for row in json.loads(ended.stdout.splitlines()[-1])}
    for size in (SMALL, LARGE):
        assert rows[f"resolve / bare gets, {size} tokens"]["limit"] == 2.5
        assert rows[f"resolve / bare gets, {size} tokens"]["value"] > 0
        assert rows[f"start to ready, {size} tokens"]["value"] > 0
        assert rows[f"memory of its own after {RUNS} runs, {size} tokens"]["value"] > 0
        assert rows[f"runs that failed, {size} tokens"]["value"] == 0
    broken = any(row["value"] > row["limit"] for row in rows.values() if "limit" in row)
    assert ended.returncode == broken


@BUILT
def test_the_books_are_measured_against_bare_puts(tmp_path):
    ended = subprocess.run(
        [PROGRAM, "books", "--data", tmp_path, "--runs=300", "--concurrency=20", "--rounds=1", "--holds=1000"],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=120)
    assert ended.returncode in (0, 1), ended.stderr
    rows = {(row["name"], row["unit"]): row for row in json.loads(ended.stdout.splitlines()[-1])}
    for what in ("time", "writer's processor time", "processor time of all threads"):
        assert rows[f"{what}, hold and settle / bare puts", ""]["limit"] == 2
    assert rows["bare puts: runs a second", "/s"]["value"] > 0
    # One after the other, each waits for its own commit and no other.
    assert rows["wait of a hold, 1 at once: median", "commits"]["value"] == 1
    assert list(tmp_path.iterdir()) == []
