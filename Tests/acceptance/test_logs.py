"""One line a run, made for machines, and no run waits for whoever reads them."""

import json
import socket
import subprocess
from decimal import Decimal

import metrics
from processes import binary, clean_environment
from tenants import HELLO, Admin
from waiting import PATIENCE, eventually


def run_lines(server) -> list[dict]:
    lines = [json.loads(line, parse_float=Decimal) for line in server.process.log.read_text().splitlines()]
    return [line for line in lines if line["message"] == "run"]


def test_a_run_leaves_one_line_with_what_an_operator_needs(new_server, simulator):
    server = new_server(simulator, log_format="json")
    tenant = Admin(server).tenant()
    whole, wrong = tenant.chat(HELLO), tenant.chat(HELLO, secret="tg_wrong")
    streamed = tenant.chat(HELLO | {"stream": True})
    lines = eventually(lambda: len(found := run_lines(server)) >= 3 and found, "three lines")
    assert [line["run"] for line in lines] == [
        response.headers["tollgate-run-id"] for response in [whole, wrong, streamed]]
    record = tenant.record(lines[0]["run"])
    line = lines[0]
    expected = {
        "level": "info", "organization": tenant.organization, "agent": "greeter", "environment": "production",
        "schema": 1, "version": 1, "revision": 1, "provider": "simulated", "model": "sim-1", "outcome": "succeeded",
        "status": 200, "provider_status": 200, "stream": False, "client_left": False, "attempt": "success",
        "sends": 1, "estimated": False, "input_tokens": 7, "output_tokens": 16, "cached_tokens": 0,
        "reasoning_tokens": 0, "cost": record["cost"],
    }
    assert {name: line[name] for name in expected} == expected
    assert line["key"].startswith("key_")
    for name in ["overhead_us", "total_us", "provider_ms"]:
        assert type(line[name]) is int and line[name] >= 0, name
    assert line["overhead_us"] <= line["total_us"]
    assert (lines[1]["outcome"], lines[1]["status"]) == ("invalid_token", 401)
    assert "organization" not in lines[1] and "cost" not in lines[1]
    assert (lines[2]["outcome"], lines[2]["stream"], lines[2]["output_tokens"]) == ("succeeded", True, 16)


def test_the_last_lines_are_written_before_the_end(new_server, simulator):
    server = new_server(simulator, log_format="json")
    tenant = Admin(server).tenant()
    runs = [tenant.chat(HELLO).headers["tollgate-run-id"] for _ in range(20)]
    assert server.stop() == 0
    assert [line["run"] for line in run_lines(server)] == runs
    assert json.loads(server.process.log.read_text().splitlines()[-1])["message"] == "stopped"


def test_a_failed_start_is_told_last(new_server, simulator):
    server = new_server(simulator)
    second = server.command("serve")
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].startswith("tollgate: ")


def test_nobody_waits_for_a_log_that_is_not_read(new_server, simulator):
    server = new_server(simulator)
    server.stop()
    count = 9_000
    process = subprocess.Popen(
        [binary(), "serve"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env=clean_environment(server.environment), cwd=server.folder)
    try:
        file = server.data / "ports.json"
        eventually(file.exists, "tollgate writes its ports", 30)
        ports = json.loads(file.read_text())
        server.admin_url = f"http://127.0.0.1:{ports['admin']}"
        with socket.create_connection(("127.0.0.1", ports["gateway"]), timeout=60 * PATIENCE) as connection:
            request = b"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
            answers = 0
            # One after the other on one connection, a few at a time.
            for _ in range(count // 100):
                connection.sendall(request * 100)
                text = b""
                while text.count(b"HTTP/1.1 401") < 100 or not text.endswith(b"}"):
                    piece = connection.recv(1 << 16)
                    assert piece, "the gateway closed"
                    text += piece
                answers += text.count(b"HTTP/1.1 401")
        assert answers == count
        page = metrics.scrape(server)
        assert page("tollgate_runs_total", outcome="invalid_token", streamed="false") == count
        dropped = page("tollgate_log_lines_dropped_total")
        assert 0 < dropped < count
        process.terminate()
        assert process.wait(20 * PATIENCE) == 0, "it ends though nobody reads"
    finally:
        if process.poll() is None:
            process.kill()
        process.stderr.close()
        process.wait(10 * PATIENCE)
