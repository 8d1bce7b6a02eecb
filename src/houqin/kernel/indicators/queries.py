"""Computing indicators and their trends, and the rows behind them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Model, QuerySet, When
from django.db.models import Value as Constant

from ..places import queries as places
from ..school.models import FigureSetting
from .declare import Indicator, Period, RowsOf, Scope, Value
from .measures import COUNT, PART, Measure

LONGEST_BY_WEEK = 27  # weeks; a longer trend goes by the month
LONGEST_BY_MONTH = 37  # months; a longer one goes by the year
TOP, BOTTOM, REST = "top", "bottom", "rest"


@dataclass(frozen=True)
class Trend:
    """走势: the names of its parts and the value of each; None where there is 无数据."""

    names: tuple[str, ...] = ()
    values: tuple[Decimal | None, ...] = ()


@dataclass(frozen=True)
class Measured:
    """An indicator over a scope: its value and how it came to it."""

    value: Value
    trend: Trend


def value(indicator: Indicator, scope: Period) -> Value:
    """The indicator over a scope; a share of nothing is 无数据."""
    return measured([indicator], scope, trends=False)[indicator.code].value


def measured(indicators: Iterable[Indicator], scope: Period, *, trends: bool = True) -> dict[str, Measured]:
    """Every indicator by its code; rows that several are a share of are counted once."""
    wanted = list(indicators)
    asked = _Asked(scope, _cuts(scope) if trends else [], _targets(wanted))
    return {one.code: asked.measured(one) for one in wanted}


def rows(indicator: Indicator, scope: Period, *, side: str) -> QuerySet:
    """The rows behind the number: `side` is top, bottom, rest (in the bottom, not in the top), or a part by
    its place."""
    top = within(indicator, indicator.top(scope), scope)
    if side.isdecimal() and int(side) < len(indicator.parts):
        whole = within(indicator, (indicator.bottom or indicator.top)(scope), scope)
        return whole.filter(indicator.parts[int(side)].where)
    if side == TOP or indicator.bottom is None:
        return top
    bottom = within(indicator, indicator.bottom(scope), scope)
    return bottom if side == BOTTOM else bottom.exclude(pk__in=top.values("pk"))


def within(indicator: Indicator, found: QuerySet, scope: Period) -> QuerySet:
    """The rows that are the person's, and at the place or in it."""
    if not isinstance(scope, Scope):
        return found
    if scope.person and indicator.person:
        found = found.filter(**{indicator.person: scope.person.pk})
    if scope.place and indicator.place:
        inside = places.within(scope.place)
        found = found.filter(**{f"{indicator.place}__in": inside.values("pk")})
    return found


def unasked(indicator: Indicator, scope: Period) -> str:
    """Why it cannot be asked of a person or a place; empty when it can."""
    if isinstance(scope, Scope):
        if scope.person and not indicator.person:
            return "不分人"
        if scope.place and not indicator.place:
            return "不分地点"
    return ""


def _targets(wanted: Iterable[Indicator]) -> dict[str, int | None]:
    own = dict(FigureSetting.objects.filter(code__startswith="target.").values_list("code", "value"))
    return {one.code: None if one.target is None else own.get(one.figure, one.target) for one in wanted}


# ── parts of a period ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Cut:
    """One part of a trend: its name, and the moment after it."""

    name: str
    until: datetime
    last: Any


def _cuts(scope: Period) -> list[_Cut]:
    """Weeks from Monday to Sunday, or months, or years; the first and the last may be shorter."""
    days = (scope.last - scope.first).days
    weekly, monthly = days < 7 * LONGEST_BY_WEEK, days < 31 * LONGEST_BY_MONTH
    cuts: list[_Cut] = []
    first = scope.first
    while first <= scope.last:
        if weekly:
            name, last = f"{len(cuts) + 1} 周", first + timedelta(days=6 - first.weekday())
        elif monthly:
            name, last = f"{first.month} 月", first.replace(day=monthrange(first.year, first.month)[1])
        else:
            name, last = f"{first.year} 年", date(first.year, 12, 31)
        last = min(last, scope.last)
        cuts.append(_Cut(name, Period(first, last).until, last))
        first = last + timedelta(days=1)
    return cuts


@dataclass
class _Asked:
    """One asking: what was collected of rows that several indicators share is collected once."""

    scope: Period
    cuts: list[_Cut]
    targets: dict[str, int | None]
    kept: dict[Any, dict[int, Any]] = field(default_factory=dict)

    def measured(self, one: Indicator) -> Measured:
        target = self.targets[one.code]
        if why := unasked(one, self.scope):
            return Measured(Value(one, None, None, None, target, why), Trend())
        tops = self.collect(one, one.top, one.measure)
        bottoms = self.collect(one, one.bottom, COUNT) if one.bottom else None
        top, bottom, share = _said(one, tops.values(), bottoms.values() if bottoms is not None else None)
        return Measured(Value(one, top, bottom, share, target), self.trend(one, tops, bottoms))

    def trend(self, one: Indicator, tops: dict[int, Any], bottoms: dict[int, Any] | None) -> Trend:
        if not one.when or not self.cuts:
            return Trend()
        values = [
            _said(one, _of(tops, at), _of(bottoms, at) if bottoms is not None else None)[2]
            for at in range(len(self.cuts))
        ]
        return Trend(tuple(cut.name for cut in self.cuts), tuple(values))

    def collect(self, one: Indicator, rows_of: RowsOf, measure: Measure) -> dict[int, Any]:
        key = (rows_of, measure, one.person, one.place, one.when)
        if key not in self.kept:
            found = within(one, rows_of(self.scope).using("reader"), self.scope)
            self.kept[key] = measure.collect(found.annotate(**{PART: self.part(found.model, one.when)}))
        return self.kept[key]

    def part(self, model: type[Model], when: str) -> Case:
        """Into which part a row falls; a comparison a part, in the database's own code."""
        if not when or not self.cuts:
            return Case(When(pk__gt=0, then=Constant(0)), default=Constant(0))
        moments = _is_moment(model, when)
        return Case(
            *(
                When(
                    **{f"{when}__lt": cut.until} if moments else {f"{when}__lte": cut.last}, then=Constant(at)
                )
                for at, cut in enumerate(self.cuts[:-1])
            ),
            default=Constant(len(self.cuts) - 1),
        )


def _of(parts: dict[int, Any], at: int) -> list[Any]:
    return [parts[at]] if at in parts else []


def _said(
    one: Indicator, tops: Iterable[Any], bottoms: Iterable[Any] | None
) -> tuple[Any, int | None, Decimal | None]:
    top = one.measure.number(tops)
    if bottoms is None:
        return top, None, None if top is None else Decimal(top)
    bottom = int(COUNT.number(bottoms) or 0)
    if not bottom or top is None:
        return top, bottom, None
    return top, bottom, _share(top, bottom, one)


def _share(top: Any, bottom: int, one: Indicator) -> Decimal:
    """In percent, or as it is (平均转派次数); only a whole share is 100 %."""
    if one.unit != "%":
        return (Decimal(top) / bottom).quantize(Decimal("0.01"))
    share = (Decimal(100) * top / bottom).quantize(Decimal("0.1"))
    if share == 100 and top != bottom:
        return Decimal("99.9") if top < bottom else Decimal("100.1")
    return share


def _is_moment(model: type[Model], path: str) -> bool:
    found: Any = None
    for name in path.split("__"):
        found = model._meta.get_field(name)
        model = found.related_model or model
    return found.get_internal_type() == "DateTimeField"
