"""What comes of rendering a template, by either side."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Options:
    """What a version may say of its templates; off unless said, as in Jinja2."""

    lenient: bool = False
    trim_blocks: bool = False
    lstrip_blocks: bool = False
    keep_trailing_newline: bool = False

    def request(self) -> dict:
        return {name: True for name, value in dataclasses.asdict(self).items() if value}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """An output, or the stage at which it failed and, while rendering, the kind of fault. Messages do not count."""

    output: str | None = None
    stage: str | None = None
    kind: str | None = None
    message: str | None = dataclasses.field(default=None, compare=False)

    @property
    def is_rendered(self) -> bool:
        return self.output is not None

    def __str__(self) -> str:
        if self.output is not None:
            return f"rendered {self.output!r}"
        return f"{self.stage} fault {self.kind or ''}: {self.message}"


@dataclasses.dataclass(frozen=True)
class Case:
    """A template, what it is rendered with, and how to find it again."""

    name: str
    template: str
    context: dict
    options: Options = Options()

    def __str__(self) -> str:
        return f"{self.name}\n  template {self.template!r}\n  context  {self.context!r}\n  options  {self.options.request()}"
