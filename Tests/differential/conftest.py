import pytest

from probe import binary


def pytest_configure(config):
    if not binary().exists():
        raise pytest.UsageError(f"no program at {binary()}: build it (swift build), or name one by DIFFERENTIAL_PROBE")
