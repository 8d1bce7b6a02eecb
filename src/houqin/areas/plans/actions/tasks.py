"""任务: given for a clause, done with evidence, checked by another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.attachments.actions import Upload
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import has_duty

from .. import queries, rules
from ..flow import TASK
from ..models import PlanClause, PlanTask, TaskCheck
from . import steps

LOOK = timedelta(days=3)  # within which the checker looks
Photos = Sequence[Upload]


@transaction.atomic
def give(
    *, clause: PlanClause, title: str, doer: Person, checker: Person, due_on: date, note: str = "", act: Act
) -> PlanTask:
    """派任务: for a clause in force, by the office or by its owner; the checker is another."""
    _refuse_giving(clause, doer, checker, due_on, act)
    matter = matters.open_matter(
        TASK, title=title, state="open", due_at=_evening(due_on), holder=doer, words=f"{clause} {checker}",
        note=note,
        facts={"clause": clause.path, "checker": checker.name}, act=act,
    )  # fmt: skip
    return PlanTask.objects.create(matter=matter, clause=clause, doer=doer, checker=checker, due_on=due_on)


def _refuse_giving(clause: PlanClause, doer: Person, checker: Person, due_on: date, act: Act) -> None:
    if not (has_duty(act.by, rules.OFFICE, act.day) or clause.owner_id == act.by.pk):
        raise NotYours("任务由总务处或者条款的责任人派，没有保存。")
    if clause.plan.matter.state != "in_force" or clause.heading:
        raise Refused(f"“{clause}”现在没有施行，不能派任务，没有保存。", field="clause")
    if doer == checker:
        raise Refused(f"检查人不能是办的人自己，没有保存。换一个人检查{doer}。", field="checker")
    if due_on < act.day:
        raise Refused("完成期限已经过了，没有保存。改一个日期。", field="due_on")


@transaction.atomic
def report(matter: Matter, *, note: str, photos: Photos = (), act: Act) -> Event:
    """办完: what was done and what shows it; then the checker looks within three days. Has he left, the office
    finds another."""
    task = _take_up(matter, "report", act)
    steps.want(note, "没有写办了什么，没有保存。写一句，有照片更好。")
    due_at = act.at + LOOK
    event = matters.move(TASK, matter, "report", due_at=due_at, note=note, act=act, **_to(task.checker, act))
    attachments.attach(event, photos, "after", act=act)
    steps.note(task, done_at=act.at)
    return event


@transaction.atomic
def note(matter: Matter, *, note: str, photos: Photos = (), act: Act) -> Event:
    """记进展: an action on the way."""
    _take_up(matter, "note", act)
    steps.want(note, "没有写进展，没有保存。写一句做到哪里了。")
    event = matters.move(TASK, matter, "note", note=note, act=act)
    attachments.attach(event, photos, "after", act=act)
    return event


@transaction.atomic
def check(matter: Matter, *, note: str = "", act: Act) -> Event:
    """落实: the checker has looked, and it is done."""
    task = _take_up(matter, "check", act)
    event = matters.move(TASK, matter, "check", note=note, tell=(task.doer,), act=act)
    entries.write(TaskCheck, task=task, by=act.by, event=event, carried_out=True, at=act.at)
    steps.note(task, checked_at=act.at)
    return event


@transaction.atomic
def send_back(matter: Matter, *, note: str, act: Act) -> Event:
    """没落实: back to the doer with what is lacking; its due day stays. Has he left, the office finds one."""
    task = _take_up(matter, "send_back", act)
    steps.want(note, "没有写哪里没落实，没有退回。写明缺什么。")
    due_at = _evening(task.due_on)
    event = matters.move(TASK, matter, "send_back", due_at=due_at, note=note, act=act, **_to(task.doer, act))
    entries.write(TaskCheck, task=task, by=act.by, event=event, carried_out=False, at=act.at)
    steps.note(task, done_at=None)
    return event


@transaction.atomic
def cancel(matter: Matter, *, note: str, act: Act) -> Event:
    """取消: by the office, with the reason."""
    task = _take_up(matter, "cancel", act)
    steps.want(note, "没有写为什么取消，没有保存。写一句。")
    return matters.move(TASK, matter, "cancel", note=note, tell=(task.doer,), act=act)


@transaction.atomic
def nudge(matter: Matter, *, note: str = "", act: Act) -> Event:
    """催办: whoever has it in hand is told; nothing else changes."""
    _take_up(matter, "nudge", act)
    told = (matter.holder,) if matter.holder else ()
    return matters.move(TASK, matter, "nudge", note=note, tell=told, act=act)


def _take_up(matter: Matter, key: str, act: Act) -> PlanTask:
    steps.take_up(TASK, matter, key, act)
    return PlanTask.objects.select_related("doer", "checker").get(pk=matter.pk)


def _to(person: Person, act: Act) -> dict[str, Any]:
    """Into his hands, and he is told; of who has left, into the office's."""
    if queries.is_here(person, act.day):
        return {"holder": person, "tell": (person,)}
    return {"holder": None, "duty": rules.OFFICE}


def _evening(on: date) -> datetime:
    """The end of a working day."""
    return datetime.combine(on, time(17, 30), timezone.get_default_timezone())
