"""计划条款: who answers for them, until when, who checks; and entering or changing one by hand or by a sheet."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from houqin.kernel.act import Act
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.notices import actions as notices
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import has_duty

from .. import queries, rules
from ..models import Plan, PlanClause
from . import steps


@transaction.atomic
def assign(
    plan: Plan, *, under: PlanClause | None = None, owner: Person, checker: Person, from_on: date,
    to_on: date, act: Act
) -> int:  # fmt: skip
    """分工: every clause under a heading (or the one clause, or the whole plan) to one owner; answers how
    many."""
    _refuse(plan, owner, checker, from_on, to_on, act)
    chosen = [clause for clause in _below(plan, under) if not clause.heading]
    for clause in chosen:
        audit.change(clause, owner=owner, checker=checker, from_on=from_on, to_on=to_on, act=act)
    owners, checkers = {clause.owner_id for clause in chosen}, {clause.checker_id for clause in chosen}
    _tell(plan, owner if owners - {owner.pk} else None, checker if checkers - {checker.pk} else None, act)
    return len(chosen)


def _below(plan: Plan, under: PlanClause | None) -> list[PlanClause]:
    """A clause with all that hangs under it; none stands before the one above it."""
    every = list(plan.clauses.order_by("place"))
    if under is None:
        return every
    inside = {under.pk}
    for clause in every:
        if clause.parent_id in inside:
            inside.add(clause.pk)
    return [clause for clause in every if clause.pk in inside]


@transaction.atomic
def enter_clause(
    *, code: str, plan: Plan, parent: PlanClause | None, place: int, number: str, text: str, heading: bool,
    owner: Person | None, checker: Person | None, from_on: date | None, to_on: date | None, act: Act,
) -> PlanClause:  # fmt: skip
    """A clause that the reading did not have, into a draft."""
    _refuse(plan, owner, checker, from_on, to_on, act)
    if plan.matter.state != "draft":
        raise Refused(f"“{plan}”已经施行，不能加条款，没有保存。改分工可以。")
    if PlanClause.objects.filter(code=code).exists():
        raise Refused(f"条款代码“{code}”已经有了，没有保存。换一个代码。", field="code")
    if plan.clauses.filter(place=place).exists():
        raise Refused(f"这份计划的第 {place} 条已经有了，没有保存。换一个次序。", field="place")
    if parent is not None and (parent.plan_id != plan.pk or parent.place >= place):
        raise Refused("上级要在同一份计划里，排在前面，没有保存。", field="parent")
    return audit.add(
        PlanClause, code=code, plan=plan, parent=parent, place=place, number=number, text=text,
        heading=bool(heading),
        level=parent.level + 1 if parent else 1, path=f"{parent.path if parent else ''}{number}", owner=owner,
        checker=checker, from_on=from_on, to_on=to_on, act=act,
    )  # fmt: skip


@transaction.atomic
def change_clause(
    clause: PlanClause, *, text: str, heading: bool, owner: Person | None, checker: Person | None,
    from_on: date | None,
    to_on: date | None, act: Act, seen: dict[str, str] | None = None,
) -> PlanClause:  # fmt: skip
    """改条款: in a draft its words too; once it is in force only who and until when."""
    _refuse(clause.plan, owner, checker, from_on, to_on, act)
    running = clause.plan.matter.state != "draft"
    if running and (text != clause.text or bool(heading) != clause.heading):
        raise Refused("施行中的计划不改条文，没有保存。责任人、检查人和期限可以改。", field="text")
    if running and not clause.heading and not (owner and checker and from_on and to_on):
        raise Refused("施行中的条款要有责任人、检查人和起止日期，没有保存。", field="owner")
    changed = audit.change(
        clause, text=text, heading=bool(heading), owner=owner, checker=checker, from_on=from_on, to_on=to_on,
        seen=seen,
        act=act,
    )  # fmt: skip
    if not clause.heading:
        fresh = owner if clause.owner != owner else None
        _tell(clause.plan, fresh, checker if clause.checker != checker else None, act)
    return changed


def _tell(plan: Plan, owner: Person | None, checker: Person | None, act: Act) -> None:
    """A plan in force is shared out anew: its new owner has to sign, its new checker to know. However many
    clauses, by hand or by a sheet, each is told once."""
    if plan.matter.state != "in_force":
        return
    link = f"/plans/plans/{plan.pk}/"
    if owner is not None:
        said, what = f"{plan}有条款改归你", "分工"
        if queries.to_sign(plan, owner).exists():
            said, what = f"{said}，看过签字", "签字"
        notices.post_once(owner, said, outside=steps.outside(plan, what), link=link, act=act)
    if checker is not None:
        said = f"{plan}有条款改由你检查"
        notices.post_once(checker, said, outside=steps.outside(plan, "分工"), link=link, act=act)


def _refuse(
    plan: Plan,
    owner: Person | None,
    checker: Person | None,
    from_on: date | None,
    to_on: date | None,
    act: Act,
) -> None:
    if not has_duty(act.by, rules.OFFICE, act.day):
        raise NotYours("计划条款归总务处管，没有保存。")
    if not plan.matter.is_open:
        raise Refused(f"“{plan}”已经结束，没有保存。")
    if owner is not None and owner == checker:
        raise Refused(f"检查人不能是责任人自己，没有保存。换一个人检查{owner}。", field="checker")
    if from_on and to_on and to_on < from_on:
        raise Refused("完成期限在开始之前，没有保存。改一个日期。", field="to_on")
