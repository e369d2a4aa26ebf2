"""/metrics: a fixed set, documented, read by Prometheus' own tool, and true to what happened."""

import re
import shutil
import subprocess
import threading
import time
from decimal import Decimal

import pytest

import metrics
import plain
from processes import ROOT
from tenants import HELLO, Admin
from waiting import PATIENCE, eventually


@pytest.fixture(scope="module")
def own(new_server, simulator):
    """A server that nothing else calls."""
    return new_server(simulator, metrics_organizations="20")


@pytest.fixture(scope="module")
def tenant(own):
    return Admin(own).tenant()


def test_prometheus_own_tool_finds_nothing_to_say(own, tenant):
    assert tenant.chat(HELLO).status_code == 200
    tool = shutil.which("promtool")
    assert tool, "promtool is in Debian's package prometheus"
    checked = subprocess.run(
        [tool, "check", "metrics"], input=metrics.text(own), capture_output=True, text=True, timeout=30)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_page_of_metrics_names_what_the_server_answers(own, tenant):
    assert tenant.chat(HELLO).status_code == 200
    tenant.admin.reconcile("date,cost\n2026-11-01,1\n", provider="generic")
    page = metrics.scrape(own)
    rows = re.findall(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|(.*?)\| .+ \|$",
                      (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE)
    assert len(rows) > 30
    documented = {name: (kind, set(re.findall(r"`([a-z_]+)`", labels))) for name, kind, labels in rows}
    assert documented == {name: (kind, page.labels(name)) for name, kind in page.types.items()}
    assert page.helps.keys() == page.types.keys()


def test_the_example_alerts_are_rules_on_metrics_there_are(own, tmp_path):
    text = (ROOT / "docs" / "operations.md").read_text()
    rules = tmp_path / "rules.yml"
    rules.write_text(re.search(r"```yaml\n(groups:.*?)```", text, re.DOTALL).group(1))
    checked = subprocess.run(
        [shutil.which("promtool"), "check", "rules", rules], capture_output=True, text=True, timeout=30)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    named = set(re.findall(r"(?:tollgate|process)_[a-z_]+", rules.read_text()))
    assert len(named) > 5 and named <= metrics.scrape(own).types.keys()


def test_counters_move_by_exactly_what_happened(own, simulator):
    admin = Admin(own)
    tenant = admin.tenant()
    poor = admin.tenant(credits="0.000001")
    odd = admin.tenant(model="sim-1!500")
    lost = admin.tenant(provider="elsewhere")
    before = metrics.scrape(own)
    for _ in range(3):
        assert tenant.chat(HELLO).status_code == 200
    for _ in range(2):
        assert tenant.chat(HELLO | {"stream": True}).text.endswith("data: [DONE]\n\n")
    assert tenant.run({"messages": HELLO["messages"]}).status_code == 200
    assert tenant.chat(HELLO, secret="tg_wrong").status_code == 401
    assert tenant.chat(content=b"{").status_code == 400
    assert poor.chat(HELLO).status_code == 402
    assert odd.chat(HELLO).status_code == 502
    assert lost.chat(HELLO).status_code == 502
    after = metrics.scrape(own)

    def moved(name, **labels):
        return after(name, **labels) - before(name, **labels)

    runs = {("succeeded", False): 4, ("succeeded", True): 2, ("invalid_token", False): 1,
            ("invalid_request", False): 1, ("insufficient_credits", False): 1, ("provider_error", False): 2}
    for (name, labels), value in after.samples.items():
        if name == "tollgate_runs_total":
            labels = dict(labels)
            expected = runs.get((labels["outcome"], labels["streamed"] == "true"), 0)
            assert moved(name, **labels) == expected, labels
    assert moved("tollgate_attempts_total", provider="simulated", **{"class": "success"}) == 6
    assert moved("tollgate_attempts_total", provider="simulated", **{"class": "server_error"}) == 1
    assert moved("tollgate_attempts_total", provider="other", **{"class": "connect"}) == 1
    assert moved("tollgate_holds_refused_total", reason="insufficient_credits") == 1
    assert moved("tollgate_holds_refused_total", reason="ledger_unavailable") == 0
    assert moved("tollgate_run_overhead_seconds_count") == 6
    assert moved("tollgate_run_duration_seconds_count") == 8
    assert moved("tollgate_run_first_byte_seconds_count") == 2
    assert moved("tollgate_attempt_first_byte_seconds_count") == 7
    assert moved("tollgate_attempt_sends_total") >= 7
    assert after("tollgate_runs_running") == after("tollgate_holds_open") == after("tollgate_credits_held") == 0


def test_tokens_and_credits_are_the_ledgers(own):
    tenant = Admin(own).tenant()
    before = metrics.scrape(own)
    for extra in [{}, {}, {"stream": True}, {"max_tokens": 3}]:
        assert tenant.chat(HELLO | extra).status_code == 200
    after = metrics.scrape(own)
    total = tenant.usage()["total"]["usage"]
    spent = 10 - tenant.credits()["balance"]
    assert spent > 0 and total["uncached_input"] > 0 and total["output"] > 0
    assert after("tollgate_credits_settled_total") - before("tollgate_credits_settled_total") == spent
    name = "tollgate_tokens_total"
    assert {kind: after(name, kind=kind) - before(name, kind=kind) for kind in total} == total


def test_a_run_under_way_is_seen(new_server, new_simulator):
    simulator = new_simulator()
    server = new_server(simulator, gateway_loops="1")
    tenant = Admin(server).tenant()
    simulator.close_barrier()
    with tenant.http() as http:
        thread = threading.Thread(target=lambda: http.post("/v1/chat/completions", json=HELLO))
        thread.start()
        try:
            page = eventually(
                lambda: (page := metrics.scrape(server))("tollgate_lane_exchanges_running", lane="0") == 1 and page,
                "the exchange is seen")
            assert page("tollgate_runs_running") == page("tollgate_holds_open") == 1
            assert page("tollgate_credits_held") == tenant.credits()["held"] > 0
            assert page("tollgate_connections_open") >= 1
        finally:
            simulator.open_barrier()
            thread.join()


def test_what_the_listener_refuses_is_counted(new_server, simulator):
    server = new_server(simulator, gateway_maximum_body_bytes="1024")
    tenant = Admin(server).tenant()
    assert tenant.chat(HELLO | {"user": "x" * 2000}).status_code == 413
    page = metrics.scrape(server)
    assert page("tollgate_requests_refused_total", reason="request_too_large") == 1
    assert page("tollgate_runs_total", outcome="request_too_large", streamed="false") == 0


def test_commits_and_room_are_shown(own, tenant):
    before = metrics.scrape(own)
    assert tenant.chat(HELLO).status_code == 200
    after = metrics.scrape(own)
    for name in ["tollgate_store_commits_total", "tollgate_store_commit_seconds_count"]:
        assert after(name, store="ledger") - before(name, store="ledger") == 2, "a hold and a settle"
    assert after("tollgate_store_map_bytes", store="ledger") == 1 << 30
    assert 0 < after("tollgate_store_map_used_bytes", store="catalog") < 1 << 30
    assert after("tollgate_store_disk_free_bytes", store="ledger") > 0
    assert after("tollgate_store_readers", store="catalog") >= 1
    assert abs(after("process_start_time_seconds") - Decimal(time.time())) < 600
    assert after("process_open_fds") > 10
    assert 0 < after("tollgate_resident_anonymous_bytes") < after("process_resident_memory_bytes")


def test_a_scrape_is_quick(own, tenant):
    tenant.chat(HELLO)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        plain.get(own.admin_url + "/metrics")
        times.append(time.perf_counter() - started)
    assert sorted(times)[10] < 0.25 * PATIENCE, "a connection and a debug build included"


def test_those_with_the_least_credits_are_named(new_server, simulator):
    server = new_server(simulator, metrics_organizations="2")
    admin = Admin(server)
    rich, poor, middling = [admin.tenant(credits=amount) for amount in ["9", "0.5", "3"]]
    admin.tenant(credits=None)
    assert poor.chat(HELLO).status_code == 200
    credits = poor.credits()
    page = metrics.scrape(server)

    def figure(name: str, tenant) -> Decimal | None:
        labels = frozenset({("organization", tenant.organization)})
        return page.samples.get((f"tollgate_organization_{name}_credits", labels))

    for name in ["balance", "held", "available", "overdraft"]:
        assert figure(name, poor) == credits[name], name
        assert figure(name, rich) is None
    assert figure("daily_spend", poor) == Decimal("0.5") - credits["balance"] > 0
    assert figure("available", middling) == 3 and figure("daily_spend", middling) == 0
    assert page("tollgate_organizations_unlisted") == 1
    assert page("tollgate_runs_interrupted") == 0
    none = metrics.scrape(new_server(simulator, metrics_organizations="0"))
    assert none.labels("tollgate_organization_available_credits") == set()
