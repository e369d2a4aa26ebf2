"""What the samples of a soak must show. Pure functions over series of (seconds, value), so that made-up leaks can show
that they notice."""

import dataclasses
import statistics

from findings import Finding

Series = list[tuple[float, float]]

# Below this many samples after the warm-up a slope says nothing.
FEWEST = 12
# Seconds seen after the warm-up below which heaps and caches are still filling: only `warming` is asserted.
SHORT = 120
# A slope an hour is only told from noise over a quarter of an hour.
LONG = 900


@dataclasses.dataclass(frozen=True)
class Bound:
    """How far a series may rise after the warm-up: over what was seen, the larger of `floor` and `share` of its median;
    where that was long, `per_hour` besides; where it was short, `warming` if that is more."""

    name: str
    unit: str
    floor: float
    share: float = 0.0
    per_hour: float | None = None
    warming: float = 0.0


# A leak of 16 bytes a run is 1.8 MiB in ten minutes at 200 runs a second.
BOUNDS = {
    "rss_anon_mib": Bound("memory of the process's own", "MiB", floor=2.5, share=0.04, per_hour=8, warming=6),
    "descriptors": Bound("open descriptors", "", floor=6, share=0.1, per_hour=24),
    "threads": Bound("threads", "", floor=1),
    "readers_catalog": Bound("reader slots, catalog", "", floor=1),
    "readers_ledger": Bound("reader slots, ledger", "", floor=1),
}


def after_warm_up(series: Series) -> Series:
    """The last two thirds."""
    first, last = series[0][0], series[-1][0]
    return [point for point in series if point[0] >= first + (last - first) / 3]


def slope(series: Series) -> float:
    """Theil and Sen's: the median of the slopes between all pairs, per second. A few wild samples do not move it."""
    return statistics.median(
        (later - earlier) / (end - start)
        for index, (start, earlier) in enumerate(series) for end, later in series[index + 1:] if end > start)


def quarter(series: Series, number: int) -> float:
    """The median of the first (0) to last (3) quarter of the time."""
    first, last = series[0][0], series[-1][0]
    length = (last - first) / 4
    return statistics.median(
        value for time, value in series if first + number * length <= time <= first + (number + 1) * length)


def flat(series: Series, bound: Bound) -> Finding:
    """Whether it does not rise: neither by its slope after the warm-up, nor from its second quarter to its last."""
    if not series or len(after_warm_up(series)) < FEWEST:
        return Finding(f"{bound.name} flat", False, f"only {len(series)} samples")
    late = after_warm_up(series)
    seconds = late[-1][0] - late[0][0]
    middle = statistics.median(value for _, value in late)
    rise = slope(late) * seconds
    step = quarter(series, 3) - quarter(series, 1)
    allowed = max(bound.floor, bound.share * middle, bound.warming if seconds < SHORT else 0)
    hourly = rise / seconds * 3600
    holds = rise <= allowed and step <= allowed
    if bound.per_hour is not None and seconds >= LONG:
        holds = holds and hourly <= bound.per_hour
    detail = (
        f"median {middle:.4g} {bound.unit}, slope {rise:+.3g} in {seconds:.0f} s ({hourly:+.3g} an hour), "
        f"second to last quarter {step:+.3g}, allowed {allowed:.3g}").replace(" ,", ",")
    if bound.per_hour is not None and seconds >= LONG:
        detail += f" and {bound.per_hour:g} an hour"
    return Finding(f"{bound.name} flat", holds, detail)


def series_of(samples: list[dict], name: str) -> Series:
    return [(sample["seconds"], sample[name]) for sample in samples if sample.get(name) is not None]


def flatness(samples: list[dict]) -> list[Finding]:
    return [flat(series_of(samples, name), bound) for name, bound in BOUNDS.items()]


def at_rest(before: dict, after: dict, name: str, more: int) -> Finding:
    """Whether what was open before any load, and `more`, is all that is open after it."""
    return Finding(
        f"{BOUNDS[name].name} at rest", after[name] <= before[name] + more,
        f"{before[name]:g} before, {after[name]:g} after, allowed {before[name] + more:g}")
