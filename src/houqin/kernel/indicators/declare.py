"""指标: computed from records, never typed in. 0 of 0 is 无数据, not 100 %."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..people.models import Person
from ..places.models import Place
from ..school import figures
from .measures import COUNT, Measure, Number


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included; `until` is the moment after the last.

    `now` is the moment of asking (None: all of it is over). What falls due up to `passed`, on days up to
    `over`, can have been missed; what is due later cannot.
    """

    first: date
    last: date
    now: datetime | None = field(default=None, kw_only=True)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), timezone.get_default_timezone())

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), timezone.get_default_timezone())

    @property
    def passed(self) -> datetime:
        """The end of the period, or now if that comes first."""
        return self.until if self.now is None else min(self.until, self.now)

    @property
    def over(self) -> date:
        """The last of its days that is over."""
        if self.now is None:
            return self.last
        return min(self.last, timezone.localtime(self.now).date() - timedelta(days=1))


@dataclass(frozen=True)
class Scope(Period):
    """看哪一段、谁的、哪里的: a period, of one person's or of a place with all that lies in it."""

    person: Person | None = None
    place: Place | None = None


RowsOf = Callable[[Period], QuerySet]


@dataclass(frozen=True)
class Part:
    """One way in which the rows of an indicator are told apart; the parts of an indicator add up to its
    rows."""

    label: str
    where: Q


@dataclass(frozen=True)
class Indicator:
    """One indicator of the catalogue.

    `top` are the rows counted, `bottom` those they are a share of (None: a count, or a figure of `measure`).
    `clauses` are catalogue ids. `better` is up or down; `target` in the indicator's own unit, a starting
    value which the school may change. `person` and `place` are the paths from a row to whose and where it
    is (empty: it cannot be asked so), `when` the path to the moment or date that puts it into a week of the
    trend (empty: no trend). `today`: a state of the last day, whatever the first. `words` name those of
    `top` and the rest of `bottom`; `counted` is the measure word of the rows; `says` is what the page adds to
    the number.
    """

    code: str
    name: str
    clauses: tuple[str, ...]
    top: RowsOf
    bottom: RowsOf | None = None
    measure: Measure = COUNT
    unit: str = "%"
    counted: str = "件"
    better: str = "up"
    target: int | None = None
    register: str = ""  # "<area>.<register>" whose list shows the rows behind
    apart: tuple[str, str] = ("", "")  # lists of `top` and of the rest, of rows that share their keys
    person: str = ""
    place: str = ""
    when: str = ""
    today: bool = False
    words: tuple[str, str] = ("达到的", "没达到的")
    parts: tuple[Part, ...] = ()
    says: str = ""

    @property
    def figure(self) -> str:
        """Under which code the school sets the target."""
        return f"target.{self.code}"


def declare(indicators: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """The indicators of an area; each target becomes a figure that the school may set."""
    made = tuple(indicators)
    figures.declare(
        figures.Figure(one.figure, f"{one.name}，目标", one.target, one.unit, "起始值，学校可改", 0, 100_000)
        for one in made
        if one.target is not None
    )
    return made


@dataclass(frozen=True)
class Value:
    """What an indicator says of a scope; `value` None is 无数据. `unasked` says why it cannot be asked so."""

    indicator: Indicator
    top: Number | None
    bottom: int | None
    value: Decimal | None
    target: int | None = None
    unasked: str = ""

    @property
    def no_data(self) -> bool:
        return self.value is None

    @property
    def met(self) -> bool | None:
        """Against the target; None without one or without data."""
        if self.target is None or self.value is None:
            return None
        return self.value >= self.target if self.indicator.better == "up" else self.value <= self.target
