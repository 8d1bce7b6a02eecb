"""Counting repairs: by trade, kind, place, person and month; how they were closed, each way apart; what
comes again."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Q, QuerySet, Sum, Window
from django.utils import timezone

from houqin.kernel.indicators.measures import median
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.school import figures
from houqin.kernel.terms.models import Term
from houqin.kernel.wording import NO_DATA, share

from .. import rules
from ..models import SERVICES, Repair

ON_TIME = Q(fixed_at__lte=F("fix_due_at"))
type Key = tuple[str, str]  # label and value
LEFT_OUT = ("cancelled", "declined", "merged", "fixed_on_spot")
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
    contractor_fen: int


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
    """What is in the figures of those reported from `first` up to but not at `until`."""
    return in_count(rows).filter(matter__opened_at__gte=first, matter__opened_at__lt=until)


def in_count(rows: QuerySet[Repair]) -> QuerySet[Repair]:
    """算进统计: not withdrawn, declined or merged into another.

    Nor put right on the spot of a visit: nobody reported that, and its clock would say no time at all.
    """
    return rows.exclude(matter__state__in=LEFT_OUT)


@dataclass
class Tally:
    """A line while its rows pass by; minutes come counted, not one by one."""

    reported: int = 0
    fixed: int = 0
    on_time: int = 0
    sent_back_once: int = 0
    cost: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    nets: Counter[int] = field(default_factory=Counter)

    def add(self, row: Counted) -> None:
        self.reported += 1
        self.sent_back_once += row.sent_back > 0
        self.cost += row.parts_fen + row.contractor_fen
        if row.first_minutes is not None:
            self.answers[row.first_minutes] += 1
        if row.fixed_at:
            self.fixed += 1
            self.on_time += row.fixed_at <= row.fix_due_at
            if row.net_minutes is not None:
                self.nets[row.net_minutes] += 1

    def line(self, label: str, value: str) -> Line:
        return Line(
            label=label, value=value, reported=self.reported, fixed=self.fixed, on_time=self.on_time,
            sent_back_once=self.sent_back_once, answer=_median(self.answers), net=_median(self.nets),
            cost=self.cost,
        )  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """All of a time: the whole, and lines by what was counted, the most reported first; months in their
    order."""

    whole: Line
    services: list[Line]
    months: list[Line]
    trades: list[Line]
    people: list[Line]  # who repairs or repaired
    places: list[Line]


def counted(rows: QuerySet[Repair]) -> Figures:
    """One question; the rows are counted as they come, and none is kept."""
    found = rows.order_by("pk").values_list(*PATHS).iterator(chunk_size=2000)
    return tallied(Counted(*row) for row in found)


def tallied(found: Iterable[Counted]) -> Figures:
    whole, groups = Tally(), {name: defaultdict[Key, Tally](Tally) for name in KEYS}
    for row in found:
        whole.add(row)
        for name, key_of in KEYS.items():
            if (key := key_of(row))[1]:
                groups[name][key].add(row)
    lines = {name: _lines(tallies) for name, tallies in groups.items()}
    lines["months"].sort(key=lambda line: line.value)
    return Figures(whole.line("全部", ""), **lines)


def _month(row: Counted) -> Key:
    at = timezone.localtime(row.opened_at)
    return f"{at:%Y-%m}", f"{at:%Y-%m-01}"


def _card(label: str | None, key: int | None) -> Key:
    return label or "", str(key) if key else ""


NAMES = dict(SERVICES)
KEYS: dict[str, Callable[[Counted], Key]] = {
    "services": lambda row: (NAMES[row.service], row.service),
    "months": _month,
    "trades": lambda row: _card(row.trade, row.trade_id),
    "people": lambda row: _card(row.worker, row.worker_id),
    "places": lambda row: _card(row.place, row.place_id),
}


def _lines(tallies: Mapping[Key, Tally]) -> list[Line]:
    made = [tally.line(*key) for key, tally in tallies.items()]
    return sorted(made, key=lambda line: (-line.reported, line.label, line.value))


def _median(minutes: Counter[int]) -> float | None:
    middle = median(minutes)
    return None if middle is None else float(middle)


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
    """How many are in the figures, and how many of the closed were signed; one question."""
    found = _by_state(in_count(rows))
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
    found = rows.filter(matter__state="fixed_on_spot")  # opened and ended in one breath
    return found.filter(matter__opened_at__gte=first, matter__opened_at__lt=until).count()


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
    """Each place and type that was reported so often of late, the most often first."""
    days, least = figures.values(rules.REPEAT_DAYS.code, rules.REPEATS.code)
    keys = ("matter__place__full_name", "matter__place_id", "fault_type__label", "fault_type_id")
    found = lately(rows, at, days).order_by().values(*keys).annotate(
        times=Count("pk"), last_at=Max("matter__opened_at"), parts=Sum("parts_fen"),
        outside=Sum("contractor_fen"), by_people=Count("pk", filter=Q(cause="people")),
        back=Sum("sent_back"),
    ).filter(times__gte=least)  # fmt: skip
    made = [_repeat(row, least) for row in found]
    return sorted(made, key=lambda each: (-each.times, -each.cost, each.place, each.trade))


def lately(rows: QuerySet[Repair], at: datetime, days: int) -> QuerySet[Repair]:
    """What may be a fault that comes again: reported of a place since the first moment of so many days ago,
    in the figures, broken and not asked for."""
    since = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    of_late = Matter.objects.filter(opened_at__gte=since).exclude(place=None).exclude(state__in=LEFT_OUT)
    return rows.filter(matter__in=of_late, fault_type__request=False)


def repeated(rows: QuerySet[Repair], at: datetime) -> QuerySet[Repair]:
    """The rows of these that `repeats` counts."""
    days, least = figures.values(rules.REPEAT_DAYS.code, rules.REPEATS.code)
    times = Window(Count("pk"), partition_by=[F("matter__place"), F("fault_type")])
    again = lately(rows, at, days).annotate(times=times).filter(times__gte=least)
    return rows.filter(pk__in=again.values("pk"))


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
