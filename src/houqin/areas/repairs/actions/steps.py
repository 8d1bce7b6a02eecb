"""What the steps of a repair share: the order of their refusals, and writing the particulars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from houqin.kernel.act import Act
from houqin.kernel.attachments.actions import Upload
from houqin.kernel.errors import Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.terms import clock
from houqin.kernel.terms import queries as terms

from .. import rules
from ..flow import REPAIR
from ..models import Repair

Photos = Sequence[Upload]


def take_up(matter: Matter, key: str, act: Act) -> Repair:
    """Lock the matter and ask its right and state before the step's own rules."""
    matter.refresh_from_db(from_queryset=Matter.objects.select_for_update())
    step = REPAIR.step(key)
    assert step is not None
    matters.check(REPAIR, matter, step, act)
    return Repair.objects.select_related("fault_type", "worker").get(pk=matter.pk)


def note(repair: Repair, **values: Any) -> None:
    for name, value in values.items():
        setattr(repair, name, value)
    repair.save(update_fields=list(values))


def want(text: str, field: str, sentence: str) -> None:
    if not text.strip():
        raise Refused(sentence, field=field)


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
