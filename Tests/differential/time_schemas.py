"""How long a check of a 2 KB input takes: ours beside fastjsonschema's compiled validator, in turns in one run.

fastjsonschema is given a value that Python has parsed already. Ours is timed three ways: with the value laid out
already, with laying it out, and from its bytes; the second is what a run pays, whose body has been read anyway.
"""

import json
import statistics
import sys
import time

import fastjsonschema

from probe import ask

ROUNDS = 7
MILLISECONDS = 150
# What is asked for, of laying out and checking together.
MOST = 0.2

SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["customer", "tickets", "locale", "messages"],
    "additionalProperties": False,
    "properties": {
        "customer": {
            "type": "object",
            "required": ["id", "name", "email"],
            "properties": {
                "id": {"type": "integer", "minimum": 1},
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
                "plan": {"enum": ["free", "team", "enterprise"]},
                "balance": {"type": "number", "minimum": -1000},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 20},
            },
        },
        "locale": {"type": "string", "enum": ["en", "de", "fr", "es", "it", "ja"]},
        "urgent": {"type": "boolean"},
        "tickets": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "subject", "status"],
                "properties": {
                    "id": {"type": "integer"},
                    "subject": {"type": "string", "minLength": 3},
                    "status": {"enum": ["open", "pending", "closed"]},
                    "priority": {"type": "integer", "minimum": 0, "maximum": 5},
                    "score": {"type": "number"},
                    "assignee": {"type": ["string", "null"]},
                },
            },
        },
        "messages": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["role", "content"],
                "properties": {
                    "role": {"enum": ["user", "assistant"]},
                    "content": {"type": "string", "maxLength": 4000},
                },
            },
        },
    },
}


def value() -> dict:
    """About 2 KB, valid, of the kind that prompts are filled with."""
    return {
        "customer": {
            "id": 184467,
            "name": "Ana María Álvarez",
            "email": "ana.alvarez@example.com",
            "plan": "team",
            "balance": 12.75,
            "tags": ["vip", "beta", "spanish"],
        },
        "locale": "es",
        "urgent": False,
        "tickets": [
            {
                "id": 9000 + number,
                "subject": f"Invoice {number} does not match the order that was placed in spring",
                "status": ("open", "pending", "closed")[number % 3],
                "priority": number % 6,
                "score": number / 8,
                "assignee": None if number % 2 else "marta",
            }
            for number in range(7)
        ],
        "messages": [
            {
                "role": "assistant" if number % 2 else "user",
                "content": f"Message {number}: I looked at the invoice again and the amount is still not right. "
                "Please tell me what you need from me so that this can be closed.",
            }
            for number in range(4)
        ],
    }


def seconds_each(check, argument) -> float:
    best = float("inf")
    end = time.perf_counter() + MILLISECONDS / 1000
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(100):
            check(argument)
        best = min(best, (time.perf_counter() - start) / 100)
    return best


def measure() -> dict:
    instance = value()
    text = json.dumps(instance, ensure_ascii=False, separators=(",", ":"))
    check = fastjsonschema.compile(SCHEMA)
    check(instance)
    request = {"schema": json.dumps(SCHEMA), "instance": text, "milliseconds": MILLISECONDS}
    times = {"fastjsonschema": [], "check": [], "tape_and_check": [], "read_tape_and_check": []}
    for _ in range(ROUNDS):
        times["fastjsonschema"].append(seconds_each(check, instance))
        (answer,) = ask("time-validate", [request])
        assert answer.get("valid") is True, answer
        for name in ("check", "tape_and_check", "read_tape_and_check"):
            times[name].append(answer[name + "_ns"] / 1e9)
    return {"bytes": len(text.encode()), **{name: statistics.median(taken) for name, taken in times.items()}}


def main() -> int:
    result = measure()
    theirs = result["fastjsonschema"]
    print(f"validation of an input of {result['bytes']} bytes, microseconds (median of {ROUNDS} rounds in turns)")
    print(f"  fastjsonschema, of a parsed value    {theirs * 1e6:8.2f}")
    for name, meaning in (
        ("check", "ours, of a value laid out        "),
        ("tape_and_check", "ours, laying it out included     "),
        ("read_tape_and_check", "ours, from its bytes             "),
    ):
        print(f"  {meaning}    {result[name] * 1e6:8.2f}   {result[name] / theirs:.3f} of it")
    is_fast = result["tape_and_check"] <= MOST * theirs
    print(f"at most {MOST} of fastjsonschema's time: {'yes' if is_fast else 'NO'}")
    return 0 if is_fast else 1


if __name__ == "__main__":
    sys.exit(main())
