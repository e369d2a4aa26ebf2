"""Providers that speak OpenAI's protocol in their own way, and such as talk nonsense within it."""

import json
import re
from decimal import Decimal

import pytest

import events
import metrics
import scripted
from prices import cost
from tenants import Admin

TEXT = "Grüße 日本語 🙂"
USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}


def chunk(delta=None, finish=None, usage=None) -> str:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "odd", "choices": choices}
    return json.dumps(body | ({"usage": usage} if usage else {}), ensure_ascii=False)


def stream(*data: str, end: str = "\n", space: str = " ") -> bytes:
    return "".join(f"data:{space}{item}{end}{end}" for item in data).encode()


CONTENT = [chunk({"role": "assistant", "content": "Grüße "}), chunk({"content": "日本語 🙂"})]
END = [chunk({}, "stop"), chunk(usage=USAGE)]
NORMAL = [*CONTENT, *END, "[DONE]"]
CALL = {"index": 0, "id": "t1", "type": "function", "function": {"name": "f", "arguments": ""}}
CALLS = [
    chunk({"role": "assistant", "content": None, "tool_calls": [CALL]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}),
    chunk({}, "tool_calls"), chunk(usage=USAGE), "[DONE]",
]


def with_usage(usage) -> bytes:
    return stream(*CONTENT, chunk({}, "stop"), chunk(usage=usage), "[DONE]")


GOOD = {
    "normal": stream(*NORMAL),
    "line ends of Windows": stream(*NORMAL, end="\r\n"),
    "no space": stream(*NORMAL, space=""),
    "comments and fields": b": hello\n\n" + stream(CONTENT[0]) + b": ping\n\nid: 3\nretry: 5\n"
                           + stream(CONTENT[1], *END, "[DONE]"),
    "an event over several lines": stream(*NORMAL).replace(b', "model"', b',\ndata: "model"'),
    "no [DONE]": stream(*CONTENT, *END),
    "no last line end": stream(*CONTENT, *END).rstrip(b"\n"),
    "usage with the finish reason": stream(*CONTENT, chunk({}, "stop", USAGE), "[DONE]"),
    "usage in every chunk": stream(
        chunk({"content": "Grüße "}, None, {"prompt_tokens": 5, "completion_tokens": 1}),
        chunk({"content": "日本語 🙂"}, "stop", USAGE), "[DONE]"),
    "more after [DONE]": stream(*NORMAL, "{{{"),
}
NONSENSE = {
    "nothing": b"", "no JSON": stream("{{{"), "no object": stream("[]"), "no text": b"data: \x00\n\n",
    "no UTF-8": stream("?").replace(b"?", b'{"choices":[{"index":0,"delta":{"content":"\xff"}}]}'),
    "an end too soon": stream(*CONTENT), "an error": stream('{"error":{"message":"no","type":"server_error"}}'),
}
# What a provider reports, and the counters that are not zero.
COUNTED = {
    "of everything": (
        {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
         "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 20, "audio_tokens": 15},
         "completion_tokens_details": {"reasoning_tokens": 30, "audio_tokens": 12, "rejected_prediction_tokens": 3}},
        {"uncached_input": 5, "cache_read": 60, "cache_write": 20, "audio_input": 15,
         "output": 8, "reasoning": 30, "audio_output": 12}),
    "of an hour's cache": (
        {"prompt_tokens": 100, "completion_tokens": 5, "cache_creation_input_tokens": 90, "cache_creation": {
            "ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 60}},
        {"uncached_input": 10, "cache_write": 30, "cache_write_1h": 60, "output": 5}),
    "of nothing": ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, {}),
}
IMPLAUSIBLE = {
    "more read than there was": {"prompt_tokens": 5, "completion_tokens": 7,
                                 "prompt_tokens_details": {"cached_tokens": 6}},
    "more thought than there was": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12,
                                    "completion_tokens_details": {"reasoning_tokens": 8}},
    "less than none": {"prompt_tokens": -5, "completion_tokens": 7}, "too much": USAGE | {"completion_tokens": 10**15},
    "no numbers": {"prompt_tokens": "5", "completion_tokens": 7}, "nothing": {},
}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}
EARLY = {"prompt_tokens": 5, "completion_tokens": 1}
MORE = {
    "an early report alone": stream(
        chunk({"content": "Grüße "}, None, EARLY), chunk({"content": "日本語 🙂"}), chunk({}, "stop"), "[DONE]"),
    "an early report, and one that cannot be": stream(
        chunk({"content": "Grüße "}, None, EARLY), chunk({"content": "日本語 🙂"}), chunk({}, "stop"),
        chunk(usage={"prompt_tokens": -5, "completion_tokens": 7}), "[DONE]"),
    "pictures": stream(
        chunk({"content": "Look: ", "images": [PICTURE]}), chunk({"images": [PICTURE, PICTURE]}), *END, "[DONE]"),
    "a search": stream(*NORMAL),
    "a counted search": with_usage(USAGE | {"server_tool_use": {"web_search_requests": 3}}),
    "no search": with_usage(USAGE | {"server_tool_use": {"web_search_requests": 0}}),
}
# Then the connection ends.
CUTS = {
    "said aloud": stream(
        chunk({"role": "assistant", "audio": {"id": "a1", "transcript": "Hello "}}),
        chunk({"audio": {"data": "QUJD" * 100}}), chunk({"audio": {"transcript": "there"}})),
    "after the end": stream(*CONTENT, *END),
    "without a word on usage": stream(*CONTENT),
    "after an early report": stream(
        chunk({"content": "Grüße 日本語 🙂"}, None, {"prompt_tokens": 5, "completion_tokens": 1})),
}
# Not streamed.
NO_COMPLETION = {
    "an empty object": "{}", "no choices": '{"choices":[]}', "another object": '{"object":"error","message":"no"}',
}
STREAMS = GOOD | NONSENSE | MORE | {f"usage: {name}": with_usage(usage) for name, usage in IMPLAUSIBLE.items()} | {
    f"usage: {name}": with_usage(usage) for name, (usage, _) in COUNTED.items()} | {
    "calls": stream(*CALLS), "beyond the maximum": with_usage(USAGE | {"completion_tokens": 10**6}),
}


def answer(body: str, _) -> tuple[int, str | None, list[bytes]]:
    """The stream that the last message names: at once, or `slowly`, a byte a piece."""
    name = json.loads(body)["messages"][-1]["content"]
    if name in CUTS:
        return 200, "text/event-stream", [CUTS[name], scripted.CUT]
    if name in NO_COMPLETION:
        return 200, "application/json", [NO_COMPLETION[name].encode()]
    data = STREAMS[name.removeprefix("slowly ")]
    return 200, "text/event-stream", [data[i:i + 1] for i in range(len(data))] if "slowly " in name else [data]


@pytest.fixture(scope="module")
def admin(new_server, simulator):
    with scripted.provider(answer) as url:
        admin = Admin(new_server(simulator, providers_parrot_base_url=url))
        admin.add_key("parrot", "sk-parrot")
        yield admin


@pytest.fixture(scope="module")
def tenant(admin):
    tenant = admin.tenant(provider="parrot")
    yield tenant
    assert tenant.credits()["held"] == 0
    admin.verify_ledger()


def ask(name: str) -> dict:
    messages = [{"role": "user", "content": name}]
    return {"messages": messages, "stream": True, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize("name", [*GOOD, *(f"slowly {name}" for name in GOOD)])
def test_a_good_stream_in_any_dress(tenant, name):
    response = tenant.chat(ask(name))
    assert response.status_code == 200, response.text
    data = [item for item in events.data(response.text) if item != "{{{"]
    assert events.text_of(data) == TEXT
    assert data[-1] == "[DONE]"
    usages = [item["usage"] for item in data[:-1] if item.get("usage")]
    assert [usage["cost"] for usage in usages if "cost" in usage] == [cost(5, 7)]
    record = tenant.record(response.headers["tollgate-run-id"])
    assert (record["state"], record["cost"], record["usage"]["estimated"]) == ("succeeded", cost(5, 7), False)
    name, result = events.parse(tenant.run({"messages": ask(name)["messages"], "stream": True}).text)[-1]
    assert (name, result["output"], result["finish_reason"]) == ("done", TEXT, "stop")


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_an_error_and_no_end(tenant, name):
    """With a status of its own as long as nothing has gone out, else as an event."""
    response = tenant.chat(ask(name))
    errors = [item for item in events.data(response.text) if "error" in item] or [response.json()]
    assert response.status_code == 502 or len(errors) == 1
    assert errors[0]["error"]["code"] == "provider_error"
    assert "[DONE]" not in response.text and '"finish_reason": "stop"' not in response.text
    assert tenant.record(response.headers["tollgate-run-id"])["state"] == "failed"


@pytest.mark.parametrize("name", IMPLAUSIBLE)
def test_implausible_usage_counts_as_none(tenant, name):
    response = tenant.chat(ask(f"usage: {name}"))
    assert response.text.endswith("data: [DONE]\n\n")
    record = tenant.record(response.headers["tollgate-run-id"])
    assert record["usage"]["estimated"] is True
    assert 0 < record["cost"] <= record["hold"]


@pytest.mark.parametrize("name", COUNTED)
def test_usage_is_kept_as_counters_of_which_no_token_is_in_two(tenant, name):
    reported, counters = COUNTED[name]
    response = tenant.chat(ask(f"usage: {name}"))
    usage = tenant.record(response.headers["tollgate-run-id"])["usage"]
    totals = {"input_tokens": reported["prompt_tokens"], "output_tokens": reported["completion_tokens"]}
    assert {key: value for key, value in usage.items() if value} == {
        key: value for key, value in (counters | totals).items() if value}
    assert usage["estimated"] is False


def priced(admin, **rates):
    """An organization that pays for more than text."""
    tenant = admin.tenant(provider="parrot")
    price = {"provider": "parrot", "model": "sim-1", "organization": tenant.organization, "input": 10**9, "output": 4 * 10**9}
    admin.post("/prices", price | rates)
    return tenant


def ended(tenant, name: str, **members) -> tuple[dict, dict]:
    """A run's usage without what is zero, and its record."""
    response = tenant.chat(ask(name) | members)
    assert response.status_code == 200, response.text
    record = tenant.record(response.headers["tollgate-run-id"])
    return {key: value for key, value in record["usage"].items() if value}, record


def test_searches_that_nobody_counts_are_no_gift(admin):
    tenant = priced(admin, tool_calls=10**13)
    asks = {"tools": [{"type": "web_search"}]}
    for name, calls, is_estimated in [("a search", 1, True), ("a counted search", 3, False), ("no search", 0, False)]:
        usage, record = ended(tenant, name, **asks)
        assert (usage.get("tool_calls", 0), usage.get("estimated", False)) == (calls, is_estimated)
        assert record["cost"] == cost(5, 7) + calls * Decimal("0.01") < record["hold"]
    # Nobody asked for any.
    usage, record = ended(tenant, "a search")
    assert "tool_calls" not in usage and "estimated" not in usage and record["cost"] == cost(5, 7)


def test_images_are_counted_where_the_price_is_by_the_image(admin, tenant):
    usage, record = ended(priced(admin, images=4 * 10**13), "pictures", modalities=["text", "image"])
    assert usage["images"] == 3 and "estimated" not in usage
    assert record["cost"] == cost(5, 7) + 3 * Decimal("0.04") < record["hold"]
    # Elsewhere its tokens have them.
    usage, record = ended(tenant, "pictures", modalities=["text", "image"])
    assert "images" not in usage and "estimated" not in usage and record["cost"] == cost(5, 7)


def test_speech_that_is_cut_is_settled_by_what_was_said(admin):
    usage, record = ended(priced(admin, audio_output=9 * 10**9), "said aloud")
    assert usage["estimated"] is True and "output" not in usage
    # A token a letter of what was said.
    assert usage["audio_output"] == len("Hello there")
    assert record["cost"] == cost(usage["input_tokens"], 0) + 11 * Decimal("0.000009")


def test_a_cost_above_the_hold_is_recorded_and_shown(admin):
    tenant = admin.tenant(credits="1", provider="parrot")
    counted = lambda: metrics.scrape(admin.server)("tollgate_settles_above_hold_total")
    before = counted()
    response = tenant.chat(ask("beyond the maximum"))
    run = response.headers["tollgate-run-id"]
    record = tenant.record(run)
    assert counted() == before + 1
    assert tenant.usage()["total"]["runs_above_hold"] == 1
    lines = admin.server.process.log.read_text().splitlines()
    [line] = [line for line in lines if "a run cost more than its hold" in line and run in line]
    assert " warning " in line
    names = set(re.findall(r" ([a-z_]+)=", line))
    assert names == {"run", "hold", "cost"} and f"hold={record['hold']:f}" in line
    assert record["exceeded_hold"] is True and record["cost"] == cost(5, 10**6) > record["hold"]
    assert tenant.credits()["balance"] == 1 - record["cost"]
    assert tenant.chat(ask("normal")).status_code == 402


def test_tool_calls_of_the_native_stream(tenant):
    """In pieces as they come, and whole at the end."""
    found = events.parse(tenant.run({"messages": ask("calls")["messages"], "stream": True}).text)
    pieces = [data["tool_call"] for name, data in found if name == "delta"]
    assert "".join(piece["function"]["arguments"] for piece in pieces) == '{"a":1}'
    name, result = found[-1]
    assert (name, result["finish_reason"]) == ("done", "tool_calls")
    assert [call["function"] for call in result["tool_calls"]] == [{"name": "f", "arguments": '{"a":1}'}]


def test_a_connection_that_breaks_after_the_answer(tenant):
    """Nothing is missing: the run ends as well as any."""
    response = tenant.chat(ask("after the end"))
    data = events.data(response.text)
    assert events.text_of(data) == TEXT and data[-1] == "[DONE]"
    record = tenant.record(response.headers["tollgate-run-id"])
    assert (record["state"], record["cost"], record["usage"]["estimated"]) == ("succeeded", cost(5, 7), False)


def test_a_stream_that_is_cut_is_settled_by_what_was_relayed(tenant):
    response = tenant.chat(ask("without a word on usage"))
    data = events.data(response.text)
    assert events.text_of(data[:-1]) == TEXT and data[-1]["error"]["code"] == "provider_error"
    record = tenant.record(response.headers["tollgate-run-id"])
    assert (record["state"], record["usage"]["estimated"]) == ("failed", True)
    # A token for each four bytes begun.
    assert record["usage"]["output_tokens"] == -(-len(TEXT.encode()) // 4)
    assert record["cost"] == cost(record["usage"]["input_tokens"], record["usage"]["output_tokens"])
    assert data[-1]["error"]["charged"] == record["cost"] > 0


def test_an_early_report_is_not_the_last_word(tenant):
    """What was relayed after it counts, and the run says that it is an estimate."""
    response = tenant.chat(ask("after an early report"))
    record = tenant.record(response.headers["tollgate-run-id"])
    assert record["state"] == "failed" and record["usage"]["estimated"] is True
    assert record["usage"]["input_tokens"] == 5 and record["usage"]["output_tokens"] > 1


@pytest.mark.parametrize("name", [name for name in MORE if name.startswith("an early report")])
def test_an_early_report_is_no_last_word_for_a_stream_that_ends_well(tenant, name):
    response = tenant.chat(ask(name))
    record = tenant.record(response.headers["tollgate-run-id"])
    assert record["state"] == "succeeded" and record["usage"]["estimated"] is True
    assert record["usage"]["input_tokens"] == 5
    assert record["usage"]["output_tokens"] == -(-len(TEXT.encode()) // 4)


@pytest.mark.parametrize("name", NO_COMPLETION)
def test_an_answer_that_is_no_completion(tenant, name):
    response = tenant.chat({"messages": [{"role": "user", "content": name}]})
    assert (response.status_code, response.json()["error"]["code"]) == (502, "provider_error")
    assert response.json()["error"]["charged"] == 0
