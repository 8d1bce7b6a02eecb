"""受理、派工、到场、停表、修好: into whose hands it goes, and what he does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.errors import Refused
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Person
from houqin.kernel.terms import clock
from houqin.kernel.terms import queries as terms

from .. import queries, rules
from ..models import FaultType, PartUsed, Repair
from ..queries import Grading
from ..rules import DISPATCHER, OFFICE, WORKER
from . import steps
from .steps import Photos

Part = dict[str, Any]  # name, unit, quantity_milli, price_fen


@transaction.atomic
def take(matter: Matter, *, fault_type: FaultType, act: Act) -> Event:
    """受理: a visitor's report is true; it goes on as anyone's, under the type the dispatcher chose.

    Another type than the visitor guessed brings its own clocks, from the report; the same one keeps what was
    frozen. A danger that was heard stays one until it is graded otherwise.
    """
    repair = steps.take_up(matter, "take", act)
    anew = None
    if fault_type.pk != repair.fault_type_id:
        anew = _regraded(
            repair, matter, fault_type, urgency=repair.urgency, impact=repair.impact, in_lesson=None
        )
    event = steps.move(
        matter, "take", holder=None, duty=DISPATCHER, facts={"fault_type": fault_type.code}, act=act,
        **(anew.of_matter() if anew else {}),
    )  # fmt: skip
    if anew:
        steps.note(repair, **anew.of_repair())
    worker = queries.worker_for(fault_type, act.day)
    if worker is None:
        return event
    return _give(repair, matter, "dispatch", worker, f"“{fault_type.label}”归{worker}", act)


@transaction.atomic
def decline(matter: Matter, *, note: str, act: Act) -> Event:
    """不受理: a visitor's report that is none, with the reason."""
    steps.take_up(matter, "decline", act)
    steps.want(note, "note", "没有写为什么不受理，没有保存。写明原因，例如：和 BX2026-0012 是同一件。")
    return steps.move(matter, "decline", note=note, act=act)


@transaction.atomic
def dispatch(matter: Matter, *, worker: Person, note: str = "", act: Act) -> Event:
    """派工: to someone who may repair this today."""
    repair = steps.take_up(matter, "dispatch", act)
    return _give(repair, matter, "dispatch", worker, note, act)


@transaction.atomic
def pass_on(matter: Matter, *, worker: Person, note: str, act: Act) -> Event:
    """转派: to another worker, with the reason; counted. A clock that stands still goes on standing still."""
    repair = steps.take_up(matter, "pass_on", act)
    steps.want(note, "note", "没有写为什么转派，没有保存。写一句，例如：要动电，交水电工。")
    if worker.pk == matter.holder_id:
        raise Refused(f"{matter.number} 已经在{worker}手上，没有转派。", field="worker")
    event = _give(repair, matter, "pass_on", worker, note, act)
    steps.note(repair, passed_on=repair.passed_on + 1)
    return event


@transaction.atomic
def grade(
    matter: Matter,
    *,
    fault_type: FaultType,
    service: str,
    urgency: str,
    impact: str,
    note: str = "",
    act: Act,
) -> Event:
    """定级: what it is, whom it serves, how urgent, what it touches; both clocks run anew from the report.

    What was stopped before stays taken out. A room that is said to be usable again stops counting lessons
    here.
    """
    repair = steps.take_up(matter, "grade", act)
    anew = _regraded(
        repair, matter, fault_type, urgency=urgency, impact=impact, service=service,
        in_lesson=repair.in_lesson,
    )  # fmt: skip
    said = anew.of_matter()
    said["note"] += f"：{note}" if note else ""
    event = steps.move(matter, "grade", act=act, **said)
    if rules.stops_lessons(impact, matter.place):
        steps.note(repair, down_since=repair.down_since or act.at)
    else:
        steps.back_in_use(repair, event, act)
    steps.note(repair, **anew.of_repair())
    return event


@dataclass(frozen=True)
class Regraded:
    """What a report is under another type or grade, and both its clocks, run anew from the report."""

    fault_type: FaultType
    grading: Grading
    answer_by: datetime
    due_at: datetime

    def of_matter(self) -> dict[str, Any]:
        said = f"{queries.told(self.grading)}，{self.fault_type.label}"
        return {
            "due_at": self.due_at, "safety": self.grading.safety, "first": self.grading.first, "note": said
        }  # fmt: skip

    def of_repair(self) -> dict[str, Any]:
        found = self.grading
        return {
            "fault_type": self.fault_type, "service": found.service, "urgency": found.urgency,
            "impact": found.impact, "in_lesson": found.in_lesson, "rank": found.rank, "urgent": found.urgent,
            "response_due_at": self.answer_by, "fix_due_at": self.due_at,
        }  # fmt: skip


def _regraded(
    repair: Repair, matter: Matter, fault_type: FaultType, *, urgency: str, impact: str,
    in_lesson: bool | None, service: str = "",
) -> Regraded:  # fmt: skip
    """受理 under another type, 定级: what was stopped before stays taken out."""
    if fault_type.request:
        raise Refused(
            f"“{fault_type.label}”是提出来办的事，不是报修的类别，没有保存。换一个类别。", field="fault_type"
        )
    if fault_type.closed_on and fault_type.pk != repair.fault_type_id:
        raise Refused(f"“{fault_type.label}”已经停用，没有保存。换一个类别。", field="fault_type")
    was = queries.as_graded(repair, matter)
    grading = queries.graded(
        fault_type, matter.place, at=matter.opened_at, detail=repair.detail, urgency=urgency, impact=impact,
        service=service, in_lesson=in_lesson,
    )  # fmt: skip
    _, was_due = queries.clocks(repair.fault_type, was, matter.opened_at)
    answer_by, due_at = queries.clocks(fault_type, grading, matter.opened_at)
    given = repair.assigned_at is not None  # before, nothing can have been stopped
    stopped = clock.between(was_due, repair.fix_due_at, rules.hours(was.safety)) if given else 0
    due_at = clock.after(due_at, stopped, rules.hours(grading.safety)) if stopped else due_at
    return Regraded(fault_type, grading, answer_by, due_at)


def _give(repair: Repair, matter: Matter, step: str, worker: Person, note: str, act: Act) -> Event:
    if not rules.able(worker, repair.fault_type, act.day):
        raise Refused(f"{worker}今天不在维修岗位上，没有派给他。换一个维修人员。", field="worker")
    facts = {"worker": worker.name}
    event = steps.move(matter, step, holder=worker, note=note, facts=facts, tell=(worker,), act=act)
    values: dict[str, Any] = {"worker": worker}
    if repair.assigned_at is None:
        waited = clock.between(matter.opened_at, act.at, terms.working_hours())
        values |= {"assigned_at": act.at, "assign_minutes": waited}
    steps.note(repair, **values)
    return event


@transaction.atomic
def arrive(matter: Matter, *, act: Act) -> Event:
    """到场: the first clock stops; the state stays.
    Once in the same hands, again after it was sent back or passed on."""
    repair = steps.take_up(matter, "arrive", act)
    last = matter.events.filter(step__in=("arrive", "reopen", "pass_on")).order_by("-pk").first()
    if last and last.step == "arrive":
        raise Refused(f"{matter.number} 已经到过场，没有重复记。修好了点“修好”。")
    event = steps.move(matter, "arrive", act=act)
    steps.answer(repair, act)
    return event


@transaction.atomic
def pause(matter: Matter, *, reason: str, note: str = "", act: Act) -> Event:
    """停表: only with a reason; the clock stands still until 复工."""
    repair = steps.take_up(matter, "pause", act)
    word = dict(Repair.PAUSES).get(reason)
    if word is None:
        raise Refused("没有选等什么，没有停表。选等配件、等采购、等外修或等放假。", field="reason")
    said = f"{word}：{note}" if note else word
    event = steps.move(matter, "pause", note=said, facts={"reason": reason}, act=act)
    steps.note(repair, waiting_for=reason)
    steps.answer(repair, act)
    return event


@transaction.atomic
def resume(matter: Matter, *, act: Act) -> Event:
    """复工: due later by exactly the time of its clock that stood still."""
    repair = steps.take_up(matter, "resume", act)
    stood, holder = steps.stood(matter, act), steps.back_to(repair, act)
    event = steps.move(
        matter, "resume", holder=holder, duty="" if holder else WORKER, due_at=stood.due_at, note=stood.said,
        facts=stood.facts, act=act,
    )  # fmt: skip
    steps.note(repair, waiting_for="", **stood.of_repair(repair))
    return event


@transaction.atomic
def finish(
    matter: Matter, *, cause: str, fix: str, parts: Iterable[Part] = (), photos: Photos = (), act: Act
) -> Event:
    """修好: what was wrong, what was done, what it took; whoever reported it is asked to sign."""
    repair = steps.take_up(matter, "finish", act)
    if cause not in dict(Repair.CAUSES):
        raise Refused("没有选什么原因，没有保存。", field="cause")
    steps.want(fix, "fix", "没有写修了什么，没有保存。写一句，例如：换了一根灯管。")
    if repair.fault_type.after_photo and not photos:
        raise Refused(f"“{repair.fault_type.label}”修好要拍照，没有保存。拍一张再交。", field="photos")
    lines = [priced(part) for part in parts]
    total = repair.parts_fen + sum(line["amount_fen"] for line in lines)
    steps.note(repair, cause=cause, parts_fen=total)
    event = _done(repair, matter, "finish", fix, photos, {"cause": cause, "parts_fen": total}, act)
    entries.write_many([PartUsed(repair=repair, event=event, **line) for line in lines])
    return event


@transaction.atomic
def serve(matter: Matter, *, fix: str, photos: Photos = (), act: Act) -> Event:
    """办好: what was asked for is done; whoever asked is asked to say so, and how well."""
    repair = steps.take_up(matter, "serve", act)
    steps.want(fix, "fix", "没有写办了什么，没有保存。写一句，例如：外套已由失主领回。")
    return _done(repair, matter, "serve", fix, photos, {}, act)


def _done(
    repair: Repair, matter: Matter, step: str, fix: str, photos: Photos, facts: dict[str, Any], act: Act
) -> Event:
    """It goes to the signer, with its net time; a room that was out of use is in use again."""
    net = max(0, steps.worked(matter.opened_at, act.at) - repair.stopped_minutes)
    steps.note(repair, worker=act.by, fixed_at=act.at, fix=fix[:200], net_minutes=net)
    steps.answer(repair, act)
    matter.repair = repair
    signer = rules.signer(matter)
    event = steps.move(
        matter, step, holder=signer, duty="" if signer else OFFICE, due_at=queries.sign_by(act.day), note=fix,
        facts=facts | {"net_minutes": net},
        tell=tuple(row.person for row in repair.requesters.select_related("person")), act=act,
    )  # fmt: skip
    steps.back_in_use(repair, event, act)
    attachments.attach(event, photos, "after", act=act)
    return event


def priced(part: Part) -> Part:
    if not part["name"].strip() or part["quantity_milli"] <= 0 or part["price_fen"] < 0:
        raise Refused(f"用料“{part['name']}”的数量要大于 0，单价不能是负数，没有保存。", field="parts")
    return {**part, "amount_fen": rules.amount_fen(part["quantity_milli"], part["price_fen"])}
