"""What templates are filled with: names of fixed kinds, values at random, some of them missing."""

import random

WORDS = ["alpha", "Beta", "gamma", "Delta", "epsilon", "ZETA", "eta", "Theta", "iota", "kappa", "x", "Ab", "ab", "AB"]

NAMES = ["Ada Lovelace", "Grace Hopper", "Zoë Ångström", "李雷", "O'Neil", "de la Cruz", "müller", "İpek", "שרה", "علي"]

TEXTS = [
    "", " ", "a", "Hello, world!", "The quick brown fox jumps over the lazy dog.",
    "  padded\ton both sides \n", "two\nlines", "three\r\nkinds\rof\nlines\n", "tab\tbed\tcolumns",
    "naïve café", "cafe\u0301 with a combining accent", "straße STRASSE ß ẞ", "ﬁne ﬂour", "İstanbul ıi",
    "Σίσυφος ΟΔΥΣΣΕΥΣ", "日本語のテキスト", "한국어", "שלום עולם", "مرحبا بالعالم", "\u202bright\u202c",
    "👩\u200d👩\u200d👧 family", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "🇨🇭 flag", "e\u0301e", "Å \u212b A\u030a", "ǆ ǅ Ǆ", "non\u00a0breaking\u2003em\u2009thin",
    "line\u2028separator", "next\x85line", "vertical\x0btab\x0cfeed", "units\x1c\x1d\x1e\x1f", "zero\u200bwidth", "\ufeffbom",
    "½ ² ٣ ९ Ⅷ", "42", " 42 ", "-7", "+3", "3.14", "1e3", "0x1F", "0b101", "1_000", "٤٢", "inf", "nan", "-0", "1.", ".5", "--5", "99999999999",
    "<b>bold</b> & \"quoted\" 'single'", "<p>one</p>\n <p>two  three</p><!-- gone -->", "&lt;escaped&gt; &amp; &#39;", "a < b > c",
    "100% %s %d %% {0} {name}", "{curly} {{double}}", "back\\slash", "quote\"d", "it's", "a,b,,c,", "key=value;other=1", "-dash-", "__init__",
    "see https://example.com/path?q=1&r=2 or www.example.org.", "mail me@example.com, (http://example.net)", "mailto:you@example.org",
    "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj", "well-known state-of-the-art co-operation", "supercalifragilisticexpialidocious",
    "Title Case And lower case", "ALL CAPS", "camelCase snake_case", "word (word) [word] {word} <word> word-word", "x" * 90,
    "First sentence. Second one! Third? Yes; and so on: a, b, and c.\n\nA new paragraph, with more words in it than fit a line of eighty characters.",
]

INTS = [0, 1, 2, 3, 5, 7, 10, 12, 42, 99, 100, 255, 1000, 1024, 65536, 999999, 1234567, -1, -2, -7, -100]
BIG_INTS = [2**31, 2**53, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), 10**15, 123456789012345678, 2**63, 2**64 - 1, 10**19]
FLOATS = [0.0, -0.0, 0.1, 0.5, 1.0, 1.5, 2.5, 3.14159, 2.675, 100.0, 1e-7, 1e16, 1e15, 123456.789, -2.5, -0.001, 0.30000000000000004, 99.995]
ODD_FLOATS = [1e22, 1e300, 1e-300, 5e-324, 1.7976931348623157e308, 123456789.12345678, 1e21, 9007199254740993.0, -1e17]
TEAMS = ["red", "Red", "blue", "green", "BLUE"]

#: The kind that a value has stands for what may be done with it.
KINDS = {
    "name": "str", "title": "str", "city": "str", "text": "str", "note": "str", "csv": "str", "html": "str", "url": "str",
    "n": "int", "count": "int", "year": "int", "big": "int",
    "price": "float", "ratio": "float", "odd_float": "float",
    "flag": "bool", "done": "bool", "nothing": "none",
    "numbers": "ints", "scores": "ints", "prices": "floats", "words": "strs", "tags": "strs", "empty": "strs",
    "users": "recs", "docs": "recs", "user": "rec", "profile": "rec",
    "settings": "dict", "counts": "counts", "void": "dict", "matrix": "matrix", "things": "mixed", "tree": "any", "näme": "str", "_private": "int",
}

MISSING = ["missing", "absent", "no_such"]


def integer(rng: random.Random) -> int:
    return rng.choice(INTS) if rng.random() < 0.9 else rng.randint(-10**6, 10**6)


def number(rng: random.Random) -> float:
    return rng.choice(FLOATS) if rng.random() < 0.85 else round(rng.uniform(-1000, 1000), rng.randint(0, 6))


def text(rng: random.Random) -> str:
    if rng.random() < 0.75:
        return rng.choice(TEXTS)
    return " ".join(rng.choice(WORDS + NAMES) for _ in range(rng.randint(1, 12)))


def record(rng: random.Random) -> dict:
    record = {
        "name": rng.choice(NAMES), "age": rng.randint(0, 99), "team": rng.choice(TEAMS), "score": number(rng),
        "active": rng.random() < 0.5, "tags": rng.sample(WORDS, rng.randint(0, 3)), "email": None,
        "address": {"city": rng.choice(["Bern", "Zürich", "東京"]), "zip": rng.randint(1000, 9999)},
    }
    if rng.random() < 0.1:
        record["nick name"] = text(rng)
    if rng.random() < 0.1:
        del record[rng.choice(["team", "score", "address"])]
    return record


def anything(rng: random.Random, depth: int = 2):
    choice = rng.randint(0, 8 if depth else 5)
    match choice:
        case 0: return integer(rng)
        case 1: return number(rng)
        case 2: return rng.random() < 0.5
        case 3: return None
        case 4: return rng.choice(WORDS)
        case 5: return text(rng)
        case 6 | 7: return [anything(rng, depth - 1) for _ in range(rng.randint(0, 4))]
        case _: return {rng.choice(WORDS + ["", "é", "a b", "items", "1"]): anything(rng, depth - 1) for _ in range(rng.randint(0, 4))}


def value(rng: random.Random, name: str, kind: str):
    match name:
        case "big": return rng.choice(BIG_INTS)
        case "odd_float": return rng.choice(ODD_FLOATS)
        case "empty": return []
        case "void": return {}
        case "name": return rng.choice(NAMES)
        case "csv": return ",".join(rng.choice(WORDS) for _ in range(rng.randint(0, 4)))
        case "html": return rng.choice([text for text in TEXTS if "<" in text or "&" in text])
        case "url": return rng.choice([text for text in TEXTS if "example" in text])
    match kind:
        case "str": return text(rng)
        case "int": return integer(rng)
        case "float": return number(rng)
        case "bool": return rng.random() < 0.5
        case "none": return None
        case "ints": return [integer(rng) for _ in range(rng.randint(0, 6))]
        case "floats": return [number(rng) for _ in range(rng.randint(1, 5))]
        case "strs": return [rng.choice(WORDS) if rng.random() < 0.8 else text(rng) for _ in range(rng.randint(0, 5))]
        case "recs": return [record(rng) for _ in range(rng.randint(0, 4))]
        case "rec": return record(rng)
        case "dict": return {key: anything(rng, 0) for key in rng.sample(WORDS, rng.randint(1, 5))}
        case "counts": return {key: integer(rng) for key in rng.sample(WORDS, rng.randint(1, 5))}
        case "matrix": return [[integer(rng) for _ in range(3)] for _ in range(rng.randint(1, 3))]
        case "mixed": return [anything(rng) for _ in range(rng.randint(0, 5))]
        case _: return anything(rng, 3)


def context(rng: random.Random) -> tuple[dict, dict]:
    """A context, and the kinds of the names that a template may use: a few are not in the context."""
    absence = rng.choice([0, 0, 0, 0.02, 0.1])
    context = {name: value(rng, name, kind) for name, kind in KINDS.items() if rng.random() >= absence}
    return context, dict(KINDS)
