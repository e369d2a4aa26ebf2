"""Moving a deployment under load: running runs end on what they began with, later ones get what is there now."""

import asyncio
import concurrent.futures
import contextlib
import json

import pytest

from tenants import HELLO

STREAM = HELLO | {"stream": True}


async def stream(http, started: asyncio.Semaphore | None = None) -> dict:
    """Streams one run to its end, and tells `started` when it is under way."""
    text, ended = "", False
    async with http.stream("POST", "/v1/chat/completions", json=STREAM) as response:
        if response.status_code != 200:
            return {"status": response.status_code, "body": (await response.aread()).decode()}
        async for line in response.aiter_lines():
            if line == "data: [DONE]":
                ended = True
            elif line.startswith("data: "):
                chunk = json.loads(line[6:])
                assert "error" not in chunk, chunk
                for choice in chunk["choices"]:
                    text += choice["delta"].get("content") or ""
                if started and text:
                    started.release()
                    started = None
        return {
            "status": 200, "ended": ended, "text": text, "run": response.headers["tollgate-run-id"],
            "version": response.headers["tollgate-version"],
        }


async def whole(http) -> dict:
    response = await http.post("/v1/chat/completions", json=HELLO)
    return {
        "status": response.status_code, "ended": True, "version": response.headers.get("tollgate-version"),
        "text": response.json()["choices"][0]["message"]["content"] if response.status_code == 200 else response.text,
    }


async def change_under_load(tenant, change) -> tuple[list[dict], list[dict]]:
    """Changes the deployment while 50 clients stream; answers what they got, and what calls begun afterwards got."""
    async with tenant.async_http() as http:
        started = asyncio.Semaphore(0)
        running = [asyncio.create_task(stream(http, started)) for _ in range(50)]
        await asyncio.wait_for(asyncio.gather(*(started.acquire() for _ in running)), 30)
        assert not any(task.done() for task in running)
        await asyncio.to_thread(change)
        assert not any(task.done() for task in running), "the streams were to be under way still"
        later = [asyncio.create_task(call(http)) for _ in range(10) for call in (stream, whole)]
        return await asyncio.gather(*running), await asyncio.gather(*later)


def check(results: list[dict], version: str, words: str):
    assert [result["status"] for result in results] == [200] * len(results), results
    assert {result["version"] for result in results} == {version}
    assert all(result["ended"] and words in result["text"] for result in results), results


@pytest.fixture()
def tenant(slow_admin):
    tenant = slow_admin.tenant(system="You are ONE.")
    tenant.new_version("You are TWO.")
    return tenant


def test_deploy_while_clients_stream(tenant):
    running, later = asyncio.run(change_under_load(tenant, lambda: tenant.deploy(2)))
    check(running, "1", "ONE")
    check(later, "2", "TWO")
    assert tenant.record(running[0]["run"])["version"]["number"] == 1


def test_roll_back_while_clients_stream(tenant):
    tenant.deploy(2)
    running, later = asyncio.run(change_under_load(tenant, lambda: tenant.change("rollback")))
    check(running, "2", "TWO")
    check(later, "1", "ONE")


@pytest.mark.parametrize("stop, start, status, code", [
    (lambda t: t.change("pause"), lambda t: t.change("resume"), 403, "deployment_paused"),
    (lambda t: t.undeploy(), lambda t: t.deploy(1), 404, "not_deployed"),
], ids=["pause", "undeploy"])
def test_stop_while_clients_stream(tenant, stop, start, status, code):
    running, later = asyncio.run(change_under_load(tenant, lambda: stop(tenant)))
    check(running, "1", "ONE")
    assert {result["status"] for result in later} == {status}
    assert tenant.chat(HELLO).json()["error"]["code"] == code
    start(tenant)
    assert tenant.chat(HELLO).status_code == 200


def test_every_reply_to_a_deploy_holds_for_the_next_run(admin):
    """Back and forth, with runs on connections of every loop after each answer: none of them is late."""
    tenant = admin.tenant(system="You are ONE.")
    tenant.new_version("You are TWO.")
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(tenant.http()) for _ in range(8)]
        for round in range(10):
            version = 2 - round % 2
            tenant.deploy(version)
            for http in clients:
                response = http.post("/v1/chat/completions", json=HELLO)
                assert response.headers["tollgate-version"] == str(version)
                assert ["ONE", "TWO"][version - 1] in response.json()["choices"][0]["message"]["content"]


def test_of_racing_deploys_with_one_expected_revision_one_wins(admin):
    tenant = admin.tenant()
    for number in range(2, 10):
        tenant.new_version(f"You are {number}.")
    body = lambda number: {"version": number, "expected_revision": 1}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(
            lambda number: admin.http.put(tenant.place(), json=body(number)), range(2, 10)))
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * 7
    for reply in replies:
        if reply.status_code == 409:
            problem = reply.json()
            assert (problem["code"], problem["revision"]) == ("revision_conflict", 2)
            assert reply.headers["content-type"].startswith("application/problem+json")
    winner = next(reply.json()["version"]["number"] for reply in replies if reply.status_code == 200)
    assert tenant.chat(HELLO).headers["tollgate-version"] == str(winner)
    assert admin.http.put(tenant.place(), json={"version": 1}, headers={"If-Match": '"1"'}).status_code == 409
    assert admin.http.put(tenant.place(), json={"version": 1}, headers={"If-Match": '"2"'}).status_code == 200


def test_history_has_everything(admin):
    tenant = admin.tenant()
    tenant.new_version("You are TWO.")
    tenant.deploy(2, reason="better")
    tenant.change("pause", reason="a look")
    tenant.change("resume")
    tenant.change("rollback", reason="worse")
    tenant.undeploy()
    history = admin.items(f"{tenant.place()}/history")
    assert [(entry["revision"], entry["action"]) for entry in history] == [
        (6, "undeploy"), (5, "rollback"), (4, "resume"), (3, "pause"), (2, "deploy"), (1, "deploy")]
    assert [entry["reason"] for entry in history] == [None, "worse", None, "a look", "better", None]
    rolled_back = history[1]
    assert (rolled_back["from"]["number"], rolled_back["to"]["number"]) == (2, 1)
    assert all(entry["at"].endswith("Z") and entry["by"].startswith("adm_") for entry in history)
    then = admin.get(f"{tenant.place()}/as-of", time=history[4]["at"])
    assert then["version"]["number"] == 2
    actions = [entry["action"] for entry in admin.items("/audit") if entry["organization"] == tenant.organization]
    assert len([action for action in actions if action.startswith("deployment.")]) == 6
