"""今早要看: what of the repairs wants a hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Window
from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Alert, FirstStep
from houqin.kernel.matters import queries as matters
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes

from .. import rules
from ..flow import FLOWS
from ..models import FaultType, Repair
from .finding import unanswered
from .rounds import this_round, walked

LIST = "/repairs/repairs/"
LAST_DAYS = timedelta(days=7)  # so long before its month ends the round is brought before the office
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
    """逾期, 没人接, 等派工, 待受理: for the dispatcher and the overseers."""
    if not duty_codes(person, timezone.localtime(at).date()) & {rules.DISPATCHER, rules.OVERSEER}:
        return
    found = _waiting(at)
    for state, tone, icon, word, title, step in ALERTS:
        first = found.get(state)
        note = f"最早的：{first['title']}，{wording.deadline(first['due_at'], at)}" if first else ""
        url = f"{LIST}?view=all&state={state}" if state else f"{LIST}?view=late"
        yield Alert(first["many"] if first else 0, tone, icon, word, title, note, step, url)
    yield _unanswered(at)
    yield from round_alerts(at)


def round_alerts(at: datetime) -> Iterator[Alert]:
    """维护过了期限; in the last days of the month, rooms nobody has walked to."""
    late = next(iter(matters.oldest(Matter.objects.overdue(at).filter(maintenance_job__isnull=False))), None)
    note = f"最早的：{late['title']}，{wording.deadline(late['due_at'], at)}" if late else ""
    many, url = late["many"] if late else 0, "/repairs/maintenance/?view=late"
    yield Alert(many, "red", "settings", "维护逾期", "维护过了期限", note, "看", url)
    slot = this_round(at, timezone.localtime(at).date())
    if slot is None or slot.closes_at - at > LAST_DAYS:
        return
    there, whole = walked(slot)
    note = f"应走访 {whole} 间，{wording.before(slot.closes_at, at)}走完"
    yield Alert(
        whole - there, "amber", "route", "没走到", "这个月还没走到的房间", note, "去走", "/repairs/walk/"
    )


def _waiting(at: datetime) -> dict[str, dict[str, Any]]:
    """Of each alert its oldest and how many there are; two questions, by indexes of what is open."""
    states = [row[0] for row in ALERTS if row[0]]
    waiting = matters.oldest(Matter.objects.open().filter(kind__in=FLOWS, state__in=states), of=["state"])
    late = matters.oldest(
        Matter.objects.overdue(at).filter(repair__isnull=False)
    )  # by kind, all would be read
    return {row["state"]: row for row in waiting} | {LATE: row for row in late}  # noqa: B035  (one at most)


def _unanswered(at: datetime) -> Alert:
    """没人接: how many, and the one that waits longest; one question."""
    rows = unanswered(at).annotate(many=Window(Count("pk"))).order_by("response_due_at", "pk")
    first = rows.values("matter__title", "response_due_at", "many").first()
    note, url = "", f"{LIST}?view=unanswered"
    if first:
        note = f"最早的：{first['matter__title']}，首响{wording.late(at - first['response_due_at'])}"
    many = first["many"] if first else 0
    return Alert(many, "red", "user-question", "没人接", "报修过了首响时限", note, "看", url)
