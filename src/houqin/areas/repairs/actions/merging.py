"""并入: two reports of one fault become one; who waited for the one waits for the other."""

from __future__ import annotations

from django.db import transaction

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices import actions as notices
from houqin.kernel.people.models import Person

from .. import queries, rules
from ..flow import REPAIR, UNFIXED
from ..models import Repair, Requester
from . import steps


@transaction.atomic
def merge(
    matter: Matter, *, into: Matter | None = None, number: str = "", note: str = "", act: Act
) -> Event:  # fmt: skip
    """并入: this report is of the same fault as another open one, by choice or by number, and ends here.

    It is neither repaired nor late: it counts as withdrawn. Its opener and those who met it wait for the
    other one, as if they had said 我也遇到 there, and are told. Its photos stay where they are.
    """
    other = queries.numbered(number, act) if number.strip() else into
    both = [matter.pk, *([other.pk] if other else [])]
    # in one order, whoever begins
    list(Matter.objects.select_for_update().filter(pk__in=both).order_by("pk"))
    repair = steps.take_up(matter, "merge", act)
    if other is None:
        said = f"没有 {number.strip()[:24]} 这件报修，或者不归你看" if number.strip() else "没有选并入哪一件"
        raise Refused(f"{said}，没有保存。选一件，或者写对编号。", field="number")
    other.refresh_from_db()
    _refuse(matter, repair, other, act)
    said = f"和 {other.number} 是同一件" + (f"：{note}" if note.strip() else "")
    event = steps.move(matter, "merge", note=said, facts={"into": other.number}, act=act)
    matters.wait_for(matter, other, note="并入的同一件", act=act)
    _one_downtime(repair, matter, other, event, act)
    _carry(repair, matter, other, act)
    return event


def _refuse(matter: Matter, repair: Repair, other: Matter, act: Act) -> None:
    if other.pk == matter.pk:
        raise Refused("不能并入它自己，没有保存。换一件。", field="number")
    if other.state == "merged":
        first = queries.merged_into(other)
        where = f"已经并入 {first.number}" if first else "已经并入别的"
        raise Refused(f"{other.number} {where}，没有保存。并入那一件。", field="number")
    if other.state not in UNFIXED:
        label = REPAIR.state(other.state).label
        raise Refused(f"{other.number} 现在是“{label}”，不能并入，没有保存。换一件没修好的。", field="number")
    if not rules.in_hand_or_dispatcher(act, other):
        raise NotYours(f"{other.number} {matters.whose(other)}，不归你并，没有保存。请派工人来并。")
    if queries.has_merged(matter):
        raise Refused(
            f"别的报修已经并入 {matter.number}，没有保存。反过来，把 {other.number} 并入这一件。",
            field="number",
        )
    late = matter.paused_at is None and repair.fix_due_at < act.at
    if late and repair.fix_due_at < other.repair.fix_due_at:
        raise Refused(
            f"{matter.number} 已经过了时限，并了就看不出晚了，没有保存。反过来，把 {other.number} 并入这一件。",
            field="number",
        )
    if repair.parts_fen or repair.contractor_fen:
        raise Refused(
            f"{matter.number} 已经花了钱，并了就不算进统计，没有保存。反过来，把 {other.number} 并入这一件。",
            field="number",
        )


def _one_downtime(repair: Repair, matter: Matter, other: Matter, event: Event, act: Act) -> None:
    """停用课时: of one room it is counted once, from the earlier report on until the other one is repaired;
    of another room it is counted up to here."""
    if repair.down_since is None or matter.place_id != other.place_id:
        return steps.back_in_use(repair, event, act)
    stays = Repair.objects.get(pk=other.pk)
    steps.note(stays, down_since=min(repair.down_since, stays.down_since or repair.down_since))
    return steps.note(repair, down_since=None)


def _carry(repair: Repair, matter: Matter, other: Matter, act: Act) -> None:
    """Who waited for this one waits for the other, each by an event of his own; they and the worker are
    told."""
    waited = [matter.opened_by, *(row.person for row in repair.requesters.select_related("person"))]
    there = set(Requester.objects.filter(repair=other.pk).values_list("person", flat=True))
    for person in _here(waited):
        if person.pk not in there and person.pk != other.opened_by_id:
            event = steps.move(other, "join", note=f"报过 {matter.number}", act=act.on_behalf(person))
            entries.write(Requester, repair_id=other.pk, person=person, event=event)
    for person in _here([*waited, *steps.worker_of(repair)]):
        if person.pk != act.by.pk:
            notices.post(
                person, f"并入 {other.number}：{matter.title}", outside=f"{matter.number} 并入 {other.number}",
                matter=matter, act=act,
            )  # fmt: skip


def _here(people: list[Person]) -> list[Person]:
    """Each once; not 访客, who has no login, nor who has left."""
    found = {person.pk: person for person in people if not person.built_in and person.left_on is None}
    return list(found.values())
