"""Requests that two parties could read differently, or that are none: refused, and nothing after them is run.

Each case is written as raw bytes to both ports, with a good request right behind it in the same write. The answer is
400 in the port's own shape, then the connection ends: the request behind is not answered, nor carried out.
"""

import contextlib
import json

import pytest

from tenants import HELLO

H = b"Host: x\r\n"
SIZE = b"Content-Length: 2\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def post(*lines: bytes, body: bytes = b"{}", start: bytes = b"POST @ HTTP/1.1\r\n") -> bytes:
    """`@` stands for the port's path, and `~` for its authorization."""
    return start + b"".join(lines) + b"\r\n" + body


def chunks(data: bytes, *lines: bytes) -> bytes:
    return post(H, b"~", CHUNKED, *lines, body=data)


CASES = {
    # Lengths that contradict one another.
    "two lengths": post(H, b"~", b"Content-Length: 2\r\nContent-Length: 3\r\n"),
    "the same length twice": post(H, b"~", SIZE, SIZE),
    "a list of lengths": post(H, b"~", b"Content-Length: 2, 2\r\n"),
    "a length with a sign": post(H, b"~", b"Content-Length: +2\r\n"),
    "a negative length": post(H, b"~", b"Content-Length: -2\r\n"),
    "a length with blanks inside": post(H, b"~", b"Content-Length: 2 2\r\n"),
    "a length that overflows": post(H, b"~", b"Content-Length: 18446744073709551618\r\n"),
    "a hexadecimal length": post(H, b"~", b"Content-Length: 0x2\r\n"),
    "an empty length": post(H, b"~", b"Content-Length:\r\n"),
    "length and chunks": post(H, b"~", SIZE, CHUNKED, body=b"0\r\n\r\n"),
    "chunks and length": post(H, b"~", CHUNKED, SIZE, body=b"0\r\n\r\n"),
    # Transfer codings that are not exactly "chunked".
    "chunked twice": post(H, b"~", CHUNKED, CHUNKED, body=b"0\r\n\r\n"),
    "chunked, chunked": post(H, b"~", b"Transfer-Encoding: chunked, chunked\r\n", body=b"0\r\n\r\n"),
    "chunked, identity": post(H, b"~", b"Transfer-Encoding: chunked, identity\r\n", body=b"0\r\n\r\n"),
    "gzip, chunked": post(H, b"~", b"Transfer-Encoding: gzip, chunked\r\n", body=b"0\r\n\r\n"),
    "gzip": post(H, b"~", b"Transfer-Encoding: gzip\r\n", body=b""),
    "identity": post(H, b"~", b"Transfer-Encoding: identity\r\n", body=b""),
    "xchunked": post(H, b"~", b"Transfer-Encoding: xchunked\r\n", body=b"0\r\n\r\n"),
    "chunked and more": post(H, b"~", b"Transfer-Encoding: chunkedx\r\n", body=b"0\r\n\r\n"),
    "quoted chunked": post(H, b"~", b'Transfer-Encoding: "chunked"\r\n', body=b"0\r\n\r\n"),
    "chunked with a parameter": post(H, b"~", b"Transfer-Encoding: chunked;q=1\r\n", body=b"0\r\n\r\n"),
    "vertical tab before chunked": post(H, b"~", b"Transfer-Encoding:\x0bchunked\r\n", body=b"0\r\n\r\n"),
    "an empty transfer encoding": post(H, b"~", b"Transfer-Encoding:\r\n", SIZE),
    "chunks in HTTP/1.0": post(
        H, b"~", CHUNKED, body=b"2\r\n{}\r\n0\r\n\r\n", start=b"POST @ HTTP/1.0\r\nConnection: keep-alive\r\n"),
    # Lines that end or go on oddly.
    "a folded header": post(H, b"~", b"X-A: 1\r\n 2\r\n", SIZE),
    "a folded header by tab": post(H, b"~", b"X-A: 1\r\n\t2\r\n", SIZE),
    "a folded length": post(H, b"~", b"Content-Length:\r\n 2\r\n"),
    "a folded first line": post(b" X-A: 1\r\n", H, b"~", SIZE),
    "a blank before colon": post(H, b"~", b"Content-Length : 2\r\n"),
    "a tab before colon": post(H, b"~", b"Content-Length\t: 2\r\n"),
    "a bare CR in a value": post(H, b"~", b"X-A: 1\r2\r\n", SIZE),
    "a bare CR as line end": post(H, b"~", b"X-A: 1\rContent-Length: 2\r\n"),
    "a bare LF as line end": post(H, b"~", b"X-A: 1\nContent-Length: 2\r\n"),
    "a bare LF after the request line": post(H, b"~", SIZE, start=b"POST @ HTTP/1.1\n"),
    "bare LFs at the head's end": b"POST @ HTTP/1.1\r\n" + H + b"~" + b"Content-Length: 2\r\n\n{}",
    "bare LFs throughout": (b"POST @ HTTP/1.1\r\n" + H + b"~" + SIZE + b"\r\n{}").replace(b"\r\n", b"\n"),
    "CR CR LF": post(H, b"~", b"X-A: 1\r\r\n", SIZE),
    "a header without colon": post(H, b"~", b"X-A\r\n", SIZE),
    "a header without name": post(H, b"~", b": 1\r\n", SIZE),
    "a blank in a name": post(H, b"~", b"X A: 1\r\n", SIZE),
    "a control byte in a name": post(H, b"~", b"X\x01A: 1\r\n", SIZE),
    "a high byte in a name": post(H, b"~", b"X\xe9A: 1\r\n", SIZE),
    "NUL in a value": post(H, b"~", b"X-A: 1\x002\r\n", SIZE),
    "a control byte in a value": post(H, b"~", b"X-A: 1\x012\r\n", SIZE),
    "DEL in a value": post(H, b"~", b"X-A: 1\x7f2\r\n", SIZE),
    # Headers of which there is one.
    "no host": post(b"~", SIZE),
    "two hosts": post(H, H, b"~", SIZE),
    "two different hosts": post(H, b"Host: y\r\n", b"~", SIZE),
    "an empty host": post(b"Host:\r\n", b"~", SIZE),
    "a host with a path": post(b"Host: x/y\r\n", b"~", SIZE),
    "a host with a user": post(b"Host: u@x\r\n", b"~", SIZE),
    "a host with a blank": post(b"Host: x y\r\n", b"~", SIZE),
    "a list of hosts": post(b"Host: x,y\r\n", b"~", SIZE),
    "two authorizations": post(H, b"~", b"~", SIZE),
    # Chunks.
    "a chunk size with 0x": chunks(b"0x2\r\n{}\r\n0\r\n\r\n"),
    "a negative chunk size": chunks(b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk size with a sign": chunks(b"+2\r\n{}\r\n0\r\n\r\n"),
    "a chunk size that overflows": chunks(b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
    "a huge chunk size": chunks(b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    "an empty chunk size": chunks(b"\r\n{}\r\n0\r\n\r\n"),
    "a blank before a chunk size": chunks(b" 2\r\n{}\r\n0\r\n\r\n"),
    "a blank after a chunk size": chunks(b"2 \r\n{}\r\n0\r\n\r\n"),
    "a chunk size with a bare LF": chunks(b"2\n{}\r\n0\r\n\r\n"),
    "a chunk size with a bare CR": chunks(b"2\r{}\r\n0\r\n\r\n"),
    "a chunk that ends in a bare LF": chunks(b"2\r\n{}\n0\r\n\r\n"),
    "a chunk longer than it says": chunks(b"2\r\n{}x\r\n0\r\n\r\n"),
    "a chunk without its end": chunks(b"2\r\n{}0\r\n\r\n"),
    "a chunk extension with a bare LF": chunks(b"2;a\nb\r\n{}\r\n0\r\n\r\n"),
    "a chunk extension with NUL": chunks(b"2;a=\x00\r\n{}\r\n0\r\n\r\n"),
    "a length among the trailers": chunks(b"2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n"),
    "an authorization among the trailers": chunks(b"2\r\n{}\r\n0\r\nAuthorization: x\r\n\r\n"),
    "a bare LF at the chunks' end": chunks(b"2\r\n{}\r\n0\r\n\n"),
    # The request line.
    "no version": post(H, b"~", SIZE, start=b"POST @\r\n"),
    "HTTP/0.9": post(H, b"~", SIZE, start=b"POST @ HTTP/0.9\r\n"),
    "HTTP/1.2": post(H, b"~", SIZE, start=b"POST @ HTTP/1.2\r\n"),
    "HTTP/2.0": post(H, b"~", SIZE, start=b"POST @ HTTP/2.0\r\n"),
    "HTTP/11": post(H, b"~", SIZE, start=b"POST @ HTTP/11\r\n"),
    "http/1.1": post(H, b"~", SIZE, start=b"POST @ http/1.1\r\n"),
    "another protocol": post(H, b"~", SIZE, start=b"POST @ ICE/1.0\r\n"),
    "a tab for a blank": post(H, b"~", SIZE, start=b"POST\t@ HTTP/1.1\r\n"),
    "a blank at the end": post(H, b"~", SIZE, start=b"POST @ HTTP/1.1 \r\n"),
    "a blank first": post(H, b"~", SIZE, start=b" POST @ HTTP/1.1\r\n"),
    "a method in lower case": post(H, b"~", SIZE, start=b"post @ HTTP/1.1\r\n"),
    "no such method": post(H, b"~", SIZE, start=b"POKE @ HTTP/1.1\r\n"),
    "no method": post(H, b"~", SIZE, start=b"@ HTTP/1.1\r\n"),
    "NUL in the path": post(H, b"~", SIZE, start=b"POST @\x00 HTTP/1.1\r\n"),
    "a high byte in the path": post(H, b"~", SIZE, start=b"POST @\xe9 HTTP/1.1\r\n"),
    "a path without slash": post(H, b"~", SIZE, start=b"POST x@ HTTP/1.1\r\n"),
    "CONNECT": post(H, b"~", start=b"CONNECT x:80 HTTP/1.1\r\n", body=b""),
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.fixture(scope="module")
def tenant(admin):
    return admin.tenant()


@pytest.fixture(params=["gateway", "admin"])
def port(request, server, tenant):
    """Where to write, what to write there, and how to tell that it was carried out."""
    if request.param == "gateway":
        return Gateway(server, tenant)
    return AdminPort(server, tenant)


class Gateway:
    def __init__(self, server, tenant):
        self.url, self.tenant = server.gateway_url, tenant
        self.authorization = b"Authorization: Bearer %s\r\n" % tenant.secret.encode()
        self.path = b"/v1/chat/completions"
        body = json.dumps(HELLO).encode()
        self.good = b"POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s" % (
            self.path, self.authorization, len(body), body)

    def done(self):
        return len(self.tenant.entries())

    def check(self, headers: dict, body: bytes):
        error = json.loads(body)["error"]
        assert headers["content-type"].startswith("application/json")
        assert headers["x-request-id"] and headers["tollgate-run-id"].startswith("run_")
        assert (error["code"], error["type"]) == ("invalid_request", "invalid_request_error")
        assert error["message"]


class AdminPort:
    def __init__(self, server, tenant):
        self.url, self.tenant = server.admin_url, tenant
        self.authorization = b"Authorization: Bearer %s\r\n" % server.admin_token.encode()
        self.path = b"/api/v1" + tenant.path.encode() + b"/schemas"
        self.good = b"POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: 2\r\n\r\n{}" % (self.path, self.authorization)

    def done(self):
        return len(self.tenant.admin.items(self.tenant.path + "/schemas"))

    def check(self, headers: dict, body: bytes):
        problem = json.loads(body)
        assert headers["content-type"].startswith("application/problem+json")
        assert (problem["code"], problem["status"]) == ("invalid_request", 400)
        assert problem["detail"]


@pytest.mark.parametrize("is_first", [True, False], ids=["", "behind-a-good-one"])
@pytest.mark.parametrize("name", CASES)
def test_what_could_be_read_two_ways_is_refused(port, connect, name, is_first):
    before = port.done()
    connection = connect(port.url)
    if not is_first:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.response()[0] == 200
    case = CASES[name].replace(b"@", port.path, 1).replace(b"~", port.authorization)
    with contextlib.suppress(ConnectionError):  # It may close before it was sent the rest.
        connection.send(case, port.good)
    status, headers, body = connection.response()
    assert status == 400, body
    assert headers["connection"] == "close"
    port.check(headers, body)
    with contextlib.suppress(ConnectionError):
        assert connection.rest() == b""
    assert port.done() == before


def test_a_connection_ends_with_the_answer_to_an_upgrade(port, connect):
    """It is answered as if it asked for none. The decoder parses nothing behind it, so the client is told not to wait."""
    connection = connect(port.url)
    connection.send(port.good.replace(b"Host: x\r\n", b"Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"))
    before = port.done()
    status, headers, _ = connection.response()
    assert (status < 300, headers["connection"]) == (True, "close")
    connection.send(port.good)
    assert connection.rest() == b""
    assert port.done() >= before


def test_a_good_request_is_carried_out_on_both_ports(port, connect):
    """What the cases above differ from: the same bytes without their fault."""
    connection = connect(port.url)
    connection.send(port.good, port.good)
    assert [connection.response()[0] < 300 for _ in range(2)] == [True, True]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_a_chunked_request_may_come_cut_anywhere(port, connect, size):
    body = port.good.partition(b"\r\n\r\n")[2]
    pieces = b"".join(b"%x;a=b\r\n%s\r\n" % (len(piece), piece) for piece in cut(body, 5))
    head = b"POST %s HTTP/1.1\r\nHost: x\r\n%s%s\r\n" % (port.path, port.authorization, CHUNKED)
    connection = connect(port.url)
    for piece in cut(head + pieces + b"0\r\nX-A: 1\r\n\r\n", size):
        connection.send(piece)
    assert connection.response()[0] < 300


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start:start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("headers", [
    b"".join(b"X-%d: 1\r\n" % number for number in range(150)), b"X-A: %s\r\n" % (b"a" * (70 << 10)),
    b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1500) for number in range(50)),
], ids=["many", "one large", "large together"])
def test_headers_beyond_their_limits_are_refused(port, connect, headers):
    connection = connect(port.url)
    with contextlib.suppress(ConnectionError):
        connection.send(port.good.replace(b"Host: x\r\n", b"Host: x\r\n" + headers))
    status, answered, body = connection.response()
    assert (status, answered["connection"]) == (431, "close")
    assert b"headers_too_large" in body
