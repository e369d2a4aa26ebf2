"""Kills the server with SIGKILL at random moments under load with faults, and compares three witnesses of every run:
its client, its provider, the ledger. Exit code 1 where they disagree."""

import argparse
import datetime
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))

from findings import machine, table, write_json
from kills import MOMENTS
from processes import binary
from trial import Trial


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/crash-test", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--runs", type=int, default=100_000, help="that clients must have seen to finish")
    parser.add_argument("--seed", type=int, help="of the load, the faults and the kills; unset: another each time")
    parser.add_argument("--clients", type=int, default=64, help="at once, beside those of OpenAI's SDK")
    parser.add_argument("--processes", type=int, default=2, help="of clients, beside the SDK's")
    parser.add_argument("--seconds", type=float, default=1800, help="of load, after which it fails")
    parser.add_argument("--idempotency", choices=["auto", "on", "off"], default="auto",
                        help="whether a third of the calls has an Idempotency-Key; auto: where the server knows it")
    parser.add_argument("--durability", choices=["strict", "relaxed"], default="strict",
                        help="relaxed loses runs: to see that this is noticed")
    parser.add_argument("--moments", type=lambda text: text.split(","), default=list(MOMENTS),
                        help="of the kills, with commas: " + ", ".join(MOMENTS))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(".build/crash-test"), help="for the figures")
    parser.add_argument("--keep", action="store_true", help="keep the data and logs of a test that passed")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.moments) - set(MOMENTS):
        parser.error(f"--moments: {', '.join(unknown)} is none")
    if asked.seed is None:
        asked.seed = random.randrange(1_000_000)
    return asked


def markdown(found: dict) -> str:
    counts = found["counts"]
    lines = [
        f"{counts['runs on the books']:,} runs, {sum(found['kills'].values())} kills, seed {found['seed']}, "
        f"{found['date']}, {found['machine']}: {'passed' if found['passed'] else 'FAILED'}.", "",
        f"{found['load_seconds']:,.0f} s of load at {found['runs_a_second']:,} runs a second, everything on one machine, "
        f"the time down included; a start took {found['start_seconds_median']} s (at most "
        f"{found['start_seconds_most']}), `ledger verify` on the files {found['verify_seconds_median']} s.", "",
        *table(found["findings"]), ""]
    for title, rows in [
        ("counted", counts), ("killed", found["kills"]), ("kind of call", found["kinds"]),
        ("outcome of a try", found["outcomes"]), ("fault of the provider", found["faults"]), ("logged", found["log"])]:
        lines += [f"| {title} | |", "|---|---|", *(f"| {name} | {count:,} |" for name, count in rows.items()), ""]
    return "\n".join(lines)


def main() -> int:
    asked = options()
    asked.out = asked.out.resolve()
    asked.out.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tollgate-crash-"))
    print(f"{binary().name}: {asked.kills} kills, {asked.runs:,} runs, seed {asked.seed}", flush=True)
    begun = time.monotonic()
    trial = Trial(asked, folder)
    passed = False
    try:
        findings, figures = trial.run()
        passed = all(one.holds for one in findings)
        found = {
            "passed": passed, "seed": asked.seed, "machine": machine(), "durability": asked.durability,
            "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"), "findings": findings, **figures,
        }
        text = markdown(found)
        (asked.out / "summary.md").write_text(text)
        write_json(asked.out / "summary.json", found | {"findings": [vars(one) for one in findings]})
        print(text)
    finally:
        trial.ends.close()
        if passed and not asked.keep:
            shutil.rmtree(folder)
        else:
            print(f"data and logs are kept in {folder}")
    print(f"crash-test: {'passed' if passed else 'FAILED'} in {time.monotonic() - begun:.0f} s")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
