"""Opening, moving and linking matters: the only door through which a state changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from .. import entries
from ..act import Act
from ..errors import NotYours, Overtaken, Refused
from ..notices import actions as notices
from ..numbering import actions as numbering
from ..people.models import Person
from ..people.queries import has_duty, holders
from ..places.models import Place
from ..search import actions as search
from ..terms import clock
from ..terms.clock import Hours
from .flow import Flow, Step
from .models import DECIDES, Event, Link, Matter

STAYS: Any = object()  # `holder` as it is
MOVED = ("state", "holder", "duty", "due_at", "safety", "first", "paused_at", "closed_at", "escalated_at")
MOST_TOLD = 30  # of those who have a duty, the A角 first: one that a whole staff has is no reason to tell it


def open_matter(
    flow: Flow, *, title: str, state: str, due_at: datetime, act: Act, place: Place | None = None,
    holder: Person | None = None, duty: str = "", safety: bool = False, first: bool = False, words: str = "",
    note: str = "", facts: dict[str, Any] | None = None, opened_by: Person | None = None,
) -> Matter:  # fmt: skip
    """Open a matter: number, first event, notice to whoever has it in hand, by name or by duty.

    `words` is what else finds it; `opened_by` is who asks, where another types it in for him; `first` goes
    before
    everything else in its holder's hands.
    """
    year = timezone.localtime(act.at).year
    with transaction.atomic():
        serial = numbering.take(flow.prefix, year)
        matter = Matter.objects.create(
            number=numbering.written(flow.prefix, year, serial), prefix=flow.prefix, year=year, serial=serial,
            kind=flow.kind, title=title[:120], place=place, state=state, opened_by=opened_by or act.by,
            opened_at=act.at, holder=holder, duty="" if holder else duty, due_at=due_at, safety=safety,
            first=first,
        )  # fmt: skip
        matter.opened = _record(matter, "open", "", act, note, facts)  # the event, for photos and signatures
        search.feed("kernel.matter", matter.pk, str(matter), f"{matter.found_by} {words}", act.at)
        notices.post_all(
            [holder] if holder else _with_duty(matter, act), f"{flow.name}：{matter.title}",
            outside=f"{flow.name} {matter.number}", matter=matter, act=act,
        )  # fmt: skip
    return matter


def move(
    flow: Flow, matter: Matter, key: str, *, act: Act, holder: Person | None = STAYS, duty: str = "",
    due_at: datetime | None = None, safety: bool | None = None, first: bool | None = None, note: str = "",
    facts: dict[str, Any] | None = None, tell: tuple[Person, ...] = (),
) -> Event:  # fmt: skip
    """Take one step.

    Locks the matter, checks right (`NotYours`) and state (`Overtaken`), writes state, holder, event and
    notices in one transaction, and brings `matter` up to date. Told are those of `tell`, and in whose hands
    it comes: by name, or those who have its duty, if it did not stand with that duty before. A step into a
    state that stops the clock pauses the matter; the areas move `due_at` on when it starts again
    (`resumed_due`).
    """
    step = flow.step(key)
    if step is None:
        raise Refused(f"“{flow.name}”没有“{key}”这一步，没有保存。")
    with transaction.atomic():
        _lock(matter)
        check(flow, matter, step, act)
        was, stood = matter.state, (matter.holder_id, matter.duty)
        _set_state(flow, matter, step, act)
        if holder is not STAYS and matter.is_open:
            matter.holder, matter.duty = holder, "" if holder else duty
        if due_at is not None:
            matter.due_at, matter.escalated_at = due_at, None
        matter.safety = matter.safety if safety is None else safety
        matter.first = matter.first if first is None else first
        matter.save(update_fields=MOVED)
        event = _record(matter, key, was, act, note, facts)
        _tell(flow, step, matter, act, [*tell, *_comes_to(step, matter, stood, act)])
    return event


def check(flow: Flow, matter: Matter, step: Step, act: Act) -> None:
    """The refusals of a step, in their order: not yours, then no longer where it begins.

    Who held it until the last step and comes second hears that he is late, not that it is not his (A80).
    """
    here = matter.state in step.start
    if not step.may(act, matter) and (here or not _had_it(matter, act)):
        raise NotYours(f"“{step.label}”不归你办，没有保存。{matter.number} {whose(matter)}。")
    if not here:
        label = flow.state(matter.state).label
        raise Overtaken(f"{matter.number} 现在是“{label}”，不能{step.label}，没有保存。看一下最新的经过。")


def _had_it(matter: Matter, act: Act) -> bool:
    """In whose hands it was just before the last step."""
    before = matter.events.order_by("-pk")[1:2].first()
    if before is None:
        return False
    if before.to_holder_id is not None:
        return before.to_holder_id == act.by.pk
    return before.to_duty != "" and has_duty(act.by, before.to_duty, act.day)


def whose(matter: Matter) -> str:
    """In whose hands it is, as a clause of a sentence."""
    if not matter.is_open:
        return "已经办结"
    return f"现在在{matter.holder}手上" if matter.holder else "现在等人接办"


def _lock(matter: Matter) -> None:
    """Bring the matter up to date under a row lock
    (PostgreSQL; on SQLite the transaction itself is the lock)."""
    matter.refresh_from_db(from_queryset=Matter.objects.select_for_update())


def _set_state(flow: Flow, matter: Matter, step: Step, act: Act) -> None:
    state = flow.state(step.end or matter.state)
    matter.state = state.key
    if state.end:
        matter.closed_at = matter.closed_at or act.at
        matter.holder, matter.duty, matter.paused_at = None, "", None
    elif state.stops_clock:
        matter.paused_at = matter.paused_at or act.at
    else:
        matter.paused_at = None


def _record(matter: Matter, step: str, was: str, act: Act, note: str, facts: dict[str, Any] | None) -> Event:
    return entries.write(
        Event, matter=matter, step=step, from_state=was, to_state=matter.state, by=act.by,
        on_behalf_of=act.for_, to_holder=matter.holder, to_duty=matter.duty, at=act.at,
        happened_at=act.happened_at, via=act.via, op=act.op, note=note[:500], facts=facts or {},
    )  # fmt: skip


def _comes_to(step: Step, matter: Matter, stood: tuple[int | None, str], act: Act) -> list[Person]:
    """Into whose hands the step brought it."""
    if matter.holder:
        return [matter.holder] if step.end else []
    return [] if (matter.holder_id, matter.duty) == stood else _with_duty(matter, act)


def _with_duty(matter: Matter, act: Act) -> list[Person]:
    """Those it stands with while nobody has it by name. A decision is in the hands of its candidates, whom
    the area names; its duty alone puts it in nobody's."""
    if matter.duty == "" or matter.duty.startswith(DECIDES):
        return []
    return list(holders(matter.duty, act.day)[:MOST_TOLD])


def _tell(flow: Flow, step: Step, matter: Matter, act: Act, people: list[Person]) -> None:
    """Each once."""
    said = f"{flow.name} {matter.number} {step.label}"
    notices.post_all(
        {person.pk: person for person in people}.values(), f"{step.label}：{matter.title}", outside=said,
        matter=matter, act=act,
    )  # fmt: skip


def resumed_due(matter: Matter, *, hours: Hours, act: Act) -> datetime:
    """The due time after a pause: moved on by exactly the working time that was paused, never less."""
    if matter.paused_at is None:
        return matter.due_at
    paused = clock.between(matter.paused_at, act.at, hours)
    if matter.due_at <= matter.paused_at:
        return matter.due_at + timedelta(minutes=paused)
    return clock.after(matter.due_at, paused, hours) if paused else matter.due_at


def escalate(matter: Matter, *, to: list[Person], act: Act) -> Event | None:
    """督办: an overdue matter is brought before those who oversee it; once per due time.

    None if it was closed, paused, put off or brought before them meanwhile.
    """
    with transaction.atomic():
        _lock(matter)
        if not Matter.objects.overdue(act.at).filter(pk=matter.pk, escalated_at=None).exists():
            return None
        matter.escalated_at = act.at
        matter.save(update_fields=["escalated_at"])
        event = _record(
            matter, "escalate", matter.state, act, "过了期限", {"due_at": matter.due_at.isoformat()}
        )
        notices.post_all(to, f"超时：{matter.title}", outside=f"{matter.number} 超时", matter=matter, act=act)
    return event


def escalate_overdue(act: Act) -> int:
    """督办: bring each overdue matter before the overseers, once per due time; answers how many."""
    to = list(holders("overseer", act.day))
    late = list(Matter.objects.overdue(act.at).filter(escalated_at=None).order_by("due_at", "pk")[:500])
    return sum(escalate(matter, to=to, act=act) is not None for matter in late)


def wait_for(matter: Matter, other: Matter, *, note: str = "", act: Act) -> Link:
    """One matter waits for another; said once."""
    link, _ = Link.objects.get_or_create(
        matter=matter, waits_for=other, defaults={"made_at": act.at, "note": note}
    )
    return link
