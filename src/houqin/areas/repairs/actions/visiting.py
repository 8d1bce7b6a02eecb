"""上门走访: the month's list of rooms, and what was found in each, written down on the spot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.db import transaction

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.places import queries as places
from houqin.kernel.schedule import actions as turns
from houqin.kernel.schedule import queries as schedule
from houqin.kernel.schedule.models import Schedule, Slot

from .. import queries, rules
from ..models import FaultType, PartUsed, Repair, Visit, VisitDue
from . import steps
from .repairing import Part, priced
from .reporting import report_found
from .steps import Photos


def lay_out_round(*, act: Act) -> bool:
    """The round of every month, from its first school day to its last."""
    if Schedule.objects.filter(code=queries.ROUND).exists():
        return False
    audit.add(
        Schedule, code=queries.ROUND, name="上门走访", days="pupil", opens=time(7, 30), closes=time(17, 30),
        duty=rules.WORKER, from_on=act.day.replace(day=1), unit="month", lasts=0, act=act,
    )  # fmt: skip
    return True


def draw_up(act: Act) -> int:
    """应走访: every room in use goes on this month's list, also one that was opened since; answers how many."""
    slot = schedule.slot_on(queries.ROUND, act.day)
    if slot is None or slot.state != Slot.OPEN or slot.closes_at < act.at:
        return 0
    there = set(VisitDue.objects.filter(slot=slot).values_list("place_id", flat=True))
    rooms = [room for room in places.rooms().filter(kind="room") if room.pk not in there]
    return len(entries.write_many([VisitDue(slot=slot, place=room) for room in rooms]))


@transaction.atomic
def visit_fine(due: VisitDue, *, said: str = "", met: Person | None = None, act: Act) -> Visit:
    """走访，无事."""
    _refuse(due, act)
    return _write(due, Visit.FINE, said, met, None, act)


@transaction.atomic
def visit_report(
    due: VisitDue, *, fault_type: FaultType, detail: str, photos: Photos = (), met: Person | None = None,
    act: Act,
) -> Visit:  # fmt: skip
    """走访，转报修: what was seen goes the ordinary way, marked as found on a visit."""
    _refuse(due, act)
    steps.want(detail, "detail", "没有写怎么了，没有保存。写一句，例如：后排灯管不亮。")
    repair = report_found(
        place=due.place, fault_type=fault_type, detail=detail, photos=photos, found="visit", act=act
    )
    return _write(due, Visit.REPORTED, detail, met, repair, act)


@transaction.atomic
def visit_fix(
    due: VisitDue, *, fault_type: FaultType, fix: str, cause: str, parts: Iterable[Part] = (),
    photos: Photos = (), met: Person | None = None, act: Act,
) -> Visit:  # fmt: skip
    """走访，当场修好: a repair that is opened and ended in one breath; nobody asked for it, so nobody signs."""
    _refuse(due, act)
    if cause not in dict(Repair.CAUSES):
        raise Refused("没有选什么原因，没有保存。", field="cause")
    steps.want(fix, "fix", "没有写修了什么，没有保存。写一句，例如：紧了门锁的螺丝。")
    if fault_type.after_photo and not photos:
        raise Refused(f"“{fault_type.label}”修好要拍照，没有保存。拍一张再交。", field="photos")
    repair = report_found(
        place=due.place, fault_type=fault_type, detail=fix, found="visit", worker=act.by, act=act
    )
    _fix(repair, fix, cause, [priced(part) for part in parts], photos, act)
    return _write(due, Visit.FIXED, fix, met, repair, act)


def _fix(repair: Repair, fix: str, cause: str, lines: list[Part], photos: Photos, act: Act) -> None:
    matter = Matter.objects.get(pk=repair.pk)
    steps.take_up(matter, "fix_on_spot", act)
    total = sum(line["amount_fen"] for line in lines)
    done: dict[str, Any] = {"worker": act.by, "fixed_at": act.at, "fix": fix[:200], "net_minutes": 0}
    steps.note(repair, **done, cause=cause, parts_fen=total, responded_at=act.at)
    facts = {"cause": cause, "parts_fen": total, "net_minutes": 0}
    event = steps.move(matter, "fix_on_spot", note=fix, facts=facts, act=act)
    attachments.attach(event, photos, "after", act=act)
    entries.write_many([PartUsed(repair=repair, event=event, **line) for line in lines])


def _refuse(due: VisitDue, act: Act) -> None:
    """By who walks the round, and within its month: what was not walked to stays so."""
    if not rules.walks(act):
        raise NotYours("走访归维修人员和总务处记，没有保存。")
    if not due.slot.opens_at <= act.at <= due.slot.closes_at:
        raise Overtaken(
            f"{due.place}是 {due.slot.on.month} 月的名单，这个月已经过了，没有保存。漏了的不能补。"
        )
    if due.place.closed_on:
        raise Refused(f"“{due.place}”已经停用，没有保存。")


def _write(
    due: VisitDue, found: str, said: str, met: Person | None, repair: Repair | None, act: Act
) -> Visit:
    slot = Slot.objects.select_for_update().get(pk=due.slot_id)  # of two last rooms one comes after the other
    visit = entries.write(
        Visit, due=due, by=act.by, at=act.at, met=met, found=found, said=said[:200], repair=repair
    )
    if slot.state == Slot.OPEN and not queries.left(slot).exists():
        turns.finish_slot(slot, act=act)
    return visit
