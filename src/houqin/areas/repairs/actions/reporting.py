"""报修: how a repair opens, and who else waits for it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.school import figures
from houqin.kernel.terms import clock

from .. import queries, rules
from ..flow import REPAIR
from ..models import FaultType, Repair, Requester
from ..rules import DISPATCHER
from . import steps
from .steps import Photos


@transaction.atomic
def report(
    *, place: Place, fault_type: FaultType, detail: str = "", photos: Photos = (),
    affects_lesson: bool = False, act: Act,
) -> Repair:  # fmt: skip
    """报修: straight into the hands of the type's worker if he is on duty today, else the dispatcher's."""
    if not rules.acts(act):
        raise NotYours("这个账号只看不办，没有报上。要报修，打总务处电话。")
    worker = queries.worker_for(fault_type, act.day)
    return _open(
        place, fault_type, detail, photos, affects_lesson, "assigned" if worker else "reported", worker, act
    )


@transaction.atomic
def report_unlogged(
    *, place: Place, fault_type: FaultType, detail: str = "", photos: Photos = (), name: str = "",
    phone: str = "", act: Act,
) -> Repair:  # fmt: skip
    """访客报修: waits for 受理; name and phone are kept for a time and then erased, the event keeps their hash."""
    if not detail.strip():
        raise Refused("没有写怎么了，没有报上。写一句，例如：灯管不亮。", field="detail")
    repair = _open(
        place, fault_type, detail, photos, False, "unverified", None, act, told={"name": name, "phone": phone}
    )
    days = figures.value("repairs.visitor_days")
    for field, value in (("name", name), ("phone", phone)):
        people.keep_detail(repair, field, value[:60], days=days, act=act)
    return repair


def _open(
    place: Place, fault_type: FaultType, detail: str, photos: Photos, affects_lesson: bool, state: str,
    worker: Person | None, act: Act, *, told: dict[str, str] | None = None,
) -> Repair:  # fmt: skip
    if place.closed_on or fault_type.closed_on:
        raise Refused(f"“{place if place.closed_on else fault_type}”已经停用，没有报上。换一个再报。")
    danger = rules.tells_of_danger(fault_type, detail)
    safety, urgent = fault_type.safety or danger, affects_lesson or danger
    answer, fix = rules.minutes(fault_type, urgent=urgent)
    hours = rules.hours(safety)
    due_at = clock.after(act.at, fix, hours)
    matter = matters.open_matter(
        REPAIR, title=rules.title_of(place.name, fault_type, detail), state=state, due_at=due_at, place=place,
        holder=worker, duty="" if worker else DISPATCHER, safety=safety,
        words=_words(fault_type, detail, act), note=detail, facts=_opened(fault_type, worker, told), act=act,
    )  # fmt: skip
    repair = Repair.objects.create(
        matter=matter, fault_type=fault_type, detail=detail[:200], urgent=urgent,
        affects_lesson=affects_lesson, by_visitor=told is not None,
        code=queries.look_up_code(matter.number) if told is not None else "",
        response_due_at=clock.after(act.at, answer, hours), fix_due_at=due_at, worker=worker,
        assigned_at=act.at if worker else None, assign_minutes=0 if worker else None,
    )  # fmt: skip
    attachments.attach(matter.opened, photos, "before", act=act)
    return repair


def _words(fault_type: FaultType, detail: str, act: Act) -> str:
    return f"{fault_type.name} {detail} {act.by.name} {act.by.initials}"


def _opened(fault_type: FaultType, worker: Person | None, told: dict[str, str] | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"fault_type": fault_type.code}
    if worker:
        facts["worker"] = worker.name
    for field, value in (told or {}).items():
        if value:
            facts[f"{field}_hash"] = entries.keyed_hash(value)
    return facts


@transaction.atomic
def join(matter: Matter, *, act: Act) -> Event:
    """我也遇到: one more who waits for it, and is told when it is fixed."""
    repair = steps.take_up(matter, "join", act)
    if repair.requesters.filter(person=act.by).exists():
        raise Refused(f"你已经说过也遇到 {matter.number}，没有重复记。")
    event = matters.move(REPAIR, matter, "join", act=act)
    entries.write(Requester, repair=repair, person=act.by, event=event)
    return event
