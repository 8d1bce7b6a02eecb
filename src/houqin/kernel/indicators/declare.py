"""指标: computed from records, never typed in. 0 of 0 is 无数据, not 100 %."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included; `until` is the moment after the last."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), timezone.get_default_timezone())

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), timezone.get_default_timezone())


Rows = Callable[[Period], QuerySet]
Measure = Callable[[QuerySet], int | Decimal | None]


def count(rows: QuerySet) -> int:
    return rows.count()


@dataclass(frozen=True)
class Indicator:
    """One indicator of the catalogue.

    `top` are the rows counted, `bottom` those they are a share of (None: a count, or a figure of `measure`).
    `measure` turns the rows into the number: counting unless it says otherwise. `clauses` are catalogue ids.
    `better` is up or down; `target` in the indicator's own unit, a starting value the school may change.
    """

    code: str
    name: str
    clauses: tuple[str, ...]
    top: Rows
    bottom: Rows | None = None
    measure: Measure = count
    unit: str = "%"
    better: str = "up"
    target: int | None = None
    register: str = ""  # "<area>.<register>" whose list shows the rows behind


@dataclass(frozen=True)
class Value:
    """What an indicator says of a period; `value` None is 无数据."""

    indicator: Indicator
    top: int | Decimal | None
    bottom: int | None
    value: Decimal | None

    @property
    def no_data(self) -> bool:
        return self.value is None

    @property
    def met(self) -> bool | None:
        """Against the target; None without one or without data."""
        target = self.indicator.target
        if target is None or self.value is None:
            return None
        return self.value >= target if self.indicator.better == "up" else self.value <= target
