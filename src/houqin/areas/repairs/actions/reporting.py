"""报修: how a repair opens, and who else waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.flow import Flow
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.school import figures

from .. import queries, rules
from ..flow import REPAIR, SERVICE
from ..models import FaultType, PaperSlip, Repair, Requester
from ..queries import Grading
from ..rules import DISPATCHER
from . import steps
from .steps import Photos


@transaction.atomic
def report(
    *, place: Place, fault_type: FaultType, detail: str = "", photos: Photos = (), impact: str = "none",
    urgency: str = "plain", service: str = "", act: Act,
) -> Repair:  # fmt: skip
    """报修: straight into the hands of the fault type's worker if he is on duty today, else the
    dispatcher's."""
    _refuse_who_only_reads(act)
    grading = queries.graded(
        fault_type, place, at=act.at, detail=detail, urgency=urgency, impact=impact, service=service
    )
    return _open(place, fault_type, detail, photos, grading, act)


@transaction.atomic
def ask(
    *, fault_type: FaultType, place: Place, detail: str, photos: Photos = (), act: Act
) -> Repair:  # fmt: skip
    """生活服务: something asked for, nothing broken; to whoever it is given to by name or by duty."""
    _refuse_who_only_reads(act)
    steps.want(detail, "detail", "没有写要办什么，没有提交。写一句，例如：操场捡到一件红色外套。")
    grading = queries.graded(fault_type, place, at=act.at, detail=detail, in_lesson=False)
    return _open(place, fault_type, detail, photos, grading, act, flow=SERVICE)


def report_found(
    *, place: Place, fault_type: FaultType, detail: str, photos: Photos = (), found: str,
    worker: Person | None = None, act: Act,
) -> Repair:  # fmt: skip
    """报修 of what was found on a round, by who found it; `worker` keeps it in his own hands."""
    grading = queries.graded(fault_type, place, at=act.at, detail=detail)
    return _open(place, fault_type, detail, photos, grading, act, found=found, worker=worker)


def _refuse_who_only_reads(act: Act) -> None:
    if not rules.acts(act):
        raise NotYours("这个账号只看不办，没有报上。要报修，打总务处电话。")


@transaction.atomic
def report_unlogged(
    *, place: Place, fault_type: FaultType, detail: str = "", photos: Photos = (), name: str = "",
    phone: str = "", act: Act,
) -> Repair:  # fmt: skip
    """访客报修: waits for 受理; name and phone are kept for a time and then erased, the event keeps their hash."""
    if not detail.strip():
        raise Refused("没有写怎么了，没有报上。写一句，例如：灯管不亮。", field="detail")
    grading = queries.graded(fault_type, place, at=act.at, detail=detail)
    told = {"name": name, "phone": phone}
    repair = _open(place, fault_type, detail, photos, grading, act, told=told)
    days = figures.value("repairs.visitor_days")
    for field, value in told.items():
        people.keep_detail(repair, field, value[:60], days=days, act=act)
    return repair


def _open(
    place: Place, fault_type: FaultType, detail: str, photos: Photos, grading: Grading, act: Act, *,
    flow: Flow = REPAIR, told: dict[str, str] | None = None, asker: Person | None = None,
    found: str = "", worker: Person | None = None,
) -> Repair:  # fmt: skip
    if place.closed_on or fault_type.closed_on:
        raise Refused(f"“{place if place.closed_on else fault_type}”已经停用，没有报上。换一个再报。")
    if fault_type.request != (flow is SERVICE):
        way = "“生活服务”里提" if fault_type.request else "“报修”里报"
        raise Refused(f"“{fault_type.label}”要到{way}，没有报上。", field="fault_type")
    if told is None:
        worker = worker or queries.worker_for(fault_type, act.day)
    state = "unverified" if told is not None else "assigned" if worker else "reported"
    answer_by, due_at = queries.clocks(fault_type, grading, act.at)
    matter = matters.open_matter(
        flow, title=rules.title_of(place.name, fault_type, detail), state=state, due_at=due_at, place=place,
        holder=worker, duty="" if worker else DISPATCHER, safety=grading.safety, first=grading.first,
        words=_words(fault_type, detail, asker or act.by), note=detail,
        facts=_opened(fault_type, worker, told),
        opened_by=asker, act=act,
    )  # fmt: skip
    repair = Repair.objects.create(
        matter=matter, fault_type=fault_type, detail=detail[:200], service=grading.service,
        urgency=grading.urgency,
        impact=grading.impact, in_lesson=grading.in_lesson, rank=grading.rank, urgent=grading.urgent,
        down_since=act.at if rules.stops_lessons(grading.impact, place) else None,
        received_on=queries.received_on(act.at), found=found or rules.found_by(act, asker or act.by),
        by_visitor=told is not None, code=queries.look_up_code(matter.number) if told is not None else "",
        response_due_at=answer_by, fix_due_at=due_at, worker=worker, assigned_at=act.at if worker else None,
        assign_minutes=0 if worker else None,
    )  # fmt: skip
    attachments.attach(matter.opened, photos, "before", act=act)
    return repair


def _words(fault_type: FaultType, detail: str, asker: Person) -> str:
    return f"{fault_type.name} {detail} {asker.name} {asker.initials}"


def _opened(fault_type: FaultType, worker: Person | None, told: dict[str, str] | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"fault_type": fault_type.code}
    if worker:
        facts["worker"] = worker.name
    for field, value in (told or {}).items():
        if value:
            facts[f"{field}_hash"] = entries.keyed_hash(value)
    return facts


# ── on paper and by telephone ───────────────────────────────────────────────────────────────────────────


def note_slip(
    *, way: str, asker: Person, place: Place, said: str, received_at: datetime, act: Act
) -> PaperSlip:
    """登记: a slip or a call reached the office; until a repair is opened for it, it counts as lost."""
    if received_at > act.at:
        raise Refused("收到的时间还没到，没有保存。", field="received_at")
    return audit.add(
        PaperSlip,
        way=way,
        asker=asker,
        place=place,
        said=said,
        received_at=received_at,
        noted_by=act.by,
        act=act,
    )


@transaction.atomic
def enter_slip(
    slip: PaperSlip, *, fault_type: FaultType, impact: str = "none", urgency: str = "plain", act: Act
) -> Repair:
    """录成报修: opened for whoever asked, who then signs it as his own; a slip becomes one repair."""
    slip.refresh_from_db(from_queryset=PaperSlip.objects.select_for_update())
    if slip.repair_id:
        raise Overtaken("这张单已经录过报修，没有重复录。")
    grading = queries.graded(
        fault_type, slip.place, at=act.at, detail=slip.said, urgency=urgency, impact=impact, in_lesson=False
    )
    repair = _open(slip.place, fault_type, slip.said, (), grading, act, asker=slip.asker)
    audit.change(slip, repair=repair, act=act)
    return repair


@transaction.atomic
def join(matter: Matter, *, act: Act) -> Event:
    """我也遇到: one more who waits for it, and is told when it is fixed."""
    repair = steps.take_up(matter, "join", act)
    if repair.requesters.filter(person=act.by).exists():
        raise Refused(f"你已经说过也遇到 {matter.number}，没有重复记。")
    event = steps.move(matter, "join", act=act)
    entries.write(Requester, repair=repair, person=act.by, event=event)
    return event
