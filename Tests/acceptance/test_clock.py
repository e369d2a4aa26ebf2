"""The wall clock steps, while the server runs and while it does not: nothing is lost, nothing ends early or late, and what
has a date goes by the clock as it then is."""

import concurrent.futures
import mmap
import os
import pathlib
import platform
import shutil
import struct
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import metrics
from prices import INPUT, OUTPUT, cost
from processes import Process
from tenants import HELLO, Admin, Tenant
from waiting import PATIENCE, eventually

pytestmark = pytest.mark.skipif(
    "SANITIZER_REPORTS" in os.environ, reason="a sanitizer's runtime wants to be loaded before any other library")

STREAM = HELLO | {"stream": True, "stream_options": {"include_usage": True}}
HOUR = 3_600
DAY = 24 * HOUR


class Clock:
    """The wall clock of a server, as far as it is off this machine's."""

    def __init__(self, library: pathlib.Path, file: pathlib.Path):
        file.write_bytes(bytes(8))
        with open(file, "r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 8)
        self.seconds = 0.0
        self.environment = {"LD_PRELOAD": str(library), "STEPPING_CLOCK": str(file)}

    def step(self, seconds: float):
        self.seconds += seconds
        struct.pack_into("=q", self._map, 0, int(self.seconds * 1000))

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    def at(self, seconds: float) -> str:
        """So long from now, as the API takes it."""
        return (self.now() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@pytest.fixture(scope="session")
def clock_library(tmp_path_factory) -> pathlib.Path:
    compiler = next(filter(None, map(shutil.which, ["cc", "clang", "gcc"])), None)
    assert compiler, "there is no C compiler; Swift brings one"
    library = tmp_path_factory.mktemp("clock") / "stepping_clock.so"
    source = pathlib.Path(__file__).with_name("stepping_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl"], check=True)
    return library


@pytest.fixture()
def clock(clock_library, tmp_path) -> Clock:
    return Clock(clock_library, tmp_path / "step")


@pytest.fixture()
def provider(new_simulator):
    """Streams take a moment, so that the clock can step meanwhile."""
    return new_simulator("--token-delay", "5")


@pytest.fixture()
def server(new_server, provider, clock):
    server = new_server(provider, upstream_first_byte_timeout_ms="20000", upstream_total_timeout_ms="20000")
    restart(server, clock)
    return server


def restart(server, clock: Clock):
    if server.process.is_alive:
        assert server.stop() == 0
    server.environment |= clock.environment
    server.start()


@pytest.fixture()
def tenant(server) -> Tenant:
    return Admin(server).tenant()


def books(tenant: Tenant, provider) -> list[dict]:
    """The entries, oldest first, after everything that must be true of them whatever the clock did."""
    entries = tenant.entries()[::-1]
    assert [entry["sequence"] for entry in entries] == sorted({entry["sequence"] for entry in entries})
    runs: dict[str, list[dict]] = {}
    for entry in entries:
        if entry["run"]:
            runs.setdefault(entry["run"], []).append(entry)
    for run, both in runs.items():
        assert [entry["kind"] for entry in both][0] == "hold" and len(both) == 2, (run, both)
    charged = -sum(Decimal(entry["balance_change"]) for entry in entries if entry["run"])
    credits = tenant.credits()
    assert (credits["held"], credits["balance"]) == (0, 10 - charged)
    served = [row for row in provider.rows() if row["client_request_id"] in runs and row["finished"]]
    settled = -sum(Decimal(entry["balance_change"]) for entry in entries if entry["kind"] == "settle")
    assert settled == sum((cost(row["prompt_tokens"], row["completion_tokens"]) for row in served), Decimal(0))
    assert tenant.admin.verify_ledger()["open_runs"] == 0
    return entries


def usage_by_day(tenant: Tenant, clock: Clock) -> dict[str, int]:
    day = lambda seconds: (clock.now() + timedelta(seconds=seconds)).strftime("%Y-%m-%d")
    report = tenant.admin.get(
        "/usage", organization=tenant.organization, by="day", **{"from": day(-400 * DAY), "to": day(300 * DAY)})
    assert sum(Decimal(item["cost"]) for item in report["items"]) == Decimal(report["total"]["cost"])
    assert Decimal(report["total"]["cost"]) == 10 - tenant.credits()["balance"]
    return {item["day"]: item["runs"] for item in report["items"]}


STEPS = [2 * DAY, -DAY, -40 * DAY, 90 * DAY, -HOUR, 1, -1, -51 * DAY + HOUR]


def test_steps_while_runs_are_under_way(tenant, server, provider, clock):
    """Each step comes while streams run and whole runs wait for their provider."""
    ids, days = [], {}

    def run(body: dict):
        response = tenant.chat(body)
        assert response.status_code == 200, response.text
        assert body is HELLO or response.text.rstrip().endswith("data: [DONE]")
        return response.headers["tollgate-run-id"]

    for step in STEPS:
        provider.close_barrier()
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            begun = [threads.submit(run, body) for body in [HELLO, STREAM] * 4]
            eventually(lambda: provider.state()["waiting"] == 8, "eight runs wait at the provider")
            clock.step(step)
            provider.open_barrier()
            ids += [future.result() for future in begun]
        # Settled on the other side of the step, on the day that the clock then says.
        day = clock.now().strftime("%Y-%m-%d")
        days[day] = days.get(day, 0) + 8
    assert len(set(ids)) == len(ids) == 8 * len(STEPS)
    entries = books(tenant, provider)
    assert [entry["kind"] for entry in entries].count("settle") == len(ids)
    for run in ids:
        assert tenant.record(run)["state"] == "succeeded"
    found = usage_by_day(tenant, clock)
    assert sum(found.values()) == len(ids) and set(found) <= days.keys() | begin_days(clock)
    page = metrics.scrape(server)
    assert sum(page("tollgate_runs_total", outcome="succeeded", streamed=flag) for flag in ("true", "false")) == len(ids)
    # No time that was measured is negative or as long as a step.
    for name in ("tollgate_run_duration_seconds", "tollgate_run_first_byte_seconds", "tollgate_run_overhead_seconds"):
        assert 0 <= page(name + "_sum") < 1_000 * PATIENCE
    assert server.stop() == 0
    verified = server.command("ledger", "verify", environment={"TOLLGATE_ADMIN_URL": ""})
    assert verified.returncode == 0, verified.stderr


def begin_days(clock: Clock) -> set[str]:
    """A run is of the day on which it began."""
    seconds = clock.seconds - sum(STEPS)
    days = set()
    for step in [0, *STEPS]:
        seconds += step
        days.add((datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%d"))
    return days


@pytest.mark.parametrize("step", [-30 * DAY, 30 * DAY], ids=["back", "ahead"])
def test_a_step_between_a_crash_and_the_next_start(tenant, server, provider, clock, step):
    provider.close_barrier()
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        begun = [threads.submit(tenant.chat, HELLO) for _ in range(3)]
        eventually(lambda: provider.state()["waiting"] == 3, "three runs wait at the provider")
        server.kill()
        assert all(future.exception(10) for future in begun)
    provider.open_barrier()
    clock.step(step)
    server.start()
    tenant.admin = Admin(server)
    assert tenant.chat(HELLO).status_code == 200
    entries = books(tenant, provider)
    assert [entry["kind"] for entry in entries].count("interrupted") == 3
    assert sum(usage_by_day(tenant, clock).values()) == 4
    # And back again, by an orderly stop.
    clock.step(-step)
    restart(server, clock)
    tenant.admin = Admin(server)
    assert tenant.chat(STREAM).status_code == 200
    books(tenant, provider)
    assert sum(usage_by_day(tenant, clock).values()) == 5


@pytest.mark.parametrize("step", [-DAY, DAY], ids=["back", "ahead"])
def test_deadlines_are_not_the_wall_clocks(new_server, provider, clock, step):
    server = new_server(provider, upstream_first_byte_timeout_ms="1500", upstream_total_timeout_ms="20000")
    restart(server, clock)
    tenant = Admin(server).tenant()
    provider.fail_next("hang")
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(tenant.chat, HELLO)
        eventually(lambda: provider.state()["running"] == 1, "a run hangs")
        clock.step(step)
        # It is neither cut off by the step ahead nor left waiting by the step back.
        response = hanging.result(15 * PATIENCE)
    assert (response.status_code, response.json()["error"]["code"]) == (504, "deadline_exceeded")
    record = tenant.record(response.headers["tollgate-run-id"])
    began, ended = (datetime.fromisoformat(record[name]) for name in ("started_at", "ended_at"))
    assert abs((ended - began).total_seconds() - step) < 60
    books(tenant, provider)


def test_a_token_expires_by_the_clock(tenant, clock):
    token = tenant.new_token(expires_at=clock.at(HOUR))
    status = lambda: tenant.chat(HELLO, secret=token["secret"])
    assert status().status_code == 200
    clock.step(2 * HOUR)
    expired = status()
    assert (expired.status_code, expired.json()["error"]["code"]) == (401, "token_expired")
    assert tenant.chat(HELLO).status_code == 200
    clock.step(-2 * HOUR)
    assert status().status_code == 200


def test_a_price_holds_from_its_date_by_the_clock(tenant, provider, clock):
    """And a run has the price of the moment at which it began, whatever the clock does meanwhile."""
    dearer = {"provider": "simulated", "model": "sim-1", "input": 2 * INPUT, "output": 2 * OUTPUT}
    version = tenant.admin.post("/prices", dearer | {"effective_from": clock.at(DAY)})["version"]

    def run(step: float = 0) -> tuple[Decimal, int]:
        """The price as a multiple of the first one, and its version."""
        provider.close_barrier()
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            running = threads.submit(tenant.chat, HELLO)
            eventually(lambda: provider.state()["waiting"] == 1, "the run waits at the provider")
            clock.step(step)
            provider.open_barrier()
            response = running.result()
        run = response.headers["tollgate-run-id"]
        row = provider.by_run()[run]
        charged = Decimal(response.headers["tollgate-cost"])
        record = tenant.record(run)
        assert record["cost"] == charged
        return charged / cost(row["prompt_tokens"], row["completion_tokens"]), record["price_version"]

    first = run()
    assert first[0] == 1 and first[1] != version
    assert run(step=2 * DAY) == first
    assert run() == (2, version)
    assert run(step=-2 * DAY) == (2, version)
    assert run() == first
    tenant.admin.verify_ledger()
    assert tenant.credits()["held"] == 0


def test_a_key_is_known_though_the_clock_went_back(tenant, server, provider, clock):
    before = len(provider.rows())

    def run(key: str):
        with tenant.http() as http:
            response = http.post("/v1/chat/completions", json=HELLO, headers={"Idempotency-Key": key})
        assert response.status_code == 200, response.text
        return response.headers["tollgate-run-id"]

    first = run("a")
    for step in [-30 * DAY, 20 * DAY]:
        clock.step(step)
        assert run("a") == first
        restart(server, clock)
        tenant.admin = Admin(server)
        assert run("a") == first
    assert len(provider.rows()) == before + 1
    books(tenant, provider)


def test_top_ups_and_changes_go_on(tenant, clock):
    """The log of changes and the books keep their own order, which is not the clock's."""
    for number, step in enumerate([-10 * DAY, 20 * DAY, -10 * DAY]):
        clock.step(step)
        assert tenant.top_up("1", f"top-up {number}")["entry"]["sequence"]
        assert tenant.top_up("1", f"top-up {number}")["credits"]
        tenant.new_version(system=f"You greet, {number}.")
        revision = tenant.deploy(number + 2)["revision"]
        assert tenant.chat(HELLO).headers["tollgate-deployment-revision"] == str(revision)
    assert tenant.credits()["balance"] + sum(
        -Decimal(entry["balance_change"]) for entry in tenant.entries() if entry["run"]) == 13
    tenant.admin.verify_ledger()


def test_credits_end_by_the_clock(tenant, server, provider, clock):
    """By a run's own time no run spends what has ended, and without a run the books say so soon after. Set back, the clock
    brings nothing back."""
    admin = tenant.admin
    poor = admin.tenant(credits=None)
    gift = poor.post_credits("top-ups", "gift", amount="2", expires_at=clock.at(HOUR))["entry"]["sequence"]
    tenant.post_credits("top-ups", "gift", amount="5", expires_at=clock.at(2 * HOUR))
    assert poor.chat(HELLO).status_code == 200
    spent = 2 - poor.credits()["balance"]
    provider.close_barrier()
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        running = threads.submit(poor.chat, HELLO)
        held = eventually(lambda: poor.credits()["held"], "a run holds some of what is about to end")
        clock.step(HOUR + 1)
        refused = poor.chat(HELLO)
        assert (refused.status_code, refused.json()["error"]["code"]) == (402, "insufficient_credits")
        eventually(lambda: poor.credits()["balance"] == held, "all but what is held has ended")
        provider.open_barrier()
        assert running.result().status_code == 200
    eventually(lambda: poor.credits()["balance"] == 0, "what the run gave back has ended, too")
    kinds = [entry["kind"] for entry in poor.entries()[::-1]]
    assert kinds == ["top_up", "hold", "settle", "hold", "expiry", "settle", "expiry"]
    ends = [entry for entry in poor.entries() if entry["kind"] == "expiry"]
    assert {entry["top_up"] for entry in ends} == {gift}
    assert sum(Decimal(entry["balance_change"]) for entry in ends) < held - 2 + spent
    # Nobody calls this one.
    assert tenant.credits()["balance"] == 15
    clock.step(HOUR)
    eventually(lambda: tenant.credits()["balance"] == 10, "the sweep takes back what has ended")
    clock.step(-10 * DAY)
    assert tenant.chat(HELLO).status_code == 200
    assert tenant.credits()["balance"] < 10 and poor.chat(HELLO).status_code == 402
    for one in [poor, tenant]:
        assert admin.get(f"{one.root}/credits")["expiring"] == []
    assert "ended credits were taken back" in server.process.tail(200)
    admin.verify_ledger()


# The system call by which a thread sleeps on a word in memory, and the flag by which its deadline is the wall clock's.
FUTEX = {"x86_64": 202, "aarch64": 98}.get(platform.machine())
CLOCK_REALTIME = 256


def waits_by_the_wall_clock(process: Process) -> dict[str, bool]:
    """Of our own threads, by name, which sleep until a time of the wall clock: no library call shows that, and a step
    moves it. Idle ones of Dispatch's pool do, for nothing."""
    found = {}
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        try:
            words = (task / "syscall").read_text().split()
            name = (task / "comm").read_text().strip()
        except FileNotFoundError:
            continue
        if name.startswith("tollgate."):
            is_futex = words[0].isdigit() and int(words[0]) == FUTEX
            found[name] = is_futex and bool(int(words[2], 16) & CLOCK_REALTIME and int(words[4], 16))
    return found


@pytest.mark.skipif(FUTEX is None, reason="the number of the system call is known for two kinds of machine only")
@pytest.mark.parametrize("durability", ["strict", "relaxed"])
def test_no_thread_waits_by_the_wall_clock(new_server, provider, durability):
    server = new_server(provider, ledger_durability=durability, ledger_relaxed_commit_ms="2000")
    tenant = Admin(server).tenant()
    try:
        waits_by_the_wall_clock(server.process)
    except PermissionError:
        pytest.skip("another process's system calls may not be read here")
    for _ in range(20):
        assert tenant.chat(HELLO).status_code == 200
        found = waits_by_the_wall_clock(server.process)
        assert {"tollgate.catalo", "tollgate.ledger", "tollgate.lane0"} <= found.keys()
        assert not any(found.values()), found
