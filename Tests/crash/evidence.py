"""The three witnesses of a crash test as values: what clients saw, what the provider served, what the ledger holds."""

import csv
import dataclasses
import json
import pathlib
from decimal import Decimal

from amounts import nano
from tenants import Admin

# Nano-credits a token: a cost in nano-credits says both counts, output in the millions, input below.
INPUT_NANO = 1
OUTPUT_NANO = 1_000_000


def cost(prompt: int, completion: int) -> int:
    """Nano-credits."""
    return prompt * INPUT_NANO + completion * OUTPUT_NANO


@dataclasses.dataclass(slots=True)
class Try:
    """One request of a client. All tries of a call have its label, which the provider's log shows as `user`."""

    label: str
    # Its `Idempotency-Key`; empty without.
    key: str
    kind: str
    organization: str
    # Empty where no head of an answer came.
    run: str
    # `ok` where the client saw the run finish; `left`; `broken` where the connection was; else the error's code.
    outcome: str
    # As the client was told, in nano-credits; of a failure what its body says was charged. None: not told.
    cost: int | None = None
    prompt: int | None = None
    completion: int | None = None

    def row(self) -> list[str]:
        return ["" if value is None else str(value) for value in dataclasses.astuple(self)]

    @classmethod
    def of(cls, row: list[str]) -> "Try":
        return cls(*row[:6], *(int(text) if text else None for text in row[6:]))


@dataclasses.dataclass(slots=True)
class Served:
    """A request that the provider saw."""

    run: str
    label: str
    fault: str
    # It answered with tokens, for which it would charge.
    billed: bool
    finished: bool
    prompt: int
    completion: int


@dataclasses.dataclass(slots=True)
class Entry:
    sequence: int
    organization: str
    kind: str
    # Empty for what is no run's.
    run: str
    balance_change: int
    held_change: int
    estimated: bool
    # The idempotency key under which it was posted; empty for what is a run's.
    key: str = ""


@dataclasses.dataclass
class Account:
    """Of an organization at the end, in nano-credits; usage in tokens, over all days."""

    balance: int
    held: int
    available: int
    runs: int
    input: int
    output: int
    cost: int


@dataclasses.dataclass
class Evidence:
    tries: list[Try]
    served: list[Served]
    # Of all organizations, in order.
    entries: list[Entry]
    accounts: dict[str, Account]
    # Nano-credits given, by organization and key; each of them was acknowledged.
    top_ups: dict[tuple[str, str], int]


def read_tries(files: list[pathlib.Path]) -> list[Try]:
    found = []
    for file in files:
        with open(file, newline="") as lines:
            found += map(Try.of, csv.reader(lines, delimiter="\t"))
    return found


def read_provider(log: pathlib.Path) -> list[Served]:
    """What `tollgate simulate --log` writes."""
    found = []
    with open(log) as lines:
        for line in lines:
            row = json.loads(line)
            found.append(Served(
                row["client_request_id"] or "", row["user"] or "", row["fault"] or "", row["billed"], row["finished"],
                row["prompt_tokens"], row["completion_tokens"]))
    return found


def read_ledger(admin: Admin, organizations: list[str]) -> tuple[list[Entry], dict[str, Account]]:
    entries, accounts = [], {}
    for organization in organizations:
        root = f"/organizations/{organization}"
        for one in admin.pages(f"{root}/credits/entries"):
            entries.append(Entry(
                one["sequence"], organization, one["kind"], one["run"] or "", nano(one["balance_change"]),
                nano(one["held_change"]), bool(one["estimated"]), one["idempotency_key"] or ""))
        accounts[organization] = read_account(admin, organization)
    entries.sort(key=lambda entry: entry.sequence)
    return entries, accounts


def read_account(admin: Admin, organization: str) -> Account:
    found = admin.get(f"/organizations/{organization}/credits")
    total = admin.get("/usage", organization=organization, by="day")["total"]
    usage = total["usage"]
    return Account(
        nano(found["balance"]), nano(found["held"]), nano(found["available"]), total["runs"],
        usage["uncached_input"], usage["output"], nano(Decimal(total["cost"])))
