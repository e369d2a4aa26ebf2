"""What people do with credits: top-ups that end, adjustments, refunds, terms, and runs that a crash cut off."""

import concurrent.futures
import itertools
import json
from decimal import Decimal

import httpx
import pytest

from tenants import HELLO, Admin
from waiting import eventually

RUN = "run_" + "0" * 32
_numbers = itertools.count(1)


def command(tenant, *arguments, code: int = 0) -> str:
    done = tenant.admin.server.command(*arguments, "--organization", tenant.organization)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stderr if code else done.stdout


def spend(tenant) -> tuple[str, Decimal]:
    """A run, and what it cost."""
    response = tenant.chat(HELLO)
    assert response.status_code == 200, response.text
    return response.headers["tollgate-run-id"], Decimal(response.headers["tollgate-cost"])


def test_an_adjustment_goes_either_way_once(admin):
    tenant = admin.tenant(credits="5")
    made = tenant.post_credits("adjustments", "a", amount="-1.5", note="a test")
    assert made["entry"]["kind"] == "adjustment" and made["entry"]["note"] == "a test"
    again = tenant.post_credits("adjustments", "a", amount="-1.50", note="a test", expect=200)
    assert again["entry"] == made["entry"]
    for body in [{"amount": "-1.6", "note": "a test"}, {"amount": "-1.5", "note": "another"}]:
        assert tenant.post_credits("adjustments", "a", **body, expect=409)["code"] == "idempotency_conflict"
    tenant.post_credits("top-ups", "a", amount="1", expect=409)
    tenant.post_credits("adjustments", "b", amount="0.25", note="back", expect=201)
    assert tenant.credits()["balance"] == Decimal("3.75")
    refused = tenant.post_credits("adjustments", "c", amount="-3.750000001", note="too much", expect=402)
    assert (refused["code"], refused["available"]) == ("insufficient_credits", "3.75")
    for body, pointer in [
        ({"amount": "1"}, "/note"), ({"amount": "1", "note": ""}, "/note"), ({"amount": "0", "note": "n"}, "/amount"),
        ({"amount": 1, "note": "n"}, "/amount"), ({"note": "n"}, "/amount"), ({"amount": "1", "note": "n", "x": 1}, "/x"),
    ]:
        assert tenant.post_credits("adjustments", "d", **body, expect=400)["pointer"] == pointer
    assert tenant.credits()["balance"] == Decimal("3.75")
    admin.verify_ledger()


def test_what_is_held_cannot_be_adjusted_away(admin, simulator):
    tenant = admin.tenant(credits="5")
    before = simulator.state()["waiting"]
    simulator.close_barrier()
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            running = pool.submit(spend, tenant)
            try:
                eventually(lambda: simulator.state()["waiting"] == before + 1, "the run waits at the provider")
                credits = tenant.credits()
                assert credits["held"] > 0
                refused = tenant.post_credits("adjustments", "a", amount="-5", note="all", expect=402)
                assert Decimal(refused["available"]) == credits["available"] == 5 - credits["held"]
                tenant.post_credits("adjustments", "a", amount=f"-{credits['available']}", note="all there is")
                assert tenant.credits()["available"] == 0
            finally:
                simulator.open_barrier()
            _, cost = running.result()
    finally:
        simulator.open_barrier()
    left = credits["held"] - cost
    assert tenant.credits() == {"balance": left, "held": 0, "available": left, "overdraft": 0}
    admin.verify_ledger()


def test_a_refund_gives_back_no_more_than_the_run_cost(admin):
    tenant, other = admin.tenant(credits="5"), admin.tenant(credits="5")
    run, cost = spend(tenant)
    above = tenant.post_credits("refunds", "a", run=run, amount=str(cost + Decimal("1e-9")), expect=400)
    assert (above["pointer"], Decimal(above["left"])) == ("/amount", cost)
    part = cost / 4
    tenant.post_credits("refunds", "a", run=run, amount=str(part), note="slow")
    rest = tenant.post_credits("refunds", "b", run=run)
    assert Decimal(rest["entry"]["balance_change"]) == cost - part and rest["entry"]["run"] == run
    assert tenant.post_credits("refunds", "b", run=run, expect=200)["entry"] == rest["entry"]
    tenant.post_credits("refunds", "b", run=run, amount=str(part), expect=409)
    assert tenant.post_credits("refunds", "c", run=run, expect=400)["left"] == "0"
    assert tenant.credits()["balance"] == 5
    for unknown in [RUN, spend(other)[0]]:
        assert tenant.post_credits("refunds", "c", run=unknown, expect=404)["pointer"] == "/run"
    for body, pointer in [
        ({}, "/run"), ({"run": "x"}, "/run"), ({"run": run, "amount": "-1"}, "/amount"),
        ({"run": run, "amount": "0"}, "/amount")]:
        assert tenant.post_credits("refunds", "d", **body, expect=400)["pointer"] == pointer
    admin.verify_ledger()


def test_an_exempt_run_has_nothing_to_be_refunded(admin):
    tenant = admin.tenant(credits=None)
    admin.add_key("simulated", "sk-own", organization=tenant.organization)
    run, cost = spend(tenant)
    assert cost == 0
    assert tenant.post_credits("refunds", "a", run=run, expect=400)["left"] == "0"


def test_a_top_up_may_end(admin):
    tenant = admin.tenant(credits="1")
    made = tenant.post_credits("top-ups", "a", amount="2", expires_at="2099-01-01T00:00:00+01:00")
    assert made["entry"]["expires_at"] == "2098-12-31T23:00:00.000Z"
    assert tenant.post_credits("top-ups", "a", amount="2", expires_at="2098-12-31T23:00:00Z", expect=200) == made
    tenant.post_credits("top-ups", "a", amount="2", expires_at="2098-12-31T23:00:01Z", expect=409)
    tenant.post_credits("top-ups", "a", amount="2", expect=409)
    for end in ["2020-01-01T00:00:00Z", "soon", -1]:
        assert tenant.post_credits("top-ups", "b", amount="2", expires_at=end, expect=400)["pointer"] == "/expires_at"
    [lot] = admin.get(f"{tenant.root}/credits")["expiring"]
    assert lot == {"top_up": made["entry"]["sequence"], "left": "2", "expires_at": "2098-12-31T23:00:00.000Z"}
    _, cost = spend(tenant)
    [lot] = admin.get(f"{tenant.root}/credits")["expiring"]
    assert Decimal(lot["left"]) == 2 - cost, "what ends first is used first"
    assert "2098-12-31T23:00:00Z" in command(tenant, "credit", "balance")


def test_an_overdraft_is_allowed_and_shown(admin):
    tenant = admin.tenant(credits=None)
    terms = f"{tenant.root}/credits/terms"
    assert admin.get(terms) == {"overdraft": "0", "holds": "bound"}
    assert tenant.chat(HELLO).status_code == 402
    for _ in range(2):
        assert admin.call("PUT", terms, {"overdraft": "1.0", "holds": "bound"}) == {"overdraft": "1", "holds": "bound"}
    _, cost = spend(tenant)
    assert tenant.credits() == {"balance": -cost, "held": 0, "available": 1 - cost, "overdraft": 1}
    for body in [{"overdraft": "-1", "holds": "bound"}, {"overdraft": "1"}, {"holds": "bound"},
                 {"overdraft": "1", "holds": "x"}, {"overdraft": "99999999999", "holds": "bound"}]:
        admin.call("PUT", terms, body, expect=400)
    kinds = [entry["kind"] for entry in tenant.entries()]
    assert kinds == ["settle", "hold", "terms"], "set once"
    assert tenant.entries()[2]["terms"] == {"overdraft": "1", "holds": "bound"}
    admin.verify_ledger()


def test_in_the_cloud_an_organization_cannot_give_itself_credits(new_server, simulator):
    admin = Admin(new_server(simulator, mode="cloud"))
    tenant = admin.tenant(credits="5")
    run, _ = spend(tenant)
    made = admin.post("/admin-tokens", {"role": "owner", "organization": tenant.organization})
    own = Admin(admin.server, made["secret"])
    for path, body in [("top-ups", {"amount": "1"}), ("adjustments", {"amount": "1", "note": "n"}),
                       ("refunds", {"run": run})]:
        refused = own.post(f"{tenant.root}/credits/{path}", body, headers={"Idempotency-Key": "a"}, expect=403)
        assert "cloud" in refused["detail"]
    terms = f"{tenant.root}/credits/terms"
    assert own.call("PUT", terms, {"overdraft": "0", "holds": "bound"})["holds"] == "bound"
    own.call("PUT", terms, {"overdraft": "1", "holds": "bound"}, expect=403)
    own.call("PUT", terms, {"overdraft": "0", "holds": "estimate"}, expect=403)
    admin.call("PUT", terms, {"overdraft": "2", "holds": "estimate"})
    own.call("PUT", terms, {"overdraft": "1", "holds": "bound"})
    own.call("PUT", terms, {"overdraft": "2", "holds": "bound"}, expect=403)


def test_organizations_do_not_see_one_another(admin):
    tenant, other = admin.tenant(), admin.tenant()
    run, _ = spend(tenant)
    made = admin.post("/admin-tokens", {"role": "owner", "organization": other.organization})
    stranger = Admin(admin.server, made["secret"])
    for path in ["", "/entries", "/interrupted", "/terms", "/statements", "/statements?format=html"]:
        stranger.call("GET", f"{tenant.root}/credits{path}", expect=404)
    for path, body in [("top-ups", {"amount": "1"}), ("adjustments", {"amount": "1", "note": "n"}),
                       ("refunds", {"run": run})]:
        stranger.post(f"{tenant.root}/credits/{path}", body, headers={"Idempotency-Key": "s"}, expect=404)
        own = stranger.post(f"{other.root}/credits/{path}", body, headers={"Idempotency-Key": path},
                            expect=404 if path == "refunds" else 201)
        assert run not in json.dumps(own)
    stranger.call("PUT", f"{tenant.root}/credits/terms", {"overdraft": "1", "holds": "bound"}, expect=404)


def test_runs_that_a_crash_cut_off_are_listed_and_refunded(new_simulator, new_server):
    simulator = new_simulator()
    server = new_server(simulator)
    tenant = Admin(server).tenant(credits="10")
    assert tenant.admin.get(f"{tenant.root}/credits/interrupted") == {"items": [], "next_cursor": None}
    simulator.close_barrier()
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        def call():
            with pytest.raises(httpx.TransportError):
                tenant.chat(HELLO)
        calls = [pool.submit(call) for _ in range(3)]
        eventually(lambda: simulator.state()["waiting"] == 3, "three runs wait at the provider")
        server.kill()
        for running in calls:
            running.result()
    simulator.open_barrier()
    server.start()
    tenant.admin = admin = Admin(server)
    page = admin.get(f"{tenant.root}/credits/interrupted", limit=2)
    rest = admin.get(f"{tenant.root}/credits/interrupted", cursor=page["next_cursor"])
    found = page["items"] + rest["items"]
    assert len(found) == 3 and rest["next_cursor"] is None
    assert [run["entry"] for run in found] == sorted((run["entry"] for run in found), reverse=True)
    for run in found:
        record = tenant.record(run["run"])
        assert record["state"] == "interrupted" and record["cost"] == Decimal(run["charged"]) > 0
        assert (run["model"], run["key"]["source"], run["refunded"]) == ("sim-1", "platform", "0")
        assert run["key"]["id"] == record["key"]["id"] and run["started_at"] == record["started_at"]
    assert found[0]["run"] in command(tenant, "credit", "interrupted")
    listed = json.loads(command(tenant, "credit", "interrupted", "--json"))["items"]
    assert [run["run"] for run in listed] == [run["run"] for run in found]
    charged = Decimal(found[0]["charged"])
    told = command(tenant, "credit", "refund", found[0]["run"], "--note", "not on the bill")
    assert told.startswith(f"refunded {charged} credits to {tenant.organization}; available: ")
    assert admin.get(f"{tenant.root}/credits/interrupted")["items"][0]["refunded"] == str(charged)
    statement = tenant.statement()
    assert statement["usage_total"]["interrupted_runs"] == 3
    assert Decimal(statement["changes"]["charges"]) == -sum(Decimal(run["charged"]) for run in found)
    admin.verify_ledger()


def test_a_posting_that_a_kill_cut_off_is_made_once(new_simulator, new_server):
    simulator = new_simulator()
    server = new_server(simulator)
    tenant = Admin(server).tenant(credits="100")
    runs = [spend(tenant) for _ in range(4)]
    balance = tenant.credits()["balance"]
    wanted = [
        ("top-ups", {"amount": "1", "expires_at": "2099-01-01T00:00:00Z"}, Decimal(1)),
        ("adjustments", {"amount": "-0.5", "note": "n"}, Decimal("-0.5")),
        *(("refunds", {"run": run}, cost) for run, cost in runs),
    ]
    wanted += [("adjustments", {"amount": "0.001", "note": str(n)}, Decimal("0.001")) for n in range(60)]

    def post(number: int) -> int | None:
        path, body, _ = wanted[number]
        try:
            headers = {"Idempotency-Key": f"posting-{number}"}
            response = tenant.admin.http.post(f"{tenant.root}/credits/{path}", json=body, headers=headers)
            return response.status_code
        except httpx.TransportError:
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        running = [pool.submit(post, number) for number in range(len(wanted))]
        eventually(lambda: sum(posting.done() for posting in running) >= 10, "some are answered")
        server.kill()
        first = [posting.result() for posting in running]
    assert set(first) <= {201, None}
    server.start()
    tenant.admin = Admin(server)
    again = [post(number) for number in range(len(wanted))]
    # What was answered is there; what was not is made now, or had been made.
    assert all(code == 200 for code, before in zip(again, first) if before == 201), (first, again)
    assert set(again) <= {200, 201}
    assert tenant.credits()["balance"] == balance + sum(change for _, _, change in wanted)
    audit = [entry for entry in tenant.admin.items("/audit") if entry["action"].startswith("credits.")]
    numbers = [entry["details"]["entry"] for entry in audit]
    assert len(numbers) == len(set(numbers)) == len(wanted) + 1, "each in the audit log, once"
    tenant.admin.verify_ledger()


def test_the_commands_move_credits(admin):
    tenant = admin.tenant(credits="5")
    run, cost = spend(tenant)
    key = f"cli-{next(_numbers)}"
    told = command(tenant, "credit", "adjust", "-1.25", "--note", "why", "--idempotency-key", key)
    assert told == f"adjusted {tenant.organization} by -1.25 credits; available: {tenant.credits()['available']}\n"
    assert command(tenant, "credit", "adjust", "--note", "why", "--idempotency-key", key, "-1.25") == "done before: " + told
    assert "insufficient_credits" in command(tenant, "credit", "adjust", "-50", "--note", "why", code=1)
    made = json.loads(command(tenant, "credit", "refund", run, "--amount", str(cost / 2), "--json"))
    assert Decimal(made["entry"]["balance_change"]) == cost / 2
    assert "left to be refunded" in command(tenant, "credit", "refund", run, "--amount", str(cost), code=1)
    command(tenant, "credit", "refund", run)
    assert tenant.credits()["balance"] == Decimal("3.75")
    command(tenant, "credit", "add", "1", "--expires", "2099-01-01T00:00:00Z")
    assert "expires_at" in command(tenant, "credit", "add", "1", "--expires", "2020-01-01T00:00:00Z", code=1)
    assert command(tenant, "credit", "terms") == "overdraft  0\nholds      by bound\n"
    command(tenant, "credit", "terms", "--overdraft", "2.5")
    terms = json.loads(command(tenant, "credit", "terms", "--holds", "estimate", "--json"))
    assert terms == {"overdraft": "2.5", "holds": "estimate"}
    entries = command(tenant, "credit", "entries")
    assert "overdraft 2.5, holds by estimate" in entries and "ends 2099-01-01T00:00:00Z" in entries
    server = admin.server
    named = server.command("credit", "balance", tenant.organization)
    assert named.returncode == 0 and f"organization  {tenant.organization}" in named.stdout
