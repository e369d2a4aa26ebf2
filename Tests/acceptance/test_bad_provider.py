"""A provider that is down, slow, cut off or talks nonsense: a status and code each, and only what was used charged."""

from decimal import Decimal

import pytest

import events
from checks import TYPES, check_error, check_well
from prices import cost
from tenants import HELLO, Admin

STREAM = HELLO | {"stream": True}


def spent_by(run_id: str, simulator, tenant, billed: bool) -> Decimal:
    """What the run's record says it cost, checked against what the provider says it served."""
    record = tenant.record(run_id)
    row = simulator.by_run().get(run_id)
    if not billed:
        assert record["cost"] == 0, record
        assert row is None or not row["billed"]
        return Decimal(0)
    assert row["billed"]
    if record["usage"]["estimated"]:
        assert 0 < record["cost"] <= record["hold"]
        assert record["usage"]["input_tokens"] > 0
    else:
        assert record["cost"] == cost(row["prompt_tokens"], row["completion_tokens"])
    return record["cost"]


def finish(tenant, run_id: str, simulator, billed: bool, charged=None):
    spent = spent_by(run_id, simulator, tenant, billed)
    if charged is not None:
        assert charged == spent
    assert tenant.record(run_id)["state"] == "failed"
    check_well(tenant, spent)
    tenant.admin.verify_ledger()


REFUSALS = [
    ("401", 502, "provider_error"), ("403", 502, "provider_error"), ("404", 502, "provider_error"),
    ("429", 429, "rate_limited"), ("insufficient_quota", 502, "provider_error"), ("500", 502, "provider_error"),
    ("503", 502, "provider_error"), ("refuse", 502, "provider_error"), ("hang", 504, "deadline_exceeded"),
    ("html", 502, "provider_error"), ("huge-headers", 502, "provider_error"), ("redirect", 502, "provider_error"),
]


@pytest.mark.parametrize("fault, status, code", REFUSALS, ids=[fault for fault, _, _ in REFUSALS])
@pytest.mark.parametrize("body", [HELLO, STREAM], ids=["whole", "streamed"])
def test_a_provider_that_does_not_answer(hasty_server, simulator, fault, status, code, body):
    tenant = Admin(hasty_server).tenant(model=f"sim-1!{fault}")
    response = tenant.chat(body)
    error = check_error(response, status, code)
    assert error["charged"] == 0
    if status == 429:
        assert int(response.headers["retry-after"]) >= 1
    # What may go away by itself may be tried again: nothing was charged.
    assert response.headers.get("x-should-retry") != "false"
    finish_refused(tenant, response, simulator, fault)


def finish_refused(tenant, response, simulator, fault: str):
    run_id = response.headers["tollgate-run-id"]
    record = tenant.record(run_id)
    assert (record["state"], record["cost"], record["error"]) == (
        "failed", 0, response.json()["error"]["code"])
    if fault.isdigit():
        [line] = record["attempts"]
        assert line["provider_status"] == int(fault)
        row = simulator.by_run()[run_id]
        assert line["provider_request_id"] == f"req-sim-{row['sequence']}"
    check_well(tenant)
    tenant.admin.verify_ledger()


@pytest.mark.parametrize("fault, status, code", [
    ("hang-mid", 504, "deadline_exceeded"), ("reset", 502, "provider_error"), ("truncate", 502, "provider_error"),
    ("malformed", 502, "provider_error"),
])
def test_a_whole_answer_that_breaks_off(hasty_server, simulator, fault, status, code):
    tenant = Admin(hasty_server).tenant(model=f"sim-1!{fault}")
    response = tenant.chat(HELLO)
    error = check_error(response, status, code)
    # It was paid for once: an SDK must not pay for it again by itself.
    assert response.headers["x-should-retry"] == "false"
    finish(tenant, response.headers["tollgate-run-id"], simulator, True, error["charged"])


@pytest.mark.parametrize("fault, code", [
    ("hang-mid", "deadline_exceeded"), ("reset", "provider_error"), ("truncate", "provider_error"),
    ("unfinished", "provider_error"), ("malformed", "provider_error"), ("error-event", "provider_error"),
])
@pytest.mark.parametrize("route", ["/v1/chat/completions", "/v1/run"])
def test_a_stream_that_breaks_off_ends_in_an_error_event(halting_server, halting_simulator, fault, code, route):
    simulator = halting_simulator
    tenant = Admin(halting_server).tenant(model=f"sim-1!{fault}")
    with tenant.http() as http:
        response = http.post(route, json=STREAM)
    assert response.status_code == 200
    found = events.parse(response.text)
    name, data = found[-1]
    assert name == ("message" if route == "/v1/chat/completions" else "error")
    assert data["error"]["code"] == code and data["error"]["type"] == TYPES[504]
    assert len(found) > 1 and "[DONE]" not in response.text
    assert '"finish_reason":"stop"' not in response.text and "event: done" not in response.text
    finish(tenant, response.headers["tollgate-run-id"], simulator, True, data["error"]["charged"])


def test_an_answer_that_is_too_large_is_cut_off(new_server, simulator):
    admin = Admin(new_server(simulator, upstream_maximum_response_bytes="1MiB"))
    tenant = admin.tenant(model="sim-big", max_output_tokens=2_000)
    response = tenant.chat(HELLO)
    error = check_error(response, 502, "provider_error")
    finish(tenant, response.headers["tollgate-run-id"], simulator, True, error["charged"])
    # A stream passes through, so that it has no size; the native form repeats its text at the end, which must fit.
    assert "data: [DONE]" in tenant.chat(STREAM).text
    name, data = events.parse(tenant.run(STREAM).text)[-1]
    assert (name, data["error"]["code"]) == ("error", "provider_error")
    assert tenant.credits()["held"] == 0


@pytest.mark.parametrize("body", [HELLO, STREAM], ids=["whole", "streamed"])
def test_a_provider_that_does_not_say_what_it_used_is_estimated(admin, simulator, body):
    tenant = admin.tenant(model="sim-1!no-usage")
    response = tenant.chat(body)
    assert response.status_code == 200
    record = tenant.record(response.headers["tollgate-run-id"])
    assert record["state"] == "succeeded" and record["usage"]["estimated"] is True
    assert record["usage"]["output_tokens"] > 0
    check_well(tenant, spent_by(response.headers["tollgate-run-id"], simulator, tenant, True))
    assert tenant.usage()["total"]["estimated_runs"] == 1


@pytest.mark.parametrize("body", [HELLO, STREAM], ids=["whole", "streamed"])
def test_a_provider_that_is_down(admin, simulator, body):
    tenant = admin.tenant(provider="elsewhere")
    response = tenant.chat(body)
    check_error(response, 502, "provider_error")
    finish(tenant, response.headers["tollgate-run-id"], simulator, False)


def test_a_slow_provider_within_the_deadlines_is_waited_for(admin):
    tenant = admin.tenant(model="sim-1!slow")
    assert tenant.chat(HELLO).status_code == 200


def test_no_key_for_the_provider(admin):
    key = admin.add_key("keyless", "sk-for-a-moment")
    tenant = admin.tenant(provider="keyless")
    admin.post(f"/provider-keys/{key['id']}/disable")
    response = tenant.chat(HELLO)
    check_error(response, 503, "no_usable_key")
    assert int(response.headers["retry-after"]) >= 1
    check_well(tenant)
