"""Load for the crash test: clients that remember exactly which runs they saw finish."""

import asyncio
import dataclasses
import json
from decimal import Decimal

import httpx

from tenants import HELLO, Tenant
from waiting import eventually_async

STREAM = HELLO | {"stream": True, "stream_options": {"include_usage": True}}


@dataclasses.dataclass
class Seen:
    """What the clients saw: finished runs with their cost, and anything that should not have come."""

    finished: dict[str, Decimal] = dataclasses.field(default_factory=dict)
    whole: int = 0
    streamed: int = 0
    odd: list[str] = dataclasses.field(default_factory=list)


async def whole(http: httpx.AsyncClient, seen: Seen):
    response = await http.post("/v1/chat/completions", json=HELLO)
    if response.status_code != 200:
        seen.odd.append(f"{response.status_code} {response.text}")
        return
    seen.finished[response.headers["tollgate-run-id"]] = Decimal(response.headers["tollgate-cost"])
    seen.whole += 1


async def streamed(http: httpx.AsyncClient, seen: Seen):
    async with http.stream("POST", "/v1/chat/completions", json=STREAM) as response:
        if response.status_code != 200:
            seen.odd.append(f"{response.status_code} {(await response.aread()).decode()}")
            return
        run = response.headers["tollgate-run-id"]
        finished, cost = False, None
        async for line in response.aiter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line[6:], parse_float=Decimal)
            if "error" in chunk:
                seen.odd.append(line)
                return
            if any(choice["finish_reason"] for choice in chunk["choices"]):
                finished = True
            if chunk.get("usage"):
                cost = Decimal(chunk["usage"]["cost"])
        # Whoever saw the finish reason saw the run finish, even if the connection broke right after.
        if finished and cost is not None:
            seen.finished[run] = cost
            seen.streamed += 1


async def _worker(http: httpx.AsyncClient, seen: Seen, call, is_over: asyncio.Event):
    while not is_over.is_set():
        try:
            await call(http, seen)
        except httpx.TransportError:
            return


async def until_killed(tenant: Tenant, kill, runs: int, workers: int = 32, seconds: float = 30) -> Seen:
    """Calls from so many clients, half of them streaming; kills once so many runs finished. Answers what was seen."""
    seen, is_over = Seen(), asyncio.Event()
    async with tenant.async_http(10) as http:
        tasks = [
            asyncio.create_task(_worker(http, seen, [whole, streamed][number % 2], is_over))
            for number in range(workers)
        ]
        await eventually_async(lambda: len(seen.finished) >= runs, f"{runs} runs finish", seconds)
        kill()
        await asyncio.wait(tasks, timeout=15)
        is_over.set()
        await asyncio.gather(*tasks)
    return seen
