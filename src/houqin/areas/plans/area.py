"""计划: the contents page of the area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Alert, Area, Fact, FirstStep, Invariant, Morning, Page, Slip
from houqin.kernel.matters.models import Matter
from houqin.kernel.people import queries as people
from houqin.kernel.people.queries import duty_codes

from . import actions, forms, indicators, queries, registers, rules, views
from .flow import PLAN, TASK
from .models import Plan

PLAN_KIND, TASK_KIND = PLAN.kind, TASK.kind


def giving(act: Act, matter: Matter | None) -> dict[str, Any]:
    """The clauses in force that are one's own, or all of them for the office."""
    staff = people.active(act.day).order_by("name", "pk")
    clauses = queries.clauses_of(act.by, act.at).filter(heading=False, plan__matter__state="in_force")
    if rules.OFFICE not in duty_codes(act.by, act.day):
        clauses = clauses.filter(owner=act.by)
    return {"clause": clauses.order_by("place"), "doer": staff, "checker": staff}


def taking(act: Act, matter: Matter | None) -> dict[str, Any]:
    """Who may be handed it today."""
    assert matter is not None
    label = {"receiver__label": "移交给谁检查"} if matter.state == "done" else {}
    return {"receiver": queries.takers(matter, act.day), **label}


def plan_facts(matter: Matter, act: Act) -> list[Fact]:
    plan = matter.plan
    return [
        Fact("计划", plan.name, url=f"/plans/plans/{plan.pk}/"),
        Fact("学期", plan.term.name),
        Fact("全文", "看全文", url=f"/plans/text/{plan.pk}/"),
        Fact(
            "要落实的",
            f"{queries.carried_out(plan).count()} 条",
            url=f"/plans/clauses/?view=all&plan={plan.pk}",
        ),
        Fact("施行日期", plan.in_force_on or "没有施行"),
    ]


def task_facts(matter: Matter, act: Act) -> list[Fact]:
    task = matter.plan_task
    return [
        Fact("条款", str(task.clause), url=f"/plans/clauses/{task.clause_id}/", whole=True),
        Fact("谁办", task.doer),
        Fact("谁检查", task.checker),
        Fact("完成期限", wording.paper_day(task.due_on)),
    ]


def says_done(act: Act, matter: Matter | None) -> str:
    assert matter is not None
    checker = matter.plan_task.checker
    if not queries.is_here(checker, act.day):
        return f"{checker}已经离岗，交总务处另定检查人"
    return f"交{checker}检查，3 天内去看"


def says_plan_handed(act: Act, matter: Matter | None) -> str:
    return "计划、分工、签过的字都不变，以后由他结束"


def says_handed(act: Act, matter: Matter | None) -> str:
    assert matter is not None
    task = matter.plan_task
    if matter.state == "done":
        return f"以后由他检查{task.doer}办的这件，期限不变"
    return f"以后由他办，还由{task.checker}检查，期限不变"


def says_brought(act: Act, matter: Matter | None) -> str:
    return "发给全体教职工看\n发给各条的责任人签字\n条文不能再改，分工还能改"


def alerts(morning: Morning) -> Iterator[Alert]:
    """逾期任务: for the office and the overseers; what is to be read and signed: for whom it was sent to."""
    if morning.duties & {"office", "overseer"}:
        many, note = morning.late(TASK_KIND)
        url = "/plans/tasks/?view=late"
        yield Alert(many, "red", "clock-exclamation", "逾期", "计划任务过了期限", note, "看", url)
    for key, name, unread, owed in queries.waiting(morning.person):
        text, card = f"/plans/text/{key}/", f"/plans/plans/{key}/"
        if unread:
            yield Alert(1, "amber", "eye", "没看", "工作计划还没看", name, "看", text)
        if owed:
            yield Alert(owed, "amber", "signature", "没签字", "计划条款等你签字", name, "签字", card)


def first_steps(act: Act) -> Iterator[FirstStep]:
    """导入学期计划: until there is one."""
    lacking, there = "还没有计划，条款落实没有东西可看", Exists(Plan.objects.order_by())
    yield FirstStep(75, "导入学期计划", lacking, "/plans/import/", "clipboard-list", there, ("office",))


AREA = Area(
    key="plans",
    name="计划",
    icon="clipboard-list",
    group="事",
    flows=(PLAN, TASK),
    registers=registers.REGISTERS,
    slips={
        (PLAN_KIND, "bring"): Slip(forms.BringForm, actions.bring, says=says_brought),
        (PLAN_KIND, "drop"): Slip(forms.WhyForm, actions.drop),
        (PLAN_KIND, "hand_over"): Slip(forms.HandOverForm, actions.hand_over_plan, taking, says_plan_handed),
        (PLAN_KIND, "end"): Slip(forms.EndForm, actions.end),
        (TASK_KIND, "open"): Slip(forms.TaskForm, actions.give, giving, may=rules.gives),
        (TASK_KIND, "report"): Slip(forms.ReportForm, actions.report, says=says_done),
        (TASK_KIND, "note"): Slip(forms.ProgressForm, actions.note),
        (TASK_KIND, "check"): Slip(forms.CheckForm, actions.check),
        (TASK_KIND, "send_back"): Slip(forms.BackForm, actions.send_back),
        (TASK_KIND, "cancel"): Slip(forms.WhyForm, actions.cancel),
        (TASK_KIND, "hand_over"): Slip(forms.HandOverForm, actions.hand_over_task, taking, says_handed),
        (TASK_KIND, "nudge"): Slip(forms.NudgeForm, actions.nudge),
    },
    particulars={PLAN_KIND: plan_facts, TASK_KIND: task_facts},
    pages=(
        Page("clauses/", "clauses", views.listing, label="条款落实", icon="list-check", duties=rules.SEE,
             at_root=True),
        Page("clauses/<str:code>/", "clause", views.detail, at_root=True),
        Page("clauses/<str:code>/<str:indicator>/<str:side>/<str:first>/<str:last>/<int:person>/<int:place>/",
             "clause-rows", views.rows, at_root=True),
        Page("import/", "import", views.start),
        Page("import/save/", "save", views.save),
        Page("text/<int:key>/", "text", views.text),
        Page("bindings/<int:key>/", "bindings", views.bindings),
    ),
    alerts=alerts,
    first_steps=first_steps,
    holdings=queries.held,
    starts_with=actions.lay_out,
    indicators=indicators.INDICATORS,
    invariants=(
        Invariant("plans.P1", "条款目录和原来带的一字不差", queries.catalogue_is_whole),
        Invariant("plans.P2", "计划条款的上级在同一份计划里，排在前面", queries.trees_hold),
        Invariant("plans.P3", "施行中的条款都有责任人，由别人检查", queries.in_force_is_owned),
        Invariant("plans.P4", "落实的任务都由办的人以外的人检查过", queries.checked_by_another),
        Invariant("plans.P5", "条款对应由人确认，不挂在标题上", queries.bound_by_someone),
        Invariant("plans.P6", "任务在办的人或者检查人手上", queries.in_right_hands),
    ),
)  # fmt: skip
