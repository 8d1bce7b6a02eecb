"""今早要看: what of the repairs wants a hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Window

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Alert, FirstStep, Morning
from houqin.kernel.matters import queries as matters
from houqin.kernel.matters.models import Matter

from .. import rules
from ..flow import FLOWS, MAINTENANCE
from ..models import FaultType
from .finding import unanswered
from .rounds import round_ending

LIST = "/repairs/repairs/"
LAST_DAYS = timedelta(days=7)  # so long before its month ends the round is brought before the office
WAITING = (  # state, word, title, step
    ("reported", "等派工", "报修等派工", "派工"),
    ("unverified", "待受理", "访客报修待受理", "受理"),
)


def first_steps(act: Act) -> Iterator[FirstStep]:
    """故障类别交给谁: until one goes straight to somebody, or the first repair was reported."""
    faults = FaultType.objects.filter(closed_on=None).order_by()
    there = (
        Exists(Matter.objects.filter(kind__in=FLOWS)) | Exists(faults.exclude(worker=None)) | ~Exists(faults)
    )
    lacking = "一类也没有写“直接交给”谁，报修都先等总务处派工"
    yield FirstStep(70, "故障类别交给谁", lacking, "/repairs/faults/", "tags", there)


def alerts(morning: Morning) -> Iterator[Alert]:
    """逾期, 等派工, 待受理, 没人接手: for the dispatcher and the overseers."""
    if not morning.duties & {rules.DISPATCHER, rules.OVERSEER}:
        return
    many, note = morning.late(*FLOWS)
    yield Alert(many, "red", "clock-exclamation", "逾期", "报修过了时限", note, "看", f"{LIST}?view=late")
    found = _waiting()
    for state, word, title, step in WAITING:
        first = found.get(state)
        many, note, url = (
            first["many"] if first else 0,
            morning.oldest(first),
            f"{LIST}?view=all&state={state}",
        )
        yield Alert(many, "amber", "user-question", word, title, note, step, url)
    yield _unanswered(morning.at)
    yield from round_alerts(morning)


def round_alerts(morning: Morning) -> Iterator[Alert]:
    """维护过了期限; in the last days of the month, rooms nobody has walked to."""
    many, note = morning.late(MAINTENANCE.kind)
    url = "/repairs/maintenance/?view=late"
    yield Alert(many, "red", "settings", "维护逾期", "维护过了期限", note, "看", url)
    if ending := round_ending(morning.at, LAST_DAYS):
        left, whole, closes_at = ending
        note = f"应走访 {whole} 间，{wording.before(closes_at, morning.at)}走完"
        yield Alert(left, "amber", "route", "没走到", "这个月还没走到的房间", note, "去走", "/repairs/walk/")


def _waiting() -> dict[str, dict[str, Any]]:
    """Of each state that waits its oldest and how many there are; one question."""
    states = [row[0] for row in WAITING]
    waiting = matters.oldest(Matter.objects.open().filter(kind__in=FLOWS, state__in=states), of=["state"])
    return {row["state"]: row for row in waiting}


def _unanswered(at: datetime) -> Alert:
    """没人接手: how many, and the one that waits longest; one question."""
    rows = unanswered(at).annotate(many=Window(Count("pk"))).order_by("response_due_at", "pk")
    first = rows.values("matter__title", "response_due_at", "many").first()
    note, url = "", f"{LIST}?view=unanswered"
    if first:
        note = f"最早的：{first['matter__title']}，首响{wording.late(at - first['response_due_at'])}"
    many = first["many"] if first else 0
    return Alert(many, "red", "user-question", "没人接手", "报修过了首响时限", note, "看", url)
