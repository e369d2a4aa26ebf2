"""The server's log of a long run, in JSON."""

import collections
import json
import pathlib


def check_log(file: pathlib.Path) -> tuple[dict[str, int], list[str]]:
    """Counts of the log's lines by level and message, and those that nothing provoked: errors, and what is no entry."""
    counts: collections.Counter = collections.Counter()
    odd = []
    with open(file, errors="replace") as lines:
        for line in lines:
            try:
                entry = json.loads(line)
                level, message = entry["level"], entry["message"]
            except (ValueError, KeyError, TypeError):
                level, message = "none", "not an entry"
            counts[f"{level}: {message}"] += 1
            if level in ("error", "critical", "none") and len(odd) < 50:
                odd.append(line.strip()[:300])
    return dict(counts), odd
