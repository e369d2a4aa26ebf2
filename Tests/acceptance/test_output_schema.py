"""An agent with an output schema: its answers are asked for in that shape and held against it, and a bad one gets what
the version says. The simulator answers what the schema asks for, `bad-output` once or always; `sim-echo` answers what it
was told."""

import json
from decimal import Decimal

import openai
import pytest

import events
import metrics
from checks import check_error, check_well
from prices import cost
from tenants import HELLO, Admin, decimals
from waiting import eventually

SHAPE = {
    "type": "object", "additionalProperties": False, "required": ["answer", "sure"],
    "properties": {"answer": {"type": "string"}, "sure": {"type": "boolean"}},
}
GOOD = {"answer": "toll", "sure": True}
STREAM = HELLO | {"stream": True, "stream_options": {"include_usage": True}}
NATIVE = {"messages": HELLO["messages"]}


@pytest.fixture(scope="module")
def recorder(new_simulator):
    return new_simulator("--keep-bodies")


@pytest.fixture(scope="module")
def own(new_server, recorder):
    return Admin(new_server(recorder, log_format="json"))


@pytest.fixture(scope="module")
def new_tenant(own):
    def make(rule: str | None = None, schema: dict = SHAPE, credits: str = "10", **version):
        tenant = own.tenant(credits=credits)
        own.post(f"{tenant.path}/schemas", {"output": schema})
        if rule:
            version["on_invalid_output"] = rule
        tenant.new_version(schema=2, **version)
        own.call("PUT", tenant.place(schema=2), {"version": 2})
        tenant.secret = tenant.new_token(schema=2)["secret"]
        return tenant

    return make


def check_books(tenant, recorder, run_id: str, attempts: int, state: str, valid: bool | None) -> dict:
    """The run is settled once, at what its provider served, all attempts together."""
    served = [row for row in recorder.rows() if row["client_request_id"] == run_id and row["billed"]]
    assert len(served) == attempts
    record = tenant.record(run_id)
    tokens = [sum(row[name] for row in served) for name in ("prompt_tokens", "completion_tokens")]
    assert [record["usage"]["input_tokens"], record["usage"]["output_tokens"]] == tokens
    assert (len(record["attempts"]), record["state"], record["output_valid"]) == (attempts, state, valid)
    assert record["cost"] == cost(*tokens) <= record["hold"]
    assert [entry["kind"] for entry in tenant.entries() if entry["run"] == run_id] == ["settle", "hold"]
    check_well(tenant, spent(tenant))
    tenant.admin.verify_ledger()
    return record


def spent(tenant) -> Decimal:
    return -sum(Decimal(entry["balance_change"]) for entry in tenant.entries() if entry["run"])


# A good answer

def test_the_schema_is_sent_and_a_good_answer_passes(new_tenant, recorder):
    tenant = new_tenant()
    with tenant.sdk() as sdk:
        raw = sdk.chat.completions.with_raw_response.create(model="deployed", messages=HELLO["messages"])
    assert json.loads(raw.parse().choices[0].message.content) == GOOD
    assert raw.headers["tollgate-output"] == "valid"
    body = json.loads(recorder.rows(bodies=True)[-1]["body"])
    assert body["response_format"] == {
        "type": "json_schema", "json_schema": {"name": "output", "schema": SHAPE, "strict": True}}
    check_books(tenant, recorder, raw.headers["tollgate-run-id"], 1, "succeeded", True)


def test_a_schema_beyond_the_strict_subset_is_sent_without_strict(new_tenant, recorder):
    loose = {"type": "object", "properties": {"answer": {"type": "string", "minLength": 2}}}
    assert new_tenant(schema=loose).chat(HELLO).headers["tollgate-output"] == "valid"
    body = json.loads(recorder.rows(bodies=True)[-1]["body"])
    assert body["response_format"]["json_schema"] == {"name": "output", "schema": loose}


def test_a_format_of_the_versions_own_wins_and_a_requests_does_not(new_tenant, recorder):
    tenant = new_tenant(parameters={"response_format": {"type": "json_object"}})
    assert tenant.chat(HELLO).headers["tollgate-output"] == "invalid"
    assert json.loads(recorder.rows(bodies=True)[-1]["body"])["response_format"] == {"type": "json_object"}
    locked = new_tenant().chat(HELLO | {"response_format": {"type": "text"}})
    assert locked.headers["tollgate-ignored"] == "response_format" and locked.headers["tollgate-output"] == "valid"


def test_the_native_form_answers_the_value_itself(new_tenant):
    tenant = new_tenant()
    result = tenant.run(NATIVE).json()
    assert (result["output"], result["output_valid"]) == (GOOD, True)
    assert "output_faults" not in result
    found = events.parse(tenant.run(NATIVE | {"stream": True}).text)
    assert json.loads("".join(data["text"] for name, data in found if name == "delta")) == GOOD
    assert (found[-1][0], found[-1][1]["output"], found[-1][1]["output_valid"]) == ("done", GOOD, True)


def test_without_an_output_schema_nothing_is_said_of_it(own):
    tenant = own.tenant()
    response = tenant.chat(HELLO)
    assert "tollgate-output" not in response.headers
    assert tenant.record(response.headers["tollgate-run-id"])["output_valid"] is None
    assert "output_valid" not in tenant.run(NATIVE).json()
    assert "tollgate" not in tenant.chat(STREAM).text


# A bad one: marked

@pytest.mark.parametrize("rule", [None, "mark"])
def test_a_bad_answer_goes_out_with_a_mark(new_tenant, recorder, rule):
    tenant = new_tenant(rule, model="sim-1!bad-output")
    response = tenant.chat(HELLO)
    assert (response.status_code, response.headers["tollgate-output"]) == (200, "invalid")
    assert json.loads(response.json()["choices"][0]["message"]["content"])[0] == "not"
    check_books(tenant, recorder, response.headers["tollgate-run-id"], 1, "succeeded", False)
    result = tenant.run(NATIVE).json()
    assert isinstance(result["output"], str) and result["output_valid"] is False
    assert [(fault["pointer"], fault["rule"]) for fault in result["output_faults"]] == [("/output", "type")]


def test_a_bad_stream_says_so_in_its_last_chunk(new_tenant, recorder):
    tenant = new_tenant("mark", model="sim-1!bad-output")
    with tenant.sdk() as sdk:
        chunks = list(sdk.chat.completions.create(
            model="deployed", messages=HELLO["messages"], stream=True, stream_options={"include_usage": True}))
        plain = list(sdk.chat.completions.create(model="deployed", messages=HELLO["messages"], stream=True))
    assert chunks[-1].usage.model_extra["cost"] > 0
    assert plain[-1].choices[0].finish_reason == "stop"
    for last in [chunks[-1], plain[-1]]:
        said = last.model_extra["tollgate"]
        assert said["output_valid"] is False and said["output_faults"][0]["rule"] == "type"
    assert all("tollgate" not in chunk.model_extra for chunk in chunks[:-1])
    name, done = events.parse(tenant.run(NATIVE | {"stream": True}).text)[-1]
    assert (name, done["output_valid"]) == ("done", False)
    check_books(tenant, recorder, done["id"], 1, "succeeded", False)


# A bad one: asked for once more

def test_a_bad_answer_is_asked_for_once_more(new_tenant, recorder):
    tenant = new_tenant("retry")
    recorder.fail_next("bad-output")
    with tenant.sdk() as sdk:
        raw = sdk.chat.completions.with_raw_response.create(model="deployed", messages=HELLO["messages"])
    assert json.loads(raw.parse().choices[0].message.content) == GOOD
    assert raw.headers["tollgate-output"] == "valid"
    record = check_books(tenant, recorder, raw.headers["tollgate-run-id"], 2, "succeeded", True)
    assert Decimal(raw.headers["tollgate-cost"]) == record["cost"]
    # The answer's own usage is the provider's: of the attempt that was taken.
    assert raw.parse().usage.prompt_tokens * 2 == record["usage"]["input_tokens"]
    recorder.fail_next("bad-output")
    result = decimals(tenant.run(NATIVE))
    assert result["output"] == GOOD
    record = check_books(tenant, recorder, result["id"], 2, "succeeded", True)
    assert (result["cost"], result["usage"]["output_tokens"]) == (record["cost"], record["usage"]["output_tokens"])


def test_a_second_bad_answer_is_an_error_that_says_what_was_charged(new_tenant, recorder):
    tenant = new_tenant("retry", model="sim-1!bad-output")
    with tenant.sdk(max_retries=3) as sdk, pytest.raises(openai.InternalServerError) as refused:
        sdk.chat.completions.create(model="deployed", messages=HELLO["messages"])
    assert (refused.value.status_code, refused.value.code) == (502, "invalid_output")
    # No SDK pays for it twice by itself.
    assert refused.value.response.headers["x-should-retry"] == "false"
    run_id = refused.value.response.headers["tollgate-run-id"]
    record = check_books(tenant, recorder, run_id, 2, "failed", False)
    assert record["error"] == "invalid_output"
    assert decimals(refused.value.response)["error"]["charged"] == record["cost"]
    assert len([entry for entry in tenant.entries() if entry["kind"] == "settle"]) == 1


def test_a_second_attempt_that_fails_otherwise_is_the_runs_end(new_tenant, recorder):
    tenant = new_tenant("retry")
    recorder.fail_next("bad-output", "500")
    response = tenant.chat(HELLO)
    error = check_error(response, 502, "provider_error")
    assert response.headers["x-should-retry"] == "false"
    record = tenant.record(response.headers["tollgate-run-id"])
    assert (len(record["attempts"]), record["output_valid"], record["cost"]) == (2, None, error["charged"])
    assert error["charged"] > 0
    check_well(tenant, spent(tenant))


def test_the_hold_covers_both_attempts(new_tenant):
    once, twice = new_tenant("error"), new_tenant("retry")
    holds = [tenant.record(tenant.chat(HELLO).headers["tollgate-run-id"])["hold"] for tenant in (once, twice)]
    assert holds[1] == 2 * holds[0]
    streamed = twice.record(twice.chat(STREAM).headers["tollgate-run-id"])["hold"]
    assert streamed < holds[1]
    poor = new_tenant("retry", credits=str(holds[1] - Decimal("0.000000001")))
    check_error(poor.chat(HELLO), 402, "insufficient_credits")


# A bad one: an error

@pytest.mark.parametrize("rule", ["retry", "error"])
@pytest.mark.parametrize("usage", [False, True])
def test_a_bad_stream_ends_in_an_error_before_its_finish(new_tenant, recorder, rule, usage):
    tenant = new_tenant(rule, model="sim-1!bad-output")
    options = {"stream_options": {"include_usage": True}} if usage else {}
    seen = []
    with tenant.sdk() as sdk:
        stream = sdk.chat.completions.with_raw_response.create(
            model="deployed", messages=HELLO["messages"], stream=True, **options)
        with pytest.raises(openai.APIError) as raised:
            for chunk in stream.parse():
                seen.append(chunk)
    assert raised.value.code == "invalid_output"
    assert seen and not any(choice.finish_reason for chunk in seen for choice in chunk.choices)
    record = check_books(tenant, recorder, stream.headers["tollgate-run-id"], 1, "failed", False)
    assert Decimal(str(raised.value.body["charged"])) == record["cost"]


def test_a_bad_native_stream_ends_in_an_error(new_tenant, recorder):
    tenant = new_tenant("error", model="sim-1!bad-output")
    found = events.parse(tenant.run(NATIVE | {"stream": True}).text)
    assert [name for name, _ in found[-2:]] == ["delta", "error"]
    error = found[-1][1]["error"]
    assert error["code"] == "invalid_output" and error["charged"] > 0
    assert error["faults"][0]["pointer"] == "/output"
    check_books(tenant, recorder, error["run_id"], 1, "failed", False)


@pytest.mark.parametrize("text, faults", [
    ('{"answer": 7, "sure": "yes"}', {("/output/answer", "type"), ("/output/sure", "type")}),
    ('Sure! {"answer": "a", "sure": true}', {("/output", "json")}),
    ('```json {"answer": "a", "sure": true} ```', {("/output", "json")}),
    ('{"answer": "a", "sure": true, "more": 1}', None),
    ("", {("/output", "json")}),
])
def test_all_that_is_wrong_is_said(new_tenant, recorder, text, faults):
    tenant = new_tenant("error", model="sim-echo")
    with tenant.http() as http:
        response = http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": text}]})
    error = check_error(response, 502, "invalid_output")
    said = {(fault["pointer"], fault["rule"]) for fault in error["faults"]}
    assert said == faults if faults else {rule for _, rule in said} == {"additionalProperties"}
    check_books(tenant, recorder, error["run_id"], 1, "failed", False)


def test_every_choice_is_looked_at(new_tenant, recorder):
    tenant = new_tenant("error")
    assert tenant.chat(HELLO | {"n": 3}).headers["tollgate-output"] == "valid"
    streamed = events.data(tenant.chat(STREAM | {"n": 3}).text)
    assert streamed[-2]["tollgate"] == {"output_valid": True}
    bad = new_tenant("error", model="sim-1!bad-output")
    error = check_error(bad.chat(HELLO | {"n": 2}), 502, "invalid_output")
    assert [fault["message"][:9] for fault in error["faults"]] == ["choice 0:", "choice 1:"]


def test_an_answer_cut_off_is_invalid(new_tenant, recorder):
    tenant = new_tenant("error", max_output_tokens=2)
    error = check_error(tenant.chat(HELLO), 502, "invalid_output")
    assert [fault["rule"] for fault in error["faults"]] == ["length"]
    check_books(tenant, recorder, error["run_id"], 1, "failed", False)


def test_checks_are_counted_and_logged(own, new_tenant, recorder):
    before = metrics.scrape(own.server)
    assert new_tenant().chat(HELLO).status_code == 200
    assert new_tenant("mark", model="sim-1!bad-output").chat(HELLO).status_code == 200
    twice = new_tenant("retry", model="sim-1!bad-output").chat(HELLO)
    after = metrics.scrape(own.server)
    moved = {
        result: after("tollgate_output_checks_total", result=result)
        - before("tollgate_output_checks_total", result=result)
        for result in ["valid", "marked", "retried", "refused"]}
    assert moved == {"valid": 1, "marked": 1, "retried": 1, "refused": 1}
    outcome = {"outcome": "invalid_output", "streamed": "false"}
    assert after("tollgate_runs_total", **outcome) - before("tollgate_runs_total", **outcome) == 1
    attempts = {"provider": "simulated", "class": "success"}
    assert after("tollgate_attempts_total", **attempts) - before("tollgate_attempts_total", **attempts) == 4
    line = eventually(lambda: log_line(own.server, twice.headers["tollgate-run-id"]), "the run's line")
    assert (line["attempts"], line["output"], line["outcome"]) == (2, "invalid", "invalid_output")


def log_line(server, run_id: str) -> dict | None:
    lines = (json.loads(line) for line in server.process.log.read_text().splitlines())
    return next((line for line in lines if line.get("run") == run_id), None)
