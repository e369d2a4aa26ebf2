"""`POST /v1/run`, the native form, and what a run's record says."""

from decimal import Decimal

import pytest

import events
from prices import cost
from tenants import decimals


@pytest.fixture(scope="module")
def tenant(admin):
    return admin.tenant(system="You greet {{ user.name }}.")


ADA = {"input": {"user": {"name": "Ada"}}}


def check_result(result: dict, tenant, served: dict):
    assert result["id"].startswith("run_")
    assert result["output"].startswith("[sim-1] You greet Ada.")
    assert result["finish_reason"] == "stop"
    assert result["version"]["number"] == 1 and len(result["version"]["hash"]) == 64
    assert result["deployment"] == {
        "agent": tenant.agent, "environment": "production", "schema": 1, "revision": 1}
    assert result["model"] == "sim-1"
    assert result["usage"]["input_tokens"] == served["prompt_tokens"]
    assert result["usage"]["output_tokens"] == served["completion_tokens"] == 16
    assert result["usage"]["estimated"] is False
    assert Decimal(result["cost"]) == cost(served["prompt_tokens"], served["completion_tokens"])


def test_whole(tenant, simulator):
    response = tenant.run(ADA)
    assert response.status_code == 200, response.text
    result = decimals(response)
    check_result(result, tenant, simulator.by_run()[result["id"]])
    assert response.headers["tollgate-run-id"] == result["id"]
    assert Decimal(response.headers["tollgate-cost"]) == result["cost"]


def test_streamed(tenant, simulator):
    response = tenant.run(ADA | {"stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events.parse(response.text)
    assert [name for name, _ in found[:-1]] == ["delta"] * (len(found) - 1)
    name, result = found[-1]
    assert name == "done"
    check_result(result, tenant, simulator.by_run()[result["id"]])
    assert "".join(data["text"] for _, data in found[:-1]) == result["output"]


def test_messages_follow_the_template(admin):
    tenant = admin.tenant(model="sim-echo")
    result = tenant.run({"messages": [{"role": "user", "content": "Say it again"}]}).json()
    assert result["output"] == "Say it again"


def test_metadata_is_accepted(tenant):
    assert tenant.run(ADA | {"metadata": {"user": "u1"}, "schema": 1}).status_code == 200


@pytest.mark.parametrize("body, code, param", [
    ({"input": {}}, "invalid_input", "/input/user"),
    ({"input": {"user": {}}}, "invalid_input", "/input/user/name"),
    ({"input": {"user": {"name": "Ada"}, "colour": 1}}, "invalid_input", "/input/colour"),
    ({"input": ["Ada"]}, "invalid_request", "input"),
    ({"input": {}, "model": "x"}, "invalid_request", "model"),
    ({"input": {}, "stream": 1}, "invalid_request", "stream"),
    ({"input": {}, "schema": 0}, "invalid_request", "schema"),
    ({"messages": [{"content": "x"}]}, "invalid_request", "messages[0].role"),
])
def test_bad_input(tenant, body, code, param):
    response = tenant.run(body)
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert (error["code"], error["param"]) == (code, param)


def test_an_unknown_schema_is_not_deployed(tenant):
    response = tenant.run(ADA | {"schema": 2})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_deployed")


def test_an_error_within_a_stream_is_an_event(admin):
    response = admin.tenant(model="sim-1!reset").run({"input": {}, "stream": True})
    assert response.status_code == 200
    name, data = events.parse(response.text)[-1]
    assert name == "error"
    assert data["error"]["code"] == "provider_error"


def test_the_record_is_the_same_for_the_token_and_the_admin(tenant, admin):
    run_id = tenant.run(ADA).json()["id"]
    record = tenant.record(run_id)
    assert record["state"] == "succeeded"
    assert record["organization"] == tenant.organization
    assert record["version"]["number"] == 1
    assert record["revision"] == 1
    assert record["provider"] == "simulated"
    line, = record["attempts"]
    assert record["model"] == line["reported_model"] == "sim-1"
    assert record["key"]["source"] == "platform" and record["key"]["costs_credits"] is True
    assert record["hold"] >= record["cost"] > 0
    assert record["error"] is None
    assert line["provider_request_id"].startswith("req-sim-")
    assert line["cost"] == line["list_cost"] == record["cost"] and line["usage"] == record["usage"]
    assert len(record["entries"]) == 2 and record["price_version"] > 0
    assert admin.get(f"/runs/{run_id}") == record


def test_another_tokens_run_is_not_found(tenant, admin):
    run_id = tenant.run(ADA).json()["id"]
    stranger = admin.tenant()
    with stranger.http() as http:
        response = http.get(f"/v1/runs/{run_id}")
        assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
        assert http.get("/v1/runs/run_0").status_code == 404


def test_provider_connections_are_kept_and_reused(tenant, simulator):
    with tenant.http() as http:
        http.post("/v1/run", json=ADA)
        before = simulator.state()["connections"]
        for body in [ADA, ADA | {"stream": True}] * 10:
            assert http.post("/v1/run", json=body).status_code == 200
        assert simulator.state()["connections"] == before
