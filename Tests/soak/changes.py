"""The control plane's part of a soak: changes all along, each followed by a run that must see it at once."""

import asyncio
import itertools
import json
import random
import time

from clients import Client, ROUTES
from record import Record
from wire import Connection
from world import Target, World


class Changes:
    """One step after another, at a bounded rate; each leaves things as it found them."""

    STEPS = [
        "deploy", "deploy", "roll_back", "pause_and_resume", "token_life", "rotate", "top_up", "stale_revision",
        "bad_admin_token", "read_usage", "read_entries", "read_lists", "new_agent",
    ]

    def __init__(self, world: World, record: Record):
        self.world = world
        self.record = record
        self.random = random.Random(7)
        self.numbers = itertools.count(1)
        self.admin = Connection(world.admin_port)
        self.client = Client(1_000, world, record)
        self.deployed = 1

    async def loop(self, rate: float, seconds: float):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            for step in self.random.sample(self.STEPS, len(self.STEPS)):
                await self.step(step)
                await asyncio.sleep(max(0, 1 / rate - (time.monotonic() - start)))
                start = time.monotonic()
                if start >= end:
                    break
        self.admin.close()
        self.client.close()

    async def verifying(self, every: float, seconds: float):
        """`ledger verify` again and again, beside all else."""
        end = time.monotonic() + seconds
        connection = Connection(self.world.admin_port)
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(every, left))
            found = await self.api("POST", "/ledger/verify", {}, connection=connection)
            if found.get("clean") is not True:
                self.record.odd("verify", json.dumps(found))
            self.record.counts["verify", "clean" if found.get("clean") is True else "not clean"] += 1
        connection.close()

    async def step(self, name: str):
        try:
            async with asyncio.timeout(Client.PATIENCE):
                await getattr(self, name)()
            self.record.counts["change " + name, "ok"] += 1
        except (TimeoutError, OSError, EOFError, ValueError, LookupError, asyncio.LimitOverrunError) as fault:
            self.record.odd("change " + name, repr(fault))
            self.admin.abort()

    async def api(self, method: str, path: str, body=None, *, expect=(200, 201), headers=None, connection=None):
        connection = connection or self.admin
        if not connection.is_open:
            connection.close()
            await connection.open()
        named = {"Authorization": f"Bearer {self.world.admin.server.admin_token}", "Content-Type": "application/json"}
        content = b"" if body is None else json.dumps(body).encode()
        connection.put(method, "/api/v1" + path, named | (headers or {}), content)
        response = await connection.head()
        answer = await response.read()
        if response.status not in expect:
            self.record.odd("admin", f"{method} {path}: {response.status} {answer.decode()}")
        return json.loads(answer)

    async def run(self, secret: str, organization: str) -> tuple[int, str, dict[str, str]]:
        """A run: its status, its code, its headers. Where the provider failed it was still a run."""
        target = Target(organization, secret)
        body = target.body(stream=False, native=True, words="Hi")
        response = await self.client.ask("POST", ROUTES[True], secret, body)
        if response.status in (200, 429, 502, 504):
            await self.client.whole_answer("changed", target, response)
            return 200, "", response.headers
        code = json.loads(await response.read())["error"]["code"]
        self.record.count("changed", code)
        return response.status, code, response.headers

    def must(self, kind: str, found, expected):
        if found != expected:
            self.record.odd(kind, f"{found} where {expected} was due")

    # MARK: deployments

    async def deploy(self):
        moving = self.world.moving
        number = next(self.numbers)
        prompt = f"You greet, and this is version {number}. " + "Be kind. " * 20
        document = {
            "provider": "simulated", "model": "sim-1", "max_output_tokens": 64,
            "messages": [{"role": "system", "content": prompt}],
        }
        version = (await self.api("POST", f"{moving.path}/versions", document))["number"]
        answer = await self.api("PUT", moving.place(), {"version": version, "reason": "soak"})
        await self.sees(answer["revision"], version)

    async def roll_back(self):
        answer = await self.api("POST", f"{self.world.moving.place()}/rollback", {}, expect=(200, 400, 404))
        if "revision" in answer:
            await self.sees(answer["revision"], answer["version"]["number"])

    async def sees(self, revision: int, version: int):
        status, code, headers = await self.run(self.world.moving.secret, self.world.moving.organization)
        found = (status, code, headers.get("tollgate-deployment-revision"), headers.get("tollgate-version"))
        self.must("change seen at once", found, (200, "", str(revision), str(version)))

    async def stale_revision(self):
        body = {"version": 1, "expected_revision": 0}
        answer = await self.api("PUT", self.world.moving.place(), body, expect=(409,))
        self.must("stale revision", answer["code"], "revision_conflict")

    async def pause_and_resume(self):
        private, secret = self.world.private, self.world.private_staging
        place = private.place("staging")
        await self.api("POST", f"{place}/pause", {})
        self.must("paused", (await self.run(secret, private.organization))[:2], (403, "deployment_paused"))
        await self.api("POST", f"{place}/resume", {})
        self.must("resumed", (await self.run(secret, private.organization))[:2], (200, ""))

    # MARK: tokens, keys, credits

    async def token_life(self):
        private = self.world.private
        token = await self.api("POST", f"{private.path}/tokens", {"environment": "production"})
        secret, path = token["secret"], f"{private.path}/tokens/{token['id']}"
        for verb, expected in [
            (None, (200, "")), ("suspend", (401, "token_suspended")), ("activate", (200, "")),
            ("revoke", (401, "token_revoked")),
        ]:
            if verb:
                await self.api("POST", f"{path}/{verb}", {})
            self.must(f"token, {verb}", (await self.run(secret, private.organization))[:2], expected)

    async def rotate(self):
        body = {"secret": f"sk-platform-{next(self.numbers)}"}
        await self.api("POST", f"/provider-keys/{self.world.key}/rotate", body)

    async def top_up(self):
        organization = self.world.moving.organization
        path, key = f"/organizations/{organization}/credits/top-ups", f"soak-{next(self.numbers)}"
        for status in (201, 200):
            await self.api("POST", path, {"amount": "0.01"}, headers={"Idempotency-Key": key}, expect=(status,))
        self.world.given[organization] += 10_000_000

    async def bad_admin_token(self):
        await self.api("GET", "/organizations", headers={"Authorization": "Bearer tga_none"}, expect=(401,))

    async def new_agent(self):
        await self.api("POST", f"{self.world.moving.root}/agents", {"slug": f"a{next(self.numbers)}"})

    # MARK: reads

    async def read_usage(self):
        organization = self.random.choice(self.world.targets).organization
        await self.api("GET", f"/usage?organization={organization}&by=day,agent,environment,model")

    async def read_entries(self):
        organization = self.random.choice(self.world.targets).organization
        await self.api("GET", f"/organizations/{organization}/credits/entries?limit=500")

    async def read_lists(self):
        moving = self.world.moving
        for path in [
            "/audit?limit=100", "/organizations", "/provider-keys", "/prices", f"{moving.path}/versions",
            f"{moving.path}/deployments", f"{moving.place()}/history", f"{moving.path}/tokens",
            f"{moving.root}/credits", f"{moving.place()}/as-of?time={int(time.time() * 1000)}",
        ]:
            await self.api("GET", path)
