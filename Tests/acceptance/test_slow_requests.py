"""Clients that take their time to ask, or ask for much memory."""

import contextlib
import json
import time

import pytest

from raw import Connection
from tenants import HELLO, Admin
from waiting import PATIENCE, eventually


@pytest.fixture(scope="module")
def server(new_server, simulator):
    # Time enough for the requests that make the tenant, on a slow machine too: the admin port has the same limits.
    return new_server(
        simulator, gateway_request_head_timeout_ms="1500", gateway_request_body_timeout_ms="1500",
        gateway_maximum_buffered_bytes="1MiB", gateway_loops="1")


@pytest.fixture(scope="module")
def tenant(server):
    return Admin(server).tenant(credits="100")


@pytest.fixture(params=["gateway", "admin"])
def url(request, server):
    return server.gateway_url if request.param == "gateway" else server.admin_url


def dribble(connection: Connection, piece: bytes, seconds: float = 5 * PATIENCE):
    """Sends a piece every 50 ms, until the server has had enough."""
    connection.socket.settimeout(0.05)
    received, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            connection.send(piece)
            more = connection.socket.recv(65536)
            received += more
            if not more:
                return received
        except TimeoutError:
            continue
        except ConnectionError:
            return received
    raise AssertionError("the server goes on listening")


def test_a_head_that_dribbles_in_is_not_waited_for(connect, url):
    connection = connect(url)
    connection.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    assert dribble(connection, b"X-A: 1\r\n") == b""


@pytest.mark.parametrize("framing, piece", [
    (b"Content-Length: 60000\r\n", b" "), (b"Transfer-Encoding: chunked\r\n", b"1\r\n \r\n"),
], ids=["length", "chunks"])
def test_a_body_that_dribbles_in_is_told_so(connect, server, tenant, url, framing, piece):
    is_admin = url == server.admin_url
    path = b"/api/v1/organizations" if is_admin else b"/v1/chat/completions"
    secret = server.admin_token if is_admin else tenant.secret
    connection = connect(url)
    connection.send(b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n" % (
        path, secret.encode(), framing))
    answer = dribble(connection, piece)
    assert answer.startswith(b"HTTP/1.1 408 ") and b'"request_timeout"' in answer


@pytest.mark.parametrize("framing", [b"Content-Length: 1000000\r\n", b"Transfer-Encoding: chunked\r\n"])
@pytest.mark.parametrize("path, status", [(b"/v1/chat/completions", 401), (b"/v1/run", 401), (b"/nowhere", 413)])
def test_a_stranger_gets_no_memory(connect, server, path, status, framing):
    """The answer is there before any of the body is."""
    connection = connect(server.gateway_url)
    connection.send(b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer nobody\r\n%s\r\n" % (path, framing))
    answered, headers, _ = connection.response()
    assert (answered, headers["connection"]) == (status, "close")


def test_more_bodies_than_there_may_be_are_shed(connect, new_server, simulator):
    # Time enough for a slow machine to have both bodies at once.
    server = new_server(
        simulator, gateway_request_body_timeout_ms="3000", gateway_maximum_buffered_bytes="1MiB", gateway_loops="1")
    tenant = Admin(server).tenant(credits="100")
    size = 700 << 10
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n" % (
        tenant.secret.encode(), size)
    # Neither is whole, so what came of them stays until they are answered; both together are too much.
    both = [connect(server.gateway_url) for _ in range(2)]
    for connection in both:
        with contextlib.suppress(ConnectionError):
            connection.send(head, b" " * (size - 1))
    answers = [connection.response() for connection in both]
    assert sorted(status for status, _, _ in answers) == [408, 503]
    _, headers, body = max(answers, key=lambda answer: answer[0])
    assert headers["retry-after"] == "1" and json.loads(body)["error"]["code"] == "overloaded"
    # And is given back then.
    eventually(lambda: tenant.chat(HELLO | {"user": "x" * size}).status_code != 503, "there is room again")
