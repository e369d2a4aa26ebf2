"""What the three witnesses must agree on. Pure: made-up evidence shows that each rule notices what it is for."""

import collections
import dataclasses
import functools

from evidence import OUTPUT_NANO, Entry, Evidence, Served, Try, cost
from faults import FREE, OUTCOMES, PARTLY

# Runs refused before their hold: nothing of them is anywhere.
REFUSED = {"insufficient_credits", "draining", "ledger_unavailable"}
# By which an entry ends a run.
ENDS = {"settle", "release", "interrupted"}
# The client knows no end of the run.
UNKNOWN = {"left", "broken"}

LOST = "no run is lost: finished or served is on the books"
DOUBLED = "no run is doubled: one hold and one end"
TOLD = "the books have the cost and the usage that the client was told"
SERVED = "the books have what the provider served"
BELOW = "balance and available never below zero"
SUMS = "balance and held are the sums of their entries, numbered without a gap"
HELD = "nothing is held at the end"
REPORT = "the usage report adds up to the entries"
REFUSALS = "what was refused is nowhere"
TOP_UPS = "every top-up counts once"
KEYS = "one run an idempotency key"
TRIES = "no more runs than tries"
OUTCOME = "every outcome has its cause"
ALL = [LOST, DOUBLED, TOLD, SERVED, BELOW, SUMS, HELD, REPORT, REFUSALS, TOP_UPS, KEYS, TRIES, OUTCOME]


class Verdict:
    # Faults of a rule beyond these are counted, not kept.
    KEPT = 50

    def __init__(self):
        self.counts: collections.Counter[str] = collections.Counter()
        self.faults: dict[str, list[str]] = {rule: [] for rule in ALL}
        self.fault_counts: collections.Counter[str] = collections.Counter()

    def fault(self, rule: str, what: str):
        self.fault_counts[rule] += 1
        if len(self.faults[rule]) < self.KEPT:
            self.faults[rule].append(what)


@dataclasses.dataclass
class Run:
    """All that the witnesses say of one run."""

    id: str
    tries: list[Try] = dataclasses.field(default_factory=list)
    served: list[Served] = dataclasses.field(default_factory=list)
    entries: list[Entry] = dataclasses.field(default_factory=list)

    @functools.cached_property
    def hold(self) -> Entry | None:
        return next((entry for entry in self.entries if entry.kind == "hold"), None)

    @functools.cached_property
    def end(self) -> Entry | None:
        return next((entry for entry in self.entries if entry.kind in ENDS), None)

    @property
    def charged(self) -> int:
        return -self.end.balance_change if self.end else 0

    @property
    def was_seen_finished(self) -> bool:
        return any(one.outcome == "ok" for one in self.tries)


def judge(evidence: Evidence) -> Verdict:
    verdict = Verdict()
    runs: dict[str, Run] = {}
    for name, rows in [("tries", evidence.tries), ("served", evidence.served), ("entries", evidence.entries)]:
        for row in rows:
            if row.run:
                getattr(runs.setdefault(row.run, Run(row.run)), name).append(row)
    for run in runs.values():
        check_run(run, verdict)
    check_nameless(evidence, verdict)
    check_accounts(evidence, verdict)
    check_report(evidence, runs, verdict)
    check_top_ups(evidence, verdict)
    check_calls(evidence, runs, verdict)
    count(evidence, runs, verdict)
    return verdict


# MARK: runs

def check_run(run: Run, verdict: Verdict):
    fault = lambda rule, what: verdict.fault(rule, f"{run.id}: {what}")
    if not run.entries:
        outcomes = {one.outcome for one in run.tries}
        if run.served:
            fault(LOST, "the provider was asked, and the ledger lacks it")
        elif run.was_seen_finished:
            fault(LOST, "a client saw it finish, and the ledger lacks it")
        elif not outcomes <= REFUSED | UNKNOWN:
            fault(OUTCOME, f"the client saw {sorted(outcomes)} of a run that was never held")
        return
    kinds = [entry.kind for entry in run.entries]
    if len(kinds) != 2 or kinds[0] != "hold" or kinds[1] not in ENDS:
        fault(DOUBLED if len(kinds) > 2 or len(set(kinds)) < len(kinds) else LOST, f"entries {kinds}")
        return
    if len({entry.organization for entry in run.entries}) > 1:
        fault(DOUBLED, "its entries are of two organizations")
    if run.hold.balance_change or run.hold.held_change < 0 or run.end.held_change != -run.hold.held_change:
        fault(SUMS, f"its hold of {run.hold.held_change} is ended by {run.end.held_change}")
    check_tries(run, fault)
    check_served(run, fault)


def check_nameless(evidence: Evidence, verdict: Verdict):
    """Who says nothing of its run cannot be compared by it."""
    for one in evidence.served:
        if not one.run:
            verdict.fault(LOST, f"call {one.label}: the provider was asked without a run's id")
    for one in evidence.tries:
        if not one.run and one.outcome == "ok":
            verdict.fault(LOST, f"call {one.label}: a client saw a run finish that has no id")


def check_tries(run: Run, fault):
    if any(one.outcome == "idempotency_conflict" and not one.key for one in run.tries):
        fault(OUTCOME, "a conflict of keys for a request without one")
    if len({one.label for one in run.tries}) > 1:
        fault(DOUBLED, "two calls had this run")
    for one in run.tries:
        if one.outcome in REFUSED:
            fault(REFUSALS, f"the client saw {one.outcome}, and the ledger has {run.end.kind} of {run.charged}")
        elif one.outcome == "ok":
            if run.end.kind != "settle":
                fault(TOLD, f"the client saw it finish, and the ledger has it as {run.end.kind}")
            if one.cost is not None and one.cost != run.charged:
                fault(TOLD, f"the client was told {one.cost} nano-credits, the ledger has {run.charged}")
            if None not in (one.cost, one.prompt) and one.cost != cost(one.prompt, one.completion):
                fault(TOLD, f"{one.cost} nano-credits for {one.prompt} and {one.completion} tokens")
        elif one.outcome not in UNKNOWN and one.cost is not None and one.cost != run.charged:
            fault(TOLD, f"the client was told of a failure for {one.cost}, the ledger has {run.charged}")


def check_served(run: Run, fault):
    if not 0 <= run.charged <= run.hold.held_change:
        fault(SERVED, f"{run.charged} nano-credits of a hold of {run.hold.held_change}")
    if run.end.kind == "interrupted":
        if not run.end.estimated:
            fault(SERVED, "interrupted, and not marked as estimated")
        return
    if not run.served:
        # Only a client that left before the request went out keeps it from going out, and then nothing is due.
        if run.charged or run.was_seen_finished:
            fault(SERVED, f"the provider never saw it, the ledger has {run.charged} nano-credits")
        return
    last = run.served[-1]
    for one in run.tries:
        if one.outcome not in UNKNOWN | REFUSED and one.outcome not in OUTCOMES[last.fault]:
            fault(OUTCOME, f"the client saw {one.outcome} of a provider with fault {last.fault or 'none'}")
    if last.fault in ("", "slow", "bad-output") and last.billed and last.finished:
        due = sum(cost(row.prompt, row.completion) for row in run.served if row.billed)
        if run.charged != due or run.end.estimated:
            by = " by estimate" if run.end.estimated else ""
            fault(SERVED, f"{run.charged} nano-credits{by} where {due} were due")
    if last.fault == "no-usage" and last.finished and not run.end.estimated:
        fault(SERVED, "no usage was reported, and no estimate is on the books")
    if last.fault in PARTLY and last.billed and last.completion and not run.charged:
        fault(SERVED, f"the provider answered with {last.completion} tokens ({last.fault or 'cut off'}), none is on the books")
    if last.fault in FREE and run.charged and any(one.outcome not in UNKNOWN for one in run.tries):
        fault(SERVED, f"{run.charged} nano-credits for a run that no model answered ({last.fault})")


# MARK: accounts

def check_accounts(evidence: Evidence, verdict: Verdict):
    """Every entry after the other, as an auditor adds them up."""
    sums = {organization: [0, 0] for organization in evidence.accounts}
    for number, entry in enumerate(evidence.entries, 1):
        if entry.sequence != number:
            verdict.fault(SUMS, f"entry {entry.sequence} stands where {number} belongs")
            break
    for entry in evidence.entries:
        both = sums.setdefault(entry.organization, [0, 0])
        both[0] += entry.balance_change
        both[1] += entry.held_change
        if both[0] < 0 or both[1] < 0 or both[0] < both[1]:
            verdict.fault(BELOW, f"{entry.organization}: balance {both[0]}, held {both[1]} at entry {entry.sequence}")
    for organization, account in evidence.accounts.items():
        balance, held = sums[organization]
        if (account.balance, account.held, account.available) != (balance, held, balance - held):
            verdict.fault(SUMS, f"{organization}: entries add up to {balance} and {held}, it has {account}")
        if account.held or held:
            verdict.fault(HELD, f"{organization}: {account.held} held")


def check_report(evidence: Evidence, runs: dict[str, Run], verdict: Verdict):
    found = {organization: [0, 0] for organization in evidence.accounts}
    for run in runs.values():
        if run.end:
            sums = found.setdefault(run.end.organization, [0, 0])
            sums[0] += 1
            sums[1] += run.charged
    for organization, account in evidence.accounts.items():
        count, charged = found[organization]
        # Prices are such that a cost says its usage.
        due = (count, charged, charged // OUTPUT_NANO, charged % OUTPUT_NANO)
        reported = (account.runs, account.cost, account.output + account.input // OUTPUT_NANO,
                    account.input % OUTPUT_NANO)
        if due != reported:
            verdict.fault(REPORT, f"{organization}: runs, cost, output, input are {reported} where {due} are due")


def check_top_ups(evidence: Evidence, verdict: Verdict):
    given, found = collections.defaultdict(list), collections.defaultdict(list)
    for (organization, key), amount in evidence.top_ups.items():
        given[organization].append((key, amount))
    for entry in evidence.entries:
        if not entry.run:
            found[entry.organization].append((entry.key, entry.balance_change))
            if entry.kind != "top_up":
                verdict.fault(TOP_UPS, f"{entry.organization}: entry {entry.sequence} is a {entry.kind} of nobody's")
    for organization in given | found:
        if sorted(given[organization]) != sorted(found[organization]):
            counted = [f"{len(some)} of {sum(amount for _, amount in some)} nano-credits"
                       for some in (found[organization], given[organization])]
            verdict.fault(TOP_UPS, f"{organization}: {counted[0]} on the books, {counted[1]} given, by their keys")


# MARK: calls

def check_calls(evidence: Evidence, runs: dict[str, Run], verdict: Verdict):
    """By the label that every request of a call has: runs that no client was told of are found by it too."""
    tries: dict[str, list[Try]] = collections.defaultdict(list)
    of: dict[str, set[str]] = collections.defaultdict(set)
    for one in evidence.tries:
        tries[one.label].append(one)
        if one.run:
            of[one.label].add(one.run)
    for row in evidence.served:
        if row.run and row.label:
            of[row.label].add(row.run)
    for label, mine in tries.items():
        found = [runs[run] for run in of[label]]
        served = [run for run in found if run.served]
        if len(served) > len(mine):
            verdict.fault(TRIES, f"call {label}: {len(served)} runs at the provider of {len(mine)} tries")
        if not mine[0].key:
            continue
        finished = {one.run for one in mine if one.outcome == "ok"}
        if len(finished) > 1:
            verdict.fault(KEYS, f"key {mine[0].key}: two runs were seen to finish: {sorted(finished)}")
        charged = sorted(run.id for run in found if run.charged)
        if len(charged) > 1:
            verdict.fault(KEYS, f"key {mine[0].key}: charged for {len(charged)} runs: {charged}")
        whole = [run.id for run in served if any(row.finished and row.billed for row in run.served)]
        if len(whole) > 1:
            verdict.fault(KEYS, f"key {mine[0].key}: the provider answered {len(whole)} runs: {sorted(whole)}")
    for label in of:
        if label not in tries:
            verdict.fault(TRIES, f"the provider saw call {label}, which no client made")


def count(evidence: Evidence, runs: dict[str, Run], verdict: Verdict):
    counts = verdict.counts
    counts["tries"] = len(evidence.tries)
    by_label = collections.Counter(one.label for one in evidence.tries)
    counts["calls"] = len(by_label)
    counts["calls tried again"] = sum(tries > 1 for tries in by_label.values())
    counts["calls under an idempotency key"] = len({one.label for one in evidence.tries if one.key})
    counts["runs on the books"] = sum(bool(run.entries) for run in runs.values())
    counts["runs at the provider"] = sum(bool(run.served) for run in runs.values())
    counts["runs seen to finish"] = sum(run.was_seen_finished for run in runs.values())
    counts["runs closed as interrupted"] = sum(run.end is not None and run.end.kind == "interrupted"
                                               for run in runs.values())
    counts["runs settled by estimate"] = sum(
        run.end is not None and run.end.kind == "settle" and run.end.estimated for run in runs.values())
    counts["runs seen to finish more than once"] = sum(
        sum(one.outcome == "ok" for one in run.tries) > 1 for run in runs.values())
    counts["refused with 402"] = sum(one.outcome == "insufficient_credits" for one in evidence.tries)
    counts["clients that left"] = sum(one.outcome == "left" for one in evidence.tries)
    counts["connections broken"] = sum(one.outcome == "broken" for one in evidence.tries)
    counts["faults of the provider"] = sum(bool(row.fault) for row in evidence.served)
    counts["top-ups"] = len(evidence.top_ups)
    counts["entries"] = len(evidence.entries)
