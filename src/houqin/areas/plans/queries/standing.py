"""条款落实: the 82 clauses, what their indicators say over a scope, and which clauses of the school's plan they
are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from houqin.kernel.area import areas
from houqin.kernel.indicators import queries as indicators
from houqin.kernel.indicators.declare import Indicator, Scope
from houqin.kernel.indicators.queries import Measured
from houqin.kernel.terms.models import Term

from ..models import Binding, CatalogueClause, Plan, PlanClause
from .catalogue import Wanted, wanted


@dataclass(frozen=True)
class Line:
    """One indicator of a clause; `measured` None: the records it needs do not exist yet."""

    wanted: Wanted
    measured: Measured | None = None

    @property
    def met(self) -> bool | None:
        return self.measured.value.met if self.measured else None

    @property
    def said(self) -> bool:
        """Whether there is a value."""
        return self.measured is not None and not self.measured.value.no_data


@dataclass(frozen=True)
class Standing:
    """A clause of the catalogue, its indicators, and the clauses of the plan in force that answer it."""

    clause: CatalogueClause
    lines: tuple[Line, ...]
    bound: tuple[PlanClause, ...] = ()

    @property
    def state(self) -> str:
        """Missed as soon as one target is; without a single indicator of ours it is not built yet."""
        if not any(line.measured for line in self.lines):
            return "unbuilt"
        met = [line.met for line in self.lines]
        if False in met:
            return "missed"
        if True in met:
            return "met"
        return "watched" if any(line.said for line in self.lines) else "no_data"

    @property
    def head(self) -> Line | None:
        """The indicator that stands in the list: one that misses, else one that says something, else the
        first of ours."""
        order = sorted(
            self.lines, key=lambda line: (line.met is not False, not line.said, line.measured is None)
        )
        return order[0] if order else None


def declared() -> dict[str, Indicator]:
    """Every indicator that today's records answer, by its code."""
    return {one.code: one for area in areas() for one in area.indicators}


def standings(scope: Scope, plan: Plan | None) -> list[Standing]:
    """All clauses in their order; each indicator is asked once."""
    known = declared()
    found = indicators.measured(known.values(), scope)
    bound = bound_to(plan) if plan else {}
    return [
        Standing(row, lines_of(row.code, known, found), tuple(bound.get(row.pk, ())))
        for row in CatalogueClause.objects.order_by("rank")
    ]


def lines_of(code: str, known: dict[str, Indicator], found: dict[str, Measured]) -> tuple[Line, ...]:
    """What the catalogue asks for, and what else an area hangs on the clause."""
    asked = list(wanted()[code])
    names = {one.code for one in asked}
    asked += [
        Wanted(one.code, one.name, one.unit, one.better, one.target)
        for one in known.values()
        if code in one.clauses and one.code not in names
    ]
    return tuple(Line(one, found.get(one.code)) for one in asked)


def bound_to(plan: Plan) -> dict[int, list[PlanClause]]:
    """The plan's clauses by the demand that they were confirmed to answer."""
    rows = Binding.objects.filter(clause__plan=plan, state=Binding.CONFIRMED).select_related(
        "clause__owner", "clause__checker", "clause__plan"
    )
    found: dict[int, list[PlanClause]] = {}
    for row in rows.order_by("clause__place", "pk"):
        found.setdefault(row.catalogue_id, []).append(row.clause)
    return found


def counted(rows: Iterable[Standing]) -> Counter[str]:
    return Counter(row.state for row in rows)


def before(scope: Scope, today: date) -> tuple[Scope, str]:
    """What to compare with: of a term the one before it, else as many days just before."""
    term = Term.objects.filter(starts_on=scope.first).first()
    if term is not None and scope.last >= min(term.ends_on, today):
        last = Term.objects.filter(ends_on__lt=term.starts_on).order_by("-ends_on", "-pk").first()
        if last is not None:
            return replace(scope, first=last.starts_on, last=last.ends_on), "比上学期"
    days = (scope.last - scope.first).days + 1
    return replace(
        scope, first=scope.first - timedelta(days), last=scope.first - timedelta(1)
    ), f"比前 {days} 天"
