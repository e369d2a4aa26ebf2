"""The official OpenAI SDK, unchanged: only its base URL and key are ours."""

import asyncio
from decimal import Decimal

import openai
import pytest

from prices import cost
from tenants import HELLO, Admin

MESSAGES = HELLO["messages"]
TEXT = "[sim-1] You greet. every toll is paid before the gate opens and the book keeps count"


@pytest.fixture(scope="module")
def tenant(admin):
    return admin.tenant()


@pytest.fixture(scope="module")
def sdk(tenant):
    with tenant.sdk() as sdk:
        yield sdk


def check_headers(headers):
    assert headers["x-request-id"]
    assert headers["tollgate-run-id"].startswith("run_")
    assert headers["tollgate-version"] == "1"
    assert headers["tollgate-deployment-revision"] == "1"


def test_whole(sdk, simulator):
    raw = sdk.chat.completions.with_raw_response.create(model="deployed", messages=MESSAGES)
    completion = raw.parse()
    assert completion.choices[0].message.content == TEXT
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "sim-1"
    check_headers(raw.headers)
    assert completion._request_id == raw.headers["x-request-id"]
    served = simulator.by_run()[raw.headers["tollgate-run-id"]]
    assert completion.usage.prompt_tokens == served["prompt_tokens"]
    assert completion.usage.completion_tokens == served["completion_tokens"] == 16
    assert Decimal(raw.headers["tollgate-cost"]) == cost(served["prompt_tokens"], served["completion_tokens"])
    assert 0 <= int(raw.headers["tollgate-overhead-us"]) < 5_000_000


def test_streamed_without_usage(sdk):
    raw = sdk.chat.completions.with_raw_response.create(model="deployed", messages=MESSAGES, stream=True)
    check_headers(raw.headers)
    assert raw.headers["content-type"].startswith("text/event-stream")
    assert "tollgate-cost" not in raw.headers
    chunks = list(raw.parse())
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks).startswith("[sim-1] You greet.")
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices[0].finish_reason] == ["stop"]
    # The usage that Tollgate asked for is not shown to a client that did not ask.
    assert all(chunk.choices and not chunk.usage for chunk in chunks)


def test_streamed_with_usage_and_cost(sdk, tenant, simulator):
    raw = sdk.chat.completions.with_raw_response.create(
        model="deployed", messages=MESSAGES, stream=True, stream_options={"include_usage": True})
    chunks = list(raw.parse())
    with_usage = [chunk for chunk in chunks if chunk.usage]
    assert [chunk.choices for chunk in with_usage] == [[]]
    usage = with_usage[0].usage
    served = simulator.by_run()[raw.headers["tollgate-run-id"]]
    assert (usage.prompt_tokens, usage.completion_tokens) == (served["prompt_tokens"], served["completion_tokens"])
    expected = cost(served["prompt_tokens"], served["completion_tokens"])
    assert Decimal(str(usage.model_extra["cost"])) == expected
    record = tenant.record(raw.headers["tollgate-run-id"])
    assert record["cost"] == expected
    assert record["state"] == "succeeded"


def test_a_stream_closed_early_leaves_the_client_usable(sdk):
    with sdk.chat.completions.create(model="deployed", messages=MESSAGES, stream=True) as stream:
        next(iter(stream))
    assert sdk.chat.completions.create(model="deployed", messages=MESSAGES).choices


def test_several_choices(sdk, simulator):
    raw = sdk.chat.completions.with_raw_response.create(model="deployed", messages=MESSAGES, n=3)
    completion = raw.parse()
    assert [choice.index for choice in completion.choices] == [0, 1, 2]
    assert completion.usage.completion_tokens == 48
    chunks = list(sdk.chat.completions.create(model="deployed", messages=MESSAGES, n=3, stream=True))
    ended = [choice.index for chunk in chunks for choice in chunk.choices if choice.finish_reason]
    assert sorted(ended) == [0, 1, 2]


def test_models(sdk, tenant):
    models = list(sdk.models.list())
    assert [model.id for model in models] == [f"{tenant.agent}/production"]
    assert models[0].object == "model"
    assert sdk.models.retrieve(models[0].id).id == models[0].id
    assert sdk.models.retrieve("deployed").id == models[0].id
    with pytest.raises(openai.NotFoundError) as refused:
        sdk.models.retrieve("gpt-4.1")
    assert refused.value.code == "not_found"


@pytest.mark.parametrize("name", ["deployed", "{agent}", "{agent}/production", "{agent}/prod", "{agent}/#1/production",
                                  "{agent}/1/production"])
def test_names_of_the_deployment(sdk, tenant, name):
    raw = sdk.chat.completions.with_raw_response.create(model=name.format(agent=tenant.agent), messages=MESSAGES)
    assert raw.parse().model == "sim-1"
    assert "tollgate-ignored" not in raw.headers


def test_a_providers_model_name_is_set_aside(sdk):
    raw = sdk.chat.completions.with_raw_response.create(model="gpt-4.1", messages=MESSAGES)
    assert raw.parse().model == "sim-1"
    assert raw.headers["tollgate-ignored"] == "model"


def test_locked_and_open_parameters(admin):
    tenant = admin.tenant(parameters={"temperature": 0.1, "top_p": 0.5}, overridable=["top_p"])
    with tenant.sdk() as sdk:
        raw = sdk.chat.completions.with_raw_response.create(
            model="deployed", messages=MESSAGES, temperature=0.9, top_p=0.9, seed=7, max_tokens=5)
    assert sorted(raw.headers["tollgate-ignored"].split(", ")) == ["max_tokens", "temperature"]
    assert raw.parse().usage.completion_tokens == 16


def test_input_fills_the_template(admin):
    tenant = admin.tenant(system="You greet {{ user.name }}.")
    with tenant.sdk() as sdk:
        completion = sdk.chat.completions.create(
            model="deployed", messages=[], extra_body={"input": {"user": {"name": "Ada"}}})
        assert "You greet Ada." in completion.choices[0].message.content
        with pytest.raises(openai.BadRequestError) as refused:
            sdk.chat.completions.create(model="deployed", messages=MESSAGES, extra_body={"input": {"user": {}}})
    assert refused.value.code == "invalid_input"
    assert refused.value.param == "/input/user/name"


def test_async_whole_and_streamed(tenant):
    async def calls():
        async with tenant.async_sdk() as sdk:
            whole = sdk.chat.completions.create(model="deployed", messages=MESSAGES)
            models = sdk.models.list()
            stream = await sdk.chat.completions.create(
                model="deployed", messages=MESSAGES, stream=True, stream_options={"include_usage": True})
            chunks = [chunk async for chunk in stream]
            return await whole, await models, chunks

    whole, models, chunks = asyncio.run(calls())
    assert whole.choices[0].message.content.startswith("[sim-1] You greet.")
    assert [model.id for model in models.data] == [f"{tenant.agent}/production"]
    assert chunks[-1].usage.completion_tokens == 16
    assert chunks[-1].usage.model_extra["cost"] > 0


def test_many_at_once_async(tenant):
    async def calls():
        async with tenant.async_sdk() as sdk:
            one = lambda: sdk.chat.completions.create(model="deployed", messages=MESSAGES)
            return await asyncio.gather(*(one() for _ in range(50)))

    assert {completion.choices[0].finish_reason for completion in asyncio.run(calls())} == {"stop"}


# Errors, as the SDK's exception classes.

def refusal(tenant, kind, **options):
    """The exception of a call, the same whole, streamed and async."""
    arguments = {"model": "deployed", "messages": MESSAGES, **options}

    async def call_async():
        async with tenant.async_sdk() as sdk:
            await sdk.chat.completions.create(**arguments)

    with tenant.sdk() as sdk:
        with pytest.raises(kind) as streamed:
            sdk.chat.completions.create(stream=True, **arguments)
        with pytest.raises(kind) as whole:
            sdk.chat.completions.create(**arguments)
    with pytest.raises(kind) as awaited:
        asyncio.run(call_async())
    assert whole.value.code == streamed.value.code == awaited.value.code
    assert whole.value.request_id and whole.value.request_id == whole.value.response.headers["tollgate-run-id"]
    assert whole.value.type
    return whole.value


def test_authentication_error(admin):
    tenant = admin.tenant()
    tenant.secret = "tg_production_" + "0" * 64
    assert refusal(tenant, openai.AuthenticationError).code == "invalid_token"


def test_permission_denied(admin):
    tenant = admin.tenant()
    assert refusal(tenant, openai.PermissionDeniedError, model=f"{tenant.agent}/staging").code == "scope_mismatch"
    tenant.change("pause")
    assert refusal(tenant, openai.PermissionDeniedError).code == "deployment_paused"


def test_not_found(admin):
    tenant = admin.tenant()
    tenant.undeploy()
    assert refusal(tenant, openai.NotFoundError).code == "not_deployed"


def test_bad_request(tenant):
    error = refusal(tenant, openai.BadRequestError, messages="hello")
    assert (error.code, error.param) == ("invalid_request", "messages")


def test_payment_required(admin):
    tenant = admin.tenant(credits=None)
    error = refusal(tenant, openai.APIStatusError)
    assert (error.status_code, error.code) == (402, "insufficient_credits")
    assert Decimal(str(error.body["available"])) == 0 < Decimal(str(error.body["needed"]))


def test_rate_limit(admin):
    error = refusal(admin.tenant(model="sim-1!429"), openai.RateLimitError)
    assert error.code == "rate_limited"
    assert int(error.response.headers["retry-after"]) >= 1


@pytest.mark.parametrize("version, status, code", [
    ({"model": "sim-1!500"}, 502, "provider_error"),
    ({"model": "sim-1!refuse"}, 502, "provider_error"),
    ({"provider": "elsewhere"}, 502, "provider_error"),
])
def test_server_errors(admin, version, status, code):
    error = refusal(admin.tenant(**version), openai.InternalServerError)
    assert (error.status_code, error.code) == (status, code)


def test_an_error_within_a_stream_is_raised(halting_server):
    tenant = Admin(halting_server).tenant(model="sim-1!error-event")
    with tenant.sdk() as sdk:
        stream = sdk.chat.completions.create(model="deployed", messages=MESSAGES, stream=True)
        seen = []
        with pytest.raises(openai.APIError) as raised:
            for chunk in stream:
                seen.append(chunk)
    assert seen
    assert raised.value.code == "provider_error"


def test_the_sdk_retries_what_can_be_mended(admin, simulator):
    """Its retries find a provider that works again."""
    tenant = admin.tenant()
    simulator.fail_next("500", "429")
    with tenant.sdk(max_retries=3) as sdk:
        assert sdk.chat.completions.create(model="deployed", messages=MESSAGES).choices
    states = [row["state"] for row in (tenant.record(entry["run"]) for entry in tenant.entries()
                                       if entry["kind"] in ("settle", "release"))]
    assert states == ["succeeded", "failed", "failed"]
