"""WorkflowAI's run route: through its Python SDK, unchanged but for URL and key, and in plain HTTP."""

import asyncio
from decimal import Decimal

import pydantic
import pytest
import workflowai
from workflowai.core.domain.errors import InvalidAPIKeyError, WorkflowAIError

import events
from prices import cost
from tenants import decimals

SHAPE = {
    "type": "object", "additionalProperties": False, "required": ["answer", "sure"],
    "properties": {"answer": {"type": "string"}, "sure": {"type": "boolean"}},
}
ADA = {"task_input": {"user": {"name": "Ada"}}, "version": "production"}
RUN_ID = "01960c5d-4f5e-7c0a-b111-2f8b4f1a0001"


@pytest.fixture(scope="module")
def tenant(admin):
    return admin.tenant(system="You greet {{ user.name }}.")


@pytest.fixture(scope="module")
def shaped(admin):
    """An agent with an output schema."""
    tenant = admin.tenant()
    admin.post(f"{tenant.path}/schemas", {"output": SHAPE})
    tenant.new_version(schema=2)
    admin.call("PUT", tenant.place(schema=2), {"version": 2})
    tenant.secret = tenant.new_token(schema=2)["secret"]
    return tenant


def post(tenant, body, organization: str = "_", agent: str | None = None, schema=1, prefix: str = "", **headers):
    path = f"{prefix}/v1/{organization}/agents/{agent or tenant.agent}/schemas/{schema}/run"
    with tenant.http() as http:
        return http.post(path, json=body, headers=headers)


def check_error(response, status: int, code: str, param: str | None = None) -> dict:
    assert response.status_code == status, response.text
    body = decimals(response)
    assert set(body) == {"error", "id"}
    error = body["error"]
    assert set(error) == {"code", "message", "status_code", "details"}
    assert (error["code"], error["status_code"], error["details"]["param"]) == (code, status, param)
    assert error["message"] and response.headers["x-request-id"]
    return body


def check_result(result: dict, served: dict):
    assert result["version"] == {"id": "1", "properties": {"model": "sim-1", "provider": "simulated"}}
    assert result["task_output"]["output"].startswith("[sim-1] You greet Ada.")
    assert result["cost_usd"] == cost(served["prompt_tokens"], served["completion_tokens"])
    assert 0 <= result["duration_seconds"] < 30


@pytest.mark.parametrize("version", ["production", "prod", 1, "1"])
def test_whole(tenant, simulator, version):
    response = post(tenant, ADA | {"version": version, "metadata": {"user": "u1"}})
    assert response.status_code == 200, response.text
    result = decimals(response)
    assert result["id"] == response.headers["tollgate-run-id"]
    check_result(result, simulator.by_run()[result["id"]])
    assert result["metadata"] == {"user": "u1"}
    assert Decimal(response.headers["tollgate-cost"]) == result["cost_usd"]
    assert "tollgate-ignored" not in response.headers


def test_streamed(tenant, simulator):
    response = post(tenant, ADA | {"stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events.parse(response.text)
    assert {name for name, _ in found} == {"message"}
    *chunks, result = [data for _, data in found]
    run_id = response.headers["tollgate-run-id"]
    assert len(chunks) > 3
    texts = [chunk["task_output"]["output"] for chunk in chunks]
    assert all(set(chunk) == {"id", "task_output"} and chunk["id"] == run_id for chunk in chunks)
    # Each has all that was said so far.
    whole = result["task_output"]["output"]
    assert all(whole.startswith(text) for text in texts) and texts == sorted(set(texts), key=len)
    check_result(result, simulator.by_run()[run_id])
    assert tenant.record(run_id)["cost"] == result["cost_usd"]


def test_an_output_schemas_object_is_the_output(shaped):
    body = {"task_input": {}, "version": "production"}
    result = post(shaped, body, schema=2).json()
    assert set(result["task_output"]) == {"answer", "sure"} and result["output_valid"] is True
    *chunks, last = events.data(post(shaped, body | {"stream": True}, schema=2).text)
    assert chunks and last["task_output"] == result["task_output"]
    for chunk in chunks:
        assert set(chunk["task_output"]) <= {"answer", "sure"}
        assert result["task_output"]["answer"].startswith(chunk["task_output"].get("answer", ""))


def test_the_clients_own_id(tenant, simulator):
    body = ADA | {"id": RUN_ID, "use_cache": "always", "labels": ["x"]}
    before = tenant.credits()["balance"]
    first, again = [post(tenant, body) for _ in range(2)]
    assert first.json()["id"] == RUN_ID
    assert first.headers["tollgate-ignored"] == "use_cache, labels"
    # It is an idempotency key.
    assert again.content == first.content and again.headers["tollgate-idempotent-replayed"] == "true"
    assert before - tenant.credits()["balance"] == Decimal(first.headers["tollgate-cost"])
    conflict = ADA | {"id": RUN_ID, "metadata": {"other": 1}}
    check_error(post(tenant, conflict), 409, "idempotency_conflict")
    # The path is part of what is asked, and a header comes first.
    check_error(post(tenant, body, schema=2), 409, "idempotency_conflict")
    assert "tollgate-idempotent-replayed" not in post(tenant, body, **{"Idempotency-Key": "another"}).headers


def test_tenants(tenant):
    assert post(tenant, ADA, tenant.organization).status_code == 200
    assert post(tenant, ADA, prefix="/openai").status_code == 200
    check_error(post(tenant, ADA, "someone-else"), 403, "scope_mismatch", "tenant")


@pytest.mark.parametrize("change, options, status, code, param", [
    ({}, {"agent": "other"}, 403, "scope_mismatch", "agent"),
    ({"version": "staging"}, {}, 403, "scope_mismatch", "version"),
    ({"version": 2}, {}, 400, "model_not_deployed", "version"),
    ({"version": "1.1"}, {}, 400, "model_not_deployed", "version"),
    ({"version": "0123456789abcdef0123456789abcdef"}, {}, 400, "model_not_deployed", "version"),
    ({"version": {"model": "gpt-4.1"}}, {}, 400, "invalid_request", "version"),
    ({}, {"schema": 7}, 404, "not_deployed", None),
    ({}, {"schema": "x"}, 400, "invalid_request", "schema"),
    ({"task_input": None}, {}, 400, "invalid_request", "task_input"),
    ({"task_input": "Ada"}, {}, 400, "invalid_request", "task_input"),
    ({"id": ""}, {}, 400, "invalid_request", "id"),
    ({"id": 1}, {}, 400, "invalid_request", "id"),
    ({"task_input": {}}, {}, 400, "invalid_input", "/task_input/user"),
])
def test_refusals(tenant, simulator, change, options, status, code, param):
    response = post(tenant, ADA | change, **options)
    check_error(response, status, code, param)
    assert response.headers["tollgate-run-id"] not in simulator.by_run()


def test_unknown_tokens_and_methods(tenant):
    with tenant.http("tg_unknown") as http:
        path = f"/v1/_/agents/{tenant.agent}/schemas/1/run"
        check_error(http.post(path, json=ADA), 401, "invalid_token")
        check_error(http.get(path), 405, "method_not_allowed")


def test_without_credits(admin):
    body = check_error(post(admin.tenant(credits=None), {"task_input": {}}), 402, "insufficient_credits")
    assert {"needed", "held", "available", "run_id"} <= set(body["error"]["details"])


def test_an_error_within_a_stream_is_an_event(admin):
    response = post(admin.tenant(model="sim-1!reset"), {"task_input": {}, "stream": True, "id": RUN_ID})
    assert response.status_code == 200
    last = events.data(response.text)[-1]
    assert set(last) == {"error"} and last["error"]["code"] == "provider_error"
    assert last["error"]["details"]["run_id"] == response.headers["tollgate-run-id"]


def test_a_provider_that_says_no(admin):
    check_error(post(admin.tenant(model="sim-1!429"), {"task_input": {}}), 429, "rate_limited")


class Nothing(pydantic.BaseModel):
    pass


class Shaped(pydantic.BaseModel):
    answer: str = ""
    sure: bool = False


def agent(tenant, secret: str | None = None):
    client = workflowai.WorkflowAI(url=tenant.gateway_url, api_key=secret or tenant.secret)

    @client.agent(id=tenant.agent, schema_id=2, version="production")
    async def run(_: Nothing) -> Shaped: ...

    return run


def test_the_sdk(shaped, simulator):
    run = asyncio.run(agent(shaped).run(Nothing(), id=RUN_ID, metadata={"user": "u1"}))
    assert run.id == RUN_ID and run.output.answer and run.output.sure is True
    assert run.version.properties.model == "sim-1" and run.duration_seconds is not None
    served = simulator.rows()[-1]
    assert Decimal(str(run.cost_usd)) == cost(served["prompt_tokens"], served["completion_tokens"])


def test_the_sdk_streams(shaped):
    async def stream():
        return [chunk async for chunk in agent(shaped).stream(Nothing())]

    *chunks, last = asyncio.run(stream())
    assert len(chunks) > 2 and len({chunk.id for chunk in [*chunks, last]}) == 1
    assert last.output.sure is True and last.cost_usd > 0
    assert all(last.output.answer.startswith(chunk.output.answer) for chunk in chunks)


def test_the_sdk_raises(shaped, admin):
    with pytest.raises(WorkflowAIError) as refused:
        asyncio.run(agent(shaped).run(Nothing(), version="staging"))
    error = refused.value
    assert (error.code, error.status_code) == ("scope_mismatch", 403)
    assert error.run_id.startswith("run_") and error.details["param"] == "version"
    with pytest.raises(InvalidAPIKeyError):
        asyncio.run(agent(shaped, "tg_unknown").run(Nothing()))
    broken = admin.tenant(model="sim-1!reset")
    admin.post(f"{broken.path}/schemas", {"output": SHAPE})
    broken.new_version(schema=2, model="sim-1!reset")
    admin.call("PUT", broken.place(schema=2), {"version": 2})
    broken.secret = broken.new_token(schema=2)["secret"]

    async def stream():
        return [chunk async for chunk in agent(broken).stream(Nothing())]

    with pytest.raises(WorkflowAIError) as failed:
        asyncio.run(stream())
    assert failed.value.code == "provider_error"
