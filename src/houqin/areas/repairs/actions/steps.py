"""What the steps of a repair share: the order of their refusals, and writing the particulars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments.actions import Upload
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Person
from houqin.kernel.terms import clock, lessons
from houqin.kernel.terms import queries as terms

from .. import rules
from ..flow import FLOWS
from ..models import Downtime, Repair

Photos = Sequence[Upload]


def take_up(matter: Matter, key: str, act: Act) -> Repair:
    """Lock the matter and ask its right and state before the step's own rules; the first hand laid on it is
    timed."""
    matter.refresh_from_db(from_queryset=Matter.objects.select_for_update())
    flow = FLOWS[matter.kind]
    step = flow.step(key)
    assert step is not None
    matters.check(flow, matter, step, act)
    repair = Repair.objects.select_related("fault_type", "worker").get(pk=matter.pk)
    if key in rules.FIRST_HANDS and repair.first_minutes is None:
        note(repair, first_minutes=worked(matter.opened_at, act.at))
    return repair


def move(matter: Matter, key: str, *, act: Act, **said: Any) -> Event:
    """One step of the way this matter goes: 报修 or 服务."""
    return matters.move(FLOWS[matter.kind], matter, key, act=act, **said)


def note(repair: Repair, **values: Any) -> None:
    for name, value in values.items():
        setattr(repair, name, value)
    repair.save(update_fields=list(values))


def want(text: str, field: str, sentence: str) -> None:
    if not text.strip():
        raise Refused(sentence, field=field)


def each(do: Callable[..., object], one: Matter | Repair, act: Act) -> bool:
    """One of many; False also for one that somebody moved on meanwhile: the others have their turn."""
    try:
        return bool(do(one, act=act))
    except Overtaken:
        return False


@dataclass(frozen=True)
class Stood:
    """A clock that stood still and runs again: due later by exactly the time of that clock."""

    due_at: datetime
    minutes: int  # of the school's working time, whatever the clock
    said: str
    facts: dict[str, str]

    def of_repair(self, repair: Repair) -> dict[str, Any]:
        return {"fix_due_at": self.due_at, "stopped_minutes": repair.stopped_minutes + self.minutes}


def stood(matter: Matter, act: Act) -> Stood:
    """How long it stood still, before the step that lets it run again."""
    was_due, paused_at = matter.due_at, matter.paused_at or act.at
    due_at = matters.resumed_due(matter, hours=rules.hours(matter.safety), act=act)
    minutes = worked(paused_at, act.at)
    word = FLOWS[matter.kind].state(matter.state).label
    facts = {"paused_at": paused_at.isoformat(), "was_due": was_due.isoformat(), "due_at": due_at.isoformat()}
    return Stood(due_at, minutes, rules.resumed(word, paused_at, minutes, was_due, due_at), facts)


def answer(repair: Repair, act: Act) -> None:
    """Whatever the worker does first on the spot answers the first clock."""
    if repair.responded_at is None:
        note(repair, responded_at=act.at)


def worked(since: datetime, until: datetime) -> int:
    return clock.between(since, until, terms.working_hours())


def back_to(repair: Repair, act: Act) -> Person | None:
    """The same worker, while he may repair; else whoever of his trade takes it."""
    worker = repair.worker
    return worker if worker and rules.able(worker, repair.fault_type, act.day) else None


def worker_of(repair: Repair) -> tuple[Person, ...]:
    return (repair.worker,) if repair.worker else ()


def trade(repair: Repair) -> str:
    """Whose it is when nobody has it by name: the repairers', or those of the duty that a request goes to."""
    return repair.fault_type.duty if repair.fault_type.request else rules.WORKER


def back_in_use(repair: Repair, event: Event, act: Act) -> None:
    """停用课时: the room can be taught in again; what was lost is counted and written once."""
    if repair.down_since is None:
        return
    lost = lessons.between(repair.down_since, act.at)
    entries.write(Downtime, repair=repair, event=event, since=repair.down_since, until=act.at, lessons=lost)
    note(repair, down_since=None)
