"""Every protocol in, every protocol out: the vendors' own clients hear what the simulated provider said, whichever protocol
it said it in, and the books charge what it spent. `docs/protocols.md` has the table of the cells."""

import dataclasses
import json
from decimal import Decimal

import groq
import httpx
import httpx2
import openai
import pytest
from mistralai.client import Mistral as MistralClient

import clouds
from processes import ROOT
from tenants import Admin
from vendors import PICTURE, Question, Tool
from vendors.anthropic_messages import AnthropicMessages
from vendors.gemini import Gemini
from vendors.groq_chat import Groq
from vendors.mistral import Mistral
from vendors.openai_chat import OpenAIChat
from vendors.openai_responses import OpenAIResponses



class Responses(OpenAIResponses):
    """Of providers whose thoughts are in words only."""

    seals_reasoning = False


SPEAKERS = {"chat": OpenAIChat, "responses": Responses, "messages": AnthropicMessages, "gemini": Gemini}
#: By provider: whose habits it has, where its base URL ends, and what its versions say besides.
PROVIDERS = {
    "openai": ("openai", "/v1", {}),
    "openai-responses": ("openai", "/v1", {"protocol": "responses"}),
    "anthropic": ("anthropic", "/v1", {}),
    "gemini": ("gemini", "/v1beta", {}),
    "mistral": ("mistral", "/mistral/v1", {}),
    "vertex": ("vertex", "/v1/projects/p/locations/l/publishers/google", {}),
    "bedrock": ("bedrock", "", {}),
    "cohere": ("cohere", "/v2", {}),
}


def closed(**properties) -> dict:
    """The schema of an object with these members and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


TOOLS = (Tool("weather", closed(city={"type": "string"})), Tool("time", closed(zone={"type": "string", "enum": ["UTC"]})))
CALLS = [("weather", {"city": "toll"}), ("time", {"zone": "UTC"})]


@dataclasses.dataclass(frozen=True)
class Scenario:
    """Something to ask of a model of the simulator's."""

    model: str
    asks: dict = dataclasses.field(default_factory=dict)
    #: Cells that cannot be, by provider, and why.
    missing: dict[str, str] = dataclasses.field(default_factory=dict)


SCENARIOS = {
    "text": Scenario("sim-1"),
    "tools": Scenario("sim-1+tools", {"tools": TOOLS}),
    "thought and tools": Scenario("sim-1+think+tools", {"tools": TOOLS}),
    "schema": Scenario("sim-1", {"schema": closed(name={"type": "string"}, age={"type": "integer"})}),
    "picture": Scenario("sim-1+look", {"picture": True}),
    "cache": Scenario("sim-1+cache"),
    "refusal": Scenario("sim-1+refuse", missing={"mistral": "its protocol has no refusals", "cohere": "its protocol has no refusals"}),
    "length": Scenario("sim-big"),
}
FAILURES = {"refused": "sim-1!429", "broken": "sim-1!error-event", "cut": "sim-1!unfinished"}

#: Nano-credits per million tokens: all different, so that no counter can be taken for another.
RATES = {
    "input": 1_000_000_000, "cache_read": 100_000_000, "cache_write": 2_000_000_000, "output": 4_000_000_000,
    "reasoning": 8_000_000_000,
}


@pytest.fixture(scope="module")
def provider(new_simulator):
    return new_simulator()


@pytest.fixture(scope="module")
def tenant_of(new_server, provider):
    """Makes, once each, an organization whose agent runs a model at a provider."""
    settings = {}
    for name, (dialect, base, _) in PROVIDERS.items():
        settings[f"providers_p-{name}_base_url"] = provider.url + base
        settings[f"providers_p-{name}_dialect"] = dialect
    admin = Admin(new_server(provider, **settings))
    for name in PROVIDERS:
        is_vertex = PROVIDERS[name][0] == "vertex"
        secret = clouds.account(clouds.private_key(), provider.url + "/token") if is_vertex else "sk-platform-key"
        admin.add_key(f"p-{name}", secret)
        for model in {scenario.model for scenario in SCENARIOS.values()} | set(FAILURES.values()):
            admin.post("/prices", {"provider": f"p-{name}", "model": model, "max_output_tokens": 100_000, **RATES})
    made = {}

    def make(name: str, model: str):
        if (name, model) not in made:
            made[name, model] = admin.tenant(provider=f"p-{name}", model=model, **PROVIDERS[name][2])
        return made[name, model]

    return make


@pytest.fixture(autouse=True)
def short_log(provider):
    """Its last rows are looked at once a test."""
    provider.clear_log()


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def stream(request):
    return request.param


def speaking(kind, tenant):
    return kind(tenant.gateway_url, tenant.secret)


def question(scenario: Scenario) -> Question:
    return Question(model="deployed", most=64, **scenario.asks)


def check_books(speaker, said, served: dict, tenant):
    """The client heard, and the books have, what the simulator says that it spent."""
    assert served["finished"] and served["billed"]
    read, written, thought = (served[name] for name in ["cache_read_tokens", "cache_write_tokens", "reasoning_tokens"])
    uncached = served["prompt_tokens"] - read - written
    output = served["completion_tokens"] - thought
    heard_written = said.cache_write or 0 if speaker.says_cache_writes else 0
    assert said.cache_read == read
    assert said.uncached + heard_written == uncached + written
    assert said.output + (said.reasoned or 0) == output + thought
    assert (said.reasoned or 0) == thought
    record = tenant.record(served["client_request_id"])
    counters = {"uncached_input": uncached, "cache_read": read, "cache_write": written, "output": output,
                "reasoning": thought}
    assert {name: record["usage"][name] for name in counters} == counters
    assert record["usage"]["estimated"] is False
    nano = (uncached * RATES["input"] + read * RATES["cache_read"] + written * RATES["cache_write"]
            + output * RATES["output"] + thought * RATES["reasoning"])
    assert record["cost"] == Decimal((nano + 500_000) // 1_000_000) / 10**9


CELLS = [
    pytest.param(speaker, name, scenario, id=f"{speaker}-{name}-{scenario}")
    for speaker in SPEAKERS for name in PROVIDERS for scenario in SCENARIOS
    if name not in SCENARIOS[scenario].missing
]


@pytest.mark.parametrize("speaker, name, scenario", CELLS)
def test_cell(tenant_of, provider, stream, speaker, name, scenario):
    wanted = SCENARIOS[scenario]
    tenant = tenant_of(name, wanted.model)
    speaker = speaking(SPEAKERS[speaker], tenant)
    asked = question(wanted)
    try:
        said = speaker.ask(asked, stream)
    except openai.ContentFilterFinishReasonError:
        # What its stream makes of an answer that was not given.
        assert scenario == "refusal"
        return
    check_books(speaker, said, provider.rows()[-1], tenant)
    finish = "stop"
    if scenario.endswith("tools"):
        finish = "calls"
        assert said.calls == CALLS
        # What was thought and called goes back, with the provider's signatures, and what the calls came to.
        told = speaker.tell(asked, said, ["rain", "noon"], stream)
        check_books(speaker, told, provider.rows()[-1], tenant)
        assert told.text.startswith("[sim-1] ") and told.finish == speaker.finishes["stop"]
    elif scenario == "schema":
        assert json.loads(said.text) == {"name": "toll", "age": 7}
    elif scenario == "picture":
        assert "image/png" in said.text and str(len(PICTURE)) in said.text
    elif scenario == "length":
        finish = "length"
        assert len(said.text) > 10_000
    elif scenario == "refusal":
        # Where it is a reason to stop, not what was said, the words for it differ.
        finish = None
        assert said.refused or said.finish in ("content_filter", "incomplete", "SAFETY", "PROHIBITED_CONTENT")
    else:
        assert said.text.startswith("[sim-1] You greet.")
    if finish:
        assert said.finish == speaker.finishes[finish]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_failures_raise_in_the_clients_own_way(tenant_of, stream, speaker, name, failure):
    speaker = speaking(SPEAKERS[speaker], tenant_of(name, FAILURES[failure]))
    raised = (speaker.event_error, speaker.errors["500"][0], speaker.errors["429"][0])
    with pytest.raises(raised) as caught:
        speaker.ask(Question(model="deployed", most=64), stream)
    if failure == "refused":
        assert isinstance(caught.value, speaker.errors["429"][0]) and speaker.status(caught.value) == 429


def test_groqs_sdk(tenant_of, provider):
    class Client(Groq):
        def open(self):
            http = self.ends.enter_context(httpx.Client(trust_env=False))
            self.client = groq.Groq(base_url=self.url, api_key=self.key, max_retries=0, http_client=http)

    tenant = tenant_of("anthropic", "sim-1+tools")
    speaker = speaking(Client, tenant)
    asked = question(SCENARIOS["tools"])
    said = speaker.ask(asked, False)
    assert said.calls == CALLS and said.finish == "tool_calls"
    check_books(speaker, speaker.tell(asked, said, ["rain", "noon"], False), provider.rows()[-1], tenant)


def test_mistrals_sdk(tenant_of, provider, stream):
    class Client(Mistral):
        def open(self):
            http = self.ends.enter_context(httpx2.Client(trust_env=False))
            self.client = self.ends.enter_context(MistralClient(
                api_key=self.key, server_url=self.url, client=http, retry_config=None))

    tenant = tenant_of("mistral", "sim-1+tools")
    speaker = speaking(Client, tenant)
    asked = question(SCENARIOS["tools"])
    said = speaker.ask(asked, stream)
    assert said.calls == CALLS and said.finish == "tool_calls"
    check_books(speaker, speaker.tell(asked, said, ["rain", "noon"], stream), provider.rows()[-1], tenant)


def table() -> str:
    """The cells, as `docs/protocols.md` has them."""
    lines = ["| in \\ out | " + " | ".join(PROVIDERS) + " |", "|---|" + "---|" * len(PROVIDERS)]
    for speaker in SPEAKERS:
        lacks = {name: [label for label, scenario in SCENARIOS.items() if name in scenario.missing]
                 for name in PROVIDERS}
        cells = ["all but " + ", ".join(labels) if labels else "all" for labels in lacks.values()]
        lines.append(f"| {speaker} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def test_the_documented_table_is_this_one():
    assert table() in (ROOT / "docs" / "protocols.md").read_text()
