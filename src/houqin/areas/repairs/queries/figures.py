"""Counting repairs: by trade, kind, place, person and month; how they were closed, each way apart; what
comes again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from houqin.kernel.people.models import Person
from houqin.kernel.school import figures
from houqin.kernel.terms.models import Term
from houqin.kernel.wording import NO_DATA, share

from .. import rules
from ..models import SERVICES, Repair

ON_TIME = Q(fixed_at__lte=F("fix_due_at"))
CLOSINGS = (("signed", "报修人签收"), ("timed_out", "到时关闭"), ("closed_by_office", "总务代收"))


class Counted(NamedTuple):
    """What is counted of one repair."""

    opened_at: datetime
    service: str
    trade: str
    trade_id: int
    place: str | None
    place_id: int | None
    worker: str | None
    worker_id: int | None
    fixed_at: datetime | None
    fix_due_at: datetime
    sent_back: int
    first_minutes: int | None
    net_minutes: int | None
    parts_fen: int
    contractor_fen: int | None


PATHS = (
    "matter__opened_at", "service", "fault_type__label", "fault_type_id", "matter__place__full_name",
    "matter__place_id",
    "worker__name", "worker_id", "fixed_at", "fix_due_at", "sent_back", "first_minutes", "net_minutes",
    "parts_fen",
    "contractor_fen",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One bar of a chart and one row of its table; `value` filters the register.

    `answer` and `net` are medians of working minutes, `cost` is parts and contractors in fen.
    """

    label: str
    value: str
    reported: int
    fixed: int
    on_time: int
    sent_back_once: int
    answer: float | None
    net: float | None
    cost: int


def reached(rows: QuerySet[Repair], first: datetime, until: datetime) -> QuerySet[Repair]:
    """Reported from `first` up to but not at `until`, and not withdrawn or declined.

    Nor put right on the spot of a visit: nobody reported that, and its clock would say no time at all.
    """
    kept = rows.exclude(matter__state__in=("cancelled", "declined", "fixed_on_spot"))
    return kept.filter(matter__opened_at__gte=first, matter__opened_at__lt=until)


def counted(rows: QuerySet[Repair]) -> list[Counted]:
    """All that the figures of a time are made of, read once."""
    return [Counted(*row) for row in rows.order_by("pk").values_list(*PATHS)]


def whole(found: list[Counted]) -> Line:
    return _line("全部", "", found)


def by_trade(found: list[Counted]) -> list[Line]:
    return _lines(found, lambda row: (row.trade, str(row.trade_id)))


def by_service(found: list[Counted]) -> list[Line]:
    names = dict(SERVICES)
    return _lines(found, lambda row: (names[row.service], row.service))


def by_place(found: list[Counted], most: int = 12) -> list[Line]:
    return _lines([row for row in found if row.place], lambda row: (row.place, str(row.place_id)))[:most]


def by_person(found: list[Counted]) -> list[Line]:
    """By who repairs or repaired."""
    return _lines([row for row in found if row.worker], lambda row: (row.worker, str(row.worker_id)))


def by_month(found: list[Counted]) -> list[Line]:
    months = [timezone.localtime(row.opened_at) for row in found]
    keys = {row: (f"{at:%Y-%m}", f"{at:%Y-%m-01}") for row, at in zip(found, months, strict=True)}
    return sorted(_lines(found, keys.__getitem__), key=lambda line: line.value)


def _lines(found: list[Counted], key: Callable[[Counted], Any]) -> list[Line]:
    """A line for each key, the most reported first."""
    groups: dict[tuple[str, str], list[Counted]] = {}
    for row in found:
        groups.setdefault(key(row), []).append(row)
    made = [_line(label, value, rows) for (label, value), rows in groups.items()]
    return sorted(made, key=lambda line: (-line.reported, line.label, line.value))


def _line(label: str, value: str, rows: list[Counted]) -> Line:
    fixed = [row for row in rows if row.fixed_at]
    return Line(
        label=label, value=value, reported=len(rows), fixed=len(fixed),
        on_time=sum(row.fixed_at <= row.fix_due_at for row in fixed if row.fixed_at),
        sent_back_once=sum(row.sent_back > 0 for row in rows),
        answer=_median(row.first_minutes for row in rows), net=_median(row.net_minutes for row in fixed),
        cost=sum(row.parts_fen + (row.contractor_fen or 0) for row in rows),
    )  # fmt: skip


def _median(minutes: Iterable[int | None]) -> float | None:
    known = [each for each in minutes if each is not None]
    return float(median(known)) if known else None


@dataclass(frozen=True)
class Closing:
    """How many of the closed were closed this way; the shares make up the whole."""

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
    shares = adding_up([counted[key] for key, _ in CLOSINGS])
    return [
        Closing(key, label, counted[key], said) for (key, label), said in zip(CLOSINGS, shares, strict=True)
    ]


def on_spot(rows: QuerySet[Repair], first: datetime, until: datetime) -> int:
    """当场修好, counted apart from all that was closed."""
    return rows.filter(matter__state="fixed_on_spot", fixed_at__gte=first, fixed_at__lt=until).count()


def adding_up(counts: list[int]) -> list[str]:
    """Shares in tenths of a percent that are 100 % together: what rounding leaves over goes where most was
    cut off."""
    total = sum(counts)
    if not total:
        return [NO_DATA] * len(counts)
    tenths = [1000 * count // total for count in counts]
    cut = sorted(range(len(counts)), key=lambda n: (-(1000 * counts[n] % total), n))
    for n in cut[: 1000 - sum(tenths)]:
        tenths[n] += 1
    return ["100%" if each == 1000 else f"{each // 10}.{each % 10}%" for each in tenths]


# ── repeated faults ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Repeat:
    """反复报修: one place and one type, how often, what it cost, and what might be done."""

    place: str
    place_id: int
    trade: str
    trade_id: int
    times: int
    cost: int
    last_at: datetime
    suggestion: str


def repeats(rows: QuerySet[Repair], at: datetime) -> list[Repeat]:
    """Each place and type that was reported so often within so many days before `at`, the most often
    first."""
    days, least = figures.value(rules.REPEAT_DAYS.code), figures.value(rules.REPEATS.code)
    lately = reached(rows.filter(fault_type__request=False), at - timedelta(days=days), at)
    keys = ("matter__place__full_name", "matter__place_id", "fault_type__label", "fault_type_id")
    found = lately.exclude(matter__place=None).order_by().values(*keys).annotate(
        times=Count("pk"), last_at=Max("matter__opened_at"), parts=Sum("parts_fen"),
        outside=Coalesce(Sum("contractor_fen"), 0), by_people=Count("pk", filter=Q(cause="people")),
        back=Sum("sent_back"),
    ).filter(times__gte=least)  # fmt: skip
    made = [_repeat(row, least) for row in found]
    return sorted(made, key=lambda each: (-each.times, -each.cost, each.place, each.trade))


def _repeat(row: dict[str, Any], least: int) -> Repeat:
    said = rules.suggestion(
        times=row["times"], least=least, by_people=row["by_people"], sent_back=row["back"],
        outside_fen=row["outside"]
    )  # fmt: skip
    return Repeat(
        place=row["matter__place__full_name"], place_id=row["matter__place_id"],
        trade=row["fault_type__label"],
        trade_id=row["fault_type_id"], times=row["times"], cost=row["parts"] + row["outside"],
        last_at=row["last_at"],
        suggestion=said,
    )  # fmt: skip


# ── of one worker ───────────────────────────────────────────────────────────────────────────────────────


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
