"""报修台账 and 故障类别."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.matters.models import Matter
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person
from houqin.kernel.people.seed import POSTS
from houqin.kernel.places.models import Place
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.models import Term
from houqin.ui.register.declare import (
    Card,
    CardSlip,
    Column,
    Empty,
    Filter,
    Opening,
    Register,
    Section,
    Sheet,
    SheetColumn,
    View,
)

from . import actions, forms, queries
from .flow import REPAIR
from .models import FaultType, Repair

KEEPERS = ("house-keeper",)
WAITING = dict(Repair.PAUSES)
HOLDERS = {
    code: post.name for post in POSTS for code, _ in post.duties
}  # a duty by the post that ships with it


# ── 报修台账 ────────────────────────────────────────────────────────────────────────────────────────────


def state_of(state: str, waiting_for: str) -> Any:
    """The flow's state; what is paused says what it waits for."""
    found = REPAIR.state(state)
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
        Column("故障", ("detail", "fault_type__label"), on="title",
               value=lambda detail, label: detail or label),
        Column("地点", "matter__place__full_name", sort="matter__place__walk", on="place"),
        Column("类别", "fault_type__label", sort="fault_type__rank", shown=False),
        Column("报修人", "matter__opened_by__name", on="note"),
        Column("维修人", "worker__name", sort="worker__name", on="note", empty="没派"),
        Column("报修日期", "matter__opened_at", sort="matter__opened_at", indexed=True, kind="date"),
        Column("时限", ("matter__due_at", "matter__paused_at", "matter__closed_at"), sort="matter__due_at",
               kind="deadline", on="due", value=due_of),
        Column("用料", "parts_fen", sort="parts_fen", kind="money", unit="元", total="parts_fen"),
        Column("状态", ("matter__state", "waiting_for"), sort="matter__state", kind="state", on="state",
               value=state_of),
        Column("到场", "responded_at", kind="moment", shown=False),
        Column("完工", "fixed_at", sort="fixed_at", kind="moment", shown=False),
        Column("净用时", "net_minutes", sort="net_minutes", kind="number", unit="分", shown=False),
        Column("返修", "sent_back", sort="sent_back", kind="number", unit="次", shown=False),
        Column("打几分", "rating", sort="rating", kind="number", shown=False),
    ),
    filters=(
        Filter("term", "学期", kind="model", choices=the_terms, path="matter", where=in_term),
        Filter("state", "状态", "matter__state", choices=tuple((s.key, s.label) for s in REPAIR.states)),
        Filter("type", "类别", "fault_type", kind="model", choices=the_types),
        Filter("place", "楼、层、室", "matter__place", kind="place", choices=the_places),
        Filter("worker", "维修人", "worker", kind="person", choices=the_workers),
        Filter("opened", "报修日期", "matter__opened_at", kind="dates"),
        Filter("urgent", "紧急", "urgent", kind="yes"),
    ),
    views=(
        View("open", "没办完", open_ones, sort="matter__due_at"),
        View("late", "超时", late, sort="matter__due_at"),
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


# ── 故障类别 ────────────────────────────────────────────────────────────────────────────────────────────


def given_to(name: str | None, duty: str) -> str:
    return name or HOLDERS.get(duty, duty)


def all_types(person: Person, at: datetime) -> QuerySet[FaultType]:
    return FaultType.objects.all()


def staff(act: Act, fault_type: FaultType | None) -> dict[str, Any]:
    return {"worker": people.active(act.day).order_by("name", "pk")}


def facts_of(fault_type: FaultType, act: Act) -> list[Fact]:
    urgent = fault_type.urgent_response_minutes, fault_type.urgent_fix_minutes
    return [
        Fact("代码", fault_type.code, code=True),
        Fact("短名", fault_type.label),
        Fact(
            "直接交给",
            fault_type.worker.name if fault_type.worker else people.duty_name(fault_type.duty) or "派工",
        ),
        Fact("一般时限", f"首响 {fault_type.response_minutes} 分，修复 {fault_type.fix_minutes} 分"),
        Fact(
            "紧急时限",
            f"首响 {urgent[0]} 分，修复 {urgent[1] or fault_type.fix_minutes} 分" if urgent[0] else "同一般",
        ),
        Fact("计时", "昼夜" if fault_type.safety else "上班时间"),
        Fact("修好要拍照", "是" if fault_type.after_photo else "否"),
        Fact("常用说法", fault_type.words, whole=True),
        Fact("时限依据", fault_type.source, whole=True),
    ]


def latest_of(fault_type: FaultType, act: Act) -> list[Section]:
    rows = (
        queries.visible_to(act.by, act.at)
        .filter(fault_type=fault_type)
        .select_related("matter")
        .order_by("-pk")[:8]
    )
    lines = [
        {
            "title": r.matter.title,
            "url": f"/matters/{r.matter.number}/",
            "state": state_of(r.matter.state, r.waiting_for),
        }
        for r in rows
    ]
    return [
        Section("最近的报修", lines, url=f"/repairs/repairs/?view=all&type={fault_type.pk}", empty="还没有")
    ]


def people_by_code(texts: set[str]) -> dict[str, Person]:
    return people.by_code(texts)


def number(label: str, name: str, *, required: bool = True) -> SheetColumn:
    return SheetColumn(label, name, name, kind="whole", required=required, least=1, most=100_000)


def text(label: str, name: str, longest: int, **more: Any) -> SheetColumn:
    return SheetColumn(label, name, name, longest=longest, **more)


SHEET = Sheet(
    columns=(
        SheetColumn("代码", "code", "code", kind="code", required=True, longest=8, example="W19"),
        text("名称", "name", 40, required=True, example="宿舍设施"),
        text("短名", "label", 8, required=True, example="宿舍"),
        text("图标", "icon", 30),
        text("例", "examples", 80),
        text("常用说法", "words", 120, hint="用空格隔开，前面加 ! 的表示有危险"),
        SheetColumn("直接交给", "worker", "worker__code", kind="ref", find=people_by_code, hint="人员代码"),
        SheetColumn("或交给职责", "duty", "duty", kind="code", longest=40),
        number("首响，分", "response_minutes"),
        number("修复，分", "fix_minutes"),
        number("紧急首响，分", "urgent_response_minutes", required=False),
        number("紧急修复，分", "urgent_fix_minutes", required=False),
        SheetColumn("涉及安全", "safety", "safety", kind="yes"),
        SheetColumn("修好要拍照", "after_photo", "after_photo", kind="yes"),
        number("次序", "rank"),
        text("时限依据", "source", 120),
    ),
    key="code",
    enter=actions.enter_fault_type,
    change=actions.change_fault_type,
    duties=KEEPERS,
)

FAULT_TYPES = Register(
    key="faults",
    name="故障类别",
    model=FaultType,
    icon="tags",
    rows=all_types,
    order="rank",
    duties=("office", "house-keeper", "repair-worker", "view-all"),
    columns=(
        Column("代码", "code", sort="code", kind="code", on="note"),
        Column("名称", "name", sort="name", on="title"),
        Column("短名", "label", on="place"),
        Column("直接交给", ("worker__name", "duty"), on="due", value=given_to, empty="派工"),
        Column("首响", "response_minutes", sort="response_minutes", kind="number", unit="分"),
        Column("修复", "fix_minutes", sort="fix_minutes", kind="number", unit="分"),
        Column("紧急首响", "urgent_response_minutes", kind="number", unit="分", empty="同一般"),
        Column("紧急修复", "urgent_fix_minutes", kind="number", unit="分", empty="同一般"),
        Column("昼夜计时", "safety", kind="yes", on="note"),
        Column("要拍照", "after_photo", kind="yes"),
        Column("次序", "rank", sort="rank", kind="number", shown=False),
    ),
    filters=(
        Filter("safety", "昼夜计时", "safety", kind="yes"),
        Filter("photo", "要拍照", "after_photo", kind="yes"),
    ),
    indexed="repairs.faulttype",
    hint="代码、名称、例",
    slips=(
        CardSlip("new", "新类别", forms.FaultTypeForm, actions.enter_fault_type, duties=KEEPERS,
                 icon="plus", choices=staff),
        CardSlip("change", "修改", forms.FaultTypeChange, actions.change_fault_type, duties=KEEPERS,
                 choices=staff),
    ),
    card=Card(facts=facts_of, related=latest_of),
    sheet=SHEET,
    empty=Empty("还没有故障类别", "类别决定报修交给谁、多久修好。先录最常坏的几类。"),
)  # fmt: skip
