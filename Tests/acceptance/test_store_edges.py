"""A data folder that is not as it should be: no start, its data as they were, and a line that says what and how to mend it.
A disk that fills up: new runs are refused while running ones are settled, and it ends by itself."""

import concurrent.futures
import contextlib
import hashlib
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import httpx
import lmdb
import pytest

import metrics
import plain
from processes import Server, binary, run
from tenants import HELLO, Admin
from waiting import eventually

IS_ROOT = os.geteuid() == 0
PAGE = 4096
OTHER_KEY = "ab" * 32


@pytest.fixture(scope="module")
def settings(price_file) -> dict[str, str]:
    return {
        "TOLLGATE_PRICES": str(price_file), "TOLLGATE_GATEWAY_PORT": "0", "TOLLGATE_ADMIN_PORT": "0",
        "TOLLGATE_CATALOG_MAP_BYTES": "64MiB", "TOLLGATE_LEDGER_MAP_BYTES": "64MiB"}


@pytest.fixture(scope="module")
def made(tmp_path_factory, settings) -> pathlib.Path:
    """A data folder that `init` made and a server ran on."""
    data = tmp_path_factory.mktemp("edges") / "data"
    done = run(["init", "--save-token"], {**settings, "TOLLGATE_DATA": str(data)})
    assert done.returncode == 0, done.stderr
    done = run(["demo"], {**settings, "TOLLGATE_DATA": str(data)})
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture()
def data(made, tmp_path) -> pathlib.Path:
    return pathlib.Path(shutil.copytree(made, tmp_path / "data"))


def snapshot(data: pathlib.Path) -> dict:
    """Bytes and times of all that is kept."""
    files = [data / "catalog" / "data.mdb", data / "ledger" / "data.mdb", data / "master.key", data / "admin-token"]
    return {
        str(file): (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
        for file in files if file.exists()}


def patch(file: pathlib.Path, offset: int, content: bytes):
    with open(file, "r+b") as opened:
        opened.seek(offset)
        opened.write(content)


def cut(file):
    os.truncate(file, file.stat().st_size // PAGE // 2 * PAGE)


def replace(file, content: bytes):
    file.write_bytes(content)


def newer_format(file):
    """The stores have numbers of their own."""
    name, content = b"format\0", file.read_bytes()
    start = content.index(name) + len(name)
    number = int.from_bytes(content[start:start + 8], "big")
    old, new = (name + one.to_bytes(8, "big") for one in (number, number + 1))
    file.write_bytes(content.replace(old, new))


def beyond_the_map(file):
    """As many pages as 80 MiB has, most of them a hole."""
    last = (80 << 20) // PAGE - 1
    for meta in (0, PAGE):
        patch(file, meta + 16 + 120, last.to_bytes(8, "little"))
    os.truncate(file, (last + 1) * PAGE)


DAMAGES = {
    "cut short": (cut, "; restore it from a backup (docs/operations.md, Restore)"),
    "one page": (lambda file: os.truncate(file, PAGE), "is cut short: it has 4096 bytes"),
    "both meta pages zeroed": (lambda file: patch(file, 0, bytes(2 * PAGE)), "is damaged in its first pages; restore"),
    "first meta page zeroed": (lambda file: patch(file, 0, bytes(PAGE)), "is damaged in its first pages; restore"),
    "second meta page damaged": (lambda file: patch(file, PAGE + 16, b"\1\2\3\4"), "is damaged in its first pages"),
    "another file": (lambda file: replace(file, b"not a store\n" * 1000), "is not a store of this program"),
    "no bytes": (lambda file: os.truncate(file, 0), "is empty; restore it"),
    "LMDB's next format": (lambda file: patch(file, 20, b"\2\0\0\0"), "has LMDB's file format 2"),
    "our next format": (newer_format, ": use a newer program"),
    "more than the map": (beyond_the_map, "raise this store's map_bytes"),
    "gone": (lambda file: file.unlink(), "there is no store: `tollgate init` makes one"),
}

SERVE, LOCAL, VERIFY, INIT = ["serve"], ["demo"], ["ledger", "verify"], ["init", "--new-owner"]


def refused(command, environment, text: str, data: pathlib.Path, **options):
    before = snapshot(data)
    done = run(command, environment, seconds=30, **options)
    assert done.returncode == 1, (command, done.stdout, done.stderr)
    assert text in done.stderr, (command, done.stderr)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert snapshot(data) == before
    assert not (data / "ports.json").exists()


@pytest.mark.parametrize("store", ["catalog", "ledger"])
@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_store_is_not_opened(data, settings, name, store):
    damage, text = DAMAGES[name]
    damage(data / store / "data.mdb")
    environment = {**settings, "TOLLGATE_DATA": str(data)}
    gone = name == "gone"
    commands = [SERVE]
    # The others say of what is gone that there is no data folder.
    if not gone:
        commands += [LOCAL, INIT if store == "catalog" else VERIFY]
    for command in commands:
        refused(command, environment, text, data)
    done = run(SERVE, environment, seconds=30)
    assert f"/{store}" in done.stderr


MASTER_KEYS = {
    "missing": (lambda file: file.unlink(), {}, "there is no master key; `tollgate init` makes one, or set"),
    "too short": (lambda file: file.write_text("ab" * 31), {}, "expects 64 hexadecimal digits"),
    "another in the file": (lambda file: file.write_text(OTHER_KEY), {}, "the master key is not the one that"),
    "another in the environment": (
        lambda file: None, {"TOLLGATE_MASTER_KEY": OTHER_KEY}, "the master key is not the one that"),
}


@pytest.mark.parametrize("name", MASTER_KEYS)
def test_a_wrong_master_key_is_found_at_the_start(data, settings, name):
    change, environment, text = MASTER_KEYS[name]
    change(data / "master.key")
    for command in [SERVE, LOCAL]:
        refused(command, {**settings, "TOLLGATE_DATA": str(data), **environment}, text, data)


def test_a_second_process_is_refused(new_server, simulator):
    server = new_server(simulator)
    for command in [SERVE, INIT]:
        done = run(command, server.environment, cwd=server.folder, seconds=30)
        assert done.returncode == 1 and "another process has it; stop that one" in done.stderr
    assert plain.get(server.gateway_url + "/readyz").status_code == 200


@pytest.fixture()
def open_folder():
    """A folder that any user may look into, unlike pytest's own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tollgate-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_folder_not_writable_is_refused(made, open_folder, settings):
    data = pathlib.Path(shutil.copytree(made, open_folder / "data"))
    key = (data / "master.key").read_text()
    prices = shutil.copy(settings["TOLLGATE_PRICES"], open_folder / "prices.json")
    os.chmod(prices, 0o644)
    for path in [data, *data.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    environment = {
        **settings, "TOLLGATE_DATA": str(data), "TOLLGATE_PRICES": str(prices), "TOLLGATE_MASTER_KEY": key}
    options = {}
    if IS_ROOT:
        # Root may write anything: as nobody, then, who need not be let into the folder that the program was built in.
        program = shutil.copy(binary(), open_folder / "tollgate")
        os.chmod(program, 0o755)
        options = {"user": 65534, "group": 65534, "extra_groups": [], "executable": str(program)}
    for command in [SERVE, LOCAL, VERIFY, INIT]:
        refused(command, environment, "this user may not write it; run `chown -R`", data, cwd=open_folder, **options)
    for path in [data, *data.rglob("*")]:
        path.chmod(0o755)


@pytest.fixture(scope="session")
def may_mount(tmp_path_factory):
    """Skips where this user may not mount a small file system; in CI, fails: there these tests must run."""
    folder = tmp_path_factory.mktemp("probe")
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
        code, said = mounted.returncode, mounted.stderr.strip()
    except OSError as error:
        code, said = -1, str(error)
    if code == 0:
        subprocess.run(["umount", "--lazy", folder], check=True)
        return
    reason = f"a tmpfs cannot be mounted here, which takes root and the right to mount: {said}"
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


needs_mount = pytest.mark.usefixtures("may_mount")


@contextlib.contextmanager
def small_disk(folder: pathlib.Path, size: str):
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@needs_mount
def test_a_read_only_file_system_is_refused(made, tmp_path, settings):
    with small_disk(tmp_path / "disk", "64m") as disk:
        data = pathlib.Path(shutil.copytree(made, disk / "data"))
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for command in [SERVE, LOCAL, VERIFY, INIT]:
            refused(
                command, {**settings, "TOLLGATE_DATA": str(data)}, "the file system is read-only; remount it", data)


def with_dearer_prices(file: pathlib.Path, to: pathlib.Path) -> pathlib.Path:
    content = json.loads(file.read_text())
    for model in content["models"]:
        model["input"] += 1
    to.write_text(json.dumps(content))
    return to


def test_a_restart_without_room_keeps_the_prices_it_has(new_server, simulator, tmp_path):
    """A price list that differs needs a write, and nobody is served the worse for it."""
    server = new_server(simulator)
    before = Admin(server).items("/prices")
    assert server.stop() == 0
    dearer = with_dearer_prices(pathlib.Path(server.environment["TOLLGATE_PRICES"]), tmp_path / "dearer.json")
    environment = dict(server.environment)
    server.environment |= {"TOLLGATE_PRICES": str(dearer), "TOLLGATE_LEDGER_DISK_RESERVE_BYTES": "1TiB"}
    server.start()
    assert Admin(server).items("/prices") == before
    assert plain.get(server.gateway_url + "/healthz").status_code == 200
    assert plain.get(server.gateway_url + "/readyz").status_code == 503
    assert "the price list is not loaded" in server.process.log.read_text()
    assert server.stop() == 0
    server.environment.clear()
    server.environment.update(environment | {"TOLLGATE_PRICES": str(dearer)})
    server.start()
    assert Admin(server).items("/prices") != before


MEBIBYTE = 1 << 20


def fill(disk: pathlib.Path, leave: int) -> pathlib.Path:
    """Takes all but so many bytes."""
    free = os.statvfs(disk)
    file = disk / "filler"
    with open(file, "wb") as opened:
        os.posix_fallocate(opened.fileno(), 0, free.f_bavail * free.f_frsize - leave)
    return file


@pytest.fixture(params=[3 * MEBIBYTE, 0], ids=["below the reserve", "full"])
def left(request) -> int:
    return request.param


@needs_mount
def test_a_full_disk_refuses_runs_and_settles_those_that_run(new_simulator, price_file, tmp_path, left):
    simulator = new_simulator()
    # The data alone are on the small disk: the test's own log has room.
    with small_disk(tmp_path / "tollgate" / "data", "48m") as disk:
        server = Server(tmp_path / "tollgate", {
            "TOLLGATE_PRICES": str(price_file), "TOLLGATE_PROVIDERS_SIMULATED_BASE_URL": simulator.base_url,
            "TOLLGATE_LEDGER_DISK_RESERVE_BYTES": "8MiB"})
        try:
            check_full_disk(server, simulator, disk, left)
        finally:
            if server.process.is_alive:
                server.stop()


PINNED_RUNS = 12


def pin_free_pages(server: Server, tenant) -> lmdb.Transaction:
    """A reader of an old snapshot, and runs that use up what was free before it: every change must then grow the file."""
    reader = lmdb.open(str(server.data / "ledger"), readonly=True, max_readers=1022).begin()
    for _ in range(PINNED_RUNS):
        assert tenant.chat(HELLO).status_code == 200
    return reader


def check_full_disk(server: Server, simulator, disk: pathlib.Path, left: int):
    admin = Admin(server)
    admin.add_key("simulated", "sk-platform-key")
    tenant = admin.tenant()
    assert tenant.chat(HELLO).status_code == 200
    if not left:
        reader = pin_free_pages(server, tenant)
    simulator.close_barrier()
    with concurrent.futures.ThreadPoolExecutor() as threads:
        running = [threads.submit(tenant.chat, HELLO) for _ in range(4)]
        eventually(lambda: simulator.state()["waiting"] == 4, "four runs wait at the provider")
        filler = fill(disk, left)
        ready = [server.gateway_url + "/readyz", server.admin_url + "/readyz"]
        eventually(lambda: [plain.get(url).status_code for url in ready] == [503, 503], "neither port is ready")
        checks = plain.get(ready[1]).json()["checks"]
        assert checks == {
            "gateway": True, "catalog": True, "ledger": True, "catalog_writes": False, "ledger_writes": False}
        assert plain.get(ready[0]).json() == {"status": "ledger_unavailable"}

        begun = time.monotonic()
        response = tenant.chat(HELLO)
        assert time.monotonic() - begun < 5
        assert response.status_code == 503 and int(response.headers["retry-after"]) > 0
        error = response.json()["error"]
        assert (error["code"], error["charged"]) == ("ledger_unavailable", 0)
        assert simulator.state()["waiting"] == 4
        problem = admin.call("POST", f"{tenant.path}/tokens", {"environment": "production"}, expect=503)
        assert problem["code"] == "store_unavailable"
        headers = {"Idempotency-Key": "while-full"}
        problem = admin.call(
            "POST", f"{tenant.root}/credits/top-ups", {"amount": "1"}, headers=headers, expect=503)
        assert problem["code"] == "ledger_unavailable"

        simulator.open_barrier()
        answers = [future.result() for future in running]
    if left:
        assert [answer.status_code for answer in answers] == [200] * 4
        assert tenant.credits()["held"] == 0
    else:
        # Where not a page can be had, the answer waits for its settle no longer, and says so.
        late = [answer for answer in answers if answer.status_code != 200]
        assert late and all("could not be written yet" in answer.json()["error"]["message"] for answer in late)
        assert metrics.scrape(server)("tollgate_store_settles_pending", store="ledger") == len(late)
        assert "state=behind" in server.process.log.read_text()
        reader.abort()

    filler.unlink()
    eventually(lambda: [plain.get(url).status_code for url in ready] == [200, 200], "both ports are ready")
    eventually(lambda: tenant.credits()["held"] == 0, "every run is settled")
    assert tenant.chat(HELLO).status_code == 200
    kinds = [entry["kind"] for entry in tenant.entries()]
    runs = 6 if left else 6 + PINNED_RUNS
    assert kinds.count("hold") == kinds.count("settle") == runs and "interrupted" not in kinds
    assert admin.verify_ledger()["open_runs"] == 0
    log = server.process.log.read_text()
    assert log.count("a store takes no new work") >= 2 and "a store takes new work again" in log
    assert log.count("a store takes no new work") <= 6
    assert server.stop() == 0
    verified = server.command("ledger", "verify", "--json", environment={"TOLLGATE_ADMIN_URL": ""})
    assert json.loads(verified.stdout)["clean"] is True, verified.stderr


MAP = 64 * MEBIBYTE


def fill_map(folder: pathlib.Path, leave: int):
    """Takes all but so many bytes of the map of a store that a server has open, in a table that it has no use for."""
    with lmdb.open(str(folder), map_size=MAP, max_dbs=64, max_readers=1022) as store:
        filler = store.open_db(b"filler")
        size, number = 8 * MEBIBYTE, 0
        while size >= PAGE:
            free = MAP - (store.info()["last_pgno"] + 1) * PAGE
            try:
                if free - size < leave:
                    raise lmdb.MapFullError
                with store.begin(write=True, db=filler) as change:
                    change.put(number.to_bytes(8, "big"), bytes(size - 64))
                number += 1
            except lmdb.MapFullError:
                size //= 2


@pytest.mark.parametrize("left", [MEBIBYTE, 0], ids=["below the reserve", "full"])
def test_a_full_map_refuses_runs_until_it_is_larger(new_server, new_simulator, left):
    simulator = new_simulator()
    server = new_server(simulator, ledger_map_bytes="64MiB", ledger_disk_reserve_bytes="4MiB" if left else "0")
    tenant = Admin(server).tenant()
    if not left:
        reader = pin_free_pages(server, tenant)
    simulator.close_barrier()
    with concurrent.futures.ThreadPoolExecutor(64) as threads:
        waiting = [threads.submit(tenant.chat, HELLO) for _ in range(4)]
        eventually(lambda: simulator.state()["waiting"] == 4, "four runs wait at the provider")
        # In a process of its own: closing a store gives back every place that its process has among the readers.
        with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            process.submit(fill_map, server.data / "ledger", left).result()
        if left:
            eventually(lambda: plain.get(server.gateway_url + "/readyz").status_code == 503, "it is not ready")
        # The last free pages may do for a few holds more.
        while not (refused := one_more(threads, tenant, simulator, waiting)):
            assert not left and len(waiting) < 64
        assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
        error = refused.json()["error"]
        assert (error["code"], error["charged"]) == ("ledger_unavailable", 0)
        assert simulator.state()["waiting"] == len(waiting)
        assert plain.get(server.gateway_url + "/healthz").status_code == 200
        simulator.open_barrier()
        answers = [future.result() for future in waiting]
    late = [answer for answer in answers if answer.status_code != 200]
    if left:
        assert late == [] and "state=map_nearly_full" in server.process.log.read_text()
        eventually(lambda: tenant.credits()["held"] == 0, "every run is settled")
        assert server.stop() == 0
    else:
        # Their settles wait for room that only a larger map has.
        assert late and all(answer.json()["error"]["code"] == "ledger_unavailable" for answer in late)
        log = server.process.log.read_text()
        assert "state=behind_full_map" in log and "set a larger map_bytes and restart" in log
        reader.abort()
        server.kill()

    server.environment["TOLLGATE_LEDGER_MAP_BYTES"] = "256MiB"
    server.start()
    tenant.admin = Admin(server)
    assert plain.get(server.gateway_url + "/readyz").status_code == 200
    assert tenant.chat(HELLO).status_code == 200
    assert tenant.credits()["held"] == 0
    kinds = [entry["kind"] for entry in tenant.entries()]
    # Whoever was told that its run finished has it settled; the others were closed at their estimate.
    assert kinds.count("interrupted") == len(late)
    assert kinds.count("hold") == kinds.count("settle") + len(late)
    for answer in answers:
        if answer.status_code == 200:
            assert tenant.record(answer.headers["tollgate-run-id"])["state"] == "succeeded"
    assert tenant.admin.verify_ledger()["open_runs"] == 0


def one_more(threads, tenant, simulator, waiting: list) -> httpx.Response | None:
    """The answer where there is one; else the run waits at the provider like the others."""
    run = threads.submit(tenant.chat, HELLO)
    eventually(lambda: run.done() or simulator.state()["waiting"] > len(waiting), "a run is refused or at the provider")
    if run.done():
        return run.result()
    waiting.append(run)
    return None
