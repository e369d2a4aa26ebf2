"""Damage to the ledger's pages is told by `ledger verify`, which reads them in a process of its own, and does no harm to the
server that has the file open."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import threading

import httpx
import lmdb
import pytest

import plain
from lmdb_pages import HEAD, DataFile
from tenants import HELLO, Admin
from waiting import eventually

pytestmark = pytest.mark.skipif(
    "SANITIZER_REPORTS" in os.environ, reason="a sanitizer reports what the damage does, which is done here on purpose")

RUNS = 400
# Long enough that a kept response has pages of its own.
LONG_ANSWER = "700"


@pytest.fixture(scope="module")
def served(new_server, new_simulator):
    """A server with a ledger of several hundred entries, and a tenant."""
    simulator = new_simulator("--tokens", LONG_ANSWER)
    server = new_server(simulator)
    tenant = Admin(server).tenant(credits="1000", max_output_tokens=1000)
    with tenant.http() as http, concurrent.futures.ThreadPoolExecutor(8) as threads:
        def run(number: int):
            http.post("/v1/chat/completions", json=HELLO, headers={"Idempotency-Key": f"key-{number}"}).raise_for_status()

        list(threads.map(run, range(RUNS)))
    return server, tenant


def ones(page: bytes) -> bytes:
    return page[:HEAD] + b"\xff" * (len(page) - HEAD)


def zeroes(page: bytes) -> bytes:
    return bytes(len(page))


def another_kind(page: bytes) -> bytes:
    """Neither branch nor leaf."""
    return page[:10] + b"\0\0" + page[12:]


def nodes_beyond_the_page(page: bytes) -> bytes:
    lower = int.from_bytes(page[12:14], "little")
    return page[:HEAD] + b"\xf8\xff" * ((lower - HEAD) // 2) + page[lower:]


def one_bit(page: bytes) -> bytes:
    """In the middle of the page's first value."""
    node = int.from_bytes(page[HEAD:HEAD + 2], "little")
    size, key_size = (int.from_bytes(page[node + at:node + at + 2], "little") for at in (0, 6))
    place = node + 8 + key_size + size // 2
    return page[:place] + bytes([page[place] ^ 1]) + page[place + 1:]


TREE = [ones, zeroes, another_kind, nodes_beyond_the_page]
DAMAGES = [
    *(("entries", "branch", damage) for damage in TREE), *(("entries", "leaf", damage) for damage in [*TREE, one_bit]),
    *(("runs", "leaf", damage) for damage in TREE), *(("run_responses", "overflow", damage) for damage in [ones, zeroes]),
]


class Damaged:
    """A page of a data file while it is damaged."""

    def __init__(self, file: pathlib.Path, table: str, kind: str, damage):
        found = DataFile(file)
        pages = getattr(found.pages(table), kind)
        assert pages, f"{table} has no {kind} page"
        self.file, self.number = file, pages[len(pages) // 2]
        self.before = found.page(self.number)
        self.after = damage(self.before)
        assert self.after != self.before
        self.offset = self.number * found.page_bytes

    def write(self, content: bytes):
        with open(self.file, "r+b") as opened:
            opened.seek(self.offset)
            opened.write(content)

    def __enter__(self):
        self.write(self.after)

    def __exit__(self, *_):
        self.write(self.before)


def not_clean(done) -> dict:
    assert done.returncode == 1, (done.stdout, done.stderr)
    outcome = json.loads(done.stdout)
    assert outcome["clean"] is False and outcome["sequence"] >= 0 and outcome["reason"], outcome
    return outcome


@pytest.mark.parametrize("table, kind, damage", DAMAGES, ids=lambda value: getattr(value, "__name__", value))
def test_damage_is_found_beside_the_server_that_goes_on(served, table, kind, damage):
    server, tenant = served
    file = server.data / "ledger" / "data.mdb"
    with Damaged(file, table, kind, damage):
        outcome = not_clean(server.command("ledger", "verify", "--json"))
        # Other than a value that is not what it was, a page that is none may be met at any place.
        assert ("restore" in outcome) == ("tollgate ledger restore" in str(outcome)), outcome
        server.process.fail_if_dead()
        assert plain.get(server.gateway_url + "/healthz").status_code == 200
        assert plain.get(server.admin_url + "/healthz").status_code == 200
        words = server.command("ledger", "verify")
        assert words.returncode == 1 and words.stdout.startswith("not clean: entry "), words.stdout
    # The pages are as they were, and nothing was lost to whoever read them.
    assert tenant.admin.verify_ledger()["entries"] > 2 * RUNS
    assert tenant.chat(HELLO).status_code == 200


def test_damage_ends_only_the_process_that_reads(served, tmp_path):
    """Of a page that LMDB itself trips over, it is told how, where, and how to get the books back."""
    server, _ = served
    with Damaged(server.data / "ledger" / "data.mdb", "entries", "leaf", another_kind):
        outcome = not_clean(server.command("ledger", "verify", "--json"))
    assert "tollgate ledger restore" in outcome["restore"], outcome
    assert "damaged" in outcome["reason"] or "corrupt" in outcome["reason"], outcome
    assert "entries after entry 0" in outcome["reason"] and outcome["sequence"] == 1, outcome


@pytest.mark.parametrize("table, kind, damage", [
    ("entries", "branch", ones), ("entries", "leaf", another_kind), ("entries", "leaf", one_bit),
    ("balances", "leaf", nodes_beyond_the_page),
], ids=lambda value: getattr(value, "__name__", value))
def test_damage_is_found_without_a_server(new_server, new_simulator, table, kind, damage):
    server = new_server(new_simulator())
    tenant = Admin(server).tenant()
    for _ in range(20):
        assert tenant.chat(HELLO).status_code == 200
    assert server.stop() == 0
    alone = {"TOLLGATE_ADMIN_URL": ""}
    with Damaged(server.data / "ledger" / "data.mdb", table, kind, damage):
        not_clean(server.command("ledger", "verify", "--json", environment=alone))
    done = server.command("ledger", "verify", "--json", environment=alone)
    assert done.returncode == 0 and json.loads(done.stdout)["entries"] == 41


def readers(server) -> list[int]:
    """Processes of the server's own that audit its files."""
    found = []
    for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except FileNotFoundError:
            continue
    return [process for process in found if is_reader(process)]


def is_reader(process: int) -> bool:
    """Until it has become the reader it shows what is the server's."""
    with contextlib.suppress(OSError):
        return b"read-files" in pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def state(process: int) -> str:
    """As the system has it; empty where it is gone."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def has_the_file_open(process: int) -> bool:
    with contextlib.suppress(OSError):
        return any(os.readlink(one).endswith("data.mdb") for one in pathlib.Path(f"/proc/{process}/fd").iterdir())
    return False


def hold(server) -> int | None:
    """Stops the process that reads, once it does; nil where it was done before."""
    reader = eventually(lambda: readers(server), "the ledger is read in a process", every=0)[0]
    eventually(lambda: has_the_file_open(reader) or state(reader) in ("Z", ""), "the reader has opened the file", every=0)
    with contextlib.suppress(ProcessLookupError):
        os.kill(reader, signal.SIGSTOP)
    found = eventually(lambda: (now := state(reader)) in ("T", "Z", "") and [now], "the reader is stopped or done")
    return reader if found == ["T"] else None


@contextlib.contextmanager
def held_verification(server):
    """A verification on its way, whose reader is stopped: its answer to come, and the reader's process."""
    client = httpx.Client(
        base_url=server.admin_url, trust_env=False, timeout=100,
        headers={"Authorization": f"Bearer {server.admin_token}"})
    with client, concurrent.futures.ThreadPoolExecutor(1) as threads:
        def begin():
            asked = threads.submit(client.post, "/api/v1/ledger/verify", json={})
            reader = hold(server)
            if reader is None:
                asked.exception()
            return reader and (asked, reader)

        asked, reader = eventually(begin, "a reader is stopped on its way", 60)
        try:
            yield asked, reader
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(reader, signal.SIGCONT)


def test_the_reader_has_nothing_of_the_server(served):
    with held_verification(served[0]) as (asked, reader):
        root = pathlib.Path(f"/proc/{reader}")
        environment = {part.split(b"=")[0].decode() for part in (root / "environ").read_bytes().split(b"\0") if part}
        assert environment and not any(name.startswith(("TOLLGATE_", "OPENAI_")) for name in environment), environment
        opened = {os.readlink(one) for one in (root / "fd").iterdir()}
        assert not any("socket" in one or "catalog" in one or one.endswith("ledger/lock") for one in opened), opened
        # The file itself, to read: it could not write it if it wanted to.
        for one in (root / "fd").iterdir():
            if os.readlink(one).endswith("data.mdb"):
                flags = int((root / "fdinfo" / one.name).read_text().split("flags:")[1].split()[0], 8)
                assert flags & os.O_ACCMODE == os.O_RDONLY
        assert int((root / "stat").read_text().rpartition(")")[2].split()[16]) == 5, "it makes way for others"
        assert b"read-files" in (root / "cmdline").read_bytes()
        os.kill(reader, signal.SIGCONT)
        assert asked.result().json()["clean"] is True


@pytest.mark.parametrize("number, text", [(signal.SIGSEGV, "the file is damaged"), (signal.SIGKILL, "verify again")])
def test_a_reader_that_is_ended_is_told_of(served, number, text):
    server, tenant = served
    with held_verification(server) as (asked, reader):
        os.kill(reader, number)
        os.kill(reader, signal.SIGCONT)
        outcome = asked.result().json()
    assert outcome["clean"] is False and text in outcome["reason"], outcome
    assert ("restore" in outcome) == (number == signal.SIGSEGV)
    # Its place in the table of readers went with it.
    with lmdb.open(str(server.data / "ledger"), readonly=True, max_dbs=64) as store:
        assert f" {reader} " not in f" {store.readers()} "
    assert tenant.admin.verify_ledger()


def test_a_second_verification_meanwhile_is_refused(served):
    server, tenant = served
    with held_verification(server) as (asked, reader):
        tenant.admin.call("POST", "/ledger/verify", {}, expect=429)
        os.kill(reader, signal.SIGCONT)
        assert asked.result().json()["clean"] is True


def test_a_server_that_stops_ends_the_reader(new_server, new_simulator):
    server = new_server(new_simulator())
    tenant = Admin(server).tenant()
    for _ in range(50):
        assert tenant.chat(HELLO).status_code == 200
    with held_verification(server) as (asked, reader):
        assert server.stop() == 0
        assert not state(reader)
        # As the connection allows: told so, or closed.
        answer = asked.exception() or asked.result()
        assert isinstance(answer, httpx.TransportError) or answer.json()["code"] == "draining"


def test_it_is_clean_under_load(new_server, new_simulator):
    simulator = new_simulator("--latency", "2")
    server = new_server(simulator)
    tenant = Admin(server).tenant(credits="1000")
    is_over = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        def call() -> int:
            count = 0
            with tenant.http() as http:
                while not is_over.is_set():
                    http.post("/v1/chat/completions", json=HELLO).raise_for_status()
                    count += 1
            return count

        running = [threads.submit(call) for _ in range(6)]
        try:
            seen = [tenant.admin.verify_ledger()["entries"] for _ in range(10)]
        finally:
            is_over.set()
        count = sum(future.result() for future in running)
    assert seen == sorted(seen) and seen[-1] > seen[0]
    assert tenant.admin.verify_ledger() | {"head": ""} == {
        "clean": True, "entries": 2 * count + 1, "organizations": 1, "open_runs": 0, "head": ""}
