"""Clients that read slowly, or leave."""

import contextlib
import json
import socket
import threading

import httpx
import pytest

from prices import cost
from sanitizers import MEMORY
from tenants import Admin
from waiting import eventually, steady

MIB = 1 << 20
# Kernel buffers of two connections, ours and the client's, and what the lane holds back.
IN_BETWEEN = 16 * MIB


def open_stream(tenant, body: dict, receive_buffer: int | None = None, ahead: bytes = b"") -> socket.socket:
    """Sends a request, `ahead` of it in the same write, and reads nothing."""
    url = httpx.URL(tenant.gateway_url)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(60)
    connection.connect((url.host, url.port))
    content = json.dumps(body).encode()
    connection.sendall(
        ahead + f"POST /v1/chat/completions HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: Bearer {tenant.secret}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode() + content)
    return connection


STREAM = {"messages": [{"role": "user", "content": "Hi"}], "stream": True}


def test_a_client_that_does_not_read_slows_the_provider_down(new_server, simulator):
    # Whoever left is served to the end, however slow the machine: this is not about that deadline.
    server = new_server(simulator, gateway_loops="1", upstream_drain_after_disconnect_ms="600000")
    size = 40_000
    tenant = Admin(server).tenant(credits="100", model="sim-big", max_output_tokens=size)
    before = server.process.resident_bytes()
    rows = lambda: [row for row in simulator.rows() if row["model"] == "sim-big" and row["stream"]][-3:]
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(open_stream(tenant, STREAM, 65536)) for _ in range(3)]
        eventually(lambda: len(rows()) == 3 and all(row["bytes_written"] for row in rows()), "three streams run")
        written = steady(lambda: tuple(row["bytes_written"] for row in rows()), "what the provider wrote")
        assert all(0 < count < IN_BETWEEN for count in written), written
        assert not any(row["finished"] for row in rows())
        assert server.process.resident_bytes() - before < 32 * MIB * MEMORY
        # Others are served meanwhile, on the same loop.
        assert Admin(server).tenant().chat({"messages": STREAM["messages"]}).status_code == 200
        # It reads again, and gets everything.
        received, end = 0, b""
        while piece := clients[0].recv(MIB):
            received += len(piece)
            end = (end + piece)[-200:]
        assert received > size * 1024
        assert b"data: [DONE]" in end
    assert server.process.resident_bytes() - before < 48 * MIB * MEMORY
    # The two that never read have left; the provider goes on to the end, and the runs are settled.
    eventually(lambda: tenant.credits()["held"] == 0, "all runs are settled", 60)
    assert all(row["finished"] for row in rows())
    records = [tenant.record(row["client_request_id"]) for row in rows()]
    assert sorted(record["client_left"] for record in records) == [False, True, True]
    assert all(record["usage"]["output_tokens"] == size for record in records)


@pytest.fixture(params=["/v1/chat/completions", "/v1/run"])
def route(request):
    return request.param


def leave_after_the_first_event(tenant, route: str) -> str:
    with tenant.http() as http, http.stream("POST", route, json=STREAM) as response:
        assert response.status_code == 200
        next(response.iter_bytes())
        return response.headers["tollgate-run-id"]


def test_a_client_that_leaves_a_stream_is_settled_with_what_was_served(slow_admin, slow_simulator, route):
    tenant = slow_admin.tenant()
    run = leave_after_the_first_event(tenant, route)
    eventually(lambda: tenant.record(run)["state"] != "open", "the run ends")
    record, row = tenant.record(run), slow_simulator.by_run()[run]
    assert (record["state"], record["client_left"]) == ("succeeded", True)
    assert row["finished"] and row["completion_tokens"] == 40
    assert record["usage"]["estimated"] is False
    assert record["cost"] == cost(row["prompt_tokens"], row["completion_tokens"])
    assert tenant.credits()["balance"] == 10 - record["cost"]


def test_a_client_that_leaves_before_a_whole_answer_is_settled(slow_admin, slow_simulator):
    tenant = slow_admin.tenant()
    slow_simulator.close_barrier()
    try:
        with open_stream(tenant, STREAM | {"stream": False}):
            eventually(lambda: slow_simulator.state()["waiting"] == 1, "the run waits at the provider")
    finally:
        slow_simulator.open_barrier()
    run = slow_simulator.rows()[-1]["client_request_id"]
    eventually(lambda: tenant.record(run)["state"] != "open", "the run ends")
    record, row = tenant.record(run), slow_simulator.by_run()[run]
    assert (record["state"], record["client_left"]) == ("succeeded", True)
    assert record["cost"] == cost(row["prompt_tokens"], row["completion_tokens"])


@pytest.mark.parametrize("drain", ["200", "0"])
def test_a_provider_that_goes_on_too_long_after_the_client_left_is_cut_off(new_server, slow_simulator, drain):
    admin = Admin(new_server(slow_simulator, upstream_drain_after_disconnect_ms=drain))
    tenant = admin.tenant()
    run = leave_after_the_first_event(tenant, "/v1/chat/completions")
    eventually(lambda: tenant.record(run)["state"] != "open", "the run ends")
    record = tenant.record(run)
    assert (record["state"], record["error"], record["client_left"]) == ("failed", "deadline_exceeded", True)
    assert record["usage"]["estimated"] is True and record["usage"]["output_tokens"] > 0
    assert record["cost"] == cost(record["usage"]["input_tokens"], record["usage"]["output_tokens"])
    assert record["attempts"][0]["provider_request_id"].startswith("req-sim-")
    assert tenant.usage()["total"]["estimated_runs"] == 1
    eventually(lambda: slow_simulator.by_run()[run]["finished"] is False, "the provider was cut off")
    assert slow_simulator.by_run()[run]["completion_tokens"] < 40
    admin.verify_ledger()


# A request sent ahead: the run begins while the answer before it is written.
@pytest.mark.parametrize("ahead", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["alone", "behind another"])
def test_a_client_that_takes_nothing_for_too_long_counts_as_gone(new_server, simulator, ahead):
    admin = Admin(new_server(simulator, gateway_client_write_timeout_ms="500"))
    tenant = admin.tenant(credits="100", model="sim-big", max_output_tokens=20_000)
    with open_stream(tenant, STREAM, 65536, ahead):
        ours = lambda: [entry["run"] for entry in tenant.entries() if entry["kind"] == "hold"]
        [run] = eventually(ours, "the run is on the books")
        eventually(lambda: tenant.record(run)["state"] != "open", "the run ends", 60)
    record = tenant.record(run)
    assert (record["state"], record["client_left"]) == ("succeeded", True)
    assert record["usage"]["output_tokens"] == 20_000


def test_events_go_out_as_they_arrive(slow_admin, slow_simulator, route):
    """Not gathered: the client has the first words while the provider still writes."""
    tenant = slow_admin.tenant()
    with tenant.http() as http, http.stream("POST", route, json=STREAM) as response:
        written = []
        for _ in response.iter_bytes():
            written.append(slow_simulator.by_run()[response.headers["tollgate-run-id"]]["completion_tokens"])
    assert written[0] < 10
    assert len(set(written)) > 20


def refuses(gateway_url: str) -> bool:
    url = httpx.URL(gateway_url)
    try:
        socket.create_connection((url.host, url.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_stop_lets_a_paid_answer_go_out(new_server, simulator):
    """The run is settled, its bytes wait for a client that reads slowly: told to stop, the server sends them first."""
    server = new_server(simulator, gateway_loops="1")
    size = 12_000
    tenant = Admin(server).tenant(credits="100", model="sim-big", max_output_tokens=size)
    with open_stream(tenant, {"messages": STREAM["messages"]}, 65536) as client:
        eventually(lambda: tenant.entries()[0]["kind"] == "settle", "the run is settled")
        codes = []
        stopping = threading.Thread(target=lambda: codes.append(server.stop()))
        stopping.start()
        eventually(lambda: refuses(tenant.gateway_url), "it takes no more connections")
        received = 0
        while piece := client.recv(MIB):
            received += len(piece)
        stopping.join()
    assert received > size * 1024
    assert codes == [0]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_run_that_outlasts_the_grace_is_told_so(new_server, simulator, stream):
    """Not a bare end of the connection, on which SDKs would pay again."""
    server = new_server(simulator, drain_grace_ms="300")
    tenant = Admin(server).tenant(model="sim-1!hang-mid" if stream else "sim-1!hang")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(tenant.chat(STREAM | {"stream": stream})))
    asking.start()
    eventually(lambda: tenant.credits()["held"] > 0, "the run is under way")
    assert server.stop() == 0
    asking.join()
    response = answers[0]
    assert '"code":"draining"' in response.text
    assert stream or (response.status_code, response.headers["x-should-retry"]) == (503, "false")
