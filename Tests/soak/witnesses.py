"""Three witnesses of every run, compared by its id in files sorted on disk: its client, its provider, the ledger."""

import collections
import dataclasses
import itertools
import json
import os
import pathlib
import subprocess
from collections.abc import Iterator

from amounts import nano
from faults import FREE, OUTCOMES
from prices import INPUT, OUTPUT
from tenants import Admin

# Outcomes of requests that never became a run at the provider.
REFUSED = {"deployment_paused"}


def export_ledger(admin: Admin, organizations: list[str], file: pathlib.Path) -> dict[str, int]:
    """Writes the ledger's entries of runs; answers the sum of all changes of balance by organization."""
    sums = {}
    with open(file, "w") as out:
        for organization in organizations:
            cursor, total = None, 0
            while True:
                query = {"cursor": cursor} if cursor else {}
                page = admin.get(f"/organizations/{organization}/credits/entries", limit=500, **query)
                for entry in page["items"]:
                    change = nano(entry["balance_change"])
                    total += change
                    if entry["run"]:
                        estimated = "estimated" if entry["estimated"] else ""
                        out.write(f"{entry['run']}\t{entry['kind']}\t{-change}\t{estimated}\t{organization}\n")
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            sums[organization] = total
    return sums


def convert_provider_log(log: pathlib.Path, file: pathlib.Path):
    """A line a request, as `tollgate simulate --log` writes them, into columns."""
    with open(log) as lines, open(file, "w") as out:
        for line in lines:
            row = json.loads(line)
            columns = [
                row["client_request_id"] or "none", f"{row['sequence']:012}", row["fault"] or "",
                "billed" if row["billed"] else "", "finished" if row["finished"] else "",
                row["prompt_tokens"], row["completion_tokens"],
            ]
            out.write("\t".join(map(str, columns)) + "\n")


def _grouped(file: pathlib.Path) -> Iterator[tuple[str, list[list[str]]]]:
    """The lines of a file by their first column, in its order; sorted on disk, so that memory stays small."""
    ordered = file.with_suffix(".sorted")
    subprocess.run(
        ["sort", "-t", "\t", "-S", "64M", "-o", ordered, file], check=True, env=os.environ | {"LC_ALL": "C"})
    with open(ordered) as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        for run, group in itertools.groupby(rows, key=lambda row: row[0]):
            yield run, list(group)


@dataclasses.dataclass
class Outcome:
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    faults: list[str] = dataclasses.field(default_factory=list)
    fault_count: int = 0

    def fault(self, run: str, what: str):
        self.fault_count += 1
        if len(self.faults) < 200:
            self.faults.append(f"{run}: {what}")


def compare(clients: pathlib.Path, provider: pathlib.Path, ledger: pathlib.Path, exempt: set[str]) -> Outcome:
    """Walks the three files side by side."""
    outcome = Outcome()
    sources = [_grouped(clients), _grouped(provider), _grouped(ledger)]
    heads = [next(source, None) for source in sources]
    while any(heads):
        run = min(head[0] for head in heads if head)
        groups = []
        for index, head in enumerate(heads):
            mine = head is not None and head[0] == run
            groups.append(head[1] if mine else [])
            if mine:
                heads[index] = next(sources[index], None)
        _check(outcome, run, *groups, exempt)
    return outcome


def price(prompt: str, completion: str) -> int:
    """Nano-credits, rounded half up."""
    return (int(prompt) * INPUT + int(completion) * OUTPUT + 500_000) // 1_000_000


def _check(outcome: Outcome, run: str, seen: list, served: list, entries: list, exempt: set[str]):
    counts = outcome.counts
    for name, rows in [("seen by a client", seen), ("seen by the provider", served), ("in the ledger", entries)]:
        counts[name] += bool(rows)
    if len(seen) > 1:
        outcome.fault(run, f"{len(seen)} clients had this run")
    kinds = sorted(row[1] for row in entries)
    if kinds not in ([], ["hold", "settle"], ["hold", "release"]):
        outcome.fault(run, f"entries {kinds}")
        return
    client = seen[0][2] if seen else None
    if not entries:
        if served:
            outcome.fault(run, "the provider was asked, and the ledger lacks it")
        elif client not in REFUSED:
            outcome.fault(run, f"the client saw {client}, and the ledger lacks it")
        counts["refused before a hold"] += 1
        return
    settle = next(row for row in entries if row[1] != "hold")
    cost, estimated, organization = int(settle[2]), settle[3] == "estimated", settle[4]
    counts["estimated"] += estimated
    if client == "ok":
        counts["finished"] += 1
        if int(seen[0][3]) != cost:
            outcome.fault(run, f"the client saw {seen[0][3]} nano-credits, the ledger has {cost}")
    if not served:
        # Only a client that left before the request went out keeps it from going out, and then nothing is due.
        counts["never sent"] += 1
        if cost or client not in (None, "left"):
            outcome.fault(run, f"the client saw {client}, the ledger has {cost}, the provider never saw it")
        return
    counts["asked twice"] += len(served) > 1
    _, _, fault, billed, finished, prompt, completion = served[-1]
    if fault:
        counts["provoked faults"] += 1
    if client not in (None, "left") and client not in OUTCOMES[fault]:
        outcome.fault(run, f"the client saw {client} of a provider with fault {fault or 'none'}")
    if fault in ("", "slow") and billed and finished:
        due = 0 if organization in exempt else price(prompt, completion)
        if cost != due or estimated:
            outcome.fault(run, f"{cost} nano-credits{' by estimate' if estimated else ''} where {due} were due")
    if fault == "no-usage" and finished and not estimated:
        outcome.fault(run, "no usage was reported, and no estimate is on the books")
    if fault in FREE and client not in (None, "left") and cost:
        outcome.fault(run, f"{cost} nano-credits for a run that no model answered ({fault})")
