"""What runs cost, by our prices and by genai-prices' own calculation of the same usage: equal to the nano-credit.

Both begin with the same models: those of config/prices.json, each with usage of every kind it can have, on both sides
of every threshold. genai-prices answers an exact decimal, which is rounded half up once, as ours is. Where the two
differ by rule, the models are named below and what differs is asserted.
"""

import json
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version

import pytest
from genai_prices.data import providers
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices, Usage

from probe import ROOT, ask

LIST = json.loads((ROOT / "config" / "prices.json").read_text())
TODAY = datetime.fromisoformat(LIST["date"]).replace(tzinfo=UTC)
THEIR_NAMES = {"gemini": "google", "vertex": "google", "bedrock": "aws", "xai": "x-ai"}
TOOLS = {"web_searches_kcount": "web_searches", "storage_searches_kcount": "storage_searches"}
EACH = 6

# The provider's price is no whole number of nano-credits for a million tokens: the list has it rounded, half up.
ROUNDED = {
    "openrouter/google/gemini-2.5-flash", "openrouter/google/gemini-3.7-flash", "openrouter/google/gemini-3.8-flash",
}
# The price depends on the hour; the list has the dearest, since a hold must cover the hour in which a run ends.
BY_THE_HOUR = {"deepseek/deepseek-flash", "deepseek/deepseek-v4-flash", "deepseek/deepseek-v4-pro"}
# A request has a price of its own; one that consumed nothing is not charged it.
WITH_A_FEE = {"perplexity/sonar", "perplexity/sonar-pro", "perplexity/sonar-reasoning-pro"}


@dataclass
class Case:
    name: str
    row: dict
    model: ModelInfo
    provider: Provider
    usage: dict[str, int]

    @property
    def begin(self) -> datetime:
        from_time = self.row.get("effective_from")
        return datetime.fromisoformat(from_time) if from_time else TODAY

    def theirs(self) -> list[Decimal]:
        """USD at each hour of the day, exact."""
        usage = their_usage(self.usage, self.model.get_prices(self.begin))
        return [
            self.model.calc_price(
                usage, self.provider, genai_request_timestamp=self.begin + timedelta(hours=hour, minutes=30)
            ).total_price
            for hour in range(24)
        ]


def nano(price: Decimal) -> int:
    return int((price * 10**9).quantize(Decimal(1), ROUND_HALF_UP))


def their_usage(usage: dict[str, int], prices: ModelPrice) -> Usage:
    """Our disjoint counters as their nested ones."""
    of = lambda *names: sum(usage.get(name, 0) for name in names)
    tools = {key: getattr(prices, key) for key in TOOLS if getattr(prices, key) is not None}
    values = {
        "input_tokens": of("uncached_input", "cache_read", "cache_write", "cache_write_1h", "audio_input"),
        "cache_read_tokens": of("cache_read"),
        "cache_write_tokens": of("cache_write", "cache_write_1h"),
        "cache_write_1h_tokens": of("cache_write_1h"),
        "input_audio_tokens": of("audio_input"),
        # Sound that is read from a cache counts as any token that is.
        "cache_audio_read_tokens": 0,
        "output_tokens": of("output", "reasoning", "audio_output"),
        "output_reasoning_tokens": of("reasoning"),
        "output_audio_tokens": of("audio_output"),
    }
    if tools:
        # The list has the dearest of them.
        values[TOOLS[max(tools, key=tools.get)]] = of("tool_calls")
    return Usage(**values)


def find(row: dict) -> tuple[Provider, ModelInfo]:
    provider = next(item for item in providers if item.id == THEIR_NAMES.get(row["provider"], row["provider"]))
    model = next((item for item in provider.models if item.id == row["model"]), None) or provider.find_model(row["model"])
    assert model, f"genai-prices has no {row['provider']}/{row['model']}"
    return provider, model


def usages(row: dict, random: random.Random) -> list[dict[str, int]]:
    """Every kind, small and large, and prompts that end at each threshold, one before and one after it."""
    calls = {"tool_calls": 3} if "tool_calls" in row else {}
    kinds = ["uncached_input", "cache_read", "cache_write", "cache_write_1h", "audio_input"]
    outputs = ["output", "reasoning", "audio_output"]
    found = [{name: random.randrange(limit) for name in kinds + outputs} | calls for limit in (10, 5_000, 300_000)]
    found += [{"uncached_input": 1}, {"uncached_input": random.randrange(1, 99_999), "output": random.randrange(9_999)}]
    found.append({"cache_read": random.randrange(1, 10**6), "output": 1} | calls)
    for tier in row.get("tiers", []):
        for tokens in (tier["above"], tier["above"] + 1):
            cached = random.randrange(tokens)
            found.append({"uncached_input": tokens - cached, "cache_read": cached, "output": random.randrange(10_000)})
    return found


def cases() -> list[Case]:
    seeded = random.Random(5)
    found = []
    for row in LIST["models"]:
        if row["provider"] == "simulated":
            continue
        provider, model = find(row)
        name = f"{row['provider']}/{row['model']}"
        found += [Case(name, row, model, provider, usage) for usage in usages(row, seeded)]
    return found


def ours(cases: list[Case]) -> list[dict]:
    rows = [{key: value for key, value in case.row.items() if key != "context_window"} for case in cases]
    return ask("cost", [{"price": row, "usage": case.usage} for row, case in zip(rows, cases)])


@pytest.fixture(scope="module")
def answered() -> list[tuple[Case, dict]]:
    all_cases = cases()
    return list(zip(all_cases, ours(all_cases)))


def test_costs_are_equal_to_the_nano_credit(answered):
    compared = {"models": set(), "cases": 0}
    for case, answer in answered:
        if case.name in ROUNDED or case.name in BY_THE_HOUR:
            continue
        theirs = {nano(price) for price in case.theirs()}
        assert theirs == {answer["cost"]}, f"{case.name} {case.usage}"
        compared["models"].add((case.name, case.row.get("effective_from")))
        compared["cases"] += 1
    assert len(compared["models"]) >= 200 and compared["cases"] >= 1_000, compared


def test_what_depends_on_the_hour_costs_the_most_of_the_day(answered):
    seen = set()
    for case, answer in answered:
        if case.name in BY_THE_HOUR:
            seen.add(case.name)
            assert answer["cost"] == max(nano(price) for price in case.theirs()), f"{case.name} {case.usage}"
    assert seen == BY_THE_HOUR
    assert {case.name for case, _ in answered if len(set(case.theirs())) > 1} == BY_THE_HOUR


def test_what_is_rounded_differs_by_no_more_than_its_rounding(answered):
    """Half a nano-credit for a million tokens of each kind, and half a nano-credit of the whole."""
    seen = set()
    for case, answer in answered:
        if case.name not in ROUNDED:
            continue
        seen.add(case.name)
        exact = max(case.theirs()) * 10**9
        most = Decimal(sum(case.usage.values())) / 2 / 10**6 + Decimal("0.5")
        assert abs(answer["cost"] - exact) <= most, f"{case.name} {case.usage}"
    assert seen == ROUNDED
    inexact = set()
    for case, _ in answered:
        for price in case.model.get_prices(case.begin).__dict__.values():
            for value in [price.base, *(tier.price for tier in price.tiers)] if isinstance(price, TieredPrices) else [price]:
                if value is not None and value * 10**9 % 1:
                    inexact.add(case.name)
    assert inexact == ROUNDED


def test_a_request_that_consumed_nothing_is_not_charged():
    rows = [row for row in LIST["models"] if "request" in row]
    assert {f"{row['provider']}/{row['model']}" for row in rows} == WITH_A_FEE
    none = [Case("", row, *reversed(find(row)), {}) for row in rows]
    assert [answer["cost"] for answer in ours(none)] == [0] * len(rows)
    assert all(price > 0 for case in none for price in case.theirs())


def test_no_hold_is_below_the_cost(answered):
    for case, answer in answered:
        assert answer["bound"] >= answer["cost"], f"{case.name} {case.usage}"


def test_the_list_is_of_the_version_that_computes_here():
    source = next(source for source in LIST["sources"] if source["name"] == "genai-prices")
    script = (ROOT / "scripts" / "prices").read_text()
    pinned = re.search(r'^GENAI_PRICES = "(.+)"$', script, re.MULTILINE).group(1)
    assert source["version"] == pinned == version("genai-prices")


def test_the_list_covers_the_models_in_most_use():
    models = {(row["provider"], row["model"]) for row in LIST["models"] if row["provider"] != "simulated"}
    assert len(models) >= 150
    assert any("effective_from" in row for row in LIST["models"]) and any("tiers" in row for row in LIST["models"])
