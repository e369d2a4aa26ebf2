"""`kill -9` in the middle of everything: what clients saw finish is on the books, once, and the books add up."""

import asyncio
import collections
import json
from decimal import Decimal

import load
from prices import cost
from tenants import HELLO, Admin
from waiting import eventually, eventually_async


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


def test_kill_during_load(new_simulator, new_server):
    simulator = new_simulator("--tokens", "6", "--token-delay", "2")
    server = new_server(simulator)
    tenant = Admin(server).tenant(credits="1000")
    everything = load.Seen()
    for round in range(3):
        seen = asyncio.run(load.until_killed(tenant, server.kill, runs=150 + 50 * round))
        assert seen.odd == []
        assert seen.whole > 20 and seen.streamed > 20, (seen.whole, seen.streamed)
        everything.finished |= seen.finished
        if round == 0:
            # With no server running the command reads the files itself.
            verified = server.command("ledger", "verify", "--json", environment={"TOLLGATE_ADMIN_URL": ""})
            assert verified.returncode == 0, verified.stderr
            assert json.loads(verified.stdout)["clean"] is True
        server.start()
        tenant.admin = Admin(server)
        check_books(tenant.admin, tenant, simulator, everything)
        assert tenant.chat(HELLO).status_code == 200


def test_a_run_cut_off_by_a_crash_is_closed_at_an_estimate(new_simulator, new_server):
    simulator = new_simulator()
    server = new_server(simulator)
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
        assert record["hold"] >= record["cost"] > 0
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
