"""The clients of a crash test, a process of them: they call, leave, try again, and write down what they saw.

usage: callers.py FOLDER NUMBER      (Plan.write made FOLDER)"""

import asyncio
import csv
import dataclasses
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))

from answers import Told, body, is_retried
from board import Board
from evidence import Try
from wire import Connection

ROUTE = "/v1/chat/completions"
# Of a hundred calls. Those that leave do so in the middle of a stream, or before the first byte.
MIX = {"whole": 44, "streamed": 44, "leaves": 8, "leaves at once": 4}


@dataclasses.dataclass
class Plan:
    """What all processes of clients are told."""

    port: int
    seed: int
    # Organization, secret and how often it is called, beside the others.
    targets: list[tuple[str, str, float]]
    processes: int
    clients: int
    # Of a hundred calls, how many are under an `Idempotency-Key`.
    keyed: int

    def write(self, folder: pathlib.Path):
        (folder / "plan.json").write_text(json.dumps(dataclasses.asdict(self)))

    @classmethod
    def read(cls, folder: pathlib.Path) -> "Plan":
        return cls(**json.loads((folder / "plan.json").read_text()))


class Callers:
    """One process."""

    # Seconds a request may take; beyond every timeout of the server.
    PATIENCE = 30

    def __init__(self, folder: pathlib.Path, number: int):
        self.plan = Plan.read(folder)
        self.number = number
        self.board = Board(folder / "board", self.plan.processes, number)
        self.random = random.Random(self.plan.seed * 1_000 + number)
        self._weights = [weight for _, _, weight in self.plan.targets]
        self._file = open(folder / f"tries-{number}.tsv", "w", newline="")
        self._rows = csv.writer(self._file, delimiter="\t")
        self._calls = 0

    def close(self):
        self._file.close()

    def next_call(self) -> tuple[str, str, str, str]:
        """The organization and secret, a label for the call, and its idempotency key where it has one."""
        self._calls += 1
        organization, secret, _ = self.random.choices(self.plan.targets, self._weights)[0]
        label = f"call-{self.number}-{self._calls}"
        return organization, secret, label, f"key-{label}" if self.random.random() * 100 < self.plan.keyed else ""

    def note(self, one: Try):
        self._rows.writerow(one.row())
        self.board.add("tries")
        if one.outcome == "ok":
            self.board.add("finished")
        elif one.outcome == "insufficient_credits":
            self.board.add("refused")


class Client:
    """One client and its connection; calls one after another."""

    RETRIES = 2

    def __init__(self, callers: Callers):
        self.callers = callers
        self.random = callers.random
        self.kept = Connection(callers.plan.port)

    async def work(self):
        while not self.callers.board.is_over:
            await self.call(self.random.choices(list(MIX), list(MIX.values()))[0])
        self.kept.close()

    async def call(self, kind: str):
        organization, secret, label, key = self.callers.next_call()
        # A client that left and tries again asks for the same.
        stream = kind in ("streamed", "leaves") or kind == "leaves at once" and self.random.random() < 0.5
        content = body(label, stream)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        for number in range(1 + self.RETRIES):
            told = Told()
            leaves = kind if number == 0 else ""
            outcome = await self.attempt(headers, content, stream, leaves, told)
            if outcome is None:
                return
            self.callers.note(Try(
                label, key, kind, organization, told.run, outcome, told.cost, told.prompt, told.completion))
            # Half of those that left gave up; the others left because it took them too long.
            if not is_retried(outcome, told) or outcome == "left" and self.random.random() < 0.5:
                return
            # An SDK's half a second and its doubling, shortened: the server is back sooner here.
            await asyncio.sleep(min(told.retry_after or 1, 0.05 * 2**number) * (0.75 + self.random.random() / 2))

    async def attempt(self, headers: dict[str, str], content: bytes, stream: bool, leaves: str, told: Told):
        """Answers what the client made of it; nil where no server could be reached until the end."""
        if not await self.connect():
            return None
        try:
            async with asyncio.timeout(self.callers.PATIENCE):
                if await self.exchange(headers, content, stream, leaves, told):
                    self.kept.abort()
                    return told.outcome or "left"
                if told.outcome is None:
                    # A stream that was properly framed and said nothing of its end.
                    return "silent end"
                return told.outcome
        except TimeoutError:
            self.kept.abort()
            return told.outcome or "no end"
        except (OSError, EOFError):
            self.kept.abort()
            return told.outcome or "broken"

    async def exchange(self, headers, content: bytes, stream: bool, leaves: str, told: Told) -> bool:
        """Answers whether it left."""
        self.kept.put("POST", ROUTE, headers, content)
        if leaves == "leaves at once":
            await self.kept.writer.drain()
            await asyncio.sleep(self.random.random() * 0.02)
            return True
        response = await self.kept.head()
        told.head(response)
        if stream and response.status == 200:
            leave = self.random.randrange(1, 12) if leaves == "leaves" else None
            return await told.stream(response, leave)
        await told.whole(response)
        return False

    async def connect(self) -> bool:
        """While the server is down nothing was sent, so it was no try."""
        while not self.kept.is_open:
            try:
                self.kept.close()
                await self.kept.open()
            except OSError:
                if self.callers.board.is_over:
                    return False
                await asyncio.sleep(0.02)
        return True


async def main(folder: pathlib.Path, number: int):
    callers = Callers(folder, number)
    await asyncio.gather(*(Client(callers).work() for _ in range(callers.plan.clients)))
    callers.close()


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
