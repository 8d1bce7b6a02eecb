"""施行: a plan comes into force, is read by everyone, signed for by its owners, and ends."""

from __future__ import annotations

from django.db import transaction

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices import actions as notices
from houqin.kernel.people import queries as people
from houqin.kernel.signatures import actions as signatures
from houqin.kernel.signatures.actions import Signed

from .. import queries, rules
from ..flow import PLAN
from ..models import ClauseSigned, Plan, Reader, Receipt
from . import steps


@transaction.atomic
def bring(matter: Matter, *, note: str = "", act: Act) -> Event:
    """施行: every clause has its owner, checker and days; then it goes to everyone to read, to the owners to
    sign."""
    plan = _take_up(matter, "bring", act)
    rows = queries.carried_out(plan)
    bare = (
        rows.filter(owner=None)
        | rows.filter(checker=None)
        | rows.filter(from_on=None)
        | rows.filter(to_on=None)
    )
    if lacking := list(bare[:4]):
        said = "、".join(f"“{clause}”" for clause in lacking[:3])
        raise Refused(f"还有 {bare.count()} 条没分工：{said}。没有施行。先把责任人、检查人、起止日期定下来。")
    other = Plan.objects.filter(term=plan.term, ended_on=None).exclude(in_force_on=None).first()
    if other is not None:
        raise Refused(f"{plan.term}已经有“{other}”在施行，没有施行。先结束那一份。")
    event = matters.move(PLAN, matter, "bring", note=note, act=act)
    steps.note(plan, in_force_on=act.day)
    _send(plan, act)
    return event


def _send(plan: Plan, act: Act) -> None:
    readers = [person for person in people.active(act.day).order_by("pk") if rules.is_reader(person, act)]
    entries.write_many([Reader(plan=plan, person=person, at=act.at) for person in readers])
    owners = set(queries.carried_out(plan).values_list("owner", flat=True))
    for person in readers:
        mine = person.pk in owners
        what = "有你的条款，看过签字" if mine else "看一看"
        said, link = steps.outside(plan, "签字" if mine else "施行"), f"/plans/plans/{plan.pk}/"
        notices.post(person, f"{plan}施行了，{what}", outside=said, link=link, act=act)


@transaction.atomic
def drop(matter: Matter, *, note: str, act: Act) -> Event:
    """作废: a draft that is not wanted; it stays to be seen."""
    _take_up(matter, "drop", act)
    steps.want(note, "没有写为什么作废，没有保存。写一句，例如：导入重了。")
    return matters.move(PLAN, matter, "drop", note=note, act=act)


@transaction.atomic
def end(matter: Matter, *, note: str = "", act: Act) -> Event:
    """结束: at the term's end; no task of it may be open."""
    plan = _take_up(matter, "end", act)
    left = Matter.objects.open().filter(plan_task__clause__plan=plan)
    if first := left.order_by("due_at", "pk").first():
        raise Refused(f"还有 {left.count()} 件任务没办结，最早的是 {first}，没有结束。先办完或者取消。")
    event = matters.move(PLAN, matter, "end", note=note, act=act)
    steps.note(plan, ended_on=act.day)
    return event


@transaction.atomic
def acknowledge(plan: Plan, *, act: Act) -> Receipt:
    """看过了: once, by each to whom it was sent."""
    reader = queries.read_by(plan, act.by)
    if reader is None:
        raise NotYours("这份计划没有发给你，不用登记。")
    if hasattr(reader, "receipt"):
        raise Refused("你已经登记看过，没有重复记。")
    return entries.write(Receipt, reader=reader, at=act.at)


@transaction.atomic
def sign(plan: Plan, *, signature: Signed | None = None, act: Act) -> Plan:
    """签字: the owner signs for all clauses that are his; whoever signs has read."""
    matter = plan.matter
    _take_up(matter, "sign", act)
    rows = list(queries.to_sign(plan, act.by))
    event = matters.move(PLAN, matter, "sign", note=f"{len(rows)} 条", facts={"clauses": len(rows)}, act=act)
    says = f"{plan}里归我的 {len(rows)} 条，我负责"
    signatures.sign(event, signature or Signed("login"), says, act=act)
    entries.write_many([ClauseSigned(clause=clause, person=act.by, event=event) for clause in rows])
    reader = queries.read_by(plan, act.by)
    if reader is not None and not hasattr(reader, "receipt"):
        entries.write(Receipt, reader=reader, at=act.at)
    return plan


def _take_up(matter: Matter, key: str, act: Act) -> Plan:
    steps.take_up(PLAN, matter, key, act)
    return Plan.objects.select_related("term", "matter").get(pk=matter.pk)
