"""What a token can read: its deployment and its runs; and whether the gateway is well."""

import httpx
import pytest

import plain
from tenants import HELLO, Admin
from waiting import eventually


@pytest.fixture()
def tenant(admin):
    return admin.tenant(system="You greet. SECRET-RECIPE")


def test_what_is_deployed(tenant):
    with tenant.http() as http:
        response = http.get("/v1/deployment")
    assert response.status_code == 200
    found = response.json()
    assert (found["agent"], found["environment"], found["schema"]) == (tenant.agent, "production", 1)
    assert found["version"]["number"] == 1 and found["revision"] == 1
    assert found["state"] == "active" and found["model"] == "sim-1" and found["since"].endswith("Z")
    assert "SECRET-RECIPE" not in response.text


def test_the_prompt_is_for_tokens_with_the_right_to_read_it(tenant):
    reader = tenant.new_token(may_read_prompt=True)["secret"]
    with tenant.http(reader) as http:
        content = http.get("/v1/deployment").json()["content"]
    assert content["messages"][0]["content"] == "You greet. SECRET-RECIPE"


def test_etag(tenant):
    with tenant.http() as http:
        first = http.get("/v1/deployment")
        tag = first.headers["etag"]
        same = http.get("/v1/deployment", headers={"If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert http.get("/v1/deployment", headers={"If-None-Match": f'"x", W/{tag}'}).status_code == 304
        tenant.new_version("You shout.")
        tenant.deploy(2)
        changed = http.get("/v1/deployment", headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag
        assert changed.json()["version"]["number"] == 2
        assert http.head("/v1/deployment").status_code == 200


def test_paused_and_undeployed(tenant):
    with tenant.http() as http:
        tenant.change("pause")
        assert http.get("/v1/deployment").json()["state"] == "paused"
        tenant.change("resume")
        assert http.get("/v1/deployment").json()["state"] == "active"
        tenant.undeploy()
        gone = http.get("/v1/deployment")
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "not_deployed")


@pytest.mark.parametrize("route", ["/v1/deployment", "/v1/models", "/v1/runs/run_0"])
def test_reading_takes_a_token(server, route):
    response = plain.get(server.gateway_url + route)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "invalid_token")


@pytest.mark.parametrize("header", ["Authorization", "x-api-key", "api-key", "x-goog-api-key"])
def test_every_place_of_a_key(server, tenant, header):
    value = f"Bearer {tenant.secret}" if header == "Authorization" else tenant.secret
    response = plain.get(server.gateway_url + "/v1/models", headers={header: value})
    assert response.status_code == 200


def test_groqs_prefix(server, tenant):
    response = plain.post(
        server.gateway_url + "/openai/v1/chat/completions", headers=tenant.headers,
        json={"messages": [{"role": "user", "content": "Hi"}]})
    assert response.status_code == 200


@pytest.mark.parametrize("route", ["/healthz", "/readyz"])
def test_health_needs_no_token(server, route):
    for url in [server.gateway_url, server.admin_url]:
        assert plain.get(url + route).status_code == 200


def test_every_response_has_a_request_id(server):
    for route in ["/healthz", "/v1/models", "/nowhere"]:
        assert plain.get(server.gateway_url + route).headers["x-request-id"], route


def test_the_admin_port_serves_its_description(server):
    response = plain.get(server.admin_url + "/openapi.yaml")
    assert response.status_code == 200 and response.text.startswith("openapi: 3.1")


def test_a_providers_dialect_is_the_one_configured(new_server, simulator):
    """Mistral's knows no `stream_options`, without which the simulator tells no usage in a stream."""
    for dialect, estimated in [("openai", 0), ("mistral", 1)]:
        tenant = Admin(new_server(simulator, providers_simulated_dialect=dialect)).tenant()
        assert tenant.chat(HELLO | {"stream": True}).status_code == 200
        total = eventually(lambda: (found := tenant.usage()["total"])["runs"] and found, "the run is on the books")
        assert total["estimated_runs"] == estimated, dialect


def test_readiness_names_what_it_looked_at(server):
    ready = httpx.get(server.admin_url + "/readyz", trust_env=False)
    assert ready.status_code == 200
    checks = ["gateway", "catalog", "ledger", "catalog_writes", "ledger_writes"]
    assert ready.json() == {"ready": True, "checks": {name: True for name in checks}}
    gateway = httpx.get(server.gateway_url + "/readyz", trust_env=False)
    assert gateway.status_code == 200 and gateway.json() == {"status": "ready"}
