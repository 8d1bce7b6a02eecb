"""今早要看: what of the repairs wants a hand."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Alert, FirstStep
from houqin.kernel.matters.models import Matter, MatterQuerySet
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes

from .. import rules
from ..flow import REPAIR
from ..models import FaultType, Repair

LIST = "/repairs/repairs/"
LATE = ""
ALERTS = (  # state, tone, icon, word, title, step
    (LATE, "red", "clock-exclamation", "逾期", "报修过了时限", "看"),
    ("reported", "amber", "user-question", "等派工", "报修等派工", "派工"),
    ("unverified", "amber", "user-question", "待受理", "访客报修待受理", "受理"),
)


def first_steps(act: Act) -> Iterator[FirstStep]:
    """故障类别交给谁: until one goes straight to somebody, or the first repair was reported."""
    if Repair.objects.exists() or FaultType.objects.exclude(worker=None).exists():
        return
    if FaultType.objects.exists():
        lacking = "一类也没有写“直接交给”谁，报修都先等总务处派工"
        yield FirstStep(70, "故障类别交给谁", lacking, "/repairs/faults/", "tags")


def alerts(person: Person, at: datetime) -> Iterator[Alert]:
    """逾期, 等派工, 待受理: for the dispatcher and the overseers."""
    if not duty_codes(person, timezone.localtime(at).date()) & {rules.DISPATCHER, rules.OVERSEER}:
        return
    oldest = _oldest(at)
    for state, tone, icon, word, title, step in ALERTS:
        first = oldest.get(state)
        note = f"最早的：{first['title']}，{wording.deadline(first['due_at'], at)}" if first else ""
        url = f"{LIST}?view=all&state={state}" if state else f"{LIST}?view=late"
        yield Alert(first["many"] if first else 0, tone, icon, word, title, note, step, url)


def _oldest(at: datetime) -> dict[str, dict[str, Any]]:
    """Of each alert its oldest repair and how many there are; two questions, by indexes of what is open."""
    waiting = Matter.objects.open().filter(kind=REPAIR.kind, state__in=[row[0] for row in ALERTS if row[0]])
    late = Matter.objects.overdue(at).filter(repair__isnull=False)  # by kind, the whole table would be read
    found = {row["state"]: row for row in _first_of_each(waiting, "state")}
    return found | {LATE: row for row in _first_of_each(late, "kind")}  # noqa: B035  (there is one kind)


def _first_of_each(rows: MatterQuerySet, part: str) -> list[dict[str, Any]]:
    counted = rows.annotate(
        many=Window(Count("pk"), partition_by=[F(part)]),
        nth=Window(RowNumber(), partition_by=[F(part)], order_by=["due_at", "pk"]),
    )
    return [dict(row) for row in counted.filter(nth=1).values("state", "title", "due_at", "many")]
