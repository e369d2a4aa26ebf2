"""The simulator is what it says it is: the vendors' own clients, unchanged and pointed straight at it, agree."""

import json

import anthropic
import google.auth.transport.requests
import httpx
import openai
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google import genai
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account

from vendors import PICTURE, Question, Tool
from vendors.anthropic_messages import AnthropicMessages, VertexAnthropic
from vendors.bedrock import Bedrock
from vendors.cohere_chat import CohereChat
from vendors.gemini import Gemini, VertexGemini
from vendors.groq_chat import Groq
from vendors.mistral import Mistral
from vendors.openai_chat import OpenAIChat
from vendors.openai_responses import OpenAIResponses

VENDORS = [
    OpenAIChat, OpenAIResponses, AnthropicMessages, VertexAnthropic, Gemini, VertexGemini, CohereChat, Mistral, Groq,
    Bedrock,
]


def closed(**properties) -> dict:
    """The schema of an object with these members and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


TOOLS = (
    Tool("weather", closed(city={"type": "string"}, days={"type": "integer"})),
    Tool("time", closed(zone={"type": "string", "enum": ["UTC", "CET"]})),
    Tool("toll", closed(axles={"type": "integer"})),
)
WEATHER, TIME = ("weather", {"city": "toll", "days": 7}), ("time", {"zone": "UTC"})
TEXT = "[sim-1] Be kind. every toll is paid before the gate opens and the book keeps count"
THOUGHT = "The toll is asked for, so it is reckoned."


@pytest.fixture(scope="module")
def provider(new_simulator):
    return new_simulator()


@pytest.fixture(scope="module", params=VENDORS, ids=lambda kind: kind.name)
def vendor(request, provider):
    vendor = request.param(provider.url)
    yield vendor
    vendor.close()


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def stream(request):
    return request.param


@pytest.fixture()
def row(provider):
    """The last row of the simulator's log."""
    return lambda: provider.rows()[-1]


def check(vendor, said, row, finish: str):
    """Finish and usage are what the simulator says it did."""
    assert row["protocol"] == vendor.protocol and row["finished"] and row["billed"]
    assert said.finish == vendor.finishes[finish]
    assert said.cache_read == row["cache_read_tokens"]
    assert said.uncached == row["prompt_tokens"] - row["cache_read_tokens"] - row["cache_write_tokens"]
    assert said.output == row["completion_tokens"] - row["reasoning_tokens"]
    assert (said.cache_write or 0) == row["cache_write_tokens"]
    assert (said.reasoned or 0) == row["reasoning_tokens"]


def test_text(vendor, stream, row):
    said = vendor.ask(Question("sim-1"), stream)
    assert (said.text, said.calls, said.refused) == (TEXT, [], False)
    assert said.output == 16
    check(vendor, said, row(), "stop")
    assert row()["stream"] == stream


def test_a_bound(vendor, stream, row):
    said = vendor.ask(Question("sim-1", most=3), stream)
    assert said.text == "[sim-1] Be kind."
    check(vendor, said, row(), "length")


def test_parallel_calls(vendor, stream, row):
    said = vendor.ask(Question("sim-1+tools", tools=TOOLS), stream)
    assert (said.text, said.calls) == ("", [WEATHER, TIME])
    check(vendor, said, row(), "calls")


def test_one_call(vendor, stream):
    if vendor.can_forbid_parallel_calls:
        said = vendor.ask(Question("sim-1+tools", tools=TOOLS, parallel=False), stream)
        assert said.calls == [WEATHER]
    if vendor.can_name_a_tool:
        said = vendor.ask(Question("sim-1+tools", tools=TOOLS, named="toll"), stream)
        assert said.calls == [("toll", {"axles": 7})]


def test_reasoning_calls_and_their_results(vendor, stream, row):
    """Signatures come back: the simulator answers 400 where one does not."""
    question = Question("sim-1+think+tools", tools=TOOLS)
    said = vendor.ask(question, stream)
    assert said.calls == [WEATHER, TIME]
    assert said.reasoning == THOUGHT
    assert not vendor.says_reasoning or said.reasoned > 0
    check(vendor, said, row(), "calls")
    told = vendor.tell(question, said, ["rain", "noon"], stream)
    assert (told.text, told.calls) == (TEXT, [])
    check(vendor, told, row(), "stop")


def test_structured_output(vendor, stream, row):
    schema = closed(name={"type": "string"}, tags={"type": "array", "items": {"type": "integer"}})
    said = vendor.ask(Question("sim-1", schema=schema), stream)
    assert json.loads(said.text) == {"name": "toll", "tags": [7]}
    check(vendor, said, row(), "stop")


def test_a_picture(vendor, stream):
    said = vendor.ask(Question("sim-1+look", picture=True), stream)
    assert said.text == f"[sim-1] was given image image/png of {len(PICTURE)} bytes."


def test_cache(vendor, stream, row):
    said = vendor.ask(Question("sim-1+cache", text="0123456789abcdef" * 4, system=None), stream)
    assert (said.cache_read, said.cache_write or 0) == (4, 4 if vendor.says_cache_writes else 0)
    check(vendor, said, row(), "stop")


def test_refusal(vendor, stream, row):
    said = vendor.ask(Question("sim-1+refuse"), stream)
    assert said.refused == vendor.can_refuse
    check(vendor, said, row(), "refusal")


@pytest.mark.parametrize("fault", ["401", "403", "404", "429", "insufficient_quota", "500", "503"])
def test_errors_before_the_first_byte(vendor, stream, fault, row):
    kind, status = vendor.errors[fault]
    with pytest.raises(kind) as raised:
        vendor.ask(Question(f"sim-1!{fault}"), stream)
    assert vendor.status(raised.value) == row()["status"] == status
    assert not row()["billed"]


def test_a_too_long_input(vendor, stream, row):
    """In the words by which gateways and libraries know it."""
    kind, status = vendor.errors["too-long"]
    with pytest.raises(kind, match="too long|maximum context length|exceeds|too many tokens"):
        vendor.ask(Question("sim-1!too-long"), stream)
    assert row()["status"] == status == 400


def test_an_error_within_a_stream(vendor, row):
    with pytest.raises(vendor.event_error) as raised:
        vendor.ask(Question("sim-1!error-event"), True)
    assert "server had an error" in str(raised.value) or not vendor.quotes_event_errors
    assert 0 < row()["completion_tokens"] < 16


def test_a_stream_of_broken_json(vendor):
    with pytest.raises(vendor.broken_error):
        vendor.ask(Question("sim-1!malformed"), True)


def test_a_cut_stream(vendor, row):
    with pytest.raises(vendor.cut_error):
        vendor.ask(Question("sim-1!truncate"), True)
    assert not row()["finished"] and row()["billed"]


def test_anthropics_older_version_and_key(provider, row):
    """Under the newer version `temperature` is refused, and the key stands in Authorization."""
    headers = {"anthropic-version": "2023-06-01", "x-api-key": "sk-old-key-9876", "authorization": anthropic.Omit()}
    message = {"model": "sim-1", "max_tokens": 5, "messages": [{"role": "user", "content": "Hello"}],
               "extra_body": {"temperature": 0.5}}
    with anthropic.Anthropic(base_url=provider.url, api_key="sk-0123456789", max_retries=0) as client:
        with pytest.raises(anthropic.BadRequestError):
            client.messages.create(**message)
        assert client.messages.create(**message, extra_headers=headers).usage.output_tokens == 5
        assert row()["key_tail"] == "9876"
        counted = client.messages.count_tokens(model="sim-1", messages=message["messages"])
        assert counted.input_tokens == 2 and not row()["billed"]
        assert [model.id for model in client.models.list()] == ["sim-1", "sim-echo", "sim-big"]


def test_openais_embeddings(provider, row):
    """Floats and base64, which the SDK asks for by itself, are the same vector."""
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-0123456789", max_retries=0) as client:
        packed = client.embeddings.create(model="sim-1", input=["one", "two"], dimensions=5)
        plain = client.embeddings.create(model="sim-1", input=["one", "two"], dimensions=5, encoding_format="float")
        assert [item.embedding for item in packed.data] == [item.embedding for item in plain.data]
        assert len(packed.data[1].embedding) == 5 and packed.data[0].embedding != packed.data[1].embedding
        assert packed.usage.prompt_tokens == packed.usage.total_tokens == row()["prompt_tokens"] == 2
        assert client.embeddings.create(model="sim-1", input=[[1, 2, 3], [4]]).usage.prompt_tokens == 4
        with pytest.raises(openai.BadRequestError):
            client.embeddings.create(model="sim-1", input=[])
        with pytest.raises(openai.RateLimitError):
            client.embeddings.create(model="sim-1!429", input="one")


def test_claude_on_vertex_counts(provider, row):
    vendor = VertexAnthropic(provider.url)
    counted = vendor.client.messages.count_tokens(model="sim-1", messages=[{"role": "user", "content": "0123456789"}])
    vendor.close()
    assert counted.input_tokens == 3 and row()["model"] == "sim-1" and not row()["billed"]


def test_geminis_embeddings_and_counts(provider, row):
    with genai.Client(api_key="sk-0123456789", http_options={"base_url": provider.url}) as client:
        one = client.models.embed_content(model="sim-1", contents="one", config={"output_dimensionality": 5})
        two = client.models.embed_content(model="sim-1", contents=["one", "two"], config={"output_dimensionality": 5})
        assert one.embeddings[0].values == two.embeddings[0].values and len(two.embeddings) == 2
        assert len(one.embeddings[0].values) == 5
        assert client.models.count_tokens(model="sim-1", contents="0123456789").total_tokens == 3
        assert not row()["billed"]
        assert [model.name for model in client.models.list()] == [
            "models/sim-1", "models/sim-echo", "models/sim-big"]


def test_a_service_account(provider, row):
    """Google's own client trades its assertion for a token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()

    def account(key_id, scopes):
        return service_account.Credentials.from_service_account_info(
            {"client_email": "toll@a-project.example", "private_key": key, "private_key_id": key_id,
             "token_uri": provider.url + "/token"}, scopes=scopes)

    platform, request = ["https://www.googleapis.com/auth/cloud-platform"], google.auth.transport.requests.Request()
    credentials = account("key-1", platform)
    credentials.refresh(request)
    assert credentials.token.startswith("sim-token-") and not credentials.expired
    assert (row()["protocol"], row()["user"], row()["model"]) == ("oauth-token", "toll@a-project.example", "key-1")
    for refused in [account("key-1", ["https://www.googleapis.com/auth/drive"]), account("key-1!401", platform)]:
        with pytest.raises(RefreshError):
            refused.refresh(request)


def test_bedrocks_bearer_key(provider, row):
    """By hand: its client sends bearer keys over TLS alone."""
    body = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    ask = lambda headers: httpx.post(provider.url + "/model/sim-1/converse", json=body, headers=headers)
    assert ask({"authorization": "Bearer bedrock-api-key-6543"}).json()["usage"]["outputTokens"] == 16
    assert row()["key_tail"] == "6543"
    refused = ask({"authorization": "AWS4-HMAC-SHA256 Credential=AKID"})
    assert refused.status_code == 403
    assert refused.headers["x-amzn-errortype"].startswith("UnrecognizedClientException:")


def test_xais_reasoning_lies_outside_its_output(provider, row):
    with openai.OpenAI(base_url=provider.url + "/xai/v1", api_key="sk-0123456789", max_retries=0) as client:
        messages = [{"role": "user", "content": "Hello"}]
        usage = client.chat.completions.create(model="sim-1+think", messages=messages).usage
        reasoned = usage.completion_tokens_details.reasoning_tokens
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens + reasoned
        assert row()["completion_tokens"] == usage.completion_tokens + reasoned
        assert row()["reasoning_tokens"] == reasoned > 0
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model="sim-1!401", messages=messages)
