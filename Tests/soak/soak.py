"""A soak: mixed load with faults and changes for as long as asked, then a verdict. Exit code 1 where it fails."""

import argparse
import asyncio
import json
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))

import prices
import report
import verdict
import witnesses
import world as worlds
from amounts import nano
from changes import Changes
from findings import Finding, none_of, write_json
from log_lines import check_log
from mix import load
from processes import Server, Simulator, binary
from record import Record
from sampling import Sampler
from tenants import Admin
from waiting import eventually

# Every fault of the simulator.
EACH_FAULT = 0.0015
# What the caches hold is reached within the warm-up; waits end well before a client's patience.
SETTINGS = {
    "TOLLGATE_LOG_FORMAT": "json", "TOLLGATE_PLANS_CACHE_BYTES": "1MiB", "TOLLGATE_GATEWAY_MAXIMUM_BODY_BYTES": "2MiB",
    "TOLLGATE_UPSTREAM_FIRST_BYTE_TIMEOUT_MS": "6000", "TOLLGATE_UPSTREAM_IDLE_TIMEOUT_MS": "6000",
    "TOLLGATE_UPSTREAM_DRAIN_AFTER_DISCONNECT_MS": "10000", "TOLLGATE_LEDGER_MAP_BYTES": "16GiB",
    "TOLLGATE_DRAIN_GRACE_MS": "10000",
}
# Connections to the provider that stay for a while after the load, of two loops.
KEPT_UPSTREAM = 64


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=30)
    parser.add_argument("--rate", type=float, default=200, help="requests a second")
    parser.add_argument("--clients", type=int, default=48, help="at once, at most")
    parser.add_argument("--changes", type=float, default=4, help="steps of the control plane a second")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(".build/soak"), help="folder for the figures")
    parser.add_argument("--keep", action="store_true", help="keep the data and logs of a soak that passed")
    return parser.parse_args()


async def drive(world, record: Record, sampler: Sampler, asked: argparse.Namespace):
    seconds = asked.minutes * 60
    changes = Changes(world, record)
    await asyncio.gather(
        load(world, record, asked.rate, seconds, asked.clients), changes.loop(asked.changes, seconds),
        changes.verifying(min(60, seconds / 6), seconds), sampler.loop(min(5, max(0.5, seconds / 120)), seconds),
        sampler.minutes(min(60, seconds / 3), seconds))


def soak(asked: argparse.Namespace, folder: pathlib.Path) -> dict:
    price_file = folder / "prices.json"
    prices.write(price_file)
    rates = ",".join(f"{fault}:{EACH_FAULT}" for fault in prices.FAULTS)
    simulator = Simulator(
        folder / "provider", "--log", str(folder / "provider.jsonl"), "--faults", rates, "--latency", "15",
        "--token-delay", "4")
    server = Server(folder / "server", {
        "TOLLGATE_PRICES": str(price_file), "TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": simulator.base_url, **SETTINGS})
    try:
        return judge(asked, folder, server, simulator)
    finally:
        for process in (server.process, simulator.process):
            if process.is_alive:
                process.kill()


def judge(asked: argparse.Namespace, folder: pathlib.Path, server: Server, simulator: Simulator) -> dict:
    admin = Admin(server)
    world = worlds.make(admin)
    record = Record(folder)
    sampler = Sampler(world, server, simulator, record, asked.out)
    before = sampler.take()
    asyncio.run(drive(world, record, sampler, asked))
    record.close()
    findings = verdict.flatness(sampler.samples)

    # Runs whose clients left end by themselves, with what they held.
    started = time.monotonic()
    eventually(lambda: sampler.held() == 0 and simulator.state()["running"] == 0, "no run is open", 60, 0.2)
    drained = time.monotonic() - started
    after = sampler.take()
    findings += [
        verdict.at_rest(before, after, "descriptors", KEPT_UPSTREAM), verdict.at_rest(before, after, "threads", 8),
        verdict.at_rest(before, after, "readers_catalog", 2), verdict.at_rest(before, after, "readers_ledger", 2),
    ]

    sums = witnesses.export_ledger(admin, list(world.given), folder / "ledger.tsv")
    credits = {name: admin.get(f"/organizations/{name}/credits")["balance"] for name in world.given}
    wrong = {
        name: f"balance {balance}, entries add up to {sums[name]}" for name, balance in credits.items()
        if nano(balance) != sums[name]}
    started = time.monotonic()
    verified = admin.post("/ledger/verify")
    verify_seconds = time.monotonic() - started
    exit_code = server.process.stop(30)
    offline = server.command("ledger", "verify", "--json", environment={"TOLLGATE_ADMIN_URL": ""}, seconds=600)
    simulator.stop()

    witnesses.convert_provider_log(folder / "provider.jsonl", folder / "provider.tsv")
    compared = witnesses.compare(
        folder / "clients.tsv", folder / "provider.tsv", folder / "ledger.tsv", world.exempt)
    logged, odd_lines = check_log(server.process.log)
    findings += [
        Finding("nothing unexpected", record.unexpected_count == 0,
                f"{record.unexpected_count}: " + "; ".join(record.unexpected[:3]) if record.unexpected else "none"),
        Finding("three witnesses agree", compared.fault_count == 0,
                f"{compared.fault_count}: " + "; ".join(compared.faults[:3]) if compared.faults else
                f"{compared.counts['in the ledger']:,} runs"),
        Finding("enough was seen", compared.counts["finished"] > asked.rate * asked.minutes * 60 * 0.5,
                f"{compared.counts['finished']:,} runs seen to finish"),
        Finding("the load was offered", record.skipped < asked.rate * asked.minutes * 60 * 0.1,
                f"{record.skipped:,} requests skipped, {record.late:,} more than 0.1 s late"),
        none_of("balances are the sums of entries", wrong),
        Finding("no hold open at the end", verified["open_runs"] == 0, f"{verified['open_runs']} open"),
        Finding("ledger verify clean", verified["clean"] is True, json.dumps(verified)),
        Finding("ledger verify clean, stopped", offline.returncode == 0, (offline.stdout + offline.stderr).strip()),
        Finding("exit code 0 on SIGTERM", exit_code == 0, str(exit_code)),
        none_of("no error in the log", odd_lines),
    ]
    return report.summary(
        {"minutes_asked": asked.minutes, "rate": asked.rate, "clients": asked.clients, "changes": asked.changes},
        sampler.samples, record.minutes, findings, {
            "outcomes": record.by_outcome(), "counts": report.counts_of(record.counts),
            "witnesses": dict(compared.counts), "log": logged, "late": record.late, "skipped": record.skipped,
            "drained_seconds": round(drained, 1), "verify_seconds": round(verify_seconds, 2),
            "unexpected": record.unexpected, "disagreements": compared.faults,
        })


def main() -> int:
    asked = options()
    asked.out = asked.out.resolve()
    asked.out.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tollgate-soak-"))
    print(f"{binary().name}, {asked.minutes:g} minutes at {asked.rate:g} requests a second", flush=True)
    found = soak(asked, folder)
    write_json(asked.out / "summary.json", found)
    text = report.markdown(found)
    (asked.out / "summary.md").write_text(text)
    print(text)
    if found["passed"] and not asked.keep:
        shutil.rmtree(folder)
    else:
        print(f"data and logs are kept in {folder}")
    print("soak: " + ("passed" if found["passed"] else "FAILED"))
    return 0 if found["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
