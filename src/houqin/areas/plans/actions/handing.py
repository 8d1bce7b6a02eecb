"""移交: a plan, a task or its check goes into another's hands, with the reason."""

from __future__ import annotations

from django.db import transaction

from houqin.kernel.act import Act
from houqin.kernel.errors import Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.flow import Flow
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import has_duty

from .. import queries, rules
from ..flow import PLAN, TASK
from ..models import PlanTask
from . import steps


@transaction.atomic
def hand_over_plan(matter: Matter, *, receiver: Person, note: str, act: Act) -> Event:
    """移交: to another who runs the office, for only he can take its next step."""
    steps.take_up(PLAN, matter, "hand_over", act)
    _refuse(matter, receiver, note, act)
    if not has_duty(receiver, rules.OFFICE, act.day):
        raise Refused(f"{receiver}不在总务处，办不了计划，没有移交。换一个总务处的人。", field="receiver")
    return _hand(PLAN, matter, receiver, note, act)


@transaction.atomic
def hand_over_task(matter: Matter, *, receiver: Person, note: str, act: Act) -> Event:
    """移交: the work to another doer, the check to another checker; no one ever comes to check his own work."""
    steps.take_up(TASK, matter, "hand_over", act)
    task = PlanTask.objects.get(pk=matter.pk)
    _refuse(matter, receiver, note, act)
    if matter.state == "open":
        if receiver.pk == task.checker_id:
            raise Refused(
                f"{receiver}是这件的检查人，不能又办又检查，没有移交。换一个人办。", field="receiver"
            )
        steps.note(task, doer=receiver)
    else:
        if receiver.pk in rules.doers(matter):
            raise Refused(f"{receiver}办过这件，不能检查，没有移交。换一个人检查。", field="receiver")
        steps.note(task, checker=receiver)
    return _hand(TASK, matter, receiver, note, act)


def _refuse(matter: Matter, receiver: Person, note: str, act: Act) -> None:
    steps.want(note, "没有写为什么移交，没有移交。写一句，例如：调到教务处。")
    if receiver.pk == matter.holder_id:
        raise Refused(f"{matter.number} 已经在{receiver}手上，没有移交。换一个人。", field="receiver")
    if not queries.is_here(receiver, act.day):
        raise Refused(f"{receiver}已经离岗，没有移交。换一个人。", field="receiver")
    if has_duty(receiver, rules.READS_ONLY, act.day):
        raise Refused(f"{receiver}只看不办，没有移交。换一个人。", field="receiver")


def _hand(flow: Flow, matter: Matter, receiver: Person, note: str, act: Act) -> Event:
    return matters.move(flow, matter, "hand_over", holder=receiver, note=note, tell=(receiver,), act=act)
