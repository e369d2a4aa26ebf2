"""A soak's figures for people and for programs."""

import collections
import datetime
import statistics

from findings import Finding, machine
from verdict import after_warm_up, series_of


FIGURES = [
    ("rss_anon_mib", "memory of its own, MiB"), ("plan_cache_mib", "of that versions kept ready, MiB"),
    ("rss_file_mib", "mapped memory resident, MiB"), ("connections", "connections of applications"),
    ("descriptors", "open descriptors"), ("threads", "threads"), ("readers_catalog", "reader slots, catalog"),
    ("readers_ledger", "reader slots, ledger"), ("catalog_mib", "catalog file, MiB"),
    ("ledger_mib", "ledger file, MiB"),
    ("server_cores", "server, cores busy"), ("simulator_cores", "provider, cores busy"),
    ("clients_cores", "clients, cores busy"), ("machine_busy", "machine busy, share"), ("metrics_ms", "scrape, ms"),
]


def figures(samples: list[dict]) -> list[dict]:
    rows = []
    for name, words in FIGURES:
        series = series_of(samples, name)
        if not series:
            continue
        late = [value for _, value in after_warm_up(series)]
        rows.append({
            "name": name, "what": words, "first": series[0][1], "median": statistics.median(late),
            "least": min(late), "most": max(late), "last": series[-1][1],
        })
    return rows


def summary(options: dict, samples: list[dict], minutes: list[dict], findings: list[Finding], more: dict) -> dict:
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"), "machine": machine(), **options,
        "passed": all(finding.holds for finding in findings),
        "findings": [{"name": one.name, "holds": one.holds, "detail": one.detail} for one in findings],
        "figures": figures(samples), "minutes": minutes, **more,
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def markdown(found: dict) -> str:
    verdict = "passed" if found["passed"] else "FAILED"
    lines = [
        f"{found['minutes_asked']:g} minutes at {found['rate']:g} requests a second, {found['date']}, "
        f"{found['machine']}: {verdict}.", "",
        "| after the first third | first | median | least | most | last |", "|---|---|---|---|---|---|",
    ]
    for row in found["figures"]:
        lines.append(f"| {row['what']} | " + " | ".join(
            _number(row[name]) for name in ("first", "median", "least", "most", "last")) + " |")
    columns = [name for name in found["minutes"][0] if name != "until_seconds"] if found["minutes"] else []
    medians = {
        name: statistics.median(values) if (values := [row[name] for row in found["minutes"] if row[name] is not None])
        else None for name in columns}
    worst = {
        name: max(values) if (values := [row[name] for row in found["minutes"] if row[name] is not None])
        else None for name in columns}
    lines += ["", "| a minute | median | worst |", "|---|---|---|"]
    for name in columns:
        worst_shown = "" if name == "requests" else _number(worst[name])
        lines.append(f"| {name.replace('_', ' ')} | {_number(medians[name])} | {worst_shown} |")
    lines += ["", "| outcome of a request | count |", "|---|---|"]
    lines += [f"| `{name}` | {count:,} |" for name, count in found["outcomes"].items()]
    lines += ["", "| witnesses | runs |", "|---|---|"]
    lines += [f"| {name} | {count:,} |" for name, count in found["witnesses"].items()]
    lines += ["", "| asserted | holds | |", "|---|---|---|"]
    lines += [f"| {one['name']} | {'yes' if one['holds'] else 'NO'} | {one['detail']} |" for one in found["findings"]]
    return "\n".join(line.replace("\n", " ") for line in lines) + "\n"


def counts_of(counter: collections.Counter) -> dict[str, dict[str, int]]:
    """Nested by kind, for the JSON."""
    found: dict[str, dict[str, int]] = {}
    for (kind, outcome), count in sorted(counter.items()):
        found.setdefault(kind, {})[outcome] = count
    return found
