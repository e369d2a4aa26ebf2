"""Credits: what is held cannot be spent twice, and what was spent is what the provider served."""

import asyncio
import collections
import concurrent.futures
import json
import subprocess
import sys
import threading
from decimal import Decimal

import pytest

from prices import cost
from processes import ROOT, clean_environment
from tenants import HELLO, Admin
from waiting import PATIENCE, eventually

STREAM = HELLO | {"stream": True}


class Watch:
    """Reads the credits over and over while the block runs."""

    def __init__(self, tenant):
        self._tenant = tenant
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: list[dict[str, Decimal]] = []

    def _watch(self):
        while not self._over.is_set():
            self.seen.append(self._tenant.credits())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


@pytest.mark.parametrize("body", [HELLO, STREAM], ids=["whole", "streamed"])
def test_of_200_runs_the_20_that_are_paid_for_reach_the_provider(admin, simulator, body):
    probe = admin.tenant()
    hold = probe.record(probe.chat(body).headers["tollgate-run-id"])["hold"]
    tenant = admin.tenant(credits=str(20 * hold))
    before = simulator.state()["arrived"]

    async def call(http) -> tuple[int, str, str]:
        response = await http.post("/v1/chat/completions", json=body)
        return response.status_code, response.headers["tollgate-run-id"], response.text

    async def calls():
        async with tenant.async_http() as http:
            running = [asyncio.create_task(call(http)) for _ in range(200)]
            refused = lambda: [task for task in running if task.done()]
            await asyncio.to_thread(eventually, lambda: len(refused()) >= 180, "180 are refused", 40)
            await asyncio.to_thread(
                eventually, lambda: simulator.state()["waiting"] >= 20, "20 wait at the barrier")
            assert len(refused()) == 180
            assert simulator.state()["arrived"] - before == 20
            early = [task.result() for task in refused()]
            assert tenant.credits() == {
                "balance": 20 * hold, "held": 20 * hold, "available": 0, "overdraft": 0}
            simulator.open_barrier()
            return early, [result for result in await asyncio.gather(*running) if result not in early]

    simulator.close_barrier()
    try:
        with Watch(tenant) as watch:
            refused, served = asyncio.run(calls())
    finally:
        simulator.open_barrier()

    assert {status for status, _, _ in refused} == {402}
    for _, _, text in refused:
        error = json.loads(text, parse_float=Decimal)["error"]
        assert error["code"] == "insufficient_credits"
        assert error["needed"] == hold and error["available"] < hold
    assert [status for status, _, _ in served] == [200] * 20
    assert all(text.rstrip().endswith("data: [DONE]") for _, _, text in served if body is STREAM)
    assert watch.seen and min(seen["available"] for seen in watch.seen) >= 0

    rows = simulator.by_run()
    spent = sum(cost(rows[run]["prompt_tokens"], rows[run]["completion_tokens"]) for _, run, _ in served)
    assert tenant.credits() == {
        "balance": 20 * hold - spent, "held": 0, "available": 20 * hold - spent, "overdraft": 0}
    assert not any(run in rows for _, run, _ in refused)
    kinds = collections.Counter(entry["kind"] for entry in tenant.entries())
    assert kinds == {"top_up": 1, "hold": 20, "settle": 20}
    admin.verify_ledger()


CAP = ROOT / "Tests" / "crash" / "cap.py"


def test_ten_times_as_many_runs_as_are_paid_for_in_ten_organizations(tmp_path):
    """The short form of `scripts/cap-test`; its long form has 1,000 runs at once in each, twenty times."""
    ended = subprocess.run(
        [sys.executable, CAP, "--runs", "100", "--holds", "10", "--rounds", "2", "--out", tmp_path],
        capture_output=True, text=True, timeout=120 * PATIENCE, env=clean_environment())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads((tmp_path / "summary.json").read_text())
    assert (found["requests"], found["served"], found["faults"]) == (2000, 200, [])


def test_the_cap_test_notices_a_figure_that_is_off(tmp_path):
    """Each organization is given a nano-credit more than it says."""
    program = (
        "import sys; sys.argv[0] = 'cap-test'; sys.path.insert(0, sys.argv.pop(1)); import cap; credits = cap.credits; "
        "cap.credits = lambda nano: credits(nano + 1); sys.exit(cap.main())")
    ended = subprocess.run(
        [sys.executable, "-c", program, CAP.parent, "--organizations", "2", "--runs", "20", "--holds", "2",
         "--rounds", "1", "--out", tmp_path],
        capture_output=True, text=True, timeout=120 * PATIENCE, env=clean_environment())
    assert ended.returncode == 1, ended.stdout + ended.stderr
    found = json.loads((tmp_path / "summary.json").read_text())
    assert not found["passed"] and any("while its runs wait" in fault for fault in found["faults"])


def test_the_balance_is_the_sum_of_the_entries(admin):
    tenant = admin.tenant(credits="1")
    for _ in range(3):
        assert tenant.chat(HELLO).status_code == 200
    entries = tenant.entries()
    assert [entry["kind"] for entry in entries] == ["settle", "hold"] * 3 + ["top_up"]
    credits = tenant.credits()
    assert credits["balance"] == sum(Decimal(entry["balance_change"]) for entry in entries)
    assert credits["held"] == sum(Decimal(entry["held_change"]) for entry in entries) == 0
    sequences = [entry["sequence"] for entry in entries]
    assert sequences == sorted(sequences, reverse=True)


def test_without_credits_nothing_is_called(admin, simulator):
    tenant = admin.tenant(credits=None)
    before = simulator.state()["arrived"]
    for body in [HELLO, STREAM]:
        response = tenant.chat(body)
        assert response.status_code == 402
        assert response.json()["error"]["charged"] == 0
    assert simulator.state()["arrived"] == before
    assert tenant.entries() == []


def test_a_customers_own_key_costs_nothing(admin, simulator):
    tenant = admin.tenant(credits=None)
    key = admin.add_key("simulated", "sk-customer-7777", organization=tenant.organization)
    response = tenant.chat(HELLO)
    assert response.status_code == 200, response.text
    assert Decimal(response.headers["tollgate-cost"]) == 0
    run_id = response.headers["tollgate-run-id"]
    assert simulator.by_run()[run_id]["key_tail"] == "7777"
    record = tenant.record(run_id)
    assert (record["hold"], record["cost"]) == (0, 0)
    assert record["key"] == {"id": key["id"], "source": "exempt", "costs_credits": False}
    assert record["usage"]["output_tokens"] == 16
    assert tenant.credits()["balance"] == 0
    # Never from the customer's key to the platform's: a key that fails is a failure.
    admin.post(f"/provider-keys/{key['id']}/rotate", {"secret": "sk-customer-8888"})
    rotated = tenant.chat(HELLO).headers["tollgate-run-id"]
    assert simulator.by_run()[rotated]["key_tail"] == "8888"
    simulator.fail_next("401")
    assert tenant.chat(HELLO).status_code == 502
    # Disabled, it is not replaced by the platform's, which would cost credits.
    admin.post(f"/provider-keys/{key['id']}/disable")
    assert tenant.chat(HELLO).json()["error"]["code"] == "no_usable_key"


def test_in_cloud_mode_a_customers_key_costs_credits(new_server, simulator):
    admin = Admin(new_server(simulator, mode="cloud"))
    tenant = admin.tenant(credits="1")
    admin.add_key("simulated", "sk-customer", organization=tenant.organization)
    assert Decimal(tenant.chat(HELLO).headers["tollgate-cost"]) > 0
    other = admin.tenant(credits=None)
    admin.add_key("simulated", "sk-exempt", organization=other.organization, exempt=True)
    assert Decimal(other.chat(HELLO).headers["tollgate-cost"]) == 0


def test_a_top_up_counts_once_a_key(admin):
    tenant = admin.tenant(credits=None)
    path = f"{tenant.root}/credits/top-ups"
    first = admin.post(path, {"amount": "5.00"}, headers={"Idempotency-Key": "invoice-1"}, expect=201)
    again = admin.post(path, {"amount": "5"}, headers={"Idempotency-Key": "invoice-1"}, expect=200)
    assert again["entry"] == first["entry"]
    conflict = admin.post(path, {"amount": "6"}, headers={"Idempotency-Key": "invoice-1"}, expect=409)
    assert conflict["code"] == "idempotency_conflict"
    assert tenant.credits()["balance"] == 5
    for amount in ["0", "-1", "1.0000000001", "1e3", "x", 5]:
        admin.post(path, {"amount": amount}, headers={"Idempotency-Key": "bad"}, expect=400)
    admin.post(path, {"amount": "1"}, expect=400)
    assert tenant.credits()["balance"] == 5


def test_racing_top_ups_under_one_key_count_once(admin):
    tenant = admin.tenant(credits=None)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tenant.top_up("1", "one-key"), range(16)))
    assert tenant.credits()["balance"] == 1


def test_usage_is_what_the_provider_served(admin, simulator):
    tenant = admin.tenant(system="You are ONE.")
    tenant.new_version("You are TWO, and say more.", model="sim-2")
    tenant.deploy(2, "staging")
    staging = tenant.new_token("staging")["secret"]
    runs: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for _ in range(3):
        for body in [HELLO, STREAM]:
            for environment, model, secret in [
                ("production", "sim-1", tenant.secret), ("staging", "sim-2", staging)]:
                response = tenant.chat(body, secret=secret)
                assert response.status_code == 200, response.text
                runs[environment, model].append(response.headers["tollgate-run-id"])
    simulator.fail_next("500")
    assert tenant.chat(HELLO).status_code == 502

    rows = simulator.by_run()
    report = tenant.usage()
    assert report["by"] == ["day", "agent", "environment", "model"]
    found = {(item["environment"], item["model"]): item for item in report["items"]}
    assert set(found) == {("production", "simulated/sim-1"), ("staging", "simulated/sim-2")}
    for (environment, model), ids in runs.items():
        item = found[environment, f"simulated/{model}"]
        failed = 1 if environment == "production" else 0
        assert (item["runs"], item["failed_runs"], item["estimated_runs"]) == (6 + failed, failed, 0)
        assert item["agent"] == tenant.agent
        assert item["usage"]["uncached_input"] == sum(rows[run]["prompt_tokens"] for run in ids)
        assert item["usage"]["output"] == sum(rows[run]["completion_tokens"] for run in ids)
        assert Decimal(item["cost"]) == sum(
            cost(rows[run]["prompt_tokens"], rows[run]["completion_tokens"]) for run in ids)
    total = report["total"]
    assert total["runs"] == 13
    assert Decimal(total["cost"]) == 10 - tenant.credits()["balance"]
    by_day = tenant.usage("day")["items"]
    assert sum(Decimal(item["cost"]) for item in by_day) == Decimal(total["cost"])
