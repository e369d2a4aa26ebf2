"""A provider's bill, made of what the simulator served, against the books."""

import collections
import csv
import datetime
import io
import json
from decimal import Decimal

import pytest

import metrics
import prices
from tenants import HELLO, Admin

DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def billed(new_server, new_simulator):
    """A server of its own, and what its provider billed, by model: two organizations, whole and streamed."""
    simulator = new_simulator()
    server = new_server(simulator)
    admin = Admin(server)
    for model in ["sim-1", "sim-2"]:
        tenant = admin.tenant(model=model)
        for number in range(3):
            body = HELLO | {"stream": number == 1, "max_tokens": 10 + number}
            assert tenant.chat(body).status_code == 200
    failing = admin.tenant(model="sim-1!500")
    assert failing.chat(HELLO).status_code == 502
    sums = collections.defaultdict(collections.Counter)
    for row in simulator.rows():
        if row["billed"]:
            assert row["prompt_tokens"] > 0 and row["completion_tokens"] > 0
            sums[row["model"]] += collections.Counter(
                input=row["prompt_tokens"], output=row["completion_tokens"], requests=1)
    assert {model: counts["requests"] for model, counts in sums.items()} == {"sim-1": 3, "sim-2": 3}
    return server, dict(sums)


def day(server) -> datetime.datetime:
    """The UTC day on which the runs ended. A test that crosses midnight has them all in one bill all the same."""
    tenants = [row["slug"] for row in Admin(server).items("/organizations")]
    days = {
        item["day"] for slug in tenants
        for item in Admin(server).get("/usage", organization=slug, by="day")["items"]}
    if len(days) != 1:
        pytest.skip("midnight came in between")
    return datetime.datetime.fromisoformat(days.pop()).replace(tzinfo=datetime.UTC)


def dollars(counts) -> Decimal:
    return prices.cost(counts["input"], counts["output"])


def generic(start, sums) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["date", "model", "input_tokens", "cached_input_tokens", "output_tokens", "requests", "cost"])
    for model, counts in sums.items():
        # A pocketful of rows of a model is as good as one.
        half = counts["input"] // 2
        writer.writerow([start.date(), model, half, 0, 0, 1, dollars(counts)])
        writer.writerow([start.date(), model, counts["input"] - half, 0, counts["output"], counts["requests"] - 1, 0])
    return text.getvalue()


def lines(start, sums) -> str:
    return "\n".join(
        json.dumps({"date": str(start.date()), "model": model, "input_tokens": counts["input"],
                    "output_tokens": counts["output"], "cost": str(dollars(counts))})
        for model, counts in sums.items()) + "\n"


def openai_usage(start, sums) -> str:
    results = [
        {"object": "organization.usage.completions.result", "input_tokens": counts["input"], "input_cached_tokens": 0,
         "output_tokens": counts["output"], "num_model_requests": counts["requests"], "project_id": "proj_a",
         "api_key_id": "key_a", "model": f"{model}-2026-01-31"}
        for model, counts in sums.items()]
    bucket = {"object": "bucket", "start_time": int(start.timestamp()), "end_time": int((start + DAY).timestamp()),
              "results": results}
    return json.dumps({"object": "page", "data": [bucket], "has_more": False, "next_page": None}, indent=1)


def openai_costs(start, sums) -> str:
    results = []
    for model, counts in sums.items():
        for item, cost in [("input", prices.cost(counts["input"], 0)), ("output", prices.cost(0, counts["output"]))]:
            amount = {"value": float(cost), "currency": "usd"}
            results.append({"object": "organization.costs.result", "amount": amount, "line_item": f"{model}, {item}"})
    bucket = {"object": "bucket", "start_time": int(start.timestamp()), "end_time": int((start + DAY).timestamp()),
              "results": results}
    return json.dumps({"object": "page", "data": [bucket], "has_more": False, "next_page": None})


def anthropic_usage(start, sums) -> str:
    results = [
        {"uncached_input_tokens": counts["input"], "cache_read_input_tokens": 0, "output_tokens": counts["output"],
         "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
         "server_tool_use": {"web_search_requests": 0}, "api_key_id": None, "model": f"{model}-20260131"}
        for model, counts in sums.items()]
    bucket = {"starting_at": start.isoformat(), "ending_at": (start + DAY).isoformat(), "results": results}
    return json.dumps({"data": [bucket], "has_more": False, "next_page": None})


def anthropic_costs(start, sums) -> str:
    results = [{"amount": str(dollars(counts) * 100), "currency": "USD", "model": model, "cost_type": "tokens"}
               for model, counts in sums.items()]
    bucket = {"starting_at": start.isoformat(), "ending_at": (start + DAY).isoformat(), "results": results}
    return json.dumps({"data": [bucket], "has_more": False, "next_page": None})


EXPORTS = [("generic", generic), ("generic", lines), ("openai", openai_usage), ("openai", openai_costs),
           ("anthropic", anthropic_usage), ("anthropic", anthropic_costs)]
STRICT = ["--tolerance", "0", "--tolerance-credits", "0"]


@pytest.mark.parametrize("provider, export", EXPORTS, ids=[export.__name__ for _, export in EXPORTS])
def test_the_books_have_what_the_provider_bills(billed, tmp_path, provider, export):
    server, sums = billed
    start = day(server)
    file = tmp_path / "export"
    asked = ["ledger", "reconcile", "--provider", provider, file, "--ledger-provider", "simulated"]
    file.write_text(export(start, sums))
    whole = server.command(*asked, *STRICT, "--json")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    answer = json.loads(whole.stdout)
    assert answer["within_tolerance"] and answer["total"]["capture_rate"] == "1"
    rows = {row["model"]: row for row in answer["rows"] if row["standing"] == "within"}
    assert rows.keys() >= sums.keys()
    for model, counts in sums.items():
        recorded = rows[model]["recorded"]
        assert (recorded["input_tokens"], recorded["output_tokens"]) == (counts["input"], counts["output"])
        assert Decimal(recorded["cost"]) == dollars(counts) and rows[model]["runs"] == counts["requests"]

    # A bill of less: the rest is named.
    file.write_text(export(start, {"sim-2": sums["sim-2"]}))
    table = server.command(*asked, *STRICT)
    assert table.returncode == 1, table.stdout + table.stderr
    lines = [line.split() for line in table.stdout.splitlines()]
    assert [line[1] for line in lines if line[-1:] == ["unbilled"]] == ["sim-1"]
    assert "outside the tolerance of 0%" in table.stdout

    # A bill of more: what the books lack is named, in every form.
    file.write_text(export(start, sums | {"sim-9": sums["sim-1"]}))
    sheet = server.command(*asked, *STRICT, "--format", "csv")
    assert sheet.returncode == 1
    found = list(csv.DictReader(io.StringIO(sheet.stdout, newline="")))
    assert [row["model"] for row in found if row["standing"] == "unrecorded"][0].startswith("sim-9")


def test_a_bill_off_by_little_is_tolerated(billed, tmp_path):
    server, sums = billed
    start = day(server)
    more = {model: counts + collections.Counter(input=1) for model, counts in sums.items()}
    file = tmp_path / "bill.csv"
    file.write_text(generic(start, more))
    asked = ["ledger", "reconcile", "--provider", "generic", file]
    assert server.command(*asked, *STRICT).returncode == 1
    assert server.command(*asked, "--tolerance", "0", "--tolerance-tokens", "2").returncode == 0, "two in all, and a cent"
    assert server.command(*asked, "--tolerance", "50%", "--tolerance-credits", "0").returncode == 0


def test_models_can_be_mapped(billed, tmp_path):
    server, sums = billed
    start = day(server)
    file = tmp_path / "bill.csv"
    file.write_text(generic(start, {"Model One": sums["sim-1"], "sim-2": sums["sim-2"]}))
    asked = ["ledger", "reconcile", "--provider", "generic", file, *STRICT]
    assert server.command(*asked).returncode == 1
    assert server.command(*asked, "--model-map", "Model One=sim-1").returncode == 0


def test_keys_can_be_mapped(billed, tmp_path):
    server, sums = billed
    file = tmp_path / "usage.json"
    file.write_text(openai_usage(day(server), sums))
    [ours] = [key["id"] for key in Admin(server).items("/provider-keys") if key["provider"] == "simulated"]
    asked = ["ledger", "reconcile", "--provider", "openai", "--ledger-provider", "simulated", file, *STRICT, "--json"]
    mapped = json.loads(server.command(*asked, "--key-map", f"key_a={ours}").stdout)
    assert mapped["by"] == ["day", "model", "key"] and mapped["within_tolerance"]
    assert {row["key"] for row in mapped["rows"]} == {ours}
    assert json.loads(server.command(*asked).stdout)["by"] == ["day", "model"]


def test_how_it_came_out_is_kept_and_measured(billed):
    server, sums = billed
    admin = Admin(server)
    start = day(server)
    double = {model: counts + counts for model, counts in sums.items()}
    admin.reconcile(generic(start, double), provider="generic", ledger_provider="simulated")
    spent = sum(map(dollars, sums.values()))
    for _ in range(2):
        page = metrics.scrape(server)
        rate = page("tollgate_reconciliation_capture_ratio", provider="simulated")
        assert Decimal("0.4999") < rate <= Decimal("0.5001")
        off = page("tollgate_reconciliation_difference_credits", provider="simulated")
        assert abs(off + spent) <= Decimal("0.00000001")
        assert page("tollgate_reconciliation_within_tolerance", provider="simulated") == 0
        last = page("tollgate_reconciliation_last_day_timestamp_seconds", provider="simulated")
        assert last == int(start.timestamp())
        server.stop()
        server.start()
    assert Admin(server).get("/audit")["items"][0]["action"] == "ledger.reconcile"


def test_without_a_server_the_files_are_read(billed, tmp_path):
    server, sums = billed
    start = day(server)
    file = tmp_path / "bill.csv"
    file.write_text(generic(start, sums))
    server.stop()
    try:
        done = server.command(
            "ledger", "reconcile", "--provider", "generic", file, *STRICT, environment={"TOLLGATE_ADMIN_URL": ""})
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        server.start()


@pytest.mark.parametrize("arguments, code, word", [
    (["--provider", "mistral", "bill.csv"], 2, "provider"), (["--provider", "generic"], 2, "file"),
    (["--provider", "generic", "bill.csv", "--tolerance", "much"], 2, "--tolerance"),
    (["--provider", "generic", "bill.csv", "--model-map", "a"], 2, "--model-map"),
    (["--provider", "generic", "bill.csv", "--from", "May"], 2, "--from"),
    (["--provider", "generic", "none.csv"], 1, "none.csv"),
    (["--provider", "generic", "bad.csv"], 1, "line 3: cost"), (["--provider", "openai", "bill.csv"], 1, "start_time"),
])
def test_what_is_asked_wrongly_is_said(server, arguments, code, word):
    (server.folder / "bill.csv").write_text("date,cost\n2026-11-01,1\n")
    (server.folder / "bad.csv").write_text("date,cost\n2026-11-01,1\n2026-11-02,1;5\n")
    done = server.command("ledger", "reconcile", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert word in done.stderr
