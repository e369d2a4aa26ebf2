"""Models behind clouds: Google's Vertex AI with a service account's key, Amazon Bedrock with an API key or an access key."""

import concurrent.futures
import json
import re
import threading
import time
import urllib.parse

import openai
import pytest

import clouds
import scripted
from clouds import SIGNER, account
from prices import cost
from tenants import HELLO, Admin

RATES = {"input": 1_000_000_000, "output": 4_000_000_000, "max_output_tokens": 100_000}
PROJECT = "/v1/projects/p-1/locations/europe-west4/publishers/google"
CLAUDE = "claude-sim@20250929"
MODELS = ["sim-1", "sim-1+tools", "sim-1!error-event", "sim-1!401", "sim-1!429", "sim-big", CLAUDE, f"{CLAUDE}+tools",
          "anthropic.claude-sim-v1:0"]
#: The model, the protocol of its row in the simulator's log, and the provider.
KINDS = {
    "gemini": ("sim-1", "vertex-gemini", "cloud-vertex"),
    "claude": (CLAUDE, "vertex-anthropic", "cloud-vertex"),
    "access key": ("anthropic.claude-sim-v1:0", "bedrock-converse", "cloud-signed"),
    "api key": ("sim-1", "bedrock-converse", "cloud-bearer"),
}
TOOL = {"type": "function", "function": {
    "name": "weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
                   "additionalProperties": False}}}


@pytest.fixture(scope="module")
def private_key() -> str:
    return clouds.private_key()


@pytest.fixture(scope="module")
def provider(new_simulator):
    return new_simulator("--keep-bodies")


@pytest.fixture(scope="module")
def admin(new_server, provider, private_key):
    settings = {}
    for name in ["vertex", "signed", "bearer"]:
        settings[f"providers_cloud-{name}_base_url"] = provider.url + (PROJECT if name == "vertex" else "")
        settings[f"providers_cloud-{name}_dialect"] = "vertex" if name == "vertex" else "bedrock"
    admin = Admin(new_server(provider, **settings))
    admin.add_key("cloud-vertex", account(private_key, provider.url + "/token"))
    admin.add_key("cloud-signed", json.dumps(SIGNER | {"region": "eu-central-1"}, indent=1))
    admin.add_key("cloud-bearer", "bedrock-api-key-1234")
    for name in ["vertex", "signed", "bearer"]:
        for model in MODELS:
            admin.post("/prices", {"provider": f"cloud-{name}", "model": model, **RATES})
    return admin


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def check_books(tenant, row: dict):
    record = tenant.record(row["client_request_id"])
    assert row["billed"] and record["usage"]["estimated"] is False
    assert record["cost"] == cost(row["prompt_tokens"], row["completion_tokens"])


def answers(provider) -> list[dict]:
    return [row for row in provider.rows() if row["protocol"] != "oauth-token"]


def tokens(provider) -> list[dict]:
    return [row for row in provider.rows() if row["protocol"] == "oauth-token"]


def test_text_whole(admin, provider, kind):
    model, protocol, name = kind
    tenant = admin.tenant(model=model, provider=name)
    with tenant.sdk() as sdk:
        said = sdk.chat.completions.create(model="deployed", **HELLO)
    row = answers(provider)[-1]
    assert row["protocol"] == protocol and row["model"] == model and not row["stream"]
    assert said.choices[0].message.content.startswith(f"[{model}] You greet.")
    assert said.choices[0].finish_reason == "stop"
    assert (said.usage.prompt_tokens, said.usage.completion_tokens) == (row["prompt_tokens"], row["completion_tokens"])
    check_books(tenant, row)


def test_text_streamed(admin, provider, kind):
    model, protocol, name = kind
    tenant = admin.tenant(model=model, provider=name)
    with tenant.sdk() as sdk:
        stream = sdk.chat.completions.create(
            model="deployed", stream=True, stream_options={"include_usage": True}, **HELLO)
        chunks = list(stream)
    row = answers(provider)[-1]
    assert row["protocol"] == protocol and row["stream"]
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(pieces) > 1
    usage = chunks[-1].usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (row["prompt_tokens"], row["completion_tokens"])
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    check_books(tenant, row)


@pytest.mark.parametrize("name, model", [
    ("cloud-vertex", "sim-1+tools"), ("cloud-vertex", f"{CLAUDE}+tools"), ("cloud-signed", "sim-1+tools")])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_tools_are_called_and_answered(admin, provider, name, model, stream):
    tenant = admin.tenant(model=model, provider=name)
    with tenant.sdk() as sdk:
        def ask(messages):
            if not stream:
                return sdk.chat.completions.create(model="deployed", messages=messages, tools=[TOOL])
            with sdk.chat.completions.stream(model="deployed", messages=messages, tools=[TOOL]) as events:
                return events.get_final_completion()

        first = ask(HELLO["messages"])
        message = first.choices[0].message
        assert first.choices[0].finish_reason == "tool_calls"
        assert [call.function.name for call in message.tool_calls] == ["weather"]
        assert "city" in json.loads(message.tool_calls[0].function.arguments)
        told = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "rain"}
        back = message.to_dict(exclude_unset=True) | {"content": message.content or ""}
        back["tool_calls"] = [
            {"id": call.id, "type": "function",
             "function": {"name": call.function.name, "arguments": call.function.arguments},
             **({"extra_content": call.extra_content} if getattr(call, "extra_content", None) else {})}
            for call in message.tool_calls]
        second = ask([*HELLO["messages"], back, told])
        assert second.choices[0].finish_reason == "stop" and second.choices[0].message.content
    check_books(tenant, answers(provider)[-1])


def test_claude_on_vertex_has_its_model_in_the_path_only(admin, provider):
    tenant = admin.tenant(model=CLAUDE, provider="cloud-vertex")
    with tenant.http() as http:
        response = http.post("/v1/messages", json={"model": "deployed", "max_tokens": 9, **HELLO, "top_k": 3},
                             headers={"anthropic-version": "2023-06-01"})
    assert response.status_code == 200, response.text
    body = json.loads(provider.rows(bodies=True)[-1]["body"])
    assert "model" not in body
    assert body["anthropic_version"] == "vertex-2023-10-16" and body["top_k"] == 3


def test_one_token_serves_many_runs(new_server, provider, private_key):
    """Runs that come at once to a server that has no token yet."""
    admin = Admin(new_server(provider, **{
        "providers_vertex_base_url": provider.url + PROJECT, "gateway_loops": "1"}))
    admin.post("/prices", {"provider": "vertex", "model": "sim-1", **RATES})
    admin.add_key("vertex", account(private_key, provider.url + "/token"))
    tenant = admin.tenant(provider="vertex")
    provider.clear_log()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: tenant.chat(HELLO), range(20)))
    assert [reply.status_code for reply in replies] == [200] * 20
    assert len(tokens(provider)) == 1 and len(answers(provider)) == 20
    # Another secret under the same id has a token of its own.
    for key in admin.items("/provider-keys"):
        if key["provider"] == "vertex":
            admin.post(f"/provider-keys/{key['id']}/rotate", {"secret": account(
                clouds.private_key(), provider.url + "/token")})
    assert tenant.chat(HELLO).status_code == 200
    assert len(tokens(provider)) == 2


class Cloud:
    """A Vertex of a few lines, that tells how long its tokens last and can refuse them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.given = 0
        self.lasts = 3600
        #: What is refused from now on.
        self.refused: set[str] = set()
        self.refuses_all = False
        self.asked: list[str] = []
        self.token_answer = None

    def answer(self, body: str, headers) -> tuple[int, str, list[bytes]]:
        with self.lock:
            if "grant_type" in body:
                form = dict(urllib.parse.parse_qsl(body))
                assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" and form["assertion"]
                self.given += 1
                if self.token_answer:
                    return self.token_answer
                told = {"access_token": f"cloud-token-{self.given}", "expires_in": self.lasts, "token_type": "Bearer"}
                return 200, "application/json", [json.dumps(told).encode()]
            shown = headers["Authorization"]
            self.asked.append(shown)
            if self.refuses_all or shown in self.refused:
                error = {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": f"Not valid: {shown}"}}
                return 401, "application/json", [json.dumps(error).encode()]
        said = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hi"}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7},
                "modelVersion": "sim-1", "responseId": "r"}
        return 200, "application/json", [json.dumps(said).encode()]


@pytest.fixture()
def cloud(new_server, provider, private_key):
    """A `Cloud`, and a tenant whose version is there."""
    cloud = Cloud()
    with scripted.provider(cloud.answer) as url:
        admin = Admin(new_server(provider, **{
            "providers_vertex_base_url": url + "/projects/p/locations/l/publishers/google",
            "gateway_loops": "1"}))
        admin.post("/prices", {"provider": "vertex", "model": "sim-1", **RATES})
        admin.add_key("vertex", account(private_key, url + "/token"))
        yield cloud, admin.tenant(provider="vertex")
        admin.server.stop()


def test_a_token_is_renewed_when_half_its_life_is_over(cloud):
    cloud, tenant = cloud
    cloud.lasts = 2
    assert tenant.chat(HELLO).status_code == 200
    began = time.monotonic()
    while cloud.given < 2:
        assert tenant.chat(HELLO).status_code == 200
        assert time.monotonic() - began < 60
    # It is used from then on.
    assert cloud.asked[-1] == "Bearer cloud-token-2"
    assert set(cloud.asked[:-1]) == {"Bearer cloud-token-1"}


def test_a_refused_token_is_replaced_once(cloud):
    cloud, tenant = cloud
    assert tenant.chat(HELLO).status_code == 200
    cloud.refused = {"Bearer cloud-token-1"}
    reply = tenant.chat(HELLO)
    assert reply.status_code == 200, reply.text
    assert cloud.asked == ["Bearer cloud-token-1", "Bearer cloud-token-1", "Bearer cloud-token-2"]
    record = tenant.record(reply.headers["tollgate-run-id"])
    assert record["cost"] == cost(5, 2)
    # All are refused: one more try, no token for each run, and nothing of a token in the error.
    cloud.refuses_all = True
    for _ in range(5):
        reply = tenant.chat(HELLO)
        assert reply.status_code == 502 and reply.json()["error"]["code"] == "provider_error"
        assert "cloud-token" not in reply.text and tenant.credits()["held"] == 0
    assert cloud.given <= 3 and len(cloud.asked) <= 3 + 6


def test_a_refused_account_is_told(cloud):
    cloud, tenant = cloud
    told = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    cloud.token_answer = 400, "application/json", [json.dumps(told).encode()]
    reply = tenant.chat(HELLO)
    error = reply.json()["error"]
    assert reply.status_code == 503 and error["code"] == "no_usable_key"
    assert "Invalid JWT Signature." in error["message"] and "400" in error["message"]
    assert tenant.credits()["held"] == 0 and cloud.asked == []


@pytest.mark.parametrize("members, told", [
    ({"private_key": None}, "private_key: is missing"),
    ({"private_key": "hidden-in-plain-sight"}, "private_key: expects a PKCS #8 key"),
    ({"type": "authorized_user"}, "type: expects service_account"),
    ({"client_email": 7}, "client_email: expects a string"),
    ({"token_uri": "http://169.254.169.254/token"}, "token_uri: expects https"),
    ({"token_uri": "https://inside.example/token"}, "token_uri: expects https"),
    ({"token_uri": "https://example.com:1.googleapis.com/token"}, "token_uri: expects https"),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_bad_accounts_are_named_by_their_member(admin, provider, private_key, members, told):
    tenant = admin.tenant(provider="cloud-vertex")
    admin.add_key("cloud-vertex", account(private_key, provider.url + "/token", members),
                  organization=tenant.organization)
    reply = tenant.chat(HELLO)
    error = reply.json()["error"]
    assert reply.status_code == 503 and error["code"] == "no_usable_key"
    assert told in error["message"]
    assert "hidden" not in reply.text and "169.254" not in reply.text and "PRIVATE" not in reply.text


@pytest.mark.parametrize("provider_name, secret, told", [
    ("cloud-signed", json.dumps(SIGNER), "region: is missing"),
    ("cloud-signed", json.dumps({"access_key_id": "AKIA"}), "secret_access_key: is missing"),
    ("cloud-vertex", "plain-text", "expects a JSON object"),
])
def test_bad_credentials_are_named_by_their_member(admin, provider_name, secret, told):
    tenant = admin.tenant(provider=provider_name)
    admin.add_key(provider_name, secret, organization=tenant.organization)
    reply = tenant.chat(HELLO)
    error = reply.json()["error"]
    assert reply.status_code == 503 and error["code"] == "no_usable_key", reply.text
    assert told in error["message"] and "plain-text" not in reply.text


def test_a_secret_is_a_word_or_an_object(admin):
    for secret in ["two words", '{"a": 1', '{"a": 1} {', '["a", 1]']:
        admin.post("/provider-keys", {"provider": "cloud-vertex", "secret": secret}, expect=400)


def test_failures_of_bedrock_keep_their_meaning(admin):
    for model, status in [("sim-1!429", 429), ("sim-1!401", 502)]:
        tenant = admin.tenant(model=model, provider="cloud-signed")
        reply = tenant.chat(HELLO)
        assert reply.status_code == status, reply.text
        assert "wJalr" not in reply.text and "FwoG" not in reply.text
    tenant = admin.tenant(model="sim-1!error-event", provider="cloud-signed")
    with tenant.sdk() as sdk, pytest.raises(openai.APIError):
        list(sdk.chat.completions.create(model="deployed", stream=True, **HELLO))
    assert tenant.credits()["held"] == 0


def test_signed_requests_are_as_amazons_own_client_signs_them(new_server, provider):
    """What was sent, signed again by botocore."""
    seen = {}

    def answer(body: str, headers):
        seen.update(body=body, headers=dict(headers))
        said = {"output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}}, "stopReason": "end_turn",
                "usage": {"inputTokens": 5, "outputTokens": 2, "totalTokens": 7}, "metrics": {"latencyMs": 1}}
        return 200, "application/json", [json.dumps(said).encode()]

    auth = pytest.importorskip("botocore.auth")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials")
    model = "anthropic.claude-sim-v1:0"
    with scripted.provider(answer) as url:
        admin = Admin(new_server(provider, **{"providers_bedrock_base_url": url}))
        admin.post("/prices", {"provider": "bedrock", "model": model, **RATES})
        admin.add_key("bedrock", json.dumps(SIGNER | {"region": "eu-central-1"}))
        tenant = admin.tenant(model=model, provider="bedrock")
        reply = tenant.chat(HELLO)
        admin.server.stop()
    assert reply.status_code == 200, reply.text
    path = "/model/anthropic.claude-sim-v1%3A0/converse"
    request = awsrequest.AWSRequest("POST", url + path, data=seen["body"].encode(), headers={
        "Content-Type": "application/json", "Host": seen["headers"]["Host"]})
    request.context["timestamp"] = seen["headers"]["X-Amz-Date"]
    signer = auth.SigV4Auth(
        credentials.Credentials(SIGNER["access_key_id"], SIGNER["secret_access_key"], SIGNER["session_token"]),
        "bedrock", "eu-central-1")
    request.headers["X-Amz-Date"] = seen["headers"]["X-Amz-Date"]
    request.headers["X-Amz-Security-Token"] = SIGNER["session_token"]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    sent = seen["headers"]["Authorization"]
    assert re.search("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,", sent)
    assert sent.endswith(f"Signature={signature}")
