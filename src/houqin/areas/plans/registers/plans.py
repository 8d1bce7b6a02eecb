"""工作计划: its card, where it is assigned, read and signed."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.ui.register.declare import (
    Card,
    CardSlip,
    Column,
    Empty,
    Filter,
    Opening,
    Register,
    Section,
)

from .. import actions, forms, queries, rules
from ..flow import PLAN, TASK
from ..models import ClauseSigned, Plan
from .choosing import OFFICE, of_act, the_terms


def plan_state(plan: Plan) -> Any:
    return PLAN.state(plan.matter.state)


def plan_line(plan: Plan, act: Act) -> str:
    mine = queries.to_sign(plan, act.by).count() if plan.matter.state == "in_force" else 0
    return f"归你的 {mine} 条还没签字" if mine else ""


def plan_facts(plan: Plan, act: Act) -> list[Fact]:
    rows = queries.carried_out(plan)
    asked, read = plan.readers.count(), plan.readers.exclude(receipt=None).count()
    signed = rows.filter(
        Exists(ClauseSigned.objects.filter(clause=OuterRef("pk"), person=OuterRef("owner")))
    ).count()
    facts = [
        Fact("学期", plan.term.name),
        Fact("全文", "看全文", url=f"/plans/text/{plan.pk}/"),
        Fact("施行日期", plan.in_force_on or "没有施行"),
        Fact("结束日期", plan.ended_on or "没有结束"),
        Fact("要落实的", f"{rows.count()} 条", url=f"/plans/clauses/?view=all&plan={plan.pk}"),
        Fact("看过了", f"{read} 人，应看 {asked} 人" if asked else "施行后传阅"),
        Fact("签了字", f"{signed} 条"),
    ]
    if queries.sees_drafts(act.by, act.at):
        facts += [
            Fact("对应", f"{queries.undecided(plan).count()} 处待确认", url=f"/plans/bindings/{plan.pk}/"),
            Fact("办理", plan.matter.number, url=f"/matters/{plan.matter.number}/", code=True),
        ]
    return facts


def plan_sections(plan: Plan, act: Act) -> list[Section]:
    tasks = queries.tasks_seen(act.by, act.at).filter(clause__plan=plan, matter__closed_at=None)
    rows = tasks.select_related("matter__holder", "clause").order_by("due_on", "pk")
    lines = [
        {"title": t.matter.title, "url": f"/matters/{t.matter.number}/",
         "notes": [t.clause.path, str(t.due_on)],
         "state": TASK.state(t.matter.state)}
        for t in rows[:8]
    ]  # fmt: skip
    return [Section("没办结的任务", lines, url=f"/plans/tasks/?plan={plan.pk}", more=rows.count())]


def clauses_to_assign(act: Act, plan: Plan | None) -> dict[str, Any]:
    assert plan is not None
    return {
        "under": plan.clauses.order_by("place"), "owner": of_act(act), "checker": of_act(act),
        "from_on__initial": plan.term.starts_on, "to_on__initial": plan.term.ends_on,
    }  # fmt: skip


def signing(act: Act, plan: Plan | None) -> dict[str, Any]:
    return {"signature__signer": act.by.name}


def in_force(plan: Plan) -> bool:
    return plan.matter.state == "in_force"


def is_open(plan: Plan) -> bool:
    return plan.matter.closed_at is None


def has_to_read(act: Act, plan: Plan) -> bool:
    reader = queries.read_by(plan, act.by)
    return reader is not None and not hasattr(reader, "receipt")


def has_to_sign(act: Act, plan: Plan) -> bool:
    return rules.owes_signature(act, plan.matter)


def is_draft(plan: Plan) -> bool:
    return plan.matter.state == "draft"


def bring(plan: Plan, *, note: str = "", act: Act) -> Plan:
    """施行, from its card."""
    actions.bring(plan.matter, note=note, act=act)
    return plan


def share(plan: Plan, *, act: Act, **said: Any) -> Plan:
    """分工, from its card."""
    actions.assign(plan, act=act, **said)
    return plan


def confirm(plan: Plan, *, least: int, act: Act) -> Plan:
    """确认对应, from its card."""
    actions.confirm_sure(plan, least=least, act=act)
    return plan


PLANS = Register(
    key="plans",
    name="工作计划",
    model=Plan,
    icon="list-check",
    rows=lambda person, at: queries.plans_seen(person, at).select_related("matter", "term"),
    columns=(
        Column("计划", "name", on="title"),
        Column("学期", "term__name", sort="term__starts_on", on="place"),
        Column("编号", "matter__number", kind="code", on="note"),
        Column("施行日期", "in_force_on", sort="in_force_on", kind="date", on="due", empty="没有施行"),
        Column("结束日期", "ended_on", kind="date"),
        Column("状态", "matter__state", kind="state", on="state", value=PLAN.state),
    ),
    filters=(Filter("term", "学期", "term", kind="model", choices=the_terms),),
    search=("name",),
    hint="计划的名称",
    slips=(
        CardSlip("bring", "施行", forms.BringForm, bring, OFFICE, "send", when=is_draft,
                 says="发给全体教职工看，各条的责任人签字；条文不能再改，分工还能改"),
        CardSlip("read", "看过了", forms.ReadForm, actions.acknowledge, icon="check", when=in_force,
                 may=has_to_read),
        CardSlip("sign", "签字", forms.SignForm, actions.sign, icon="signature", when=in_force, may=has_to_sign,
                 choices=signing, says="签的是：计划里归我的各条，我负责"),
        CardSlip("assign", "分工", forms.AssignForm, share, OFFICE, "users", when=is_open,
                 choices=clauses_to_assign, says="选一章，它下面的每一条都归这个责任人"),
        CardSlip("sure", "确认对应", forms.SureForm, confirm, OFFICE, "checks", when=is_open,
                 says="把相似度够高的对应一次确认，之后每一处都还能改"),
    ),
    card=Card(plan_facts, state=plan_state, line=plan_line, related=plan_sections),
    empty=Empty("还没有计划", "把这学期的工作计划导进来，每一条就能分到人、查到落实。",
                ({"label": "导入计划", "url": "/plans/import/", "main": True},)),
    opening=Opening("导入计划", "/plans/import/", icon="file-import", duties=OFFICE),
)  # fmt: skip
