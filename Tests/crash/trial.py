"""One crash test: the processes, the load with its kills, and the verdict."""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import random
import socket
import subprocess
import sys
import time

import evidence
import prices
import rules
from amounts import credits, nano
from answers import body
from board import Board
from callers import ROUTE, Plan
from evidence import INPUT_NANO, OUTPUT_NANO, Evidence, Try
from findings import Finding, none_of
from kills import Kills, TopUps
from log_lines import check_log
from processes import Server, Simulator, clean_environment
from tenants import Admin, Tenant, decimals
from waiting import eventually

HERE = pathlib.Path(__file__).resolve().parent
# Of the provider's answers.
FAULTS = {
    "429": 0.01, "500": 0.01, "503": 0.005, "401": 0.001, "403": 0.001, "404": 0.001, "insufficient_quota": 0.001,
    "refuse": 0.004, "reset": 0.01, "truncate": 0.01, "unfinished": 0.005, "malformed": 0.005, "html": 0.002,
    "slow": 0.002, "hang": 0.001, "hang-mid": 0.001, "no-usage": 0.005, "error-event": 0.005, "huge-headers": 0.001,
    "redirect": 0.001, "bad-output": 0.002,
}
SETTINGS = {
    "TOLLGATE_LOG_FORMAT": "json", "TOLLGATE_LOG_LEVEL": "warning", "TOLLGATE_LEDGER_MAP_BYTES": "16GiB",
    "TOLLGATE_UPSTREAM_FIRST_BYTE_TIMEOUT_MS": "4000", "TOLLGATE_UPSTREAM_IDLE_TIMEOUT_MS": "4000",
    "TOLLGATE_UPSTREAM_DRAIN_AFTER_DISCONNECT_MS": "2000", "TOLLGATE_DRAIN_GRACE_MS": "3000",
}
RICH, POOR = 6, 4
RICH_CREDITS = 1_000_000
# How often a poor organization is called, beside a rich one: most of what it asks for is refused.
POOR_WEIGHT = 1
# Holds that a poor organization is given at a time, and tries of all clients between.
POOR_HOLDS, TOP_UP_TRIES = 12, 700
# Calls under an `Idempotency-Key`, of a hundred.
KEYED = 33
# Runs whose own records are read at the end.
SAMPLE = 300


def free_port(chance: random.Random) -> int:
    """Outside the range from which the system gives ports: while the server is down, nobody else gets this one."""
    while True:
        port = chance.randrange(12_000, 30_000)
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


class Trial:
    def __init__(self, asked: argparse.Namespace, folder: pathlib.Path):
        self.asked = asked
        self.folder = folder
        self.begun = time.monotonic()
        self.ends = contextlib.ExitStack()
        self.tries: list[Try] = []
        self.top_ups: dict[tuple[str, str], int] = {}
        chance = random.Random()
        prices.write(folder / "prices.json", INPUT_NANO * 1_000_000, OUTPUT_NANO * 1_000_000)
        self.simulator = Simulator(
            folder / "provider", "--log", str(folder / "provider.jsonl"), "--seed", str(asked.seed), "--latency", "2",
            "--tokens", "8", "--token-delay", "1")
        self.ends.callback(lambda: self.simulator.process.is_alive and self.simulator.process.kill())
        self.server = Server(folder / "server", {
            "TOLLGATE_PRICES": str(folder / "prices.json"), "TOLLGATE_LEDGER_DURABILITY": asked.durability,
            "TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": self.simulator.base_url,
            "TOLLGATE_GATEWAY_PORT": str(free_port(chance)), "TOLLGATE_ADMIN_PORT": str(free_port(chance)),
            # Long enough that a kill under load finds something that was answered and is not on disk.
            "TOLLGATE_LEDGER_RELAXED_COMMIT_MS": "500", **SETTINGS})
        self.ends.callback(lambda: self.server.process.is_alive and self.server.process.kill())

    # MARK: the load

    def run(self) -> tuple[list[Finding], dict]:
        self.populate()
        keyed = self.asked.idempotency == "on" or self.asked.idempotency == "auto" and self.has_idempotency()
        self.plan = Plan(
            port=int(self.server.gateway_url.rsplit(":", 1)[1]), seed=self.asked.seed,
            processes=self.asked.processes + 1, clients=self.asked.clients // self.asked.processes,
            keyed=KEYED if keyed else 0, targets=[
                (tenant.organization, tenant.secret, 1 if number < RICH else POOR_WEIGHT)
                for number, tenant in enumerate(self.tenants)])
        self.plan.write(self.folder)
        board = Board(self.folder / "board", self.plan.processes)
        self.kills = Kills(
            self.server, board, self.asked.kills, self.asked.runs, self.asked.seed, self.asked.moments)
        self.giving = TopUps(
            self.server, board, [tenant.organization for tenant in self.tenants[RICH:]],
            credits(POOR_HOLDS * self.hold), TOP_UP_TRIES)
        self.simulator.fail_sometimes(FAULTS)
        start = time.monotonic()
        try:
            self.load(board)
        finally:
            board.end()
            self.giving.end()
        self.load_seconds = time.monotonic() - start
        self.top_ups |= {given: POOR_HOLDS * self.hold for given in self.giving.given}
        return self.judge()

    def populate(self):
        """Rich and poor organizations, and what a hold of theirs is."""
        admin = Admin(self.server)
        admin.add_key("simulated", "sk-platform")
        self.tenants = [admin.tenant(credits=None, max_output_tokens=24) for _ in range(RICH + POOR)]
        for tenant in self.tenants[:RICH]:
            tenant.top_up(str(RICH_CREDITS), "first")
            self.top_ups[tenant.organization, "first"] = RICH_CREDITS * 10**9
        run = self.probe("probe")
        # With relaxed durability it is there a little later.
        eventually(lambda: any(entry["run"] == run for entry in self.tenants[0].entries()), "a run is on the books")
        self.hold = nano(self.tenants[0].record(run)["hold"])

    def has_idempotency(self) -> bool:
        """Whether two requests under one key are one run; where they are not, the key counts for nothing."""
        known = self.probe("probe-keyed", "probe") == self.probe("probe-keyed", "probe")
        if not known:
            self.tries = [dataclasses.replace(one, key="") for one in self.tries]
        return known

    def probe(self, label: str, key: str = "") -> str:
        """A run before the load, compared as all others are."""
        tenant = self.tenants[0]
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        with tenant.http() as http:
            answer = http.post(ROUTE, content=body(label, False), headers=headers).raise_for_status()
        usage, run = decimals(answer)["usage"], answer.headers["tollgate-run-id"]
        self.tries.append(Try(
            label, key, "probe", tenant.organization, run, "ok", nano(answer.headers["tollgate-cost"]),
            usage["prompt_tokens"], usage["completion_tokens"]))
        return run

    def load(self, board: Board):
        with contextlib.ExitStack() as ends:
            clients = []
            for number in range(self.plan.processes):
                script = "callers.py" if number else "sdk_callers.py"
                errors = ends.enter_context(open(self.folder / f"clients-{number}.log", "wb"))
                clients.append(subprocess.Popen(
                    [sys.executable, HERE / script, self.folder, str(number)], stderr=errors, env=clean_environment()))
                ends.callback(lambda process=clients[-1]: process.poll() is None and process.kill())
            self.giving.start()
            self.kills.fail_if_dead = lambda: self.fail_if_dead(clients)
            self.kills.all()
            left = self.begun + self.asked.seconds - time.monotonic()
            eventually(lambda: self.goes_on(board, clients), f"{self.asked.runs} runs finish", max(left, 1), 0.05)
            board.end()
            codes = [process.wait(90) for process in clients]
        self.client_faults = [
            (self.folder / f"clients-{number}.log").read_text()[-500:] for number, code in enumerate(codes) if code]

    def goes_on(self, board: Board, clients: list[subprocess.Popen]) -> bool:
        self.fail_if_dead(clients)
        return board.total("finished") >= self.asked.runs

    def fail_if_dead(self, clients: list[subprocess.Popen]):
        self.server.process.fail_if_dead()
        self.simulator.process.fail_if_dead()
        for number, process in enumerate(clients):
            if process.poll() is not None:
                said = (self.folder / f"clients-{number}.log").read_text()[-2000:]
                raise AssertionError(f"process {number} of clients ended with {process.returncode}:\n{said}")

    # MARK: the verdict

    def judge(self) -> tuple[list[Finding], dict]:
        admin = Admin(self.server)
        organizations = [tenant.organization for tenant in self.tenants]
        held = lambda: sum(evidence.read_account(admin, name).held for name in organizations)
        start = time.monotonic()
        # Runs whose clients left end by themselves.
        eventually(lambda: held() == 0 and self.simulator.state()["running"] == 0, "no run is open", 60, 0.2)
        self.drained_seconds = time.monotonic() - start
        self.simulator.stop()
        entries, accounts = evidence.read_ledger(admin, organizations)
        files = [self.folder / f"tries-{number}.tsv" for number in range(self.plan.processes)]
        found = Evidence(
            self.tries + evidence.read_tries(files), evidence.read_provider(self.folder / "provider.jsonl"), entries,
            accounts, self.top_ups)
        verdict = rules.judge(found)
        wrong_records = self.read_records(admin, found)
        verified = admin.post("/ledger/verify")
        exit_code = self.server.stop()
        offline = self.server.command("ledger", "verify", "--json", environment={"TOLLGATE_ADMIN_URL": ""}, seconds=300)
        logged, odd_lines = check_log(self.server.process.log)
        kills, counts = self.kills, verdict.counts
        findings = [
            Finding(rule, not verdict.fault_counts[rule],
                    f"{verdict.fault_counts[rule]:,}: " + "; ".join(verdict.faults[rule][:3])
                    if verdict.fault_counts[rule] else "no exception")
            for rule in rules.ALL]
        findings += [
            none_of(f"ledger verify clean after each of {sum(kills.counts.values())} kills", kills.unclean),
            Finding("ledger verify clean at the end, no hold open",
                    verified["clean"] is True and verified["open_runs"] == 0, json.dumps(verified)),
            Finding("ledger verify clean, stopped", offline.returncode == 0, (offline.stdout + offline.stderr).strip()),
            none_of(f"the records of {SAMPLE} runs are as their clients were told", wrong_records),
            Finding("every kill was done", sum(kills.counts.values()) == self.asked.kills, str(dict(kills.counts))),
            Finding("enough runs were seen to finish", counts["runs seen to finish"] >= self.asked.runs,
                    f"{counts['runs seen to finish']:,}"),
            Finding("runs were refused with 402, tried again, left and interrupted", all(counts[name] for name in [
                "refused with 402", "calls tried again", "clients that left", "runs closed as interrupted"]), "seen"),
            none_of("no client failed by itself", self.client_faults),
            none_of("no top-up failed", self.giving.unexpected),
            none_of("no error in the log", odd_lines),
            Finding("exit code 0 on SIGTERM", exit_code == 0, str(exit_code)),
        ]
        return findings, self.figures(found, verdict, logged)

    def read_records(self, admin: Admin, found: Evidence) -> list[str]:
        # What is not on the books at all is another finding.
        known = {entry.run for entry in found.entries}
        finished = [
            one for one in found.tries
            if one.outcome == "ok" and None not in (one.cost, one.prompt) and one.run in known]
        wrong = []
        for one in random.Random(self.asked.seed).sample(finished, min(SAMPLE, len(finished))):
            record = admin.get(f"/runs/{one.run}")
            usage = record["usage"]
            seen = ("succeeded", one.organization, one.cost, one.prompt, one.completion)
            if seen != (record["state"], record["organization"], nano(record["cost"]), usage["input_tokens"],
                        usage["output_tokens"]):
                wrong.append(f"{one.run}: {record}, where the client saw {one}")
        return wrong

    def figures(self, found: Evidence, verdict: rules.Verdict, logged: dict[str, int]) -> dict:
        kills = self.kills
        median = lambda values: round(sorted(values)[len(values) // 2], 3) if values else None
        outcomes, kinds, faults = {}, {}, {}
        for rows, name, into in [
            (found.tries, "outcome", outcomes), (found.tries, "kind", kinds), (found.served, "fault", faults)]:
            for row in rows:
                value = getattr(row, name)
                if value:
                    into[value] = into.get(value, 0) + 1
        return {
            "counts": dict(verdict.counts), "kills": dict(kills.counts), "outcomes": outcomes, "kinds": kinds,
            "faults": faults, "log": logged, "faults_of_rules": {
                rule: rows for rule, rows in verdict.faults.items() if rows},
            "top_ups_sent_again": self.giving.again, "load_seconds": round(self.load_seconds, 1),
            "runs_a_second": round(verdict.counts["runs on the books"] / self.load_seconds),
            "verify_seconds_median": median(kills.verify_seconds), "start_seconds_median": median(kills.start_seconds),
            "start_seconds_most": round(max(kills.start_seconds, default=0), 3),
            "drained_seconds": round(self.drained_seconds, 1), "idempotency": self.plan.keyed > 0,
        }
