"""Literals as templates write them."""

import random

from . import values


def string(rng: random.Random, text: str) -> str:
    """A string literal that says this, in one of its many spellings."""
    quote = rng.choice("'\"")
    spelled = "".join(_character(rng, character, quote) for character in text)
    if len(text) > 3 and rng.random() < 0.04:
        # Strings side by side are one.
        half = len(text) // 2
        return f"{string(rng, text[:half])} {string(rng, text[half:])}"
    return quote + spelled + quote


def _character(rng: random.Random, character: str, quote: str) -> str:
    code = ord(character)
    if character in (quote, "\\"):
        return "\\" + character
    if character in "\n\t\r\x0b\x0c" and rng.random() < 0.7:
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x0b": "\\v", "\x0c": "\\f"}[character]
    if rng.random() < 0.02:
        if code < 0x100:
            return rng.choice([f"\\x{code:02x}", f"\\u{code:04x}", f"\\{code:03o}", f"\\U{code:08X}"])
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return character


def integer(rng: random.Random, number: int) -> str:
    if number >= 0 and rng.random() < 0.08:
        return rng.choice([f"0x{number:x}", f"0X{number:X}", f"0b{number:b}", f"0o{number:o}", f"{number:_}"])
    return str(number) if number >= 0 else f"({number})" if rng.random() < 0.5 else str(number)


def number(rng: random.Random, number: float) -> str:
    spelled = repr(number)
    if rng.random() < 0.1:
        spelled = f"{number:.3e}" if rng.random() < 0.5 else f"{number:.2E}"
    return spelled if number >= 0 else f"({spelled})"


def boolean(rng: random.Random, value: bool) -> str:
    return rng.choice(["true", "True"]) if value else rng.choice(["false", "False"])


def none(rng: random.Random) -> str:
    return rng.choice(["none", "None"])


def small(rng: random.Random, low: int = 0, high: int = 6) -> str:
    return str(rng.randint(low, high))


def short_text(rng: random.Random) -> str:
    return string(rng, rng.choice(["", " ", ", ", "-", "x", "ab", "é", "\n", "a", "e", "o ", "…", "<", "&", "👍", "Hello", "%"]))


def any_text(rng: random.Random) -> str:
    return string(rng, values.text(rng) if rng.random() < 0.6 else rng.choice(values.WORDS))
