"""What bad input gets: each its status and code, in OpenAI's error shape, and nothing charged."""

import json
import socket
import time
from decimal import Decimal

import httpx
import pytest

import plain
from checks import check_error, check_well
from tenants import HELLO
from waiting import eventually

STREAM = HELLO | {"stream": True}
@pytest.fixture(scope="module")
def tenant(admin):
    """One whose runs must all be refused before they cost anything."""
    tenant = admin.tenant(system="You greet {{ user.name }}.")
    yield tenant
    assert [entry["kind"] for entry in tenant.entries()] == ["top_up"]


# Who calls

@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer"}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer wrong"},
    {"Authorization": "Bearer tg_production_" + "0" * 64}, {"x-api-key": "wrong"}, {"api-key": "é" * 100},
], ids=str)
@pytest.mark.parametrize("route", ["/v1/chat/completions", "/v1/run"])
def test_no_or_wrong_token(tenant, headers, route):
    raw = {name: value.encode() for name, value in headers.items()}
    response = plain.post(tenant.gateway_url + route, json=HELLO, headers=raw)
    check_error(response, 401, "invalid_token")
    check_well(tenant)


def test_an_admin_token_is_no_deployment_token(tenant, server):
    check_error(tenant.chat(HELLO, secret=server.admin_token), 401, "invalid_token")
    response = plain.get(server.admin_url + "/api/v1/organizations", headers=tenant.headers)
    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")


def test_suspended_and_revoked_token(tenant, admin):
    token = tenant.new_token()
    path = f"{tenant.path}/tokens/{token['id']}"
    input = {"input": {"user": {"name": "Ada"}}, **HELLO}
    call = lambda: tenant.chat(input | {"messages": "bad"}, secret=token["secret"])
    check_error(call(), 400, "invalid_request", "messages")
    admin.post(f"{path}/suspend")
    check_error(call(), 401, "token_suspended")
    admin.post(f"{path}/activate")
    check_error(call(), 400, "invalid_request", "messages")
    admin.post(f"{path}/revoke")
    check_error(call(), 401, "token_revoked")
    admin.post(f"{path}/activate", expect=400)
    check_error(call(), 401, "token_revoked")
    check_well(tenant)


def test_expired_token(tenant):
    def token(milliseconds: int) -> str:
        return tenant.new_token(expires_at=int(time.time() * 1000) + milliseconds)["secret"]

    def is_refused(secret: str) -> bool:
        return tenant.chat({"messages": "bad"}, secret=secret).status_code == 401

    assert not is_refused(token(60_000))
    secret = token(700)
    eventually(lambda: is_refused(secret), "the token expires", 15)
    check_error(tenant.chat(HELLO, secret=secret), 401, "token_expired")


def test_another_agent_or_environment(tenant, admin):
    admin.post(f"{tenant.root}/agents", {"slug": "other"})
    for model in ["other", "other/production", "other/#1/production", f"{tenant.agent}/staging",
                  f"{tenant.agent}/dev", f"{tenant.agent}/1/development"]:
        check_error(tenant.chat(HELLO | {"model": model}), 403, "scope_mismatch", "model")
    check_well(tenant)


def test_a_strict_deployment_refuses_a_providers_name(admin):
    tenant = admin.tenant(strict_model=True)
    check_error(tenant.chat(HELLO | {"model": "gpt-4.1"}), 400, "model_not_deployed", "model")
    assert tenant.chat(HELLO | {"model": tenant.agent}).status_code == 200


# What is deployed

def test_nothing_deployed(admin):
    tenant = admin.tenant()
    never = tenant.new_token("staging")["secret"]
    check_error(tenant.chat(HELLO, secret=never), 404, "not_deployed")
    check_error(tenant.chat(HELLO | {"model": f"{tenant.agent}/2/production"}), 404, "not_deployed")
    tenant.change("pause")
    check_error(tenant.chat(HELLO), 403, "deployment_paused")
    check_error(tenant.chat(STREAM), 403, "deployment_paused")
    tenant.undeploy()
    check_error(tenant.chat(HELLO), 404, "not_deployed")
    check_well(tenant)


# What is sent

@pytest.mark.parametrize("content", [
    b"", b"hello", b"{", b'{"messages":[}', b'{"messages":[]} x', b"[]", b'"x"', b"null", b'{"a":1,"a":2}',
    b'{"messages":[{"role":"user","content":"\xff\xfe"}]}', b'{"messages":[{"role":"user","content":"\\ud800"}]}',
    b"[" * 100_000, b'{"a":' * 100_000, b'{"n":01}', b"\xef\xbb\xbf", b"\x00" * 64, b'{"messages":[{"role":"us',
], ids=lambda content: repr(content[:24]))
@pytest.mark.parametrize("route", ["/v1/chat/completions", "/v1/run"])
def test_not_json_or_no_object(tenant, content, route):
    with tenant.http() as http:
        response = http.post(route, content=content, headers={"Content-Type": "application/json"})
    error = check_error(response, 400, "invalid_request", response.json()["error"]["param"])
    assert "hello" not in error["message"]
    check_well(tenant)


@pytest.mark.parametrize("members, param", [
    ({"messages": "hello"}, "messages"), ({"messages": {}}, "messages"), ({"messages": ["hello"]}, "messages[0]"),
    ({"messages": [{"role": "user", "content": "x"}, {"role": 1}]}, "messages[1].role"),
    ({"messages": [{}]}, "messages[0].role"), ({"model": 4}, "model"), ({"stream": "yes"}, "stream"),
    ({"stream": 1}, "stream"), ({"stream_options": []}, "stream_options"),
    ({"stream_options": {"include_usage": "x"}}, "stream_options.include_usage"), ({"input": "Ada"}, "input"),
    ({"input": []}, "input"), ({"n": 0}, "n"), ({"n": 129}, "n"), ({"n": 1.5}, "n"),
    ({"max_tokens": "a"}, "max_tokens"), ({"max_tokens": -1}, "max_tokens"),
    ({"max_completion_tokens": 0}, "max_completion_tokens"),
    ({"max_tokens": 2**63}, "max_tokens"), ({"schema": "one"}, "schema"),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_wrong_types(tenant, members, param):
    input = {"input": {"user": {"name": "Ada"}}}
    check_error(tenant.chat(HELLO | input | members), 400, "invalid_request", param)
    check_well(tenant)


@pytest.mark.parametrize("input, param", [
    (None, "/input/user"), ({}, "/input/user"), ({"user": {}}, "/input/user/name"), ({"user": "Ada"}, "/input/user"),
    ({"user": []}, "/input/user"), ({"name": "x"}, "/input/user"),
], ids=json.dumps)
@pytest.mark.parametrize("body", [HELLO, STREAM], ids=["whole", "streamed"])
def test_a_missing_template_variable_is_named(tenant, input, param, body):
    response = tenant.chat(body | {"input": input})
    error = check_error(response, 400, "invalid_input", response.json()["error"]["param"])
    pointers = [fault["pointer"] for fault in error["faults"]]
    assert param in pointers and error["param"] == pointers[0] and pointers[0] in error["message"]
    check_well(tenant)


def test_larger_than_32_mib(tenant):
    announced = tenant.chat(content=b" " * (33 << 20))
    check_error(announced, 413, "request_too_large")
    unannounced = tenant.chat(content=(b" " * (1 << 20) for _ in range(33)))
    check_error(unannounced, 413, "request_too_large")
    check_well(tenant)


def test_a_large_body_within_the_limit_is_taken(admin):
    tenant = admin.tenant(credits="100")
    response = tenant.chat({"messages": [{"role": "user", "content": "a" * (20 << 20)}]})
    assert response.status_code == 200, response.text[:500]
    assert response.json()["usage"]["prompt_tokens"] > 5 << 20


def test_unknown_routes_and_methods(tenant):
    with tenant.http() as http:
        check_error(http.get("/nowhere"), 404, "not_found")
        check_error(http.post("/v1/chat/completions/more", json=HELLO), 404, "not_found")
        check_error(http.get("/v1/chat/completions"), 405, "method_not_allowed")
        check_error(http.delete("/v1/models"), 405, "method_not_allowed")


@pytest.mark.parametrize("bytes_sent", [
    b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00" * 1000,
    b"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/run HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
], ids=lambda sent: repr(sent[:40]))
def test_what_is_not_http(tenant, bytes_sent):
    """Answered with a 4xx or hung up on; never served, never waited for."""
    host, port = httpx.URL(tenant.gateway_url).host, httpx.URL(tenant.gateway_url).port
    with socket.create_connection((host, port), timeout=15) as connection:
        try:
            connection.sendall(bytes_sent)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), answer[:200]
    check_well(tenant)


def test_no_credit(admin):
    tenant = admin.tenant(credits="0.000000001")
    for body in [HELLO, STREAM]:
        error = check_error(tenant.chat(body), 402, "insufficient_credits")
        assert error["needed"] > error["available"] == Decimal("0.000000001")
        assert (error["held"], error["charged"]) == (0, 0)
    assert tenant.credits()["balance"] == Decimal("0.000000001")
