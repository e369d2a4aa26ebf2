"""Amounts without rounding."""

import json
from decimal import Decimal


def nano(credits: str | Decimal) -> int:
    """Nano-credits of an amount in credits."""
    return int(Decimal(credits) * 10**9)


def credits(nano: int) -> str:
    """The amount in credits, as the admin API takes it."""
    return f"{Decimal(nano) / 10**9:f}"


def exactly(text: bytes):
    """JSON, its amounts exact."""
    return json.loads(text, parse_float=Decimal)
