"""故障类别 and 优先次序."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person
from houqin.kernel.people.seed import POSTS
from houqin.ui.register.declare import (
    Card,
    CardSlip,
    Column,
    Empty,
    Filter,
    Register,
    Section,
    Sheet,
    SheetColumn,
    View,
)

from .. import actions, forms, queries, rules
from ..models import IMPACTS, RANKS, SERVICES, URGENCIES, FaultType, PriorityRule
from .ledger import state_of

KEEPERS = ("house-keeper",)
HOLDERS = {
    code: post.name for post in POSTS for code, _ in post.duties
}  # a duty by the post that ships with it


# ── 故障类别 ────────────────────────────────────────────────────────────────────────────────────────────


def given_to(name: str | None, duty: str) -> str:
    return name or HOLDERS.get(duty, duty)


def all_types(person: Person, at: datetime) -> QuerySet[FaultType]:
    return FaultType.objects.all()


def in_use(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(closed_on=None)


def retired(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.exclude(closed_on=None)


def state_of_type(fault_type: FaultType) -> dict[str, str]:
    if fault_type.closed_on:
        return {"label": "停用", "tone": "", "icon": "circle-dashed"}
    return {"label": "在用", "tone": "green", "icon": "circle-check"}


def staff(act: Act, fault_type: FaultType | None) -> dict[str, Any]:
    duties = [("", "不定，由总务处派"), *rules.TAKERS.items()]
    own = (fault_type.icon, fault_type.duty) if fault_type else ("dots", "")
    return {
        "worker": people.active(act.day).order_by("name", "pk"),
        "icon": with_own(rules.ICONS, own[0]), "duty": with_own(duties, own[1]),
    }  # fmt: skip


def with_own(choices: Iterable[tuple[str, str]], own: str) -> list[tuple[str, str]]:
    """What stands on the card may stay, though nobody chooses it any more."""
    found = dict(choices)
    return list((found | {own: found.get(own) or HOLDERS.get(own, own)}).items())


def facts_of(fault_type: FaultType, act: Act) -> list[Fact]:
    urgent = fault_type.urgent_response_minutes, fault_type.urgent_fix_minutes
    lines = [
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
        Fact("服务类型", fault_type.get_service_display() or "看地点"),
        Fact("生活服务", fault_type.life) if fault_type.life else None,
        Fact("常用说法", "、".join(words(fault_type, danger=False)), whole=True),
        Fact(
            "一说就算有危险", "、".join(words(fault_type, danger=True)), note="按危险办、昼夜计时", whole=True
        ),
        Fact("时限依据", fault_type.source, whole=True),
        Fact("停用日期", fault_type.closed_on) if fault_type.closed_on else None,
    ]
    return [line for line in lines if line]


def words(fault_type: FaultType, *, danger: bool) -> list[str]:
    return [word.text for word in rules.words_of(fault_type) if word.danger == danger]


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
            "state": state_of(r.matter.state, r.waiting_for, r.matter.kind),
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
        SheetColumn("图标", "icon", "icon", choices=rules.ICONS, hint="扫码页上的图，空着是“其他”"),
        text("例", "examples", 80),
        text("常用说法", "words", 120, hint="用空格隔开，前面加 ! 的表示有危险"),
        SheetColumn("直接交给", "worker", "worker__code", kind="ref", find=people_by_code, hint="人员代码"),
        SheetColumn("或交给职责", "duty", "duty", choices=tuple(rules.TAKERS.items()), hint="空着由总务处派"),
        number("首响，分", "response_minutes"),
        number("修复，分", "fix_minutes"),
        number("紧急首响，分", "urgent_response_minutes", required=False),
        number("紧急修复，分", "urgent_fix_minutes", required=False),
        SheetColumn("涉及安全", "safety", "safety", kind="yes"),
        SheetColumn("修好要拍照", "after_photo", "after_photo", kind="yes"),
        SheetColumn("服务类型", "service", "service", choices=tuple(SERVICES), hint="空着看地点"),
        text("生活服务", "life", 8),
        SheetColumn("办事", "request", "request", kind="yes"),
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
        Column("停用日期", "closed_on", sort="closed_on", kind="date", shown=False),
    ),
    filters=(
        Filter("safety", "昼夜计时", "safety", kind="yes"),
        Filter("photo", "要拍照", "after_photo", kind="yes"),
        Filter("closed", "停用日期", "closed_on", kind="dates"),
    ),
    views=(View("used", "在用", in_use), View("closed", "停用", retired), View("all", "全部")),
    indexed="repairs.faulttype",
    hint="代码、名称、例",
    slips=(
        CardSlip("new", "加类别", forms.FaultTypeForm, actions.enter_fault_type, duties=KEEPERS,
                 icon="plus", choices=staff),
        CardSlip("change", "改卡片", forms.FaultTypeChange, actions.change_fault_type, duties=KEEPERS,
                 choices=staff),
        CardSlip("close", "停用", forms.FaultTypeClose, actions.close_fault_type, KEEPERS, "ban",
                 when=lambda kind: kind.closed_on is None,
                 says="停用后不能再报这一类；没办完的照样办完，历史都在。"),
        CardSlip("restore", "恢复", forms.PlainForm, actions.restore_fault_type, KEEPERS, "circle-check",
                 when=lambda kind: kind.closed_on is not None, says="恢复后又可以报这一类。"),
    ),
    card=Card(facts=facts_of, state=state_of_type, related=latest_of),
    sheet=SHEET,
    empty=Empty("还没有故障类别", "类别决定报修交给谁、多久修好。先录最常坏的几类。"),
)  # fmt: skip


# ── 优先次序 ────────────────────────────────────────────────────────────────────────────────────────────


def all_priorities(person: Person, at: datetime) -> QuerySet[PriorityRule]:
    return PriorityRule.objects.all()


def facts_of_priority(rule: PriorityRule, act: Act) -> list[Fact]:
    clock = "紧急时限" if rule.urgent_clock else "一般时限"
    return [Fact("次序", rule.get_rank_display()), Fact("时限", clock)]


PRIORITIES = Register(
    key="priorities",
    name="优先次序",
    model=PriorityRule,
    icon="arrows-sort",
    rows=all_priorities,
    order="pk",
    duties=("office", "house-keeper", "repair-worker", "view-all"),
    columns=(
        Column("紧急程度", "urgency", sort="urgency", choices=tuple(URGENCIES), on="title"),
        Column("影响", "impact", sort="impact", choices=tuple(IMPACTS), on="place"),
        Column("次序", "rank", sort="rank", choices=tuple(RANKS), on="due"),
        Column("按紧急时限", "urgent_clock", kind="yes", on="note"),
    ),
    filters=(Filter("rank", "次序", "rank", choices=tuple(RANKS)),),
    slips=(
        CardSlip("change", "改卡片", forms.PriorityForm, actions.change_priority, duties=KEEPERS),
    ),
    card=Card(facts=facts_of_priority),
    empty=Empty("还没有优先次序", "紧急程度和影响合起来，定谁先办、按哪一套时限。"),
)  # fmt: skip
