"""Embeddings through the official OpenAI SDK, unchanged: only its base URL and key are ours."""

import base64
import json
import struct
from decimal import Decimal

import openai
import pytest

import scripted
from checks import check_error, check_well
from prices import cost
from tenants import Admin, decimals

TEXTS = ["toll", "gate", "Hé, book"]


@pytest.fixture(scope="module")
def tenant(admin):
    return admin.tenant(messages=[])


@pytest.fixture(scope="module")
def sdk(tenant):
    with tenant.sdk() as sdk:
        yield sdk


@pytest.fixture(scope="module")
def recorder(new_simulator):
    return new_simulator("--keep-bodies")


@pytest.fixture(scope="module")
def recorded(new_server, recorder):
    return Admin(new_server(recorder))


def post(tenant, body, path: str = "/v1/embeddings", **headers):
    with tenant.http() as http:
        return http.post(path, json=body, headers=headers)


def floats(packed: str) -> list[float]:
    data = base64.b64decode(packed)
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def test_several_inputs(sdk, tenant, simulator):
    raw = sdk.embeddings.with_raw_response.create(model="deployed", input=TEXTS)
    answer = raw.parse()
    assert [entry.index for entry in answer.data] == [0, 1, 2]
    assert len({tuple(entry.embedding) for entry in answer.data}) == 3
    assert answer.model == "sim-1" and answer.object == "list"
    run_id = raw.headers["tollgate-run-id"]
    served = simulator.by_run()[run_id]
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == served["prompt_tokens"] > 0
    expected = cost(served["prompt_tokens"], 0)
    assert Decimal(str(answer.usage.model_extra["cost"])) == Decimal(raw.headers["tollgate-cost"]) == expected
    assert raw.headers["tollgate-version"] == "1" and raw.headers["x-request-id"]
    assert 0 <= int(raw.headers["tollgate-overhead-us"]) < 5_000_000
    record = tenant.record(run_id)
    assert (record["state"], record["cost"]) == ("succeeded", expected)
    assert record["hold"] >= expected
    assert record["usage"]["input_tokens"] == served["prompt_tokens"] and record["usage"]["output_tokens"] == 0
    assert record["usage"]["estimated"] is False


def test_floats_and_base64_are_the_same(sdk):
    # Without a word the SDK asks for base64.
    packed = sdk.embeddings.create(model="deployed", input="one", dimensions=7).data[0].embedding
    plain = sdk.embeddings.create(model="deployed", input="one", dimensions=7, encoding_format="float")
    assert len(packed) == 7
    assert packed == pytest.approx(plain.data[0].embedding, rel=1e-6)


def test_tokens(sdk):
    answer = sdk.embeddings.create(model="deployed", input=[[1, 2, 3], [4]])
    assert len(answer.data) == 2 and answer.usage.prompt_tokens == 4
    assert len(sdk.embeddings.create(model="deployed", input=[1, 2, 3]).data) == 1


def test_a_providers_model_name_is_set_aside(sdk):
    raw = sdk.embeddings.with_raw_response.create(model="text-embedding-3-small", input="one")
    assert raw.parse().model == "sim-1"
    assert raw.headers["tollgate-ignored"] == "model"


def test_messages_of_the_version_are_no_matter(admin):
    tenant = admin.tenant(system="You greet {{ user.name }}.")
    assert len(post(tenant, {"input": ["a", "b"]}).json()["data"]) == 2


def test_under_openai(tenant):
    assert len(post(tenant, {"input": "a"}, "/openai/v1/embeddings").json()["data"]) == 1


def test_the_versions_parameters_win(recorded, recorder):
    tenant = recorded.tenant(
        messages=[], parameters={"dimensions": 5, "encoding_format": "float", "user": "v"}, overridable=["user"])
    body = {"input": "a", "dimensions": 9, "encoding_format": "base64", "user": "u", "service_tier": "x"}
    response = post(tenant, body)
    assert response.status_code == 200, response.text
    # The provider gave numbers, and the client gets what it asked for.
    assert len(floats(response.json()["data"][0]["embedding"])) == 5
    assert response.headers["tollgate-ignored"] == "dimensions, service_tier"
    sent = json.loads(recorder.rows(bodies=True)[-1]["body"])
    assert sent == {"model": "sim-1", "input": "a", "user": "u", "dimensions": 5, "encoding_format": "float"}


@pytest.mark.parametrize("body, param", [
    ({}, "input"), ({"input": []}, "input"), ({"input": ["a", ""]}, "input[1]"), ({"input": {"a": 1}}, "input"),
    ({"input": "a", "dimensions": 0}, "dimensions"), ({"input": "a", "encoding_format": "x"}, "encoding_format"),
    ({"input": "a", "stream": True}, "stream"),
])
def test_bad_requests(tenant, body, param):
    check_error(post(tenant, body), 400, "invalid_request", param)


def test_a_provider_without_them(admin):
    tenant = admin.tenant()
    admin.add_key("anthropic", "sk-own", organization=tenant.organization)
    tenant.deploy(tenant.new_version(provider="anthropic", model="claude-sonnet-4-5")["number"])
    error = check_error(post(tenant, {"input": "a"}), 400, "invalid_request")
    assert "anthropic" in error["message"] and "embeddings" in error["message"]


@pytest.mark.parametrize("fault, status, code", [
    ("429", 429, "rate_limited"), ("500", 502, "provider_error"), ("401", 502, "provider_error"),
    ("html", 502, "provider_error"), ("reset", 502, "provider_error"),
])
def test_a_bad_provider(admin, fault, status, code):
    tenant = admin.tenant(messages=[], model=f"sim-1!{fault}")
    response = post(tenant, {"input": "a"})
    error = check_error(response, status, code)
    check_well(tenant, Decimal(error.get("charged", 0)))


def test_a_provider_that_says_no_usage(admin):
    tenant = admin.tenant(messages=[], model="sim-1!no-usage")
    response = post(tenant, {"input": "a" * 400})
    usage = decimals(response)["usage"]
    record = tenant.record(response.headers["tollgate-run-id"])
    assert record["usage"]["estimated"] is True
    assert usage["prompt_tokens"] == record["usage"]["input_tokens"] >= 100
    assert usage["cost"] == record["cost"] == cost(usage["prompt_tokens"], 0) <= record["hold"]


ODD = {
    "too few": [{"index": 0, "embedding": [1.0]}],
    "too many": [{"index": index, "embedding": [1.0]} for index in range(3)],
    "none of one": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": None}],
    "words": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": ["x"]}],
}


@pytest.fixture(scope="module")
def parrot(new_server, simulator):
    """What is embedded first says what to answer."""
    def answer(body: str, _) -> tuple[int, str, list[bytes]]:
        told = {
            "object": "list", "data": ODD[json.loads(body)["input"][0]], "model": "m",
            "usage": {"prompt_tokens": 3, "total_tokens": 3}}
        return 200, "application/json", [json.dumps(told).encode()]

    with scripted.provider(answer) as url:
        admin = Admin(new_server(simulator, providers_parrot_base_url=url))
        admin.add_key("parrot", "sk-platform-key")
        yield admin


@pytest.mark.parametrize("name", ODD)
def test_an_answer_that_has_not_a_vector_for_each_input(parrot, name):
    tenant = parrot.tenant(messages=[], provider="parrot")
    error = check_error(post(tenant, {"input": [name, "b"], "encoding_format": "base64"}), 502, "provider_error")
    # What it says that it consumed is paid for.
    assert error["charged"] == cost(3, 0)
    check_well(tenant, cost(3, 0))


def test_without_credits_nothing_is_sent(admin, simulator):
    tenant = admin.tenant(credits=None, messages=[])
    with tenant.sdk() as sdk, pytest.raises(openai.APIStatusError) as refused:
        sdk.embeddings.create(model="deployed", input="a")
    assert (refused.value.status_code, refused.value.code) == (402, "insufficient_credits")
    assert refused.value.response.headers["tollgate-run-id"] not in simulator.by_run()


def test_one_run_an_idempotency_key(tenant, simulator):
    before = tenant.credits()["balance"]
    first, again = [post(tenant, {"input": TEXTS}, **{"Idempotency-Key": "vectors"}) for _ in range(2)]
    assert first.status_code == 200 and again.content == first.content
    assert again.headers["tollgate-idempotent-replayed"] == "true"
    assert again.headers["tollgate-run-id"] == first.headers["tollgate-run-id"]
    assert before - tenant.credits()["balance"] == Decimal(first.headers["tollgate-cost"])
    other = post(tenant, {"input": "a"}, **{"Idempotency-Key": "vectors"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")
    tenant.admin.verify_ledger()
