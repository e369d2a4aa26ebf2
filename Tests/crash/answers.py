"""What a client makes of an answer, whole or streamed, for as far as it came."""

import dataclasses
import json

from amounts import exactly, nano
from wire import Response


@dataclasses.dataclass
class Told:
    """What a client was told of a run so far."""

    run: str = ""
    finished: bool = False
    code: str = ""
    cost: int | None = None
    prompt: int | None = None
    completion: int | None = None
    may_retry: bool = True
    # Seconds.
    retry_after: float | None = None

    @property
    def outcome(self) -> str | None:
        """Whoever saw the finish reason saw the run finish, even if the connection broke right after."""
        return "ok" if self.finished else self.code or None

    def head(self, response: Response):
        self.run = response.headers.get("tollgate-run-id", "")
        self.may_retry = response.headers.get("x-should-retry") != "false"
        if "retry-after" in response.headers:
            self.retry_after = float(response.headers["retry-after"])

    def usage(self, usage: dict):
        self.prompt, self.completion = usage["prompt_tokens"], usage["completion_tokens"]
        if "cost" in usage:
            self.cost = nano(usage["cost"])

    def failure(self, error: dict):
        self.code = error["code"]
        if error.get("charged") is not None:
            self.cost = nano(error["charged"])

    async def whole(self, response: Response):
        body = exactly(await response.read())
        if response.status != 200:
            self.failure(body["error"])
            return
        # A provider that tells no usage is not made to tell one.
        if "usage" in body:
            self.usage(body["usage"])
        self.cost = nano(response.headers["tollgate-cost"])
        self.finished = True

    async def stream(self, response: Response, leave: int | None):
        """Answers whether it left, after so many events."""
        count = 0
        async for line in response.lines():
            if not line.startswith(b"data: {"):
                continue
            count += 1
            if line.startswith(b'data: {"error"'):
                self.failure(exactly(line[6:])["error"])
                continue
            if b'"usage":{' in line:
                self.usage(exactly(line[6:])["usage"])
            if b'"finish_reason":"' in line:
                self.finished = True
            if count == leave:
                return True
        return False


def is_retried(outcome: str, told: Told) -> bool:
    """As SDKs decide: a connection that broke, a limit, a fault of the server, unless the answer says otherwise."""
    return told.may_retry and outcome not in ("ok", "insufficient_credits")


def body(label: str, stream: bool) -> bytes:
    members = {"messages": [{"role": "user", "content": f"Who pays the toll of {label}?"}], "user": label}
    if stream:
        members |= {"stream": True, "stream_options": {"include_usage": True}}
    return json.dumps(members).encode()
