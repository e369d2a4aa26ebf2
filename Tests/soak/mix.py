"""Which requests a soak makes, how often, and when."""

import asyncio
import time

from clients import Client
from record import Record
from world import World

# Of a hundred requests.
MIX = {
    "whole": 46, "streamed": 30, "chunked": 3, "pipelined": 1, "large": 1, "slow": 0.6, "leaves": 3,
    "leaves_at_once": 1, "bad_token": 2, "bad_body": 2, "bad_input": 1, "too_large": 0.4, "poor": 1, "reads": 8,
}


async def load(world: World, record: Record, rate: float, seconds: float, count: int = 48):
    """So many requests a second, open loop, from at most `count` clients at once; what cannot begin within a second of
    its time is skipped and counted."""
    start, slots = time.monotonic(), 0
    end = start + seconds

    async def work(number: int):
        nonlocal slots, start
        client = Client(number, world, record)
        kinds, weights = list(MIX), list(MIX.values())
        while True:
            due = start + slots / rate
            slots += 1
            now = time.monotonic()
            if due >= end:
                break
            if due > now:
                await asyncio.sleep(due - now)
            elif now - due > 1:
                # All clients are busy: the schedule moves, or they would come in a burst.
                record.skipped += int((now - due) * rate)
                start += now - due
            elif now - due > 0.1:
                record.late += 1
            await client.call(client.random.choices(kinds, weights)[0])
        client.close()

    await asyncio.gather(*(work(number) for number in range(count)))
