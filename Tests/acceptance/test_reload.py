"""SIGHUP reads the configuration file and the price list again; what is wrong with them changes nothing."""

import concurrent.futures
import json
import os
import re
import signal

import pytest

import prices
import raw
import tls
from checks import check_error
from processes import Server
from tenants import HELLO, Admin
from waiting import eventually


class Reloadable:
    """A server with a configuration file, its log read entry by entry."""

    def __init__(self, folder, simulator, **environment):
        self.file = folder / "tollgate.yaml"
        self.prices = folder / "prices.json"
        self.simulator = simulator
        folder.mkdir()
        prices.write(self.prices)
        self.write()
        self.server = Server(
            folder, {"TOLLGATE_CONFIG": str(self.file), "TOLLGATE_LOG_FORMAT": "json", **environment})
        self.admin = Admin(self.server)
        self.admin.add_key("simulated", "sk-platform-key")

    def write(self, more: str = "", base_url: str | None = None):
        self.file.write_text(
            f"prices: {self.prices}\n"
            f"providers:\n  simulated:\n    base_url: {base_url or self.simulator.base_url}\n{more}")

    def entries(self, message: str) -> list[dict]:
        lines = self.server.process.log.read_text().splitlines()
        return [entry for entry in map(json.loads, filter(lambda line: line.startswith("{"), lines))
                if entry["message"] == message]

    def hang_up(self, message: str) -> dict:
        """Sends SIGHUP, and answers the entry that tells what became of it."""
        before = len(self.entries(message))
        self.server.process.signal(signal.SIGHUP)
        eventually(lambda: len(self.entries(message)) > before, f"the log says: {message}")
        return self.entries(message)[-1]

    def reload(self) -> list[str]:
        """The names of what changed."""
        return [name for name in self.hang_up("reloaded")["changed"].split(", ") if name]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one thread waits, another has to hear the signal")
def test_a_reload_that_waits_keeps_nobody_from_stopping_it(tmp_path, simulator):
    certificate, key = tls.Authority(tmp_path).issue("gateway")
    made = Reloadable(
        tmp_path / "tollgate", simulator, TOLLGATE_GATEWAY_TLS_CERTIFICATE=str(certificate),
        TOLLGATE_GATEWAY_TLS_KEY=str(key))
    certificate.unlink()
    os.mkfifo(certificate)
    made.server.process.signal(signal.SIGHUP)

    def reader():
        try:
            return os.open(certificate, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None

    held = eventually(reader, "the reload reads the certificate")
    try:
        made.server.process.signal(signal.SIGTERM)
        eventually(lambda: made.entries("told to stop: a second time hurries"), "the stop is heard")
    finally:
        os.close(held)
    assert made.server.process.wait() == 0


@pytest.fixture()
def reloadable(tmp_path, simulator):
    made = Reloadable(tmp_path / "tollgate", simulator)
    yield made
    if made.server.process.is_alive:
        assert made.server.stop() == 0


REFUSED = "configuration not reloaded: the old stays"


def test_the_next_run_goes_by_the_new_file(reloadable, new_simulator):
    tenant = reloadable.admin.tenant()
    assert tenant.chat(HELLO).status_code == 200
    assert reloadable.reload() == []
    other = new_simulator("--tokens", "3")
    reloadable.write("gateway: {maximum_body_bytes: 1KiB}\n", base_url=other.base_url)
    assert reloadable.reload() == ["gateway.maximum_body_bytes", "providers.simulated.base_url"]
    assert tenant.chat(HELLO).json()["usage"]["completion_tokens"] == 3
    assert other.state()["served"] == 1
    large = {"messages": [{"role": "user", "content": "x" * 2_000}]}
    check_error(tenant.chat(large), 413, "request_too_large")


def test_a_run_under_way_keeps_what_it_began_with(reloadable, new_simulator):
    reloadable.write("upstream: {first_byte_timeout_ms: 60000}\n")
    reloadable.reload()
    tenant = reloadable.admin.tenant()
    simulator = reloadable.simulator
    simulator.close_barrier()
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            running = pool.submit(tenant.chat, HELLO)
            eventually(lambda: simulator.state()["waiting"] == 1, "the run waits at the provider")
            reloadable.write("upstream: {first_byte_timeout_ms: 100, maximum_response_bytes: 1KiB}\n")
            assert set(reloadable.reload()) == {
                "upstream.first_byte_timeout_ms", "upstream.maximum_response_bytes"}
            # The new one waits as the new file says, while the old one goes on.
            check_error(tenant.chat(HELLO), 504, "deadline_exceeded")
            assert not running.done()
            simulator.open_barrier()
            assert running.result().status_code == 200
    finally:
        simulator.open_barrier()


def test_the_log_level_changes(reloadable):
    tenant = reloadable.admin.tenant()
    assert tenant.chat(HELLO).status_code == 200
    eventually(lambda: len(reloadable.entries("run")) == 1, "the run is logged")
    reloadable.write("log: {level: notice}\n")
    assert reloadable.reload() == ["log.level"]
    assert tenant.chat(HELLO).status_code == 200
    reloadable.write()
    assert reloadable.reload() == ["log.level"]
    assert tenant.chat(HELLO).status_code == 200
    eventually(lambda: len(reloadable.entries("run")) >= 2, "runs are logged again")
    assert len(reloadable.entries("run")) == 2


@pytest.mark.parametrize("text, reason", [
    ("gateway: {maximum_body_bytes: much}\n", r"tollgate\.yaml:5: gateway\.maximum_body_bytes: expects a size"),
    ("gateway: {maximum_bodies: 1}\n", r"tollgate\.yaml:5: gateway\.maximum_bodies: there is no such key"),
    ("gateway: [\n", r"tollgate\.yaml:\d+: not YAML"),
])
def test_a_bad_file_changes_nothing(reloadable, text, reason):
    tenant = reloadable.admin.tenant()
    # What is right in it is not taken either.
    reloadable.write(text, base_url="http://127.0.0.1:1/v1")
    entry = reloadable.hang_up(REFUSED)
    assert entry["level"] == "error" and re.search(reason, entry["reason"]), entry
    assert tenant.chat(HELLO).status_code == 200
    reloadable.file.unlink()
    assert "cannot be read" in reloadable.hang_up(REFUSED)["reason"]
    assert tenant.chat(HELLO).status_code == 200
    reloadable.write("gateway: {maximum_connections: 99}\n")
    assert reloadable.reload() == ["gateway.maximum_connections"]


def test_both_ports_take_the_deadlines_of_requests(reloadable):
    reloadable.write("gateway: {request_head_timeout_ms: 200, request_body_timeout_ms: 200}\n")
    assert set(reloadable.reload()) == {"gateway.request_head_timeout_ms", "gateway.request_body_timeout_ms"}
    for url in reloadable.server.gateway_url, reloadable.server.admin_url:
        late = raw.Connection(url)
        late.send(b"GET /healthz HTTP/1.1\r\n")
        assert late.rest() == b""
        late = raw.Connection(url)
        late.send(b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{")
        # Answered early, or told that it is late; and closed.
        assert late.head()[0] in (404, 405, 408) and late.rest() is not None


def test_what_takes_a_restart_is_named(reloadable):
    reloadable.write(
        "gateway: {loops: 3, client_write_timeout_ms: 70000}\nledger: {durability: relaxed}\nadmin: {host: '::1'}\n")
    entry = reloadable.hang_up("these keys keep their values until a restart")
    assert entry["level"] == "warning"
    assert entry["keys"] == "gateway.loops, admin.host, ledger.durability"
    eventually(lambda: reloadable.entries("reloaded"), "the rest is taken")
    assert reloadable.entries("reloaded")[-1]["changed"] == "gateway.client_write_timeout_ms"


def test_prices_are_read_again(reloadable):
    tenant = reloadable.admin.tenant()
    before = tenant.chat(HELLO)
    text = reloadable.prices.read_text()
    reloadable.prices.write_text("{")
    entry = reloadable.hang_up("not reloaded: the old stays")
    assert entry["what"] == "prices" and str(reloadable.prices) in entry["reason"]
    same = tenant.chat(HELLO)
    assert same.headers["tollgate-cost"] == before.headers["tollgate-cost"]
    reloadable.prices.write_text(text.replace(str(prices.INPUT), str(3 * prices.INPUT)).replace(
        str(prices.OUTPUT), str(3 * prices.OUTPUT)))
    reloadable.reload()
    dearer = tenant.chat(HELLO)
    assert float(dearer.headers["tollgate-cost"]) == pytest.approx(3 * float(before.headers["tollgate-cost"]))


def test_without_a_file_there_is_little_to_read_again(tmp_path, price_file):
    server = Server(tmp_path, {"TOLLGATE_PRICES": str(price_file), "TOLLGATE_LOG_FORMAT": "json"})
    server.process.signal(signal.SIGHUP)
    said = "no configuration file to read again"
    eventually(lambda: said in server.process.log.read_text(), "the log says so")
    eventually(lambda: '"reloaded"' in server.process.log.read_text(), "the prices are read")
    assert server.stop() == 0
