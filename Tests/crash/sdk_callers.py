"""Clients of a crash test that are OpenAI's own SDK, so that its retries are real ones.

usage: sdk_callers.py FOLDER NUMBER"""

import asyncio
import pathlib
import sys
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "acceptance"))

import httpx
import openai

from amounts import exactly, nano
from answers import Told
from callers import Callers
from evidence import Try

CLIENTS = 6


class SDKClient:
    """One client; calls one after another, and what its SDK tries meanwhile is noted from below."""

    def __init__(self, callers: Callers):
        self.callers = callers
        self.tries: list[Told] = []
        self.http = openai.DefaultAsyncHttpxClient(
            trust_env=False, event_hooks={"request": [self.began], "response": [self.answered]})

    async def began(self, _: httpx.Request):
        self.tries.append(Told())

    async def answered(self, response: httpx.Response):
        self.tries[-1].run = response.headers.get("tollgate-run-id", "")
        if response.status_code != 200:
            self.tries[-1].failure(exactly(await response.aread())["error"])

    async def work(self):
        while not self.callers.board.is_over:
            await self.call(self.callers.random.random() < 0.5)
        await self.http.aclose()

    async def call(self, stream: bool):
        organization, secret, label, key = self.callers.next_call()
        self.tries = []
        sdk = openai.AsyncOpenAI(
            api_key=secret, base_url=f"http://127.0.0.1:{self.callers.plan.port}/v1", max_retries=2, timeout=30,
            http_client=self.http)
        options = {"extra_headers": {"Idempotency-Key": key}} if key else {}
        asked = {"model": "deployed", "user": label, "messages": [{"role": "user", "content": f"Hello from {label}"}]}
        try:
            if stream:
                await self.stream(await sdk.chat.completions.create(
                    **asked, stream=True, stream_options={"include_usage": True}, **options))
            else:
                raw = await sdk.chat.completions.with_raw_response.create(**asked, **options)
                told = self.tries[-1]
                if usage := raw.parse().usage:
                    self.usage(told, usage)
                told.cost = nano(raw.headers["tollgate-cost"])
                told.finished = True
        except (openai.OpenAIError, httpx.TransportError):
            # What came of it is in the tries.
            pass
        for told in self.tries:
            # The SDK tries to connect to a server that is down as well; that was no try.
            self.callers.note(Try(
                label, key, "sdk, streamed" if stream else "sdk, whole", organization, told.run,
                told.outcome or "broken", told.cost, told.prompt, told.completion))

    async def stream(self, chunks):
        told = self.tries[-1]
        try:
            async for chunk in chunks:
                if any(choice.finish_reason for choice in chunk.choices):
                    told.finished = True
                if chunk.usage:
                    self.usage(told, chunk.usage)
                    # The shortest decimal of the float is what was sent: it has nine places.
                    told.cost = nano(Decimal(repr(chunk.usage.cost)))
        except openai.APIError as error:
            told.code = error.code or ""
            raise
        if not told.finished:
            told.code = "silent end"

    def usage(self, told: Told, usage):
        told.prompt, told.completion = usage.prompt_tokens, usage.completion_tokens


async def main(folder: pathlib.Path, number: int):
    callers = Callers(folder, number)
    await asyncio.gather(*(SDKClient(callers).work() for _ in range(CLIENTS)))
    callers.close()


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
