"""Waiting for something to become true, with a deadline, never for a time to pass."""

import asyncio
import os
import time

# How many times as long as usual everything may take: programs under a sanitizer are slow.
PATIENCE = float(os.environ.get("ACCEPTANCE_PATIENCE", "1"))


def eventually(condition, what: str, seconds: float = 15.0, every: float = 0.02):
    """Answers the first truthy value of `condition()`; fails naming `what` when the deadline has passed."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}; last seen: {value!r}")
        time.sleep(every)


async def eventually_async(condition, what: str, seconds: float = 15.0, every: float = 0.005):
    """The same, while other tasks go on; `condition` must not wait."""
    deadline = time.monotonic() + seconds * PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(every)


def steady(read, what: str, readings: int = 10, seconds: float = 30.0, every: float = 0.1):
    """Answers the value that `read()` gave so many times in a row."""
    seen = []

    def still():
        seen.append(read())
        return len(seen) >= readings and len(set(seen[-readings:])) == 1

    eventually(still, f"{what} stands still", seconds, every)
    return seen[-1]
