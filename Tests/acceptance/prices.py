"""The price list of the tests: round figures, so that a test can say what a run costs."""

import json
import pathlib
from decimal import Decimal

# Nano-credits per million tokens.
INPUT = 1_000_000_000
OUTPUT = 4_000_000_000

FAULTS = [
    "refuse", "hang", "hang-mid", "reset", "truncate", "unfinished", "malformed", "html", "401", "403", "404", "429",
    "500", "503", "insufficient_quota", "bad-output", "no-usage", "error-event", "slow", "huge-headers", "redirect",
]
MODELS = ["sim-1", "sim-2", "sim-echo", "sim-big", *(f"sim-1!{fault}" for fault in FAULTS)]
PROVIDERS = ["simulated", "elsewhere", "keyless", "parrot", "teller"]


def write(file: pathlib.Path, input: int = INPUT, output: int = OUTPUT):
    rows = [
        {"provider": provider, "model": model, "input": input, "output": output, "max_output_tokens": 100_000}
        for provider in PROVIDERS for model in MODELS
    ]
    file.write_text(json.dumps({"date": "2026-11-21", "models": rows}))


def cost(input_tokens: int, output_tokens: int) -> Decimal:
    """Credits; rounded half up to a nano-credit."""
    nano_millionths = input_tokens * INPUT + output_tokens * OUTPUT
    return Decimal((nano_millionths + 500_000) // 1_000_000) / 10**9
