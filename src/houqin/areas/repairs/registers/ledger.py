"""报修台账 and 停用课时."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.models import Term
from houqin.ui.register.declare import (
    Column,
    Empty,
    Filter,
    Opening,
    Register,
    View,
)

from .. import queries
from ..flow import FLOWS, REPAIR
from ..models import IMPACTS, RANKS, SERVICES, Downtime, FaultType, Repair

WAITING = dict(Repair.PAUSES)


# ── 报修台账 ────────────────────────────────────────────────────────────────────────────────────────────


def state_of(state: str, waiting_for: str, kind: str = REPAIR.kind) -> Any:
    """The flow's state; what is paused says what it waits for."""
    found = FLOWS[kind].state(state)
    if state != "waiting":
        return found
    return {"label": WAITING.get(waiting_for, found.label), "tone": found.tone, "icon": found.icon}


def due_of(due_at: datetime, paused_at: datetime | None, closed_at: datetime | None) -> datetime | None:
    """A repair that stands still or is closed has nothing left to be due."""
    return None if paused_at or closed_at else due_at


def open_ones(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__in=Matter.objects.open())


def late(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__in=Matter.objects.overdue(at))


def awaiting_signature(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__in=Matter.objects.open().filter(state="fixed"))


def first_ones(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__in=Matter.objects.open().filter(first=True))


def unanswered(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(pk__in=queries.unanswered(at).values("pk"))


def parts_of(parts_fen: int, fixed_at: datetime | None) -> int | None:
    """What it took is known once it is fixed."""
    return parts_fen if fixed_at else None


def is_fixed(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(fixed_at__isnull=value == "0")


def is_on_time(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    ended = rows.filter(fixed_at__isnull=False)
    return ended.filter(queries.ON_TIME) if value == "1" else ended.exclude(queries.ON_TIME)


def was_sent_back(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(sent_back__gt=0) if value == "1" else rows.filter(sent_back=0)


def is_counted(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    counted = queries.in_count(rows)
    return counted if value == "1" else rows.exclude(pk__in=counted.values("pk"))


def is_just_here(rows: QuerySet, place: Place, at: datetime) -> QuerySet:
    return rows.filter(matter__place=place)


def repeated(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return queries.repeated(rows, at)


def in_term(rows: QuerySet, term: Term, at: datetime) -> QuerySet:
    first, last = (
        timezone.make_aware(datetime.combine(on, time.min)) for on in (term.starts_on, term.ends_on)
    )
    return rows.filter(matter__opened_at__gte=first, matter__opened_at__lt=last + timedelta(days=1))


def the_terms(person: Person, at: datetime) -> QuerySet[Term]:
    return Term.objects.order_by("-starts_on", "pk")


def the_workers(person: Person, at: datetime) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=Repair.objects.exclude(worker=None).values("worker")).order_by(
        "name", "pk"
    )


def the_places(person: Person, at: datetime) -> QuerySet[Place]:
    return Place.objects.order_by("walk", "pk")


def the_types(person: Person, at: datetime) -> QuerySet[FaultType]:
    return FaultType.objects.order_by("rank", "pk")


def in_short(person: Person, at: datetime) -> str:
    """2026 秋季学期 · 收到 296 件 · 签收率 92.4%."""
    term = terms.term_on(timezone.localtime(at).date())
    rows = queries.visible_to(person, at).using("reader")
    if term:
        rows = in_term(rows, term, at)
    reported, signed = queries.in_figures(rows)
    return f"{term.name if term else '全部'} · 收到 {reported:,} 件 · 签收率 {signed.share}"


REPAIRS = Register(
    key="repairs",
    name="报修台账",
    model=Repair,
    kind="matter",
    icon="tool",
    rows=queries.visible_to,
    number="matter__number",
    order="-pk",
    columns=(
        Column("编号", "matter__number", sort="pk", kind="code", on="note"),
        Column("故障", ("detail", "fault_type__label"), on="title", value=lambda detail,
               label: detail or label),
        Column("地点", "matter__place__full_name", sort="matter__place__walk", on="place"),
        Column("类别", "fault_type__label", sort="fault_type__rank", shown=False),
        Column("报修人", "matter__opened_by__name", on="note"),
        Column("维修人", "worker__name", sort="worker__name", on="note", empty="没派"),
        Column("报修日期", "matter__opened_at", sort="matter__opened_at", indexed=True, kind="date"),
        Column("时限", ("matter__due_at", "matter__paused_at", "matter__closed_at"), sort="matter__due_at",
               kind="deadline",
               on="due", value=due_of),
        Column("用料", ("parts_fen", "fixed_at"), sort="parts_fen", kind="money", unit="元", total="parts_fen",
               value=parts_of),
        Column("状态", ("matter__state", "waiting_for", "matter__kind"), sort="matter__state", kind="state",
               on="state", value=state_of),
        Column("到场", "responded_at", kind="moment", shown=False),
        Column("完工", "fixed_at", sort="fixed_at", kind="moment", shown=False),
        Column("净用时", "net_minutes", sort="net_minutes", kind="number", unit="分", shown=False),
        Column("返修", "sent_back", sort="sent_back", kind="number", unit="次", shown=False),
        Column("转派", "passed_on", sort="passed_on", kind="number", unit="次", shown=False),
        Column("派工用时", "assign_minutes", sort="assign_minutes", kind="number", unit="分", shown=False),
        Column("打几分", "rating", sort="rating", kind="number", shown=False),
        Column("服务类型", "service", choices=tuple(SERVICES), shown=False),
        Column("次序", "rank", choices=tuple(RANKS), shown=False),
        Column("影响", "impact", choices=tuple(IMPACTS), shown=False),
        Column("怎么发现", "found", choices=tuple(Repair.FOUND), shown=False),
        Column("首响用时", "first_minutes", sort="first_minutes", kind="number", unit="分", shown=False),
    ),
    filters=(
        Filter("term", "学期", kind="model", choices=the_terms, path="matter", where=in_term),
        Filter("state", "状态", "matter__state", choices=tuple((s.key, s.label) for s in REPAIR.states)),
        Filter("type", "类别", "fault_type", kind="model", choices=the_types),
        Filter("place", "楼、层、室", "matter__place", kind="place", choices=the_places),
        Filter("here", "就在这一处", "matter__place", kind="model", choices=the_places, where=is_just_here),
        Filter("worker", "维修人", "worker", kind="person", choices=the_workers),
        Filter("opened", "报修日期", "matter__opened_at", kind="dates"),
        Filter("urgent", "紧急", "urgent", kind="yes"),
        Filter("service", "服务类型", "service", choices=tuple(SERVICES)),
        Filter("impact", "影响", "impact", choices=tuple(IMPACTS)),
        Filter("found", "怎么发现", "found", choices=tuple(Repair.FOUND)),
        Filter("counted", "算进统计", "matter__state", kind="yes", where=is_counted),
        Filter("fixed", "已修好", "fixed_at", kind="yes", where=is_fixed),
        Filter("on_time", "按时修好", "fixed_at", kind="yes", where=is_on_time),
        Filter("back", "返修过", "sent_back", kind="yes", where=was_sent_back),
    ),
    views=(
        View("open", "没办完", open_ones, sort="matter__due_at"),
        View("first", "先办", first_ones, sort="matter__due_at"),
        View("late", "逾期", late, sort="matter__due_at"),
        View("unanswered", "没人接手", unanswered),
        View("fixed", "等签收", awaiting_signature, sort="matter__due_at"),
        View("repeated", "反复报修", repeated, counted=False),
        View("all", "全部"),
    ),
    search=("matter__opened_by__name", "matter__opened_by__initials", "worker__name", "worker__initials"),
    indexed="kernel.matter",
    hint="编号、地点、故障、人，可打拼音首字母",
    empty=Empty("还没有报修", "哪里坏了，扫墙上的码报；没有码的地方从这里报。",
                ({"label": "报修", "url": "/repairs/repair/new/", "icon": "plus"},)),
    opening=Opening("报修", "/repairs/repair/new/"),
    summary=in_short,
)  # fmt: skip


# ── 停用课时 ────────────────────────────────────────────────────────────────────────────────────────────


def downtimes_seen(person: Person, at: datetime) -> QuerySet[Downtime]:
    return Downtime.objects.filter(repair__in=queries.visible_to(person, at))


def kind_of(note: str) -> str:
    return f"更正：{note}" if note else "按钟点算"


DOWNTIMES = Register(
    key="downtimes",
    name="停用课时",
    model=Downtime,
    kind="entry",
    icon="clock-pause",
    rows=downtimes_seen,
    order="-pk",
    columns=(
        Column("地点", "repair__matter__place__full_name", sort="repair__matter__place__walk", on="title"),
        Column("报修单", "repair__matter__number", kind="code", on="note"),
        Column("停用起", "since", kind="moment", on="place"),
        Column("恢复", "until", sort="until", indexed=True, kind="moment", on="due"),
        Column("课时", "lessons", sort="lessons", kind="number", on="state", total="lessons"),
        Column("怎么来的", "note", value=kind_of, on="note"),
    ),
    filters=(
        Filter("place", "楼、层、室", "repair__matter__place", kind="place", choices=the_places),
        Filter("until", "恢复日期", "until", kind="dates"),
    ),
    search=("repair__matter__place__full_name",),
    hint="地点",
    empty=Empty("没有停用过", "报修选了“不能上课”的房间，从报修到修好停了几节课，记在这里，谁也改不了。"),
)  # fmt: skip
