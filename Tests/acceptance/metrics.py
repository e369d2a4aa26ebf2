"""The admin port's /metrics, read as Prometheus reads it."""

import re
from decimal import Decimal

import plain

_SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def text(server) -> str:
    response = plain.get(server.admin_url + "/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return response.text


class Page:
    """One scrape: its families, and its samples by name and labels."""

    def __init__(self, page: str):
        self.types, self.helps, self.samples = {}, {}, {}
        for line in page.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.types, f"{name} twice"
                self.types[name] = kind
            elif line.startswith("# HELP "):
                _, _, name, help = line.split(" ", 3)
                self.helps[name] = help
            else:
                name, labels, value = _SAMPLE.match(line).groups()
                key = (name, frozenset(_LABEL.findall(labels or "")))
                assert key not in self.samples, f"{line} twice"
                self.samples[key] = Decimal(value)

    def __call__(self, name: str, **labels) -> Decimal:
        return self.samples.get((name, frozenset((key, str(value)) for key, value in labels.items())), Decimal(0))

    def labels(self, family: str) -> set[str]:
        names = {family, family + "_bucket", family + "_sum", family + "_count"}
        return {label for name, found in self.samples if name in names for label, _ in found} - {"le"}


def scrape(server) -> Page:
    return Page(text(server))
