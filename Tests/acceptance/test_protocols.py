"""Every protocol in, every protocol out: the vendors' SDKs hear what the simulated provider said, and pay what it spent."""

import dataclasses
import json
from decimal import Decimal

import pytest

from processes import ROOT
from speakers import IMAGE, SCHEMA, SPEAKERS, TOOLS, Ask, Heard
from tenants import Admin

#: Providers: the habits they have, where their base URL ends, and what their versions say besides.
PROVIDERS = {
    "openai": ("openai", "/v1", {}),
    "openai-responses": ("openai", "/v1", {"protocol": "responses"}),
    "anthropic": ("anthropic", "/v1", {}),
    "gemini": ("gemini", "/v1beta", {}),
    "deepseek": ("deepseek", "/v1", {}),
}


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A thing to ask of a model of the simulator's."""

    model: str
    ask: dict
    #: What is wrong with cells, by speaker or provider or both, and why.
    missing: dict = dataclasses.field(default_factory=dict)


NATIVE_HAS_NO_TOOLS = {"native": "a native run's tools are the version's"}
SCENARIOS = {
    "text": Scenario("sim-1", {}),
    "tools": Scenario("sim-1+tools", {"tools": True}, NATIVE_HAS_NO_TOOLS),
    "schema": Scenario("sim-1", {"schema": True}, {
        "native": "a native run's schema is the agent's", "deepseek": "knows JSON of any shape only"}),
    "image": Scenario("sim-1+look", {"image": True}),
    "reasoning": Scenario("sim-1+think", {}),
    "cache": Scenario("sim-1+cache", {}),
    "refusal": Scenario("sim-1+refuse", {}),
    "length": Scenario("sim-big", {}),
    "refused": Scenario("sim-1!429", {}),
    "broken": Scenario("sim-1!error-event", {}),
    "cut": Scenario("sim-1!unfinished", {}),
}
#: Nano-credits per million tokens; other models at other rates would hide a counter taken for another.
RATES = {
    "input": 1_000_000_000, "cache_read": 100_000_000, "cache_write": 2_000_000_000, "output": 4_000_000_000,
    "reasoning": 8_000_000_000, "max_output_tokens": 100_000,
}
FAILING = {"refused", "broken", "cut"}


@pytest.fixture(scope="module")
def world(new_server, simulator):
    """A server with a provider for each protocol, and an agent for each provider and model."""
    settings = {}
    for name, (dialect, base, _) in PROVIDERS.items():
        prefix = "providers_p-" + name
        settings[prefix + "_base_url"] = simulator.url + base
        settings[prefix + "_dialect"] = dialect
    server = new_server(simulator, **settings)
    admin = Admin(server)
    tenants = {}
    for name, (_, _, members) in PROVIDERS.items():
        provider = "p-" + name
        admin.add_key(provider, "sk-platform-key")
        for label, scenario in SCENARIOS.items():
            if not any(row["model"] == scenario.model for row in admin.items("/prices", provider=provider)):
                admin.post("/prices", {"provider": provider, "model": scenario.model, **RATES})
            tenants[name, label] = admin.tenant(provider=provider, model=scenario.model, **members)
    return server, tenants, simulator


def ask(world, speaker: str, provider: str, scenario: str, stream: bool) -> tuple[Heard, dict | None, object]:
    server, tenants, simulator = world
    tenant = tenants[provider, scenario]
    heard = SPEAKERS[speaker](
        tenant.secret, server.gateway_url, Ask(stream=stream, **SCENARIOS[scenario].ask))
    return heard, simulator.by_run().get(heard.run_id), tenant


def missing(speaker: str, provider: str, scenario: str) -> str | None:
    reasons = SCENARIOS[scenario].missing
    return reasons.get(speaker) or reasons.get(provider) or reasons.get((speaker, provider))


CELLS = [
    pytest.param(speaker, provider, scenario, stream,
                 id=f"{speaker}-{provider}-{scenario}-{'streamed' if stream else 'whole'}")
    for speaker in SPEAKERS for provider in PROVIDERS for scenario in SCENARIOS for stream in (False, True)
    if missing(speaker, provider, scenario) is None
]


@pytest.mark.parametrize("speaker, provider, scenario, stream", CELLS)
def test_cell(world, speaker, provider, scenario, stream):
    heard, served, tenant = ask(world, speaker, provider, scenario, stream)
    if scenario in FAILING:
        assert heard.error, f"the SDK raises, and did not: {heard}"
        return
    assert heard.error is None, heard
    assert served, f"the simulator served it: {heard.run_id}"
    system = "[" + SCENARIOS[scenario].model
    if scenario == "tools":
        assert [name for name, _ in heard.calls] == TOOLS
        assert all(set(arguments) == {"city"} for _, arguments in heard.calls)
        assert heard.finish == "tool_calls"
    elif scenario == "refusal":
        assert heard.finish in ("content_filter", "stop")
    elif scenario == "schema":
        assert set(json.loads(heard.text)) == set(SCHEMA["required"])
    elif scenario == "image":
        assert "image/png" in heard.text and str(len(IMAGE)) in heard.text
    elif scenario == "length":
        assert heard.finish == "length" and len(heard.text) > 1_000
    else:
        assert heard.text.startswith(system), heard
        assert heard.finish == "stop"
    if scenario == "reasoning":
        assert heard.thought == served["reasoning_tokens"] > 0
        assert speaker == "native" or heard.reasoning
    # What it spent, whichever way it is counted, and what the books charge for it.
    assert (heard.input, heard.output) == (served["prompt_tokens"], served["completion_tokens"])
    assert heard.cached == served["cache_read_tokens"]
    record = tenant.record(heard.run_id)
    assert record["usage"]["estimated"] is False
    assert record["usage"]["input_tokens"] == served["prompt_tokens"]
    assert record["usage"]["output_tokens"] == served["completion_tokens"]
    assert record["usage"]["cache_read"] == served["cache_read_tokens"]
    assert record["usage"]["cache_write"] == served["cache_write_tokens"]
    assert record["usage"]["reasoning"] == served["reasoning_tokens"]
    assert Decimal(str(record["cost"])) == charge(served)


def charge(served: dict) -> Decimal:
    """Credits, from what the simulator says it spent."""
    cached, written = served["cache_read_tokens"], served["cache_write_tokens"]
    thought = served["reasoning_tokens"]
    nano = (
        (served["prompt_tokens"] - cached - written) * RATES["input"] + cached * RATES["cache_read"]
        + written * RATES["cache_write"] + (served["completion_tokens"] - thought) * RATES["output"]
        + thought * RATES["reasoning"])
    return Decimal((nano + 500_000) // 1_000_000) / 10**9


def table() -> str:
    """The cells, as `docs/protocols.md` has them."""
    lines = ["| in \\ out | " + " | ".join(PROVIDERS) + " |", "|---|" + "---|" * len(PROVIDERS)]
    for speaker in SPEAKERS:
        cells = []
        for provider in PROVIDERS:
            lacks = [name for name in SCENARIOS if missing(speaker, provider, name)]
            cells.append("all" if not lacks else "all but " + ", ".join(lacks))
        lines.append(f"| {speaker} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def test_the_documented_table_is_this_one():
    assert table() in (ROOT / "docs" / "protocols.md").read_text()
