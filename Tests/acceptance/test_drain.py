"""SIGTERM: not ready at once, no new runs, those under way end and are settled. A second one hurries."""

import concurrent.futures
import contextlib
import json
import signal
import socket
import time
from decimal import Decimal

import events
import plain
import raw
from checks import check_error
from load import STREAM
from tenants import HELLO, Admin, Tenant
from waiting import PATIENCE, eventually

LONG = "600000"
"""Ten minutes: whatever waits for it fails its test."""


def gateway(tenant: Tenant, path: str):
    return plain.get(tenant.gateway_url + path)


def draining(tenant: Tenant) -> bool:
    return gateway(tenant, "/readyz").status_code == 503


def check_books_without_server(tenant: Tenant, runs: int) -> dict:
    """Every run has its hold and its end, and none is open."""
    server = tenant.admin.server
    verified = server.command("ledger", "verify", "--json", environment={"TOLLGATE_ADMIN_URL": ""})
    assert verified.returncode == 0, verified.stderr
    outcome = json.loads(verified.stdout)
    # A top-up, and two entries a run.
    assert len(outcome.pop("head")) == 64
    assert outcome == {"clean": True, "entries": 1 + 2 * runs, "organizations": 1, "open_runs": 0}
    return outcome


@contextlib.contextmanager
def whole_runs(tenant: Tenant, simulator, count: int):
    """So many runs that wait at the provider's barrier."""
    simulator.close_barrier()
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        try:
            running = [pool.submit(tenant.chat, HELLO) for _ in range(count)]
            eventually(lambda: simulator.state()["waiting"] == count, f"{count} runs wait at the provider")
            yield running
        finally:
            simulator.open_barrier()


def test_not_ready_and_no_new_runs_while_running_ones_end(new_simulator, new_server):
    simulator = new_simulator()
    server = new_server(simulator, drain_grace_ms=LONG)
    tenant = Admin(server).tenant()
    with tenant.http() as kept, whole_runs(tenant, simulator, 3) as running:
        assert kept.get("/readyz").json() == {"status": "ready"}
        server.process.signal(signal.SIGTERM)
        eventually(lambda: draining(tenant), "the gateway is not ready")
        assert gateway(tenant, "/readyz").json() == {"status": "draining"}
        assert gateway(tenant, "/healthz").status_code == 200
        ready = plain.get(server.admin_url + "/readyz")
        assert ready.status_code == 503 and ready.json()["checks"]["gateway"] is False
        assert plain.get(server.admin_url + "/healthz").status_code == 200
        refused = tenant.chat(HELLO)
        check_error(refused, 503, "draining")
        assert int(refused.headers["retry-after"]) >= 1 and refused.headers["connection"] == "close"
        assert not any(run.done() for run in running)
        # The books can still be read while runs end.
        assert tenant.credits()["held"] > 0
        simulator.open_barrier()
        assert [run.result().status_code for run in running] == [200] * 3
        assert server.process.wait() == 0
    check_books_without_server(tenant, 3)
    assert not (server.data / "ports.json").exists()


def test_a_second_signal_hurries(new_simulator, new_server):
    simulator = new_simulator("--token-delay", "5")
    server = new_server(simulator, drain_grace_ms=LONG)
    tenant = Admin(server).tenant(model="sim-1!hang-mid")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        streams = [pool.submit(tenant.chat, STREAM) for _ in range(2)]
        wholes = [pool.submit(tenant.chat, HELLO) for _ in range(2)]
        eventually(lambda: simulator.state()["running"] == 4, "four runs hang at the provider")
        server.process.signal(signal.SIGINT)
        eventually(lambda: draining(tenant), "the gateway is not ready")
        assert not any(run.done() for run in streams + wholes)
        server.process.signal(signal.SIGTERM)
        assert server.process.wait() == 0
        for run in streams:
            assert run.result().status_code == 200
            *_, last = events.data(run.result().text)
            assert last["error"]["code"] == "draining" and last["error"]["message"]
        for run in wholes:
            # The provider had begun to answer, and may bill it.
            assert Decimal(check_error(run.result(), 503, "draining")["charged"]) > 0
    check_books_without_server(tenant, 4)


def test_a_third_signal_ends_it_at_once_and_says_so(new_simulator, new_server):
    simulator = new_simulator("--token-delay", "5")
    server = new_server(simulator, drain_grace_ms=LONG)
    tenant = Admin(server).tenant(model="sim-1!hang-mid")
    host, port = server.admin_url.removeprefix("http://").split(":")
    with concurrent.futures.ThreadPoolExecutor(1) as pool, socket.create_connection((host, int(port)), 10) as half:
        # Half a request to the admin port, which holds the end up for a while.
        half.sendall(
            f"POST /api/v1/organizations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.admin_token}\r\n"
            "Content-Length: 50\r\n\r\n{".encode())
        run = pool.submit(tenant.chat, STREAM)
        eventually(lambda: simulator.state()["running"] == 1, "a run hangs at the provider")
        server.process.signal(signal.SIGTERM)
        eventually(lambda: draining(tenant), "the gateway is not ready")
        server.process.signal(signal.SIGINT)
        eventually(lambda: "gateway cuts off what runs" in server.process.log.read_text(), "it hurries")
        server.process.signal(signal.SIGTERM)
        assert server.process.wait() == 1
        run.exception()
    assert "ended at once" in server.process.log.read_text().splitlines()[-1]
    server.start()
    assert server.stop() == 0
    check_books_without_server(tenant, 1)


def test_runs_that_outlast_the_grace_are_cut_off(new_simulator, new_server):
    simulator = new_simulator("--token-delay", "5")
    server = new_server(simulator, drain_grace_ms="300")
    tenant = Admin(server).tenant(model="sim-1!hang-mid")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        streams = [pool.submit(tenant.chat, STREAM) for _ in range(2)]
        eventually(lambda: simulator.state()["running"] == 2, "two streams hang at the provider")
        server.process.signal(signal.SIGTERM)
        assert server.process.wait() == 0
        for run in streams:
            assert events.data(run.result().text)[-1]["error"]["code"] == "draining"
    check_books_without_server(tenant, 2)


def test_load_balancers_get_time_to_learn_it(new_simulator, new_server):
    server = new_server(new_simulator(), drain_delay_ms=LONG)
    tenant = Admin(server).tenant()
    with tenant.http() as kept:
        assert kept.get("/readyz").status_code == 200
        server.process.signal(signal.SIGTERM)
        eventually(lambda: draining(tenant), "the gateway is not ready")
        assert plain.get(server.admin_url + "/readyz").status_code == 503
        # Runs that come all the same are served, and their clients sent elsewhere for the next.
        for response in [tenant.chat(HELLO), kept.post("/v1/chat/completions", json=HELLO)]:
            assert response.status_code == 200 and response.headers["connection"] == "close"
        # Nothing behind an answer that closes the connection is carried out.
        connection = raw.Connection(tenant.gateway_url)
        body = json.dumps(HELLO).encode()
        connection.send(2 * (b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (tenant.secret.encode(), len(body), body)))
        status, headers, _ = connection.response()
        assert (status, headers["connection"], connection.rest()) == (200, "close", b"")
        connection.close()
        server.process.signal(signal.SIGTERM)
        assert server.process.wait() == 0
    check_books_without_server(tenant, 3)


def test_connections_without_a_run_do_not_hold_it_up(new_simulator, new_server):
    server = new_server(new_simulator(), drain_grace_ms=LONG)
    tenant = Admin(server).tenant()
    host, port = tenant.gateway_url.removeprefix("http://").split(":")
    admin_host, admin_port = server.admin_url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as ends:
        idle = [ends.enter_context(socket.create_connection((host, int(port)), 10)) for _ in range(3)]
        # Half a request, which never ends.
        half = ends.enter_context(socket.create_connection((host, int(port)), 10))
        half.sendall(b"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Le")
        ends.enter_context(socket.create_connection((admin_host, int(admin_port)), 10))
        body = ends.enter_context(socket.create_connection((admin_host, int(admin_port)), 10))
        body.sendall(
            f"POST /api/v1/organizations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.admin_token}\r\n"
            "Content-Length: 50\r\n\r\n{".encode())
        kept = ends.enter_context(tenant.http())
        assert kept.post("/v1/chat/completions", json=HELLO).status_code == 200
        began = time.monotonic()
        assert server.process.stop() == 0
        assert time.monotonic() - began < 12 * PATIENCE
        for connection in [*idle, half]:
            connection.settimeout(5)
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(1) == b""
    check_books_without_server(tenant, 1)
