"""The crash test's comparison of witnesses notices what it is for: each rule is broken by a made-up case."""

import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "crash"))

import rules
from answers import Told, is_retried
from board import Board
from evidence import Account, Entry, Evidence, Served, Try, cost

HOLD = cost(200, 24)
WHOLE = cost(10, 8)
GIVEN = 10 * HOLD
ESTIMATE = cost(60, 0)


def agreeing() -> Evidence:
    """One run seen to finish under a key, one cut off by a kill, one that its provider failed, one refused."""
    tries = [
        Try("a", "key-a", "whole", "org", "run_1", "ok", WHOLE, 10, 8),
        Try("b", "", "streamed", "org", "", "broken"),
        Try("c", "", "whole", "org", "run_3", "provider_error", 0),
        Try("d", "", "whole", "org", "run_4", "insufficient_credits", 0),
    ]
    served = [
        Served("run_1", "a", "", True, True, 10, 8), Served("run_2", "b", "", True, False, 10, 4),
        Served("run_3", "c", "500", False, True, 0, 0),
    ]
    entries = [Entry(1, "org", "top_up", "", GIVEN, 0, False, "first")]
    for run, end, charged in [("run_1", "settle", WHOLE), ("run_2", "interrupted", ESTIMATE), ("run_3", "settle", 0)]:
        entries.append(Entry(len(entries) + 1, "org", "hold", run, 0, HOLD, False))
        entries.append(Entry(len(entries) + 1, "org", end, run, -charged, -HOLD, end == "interrupted"))
    spent = WHOLE + ESTIMATE
    account = Account(GIVEN - spent, 0, GIVEN - spent, 3, 70, 8, spent)
    return Evidence(tries, served, entries, {"org": account}, {("org", "first"): GIVEN})


def entry_of(evidence: Evidence, run: str, kind: str) -> Entry:
    return next(entry for entry in evidence.entries if (entry.run, entry.kind) == (run, kind))


def without(evidence: Evidence, run: str, *kinds: str):
    evidence.entries = [entry for entry in evidence.entries if (entry.run, entry.kind) not in [
        (run, kind) for kind in kinds]]
    for number, entry in enumerate(evidence.entries, 1):
        entry.sequence = number


def books_follow(evidence: Evidence):
    """Balances and the report as the entries now say, so that only what is not on the books gives a case away."""
    for number, entry in enumerate(evidence.entries, 1):
        entry.sequence = number
    balance = sum(entry.balance_change for entry in evidence.entries)
    held = sum(entry.held_change for entry in evidence.entries)
    ends = [entry for entry in evidence.entries if entry.kind in rules.ENDS]
    charged = -sum(entry.balance_change for entry in ends)
    evidence.accounts["org"] = Account(
        balance, held, balance - held, len(ends), charged % 10**6, charged // 10**6, charged)


def test_witnesses_that_agree():
    verdict = rules.judge(agreeing())
    assert verdict.fault_counts == {}
    assert verdict.counts["runs on the books"] == 3
    assert verdict.counts["runs closed as interrupted"] == verdict.counts["refused with 402"] == 1


def test_the_books_of_these_cases_follow():
    evidence = agreeing()
    before = evidence.accounts["org"]
    books_follow(evidence)
    assert evidence.accounts["org"] == before


def seen_and_lost(evidence):
    without(evidence, "run_1", "hold", "settle")
    evidence.served.pop(0)


def served_and_lost(evidence):
    without(evidence, "run_2", "hold", "interrupted")


def held_and_never_ended(evidence):
    without(evidence, "run_2", "interrupted")


def ended_and_never_held(evidence):
    without(evidence, "run_2", "hold")


def served_without_an_id(evidence):
    evidence.served.append(Served("", "d", "", True, True, 10, 8))


def finished_without_an_id(evidence):
    evidence.tries.append(Try("e", "", "whole", "org", "", "ok", WHOLE, 10, 8))


def held_twice(evidence):
    evidence.entries.insert(1, entry_of(evidence, "run_1", "hold"))


def settled_twice(evidence):
    evidence.entries.append(entry_of(evidence, "run_1", "settle"))


def settled_and_interrupted(evidence):
    evidence.entries.append(Entry(0, "org", "interrupted", "run_1", 0, 0, True))


def one_run_for_two_calls(evidence):
    evidence.tries.append(Try("e", "", "whole", "org", "run_1", "ok", WHOLE, 10, 8))


def charged_otherwise_than_told(evidence):
    entry_of(evidence, "run_1", "settle").balance_change -= 1


def told_otherwise_than_served(evidence):
    evidence.tries[0].prompt += 1
    evidence.tries[0].cost += 1
    entry_of(evidence, "run_1", "settle").balance_change -= 1


def told_usage_is_not_its_cost(evidence):
    evidence.tries[0].completion += 1


def seen_to_finish_and_interrupted(evidence):
    entry_of(evidence, "run_1", "settle").kind = "interrupted"


def failure_charged_otherwise_than_told(evidence):
    evidence.tries[2].cost = 5


def charged_for_nothing(evidence):
    entry_of(evidence, "run_3", "settle").balance_change = -WHOLE


def estimated_where_it_was_told(evidence):
    entry_of(evidence, "run_1", "settle").estimated = True


def interrupted_and_not_marked(evidence):
    entry_of(evidence, "run_2", "interrupted").estimated = False


def above_its_hold(evidence):
    entry_of(evidence, "run_2", "interrupted").balance_change = -HOLD - 1


def settled_and_never_served(evidence):
    evidence.served.pop(0)


def served_in_part_and_nothing_charged(evidence):
    evidence.served[2] = Served("run_3", "c", "truncate", True, False, 10, 5)


def no_usage_and_no_estimate(evidence):
    evidence.served[0].fault = "no-usage"


def below_zero_for_a_moment(evidence):
    """As when a top-up comes after what it pays for: at the end it adds up."""
    evidence.entries.append(evidence.entries.pop(0))


def held_above_the_balance(evidence):
    """Two holds at once of a balance for one."""
    evidence.entries[0].balance_change = evidence.top_ups["org", "first"] = HOLD + 5
    entry_of(evidence, "run_1", "settle").balance_change = -1
    evidence.tries[0].cost, evidence.tries[0].prompt, evidence.tries[0].completion = 1, 1, 0
    evidence.served[0].prompt, evidence.served[0].completion = 1, 0
    order = [("run_1", "hold"), ("run_2", "hold"), ("run_1", "settle"), ("run_2", "interrupted"),
             ("run_3", "hold"), ("run_3", "settle")]
    evidence.entries = evidence.entries[:1] + [entry_of(evidence, *which) for which in order]


def gap_in_the_numbers(evidence):
    evidence.entries[-1].sequence += 1


def balance_is_not_the_sum(evidence):
    evidence.accounts["org"].balance += 1


def something_is_held(evidence):
    evidence.accounts["org"].held += HOLD


def held_and_released_otherwise(evidence):
    entry_of(evidence, "run_1", "hold").held_change += 1


def report_misses_a_run(evidence):
    evidence.accounts["org"].runs -= 1


def report_misses_tokens(evidence):
    evidence.accounts["org"].output -= 1


def refused_and_on_the_books(evidence):
    for entry in evidence.entries:
        entry.run = "run_4" if entry.run == "run_3" else entry.run
    evidence.served.pop()
    evidence.tries.pop(2)


def refused_and_served(evidence):
    evidence.served.append(Served("run_4", "d", "", True, True, 10, 8))


def top_up_twice(evidence):
    evidence.entries.insert(1, Entry(0, "org", "top_up", "", GIVEN, 0, False, "first"))


def top_up_lost(evidence):
    evidence.top_ups["org", "second"] = 1


def top_up_lost_and_another_doubled(evidence):
    """The sums are right."""
    evidence.top_ups["org", "second"] = GIVEN
    top_up_twice(evidence)


def adjusted_by_nobody(evidence):
    evidence.entries.append(Entry(0, "org", "adjustment", "", 1, 0, False))


def again(evidence, run: str, key: str):
    """The run of call `a` once more, under another id."""
    evidence.served.append(Served(run, "a", "", True, True, 10, 8))
    evidence.entries += [
        Entry(0, "org", "hold", run, 0, HOLD, False), Entry(0, "org", "settle", run, -WHOLE, -HOLD, False)]
    for one in evidence.tries[:1]:
        one.key = key


def key_finished_twice(evidence):
    again(evidence, "run_5", "key-a")
    evidence.tries.append(Try("a", "key-a", "whole", "org", "run_5", "ok", WHOLE, 10, 8))


def key_charged_twice_and_told_once(evidence):
    again(evidence, "run_5", "key-a")
    evidence.tries.append(Try("a", "key-a", "whole", "org", "", "broken"))


def more_runs_than_tries(evidence):
    again(evidence, "run_5", "")


def call_of_nobody(evidence):
    evidence.served.append(Served("run_2", "z", "", True, True, 10, 4))


def unprovoked_error(evidence):
    evidence.tries[0] = Try("a", "", "whole", "org", "run_1", "provider_error")


def error_of_another_kind(evidence):
    evidence.tries[2].outcome = "deadline_exceeded"


def success_of_a_broken_answer(evidence):
    evidence.served[0].fault = "truncate"


def strange_error_without_a_hold(evidence):
    evidence.tries[3].outcome = "internal_error"


def conflict_without_a_key(evidence):
    evidence.tries[1] = Try("b", "", "streamed", "org", "run_2", "idempotency_conflict", ESTIMATE)


CASES = {
    rules.LOST: [
        seen_and_lost, served_and_lost, held_and_never_ended, ended_and_never_held, served_without_an_id,
        finished_without_an_id],
    rules.DOUBLED: [held_twice, settled_twice, settled_and_interrupted, one_run_for_two_calls],
    rules.TOLD: [
        charged_otherwise_than_told, told_usage_is_not_its_cost, seen_to_finish_and_interrupted,
        failure_charged_otherwise_than_told],
    rules.SERVED: [
        told_otherwise_than_served, charged_for_nothing, estimated_where_it_was_told, interrupted_and_not_marked,
        above_its_hold, settled_and_never_served, no_usage_and_no_estimate,
        served_in_part_and_nothing_charged],
    rules.BELOW: [below_zero_for_a_moment, held_above_the_balance],
    rules.SUMS: [gap_in_the_numbers, balance_is_not_the_sum, held_and_released_otherwise],
    rules.HELD: [something_is_held],
    rules.REPORT: [report_misses_a_run, report_misses_tokens],
    rules.REFUSALS: [refused_and_on_the_books],
    rules.TOP_UPS: [top_up_twice, top_up_lost, top_up_lost_and_another_doubled, adjusted_by_nobody],
    rules.KEYS: [key_finished_twice, key_charged_twice_and_told_once],
    rules.TRIES: [more_runs_than_tries, call_of_nobody],
    rules.OUTCOME: [
        unprovoked_error, error_of_another_kind, success_of_a_broken_answer, strange_error_without_a_hold,
        conflict_without_a_key],
}
# Whose case is that the books themselves do not add up.
AS_THEY_ARE = {
    gap_in_the_numbers, balance_is_not_the_sum, something_is_held, report_misses_a_run, report_misses_tokens}


def test_every_rule_has_a_case():
    assert set(CASES) == set(rules.ALL)


@pytest.mark.parametrize("rule, case", [(rule, case) for rule, cases in CASES.items() for case in cases])
def test_witnesses_that_disagree(rule, case):
    evidence = agreeing()
    case(evidence)
    if case not in AS_THEY_ARE:
        books_follow(evidence)
    verdict = rules.judge(evidence)
    assert verdict.fault_counts[rule], verdict.faults
    assert verdict.faults[rule]


def test_a_refused_run_at_the_provider_is_lost():
    evidence = agreeing()
    refused_and_served(evidence)
    assert rules.judge(evidence).fault_counts[rules.LOST]


def test_faults_are_kept_but_bounded():
    verdict = rules.Verdict()
    for number in range(1_000):
        verdict.fault(rules.LOST, str(number))
    assert verdict.fault_counts[rules.LOST] == 1_000
    assert len(verdict.faults[rules.LOST]) == rules.Verdict.KEPT


@pytest.mark.parametrize("outcome, told, again", [
    ("broken", Told(), True), ("provider_error", Told(), True), ("provider_error", Told(may_retry=False), False),
    ("ok", Told(), False), ("insufficient_credits", Told(), False),
])
def test_what_is_tried_again(outcome, told, again):
    assert is_retried(outcome, told) == again


def test_a_try_is_read_as_it_was_written():
    for one in agreeing().tries:
        assert Try.of(one.row()) == one


def test_the_board_adds_up_over_its_columns(tmp_path):
    board = Board(tmp_path / "board", 2)
    for column in range(2):
        mine = Board(tmp_path / "board", 2, column)
        for _ in range(300 + column):
            mine.add("finished")
    assert (board.total("finished"), board.total("tries"), board.is_over) == (601, 0, False)
    board.end()
    assert mine.is_over
