"""What a long run against a real process found, for people and for programs."""

import dataclasses
import json
import os
import pathlib
import platform


@dataclasses.dataclass(frozen=True)
class Finding:
    name: str
    holds: bool
    detail: str


def none_of(name: str, found: list | dict) -> Finding:
    """Holds where nothing was found; else shows the first few."""
    shown = [f"{key}: {value}" for key, value in found.items()] if isinstance(found, dict) else found
    return Finding(name, not found, "none" if not found else f"{len(shown)}: " + "; ".join(map(str, shown[:3])))


def table(findings: list[Finding]) -> list[str]:
    """Rows of Markdown."""
    return ["| finding | holds | detail |", "|---|---|---|"] + [
        f"| {one.name} | {'yes' if one.holds else '**no**'} | {one.detail.replace('|', '/')[:400]} |"
        for one in findings]


def machine() -> str:
    release = dict(
        line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    system = release.get("PRETTY_NAME", platform.system()).strip('"')
    return f"{os.cpu_count()} cores, {system}, Linux {platform.release().split('-')[0]}"


def write_json(file: pathlib.Path, value):
    file.write_text(json.dumps(value, indent=2) + "\n")
