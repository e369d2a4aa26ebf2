"""The soak's verdict notices what it is for: made-up leaks, and witnesses that disagree."""

import json
import pathlib
import random
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "soak"))

import verdict
import witnesses
from log_lines import check_log
from prices import cost
from record import Record

MINUTES = 30
MEMORY = verdict.BOUNDS["rss_anon_mib"]


def series(value, minutes: float = MINUTES, noise: float = 0.0, count: int = 120) -> verdict.Series:
    """`value(share of the time)`, with noise."""
    chance = random.Random(1)
    return [
        (index * minutes * 60 / count, value(index / count) + chance.uniform(-noise, noise)) for index in range(count)]


@pytest.mark.parametrize("value, noise", [
    (lambda share: 40, 0.0),
    (lambda share: 40, 2.0),
    # The warm-up rises, and then no more.
    (lambda share: 20 + 60 * min(share, 0.2), 0.3),
    # It falls.
    (lambda share: 40 - 5 * share, 0.3),
    # A few wild samples.
    (lambda share: 90 if int(share * 120) % 17 == 0 else 40, 0.3),
    # Half a MiB an hour is not told from noise, nor a leak of any size that matters.
    (lambda share: 40 + share * 0.25, 0.1),
])
def test_flat_memory_is_flat(value, noise):
    found = verdict.flat(series(value, noise=noise), MEMORY)
    assert found.holds, found.detail


@pytest.mark.parametrize("value, noise", [
    # 16 bytes a run at 200 runs a second: 5.5 MiB in half an hour.
    (lambda share: 40 + share * 5.5, 0.5),
    (lambda share: 40 + share * 100, 0.0),
    # Nothing for long, and then it begins.
    (lambda share: 40 + max(0, share - 0.6) * 20, 0.3),
    # In steps, as heaps grow.
    (lambda share: 40 + 3 * int(share * 6), 0.3),
])
def test_a_leak_is_noticed(value, noise):
    found = verdict.flat(series(value, noise=noise), MEMORY)
    assert not found.holds, found.detail


@pytest.mark.parametrize("minutes, rise, holds", [(0.5, 3, True), (0.5, 12, False), (5, 6, False)])
def test_a_short_soak_sees_gross_leaks_only(minutes, rise, holds):
    """Within half a minute heaps are still filling."""
    assert verdict.flat(series(lambda share: 10 + rise * share, minutes), MEMORY).holds == holds


def test_a_slow_leak_is_noticed_by_the_hour_in_a_big_process():
    """Of 400 MiB four in a hundred are sixteen; ten an hour is a leak all the same."""
    assert not verdict.flat(series(lambda share: 400 + 5 * share, noise=0.5), MEMORY).holds


@pytest.mark.parametrize("name, rise", [
    ("descriptors", 40), ("threads", 4), ("readers_ledger", 5), ("readers_catalog", 5),
])
def test_other_leaks_are_noticed(name, rise):
    samples = [{"seconds": seconds, name: value} for seconds, value in series(lambda share: 10 + int(share * rise), 5)]
    found = verdict.flat(verdict.series_of(samples, name), verdict.BOUNDS[name])
    assert not found.holds, found.detail


def test_too_few_samples_show_nothing():
    assert not verdict.flat([(0, 1), (1, 1), (2, 1)], MEMORY).holds
    assert not verdict.flat([], MEMORY).holds


def test_at_rest():
    assert verdict.at_rest({"threads": 10}, {"threads": 12}, "threads", 2).holds
    assert not verdict.at_rest({"threads": 10}, {"threads": 13}, "threads", 2).holds


# Three witnesses

COST = int(cost(10, 16) * 10**9)


class Books:
    """Three files as a soak leaves them: one run in each, changed by each case."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.client = ["run_1", "whole", "ok", str(COST)]
        self.provider = {
            "sequence": 1, "client_request_id": "run_1", "fault": None, "billed": True, "finished": True,
            "prompt_tokens": 10, "completion_tokens": 16,
        }
        self.ledger = [["run_1", "hold", "0", "", "org"], ["run_1", "settle", str(COST), "", "org"]]

    def compare(self) -> witnesses.Outcome:
        files = [self.folder / name for name in ("clients.tsv", "provider.tsv", "ledger.tsv")]
        # Other runs before and after, so that the walk must find its place.
        others = ["run_0", "run_2"]
        files[0].write_text("".join(f"{run}\twhole\tok\t{COST}\n" for run in others))
        files[2].write_text("".join(
            f"{run}\t{kind}\t{nano}\t\torg\n" for run in others for kind, nano in [("settle", COST), ("hold", 0)]))
        served = [self.provider] if self.provider else []
        fine = Books(self.folder).provider
        log = self.folder / "provider.jsonl"
        log.write_text("".join(
            json.dumps(row) + "\n" for row in [*served, *(fine | {"client_request_id": run} for run in others)]))
        witnesses.convert_provider_log(log, files[1])
        with open(files[0], "a") as clients, open(files[2], "a") as ledger:
            if self.client:
                clients.write("\t".join(self.client) + "\n")
            for row in self.ledger:
                ledger.write("\t".join(row) + "\n")
        return witnesses.compare(*files, exempt=set())


@pytest.fixture
def books(tmp_path) -> Books:
    return Books(tmp_path)


def test_witnesses_that_agree(books):
    outcome = books.compare()
    assert outcome.faults == []
    assert outcome.counts["finished"] == 3


def lost(books):
    books.ledger = []


def never_settled(books):
    books.ledger.pop()


def settled_twice(books):
    books.ledger.append(books.ledger[1])


def another_cost(books):
    books.ledger[1][2] = str(COST + 1)


def wrong_for_both(books):
    books.client[3] = books.ledger[1][2] = str(COST - 1)


def estimated(books):
    books.ledger[1][3] = "estimated"


def nobody_asked_the_provider(books):
    books.provider = None


def unprovoked(books):
    books.client[2:] = ["provider_error", ""]


def another_error(books):
    books.client[2:] = ["provider_error", ""]
    books.provider["fault"] = "hang"
    books.ledger[1][2] = "0"


def charged_for_nothing(books):
    books.client[2:] = ["provider_error", ""]
    books.provider |= {"fault": "500", "billed": False}


def success_of_a_broken_stream(books):
    books.provider["fault"] = "truncate"


@pytest.mark.parametrize("change", [
    lost, never_settled, settled_twice, another_cost, wrong_for_both, estimated, nobody_asked_the_provider, unprovoked,
    another_error, charged_for_nothing, success_of_a_broken_stream,
])
def test_witnesses_that_disagree(books, change):
    change(books)
    outcome = books.compare()
    assert outcome.fault_count > 0
    assert all(fault.startswith("run_1: ") for fault in outcome.faults), outcome.faults


def test_a_client_that_left_is_no_fault(books):
    books.client[2:] = ["left", ""]
    assert books.compare().faults == []
    books.client = None
    assert books.compare().faults == []


def test_errors_in_the_log_are_found(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        '{"level":"info","message":"run"}\n{"level":"error","message":"settle failed"}\nFatal error: out of range\n')
    counts, odd = check_log(log)
    assert counts == {"info: run": 1, "error: settle failed": 1, "none: not an entry": 1}
    assert len(odd) == 2


def test_what_is_not_expected_is_kept_but_bounded(tmp_path):
    record = Record(tmp_path)
    for number in range(1_000):
        record.odd("whole", f"500 {number}")
    assert record.unexpected_count == 1_000
    assert len(record.unexpected) == Record.KEPT
