"""Many more runs at once than an organization has credits for, in several organizations: as many as are paid for reach the
provider, all others are refused, and afterwards every figure is exact. Exit code 1 where that is not so."""

import argparse
import contextlib
import datetime
import json
import pathlib
import resource
import selectors
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))

import metrics
import prices
from amounts import credits, nano
from answers import body
from evidence import INPUT_NANO, OUTPUT_NANO, cost, read_account, read_ledger
from findings import Finding, machine, none_of, table, write_json
from processes import Server, Simulator, binary, clean_environment
from tenants import Admin
from waiting import eventually

HERE = pathlib.Path(__file__).resolve().parent
# Descriptors of a program besides its connections.
OTHER_DESCRIPTORS = 200


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/cap-test", description=__doc__)
    parser.add_argument("--organizations", type=int, default=10)
    parser.add_argument("--runs", type=int, default=1000, help="at once, of each organization")
    parser.add_argument("--holds", type=int, default=100, help="that each organization has credits for, exactly")
    parser.add_argument("--rounds", type=int, default=20, help="half of them streamed")
    parser.add_argument("--processes", type=int, default=2, help="of clients")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(".build/cap-test"), help="for the figures")
    parser.add_argument("--keep", action="store_true", help="keep the data and logs of a test that passed")
    return parser.parse_args()


def raise_descriptors(needed: int):
    """For this process and those it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(f"cap-test: {needed} descriptors are needed, and `ulimit -Hn` is {hard}: ask for fewer runs")
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


class Client:
    """A process of clients."""

    def __init__(self, plan: dict, log: pathlib.Path):
        self.log = log
        with open(log, "wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "crowd.py", json.dumps(plan)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, env=clean_environment(), text=True)

    def go(self, form: str):
        self.process.stdin.write(f"go {form}\n")
        self.process.stdin.flush()

    def answer(self, seconds: float = 120) -> dict:
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                raise AssertionError(f"clients said nothing for {seconds:g} s: {self.log.read_text()[-1000:]}")
        line = self.process.stdout.readline()
        assert line, f"clients ended: {self.log.read_text()[-1000:]}"
        return json.loads(line)

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


class Trial:
    def __init__(self, asked: argparse.Namespace, folder: pathlib.Path, ends: contextlib.ExitStack):
        self.asked = asked
        self.faults: list[str] = []
        prices.write(folder / "prices.json", INPUT_NANO * 1_000_000, OUTPUT_NANO * 1_000_000)
        self.simulator = Simulator(folder / "provider", "--tokens", "8")
        ends.callback(lambda: self.simulator.process.is_alive and self.simulator.process.kill())
        self.server = Server(folder / "server", {
            "TOLLGATE_PRICES": str(folder / "prices.json"), "TOLLGATE_LOG_LEVEL": "warning",
            "TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": self.simulator.base_url,
            "TOLLGATE_GATEWAY_MAXIMUM_CONNECTIONS": str(asked.organizations * asked.runs + 100),
            # What waits at the barrier waits for all others.
            "TOLLGATE_UPSTREAM_FIRST_BYTE_TIMEOUT_MS": "300000", "TOLLGATE_UPSTREAM_TOTAL_TIMEOUT_MS": "300000"})
        ends.callback(lambda: self.server.process.is_alive and self.server.process.kill())
        self.admin = Admin(self.server)
        self.admin.add_key("simulated", "sk-platform")
        self.holds = {form: self.hold_of(form) for form in ("whole", "streamed")}
        self.tenants = [self.admin.tenant(credits=None, max_output_tokens=24) for _ in range(asked.organizations)]
        self.balances = {tenant.organization: 0 for tenant in self.tenants}
        self.spent = dict.fromkeys(self.balances, 0)
        self.tokens = {name: [0, 0] for name in self.balances}
        per_process = [self.tenants[number::asked.processes] for number in range(asked.processes)]
        self.clients = [
            Client({
                "port": int(self.server.gateway_url.rsplit(":", 1)[1]), "runs": asked.runs, "holds": asked.holds,
                "organizations": [(tenant.organization, tenant.secret) for tenant in tenants],
            }, folder / f"clients-{number}.log") for number, tenants in enumerate(per_process) if tenants]
        for client in self.clients:
            ends.callback(lambda client=client: client.process.poll() is None and client.process.kill())

    def hold_of(self, form: str) -> int:
        """What a run as the crowd asks for it holds."""
        probe = self.admin.tenant(credits="10", max_output_tokens=24)
        answer = probe.chat(content=body("crowd", form == "streamed"))
        return nano(probe.record(answer.headers["tollgate-run-id"])["hold"])

    def must(self, what: str, found, due):
        if found != due:
            self.faults.append(f"{what}: {found} where {due} is due"[:400])

    def fill(self, round: int, amount: int):
        """Every balance is exactly so much."""
        for tenant in self.tenants:
            missing = amount - self.balances[tenant.organization]
            assert missing > 0, "a round spends more than the forms' holds differ by"
            tenant.top_up(credits(missing), f"round {round}")
            self.balances[tenant.organization] = amount

    def round(self, number: int):
        asked, form = self.asked, ("whole", "streamed")[number % 2]
        paid, amount = asked.organizations * asked.holds, asked.holds * self.holds[form]
        self.fill(number, amount)
        before, arrived = metrics.scrape(self.server), self.simulator.state()["arrived"]
        self.simulator.clear_log()
        self.simulator.close_barrier()
        for client in self.clients:
            client.go(form)
        for client in self.clients:
            client.answer()
        eventually(lambda: self.simulator.state()["waiting"] >= paid, f"{paid} runs wait at the barrier", 60)
        self.must("at the provider while the barrier is closed", self.simulator.state()["arrived"] - arrived, paid)
        for tenant in self.tenants:
            self.must(f"{tenant.organization} while its runs wait", {
                name: nano(value) for name, value in tenant.credits().items() if name != "overdraft"}, {
                "balance": amount, "held": amount, "available": 0})
        waiting = metrics.scrape(self.server)
        self.must("tollgate_holds_open", waiting("tollgate_holds_open"), paid)
        self.must("tollgate_credits_held", nano(waiting("tollgate_credits_held")), asked.organizations * amount)
        self.simulator.open_barrier()
        answers = {name: said for client in self.clients for name, said in client.answer().items()}
        spent = self.check_answers(answers)
        self.check_metrics(before, spent, len(self.tenants) * (asked.runs - asked.holds))
        for tenant in self.tenants:
            self.check_account(tenant.organization, number + 1)

    def check_answers(self, answers: dict) -> int:
        """By organization: who was served, and what it cost. Answers what all cost."""
        asked, rows, all_spent = self.asked, self.simulator.by_run(), 0
        for name, said in answers.items():
            self.faults += [f"{name}: {odd}" for odd in said["odd"]]
            self.must(f"{name}: refused", said["refused"], asked.runs - asked.holds)
            served = {run: rows.get(run) for run, *_ in said["finished"]}
            self.must(f"{name}: served", len(served), asked.holds)
            self.must(f"{name}: refused runs at the provider", [run for run in said["refused_runs"] if run in rows], [])
            for run, charged, prompt, completion in said["finished"]:
                row = served[run]
                if row is None:
                    self.faults.append(f"{run} finished, and the provider never saw it")
                    continue
                self.must(f"{run}: told", (prompt, completion), (row["prompt_tokens"], row["completion_tokens"]))
                self.must(f"{run}: cost", charged, cost(row["prompt_tokens"], row["completion_tokens"]))
                self.tokens[name][0] += prompt
                self.tokens[name][1] += completion
            spent = sum(charged for _, charged, *_ in said["finished"])
            self.spent[name] += spent
            self.balances[name] -= spent
            all_spent += spent
        self.must("organizations", set(answers), set(self.balances))
        return all_spent

    def check_metrics(self, before: metrics.Page, spent: int, refused: int):
        """The last run counted is one that a client has seen, so nothing is waited for."""
        after = metrics.scrape(self.server)
        change = lambda name, **labels: after(name, **labels) - before(name, **labels)
        served = self.asked.organizations * self.asked.holds
        self.must("tollgate_holds_refused_total", change(
            "tollgate_holds_refused_total", reason="insufficient_credits"), refused)
        for outcome, due in [("succeeded", served), ("insufficient_credits", refused)]:
            self.must(f"tollgate_runs_total {outcome}", sum(
                change("tollgate_runs_total", outcome=outcome, streamed=flag) for flag in ("true", "false")), due)
        self.must("tollgate_credits_settled_total", nano(change("tollgate_credits_settled_total")), spent)
        self.must("tollgate_holds_open", after("tollgate_holds_open"), 0)
        self.must("tollgate_credits_held", after("tollgate_credits_held"), 0)

    def check_account(self, name: str, rounds: int):
        account = read_account(self.admin, name)
        self.must(f"{name}: balance, held, available", (account.balance, account.held, account.available),
                  (self.balances[name], 0, self.balances[name]))
        self.must(f"{name}: usage", (account.runs, account.input, account.output, account.cost),
                  (rounds * self.asked.holds, *self.tokens[name], self.spent[name]))

    def check_books(self):
        """Every entry: never below zero, and as many of each kind as there must be."""
        entries, _ = read_ledger(self.admin, list(self.balances))
        sums = {name: [0, 0] for name in self.balances}
        kinds: dict[tuple[str, str], int] = {}
        for entry in entries:
            both = sums[entry.organization]
            both[0] += entry.balance_change
            both[1] += entry.held_change
            if both[0] < both[1] or both[1] < 0:
                self.faults.append(f"{entry.organization}: balance {both[0]}, held {both[1]} at {entry.sequence}")
            kinds[entry.organization, entry.kind] = kinds.get((entry.organization, entry.kind), 0) + 1
        due = {"top_up": self.asked.rounds, "hold": self.asked.rounds * self.asked.holds,
               "settle": self.asked.rounds * self.asked.holds}
        self.must("entries by organization and kind", kinds, {
            (name, kind): count for name in self.balances for kind, count in due.items()})
        self.must("sums of entries", sums, {name: [balance, 0] for name, balance in self.balances.items()})

    def run(self) -> list[Finding]:
        for number in range(self.asked.rounds):
            start = time.monotonic()
            self.round(number)
            print(f"round {number + 1}: {time.monotonic() - start:.1f} s, {len(self.faults)} faults", flush=True)
        for client in self.clients:
            client.end()
        self.check_books()
        verified = self.admin.post("/ledger/verify")
        code = self.server.stop()
        asked = self.asked
        return [
            none_of(f"{asked.rounds} times, of {asked.runs} runs at once in each of {asked.organizations} organizations "
                    f"{asked.holds} reach the provider, and every figure is exact", self.faults),
            Finding("ledger verify clean, no hold open", verified["clean"] is True and verified["open_runs"] == 0,
                    json.dumps(verified)),
            Finding("exit code 0 on SIGTERM", code == 0, str(code)),
        ]


def main() -> int:
    asked = options()
    asked.out = asked.out.resolve()
    asked.out.mkdir(parents=True, exist_ok=True)
    at_once, paid = asked.organizations * asked.runs, asked.organizations * asked.holds
    raise_descriptors(at_once + paid + OTHER_DESCRIPTORS)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tollgate-cap-"))
    print(f"{binary().name}: {asked.organizations} x {asked.runs} runs at once for {asked.holds} holds each, "
          f"{asked.rounds} rounds", flush=True)
    begun, passed = time.monotonic(), False
    with contextlib.ExitStack() as ends:
        try:
            trial = Trial(asked, folder, ends)
            findings = trial.run()
            passed = all(one.holds for one in findings)
            seconds = time.monotonic() - begun
            found = {
                "passed": passed, "machine": machine(), "seconds": round(seconds, 1),
                "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"), "faults": trial.faults[:200],
                "requests": asked.rounds * at_once, "served": asked.rounds * paid,
                **{name: getattr(asked, name) for name in ("organizations", "runs", "holds", "rounds")},
                "findings": [vars(one) for one in findings]}
            text = "\n".join([
                f"{found['requests']:,} requests, {found['served']:,} served, {found['date']}, {found['machine']}, "
                f"{seconds:.0f} s: {'passed' if passed else 'FAILED'}.", "", *table(findings), ""])
            (asked.out / "summary.md").write_text(text)
            write_json(asked.out / "summary.json", found)
            print(text)
        finally:
            if passed and not asked.keep:
                shutil.rmtree(folder)
            else:
                print(f"data and logs are kept in {folder}")
    print(f"cap-test: {'passed' if passed else 'FAILED'} in {time.monotonic() - begun:.0f} s")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
