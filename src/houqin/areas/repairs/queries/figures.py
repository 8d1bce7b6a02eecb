"""Counting repairs: by trade, place, person and month; and how they were closed, each way apart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from houqin.kernel.people.models import Person
from houqin.kernel.terms.models import Term
from houqin.kernel.wording import NO_DATA, share

from ..models import Repair

ON_TIME = Q(fixed_at__lte=F("fix_due_at"))
CLOSINGS = (("signed", "报修人签收"), ("timed_out", "到时关闭"), ("closed_by_office", "总务代收"))
COUNTS: dict[str, Any] = {
    "reported": Count("pk"),
    "fixed": Count("pk", filter=Q(fixed_at__isnull=False)),
    "on_time": Count("pk", filter=ON_TIME),
    "sent_back_once": Count("pk", filter=Q(sent_back__gt=0)),
    "net": Avg("net_minutes"),
    "parts": Sum("parts_fen"),
}


@dataclass(frozen=True)
class Line:
    """One bar of a chart and one row of its table; `value` filters the register."""

    label: str
    value: str
    reported: int
    fixed: int
    on_time: int
    sent_back_once: int
    net: float | None
    parts: int


def reached(rows: QuerySet[Repair], first: datetime, until: datetime) -> QuerySet[Repair]:
    """Reported from `first` up to but not at `until`, and not withdrawn or declined."""
    kept = rows.exclude(matter__state__in=("cancelled", "declined"))
    return kept.filter(matter__opened_at__gte=first, matter__opened_at__lt=until)


def by_trade(rows: QuerySet[Repair]) -> list[Line]:
    return _lines(rows, "fault_type__label", "fault_type__code", "-reported")


def by_place(rows: QuerySet[Repair], most: int = 12) -> list[Line]:
    return _lines(rows, "matter__place__full_name", "matter__place_id", "-reported")[:most]


def by_person(rows: QuerySet[Repair]) -> list[Line]:
    """By who repairs or repaired."""
    return _lines(rows.exclude(worker=None), "worker__name", "worker_id", "-fixed")


def by_month(rows: QuerySet[Repair]) -> list[Line]:
    found = (
        rows.annotate(month=TruncMonth("matter__opened_at"))
        .values("month")
        .annotate(**COUNTS)
        .order_by("month")
    )
    return [_line(f"{row['month']:%Y-%m}", f"{row['month']:%Y-%m-01}", dict(row)) for row in found]


def _lines(rows: QuerySet[Repair], label: str, key: str, order: str) -> list[Line]:
    found = rows.values(label, key).annotate(**COUNTS).order_by(order, key)
    return [_line(row[label], str(row[key]), row) for row in found]


def _line(label: str, value: str, row: dict[str, Any]) -> Line:
    counted = {name: row[name] for name in COUNTS}
    return Line(label=label, value=value, **{**counted, "parts": counted["parts"] or 0})


@dataclass(frozen=True)
class Closing:
    """How many of the closed were closed this way; the three shares make up the whole."""

    state: str
    label: str
    count: int
    share: str


def closed_apart(rows: QuerySet[Repair]) -> list[Closing]:
    """Signed, closed by the clock, closed by the office: 100 % together, or 无数据."""
    return _closings(_by_state(rows.filter(matter__state__in=[key for key, _ in CLOSINGS])))


def in_figures(rows: QuerySet[Repair]) -> tuple[int, Closing]:
    """How many there are, and how many of the closed were signed; one question."""
    found = _by_state(rows)
    return sum(found.values()), _closings(found)[0]


def _by_state(rows: QuerySet[Repair]) -> dict[str, int]:
    return dict(rows.order_by().values_list("matter__state").annotate(Count("pk")))


def _closings(found: dict[str, int]) -> list[Closing]:
    counted = {key: found.get(key, 0) for key, _ in CLOSINGS}
    total = sum(counted.values())
    return [Closing(key, label, counted[key], share(counted[key], total)) for key, label in CLOSINGS]


@dataclass(frozen=True)
class OfWorker:
    """这学期我修的."""

    fixed: int
    on_time: str
    sent_back: int


def of_worker(person: Person, term: Term | None) -> OfWorker:
    if term is None:
        return OfWorker(0, NO_DATA, 0)
    rows = Repair.objects.filter(worker=person, fixed_at__date__range=(term.starts_on, term.ends_on))
    counted = rows.aggregate(fixed=Count("pk"), on_time=Count("pk", filter=ON_TIME), back=Sum("sent_back"))
    return OfWorker(counted["fixed"], share(counted["on_time"], counted["fixed"]), counted["back"] or 0)
