"""HTTP itself: what clients, proxies and load balancers rely on, on a raw connection."""

import contextlib
import json

import pytest

from raw import Connection
from tenants import HELLO, Admin

BODY = json.dumps(HELLO).encode()
STREAM = json.dumps(HELLO | {"stream": True}).encode()


@pytest.fixture(scope="module")
def tenant(admin):
    return admin.tenant()


@pytest.fixture()
def connect(server):
    with contextlib.ExitStack() as ends:
        def connect(url: str = server.gateway_url) -> Connection:
            connection = Connection(url)
            ends.callback(connection.close)
            return connection

        yield connect


def post(tenant, body: bytes, *headers: bytes, version: bytes = b"1.1") -> bytes:
    lines = [
        b"POST /v1/chat/completions HTTP/" + version, b"Host: x", b"Authorization: Bearer " + tenant.secret.encode(),
        *(headers or [b"Content-Length: %d" % len(body)]),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/models", "/nowhere", "/v1/chat/completions"])
def test_an_answer_to_head_has_no_body(connect, path):
    connection = connect()
    connection.send(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    connection.head()
    connection.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    status, _, body = connection.response()
    assert (status, body) == (200, b'{"status":"ok"}')


def test_requests_sent_ahead_are_answered_in_order(connect, tenant):
    connection = connect()
    health = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    connection.send(post(tenant, BODY), health, post(tenant, b"{"), post(tenant, BODY))
    assert [connection.response()[0] for _ in range(4)] == [200, 200, 400, 200]


def test_a_chunked_request_is_read(connect, tenant):
    connection = connect()
    half = len(BODY) // 2
    connection.send(
        post(tenant, b"", b"Transfer-Encoding: chunked"), b"%x\r\n" % half, BODY[:half], b"\r\n",
        b"%x;name=value\r\n" % (len(BODY) - half), BODY[half:], b"\r\n0\r\n\r\n")
    assert connection.response()[0] == 200


def test_a_client_that_asks_whether_to_go_on_is_told(connect, tenant):
    """As curl does with bodies over a MiB: it waits a second otherwise."""
    connection = connect()
    connection.send(post(tenant, b"", b"Content-Length: %d" % len(BODY), b"Expect: 100-continue"))
    assert connection.head()[0] == 100
    connection.send(BODY)
    assert connection.response()[0] == 200
    connection.send(post(tenant, b"", b"Content-Length: %d" % (33 << 20), b"Expect: 100-continue"))
    assert connection.response()[0] == 413


def test_an_old_client_gets_a_stream_without_chunks(connect, tenant):
    connection = connect()
    connection.send(post(tenant, STREAM, version=b"1.0"))
    status, headers = connection.head()
    body = connection.rest()
    assert status == 200 and "transfer-encoding" not in headers
    assert body.startswith(b"data: {") and body.endswith(b"data: [DONE]\n\n")


def test_a_client_that_says_close_is_closed(connect, tenant):
    connection = connect()
    connection.send(post(tenant, BODY, b"Content-Length: %d" % len(BODY), b"Connection: close"))
    status, headers, _ = connection.response()
    assert (status, headers["connection"], connection.rest()) == (200, "close", b"")


@pytest.mark.parametrize("sent", [
    b"", b"POST /v1/ch", b"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    b"POST /v1/run HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
], ids=["nothing", "half a head", "half a body", "half a chunk", "a request before"])
def test_a_connection_on_which_nothing_comes_is_closed(idle_server, connect, sent):
    connection = connect(idle_server.gateway_url)
    connection.send(sent)
    connection.rest()  # Ends when the server closes; fails by the socket's own timeout otherwise.


@pytest.fixture(scope="module")
def idle_server(new_server, simulator):
    return new_server(simulator, gateway_keep_alive_timeout_ms="300", gateway_maximum_connections="20")


def test_idle_time_does_not_end_a_run(new_server, slow_simulator):
    """A stream that takes longer than an idle connection may stay, and one whose provider is silent for as long."""
    tenant = Admin(new_server(slow_simulator, gateway_keep_alive_timeout_ms="300")).tenant()
    assert tenant.chat(HELLO | {"stream": True}).text.endswith("data: [DONE]\n\n")


def test_one_connection_more_than_there_may_be_is_closed(idle_server, connect):
    connections = [connect(idle_server.gateway_url) for _ in range(40)]
    answers = []
    for connection in connections:
        with contextlib.suppress(OSError, ValueError):
            connection.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answers.append(connection.head()[0])
    assert answers and set(answers) == {200} and len(answers) <= 20


def test_an_idle_connection_does_not_hold_up_a_stop(new_server, simulator, connect):
    server = new_server(simulator)
    connection = connect(server.gateway_url)
    connection.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.response()[0] == 200
    assert server.process.stop(seconds=4) == 0
    assert connection.rest() == b""
