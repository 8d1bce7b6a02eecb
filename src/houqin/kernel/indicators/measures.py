"""What turns rows into a number. Rows come cut into parts (weeks of a trend), one query for all of them;
what a measure collects of the parts can be put together again, so that the whole needs no second query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Count, QuerySet, Sum

PART = "in_part"  # what the rows are annotated with: which part of the period they fall into

Number = int | Decimal


class Measure(Protocol):
    """`collect` answers what is needed of each part; `number` makes one number of some parts."""

    def collect(self, rows: QuerySet) -> dict[int, Any]: ...

    def number(self, parts: Iterable[Any]) -> Number | None: ...


def rounded(value: Decimal, places: int = 1) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places))


@dataclass(frozen=True)
class Rows:
    """How many rows."""

    def collect(self, rows: QuerySet) -> dict[int, Any]:
        return dict(rows.order_by().values_list(PART).annotate(n=Count("pk")))

    def number(self, parts: Iterable[Any]) -> Number | None:
        return sum(parts)


COUNT = Rows()


@dataclass(frozen=True)
class Mean:
    """The mean of a field over the rows that have it, divided by `per` (60: minutes as hours), to so many
    decimal places."""

    path: str
    per: int = 1
    places: int = 1

    def collect(self, rows: QuerySet) -> dict[int, Any]:
        found = rows.order_by().values_list(PART).annotate(n=Count(self.path), s=Sum(self.path))
        return {part: (n, s or 0) for part, n, s in found}

    def number(self, parts: Iterable[Any]) -> Number | None:
        found = list(parts)
        many = sum(n for n, _ in found)
        return rounded(Decimal(sum(s for _, s in found)) / many / self.per, self.places) if many else None


@dataclass(frozen=True)
class Total:
    """The sum of a field over the rows; nothing is 0."""

    path: str

    def collect(self, rows: QuerySet) -> dict[int, Any]:
        return {part: s or 0 for part, s in rows.order_by().values_list(PART).annotate(s=Sum(self.path))}

    def number(self, parts: Iterable[Any]) -> Number | None:
        return sum(parts)


@dataclass(frozen=True)
class Share:
    """The sum of a field in percent of the most it could be: ratings of 1 to 5 (`most` 5)."""

    path: str
    most: int

    def collect(self, rows: QuerySet) -> dict[int, Any]:
        return Mean(self.path).collect(rows)

    def number(self, parts: Iterable[Any]) -> Number | None:
        found = list(parts)
        most = sum(n for n, _ in found) * self.most
        return rounded(Decimal(100) * sum(s for _, s in found) / most) if most else None


@dataclass(frozen=True)
class Median:
    """The median of a field over the rows that have it; equal values come counted, not one by one."""

    path: str

    def collect(self, rows: QuerySet) -> dict[int, Any]:
        having = rows.exclude(**{self.path: None}).order_by()
        found: dict[int, Counter[int]] = {}
        for part, value, n in having.values_list(PART, self.path).annotate(n=Count("pk")):
            found.setdefault(part, Counter())[value] += n
        return found

    def number(self, parts: Iterable[Any]) -> Number | None:
        return median(sum(parts, Counter()))


def median(counted: Counter[int]) -> Decimal | None:
    many = counted.total()
    if not many:
        return None
    middle = (_nth(counted, (many - 1) // 2) + _nth(counted, many // 2)) / Decimal(2)
    return middle if middle % 1 else Decimal(int(middle))


def _nth(counted: Counter[int], at: int) -> int:
    for value in sorted(counted):
        at -= counted[value]
        if at < 0:
            return value
    raise IndexError(at)
