"""AWS's protocols, ours and botocore's: signatures are equal to the letter, event streams to the byte and the refusal."""

import datetime
import random
import string
import struct
import uuid
import zlib
from unittest import mock
from urllib.parse import quote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer, EventStreamHeaderParser, ParserError

from probe import ask

CHARACTERS = string.ascii_letters + string.digits + "-._~:/+=@!$&'()* %?#[],;<>|\\^`{}\"é€😀"


def word(rng: random.Random, least: int, most: int, alphabet: str = string.ascii_letters + string.digits + "-_.") -> str:
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))


def path(rng: random.Random) -> str:
    """As it goes over the wire; now and then with what is left out of the signed one."""
    parts = [quote(word(rng, 0, 20, CHARACTERS), safe="-._~") for _ in range(rng.randint(0, 5))]
    if rng.random() < 0.3:
        parts.insert(rng.randint(0, len(parts)), rng.choice([".", "..", ""]))
    return "/" + "/".join(parts) + rng.choice(["", "", "/"])


def query(rng: random.Random) -> str:
    names = [quote(word(rng, 0, 6, CHARACTERS), safe="-._~") for _ in range(rng.choice([0, 0, 1, 2, 5]))]
    pairs = [rng.choice([name, f"{name}={quote(word(rng, 0, 8, CHARACTERS), safe='-._~')}"]) for name in names]
    # botocore takes an empty query for none, which a lone name without letters would be.
    return "&".join(pair or "a" for pair in pairs + rng.sample(pairs, min(1, len(pairs))))


def headers(rng: random.Random) -> list[list[str]]:
    found = [["Content-Type", "application/json"]] if rng.random() < 0.7 else []
    for _ in range(rng.choice([0, 0, 1, 3])):
        name = rng.choice(["X-Amzn-Bedrock-Trace", "x-amzn-bedrock-trace", "Accept", "X-Amz-Target", word(rng, 1, 9, string.ascii_letters)])
        found.append([name, rng.choice(["", " ", "  "]) + "  ".join(word(rng, 0, 8, CHARACTERS[:90]) for _ in range(3)) + rng.choice(["", "\t "])])
    return found


def request(rng: random.Random) -> dict:
    key = {"id": word(rng, 16, 20, string.ascii_uppercase + string.digits), "secret": word(rng, 40, 40, CHARACTERS[:72])}
    if rng.random() < 0.5:
        key["token"] = word(rng, 100, 900, string.ascii_letters + string.digits + "/+=")
    region = rng.choice(["us-east-1", "eu-central-1", "us-gov-west-1", "ap-southeast-4"])
    return {
        "key": key, "region": region, "service": rng.choice(["bedrock", "service", "s"]),
        # 1970 to 2099.
        "at": rng.randrange(0, 4_102_444_800_000), "method": rng.choice(["POST", "GET", "PUT"]),
        "host": f"bedrock-runtime.{region}.amazonaws.com", "path": path(rng), "query": query(rng), "headers": headers(rng),
        "body": rng.randbytes(rng.choice([0, 1, 63, 64, 65, 5000])).hex(),
    }


def theirs(request: dict) -> dict[str, str]:
    key = request["key"]
    url = f"https://{request['host']}{request['path']}" + (f"?{request['query']}" if request["query"] else "")
    assert urlsplit(url).path == request["path"] and urlsplit(url).query == request["query"]
    signed = AWSRequest(request["method"], url, data=bytes.fromhex(request["body"]))
    for name, value in request["headers"]:
        signed.headers.add_header(name, value)
    now = datetime.datetime.fromtimestamp(request["at"] // 1000, datetime.UTC)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=now):
        botocore.auth.SigV4Auth(
            Credentials(key["id"], key["secret"], key.get("token")), request["service"], request["region"]
        ).add_auth(signed)
    wanted = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token")
    return {name: signed.headers[name] for name in wanted if name in signed.headers}


def test_signatures():
    rng = random.Random(4)
    requests = [request(rng) for _ in range(800)]
    for asked, answer in zip(requests, ask("signature", requests)):
        assert dict(answer["headers"]) == theirs(asked), asked
    assert len({asked["path"] for asked in requests}) > 500 and any("token" in asked["key"] for asked in requests)


def header(rng: random.Random, number: int) -> bytes:
    kind = rng.randrange(10)
    text = word(rng, 0, 30, CHARACTERS).encode() if kind == 7 else rng.randbytes(rng.randint(0, 30))
    value = {
        0: b"", 1: b"", 2: rng.randbytes(1), 3: rng.randbytes(2), 4: rng.randbytes(4), 5: rng.randbytes(8), 8: rng.randbytes(8), 9: rng.randbytes(16),
    }.get(kind, struct.pack(">H", len(text)) + text)
    name = f"{number}{word(rng, 0, 20, CHARACTERS)}".encode()
    return bytes([len(name)]) + name + bytes([kind]) + value


def message(block: bytes, payload: bytes) -> bytes:
    prelude = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    framed = prelude + struct.pack(">I", zlib.crc32(prelude)) + block + payload
    return framed + struct.pack(">I", zlib.crc32(framed))


def stream(rng: random.Random) -> bytes:
    found = b""
    for _ in range(rng.randint(1, 4)):
        block = b"".join(header(rng, number) for number in range(rng.choice([0, 1, 3, 6, 20])))
        if rng.random() < 0.2:
            # Under checksums that are right.
            block = mutated(rng, block)
        found += message(block, rng.randbytes(rng.choice([0, 1, 7, 8, 9, 300])))
    return mutated(rng, found) if rng.random() < 0.3 else found


def mutated(rng: random.Random, text: bytes) -> bytes:
    if not text:
        return text
    place = rng.randrange(len(text))
    return rng.choice([text[:place], text[:place] + bytes([rng.randrange(256)]) + text[place + 1 :], text[:place] + text[place + 1 :]])


def plain(value) -> object:
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.hex() if isinstance(value, bytes) else value


class StrictHeaders(EventStreamHeaderParser):
    """botocore's own takes a value that ends in its midst for the shorter one."""

    def _advance_data(self, consumed: int) -> None:
        if consumed > len(self._data):
            raise ParserError("a value ends in its midst")
        super()._advance_data(consumed)


def read_theirs(stream: bytes) -> tuple[list[dict], bool]:
    """The messages, and whether the stream ended in a refusal or within a message."""
    buffer = EventStreamBuffer()
    buffer._header_parser = StrictHeaders()
    buffer.add_data(stream)
    messages = []
    try:
        for found in buffer:
            # A header's name may be empty for botocore, not for the specification.
            if "" in found.headers:
                return messages, True
            headers = {name: plain(value) for name, value in found.headers.items()}
            messages.append({"headers": headers, "payload": found.payload.hex()})
    # What its parser throws at headers that end in their midst.
    except (ParserError, struct.error, KeyError, UnicodeDecodeError, ValueError):
        return messages, True
    return messages, bool(buffer._data)


def test_event_streams():
    rng = random.Random(8)
    streams = [stream(rng) for _ in range(1500)]
    refused = 0
    for asked, answer in zip(streams, ask("event-stream", [{"stream": asked.hex()} for asked in streams])):
        messages, is_refused = read_theirs(asked)
        framed = "".join(found.pop("framed") for found in answer["messages"])
        assert asked.hex().startswith(framed), asked.hex()
        assert answer["messages"] == messages, asked.hex()
        assert (answer["fault"] is not None) == is_refused, (answer["fault"], asked.hex())
        refused += is_refused
    assert 300 < refused < 1200
