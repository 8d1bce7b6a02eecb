"""计划条款: who answers for each, with its sheet; and the demands of the catalogue they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person
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
from ..flow import TASK
from ..models import Binding, CatalogueClause, ClauseSigned, Plan, PlanClause
from .choosing import OFFICE, of_act, staff, the_plans


def carried(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(heading=False, plan__matter__state="in_force")


def mine(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(owner=person, heading=False)


def bare(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    lacking = Q(owner=None) | Q(checker=None) | Q(from_on=None) | Q(to_on=None)
    return rows.filter(lacking, heading=False, plan__matter__closed_at=None)


def unsigned(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    signed = ClauseSigned.objects.filter(clause=OuterRef("pk"), person=OuterRef("owner"))
    return carried(rows, person, at).filter(~Exists(signed))


def clause_facts(clause: PlanClause, act: Act) -> list[Fact]:
    task = Fact("派任务", "给这一条派", url=f"/plans/task/new/?clause={clause.pk}")
    return [
        Fact("条文", clause.text, whole=True),
        Fact("计划", clause.plan.name, url=f"/plans/plans/{clause.plan_id}/"),
        Fact("上级", str(clause.parent or "没有")),
        Fact("责任人", clause.owner),
        Fact("检查人", clause.checker),
        Fact("开始", clause.from_on),
        Fact("完成期限", clause.to_on),
        Fact("责任签字", "签了" if clause.signed.filter(person=clause.owner).exists() else "还没签"),
        *([task] if gives(clause, act) else []),
    ]


def gives(clause: PlanClause, act: Act) -> bool:
    """Whether a task may be given for this clause now."""
    able = rules.gives(act) or clause.owner_id == act.by.pk
    return able and not clause.heading and clause.plan.matter.state == "in_force"


def clause_sections(clause: PlanClause, act: Act) -> list[Section]:
    rows = (
        queries.tasks_seen(act.by, act.at)
        .filter(clause=clause)
        .select_related("matter__holder")
        .order_by("-pk")
    )
    tasks = [
        {"title": t.matter.title, "url": f"/matters/{t.matter.number}/",
         "notes": [str(t.doer), str(t.due_on)],
         "state": TASK.state(t.matter.state)}
        for t in rows.select_related("doer")[:12]
    ]  # fmt: skip
    bound = [
        {"title": str(b.catalogue), "url": f"/clauses/{b.catalogue.code}/", "end": b.get_state_display()}
        for b in clause.bindings.select_related("catalogue").order_by("catalogue__rank")
    ]
    return [Section("任务", tasks), Section("对应的目录条款", bound)]


def clause_choices(act: Act, clause: PlanClause | None) -> dict[str, Any]:
    return {"owner": of_act(act), "checker": of_act(act)}


def bind_choices(act: Act, clause: PlanClause | None) -> dict[str, Any]:
    return {"catalogue": CatalogueClause.objects.order_by("rank")}


def plans_by_number(texts: set[str]) -> dict[str, Plan]:
    rows = Plan.objects.filter(matter__number__in=texts).select_related("matter")
    return {plan.matter.number: plan for plan in rows}


def people_by_code(texts: set[str]) -> dict[str, Person]:
    return people.by_code(texts)


CLAUSE_SHEET = Sheet(
    columns=(
        SheetColumn("代码", "code", "code", kind="code", required=True, longest=32, example="JH2026-0001-003"),
        SheetColumn("计划", "plan", "plan__matter__number", kind="ref", required=True, find=plans_by_number,
                    fixed=True,
                    hint="计划的编号"),
        SheetColumn("上级", "parent", "parent__code", kind="own", fixed=True, hint="上级条款的代码"),
        SheetColumn("次序", "place", "place", kind="whole", required=True, least=1, most=10_000, fixed=True),
        SheetColumn("编号", "number", "number", longest=20, fixed=True),
        SheetColumn("条文", "text", "text", required=True, longest=2000),
        SheetColumn("只是标题", "heading", "heading", kind="yes"),
        SheetColumn("责任人", "owner", "owner__code", kind="ref", find=people_by_code, hint="人员代码"),
        SheetColumn("检查人", "checker", "checker__code", kind="ref", find=people_by_code, hint="人员代码"),
        SheetColumn("开始", "from_on", "from_on", kind="date"),
        SheetColumn("完成期限", "to_on", "to_on", kind="date"),
    ),
    key="code",
    enter=actions.enter_clause,
    change=actions.change_clause,
    duties=OFFICE,
)  # fmt: skip


def clauses_shown(person: Person, at: datetime) -> QuerySet[PlanClause]:
    return queries.clauses_of(person, at).select_related("plan__matter", "parent", "owner", "checker")


PLAN_CLAUSES = Register(
    key="clauses",
    name="计划条款",
    model=PlanClause,
    icon="list-details",
    rows=clauses_shown,
    order="place",
    columns=(
        Column("编号", "path", on="note", kind="code"),
        Column("条文", "text", on="title", value=lambda text: text if len(text) <= 60 else f"{text[:58]}…"),
        Column("责任人", "owner__name", sort="owner__name", on="place", empty="没有"),
        Column("检查人", "checker__name", sort="checker__name", on="note", empty="没有"),
        Column("开始", "from_on", kind="date", shown=False),
        Column("完成期限", "to_on", sort="to_on", kind="date", on="due"),
        Column("计划", "plan__name", shown=False),
    ),
    filters=(
        Filter("plan", "计划", "plan", kind="model", choices=the_plans),
        Filter("owner", "责任人", "owner", kind="person", choices=staff),
        Filter("checker", "检查人", "checker", kind="person", choices=staff),
        Filter("due", "完成期限", "to_on", kind="dates"),
    ),
    views=(View("now", "施行中", carried), View("mine", "归我的", mine), View("unsigned", "没签字", unsigned),
           View("bare", "没分工", bare), View("all", "全部")),
    indexed="plans.planclause",
    hint="条文、编号",
    slips=(
        CardSlip("change", "改卡片", forms.ClauseForm, actions.change_clause, OFFICE, choices=clause_choices),
        CardSlip("bind", "加对应", forms.BindForm, actions.bind, OFFICE, "link", choices=bind_choices,
                 when=lambda clause: not clause.heading),
    ),
    card=Card(clause_facts, related=clause_sections),
    sheet=CLAUSE_SHEET,
    empty=Empty("还没有条款", "先导入一份计划。", ({"label": "导入计划", "url": "/plans/import/", "main": True},)),
)  # fmt: skip


# ── 条款对应 ────────────────────────────────────────────────────────────────────────────────────────────────

BINDING_TONES = {
    Binding.PROPOSED: {"label": "待确认", "tone": "amber", "icon": "user-question"},
    Binding.CONFIRMED: {"label": "已确认", "tone": "green", "icon": "circle-check"},
    Binding.REJECTED: {"label": "不对应", "tone": "grey", "icon": "x"},
}


def undecided(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(state=Binding.PROPOSED)


BINDINGS = Register(
    key="bindings",
    name="条款对应",
    model=Binding,
    kind="entry",
    icon="link",
    rows=lambda person, at: Binding.objects.all(),
    duties=rules.SEE,
    order="-score",
    columns=(
        Column("目录条款", ("catalogue__code", "catalogue__brief"), sort="catalogue__rank", on="title",
               value=lambda code, brief: f"{code} {brief}"),
        Column("计划条款", ("clause__path", "clause__text"), sort="clause__place", on="place",
               value=lambda path, text: f"{path} {text[:40]}"),
        Column("相似度", "score", sort="score", kind="number", unit="%", on="due"),
        Column("确认人", "decided_by__name", on="note"),
        Column("确认时间", "decided_at", kind="moment", shown=False),
        Column("状态", "state", kind="state", on="state", value=BINDING_TONES.get),
    ),
    filters=(
        Filter("plan", "计划", "clause__plan", kind="model", choices=the_plans),
        Filter("state", "状态", "state", choices=tuple(Binding.STATES)),
    ),
    views=(View("all", "全部"), View("undecided", "待确认", undecided)),
    search=("catalogue__code", "catalogue__brief", "clause__text"),
    hint="条号、条文",
    empty=Empty("还没有对应", "导入计划以后，系统按相似度提出来，由人确认。"),
)  # fmt: skip


# ── 条款目录 ────────────────────────────────────────────────────────────────────────────────────────────────


def catalogue_facts(row: CatalogueClause, act: Act) -> list[Fact]:
    names = "\n".join(f"{one.name}，{one.unit}" for one in queries.wanted()[row.code])
    return [
        Fact("条号", row.code, code=True),
        Fact("章", queries.CHAPTER[row.chapter].name),
        Fact("条文", row.text, whole=True),
        Fact("指标", names, whole=True),
        Fact("落实", "看落实", url=f"/clauses/{row.code}/"),
        Fact("同", row.repeats or "不重复"),
    ]


CATALOGUE = Register(
    key="catalogue",
    name="条款目录",
    model=CatalogueClause,
    icon="book",
    rows=lambda person, at: CatalogueClause.objects.all(),
    order="rank",
    duties=rules.SEE,
    columns=(
        Column("条号", "code", sort="rank", kind="code", on="note"),
        Column("简称", "brief", on="title"),
        Column("条文", "text", on="place"),
        Column("章", "chapter", value=lambda key: queries.CHAPTER[key].name, on="note"),
    ),
    indexed="plans.catalogueclause",
    hint="条号、条文",
    card=Card(catalogue_facts),
    empty=Empty("条款目录是空的", "导入第一份计划时，82 条随系统带来。"),
)  # fmt: skip
