"""TLS on both ports, and on the gateway's HTTP/2 or HTTP/1.1 as the client chooses."""

import asyncio
import contextlib
import json
import signal
import socket
import ssl
import threading
import time

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import httpx
import openai
import pytest

import metrics
import raw
from processes import run
from tenants import HELLO, Admin
from tls import Authority
from waiting import eventually

STREAM = HELLO | {"stream": True}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def pair(authority):
    return authority.issue("server")


def settings(pair, **more) -> dict[str, str]:
    certificate, key = map(str, pair)
    return {
        "gateway_tls_certificate": certificate, "gateway_tls_key": key, "admin_tls_certificate": certificate,
        "admin_tls_key": key, **more,
    }


@pytest.fixture(scope="module")
def server(new_server, slow_simulator, pair):
    return new_server(slow_simulator, **settings(pair))


@pytest.fixture(scope="module")
def tenant(server):
    return Admin(server).tenant(credits="100")


def client(url: str, authority, http2: bool = True, secret: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return httpx.Client(
        base_url=url, http1=not http2, http2=http2, verify=authority.context, trust_env=False, timeout=30,
        headers=headers)


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_runs_whole_and_streamed(tenant, authority, http2):
    version = "HTTP/2" if http2 else "HTTP/1.1"
    with client(tenant.gateway_url, authority, http2, tenant.secret) as http:
        for _ in range(2):
            whole = http.post("/v1/chat/completions", json=HELLO)
            assert (whole.status_code, whole.http_version) == (200, version)
            assert "connection" not in whole.headers and "transfer-encoding" not in whole.headers
            with http.stream("POST", "/v1/chat/completions", json=STREAM) as streamed:
                text = "".join(streamed.iter_text())
            assert (streamed.status_code, streamed.http_version) == (200, version)
            assert text.endswith("data: [DONE]\n\n")
        refused = http.post("/v1/chat/completions", content=b"{", headers={"Content-Type": "application/json"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_the_admin_port(server, authority, http2):
    with client(server.admin_url, authority, http2) as http:
        answers = [http.get("/healthz"), http.get("/api/v1/organizations")]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert {answer.http_version for answer in answers} == {"HTTP/2" if http2 else "HTTP/1.1"}


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_the_ledger_is_verified_over_a_kept_connection(server, authority, http2):
    with client(server.admin_url, authority, http2, server.admin_token) as http:
        for _ in range(3):
            for body in ({"json": {}}, {}):
                answer = http.post("/api/v1/ledger/verify", **body)
                assert (answer.status_code, answer.json().get("clean")) == (200, True), answer.text
                assert http.get("/healthz").status_code == 200


def test_the_admin_port_waits_for_no_slow_request(new_server, simulator, pair, authority):
    server = new_server(
        simulator, **settings(
            pair, gateway_request_head_timeout_ms="300", gateway_request_body_timeout_ms="300"))
    head = b"POST /api/v1/organizations HTTP/1.1\r\nHost: x\r\n"
    late = raw.Connection(server.admin_url, tls=authority.context)
    late.send(head)
    assert late.rest() == b""
    late = raw.Connection(server.admin_url, tls=authority.context)
    late.send(head, b"Authorization: Bearer %s\r\nContent-Length: 9\r\n\r\n{" % server.admin_token.encode())
    assert late.response()[0] == 408


def until_closed(connection, protocol, seconds: float = 8) -> list:
    """The events up to the connection's end, which must come in time."""
    connection.socket.settimeout(seconds)
    events = []
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while piece := connection.socket.recv(65536):
            # The library takes nothing behind GOAWAY, and would lose what came with it.
            for byte in piece:
                if not any(isinstance(event, h2.events.ConnectionTerminated) for event in events):
                    events += protocol.receive_data(bytes([byte]))
    connection.close()
    return events


@pytest.fixture(scope="module")
def impatient(new_server, slow_simulator, pair):
    return new_server(
        slow_simulator, **settings(
            pair, gateway_client_write_timeout_ms="400", gateway_request_head_timeout_ms="400",
            gateway_request_body_timeout_ms="400",
            gateway_keep_alive_timeout_ms="400"))


HEALTH = [(":method", "GET"), (":path", "/healthz"), (":scheme", "https"), (":authority", "x")]


@pytest.mark.parametrize("headers", [HEALTH, HEALTH + [("host", "y")]], ids=["answered", "refused"])
def test_a_client_that_takes_no_answer_is_let_go(impatient, authority, headers):
    connection, protocol = speak_h2(impatient.gateway_url, authority)
    protocol.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 0})
    protocol.config.validate_outbound_headers = False
    protocol.send_headers(1, headers, end_stream=True)
    connection.send(protocol.data_to_send())
    events = until_closed(connection, protocol)
    assert [event for event in events if isinstance(event, h2.events.ResponseReceived)]
    assert [event for event in events if isinstance(event, h2.events.StreamReset)]


@pytest.mark.parametrize("port", ["gateway_url", "admin_url"])
def test_headers_over_http2_that_dribble_in_are_not_waited_for(impatient, authority, port):
    connection, protocol = speak_h2(getattr(impatient, port), authority)
    receive_until(connection, protocol, h2.events.RemoteSettingsChanged)
    # HEADERS that do not end them, on stream 1; then CONTINUATION for ever, a byte each.
    connection.send(bytes([0, 0, 1, 1, 1, 0, 0, 0, 1, 0x82]))
    began = time.monotonic()
    connection.socket.settimeout(0.05)
    with pytest.raises((ConnectionError, ssl.SSLError, EOFError)):
        while time.monotonic() < began + 5:
            connection.send(bytes([0, 0, 1, 9, 0, 0, 0, 0, 1, 0x84]))
            with contextlib.suppress(TimeoutError):
                if not connection.socket.recv(65536):
                    raise EOFError
    connection.close()


@pytest.mark.parametrize("port", ["gateway_url", "admin_url"])
def test_a_body_over_http2_that_does_not_come_is_not_waited_for(impatient, authority, port):
    connection, protocol = speak_h2(getattr(impatient, port), authority)
    token = Admin(impatient).tenant().secret if port == "gateway_url" else impatient.admin_token
    path = "/v1/chat/completions" if port == "gateway_url" else "/api/v1/organizations"
    protocol.send_headers(1, [
        (":method", "POST"), (":path", path), (":scheme", "https"), (":authority", "x"),
        ("authorization", f"Bearer {token}"), ("content-length", "9")])
    protocol.send_data(1, b"{")
    connection.send(protocol.data_to_send())
    receive_until(connection, protocol, (h2.events.StreamReset, h2.events.StreamEnded))
    connection.close()


def test_pings_do_not_keep_an_idle_connection(impatient, authority):
    connection, protocol = speak_h2(impatient.gateway_url, authority)
    protocol.send_headers(1, HEALTH, end_stream=True)
    connection.send(protocol.data_to_send())
    receive_until(connection, protocol, h2.events.StreamEnded)
    began = time.monotonic()
    with contextlib.suppress(ConnectionError, ssl.SSLError, h2.exceptions.ProtocolError):
        while time.monotonic() < began + 5:
            protocol.ping(b"12345678")
            connection.send(protocol.data_to_send())
            if not (piece := connection.socket.recv(65536)):
                break
            protocol.receive_data(piece)
            time.sleep(0.05)
    connection.close()
    assert time.monotonic() < began + 4


def test_a_client_that_reads_nothing_at_all_is_let_go(impatient, authority):
    """With its windows wide open: what waits is the socket."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    parsed = httpx.URL(impatient.gateway_url)
    connection.connect((parsed.host, parsed.port))
    context = authority.context
    context.set_alpn_protocols(["h2"])
    secured = context.wrap_socket(connection, server_hostname=parsed.host)
    protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding=None))
    protocol.initiate_connection()
    secured.sendall(protocol.data_to_send())
    secured.settimeout(0.5)

    def tell_nothing():
        with contextlib.suppress(TimeoutError):
            for number in range(2_000):
                protocol.send_headers(2 * number + 1, HEALTH, end_stream=True)
                secured.sendall(protocol.data_to_send())

    with contextlib.suppress(ConnectionError, ssl.SSLError, h2.exceptions.ProtocolError):
        tell_nothing()
    with client(impatient.admin_url, authority, http2=False) as http:
        opened = lambda: metrics.Page(http.get("/metrics").text)("tollgate_connections_open")
        eventually(lambda: opened() == 0, "the connection is closed")
    secured.close()


def test_the_sdk(tenant, authority):
    with httpx.Client(verify=authority.context, http2=True, trust_env=False) as http:
        sdk = openai.OpenAI(
            api_key=tenant.secret, base_url=tenant.gateway_url + "/v1", http_client=http, max_retries=0, timeout=30)
        assert sdk.chat.completions.create(model="deployed", **HELLO).choices[0].message.content
        chunks = list(sdk.chat.completions.create(model="deployed", **STREAM))
        assert chunks[-1].choices[0].finish_reason == "stop"


def test_many_streams_on_one_connection(tenant, authority):
    async def ask(http, number):
        async with http.stream("POST", "/v1/chat/completions", json=STREAM) as response:
            text = "".join([piece async for piece in response.aiter_text()])
            return response.status_code, text.endswith("data: [DONE]\n\n")

    async def all_of_them():
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(
                base_url=tenant.gateway_url, http1=False, http2=True, verify=authority.context, trust_env=False,
                timeout=60, limits=limits, headers=tenant.headers) as http:
            return await asyncio.gather(*(ask(http, number) for number in range(50)))

    assert set(asyncio.run(all_of_them())) == {(200, True)}


def test_a_stream_that_the_client_resets_is_settled(tenant, authority):
    """By hand, as httpx does not reset the streams it leaves. The connection and its other streams go on."""
    connection, protocol = speak_h2(tenant.gateway_url, authority)
    body = json.dumps(STREAM).encode()
    protocol.send_headers(1, [
        (":method", "POST"), (":path", "/v1/chat/completions"), (":scheme", "https"), (":authority", "x"),
        ("authorization", f"Bearer {tenant.secret}")])
    protocol.send_data(1, body, end_stream=True)
    connection.send(protocol.data_to_send())
    [head] = receive_until(connection, protocol, h2.events.ResponseReceived)
    receive_until(connection, protocol, h2.events.DataReceived)
    protocol.reset_stream(1, h2.errors.ErrorCodes.CANCEL)
    protocol.send_headers(3, [
        (":method", "GET"), (":path", "/healthz"), (":scheme", "https"), (":authority", "x")], end_stream=True)
    connection.send(protocol.data_to_send())
    receive_until(connection, protocol, h2.events.StreamEnded)
    connection.close()
    run_id = dict(head.headers)[b"tollgate-run-id"].decode()
    with client(tenant.gateway_url, authority, True, tenant.secret) as http:
        read = lambda: http.get(f"/v1/runs/{run_id}").json()
        eventually(lambda: read()["state"] != "open", "the run ends")
        record = read()
    assert (record["state"], record["client_left"]) == ("succeeded", True)
    assert record["usage"]["output_tokens"] == 40


def speak_h2(url: str, authority):
    context = authority.context
    context.set_alpn_protocols(["h2"])
    connection = raw.Connection(url, tls=context)
    protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding=None))
    protocol.initiate_connection()
    connection.send(protocol.data_to_send())
    return connection, protocol


def receive_until(connection, protocol, kind) -> list:
    """The events of this kind among the first that hold one."""
    while piece := connection.socket.recv(65536):
        events = protocol.receive_data(piece)
        connection.send(protocol.data_to_send())
        if found := [event for event in events if isinstance(event, kind)]:
            return found
    raise AssertionError(f"the server closed before {kind.__name__}")


def test_a_large_body_comes_whole(tenant, authority):
    large = {"messages": [{"role": "user", "content": "x" * (3 << 20)}]}
    with client(tenant.gateway_url, authority, True, tenant.secret) as http:
        assert http.post("/v1/chat/completions", json=large).status_code == 200
        http.headers["Authorization"] = "Bearer nobody"
        assert http.post("/v1/chat/completions", json=large).status_code == 401


def test_old_versions_of_tls_are_refused(server, authority):
    for url in [server.gateway_url, server.admin_url]:
        context = authority.context
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            raw.Connection(url, tls=context)


def test_commands_reach_a_port_in_tls(server, authority, tmp_path):
    assert server.command("healthcheck").returncode == 0
    assert "https" in (server.data / "ports.json").read_text()
    # By its own certificate, without a word about authorities; by its authority, where it is named.
    own = run(["agent", "list", "--organization", "org-0"], server.environment, cwd=server.folder)
    assert "certificate" not in own.stderr
    named = ["agent", "list", "--organization", "org-0"]
    assert "not one this machine trusts" in server.command(*named).stderr
    trusted = server.command(*named, "--ca-file", str(authority.file))
    assert "certificate" not in trusted.stderr


@pytest.mark.parametrize("change, named", [
    ({"gateway_tls_key": ""}, "gateway.tls_key"), ({"gateway_tls_certificate": "/nowhere"}, "gateway.tls_certificate"),
    ({"admin_tls_key": "OTHER"}, "admin.tls_key"), ({"admin_tls_key": "CERTIFICATE"}, "admin.tls_key"),
], ids=["half", "missing", "another's", "no key"])
def test_files_that_are_no_pair_do_not_start(authority, pair, tmp_path, change, named):
    other = authority.issue("other")[1]
    values = settings(pair) | change
    values = {name: {"OTHER": str(other), "CERTIFICATE": str(pair[0])}.get(text, text) for name, text in values.items()}
    environment = {"TOLLGATE_DATA": str(tmp_path / "data"), "TOLLGATE_GATEWAY_PORT": "0", "TOLLGATE_ADMIN_PORT": "0"}
    assert run(["init"], environment, cwd=tmp_path).returncode == 0
    environment |= {f"TOLLGATE_{name.upper()}": text for name, text in values.items()}
    outcome = run(["serve"], environment, cwd=tmp_path)
    assert outcome.returncode != 0 and named in outcome.stderr


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_a_stop_lets_a_stream_end(new_server, slow_simulator, pair, authority, http2):
    server = new_server(slow_simulator, **settings(pair))
    tenant = Admin(server).tenant()
    codes = []
    with client(server.gateway_url, authority, http2, tenant.secret) as http:
        with client(server.gateway_url, authority, http2) as idle:
            assert idle.get("/healthz").status_code == 200
            with http.stream("POST", "/v1/chat/completions", json=STREAM) as response:
                pieces = response.iter_text()
                text = next(pieces)
                stopping = threading.Thread(target=lambda: codes.append(server.stop()))
                stopping.start()
                text += "".join(pieces)
            stopping.join()
    assert text.endswith("data: [DONE]\n\n")
    assert codes == [0]


def test_a_stop_tells_connections_of_http2(new_server, slow_simulator, pair, authority):
    """In the drain's delay, an idle one ends at once and one that has a run when that has ended; new ones are served."""
    server = new_server(slow_simulator, **settings(pair, drain_delay_ms="600000"))
    tenant = Admin(server).tenant()
    idle, its_protocol = speak_h2(server.gateway_url, authority)
    its_protocol.send_headers(1, HEALTH, end_stream=True)
    idle.send(its_protocol.data_to_send())
    receive_until(idle, its_protocol, h2.events.StreamEnded)
    running, protocol = speak_h2(server.gateway_url, authority)
    protocol.send_headers(1, [
        (":method", "POST"), (":path", "/v1/chat/completions"), (":scheme", "https"), (":authority", "x"),
        ("authorization", f"Bearer {tenant.secret}")])
    protocol.send_data(1, json.dumps(STREAM).encode(), end_stream=True)
    running.send(protocol.data_to_send())
    receive_until(running, protocol, h2.events.ResponseReceived)
    server.process.signal(signal.SIGTERM)
    said = until_closed(idle, its_protocol)
    assert [event for event in said if isinstance(event, h2.events.ConnectionTerminated)]
    with client(server.gateway_url, authority, True, tenant.secret) as http:
        assert http.post("/v1/chat/completions", json=HELLO).status_code == 200
    said = until_closed(running, protocol)
    assert [event for event in said if isinstance(event, h2.events.StreamEnded)]
    assert not [event for event in said if isinstance(event, h2.events.StreamReset)]
    server.process.signal(signal.SIGTERM)
    assert server.process.wait() == 0


def test_a_stop_does_not_wait_for_half_a_request(new_server, slow_simulator, pair, authority):
    server = new_server(slow_simulator, **settings(pair))
    connection, protocol = speak_h2(server.gateway_url, authority)
    protocol.send_headers(1, [(":method", "POST"), *HEALTH[1:]])
    protocol.send_headers(3, HEALTH, end_stream=True)
    connection.send(protocol.data_to_send())
    receive_until(connection, protocol, h2.events.StreamEnded)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() < began + 10
    connection.close()


def test_a_handshake_that_does_not_come_is_not_waited_for(new_server, slow_simulator, pair):
    server = new_server(slow_simulator, **settings(pair, gateway_request_head_timeout_ms="300"))
    for url in [server.gateway_url, server.admin_url]:
        parsed = httpx.URL(url)
        with socket.create_connection((parsed.host, parsed.port), timeout=8) as connection:
            with contextlib.suppress(ConnectionError):
                assert connection.recv(1) == b""


def test_a_flood_of_resets_ends_the_connection(server, authority, tenant):
    """CVE-2023-44487: streams opened and reset, faster than they are answered."""
    connection, protocol = speak_h2(server.gateway_url, authority)
    headers = [(":method", "GET"), (":path", "/healthz"), (":scheme", "https"), (":authority", "x")]
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        for stream in range(1, 1001, 2):
            protocol.send_headers(stream, headers)
            protocol.reset_stream(stream)
            connection.send(protocol.data_to_send())
    received = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while piece := connection.socket.recv(65536):
            received += piece
    connection.close()
    with client(server.gateway_url, authority) as http:
        assert http.get("/healthz").status_code == 200


def served_certificate(url: str) -> bytes:
    host = httpx.URL(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host.host, host.port), timeout=10) as plain, context.wrap_socket(plain) as secured:
        return secured.getpeercert(binary_form=True)


def test_certificates_are_read_again_at_sighup(new_server, simulator, authority, tmp_path):
    def put(name: str):
        for made, file in zip(authority.issue(name), files):
            file.write_bytes(made.read_bytes())

    def log() -> str:
        return server.process.log.read_text()

    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    put("first")
    server = new_server(simulator, **settings(files))
    ports = server.gateway_url, server.admin_url
    first = [served_certificate(url) for url in ports]
    with client(server.gateway_url, authority) as before:
        assert before.get("/healthz").status_code == 200
        put("second")
        server.process.signal(signal.SIGHUP)
        eventually(lambda: log().count(": reloaded") == 1, "the log says that it was read again")
        second = [served_certificate(url) for url in ports]
        assert all(new != old for new, old in zip(second, first))
        assert before.get("/healthz").status_code == 200, "connections there were stay"
    files[1].write_text("no key")
    server.process.signal(signal.SIGHUP)
    eventually(lambda: "not reloaded: the old stays" in log(), "the log says that the old pair stays")
    assert "gateway.tls_key" in log() and [served_certificate(url) for url in ports] == second
