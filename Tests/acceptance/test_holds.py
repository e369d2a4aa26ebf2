"""What is held before a run is sent: the most that it can cost, attachments and tools included."""

import base64
import json
from decimal import Decimal

import pytest

import prices
from tenants import HELLO, Admin

TOKEN = Decimal(prices.INPUT) / 10**15
OUTPUT_TOKEN = Decimal(prices.OUTPUT) / 10**15


@pytest.fixture(scope="module")
def poor(admin):
    """Whatever it asks for is refused, and the refusal says how much it would take."""
    return admin.tenant(credits="0.000000001")


def needed(tenant, body: dict) -> Decimal:
    response = tenant.chat(body)
    assert response.status_code == 402, response.text
    return Decimal(str(json.loads(response.text, parse_float=Decimal)["error"]["needed"]))


def body(*parts: dict, **members) -> dict:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}, *parts]}], **members}


DATA = base64.b64encode(bytes(30_000)).decode()
URL = "https://example.com/x"
ATTACHMENTS = {
    "an image by URL": ({"type": "image_url", "image_url": {"url": URL}}, 50_000),
    "an image by URL, coarse": ({"type": "image_url", "image_url": {"url": URL, "detail": "low"}}, 50_000),
    "an image": ({"type": "image_url", "image_url": {"url": "data:image/png;base64," + DATA}}, 50_000),
    "a tool's answer": ({"type": "tool_result", "content": [{"type": "text", "text": "x" * 500}]}, 500),
    "a tool's answer with an image": (
        {"type": "tool_result", "content": [{"type": "image_url", "image_url": {"url": URL}}]}, 50_000),
    "a document as an image": (
        {"type": "image_url", "image_url": {"url": "data:application/pdf;base64," + DATA}}, 90_030),
    "sound": ({"type": "input_audio", "input_audio": {"data": DATA, "format": "mp3"}}, 2_501),
    "sound by URL": ({"type": "audio_url", "audio_url": {"url": URL}}, 115_200),
    "a file": ({"type": "file", "file": {"file_data": "data:application/pdf;base64," + DATA}}, 90_032),
    "a file by id": ({"type": "file", "file": {"file_id": "file-1"}}, 300_000),
    "a file by id and its name": ({"type": "file", "file": {"file_id": "file-1", "file_data": "QUJD"}}, 300_000),
    "a video": ({"type": "video_url", "video_url": {"url": URL}}, 1_000_000),
    "who knows": ({"type": "hologram", "hologram": {"id": "h1"}}, 1_000_000),
    "an escaped URL": ({"type": "input_audio", "input_audio": {"data": "\u00e4" + URL, "format": "mp3"}}, 115_200),
}


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_an_attachment_is_held_for_by_its_kind(poor, name):
    part, tokens = ATTACHMENTS[name]
    plain = needed(poor, body())
    extra = (needed(poor, body(part)) - plain) / TOKEN
    # Besides, the JSON around it.
    assert tokens <= extra < tokens + 200, extra


def test_what_the_model_said_before_is_held_for(poor):
    messages = [{"role": "assistant", "audio": {"id": "audio_1"}}, {"role": "user", "content": "Go on."}]
    assert needed(poor, {"messages": messages}) > 115_200 * TOKEN


def test_text_is_a_token_a_byte(poor):
    longer = body(user="ä" * 10_000)
    assert needed(poor, longer) - needed(poor, body(user="")) == 20_000 * TOKEN
    schema = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"description": "x" * 5_000}}}
    assert needed(poor, body(response_format=schema)) - needed(poor, body()) > 5_000 * TOKEN


def test_tools_are_their_bytes_and_what_providers_put_before_them(poor):
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    extra = needed(poor, body(tools=tools)) - needed(poor, body())
    assert len(json.dumps(tools, separators=(",", ":"))) + 1_000 <= extra / TOKEN < 1_200


def test_output_is_the_maximum_times_the_choices(poor):
    one = needed(poor, body(max_tokens=64))
    assert needed(poor, body(max_tokens=64, n=3)) - one == 2 * 64 * OUTPUT_TOKEN + len(',"n":3') * TOKEN
    for name in ["max_tokens", "max_completion_tokens"]:
        # The version's own maximum is 64, whatever is asked for.
        assert needed(poor, body(**{name: 5})) == one
    predicted = {"type": "content", "content": "x" * 1_000}
    assert needed(poor, body(prediction=predicted)) - one > 1_000 * (OUTPUT_TOKEN + TOKEN)


def test_the_maximum_that_is_held_for_is_sent(admin, new_simulator, new_server):
    simulator = new_simulator("--keep-bodies")
    tenant = Admin(new_server(simulator)).tenant(max_output_tokens=None)
    sent = []
    for asked in [{}, {"max_tokens": 7}, {"max_completion_tokens": 9}, {"max_tokens": 7, "max_completion_tokens": 9}]:
        assert tenant.chat(HELLO | asked).status_code == 200
        request = simulator.rows(bodies=True)[-1]["body"]
        request = json.loads(request) if isinstance(request, str) else request
        assert "max_tokens" not in request
        sent.append(request["max_completion_tokens"])
    # The model's own where nobody says less.
    assert sent == [100_000, 7, 9, 9]


def test_by_estimate_more_runs_fit_and_one_may_cost_more(admin):
    """An organization whose terms say so has what is likely held: a quarter of a large maximum, and no more than 2,048
    tokens."""
    tenant = admin.tenant(max_output_tokens=20_000)
    held = lambda **members: tenant.record(tenant.chat(HELLO | members).headers["tollgate-run-id"])["hold"]
    bound = held()
    assert bound > 20_000 * OUTPUT_TOKEN
    terms = f"{tenant.root}/credits/terms"
    admin.call("PUT", terms, {"overdraft": "0", "holds": "estimate"})
    estimate = held()
    assert 2_048 * OUTPUT_TOKEN < estimate < 2_048 * OUTPUT_TOKEN + 100 * TOKEN
    assert held(n=2) > 2 * 2_048 * OUTPUT_TOKEN
    admin.call("PUT", terms, {"overdraft": "0", "holds": "bound"})
    assert held() == bound
    admin.verify_ledger()


def test_a_cost_above_an_estimate_is_on_the_books(admin):
    tenant = admin.tenant(credits="0.05", model="sim-big", max_output_tokens=10_000)
    # Five times what is likely.
    admin.call("PUT", f"{tenant.root}/credits/terms", {"overdraft": "0", "holds": "estimate"})
    response = tenant.chat(HELLO)
    assert response.status_code == 200
    record = tenant.record(response.headers["tollgate-run-id"])
    assert record["usage"]["output_tokens"] == 10_000
    assert record["exceeded_hold"] is True and record["cost"] > record["hold"]
    assert tenant.usage()["total"]["runs_above_hold"] == 1
    credits = tenant.credits()
    assert (credits["held"], credits["balance"]) == (0, Decimal("0.05") - record["cost"])
    poor = admin.tenant(credits="0.01", model="sim-big", max_output_tokens=10_000)
    admin.call("PUT", f"{poor.root}/credits/terms", {"overdraft": "0", "holds": "estimate"})
    assert poor.chat(HELLO).status_code == 200
    assert poor.credits()["balance"] < 0 and poor.chat(HELLO).status_code == 402
    admin.verify_ledger()
