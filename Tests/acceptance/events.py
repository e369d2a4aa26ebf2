"""Server-sent events, read as a plain client reads them."""

import json
from decimal import Decimal


def parse(text: str) -> list[tuple[str, object]]:
    """Every event's name and data: JSON where it is JSON, else the text (`[DONE]`)."""
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        name, data = "message", []
        for line in block.split("\n"):
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].lstrip(" "))
        if data:
            found.append((name, _value("\n".join(data))))
    return found


def _value(text: str):
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        return text


def data(text: str) -> list:
    return [value for _, value in parse(text)]


def text_of(chunks: list) -> str:
    """The text that chat completion chunks add up to."""
    return "".join(
        choice["delta"].get("content") or "" for chunk in chunks if isinstance(chunk, dict)
        for choice in chunk.get("choices", []))
