"""Real processes for the tests: a simulated provider and a server that most tests share, and ways to make more."""

import contextlib
import pathlib
import socket

import pytest

import prices
import raw
from processes import Process, Server, Simulator, binary
from tenants import Admin


def pytest_configure(config):
    if not binary().exists():
        raise pytest.UsageError(f"no program at {binary()}: build it, or name one by ACCEPTANCE_BINARY")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for process in Process.running:
            report.sections.append((f"{process.name} ({process.pid})", process.tail()))
    return report


@pytest.fixture()
def connect():
    """Connections by hand, closed with the test."""
    with contextlib.ExitStack() as ends:
        def connect(url: str) -> raw.Connection:
            connection = raw.Connection(url)
            ends.callback(connection.close)
            return connection

        yield connect


@pytest.fixture(scope="session")
def price_file(tmp_path_factory) -> pathlib.Path:
    file = tmp_path_factory.mktemp("prices") / "prices.json"
    prices.write(file)
    return file


@pytest.fixture(scope="session")
def refused_port():
    """A port that refuses connections: it is bound, so nobody else gets it, but does not listen."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="session")
def new_simulator(tmp_path_factory):
    """Makes simulators with their own options."""
    with contextlib.ExitStack() as ends:
        def make(*options: str) -> Simulator:
            simulator = Simulator(tmp_path_factory.mktemp("simulator"), *options)
            ends.callback(simulator.stop)
            return simulator

        yield make


@pytest.fixture(scope="session")
def new_server(tmp_path_factory, price_file, refused_port):
    """Makes servers whose provider `simulated` is the given simulator, with a platform key for it."""
    with contextlib.ExitStack() as ends:
        def make(simulator: Simulator, **settings: str) -> Server:
            environment = {
                "TOLLGATE_PRICES": str(price_file),
                "TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": simulator.base_url,
                "TOLLGATE_PROVIDERS_ELSEWHERE_BASE_URL": f"http://127.0.0.1:{refused_port}/v1",
                **{f"TOLLGATE_{name.upper()}": value for name, value in settings.items()},
            }
            server = Server(tmp_path_factory.mktemp("tollgate"), environment)
            ends.callback(lambda: server.process.is_alive and server.stop())
            admin = Admin(server)
            for provider in ["simulated", "elsewhere"]:
                admin.add_key(provider, "sk-platform-key")
            return server

        yield make


@pytest.fixture(scope="session")
def simulator(new_simulator) -> Simulator:
    return new_simulator()


@pytest.fixture(scope="session")
def server(new_server, simulator) -> Server:
    return new_server(simulator)


@pytest.fixture(scope="session")
def admin(server) -> Admin:
    return Admin(server)


@pytest.fixture(scope="session")
def slow_simulator(new_simulator) -> Simulator:
    """A token every 50 ms: a stream of some two seconds."""
    return new_simulator("--tokens", "40", "--token-delay", "50")


@pytest.fixture(scope="session")
def slow_admin(new_server, slow_simulator) -> Admin:
    """A server whose provider takes its time."""
    return Admin(new_server(slow_simulator))


HASTY = {
    "upstream_first_byte_timeout_ms": "500", "upstream_idle_timeout_ms": "500", "upstream_total_timeout_ms": "5000",
}


@pytest.fixture(scope="session")
def hasty_server(new_server, simulator) -> Server:
    """A server that waits for its provider for a moment only."""
    return new_server(simulator, **HASTY)


@pytest.fixture(scope="session")
def halting_simulator(new_simulator) -> Simulator:
    """Its tokens come one by one, so that a stream has begun before it breaks off."""
    return new_simulator("--token-delay", "10")


@pytest.fixture(scope="session")
def halting_server(new_server, halting_simulator) -> Server:
    return new_server(halting_simulator, **HASTY)
