"""One run an Idempotency-Key: by the simulator's own record of requests, through retries, races, leaving clients, crashes."""

import asyncio
import itertools
from decimal import Decimal

import httpx
import openai
import pytest

import metrics
from tenants import HELLO, Admin
from waiting import eventually, eventually_async

STREAM = HELLO | {"stream": True, "stream_options": {"include_usage": True}}
MESSAGES = HELLO["messages"]
ROUTES = [("/v1/chat/completions", HELLO), ("/v1/chat/completions", STREAM), ("/v1/run", HELLO),
          ("/v1/run", HELLO | {"stream": True})]
# Each response has its own.
OWN = {"x-request-id", "tollgate-overhead-us", "tollgate-idempotent-replayed", "connection"}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def provider(new_simulator):
    """A provider that nobody else calls, so that its requests can be counted."""
    return new_simulator()


@pytest.fixture(scope="module")
def own(new_server, provider):
    return new_server(provider, gateway_loops="4", upstream_drain_after_disconnect_ms="10000")


@pytest.fixture()
def tenant(own):
    tenant = Admin(own).tenant()
    yield tenant
    assert tenant.credits()["held"] == 0
    tenant.admin.verify_ledger()


@pytest.fixture()
def key() -> dict[str, str]:
    return {"Idempotency-Key": f"order {next(_numbers)}, retry"}


def post(tenant, path: str, body: dict, headers: dict) -> httpx.Response:
    with tenant.http() as http:
        return http.post(path, json=body, headers=headers)


def said(response: httpx.Response) -> tuple:
    headers = {name: value for name, value in response.headers.items() if name not in OWN}
    return response.status_code, headers, response.content


def runs(tenant) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in tenant.entries():
        if entry["run"]:
            found.setdefault(entry["run"], []).insert(0, entry["kind"])
    return found


def served(provider) -> int:
    return len(provider.rows())


@pytest.mark.parametrize("path, body", ROUTES)
def test_a_repeat_gets_the_same_response_and_no_run(tenant, provider, key, path, body):
    before = served(provider)
    first = post(tenant, path, body, key)
    assert first.status_code == 200 and "tollgate-idempotent-replayed" not in first.headers
    credits = tenant.credits()
    again = post(tenant, path, body, key)
    assert said(again) == said(first)
    assert again.headers["tollgate-idempotent-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert served(provider) == before + 1 and tenant.credits() == credits
    assert runs(tenant) == {first.headers["tollgate-run-id"]: ["hold", "settle"]}


@pytest.mark.parametrize("path, body", ROUTES)
def test_two_at_once_make_one_run(tenant, provider, key, path, body):
    before = served(provider)

    async def calls():
        async with tenant.async_http() as http:
            provider.close_barrier()
            both = [asyncio.create_task(http.post(path, json=body, headers=key)) for _ in range(8)]
            await eventually_async(lambda: provider.state()["waiting"] == 1, "one waits at the provider")
            # Nobody else comes there while it waits.
            other = await http.post(path, json=body | {"metadata": {"a": "b"}}, headers=key)
            assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")
            assert other.headers["x-should-retry"] == "false"
            assert provider.state()["waiting"] == 1
            provider.open_barrier()
            return await asyncio.gather(*both)

    try:
        answers = asyncio.run(calls())
    finally:
        provider.open_barrier()
    assert {answer.status_code for answer in answers} == {200}
    assert len({(str(sorted(said(answer)[1].items())), answer.content) for answer in answers}) == 1
    assert sum("tollgate-idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert served(provider) == before + 1 and len(runs(tenant)) == 1


def test_the_sdk_retries_a_failure_nobody_paid_for(tenant, provider, key):
    before = served(provider)
    provider.fail_next("429", "503")
    with tenant.sdk(max_retries=3) as sdk:
        raw_answer = sdk.chat.completions.with_raw_response.create(
            model="deployed", messages=MESSAGES, extra_headers=key)
        again = sdk.chat.completions.with_raw_response.create(model="deployed", messages=MESSAGES, extra_headers=key)
    assert raw_answer.retries_taken == 2
    assert raw_answer.parse() == again.parse()
    assert again.headers["tollgate-run-id"] == raw_answer.headers["tollgate-run-id"]
    assert served(provider) == before + 3
    assert Decimal(10) - tenant.credits()["balance"] == Decimal(raw_answer.headers["tollgate-cost"])


def test_the_sdk_that_did_not_wait_gets_the_response_by_its_retry(tenant, provider):
    """Its own idempotency keys, sent where an application names the header for them."""
    before = served(provider)
    provider.close_barrier()
    with tenant.sdk(max_retries=9, timeout=0.5) as sdk:
        sdk._idempotency_header = "Idempotency-Key"
        retried = []
        sdk._client.event_hooks["request"].append(
            lambda request: (retried.append(request.headers["idempotency-key"]),
                             len(retried) == 2 and provider.open_barrier()))
        answer = sdk.chat.completions.with_raw_response.create(model="deployed", messages=MESSAGES)
    provider.open_barrier()
    assert answer.retries_taken >= 1 and len(set(retried)) == 1
    assert answer.parse().choices[0].message.content
    assert served(provider) == before + 1 and len(runs(tenant)) == 1
    assert Decimal(10) - tenant.credits()["balance"] == Decimal(answer.headers["tollgate-cost"])


def test_the_sdk_reads_a_replayed_stream(tenant, provider, key):
    before = served(provider)

    def text() -> str:
        with tenant.sdk() as sdk:
            chunks = list(sdk.chat.completions.create(
                model="deployed", messages=MESSAGES, stream=True, stream_options={"include_usage": True},
                extra_headers=key))
        assert chunks[-1].usage.completion_tokens == 16
        return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)

    assert text() == text() != ""
    assert served(provider) == before + 1


def test_a_client_that_leaves_a_stream_gets_all_of_it_later(new_simulator, new_server, key):
    provider = new_simulator("--tokens", "30", "--token-delay", "20")
    tenant = Admin(new_server(provider)).tenant()
    with tenant.http() as http, http.stream("POST", "/v1/chat/completions", json=STREAM, headers=key) as response:
        next(response.iter_bytes())
        run = response.headers["tollgate-run-id"]
    again = post(tenant, "/v1/chat/completions", STREAM, key)
    assert again.headers["tollgate-run-id"] == run and again.text.endswith("data: [DONE]\n\n")
    assert again.text.count("data: ") > 30
    assert served(provider) == 1 and runs(tenant) == {run: ["hold", "settle"]}
    tenant.admin.verify_ledger()


def test_a_failure_that_was_charged_is_answered_again(tenant, provider, key):
    before = served(provider)
    provider.fail_next("truncate")
    with tenant.sdk(max_retries=3) as sdk:
        errors = []
        for _ in range(2):
            with pytest.raises(openai.APIStatusError) as error:
                sdk.chat.completions.create(model="deployed", messages=MESSAGES, extra_headers=key)
            errors.append(error.value)
    assert [error.status_code for error in errors] == [502, 502] and errors[0].body == errors[1].body
    assert errors[1].response.headers["x-should-retry"] == "false"
    assert served(provider) <= before + 1 and len(runs(tenant)) == 1


@pytest.mark.parametrize("header", [b"", b"k" * 201, b"caf\xe9", b"a\r\nIdempotency-Key: b"])
def test_a_key_that_is_none_is_refused(tenant, connect, provider, header):
    before = served(provider)
    body = b'{"messages":[{"role":"user","content":"x"}]}'
    connection = connect(tenant.gateway_url)
    connection.send(
        b"POST /v1/run HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + tenant.secret.encode()
        + b"\r\nIdempotency-Key: " + header + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    status, _, text = connection.response()
    assert status == 400, text
    assert served(provider) == before


@pytest.mark.parametrize("body", [HELLO, STREAM])
def test_killed_in_the_middle_it_is_charged_once_and_said_so(new_simulator, new_server, key, body):
    provider = new_simulator()
    server = new_server(provider)
    tenant = Admin(server).tenant()

    async def calls():
        provider.close_barrier()
        async with tenant.async_http(10) as http:
            running = asyncio.create_task(http.post("/v1/chat/completions", json=body, headers=key))
            await asyncio.to_thread(
                eventually, lambda: provider.state()["waiting"] == 1, "it waits at the provider")
            await asyncio.to_thread(server.kill)
            return await asyncio.gather(running, return_exceptions=True)

    assert isinstance(asyncio.run(calls())[0], Exception)
    provider.open_barrier()
    server.start()
    tenant.admin = Admin(server)
    arrived = provider.state()["arrived"]
    for _ in range(2):
        answer = post(tenant, "/v1/chat/completions", body, key)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (409, "idempotency_conflict")
        assert answer.headers["x-should-retry"] == "false" and "crash" in error["message"]
        record = tenant.record(error["run_id"])
        assert record["state"] == "interrupted"
        assert Decimal(str(error["charged"])) == record["cost"] == Decimal(10) - tenant.credits()["balance"] > 0
    assert runs(tenant) == {error["run_id"]: ["hold", "interrupted"]}
    assert provider.state()["arrived"] == arrived
    tenant.admin.verify_ledger()


def test_killed_after_the_end_it_is_answered_from_the_books(new_simulator, new_server, key):
    provider = new_simulator()
    server = new_server(provider)
    tenant = Admin(server).tenant()
    first = {path + str(body): post(tenant, path, body, {"Idempotency-Key": path + str(body)}) for path, body in ROUTES}
    server.kill()
    server.start()
    tenant.admin = Admin(server)
    for path, body in ROUTES:
        assert said(post(tenant, path, body, {"Idempotency-Key": path + str(body)})) == said(first[path + str(body)])
    assert served(provider) == len(ROUTES)
    tenant.admin.verify_ledger()


def test_killed_during_load_no_key_pays_twice(new_simulator, new_server):
    """Clients that repeat each request under its key until they have an answer, through three kills."""
    provider = new_simulator("--tokens", "4", "--token-delay", "2")
    server = new_server(provider)
    tenant = Admin(server).tenant(credits="1000")
    answers: dict[str, list[httpx.Response]] = {}

    async def load(numbers: range, kills: bool):
        ended = 0
        async with tenant.async_http(20) as http:
            async def one(number: int):
                nonlocal ended
                path, body = ROUTES[number % len(ROUTES)]
                try:
                    answer = await http.post(path, json=body, headers={"Idempotency-Key": f"key-{number}"})
                except httpx.TransportError:
                    return
                answers.setdefault(f"key-{number}", []).append(answer)
                ended += 1

            tasks = [asyncio.create_task(one(number)) for number in numbers]
            if kills:
                await eventually_async(lambda: ended > 10, "some have ended")
                await asyncio.to_thread(server.kill)
            await asyncio.gather(*tasks)

    for end in (40, 80, 120):
        asyncio.run(load(range(end - 40, end), kills=True))
        server.start()
        tenant.admin = Admin(server)
    # All of them once more, and then again.
    for _ in range(2):
        asyncio.run(load(range(160), kills=False))
    found = runs(tenant)
    rows = provider.rows()
    by_key = {}
    for name, seen in answers.items():
        ids = {answer.headers["tollgate-run-id"] for answer in seen}
        assert len(ids) == 1, (name, ids)
        by_key[name] = ids.pop()
        good = [answer for answer in seen if answer.status_code == 200]
        assert len({answer.content for answer in good}) <= 1
        assert {answer.status_code for answer in seen} in ({200}, {409})
    assert len(by_key) == 160 and len(set(by_key.values())) == 160
    # One run a key on the books, and one request a key at the provider.
    assert set(found) == set(by_key.values())
    assert all(kinds in (["hold", "settle"], ["hold", "release"], ["hold", "interrupted"]) for kinds in found.values())
    assert len({row["client_request_id"] for row in rows}) == len(rows) <= 160
    spent = sum(tenant.record(run)["cost"] for run in found)
    assert tenant.credits()["balance"] == Decimal(1000) - spent
    tenant.admin.verify_ledger()


def test_what_is_not_kept_is_said_to_be_so(new_server, provider, key):
    server = new_server(provider, idempotency_keep_ms="0")
    tenant = Admin(server).tenant()
    before = served(provider)
    first = post(tenant, "/v1/chat/completions", HELLO, key)
    again = post(tenant, "/v1/chat/completions", HELLO, key)
    error = again.json()["error"]
    assert (again.status_code, error["code"], error["run_id"]) == (
        409, "idempotency_conflict", first.headers["tollgate-run-id"])
    assert again.headers["x-should-retry"] == "false"
    assert Decimal(str(error["charged"])) == Decimal(first.headers["tollgate-cost"])
    assert served(provider) == before + 1
    # Nothing that was said is at rest.
    text = first.json()["choices"][0]["message"]["content"].encode()
    assert text not in (server.data / "ledger" / "data.mdb").read_bytes()


def test_what_has_expired_is_deleted_by_itself(new_server, provider, key):
    server = new_server(provider, idempotency_keep_ms="1")
    tenant = Admin(server).tenant()
    assert post(tenant, "/v1/chat/completions", HELLO, key).status_code == 200
    eventually(lambda: metrics.scrape(server)("tollgate_idempotent_responses_bytes") == 0, "it is swept away")
    assert post(tenant, "/v1/chat/completions", HELLO, key).status_code == 409


def test_metrics_and_log_tell_of_repeats(own, tenant, key):
    before = metrics.scrape(own)
    first = post(tenant, "/v1/chat/completions", HELLO, key)
    for _ in range(2):
        assert post(tenant, "/v1/chat/completions", HELLO, key).status_code == 200
    assert post(tenant, "/v1/chat/completions", STREAM, key).status_code == 409
    after = metrics.scrape(own)

    def moved(name, **labels):
        return after(name, **labels) - before(name, **labels)

    assert moved("tollgate_idempotent_repeats_total", result="replayed") == 2
    assert moved("tollgate_idempotent_repeats_total", result="conflict") == 1
    assert moved("tollgate_runs_total", outcome="succeeded", streamed="false") == 1
    assert moved("tollgate_runs_total", outcome="idempotency_conflict", streamed="false") == 1
    assert after("tollgate_runs_running") == 0
    assert moved("tollgate_idempotent_responses_bytes") > len(first.content)
    lines = [line for line in own.process.log.read_text().splitlines() if first.headers["tollgate-run-id"] in line]
    assert sum("run repeated" in line for line in lines) == 2
    assert not any(key["Idempotency-Key"] in line for line in lines)
