"""The clients of a soak: what they call, how rudely, and what they take for an answer."""

import asyncio
import json
import random
import time

from amounts import exactly, nano
from record import Record
from wire import Connection, Response
from world import Target, World

WORDS = "Hello, I am Ada, and I would like to know who pays the toll. "
ROUTES = {False: "/v1/chat/completions", True: "/v1/run"}
# What a fault of the provider may become; which run had which fault is compared afterwards, by run id.
PROVIDERS_FAULT = {"provider_error", "deadline_exceeded", "rate_limited"}


class Client:
    """One client: its connections, and a way of calling for each kind of request."""

    # Seconds; beyond every timeout of the server.
    PATIENCE = 45

    def __init__(self, number: int, world: World, record: Record):
        self.world = world
        self.record = record
        self.random = random.Random(number)
        self.kept = Connection(world.gateway_port)
        self.last: tuple[Target, str, int] | None = None

    async def call(self, kind: str):
        try:
            async with asyncio.timeout(self.PATIENCE):
                await getattr(self, kind)()
        except TimeoutError:
            self.record.odd(kind, f"no end within {self.PATIENCE} s")
            self.kept.abort()
        except (OSError, EOFError, ValueError, LookupError, asyncio.LimitOverrunError) as fault:
            self.record.odd(kind, repr(fault))
            self.kept.abort()

    def close(self):
        self.kept.close()

    # MARK: sending

    async def connection(self, fresh: bool = False, receive_buffer: int | None = None) -> Connection:
        if fresh:
            connection = Connection(self.world.gateway_port)
            await connection.open(receive_buffer)
            return connection
        if not self.kept.is_open:
            self.kept.close()
            await self.kept.open()
            self.record.counts["connection", "opened"] += 1
        return self.kept

    async def ask(self, method: str, path: str, secret: str | None, body: bytes = b"", **options) -> Response:
        """On the kept connection; one time in ten it is closed afterwards."""
        connection = await self.connection()
        headers = {"Content-Type": "application/json"}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        if self.random.random() < 0.1:
            headers["Connection"] = "close"
        connection.put(method, path, headers, body, **options)
        return await connection.head()

    def pick(self, stream: bool, words: str = WORDS, target: Target | None = None) -> tuple[Target, str, bytes]:
        target = target or self.random.choice(self.world.targets)
        # Only the native form and `extra_body` take an input; both are called either way.
        native = self.random.random() < 0.4
        return target, ROUTES[native], target.body(stream=stream, native=native, words=words)

    # MARK: runs

    async def whole(self, words: str = WORDS, kind: str = "whole", **options):
        target, route, body = self.pick(False, words)
        start = time.monotonic()
        response = await self.ask("POST", route, target.secret, body, **options)
        await self.whole_answer(kind, target, response, start)

    async def whole_answer(self, kind: str, target: Target, response: Response, start: float | None = None) -> bool:
        """Notes what came of a whole run; answers whether it succeeded."""
        body = await response.read()
        run = response.headers["tollgate-run-id"]
        if response.status == 200:
            cost = nano(response.headers["tollgate-cost"])
            self.record.run(run, kind, "ok", cost)
            self.last = (target, run, cost)
            if start is not None:
                self.record.took(time.monotonic() - start, overhead_us=response.headers["tollgate-overhead-us"])
            return True
        code = json.loads(body)["error"]["code"]
        self.record.run(run, kind, code)
        if code not in PROVIDERS_FAULT:
            self.record.odd(kind, f"{response.status} {body.decode()}")
        return False

    async def large(self):
        """Three hundred kilobytes of words."""
        await self.whole(WORDS * 5_000, "large")

    async def chunked(self):
        await self.whole(WORDS * 20, "chunked", chunk=300)

    async def pipelined(self):
        """Three requests at once; the answers come in their order."""
        connection = await self.connection()
        calls = [self.pick(False) for _ in range(3)]
        for target, route, body in calls:
            connection.put("POST", route, {"Authorization": f"Bearer {target.secret}"}, body)
        for target, _, _ in calls:
            await self.whole_answer("pipelined", target, await connection.head())

    async def streamed(self, kind: str = "streamed", leave: int | None = None, slow: bool = False):
        """A stream; `leave` after so many of its lines."""
        target, route, body = self.pick(True, target=self.random.choice(self.world.big) if slow else None)
        start = time.monotonic()
        if slow or leave is not None:
            connection = await self.connection(fresh=True, receive_buffer=4096 if slow else None)
            connection.put("POST", route, {"Authorization": f"Bearer {target.secret}", "Connection": "close"}, body)
            response = await connection.head()
        else:
            connection = None
            response = await self.ask("POST", route, target.secret, body)
        try:
            if response.status != 200:
                await self.whole_answer(kind, target, response)
                return
            outcome, cost, first = await self.read_stream(response, start, leave, slow)
        finally:
            if connection:
                # Half of those that leave do so with bytes unread, which is a reset.
                connection.abort() if self.random.random() < 0.5 else connection.close()
        run = response.headers["tollgate-run-id"]
        self.record.run(run, kind, outcome, cost)
        if outcome == "ok":
            self.last = (target, run, cost)
            if not slow:
                self.record.took(0, first_byte=first)
        elif outcome not in PROVIDERS_FAULT | {"left"}:
            self.record.odd(kind, f"stream of {run} ended: {outcome}")

    async def read_stream(self, response: Response, start: float, leave: int | None, slow: bool):
        """Answers the outcome, the cost where the run was seen to finish, and the seconds to the first byte."""
        count, cost, first, event, outcome = 0, None, None, b"", "silent end"
        async for line in response.lines():
            count += 1
            first = first or time.monotonic() - start
            if count == leave:
                return "left", None, first
            if slow and count % 8 == 0:
                await asyncio.sleep(0.02)
            if line.startswith(b"event: "):
                event = line[7:].strip()
            elif line.startswith(b'data: {"error"') or (line.startswith(b"data: ") and event == b"error"):
                outcome, cost = json.loads(line[6:])["error"]["code"], None
            elif line.startswith(b"data: ") and event == b"done":
                outcome, cost = "ok", nano(exactly(line[6:])["cost"])
            elif line.startswith(b"data: {") and b'"usage":{' in line:
                cost = nano(exactly(line[6:])["usage"]["cost"])
            elif line.startswith(b"data: [DONE]"):
                outcome = "ok" if cost is not None else outcome
        return outcome, cost, first

    async def slow(self):
        """Takes three hundred kilobytes through a small buffer."""
        await self.streamed("slow", slow=True)

    async def leaves(self):
        """Leaves in the middle of a stream."""
        await self.streamed("leaves", leave=self.random.randrange(1, 16))

    async def leaves_at_once(self):
        """Leaves before any answer, so that it never learns the run's id."""
        target, route, body = self.pick(self.random.random() < 0.5)
        connection = await self.connection(fresh=True)
        connection.put("POST", route, {"Authorization": f"Bearer {target.secret}"}, body)
        await connection.writer.drain()
        await asyncio.sleep(self.random.random() * 0.02)
        connection.abort()
        self.record.count("leaves_at_once", "left")

    # MARK: what is refused

    async def expect(self, kind: str, response: Response, status: int, code: str):
        body = await response.read()
        found = json.loads(body)["error"]["code"] if response.status != 200 else "ok"
        self.record.count(kind, found)
        if (response.status, found) != (status, code):
            self.record.odd(kind, f"{response.status} {body.decode(errors='replace')}, expected {status} {code}")

    async def bad_token(self):
        target, route, body = self.pick(False)
        secret = self.random.choice(["tg_production_" + "0" * 64, target.secret[:-1] + "z", "nonsense"])
        await self.expect("bad_token", await self.ask("POST", route, secret, body), 401, "invalid_token")

    async def bad_body(self):
        target, route, body = self.pick(False)
        body = self.random.choice(
            [body[:-5], b"", b"[]", b'{"messages":7}', b'{"messages":[{"role":"user"', b"\x00\xff"])
        await self.expect("bad_body", await self.ask("POST", route, target.secret, body), 400, "invalid_request")

    async def bad_input(self):
        target = next(target for target in self.world.targets if target.input)
        response = await self.ask("POST", "/v1/run", target.secret, b'{"input":{"user":{}}}')
        await self.expect("bad_input", response, 400, "invalid_input")

    async def too_large(self):
        """A body beyond the limit, announced and begun."""
        target = self.random.choice(self.world.targets)
        connection = await self.connection(fresh=True)
        head = (
            f"POST /v1/run HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {target.secret}\r\n"
            "Content-Length: 9000000\r\n\r\n")
        connection.writer.write(head.encode() + b" " * 1000)
        try:
            await self.expect("too_large", await connection.head(), 413, "request_too_large")
        finally:
            connection.abort()

    async def poor(self):
        response = await self.ask("POST", "/v1/run", self.world.poor.secret, b'{"input":{}}')
        await self.expect("poor", response, 402, "insufficient_credits")

    async def reads(self):
        """What is deployed, models, health; and the last run's record, which must say what its client saw."""
        target = self.random.choice(self.world.targets)
        path = self.random.choice(["/v1/deployment", "/v1/models", "/healthz", "/readyz", "run"])
        if path == "run":
            if self.last is None:
                return
            target, run, cost = self.last
            path = f"/v1/runs/{run}"
        response = await self.ask("GET", path, target.secret)
        body = await response.read()
        self.record.count("reads", str(response.status))
        if response.status != 200:
            self.record.odd("reads", f"{path}: {response.status} {body.decode()}")
        elif "/runs/" in path and (found := exactly(body))["state"] == "succeeded" and nano(found["cost"]) != cost:
            self.record.odd("reads", f"{path}: cost {found['cost']}, the client saw {cost} nano-credits")
