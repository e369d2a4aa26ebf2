"""The vendors' own clients behind one face, so that one test asks all of them the same."""

import base64
import contextlib
import dataclasses

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(40))
PICTURE_TEXT = base64.b64encode(PICTURE).decode()


@dataclasses.dataclass(frozen=True)
class Tool:
    name: str
    schema: dict
    description: str = "A tool."


@dataclasses.dataclass(frozen=True)
class Question:
    model: str
    text: str = "Hello there"
    system: str | None = "Be kind."
    tools: tuple[Tool, ...] = ()
    parallel: bool = True
    # The name of the tool that has to be called.
    named: str | None = None
    schema: dict | None = None
    picture: bool = False
    most: int = 100


@dataclasses.dataclass
class Said:
    """What a client made of an answer."""

    text: str = ""
    calls: list[tuple[str, dict]] = dataclasses.field(default_factory=list)
    reasoning: str = ""
    refused: bool = False
    # In the protocol's own word.
    finish: str | None = None
    # In counters that do not overlap; None where the protocol does not say it.
    uncached: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None
    reasoned: int | None = None
    # What the client gave, for the next turn.
    native: object = None


class Unfinished(Exception):
    """A stream ended without its end, and the client said nothing."""


class Vendor:
    """One client of one protocol."""

    name: str
    # As the simulator's log names it.
    protocol: str
    # What the client makes of a fault before the first byte: exception class and status.
    errors: dict[str, tuple[type[Exception], int]]
    # What it raises for an error, broken JSON or a cut connection within a stream.
    event_error: type[Exception]
    broken_error: type[Exception] | tuple[type[Exception], ...] = ValueError
    cut_error: tuple[type[Exception], ...]
    says_cache_writes = True
    says_reasoning = True
    # How the finish of an answer is called: stop, length, calls, refusal.
    finishes: dict[str, str]
    can_forbid_parallel_calls = True
    can_name_a_tool = True
    can_refuse = True
    # Whether what it raises for an error within a stream has the error's words.
    quotes_event_errors = True

    def __init__(self, url: str, key: str = "sk-0123456789"):
        self.url = url
        self.key = key
        self.ends = contextlib.ExitStack()
        self.open()

    def open(self):
        raise NotImplementedError

    def ask(self, question: Question, stream: bool) -> Said:
        raise NotImplementedError

    def tell(self, question: Question, said: Said, results: list[str], stream: bool) -> Said:
        """Sends back what was said, and what its calls came to."""
        raise NotImplementedError

    def status(self, error: Exception) -> int:
        return error.status_code

    def close(self):
        self.ends.close()
