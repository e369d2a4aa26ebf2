"""What sanitizers wrote about the programs under test, where `scripts/check` built those with one."""

import math
import os
import pathlib

# How many times as much memory as usual may be taken. Without a bound under a sanitizer, whose own keeping of what was
# given back is all that shows: where the program takes 5 MiB, Address Sanitizer holds 37 with 8 MiB of quarantine.
MEMORY = math.inf if "SANITIZER_REPORTS" in os.environ else 1


def reports(pid: int) -> list[str]:
    folder = os.environ.get("SANITIZER_REPORTS")
    return [file.read_text(errors="replace") for file in pathlib.Path(folder).glob(f"*.{pid}")] if folder else []


def fail_on_report(name: str, pid: int):
    """Fails the test that ends a process with a report to its name; one that no test ends, `scripts/check` finds."""
    found = reports(pid)
    if found:
        raise AssertionError(f"{name} ({pid}):\n" + "\n".join(text[:8000] for text in found))
