"""`kill -9` in the middle of everything: what clients saw finish is on the books, once, and the books add up."""

import asyncio
import collections
import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest

import load
import metrics
from prices import cost
from processes import ROOT, clean_environment
from tenants import HELLO, Admin
from waiting import PATIENCE, eventually, eventually_async


def check_books(admin: Admin, tenant, simulator, seen: load.Seen):
    entries = collections.defaultdict(list)
    for entry in tenant.entries():
        if entry["run"]:
            entries[entry["run"]].append(entry["kind"])
    rows = simulator.by_run()
    for run, price in seen.finished.items():
        assert sorted(entries[run]) == ["hold", "settle"], (run, entries[run])
        record = tenant.record(run)
        assert (record["state"], record["cost"]) == ("succeeded", price)
        assert price == cost(rows[run]["prompt_tokens"], rows[run]["completion_tokens"])
    # The provider served nothing that the books do not know, and nothing is open or ended twice.
    assert set(rows) <= set(entries)
    assert {tuple(sorted(kinds)) for kinds in entries.values()} <= {
        ("hold", "settle"), ("hold", "release"), ("hold", "interrupted")}
    assert tenant.credits()["held"] == 0
    assert admin.verify_ledger()["open_runs"] == 0


HARNESS = ROOT / "Tests" / "crash" / "crash.py"


def crash_test(folder, *options: str) -> tuple[int, dict, str]:
    """The harness of `scripts/crash-test`: exit code, summary and what it printed."""
    ended = subprocess.run(
        [sys.executable, HARNESS, "--out", folder, *options], capture_output=True, text=True, timeout=300 * PATIENCE,
        env=clean_environment())
    summary = folder / "summary.json"
    return ended.returncode, json.loads(summary.read_text()) if summary.exists() else {}, ended.stdout + ended.stderr


@pytest.mark.skipif("SANITIZER_REPORTS" in os.environ, reason="its bounds of time are those of a program as shipped")
def test_kills_lose_and_double_nothing(tmp_path):
    code, found, text = crash_test(tmp_path, "--kills", "3", "--runs", "3000")
    assert (code, found.get("passed")) == (0, True), text
    assert sum(found["kills"].values()) == 3
    assert found["counts"]["runs seen to finish"] >= 3000


@pytest.mark.skipif("SANITIZER_REPORTS" in os.environ, reason="its bounds of time are those of a program as shipped")
def test_the_harness_notices_runs_that_are_lost(tmp_path):
    """Relaxed durability says that it loses the last moments: the harness has to see it."""
    code, found, text = crash_test(
        tmp_path, "--kills", "3", "--runs", "900", "--durability", "relaxed", "--moments", "under load")
    assert code == 1, text
    failed = {one["name"] for one in found["findings"] if not one["holds"]}
    assert "no run is lost: finished or served is on the books" in failed, text


@pytest.mark.parametrize("charge", ["input_estimate", "hold", "nothing"])
def test_a_run_cut_off_by_a_crash_is_closed_as_configured(new_simulator, new_server, charge):
    simulator = new_simulator()
    # What is the default need not be said.
    settings = {} if charge == "input_estimate" else {"ledger_interrupted_charge": charge}
    server = new_server(simulator, **settings)
    tenant = Admin(server).tenant(credits="10")

    def kill_when_waiting():
        eventually(lambda: simulator.state()["waiting"] == 4, "four runs wait at the provider")
        server.kill()

    async def calls():
        simulator.close_barrier()
        async with tenant.async_http(10) as http:
            running = [asyncio.create_task(http.post("/v1/chat/completions", json=HELLO)) for _ in range(4)]
            await asyncio.to_thread(kill_when_waiting)
            return await asyncio.gather(*running, return_exceptions=True)

    assert all(isinstance(result, Exception) for result in asyncio.run(calls()))
    simulator.open_barrier()
    server.start()
    tenant.admin = Admin(server)
    ids = [entry["run"] for entry in tenant.entries() if entry["kind"] == "interrupted"]
    assert len(ids) == 4
    for record in map(tenant.record, ids):
        assert record["state"] == "interrupted"
        assert record["usage"]["estimated"] is True
        tokens = record["usage"]["input_tokens"]
        assert tokens > 0 and record["usage"]["output_tokens"] == 0
        assert record["cost"] == {
            "input_estimate": cost(tokens, 0), "hold": record["hold"], "nothing": 0}[charge]
        assert 0 < cost(tokens, 0) < record["hold"] and record["exceeded_hold"] is False
    log = server.process.tail()
    assert "runs cut off by a crash were closed" in log and f"charged={charge}" in log and "runs=4" in log
    assert metrics.scrape(server)("tollgate_runs_interrupted") == 4
    credits = tenant.credits()
    assert credits["held"] == 0
    assert credits["balance"] == Decimal(10) - sum(tenant.record(run)["cost"] for run in ids)
    tenant.admin.verify_ledger()


def test_a_stop_lets_running_streams_end(new_simulator, new_server):
    simulator = new_simulator("--tokens", "20", "--token-delay", "50")
    server = new_server(simulator)
    tenant = Admin(server).tenant()
    seen = load.Seen()

    async def calls():
        async with tenant.async_http() as http:
            running = [asyncio.create_task(load.streamed(http, seen)) for _ in range(8)]
            await eventually_async(lambda: simulator.state()["running"] == 8, "eight streams run")
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            await asyncio.gather(*running)
            return await stopping

    assert asyncio.run(calls()) == 0
    assert seen.odd == [] and seen.streamed == 8
    server.start()
    tenant.admin = Admin(server)
    check_books(tenant.admin, tenant, simulator, seen)
