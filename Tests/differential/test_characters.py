"""Python's tables of characters are ours: cases, classes, white space, what is printable, where lines end."""

import unicodedata

import probe
import reference
from outcomes import Case, Options

METHODS = [
    "upper", "lower", "title", "capitalize", "swapcase", "casefold", "isalpha", "isalnum", "isdecimal", "isdigit", "isnumeric", "isidentifier",
    "isprintable", "isspace", "isupper", "islower", "istitle",
]
#: Beside the methods: as a part of a word, a line, a title, and before a final sigma.
EXPRESSIONS = [f"c.{method}()" for method in METHODS] + [
    "[c]", "c|trim|length", "('a' ~ c ~ 'b').split()|length", "('a' ~ c ~ 'b')|wordcount", "('a' ~ c ~ 'b')|title", "('a' ~ c ~ 'b').splitlines()|length",
    "('A' ~ c ~ 'Σ').lower()", "(c ~ 'ß').title()",
]
#: Changed their class, or got a capital, in a later Unicode than Python 3.11 knows.
CHANGED = {0x019B, 0x0264, 0x0295, 0x10FC, 0xA7D3, 0xA7D5}
#: Between answers: characters for private use.
FIELD, RECORD = "\ue000", "\ue001"
AT_ONCE = 1000


def characters() -> list[str]:
    """What Python knows of: all up to the CJK ideographs and all that have a case or are numbers, and some of the rest."""
    known = [code for code in range(0x110000) if code not in CHANGED and unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    def is_wanted(code: int) -> bool:
        character = chr(code)
        if character in (FIELD, RECORD):
            return False
        return code < 0x3000 or character.upper() != character.lower() or character.isnumeric() and code > 0x20000 or code % 61 == 0
    return [chr(code) for code in known if is_wanted(code)]


def test_characters():
    assert len(characters()) > 10_000
    template = "{% for c in characters %}" + "".join(f"{{{{ {expression} }}}}{FIELD}" for expression in EXPRESSIONS) + f"{RECORD}{{% endfor %}}"
    known = characters()
    cases = [Case("characters", template, {"characters": known[start : start + AT_ONCE]}) for start in range(0, len(known), AT_ONCE)]
    wrong = []
    for case, ours in zip(cases, probe.render(cases)):
        theirs = reference.render(template, case.context, Options())
        assert ours.is_rendered, ours
        if ours != theirs:
            for character, one, other in zip(case.context["characters"], theirs.output.split(RECORD), ours.output.split(RECORD)):
                for expression, expected, made in zip(EXPRESSIONS, one.split("{FIELD}"), other.split("{FIELD}")):
                    if expected != made:
                        wrong.append(f"U+{ord(character):04X} {expression}: {expected!r}, not {made!r}")
    assert not wrong, f"{len(wrong)} differ: " + "; ".join(wrong[:20])
