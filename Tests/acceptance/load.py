"""Streams that remember exactly which runs they saw finish."""

import dataclasses
import json
from decimal import Decimal

import httpx

from tenants import HELLO

STREAM = HELLO | {"stream": True, "stream_options": {"include_usage": True}}


@dataclasses.dataclass
class Seen:
    """What the clients saw: finished runs with their cost, and anything that should not have come."""

    finished: dict[str, Decimal] = dataclasses.field(default_factory=dict)
    streamed: int = 0
    odd: list[str] = dataclasses.field(default_factory=list)


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
