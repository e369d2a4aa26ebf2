"""Clients of the cap test: so many connections an organization, which all ask at the same moment.

usage: crowd.py PLAN      (JSON). Each line `go whole` or `go streamed` on standard input is a round; a line of JSON answers
when as many were refused as should be, and one when all have their answer."""

import asyncio
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))

from answers import Told, body
from wire import Connection

ROUTE = "/v1/chat/completions"
# Connections that are being opened at once, all together less than a listener's backlog.
OPENING = 64


class Crowd:
    """The connections of one organization."""

    def __init__(self, port: int, organization: str, secret: str, runs: int):
        self.organization = organization
        self.runs = runs
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self.connections = [Connection(port) for _ in range(runs)]
        self.told: list[Told] = []
        self.odd: list[str] = []
        self.refused = 0

    async def ask(self, connection: Connection, content: bytes, stream: bool, enough: asyncio.Event, due: int):
        told = Told()
        self.told.append(told)
        try:
            connection.put("POST", ROUTE, self.headers, content)
            response = await connection.head()
            told.head(response)
            if stream and response.status == 200:
                await told.stream(response, None)
            else:
                await told.whole(response)
        except (OSError, EOFError) as fault:
            self.odd.append(repr(fault))
        if told.code:
            self.refused += 1
            if (response.status, told.code, told.cost) != (402, "insufficient_credits", 0):
                self.odd.append(f"{response.status} {told}")
        elif not told.finished:
            self.odd.append(f"no end: {told}")
        if self.refused >= due:
            enough.set()


class Crowds:
    def __init__(self, plan: dict):
        self.crowds = [Crowd(plan["port"], name, secret, plan["runs"]) for name, secret in plan["organizations"]]
        # How many of an organization's runs have no credits.
        self.due = plan["runs"] - plan["holds"]

    async def open(self):
        """All are connected before any asks."""
        gate = asyncio.Semaphore(OPENING)

        async def one(connection: Connection):
            if connection.is_open:
                return
            async with gate:
                connection.close()
                await connection.open()

        await asyncio.gather(*(one(connection) for crowd in self.crowds for connection in crowd.connections))

    async def round(self, stream: bool):
        await self.open()
        content = body("crowd", stream)
        enough = [asyncio.Event() for _ in self.crowds]
        tasks = []
        for crowd, event in zip(self.crowds, enough):
            crowd.told, crowd.odd, crowd.refused = [], [], 0
        # One of each organization in turn: all compete from the first moment.
        for number in range(max(crowd.runs for crowd in self.crowds)):
            for crowd, event in zip(self.crowds, enough):
                tasks.append(asyncio.ensure_future(
                    crowd.ask(crowd.connections[number], content, stream, event, self.due)))
        await asyncio.gather(*(event.wait() for event in enough))
        self.say({crowd.organization: crowd.refused for crowd in self.crowds})
        await asyncio.gather(*tasks)
        self.say({crowd.organization: {
            "refused": crowd.refused, "odd": crowd.odd[:20],
            "finished": [[told.run, told.cost, told.prompt, told.completion] for told in crowd.told if told.finished],
            "refused_runs": [told.run for told in crowd.told if told.code],
        } for crowd in self.crowds})

    def say(self, what: dict):
        print(json.dumps(what), flush=True)

    async def rounds(self):
        loop = asyncio.get_running_loop()
        while (line := await loop.run_in_executor(None, sys.stdin.readline)).startswith("go "):
            await self.round(line.split()[1] == "streamed")


if __name__ == "__main__":
    asyncio.run(Crowds(json.loads(sys.argv[1])).rounds())
