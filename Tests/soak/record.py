"""What the clients of a soak saw: a line a run in a file, counts, and latencies a minute at a time. Bounded memory."""

import collections
import pathlib
import time


def percentile(values: list[float], share: float) -> float | None:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else None


class Record:
    # Unexpected things beyond these are counted, not kept.
    KEPT = 200

    def __init__(self, folder: pathlib.Path):
        self.started = time.monotonic()
        self.counts: collections.Counter = collections.Counter()
        self.unexpected: list[str] = []
        self.unexpected_count = 0
        self.minutes: list[dict] = []
        self.late = 0
        self.skipped = 0
        self._runs = open(folder / "clients.tsv", "w")
        self._clear()

    def _clear(self):
        self._whole: list[float] = []
        self._first: list[float] = []
        self._overhead: list[float] = []
        self._done = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def run(self, run: str, kind: str, outcome: str, cost: int | None = None):
        """A run that the server named; `cost` in nano-credits where it was seen to finish."""
        self._runs.write(f"{run}\t{kind}\t{outcome}\t{'' if cost is None else cost}\n")
        self.count(kind, outcome)

    def count(self, kind: str, outcome: str):
        self.counts[kind, outcome] += 1
        self._done += 1

    def odd(self, kind: str, what: str):
        """What nothing provoked."""
        self.unexpected_count += 1
        if len(self.unexpected) < self.KEPT:
            self.unexpected.append(f"{self.seconds:.1f} s, {kind}: {what}"[:500])

    def took(self, seconds: float, first_byte: float | None = None, overhead_us: str | None = None):
        """Of a run that succeeded: whole, or to its first byte."""
        (self._whole if first_byte is None else self._first).append(first_byte or seconds)
        if overhead_us:
            self._overhead.append(int(overhead_us) / 1000)

    def close_minute(self):
        row = {"until_seconds": round(self.seconds, 1), "requests": self._done}
        for name, values in [("whole", self._whole), ("first_byte", self._first), ("overhead", self._overhead)]:
            factor = 1 if name == "overhead" else 1000
            for share in (50, 99):
                value = percentile(values, share / 100)
                row[f"{name}_p{share}_ms"] = None if value is None else round(value * factor, 2)
        self.minutes.append(row)
        self._clear()

    def close(self):
        self._runs.close()

    def by_outcome(self) -> dict[str, int]:
        """Of the requests at the gateway."""
        found: collections.Counter = collections.Counter()
        for (kind, outcome), count in self.counts.items():
            if kind not in ("connection", "verify") and not kind.startswith("change "):
                found[outcome] += count
        return dict(found.most_common())
