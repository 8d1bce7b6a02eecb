"""Figures that ship as editable defaults: declared once, each with its unit and where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass

from .models import FigureSetting

_declared: dict[str, "Figure"] = {}


@dataclass(frozen=True)
class Figure:
    """One number a school may set: `unit` and `source` are shown beside it; `least`..`most` bound it.

    It is `apart` or more above the figure `above`. `clock`: minutes of the day, shown and filled in as 7:30.
    """

    code: str
    label: str
    value: int
    unit: str
    source: str
    least: int = 0
    most: int = 100_000
    above: str = ""
    apart: int = 0
    clock: bool = False

    @property
    def bounds(self) -> str:
        """1 到 30 天, 0:00 到 23:59."""
        return f"{self.said(self.least) if self.clock else self.least} 到 {self.said(self.most)}"

    def said(self, value: int) -> str:
        """A value of it as it stands on screen."""
        return f"{value // 60}:{value % 60:02d}" if self.clock else f"{value} {self.unit}"


def declare(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Make figures known; called where they are declared, at import."""
    made = tuple(figures)
    _declared.update({figure.code: figure for figure in made})
    return made


def declared() -> tuple[Figure, ...]:
    return tuple(_declared.values())


def pairs() -> list[tuple[Figure, Figure]]:
    """The figures of which one stands above the other: lower, upper."""
    return [(_declared[figure.above], figure) for figure in _declared.values() if figure.above]


def value(code: str) -> int:
    """What the school has set, else what ships."""
    return values(code)[0]


def values(*codes: str) -> tuple[int, ...]:
    """The same of several, in one question."""
    own = dict(FigureSetting.objects.filter(code__in=codes).values_list("code", "value"))
    return tuple(own.get(code, _declared[code].value) for code in codes)
