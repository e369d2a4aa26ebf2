"""Export, backup, restore and prune: each entry once, and the same books again."""

import contextlib
import csv
import io
import json
import re
import shutil
import subprocess
import threading
from decimal import Decimal

import httpx
import pytest

from processes import binary, clean_environment
from tenants import HELLO, Admin
from waiting import eventually

STREAM = HELLO | {"stream": True}


@contextlib.contextmanager
def load(tenant, workers: int = 4):
    """Runs one after the other from so many clients, until the block ends; answers the function that counts them."""
    over, done, odd = threading.Event(), [], []

    def work(number: int):
        with tenant.http() as http:
            while not over.is_set():
                response = http.post("/v1/chat/completions", json=[HELLO, STREAM][number % 2])
                (done if response.status_code == 200 else odd).append(response.text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: len(done)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert odd == []


def runs(tenant, count: int):
    for _ in range(count):
        assert tenant.chat(HELLO).status_code == 200


@pytest.fixture()
def own(new_server, simulator):
    """A server of its own, with a tenant whose clients are served."""
    server = new_server(simulator)
    return Admin(server).tenant(credits="1000")


def ok(server, *arguments, **options) -> str:
    done = server.command(*arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(server, *arguments, **options) -> str:
    done = server.command(*arguments, **options)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr or done.stdout


def lines(text: str) -> list[dict]:
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


def export(server, *arguments) -> list[dict]:
    return lines(ok(server, "ledger", "export", *arguments))


def head(admin) -> int:
    return admin.get("/ledger/entries", limit=1)["head"]


# Export


def test_an_export_of_a_busy_ledger_ends_and_each_entry_comes_once_across_resumes(own):
    server = own.admin.server
    seen: list[int] = []
    with load(own) as done:
        for goal in [20, 40, 60]:
            eventually(lambda: done() >= goal, f"{goal} runs")
            after = ["--after", str(seen[-1])] if seen else []
            seen += [entry["sequence"] for entry in export(server, *after)]
    last = export(server, "--after", str(seen[-1]))
    seen += [entry["sequence"] for entry in last]
    assert seen == list(range(1, head(own.admin) + 1))


def test_an_export_that_is_killed_goes_on_behind_its_last_whole_line(own):
    server = own.admin.server
    runs(own, 30)
    out = server.folder / "entries.jsonl"
    ok(server, "ledger", "export", "--out", out)
    whole = out.read_text()
    # As a kill in the middle of a write leaves it.
    cut = whole[: len(whole) * 2 // 3]
    cut = cut[: cut.rindex("\n") + 1]
    last = json.loads(cut.splitlines()[-1])["sequence"]
    assert cut + ok(server, "ledger", "export", "--after", last) == whole
    assert "exists" in refused(server, "ledger", "export", "--out", out)
    assert out.stat().st_mode & 0o777 == 0o600


def test_bounds_formats_and_organizations(own):
    server, admin = own.admin.server, own.admin
    other = admin.tenant(credits="5")
    runs(own, 2)
    runs(other, 1)
    everything = export(server)
    assert {entry["organization"] for entry in everything} == {own.organization, other.organization}
    mine = export(server, "--organization", own.organization)
    assert mine == [entry for entry in everything if entry["organization"] == own.organization]
    assert [entry["sequence"] for entry in export(server, "--from", "2", "--to", "4")] == [2, 3, 4]
    day = everything[0]["at"][:10]
    assert export(server, "--to", day) == []
    assert export(server, "--from", day) == everything
    at = everything[3]["at"]
    assert export(server, "--from", at) == [entry for entry in everything if entry["at"] >= at]
    assert export(server, "--to", at) == [entry for entry in everything if entry["at"] < at]
    rows = list(csv.DictReader(io.StringIO(ok(server, "ledger", "export", "--format", "csv"), newline="")))
    assert [row["sequence"] for row in rows] == [str(entry["sequence"]) for entry in everything]
    for row, entry in zip(rows, everything):
        for name in ["kind", "at", "organization", "balance_change", "held_change"]:
            assert row[name] == entry[name], name
        assert row["run"] == (entry["run"] or "")
        record = entry["run_record"] or {}
        assert row["model"] == record.get("model", "")
        assert Decimal(row["cost"] or -1) == record.get("cost", -1)
    settle = next(row for row in rows if row["kind"] == "settle")
    assert settle["attempts"] == "1" and len(everything[-1]["run_record"]["attempts"]) == 1
    assert settle["model"] == "sim-1" and int(settle["output"]) > 0 and settle["balance_change"] == "-" + settle["cost"]
    headless = ok(server, "ledger", "export", "--format", "csv", "--after", "3", "--no-header")
    assert headless.splitlines()[0].startswith("4,")
    assert server.command("ledger", "export", "--from", "yesterday").returncode == 2
    # An organization's own token reads its own.
    secret = admin.post("/admin-tokens", {"role": "viewer", "organization": own.organization})["secret"]
    viewer = Admin(server, secret)
    items = viewer.get("/ledger/entries")["items"]
    assert [item["sequence"] for item in items] == [entry["sequence"] for entry in mine]
    assert viewer.call("GET", "/ledger/entries", expect=404, organization=other.organization)
    assert viewer.call("GET", "/ledger/archive", expect=403)


def test_what_a_spreadsheet_would_run_is_text(own):
    admin = own.admin
    notes = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", 'say "hi", twice\nand more', "plain"]
    for index, note in enumerate(notes):
        admin.post(
            f"{own.root}/credits/top-ups", {"amount": "0.000000001", "note": note},
            headers={"Idempotency-Key": f"k{index}"})
    text = ok(admin.server, "ledger", "export", "--format", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(text, newline="")) if row["note"]]
    assert [row["note"] for row in rows] == [
        "'" + note if note[0] in "=+-@\t" else note for note in notes]
    assert {row["balance_change"] for row in rows} == {"0.000000001"}


def test_without_a_server_the_files_are_read(own):
    server = own.admin.server
    runs(own, 3)
    before = export(server)
    server.stop()
    environment = {"TOLLGATE_ADMIN_URL": ""}
    text = ok(server, "ledger", "export", environment=environment)
    assert lines(text) == before
    archive = server.folder / "archive"
    ok(server, "ledger", "backup", archive, environment=environment)
    assert json.loads((archive / "archive.json").read_text())["last"] == before[-1]["sequence"]


# Backup and restore


def manifest(archive) -> dict:
    return json.loads((archive / "archive.json").read_text())


def restored(server, archive, name: str = "restored"):
    """The archive's books in a data folder beside the server's; answers it and what the command said."""
    data = server.folder / name
    said = json.loads(ok(server, "ledger", "restore", archive, "--data", data, "--json"))
    clean = json.loads(ok(
        server, "ledger", "verify", "--json", environment={"TOLLGATE_ADMIN_URL": "", "TOLLGATE_DATA": str(data)}))
    assert clean["clean"] is True and clean["head"] == said["head"] == manifest(archive)["hash"]
    return data, said


def test_files_of_nobody_knows_whose_books_are_not_touched(own):
    server = own.admin.server
    archive = server.folder / "found"
    ok(server, "ledger", "backup", archive)
    (archive / "archive.json").unlink()
    before = {path.name: path.read_bytes() for path in archive.iterdir()}
    assert before
    said = refused(server, "ledger", "backup", archive)
    assert "archive.json" in said and str(archive) in said
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == before


def test_backups_under_load_are_killed_and_go_on_and_restore_to_the_same_books(own):
    server = own.admin.server
    archive = server.folder / "archive"
    environment = clean_environment(
        server.environment | {"TOLLGATE_ADMIN_URL": server.admin_url, "TOLLGATE_ADMIN_TOKEN": server.admin_token})
    counts = []
    with load(own) as done:
        eventually(lambda: done() >= 20, "20 runs")
        ok(server, "ledger", "backup", archive)
        counts.append(manifest(archive)["last"])
        for delay in [0.02, 0.05, 0.08, 0.11, 0.14]:
            process = subprocess.Popen(
                [str(binary()), "ledger", "backup", str(archive)], env=environment, cwd=server.folder,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(delay)
            process.kill()
            process.wait()
            # Whatever the moment, what is there is good.
            assert json.loads(ok(server, "ledger", "verify", "--archive", archive, "--json"))["clean"] is True
            counts.append(manifest(archive)["last"])
        ok(server, "ledger", "backup", archive)
        counts.append(manifest(archive)["last"])
    assert counts == sorted(counts) and counts[-1] > counts[0]
    data, said = restored(server, archive)
    assert (said["entries"], said["last"]) == (counts[-1], counts[-1])
    for path in [archive, *archive.iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path
    # The whole of it, at rest: the same balances, and a server that goes on with them.
    ok(server, "ledger", "backup", archive)
    credits, usage = own.credits(), own.usage()
    assert credits["held"] == 0
    server.stop()
    data, _ = restored(server, archive, "whole")
    (server.data / "ledger").rename(server.folder / "old-ledger")
    (data / "ledger").rename(server.data / "ledger")
    server.start()
    own.admin = Admin(server)
    assert own.credits() == credits and own.usage() == usage
    runs(own, 1)
    own.admin.verify_ledger()
    ok(server, "ledger", "backup", archive)


def test_runs_open_at_the_backup_are_closed_as_interrupted(new_simulator, new_server):
    simulator = new_simulator()
    server = new_server(simulator)
    tenant = Admin(server).tenant()
    archive = server.folder / "archive"
    simulator.close_barrier()
    thread = threading.Thread(target=lambda: tenant.chat(HELLO))
    thread.start()
    try:
        eventually(lambda: tenant.credits()["held"] > 0, "a run holds")
        ok(server, "ledger", "backup", archive)
    finally:
        simulator.open_barrier()
        thread.join()
    data, said = restored(server, archive)
    assert said["open_runs"] == 1
    server.stop()
    (server.data / "ledger").rename(server.folder / "old-ledger")
    (data / "ledger").rename(server.data / "ledger")
    server.start()
    tenant.admin = Admin(server)
    assert [entry["kind"] for entry in tenant.entries()] == ["interrupted", "hold", "top_up"]


def test_restore_never_overwrites_and_no_archive_is_refused(own):
    server = own.admin.server
    archive = server.folder / "archive"
    ok(server, "ledger", "backup", archive)
    assert "move it away" in refused(server, "ledger", "restore", archive)
    (server.data / "ledger").rename(server.folder / "moved")
    assert "another process" in refused(server, "ledger", "restore", archive)
    (server.folder / "moved").rename(server.data / "ledger")
    assert "no archive" in refused(server, "ledger", "restore", server.folder / "none", "--data", server.folder / "new")


def test_a_restore_that_is_killed_leaves_no_ledger(own):
    server = own.admin.server
    archive = server.folder / "archive"
    runs(own, 100)
    ok(server, "ledger", "backup", archive)
    data = server.folder / "new"
    for delay in [0.05, 0.1, 0.15, 0.2, 0.25]:
        process = subprocess.Popen(
            [str(binary()), "ledger", "restore", str(archive), "--data", str(data)], cwd=server.folder,
            env=clean_environment(server.environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        process.kill()
        process.wait()
        if (data / "ledger").exists():
            shutil.rmtree(data)
    restored(server, archive, "new")
    assert not (data / "ledger.restoring").exists()


def test_the_books_of_another_ledger_are_refused(own, new_server, simulator):
    server = own.admin.server
    archive = server.folder / "archive"
    runs(own, 2)
    ok(server, "ledger", "backup", archive)
    before = manifest(archive)
    other = new_server(simulator)
    tenant = Admin(other).tenant()
    runs(tenant, 10)
    assert "another ledger" in refused(other, "ledger", "backup", archive)
    assert manifest(archive) == before
    # One that is older than the archive: restored from an earlier one.
    young = new_server(simulator)
    assert "newest entry is 0" in refused(young, "ledger", "backup", archive)


def test_damaged_archives_are_refused_by_the_files_name(own):
    server = own.admin.server
    archive = server.folder / "archive"
    runs(own, 3)
    ok(server, "ledger", "backup", archive)
    runs(own, 3)
    ok(server, "ledger", "backup", archive)
    files = sorted(archive.glob("entries-*.tollgate"))
    assert len(files) == 2
    assert re.fullmatch(r"entries-0{19}1-\d{20}\.tollgate", files[0].name)

    def check(file):
        told = refused(server, "ledger", "verify", "--archive", archive)
        assert "not clean" in told and str(file) in told, told
        new = server.folder / "new"
        told = refused(server, "ledger", "restore", archive, "--data", new)
        assert str(file) in told, told
        assert not (new / "ledger").exists() and not (new / "ledger.restoring").exists()

    for file in files:
        good = file.read_bytes()
        for bad in [good[:-1], good[:len(good) // 2], b"", good[:-3] + bytes([good[-3] ^ 1]) + good[-2:],
                    good[:200] + bytes([good[200] ^ 4]) + good[201:], good + b"\0"]:
            file.write_bytes(bad)
            check(file)
        file.unlink()
        check(archive)
        file.write_bytes(good)
    assert json.loads(ok(server, "ledger", "verify", "--archive", archive, "--json"))["clean"] is True


# Prune


def prune(server, archive, before: str, **options) -> dict:
    return json.loads(ok(server, "ledger", "prune", "--before", before, "--archive", archive, "--json", **options))


def last_time(server) -> str:
    return export(server)[-1]["at"]


def figures(tenant) -> dict:
    entries = [entry["sequence"] for entry in tenant.entries()]
    statement = {name: value for name, value in tenant.statement().items() if name != "as_of"}
    sums = [tenant.credits(), tenant.usage(by="day,agent,environment,model,key"), statement]
    return {"sums": sums, "entries": entries}


def test_a_prune_under_load_changes_no_figure_and_the_archive_holds_all(own):
    server, admin = own.admin.server, own.admin
    archive = server.folder / "archive"
    runs(own, 5)
    old = own.entries()[0]["run"]
    with load(own) as done:
        for goal in [20, 40]:
            eventually(lambda: done() >= goal, f"{goal} runs")
            first = prune(server, archive, last_time(server))["first"]
            admin.verify_ledger()
            assert min(entry["sequence"] for entry in own.entries()) >= first > 1
            assert [entry["sequence"] for entry in export(server)][0] == first
    # At rest the figures are those of books that were never pruned.
    ok(server, "ledger", "backup", archive)
    before = figures(own)
    done = prune(server, archive, "2099-01-01")
    assert done["pruned"] > 0 and done["first"] == head(admin) + 1
    after = figures(own)
    assert after["sums"] == before["sums"] and after["entries"] == []
    assert admin.verify_ledger()["entries"] == 0
    again = prune(server, archive, "2099-01-01")
    assert (again["pruned"], again["first"]) == (0, done["first"])
    # What is gone is gone here, and said to be in the archive.
    assert admin.call("GET", f"/runs/{old}", expect=404)
    assert str(archive) in refused(server, "ledger", "export", "--after", "0")
    assert str(archive) in refused(server, "ledger", "export", "--from", "1970-01-01")
    assert export(server) == []
    runs(own, 2)
    admin.verify_ledger()
    assert [entry["sequence"] for entry in export(server)] == list(range(done["first"], head(admin) + 1))
    ok(server, "ledger", "backup", archive)
    now = figures(own)
    audit = [entry for entry in admin.items("/audit") if entry["action"] == "ledger.prune"]
    assert len(audit) == 3 and {entry["details"]["archive"] for entry in audit} == {str(archive)}
    # The archive has all of it, from the first entry on.
    archived = export(server, "--archive", archive)
    assert [entry["sequence"] for entry in archived] == list(range(1, head(admin) + 1))
    assert archived[done["first"] - 1 :] == export(server)
    rows = ok(server, "ledger", "export", "--archive", archive, "--format", "csv", "--after", done["first"] - 1)
    assert rows == ok(server, "ledger", "export", "--format", "csv")
    mine = export(server, "--archive", archive, "--from", "2", "--to", "9", "--organization", own.organization)
    assert mine == archived[1:9]
    server.stop()
    data, said = restored(server, archive)
    assert (said["entries"], said["last"]) == (manifest(archive)["last"],) * 2
    (server.data / "ledger").rename(server.folder / "pruned-ledger")
    (data / "ledger").rename(server.data / "ledger")
    server.start()
    own.admin = Admin(server)
    whole = figures(own)
    assert whole["sums"] == now["sums"]
    assert whole["entries"][: len(now["entries"])] == now["entries"] and whole["entries"][-1] == 1
    assert own.record(old)["id"] == old


def test_an_archive_of_a_pruned_ledger_begins_with_what_it_carries(own):
    server, admin = own.admin.server, own.admin
    runs(own, 6)
    first = prune(server, server.folder / "archive", last_time(server))["first"]
    runs(own, 2)
    young = server.folder / "young"
    ok(server, "ledger", "backup", young)
    assert manifest(young)["first"] == first
    carried = young / f"carried-{first:020}.tollgate"
    assert json.loads(ok(server, "ledger", "verify", "--archive", young, "--json"))["clean"] is True
    before = figures(own)
    # It does not hold what a prune into it would drop of a ledger that begins before it.
    good = carried.read_bytes()
    for bad in [good[:-1], good[:50] + bytes([good[50] ^ 1]) + good[51:], b""]:
        carried.write_bytes(bad)
        assert str(carried) in refused(server, "ledger", "verify", "--archive", young)
        assert str(carried) in refused(server, "ledger", "restore", young, "--data", server.folder / "new")
    carried.write_bytes(good)
    server.stop()
    data, said = restored(server, young)
    assert said["entries"] == manifest(young)["last"] - first + 1
    (server.data / "ledger").rename(server.folder / "old-ledger")
    (data / "ledger").rename(server.data / "ledger")
    server.start()
    own.admin = Admin(server)
    assert figures(own) == before
    runs(own, 1)
    own.admin.verify_ledger()
    # And again: a prune of what was restored, without a server.
    before = own.credits()
    server.stop()
    done = prune(server, young, "2099-01-01", environment={"TOLLGATE_ADMIN_URL": ""})
    assert done["pruned"] > 0
    server.start()
    own.admin = Admin(server)
    assert own.credits() == before
    own.admin.verify_ledger()


def test_what_keeps_a_prune_back(new_simulator, new_server):
    simulator = new_simulator()
    server = new_server(simulator)
    tenant = Admin(server).tenant()
    archive = server.folder / "archive"
    runs(tenant, 2)
    simulator.close_barrier()
    thread = threading.Thread(target=lambda: tenant.chat(HELLO))
    thread.start()
    try:
        eventually(lambda: tenant.credits()["held"] > 0, "a run holds")
        hold = tenant.entries()[0]
        done = prune(server, archive, "2099-01-01")
        assert (done["first"], done["limited_by"]) == (hold["sequence"], "open_run")
    finally:
        simulator.open_barrier()
        thread.join()
    tenant.admin.verify_ledger()
    assert prune(server, archive, "2099-01-01")["limited_by"] == "time"
    with tenant.http() as http:
        response = http.post("/v1/chat/completions", json=HELLO, headers={"Idempotency-Key": "once"})
    assert response.status_code == 200
    runs(tenant, 1)
    keyed = tenant.entries()[-1]["sequence"]
    done = prune(server, archive, "2099-01-01")
    assert (done["first"], done["limited_by"], done["pruned"]) == (keyed, "idempotency_key", 0)
    tenant.admin.verify_ledger()


def test_the_server_does_not_trust_who_prunes(own, new_server, simulator):
    server, admin = own.admin.server, own.admin
    runs(own, 3)
    archive = server.folder / "archive"
    ok(server, "ledger", "backup", archive)
    digest = manifest(archive)["hash"]
    last = head(admin)
    body = {"boundary": last + 1, "hash": digest, "archive": "somewhere"}
    for wrong in [{"hash": "0" * 64}, {"boundary": last}, {"boundary": last + 2}]:
        admin.post("/ledger/prune", body | wrong, expect=409)
    for role in ["billing", "deployer", "viewer"]:
        secret = admin.post("/admin-tokens", {"role": role})["secret"]
        Admin(server, secret).post("/ledger/prune", body, expect=403)
    assert len(export(server)) == last
    # Into the archive of another ledger nothing is pruned.
    other = new_server(simulator)
    runs(Admin(other).tenant(), 4)
    assert "another ledger" in refused(other, "ledger", "prune", "--before", "2099-01-01", "--archive", archive)
    # Nor into one that is damaged.
    file = next(archive.glob("entries-*"))
    good = file.read_bytes()
    file.write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])
    assert str(file) in refused(server, "ledger", "prune", "--before", "2099-01-01", "--archive", archive)
    file.write_bytes(good)
    assert len(export(server)) == last
    assert server.command("ledger", "prune", "--before", "12", "--archive", archive).returncode == 2
    assert prune(server, archive, "2099-01-01")["pruned"] == last


def posted(admin, body):
    with contextlib.suppress(httpx.TransportError):
        admin.http.post("/ledger/prune", json=body)


def test_a_server_that_is_killed_while_it_prunes_goes_on_with_it(own):
    server = own.admin.server
    archive = server.folder / "archive"
    for delay in [0.0, 0.01, 0.02, 0.04, 0.08]:
        with load(own, workers=8) as done:
            eventually(lambda: done() >= 150, "150 runs", 30)
        before, last = figures(own), head(own.admin)
        ok(server, "ledger", "backup", archive)
        body = {"boundary": last + 1, "hash": manifest(archive)["hash"], "archive": str(archive)}
        thread = threading.Thread(target=posted, args=(own.admin, body))
        thread.start()
        # Into the middle of it, wherever that is.
        thread.join(delay)
        server.kill()
        thread.join()
        server.start()
        own.admin = Admin(server)
        own.admin.verify_ledger()
        assert figures(own)["sums"] == before["sums"]
        own.admin.post("/ledger/prune", body)
        assert own.admin.verify_ledger()["entries"] == 0 and figures(own)["entries"] == []
    _, said = restored(server, archive)
    assert said["entries"] == head(own.admin)
