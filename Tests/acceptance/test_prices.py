"""Prices: set, listed and imported by command, dated, versioned; a run costs what was in force when it began."""

import concurrent.futures
import datetime
import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from genai_prices import data, types

import prices
from tenants import HELLO, Admin
from waiting import eventually

BASE = {"input": prices.INPUT, "output": prices.OUTPUT}


@pytest.fixture(scope="module")
def own_server(new_server, simulator):
    """A server whose base prices nobody else relies on."""
    return new_server(simulator)


@pytest.fixture(scope="module")
def own_admin(own_server):
    return Admin(own_server)


@pytest.fixture()
def tenant(own_admin):
    return own_admin.tenant()


@pytest.fixture()
def price(own_server):
    """Runs a command below `price`; answers what it printed as JSON, or with a code what it said."""
    def call(*arguments, code: int = 0):
        done = own_server.command("price", *arguments, *([] if code else ["--json"]))
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        if code:
            return done.stderr
        printed = json.loads(done.stdout)
        return printed["items"] if arguments[0] == "list" else printed

    return call


def ended(tenant) -> dict:
    return tenant.record(tenant.chat(HELLO).headers["tollgate-run-id"])


def version_of(record: dict) -> int:
    return record["price_version"]


def due(record: dict, rates: dict) -> Decimal:
    """What the run costs at these rates, nano-credits a million tokens."""
    usage = record["usage"]
    millionths = usage["input_tokens"] * rates["input"] + usage["output_tokens"] * rates["output"]
    return (Decimal(millionths) / 10**6).quantize(Decimal(1), ROUND_HALF_UP) / 10**9


def own(tenant) -> list[str]:
    return ["simulated", "sim-1", "--organization", tenant.organization]


def test_a_run_costs_what_its_organization_pays_and_its_record_says_by_which_version(tenant, price):
    first = ended(tenant)
    assert first["cost"] == due(first, BASE) and version_of(first) > 0
    assert price("show", str(version_of(first)))["input"] == prices.INPUT

    set_price = price("set", *own(tenant), "--input", "2.5", "--output", "10", "--cache-read", "0.25")
    assert set_price["version"] > version_of(first) and set_price["state"] == "in_force"
    assert set_price["max_output_tokens"] == 100_000, "how much a model writes stays known"
    second = ended(tenant)
    assert version_of(second) == set_price["version"]
    assert second["cost"] == due(second, {"input": 2_500_000_000, "output": 10_000_000_000})

    times = price("set", *own(tenant), "--multiplier", "1.25")
    assert (times["multiplier_ppm"], times["input"]) == (1_250_000, prices.INPUT * 5 // 4)
    third = ended(tenant)
    assert third["cost"] == due(third, {name: rate * 5 // 4 for name, rate in BASE.items()})

    price("unset", *own(tenant))
    fourth = ended(tenant)
    assert (fourth["cost"], version_of(fourth)) == (due(fourth, BASE), version_of(first))
    # What was said is still there, and what was charged does not move.
    listed = price("list", "--organization", tenant.organization, "--all")
    assert [row["state"] for row in listed] == ["in_force", "past", "past"]
    assert price("show", str(set_price["version"]))["state"] == "past"
    assert tenant.record(second["id"])["cost"] == second["cost"]


def test_a_price_begins_when_it_was_said_to(tenant, price):
    begin = datetime.datetime.now(datetime.UTC) + datetime.timedelta(milliseconds=1_500)
    coming = price("set", *own(tenant), "--input", "3", "--output", "6", "--effective-from", begin.isoformat())
    assert coming["state"] == "scheduled"
    seen = []

    def has_switched():
        seen.append(ended(tenant))
        return version_of(seen[-1]) == coming["version"]

    eventually(has_switched, "the price begins")
    began = int(begin.timestamp() * 1000)
    for record in seen:
        started = int(datetime.datetime.fromisoformat(record["started_at"]).timestamp() * 1000)
        is_new = started >= began
        assert (version_of(record) == coming["version"]) is is_new
        assert record["cost"] == due(record, {"input": 3 * 10**9, "output": 6 * 10**9} if is_new else BASE)
    assert len(seen) > 1, "one at least was before"


def test_the_past_is_not_set(tenant, price):
    said = price("set", *own(tenant), "--input", "1", "--output", "1", "--effective-from", "2026-01-01T00:00:00Z", code=1)
    assert "effective_from lies in the past" in said
    assert price("list", "--organization", tenant.organization) == []


def test_a_run_that_has_begun_keeps_its_price(tenant, price, simulator):
    before = simulator.state()["waiting"]
    simulator.close_barrier()
    try:
        with concurrent.futures.ThreadPoolExecutor() as threads:
            running = threads.submit(tenant.chat, HELLO)
            eventually(lambda: simulator.state()["waiting"] > before, "the run waits at its provider")
            dearer = price("set", *own(tenant), "--input", "100", "--output", "100")
            simulator.open_barrier()
            record = tenant.record(running.result().headers["tollgate-run-id"])
    finally:
        simulator.open_barrier()
    assert record["cost"] == due(record, BASE) and version_of(record) < dearer["version"]
    assert version_of(ended(tenant)) == dearer["version"]


def test_tiers_fees_and_free(tenant, price):
    price("set", *own(tenant), "--input", "1", "--output", "1", "--tier", "1:input=2,output=3", "--request", "0.012")
    record = ended(tenant)
    assert record["cost"] == due(record, {"input": 2 * 10**9, "output": 3 * 10**9}) + Decimal("0.012")
    balance = tenant.credits()["balance"]
    assert price("set", *own(tenant), "--free")["free"] is True
    assert ended(tenant)["cost"] == 0 and tenant.credits()["balance"] == balance


def test_what_costs_credits_needs_a_price_and_an_output_maximum_to_be_deployed(own_admin, tenant, price):
    model = f"sim-1!slow-{tenant.organization}"
    number = tenant.new_version(model=model, max_output_tokens=None)["number"]

    def refusal() -> str:
        return own_admin.call("PUT", tenant.place(), {"version": number}, expect=400)["detail"]

    assert "has no price" in refusal()
    later = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).isoformat()
    price("set", "simulated", model, "--free", "--effective-from", later)
    assert "has no price" in refusal()
    price("set", "simulated", model, "--organization", tenant.organization, "--free")
    assert "how much" in refusal()
    price("set", "simulated", model, "--organization", tenant.organization, "--free", "--max-output", "50")
    assert tenant.deploy(number)["version"]["number"] == number


def test_only_a_platform_owner_sets_prices(own_admin, tenant):
    body = {"provider": "simulated", "model": "sim-1", "input": 1, "output": 1}
    for role, organization in [
        ("owner", tenant.organization), ("deployer", None), ("billing", None), ("viewer", None),
    ]:
        token = own_admin.post("/admin-tokens", {"role": role, **({"organization": organization} if organization else {})})
        other = Admin(own_admin.server, token["secret"])
        for path, sent in [("/prices", body), ("/prices/import", {"format": "x", "prices": [body]})]:
            other.post(path, sent, expect=403)
        assert other.items("/prices")


def test_an_organization_sees_its_own_prices_and_no_others(own_admin, tenant, price):
    rival = own_admin.tenant()
    version = price("set", *own(rival), "--multiplier", "2")["version"]
    mine = price("set", *own(tenant), "--multiplier", "3")["version"]
    token = own_admin.post("/admin-tokens", {"role": "viewer", "organization": tenant.organization})["secret"]
    viewer = Admin(own_admin.server, token)
    assert {row["organization"] for row in viewer.items("/prices")} == {None, tenant.organization}
    assert viewer.get(f"/prices/{mine}")["multiplier_ppm"] == 3_000_000
    viewer.call("GET", f"/prices/{version}", expect=404)
    viewer.call("GET", "/prices", expect=404, organization=rival.organization)


@pytest.mark.parametrize("arguments, said", [
    (["set", "a", "b", "--input", "1"], "--output"), (["set", "a", "b"], "--free"),
    (["set", "a", "b", "--input", "1e-20", "--output", "1"], "places"),
    (["set", "a", "b", "--multiplier", "2"], "--organization"),
    (["set", "a", "b", "--input", "-1", "--output", "1"], "--input"), (["import"], "file"),
    (["set", "a", "b", "--input", "1", "--output", "1", "--tier", "x"], "--tier"),
    (["import", "x", "--format", "other"], "--format"),
])
def test_wrong_use(price, arguments, said):
    assert said in price(*arguments, code=2)


# Imports


def published() -> list[dict]:
    """genai-prices' list as the project publishes it, made of what the package ships."""
    def plain(value):
        match value:
            case types.TieredPrices():
                return {"base": float(value.base), "tiers": [
                    {"start": tier.start, "price": float(tier.price)} for tier in value.tiers]}
            case types.ModelPrice():
                return {key: plain(price) for key, price in value.__dict__.items() if price is not None}
            case types.StartDateConstraint():
                return {"start_date": value.start_date.isoformat()}
            case types.TimeOfDateConstraint():
                return {"start_time": value.start_time.isoformat(), "end_time": value.end_time.isoformat()}
            case types.ConditionalPrice():
                found = {"prices": plain(value.prices)}
                return {"constraint": plain(value.constraint), **found} if value.constraint else found
            case Decimal():
                return float(value)
            case list():
                return [plain(item) for item in value]
        raise AssertionError(value)

    return [
        {"id": provider.id, "models": [
            {"id": model.id, "prices": plain(model.prices), **({"deprecated": True} if model.deprecated else {})}
            for model in provider.models]}
        for provider in data.providers
    ]


def test_what_genai_prices_publishes_is_imported_and_costs_what_it_says(own_admin, tmp_path, price):
    listed = published()
    file = tmp_path / "data.json"
    file.write_text(json.dumps(listed))
    count = sum(len(provider["models"]) for provider in listed)
    first = price("import", str(file), "--format", "genai-prices")
    taken = first["added"] + first["changed"] + first["unchanged"] + len(first["skipped"])
    # A model of which a price to come is said counts as both.
    assert first["added"] > 1_000 and count <= taken + first["scheduled"] and first["scheduled"] > 0
    assert all(row["reason"] for row in first["skipped"])
    again = price("import", str(file), "--format", "genai-prices")
    assert (again["added"], again["changed"], again["scheduled"]) == (0, 0, 0)
    assert again["skipped"] == first["skipped"]

    now = {(row["provider"], row["model"]): row for row in own_admin.items("/prices") if row["state"] == "in_force"}
    names = {"google": "gemini", "x-ai": "xai", "aws": "bedrock"}
    compared = 0
    for provider in data.providers:
        for model in provider.models:
            row = now.get((names.get(provider.id, provider.id), model.id))
            if row is None or row["source"] != "import genai-prices" or isinstance(model.prices, list):
                continue
            usage = types.Usage(input_tokens=12_345, output_tokens=678)
            theirs = model.calc_price(usage, provider).total_price
            ours = rates_of(row, 12_345)
            cost = (12_345 * ours["input"] + 678 * ours["output"] + row["request"]) / Decimal(10**15)
            assert abs(cost - theirs) < Decimal("1e-9"), (provider.id, model.id)
            compared += 1
    assert compared > 500

    audit = next(entry for entry in own_admin.items("/audit") if entry["action"] == "prices.import")
    assert audit["details"]["source"] == "import genai-prices"


def rates_of(row: dict, tokens: int) -> dict:
    reached = [tier for tier in row.get("tiers", []) if tokens > tier["above"]]
    return reached[-1] if reached else row


LITELLM = {
    "sample_spec": {"litellm_provider": "one of …", "max_output_tokens": "text"},
    "lite-1": {
        "litellm_provider": "litetest", "mode": "chat", "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
        "cache_read_input_token_cost": 1.25e-07, "cache_creation_input_token_cost": 1.5e-06,
        "cache_creation_input_token_cost_above_1hr": 2.5e-06, "input_cost_per_audio_token": 3e-06,
        "input_cost_per_token_above_200k_tokens": 2.5e-06, "output_cost_per_token_above_200k_tokens": 1.5e-05,
        "cache_read_input_token_cost_above_200k_tokens": 2.5e-07, "input_cost_per_token_batches": 6e-07,
        "search_context_cost_per_query": {"search_context_size_low": 0.005, "search_context_size_high": 0.012},
        "output_cost_per_image": 0.04, "max_output_tokens": 65_536,
    },
    "litetest/lite-2": {
        "litellm_provider": "litetest", "input_cost_per_token": 0.0, "output_cost_per_token": 2e-06,
        "input_cost_per_request": 0.005,
    },
    "lite-embedding": {"litellm_provider": "litetest", "mode": "embedding", "input_cost_per_token": 1e-07},
    "lite-painter": {
        "litellm_provider": "litetest", "mode": "chat", "input_cost_per_token": 1e-07, "output_cost_per_token": 1e-07,
        "output_cost_per_image_token": 3e-05,
    },
    "lite-zero": {"litellm_provider": "litetest", "input_cost_per_token": 0, "output_cost_per_token": 0},
    "lite-half": {"litellm_provider": "litetest", "input_cost_per_token": 1e-06},
}


def test_what_litellm_has_is_imported(own_admin, tmp_path, price):
    file = tmp_path / "model_prices_and_context_window.json"
    file.write_text(json.dumps(LITELLM))
    report = price("import", str(file), "--format", "litellm")
    assert report["added"] == 2
    assert {row["model"]: row["reason"].split(" ")[0] for row in report["skipped"]} == {
        "lite-embedding": "is", "lite-painter": "has", "lite-zero": "costs", "lite-half": "has"}
    rows = {row["model"]: row for row in own_admin.items("/prices") if row["provider"] == "litetest"}
    both = {
        "audio_input": 3 * 10**9, "cache_write": 1_500_000_000, "cache_write_1h": 2_500_000_000,
        "tool_calls": 12 * 10**12, "images": 40 * 10**12,
    }
    first = {"input": 1_250_000_000, "output": 10_000_000_000, "cache_read": 125_000_000, **both}
    above = {"input": 2_500_000_000, "output": 15_000_000_000, "cache_read": 250_000_000, "above": 200_000, **both}
    assert rows["lite-1"].items() >= {**first, "max_output_tokens": 65_536}.items()
    assert len(rows["lite-1"]["tiers"]) == 1 and rows["lite-1"]["tiers"][0].items() >= above.items()
    assert rows["lite-2"].items() >= {"input": 0, "output": 2 * 10**9, "request": 5 * 10**12}.items()


def test_a_list_of_our_own_is_imported_whole_or_not_at_all(own_admin, tmp_path, price):
    rows = [
        {"provider": "ours", "model": "a", "input": 5, "output": 7},
        {"provider": "ours", "model": "a", "input": 6, "output": 7, "effective_from": "2126-01-01T00:00:00Z"},
        {"provider": "ours", "model": "b", "free": True, "max_output_tokens": 9},
    ]
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"date": "2026-11-30", "models": [*rows, {"provider": "ours", "model": "c", "input": 1}]}))
    said = price("import", str(file), code=1)
    assert f"{file}: models/3 at /output: output is missing" in said
    assert not [row for row in own_admin.items("/prices") if row["provider"] == "ours"]
    file.write_text(json.dumps({"date": "2026-11-30", "models": rows}))
    report = price("import", str(file))
    assert (report["added"], report["scheduled"], report["unchanged"]) == (2, 1, 0)
    assert price("import", str(file))["unchanged"] == 2
    listed = price("list", "--provider", "ours", "--all")
    assert [(row["model"], row["state"]) for row in listed] == [("a", "scheduled"), ("a", "in_force"), ("b", "in_force")]


@pytest.mark.parametrize("format, text, said", [
    ("tollgate", "[]", "expects a date"), ("genai-prices", "{}", "expects an array of providers"),
    ("genai-prices", '[{"id":"a","models":[{"id":"b","prices":{"input_mtok":-1,"output_mtok":1}}]}]',
     "0/models/0 (a/b): input_mtok is no price"),
    ("litellm", "[]", "expects an object"), ("litellm", "{", "not JSON"),
    ("litellm", '{"a":{"litellm_provider":"b","input_cost_per_token":"x","output_cost_per_token":1}}', "a: input_cost"),
])
def test_a_file_that_is_none_is_refused(tmp_path, price, format, text, said):
    file = tmp_path / "file.json"
    file.write_text(text)
    assert said in price("import", str(file), "--format", format, code=1)


def test_a_price_set_by_hand_outlives_a_restart_until_the_list_says_something_new(new_server, simulator, tmp_path):
    server = new_server(simulator)
    file = tmp_path / "prices.json"
    prices.write(file)
    server.environment["TOLLGATE_PRICES"] = str(file)
    server.command("price", "set", "simulated", "sim-1", "--input", "9", "--output", "9")

    def listed() -> tuple[int, str]:
        row = next(row for row in Admin(server).items("/prices") if row["model"] == "sim-1" and row["provider"] == "simulated")
        return row["input"], row["source"]

    def restart():
        server.stop()
        server.start()

    restart()
    assert listed() == (9 * 10**9, "set")
    file.write_text(file.read_text().replace(str(prices.INPUT), str(3 * prices.INPUT)))
    restart()
    assert listed() == (3 * prices.INPUT, "list 2026-11-21")
    server.stop()
    # With no server the command speaks to the files.
    done = server.command(
        "price", "import", str(file), environment={"TOLLGATE_ADMIN_URL": ""})
    assert done.returncode == 0 and "unchanged" in done.stdout, done.stderr
