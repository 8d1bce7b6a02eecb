"""今早要看: what of the repairs wants a hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Alert, FirstStep
from houqin.kernel.matters.models import Matter, MatterQuerySet
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes

from .. import rules
from ..flow import FLOWS, MAINTENANCE
from ..models import FaultType, Repair
from .finding import unanswered
from .rounds import this_round, walked

LIST = "/repairs/repairs/"
LAST_DAYS = timedelta(days=7)  # so long before its month ends the round is brought before the office
ALERTS = (  # state ("" is overdue), tone, icon, word, title, step
    ("", "red", "clock-exclamation", "逾期", "报修过了时限", "看"),
    ("reported", "amber", "user-question", "等派工", "报修等派工", "派工"),
    ("unverified", "amber", "user-question", "待受理", "访客报修待受理", "受理"),
)


def first_steps(act: Act) -> Iterator[FirstStep]:
    """故障类别交给谁: until one goes straight to somebody, or the first repair was reported."""
    if FaultType.objects.filter(worker=None).exists() and not (
        FaultType.objects.exclude(worker=None).exists() or Repair.objects.exists()
    ):
        lacking = "一类也没有写“直接交给”谁，报修都先等总务处派工"
        yield FirstStep(70, "故障类别交给谁", lacking, "/repairs/faults/", "tags")


def alerts(person: Person, at: datetime) -> Iterator[Alert]:
    """逾期, 没人接, 等派工, 待受理: for the dispatcher and the overseers."""
    if not duty_codes(person, timezone.localtime(at).date()) & {rules.DISPATCHER, rules.OVERSEER}:
        return
    for state, tone, icon, word, title, step in ALERTS:
        rows = _of(state, at)
        oldest = rows.order_by("due_at", "pk").first()
        note = f"最早的：{oldest.title}，{wording.deadline(oldest.due_at, at)}" if oldest else ""
        url = f"{LIST}?view=all&state={state}" if state else f"{LIST}?view=late"
        yield Alert(rows.count(), tone, icon, word, title, note, step, url)
    late = unanswered(at).select_related("matter").order_by("response_due_at", "pk")
    oldest_late = late.first()
    note = ""
    if oldest_late:
        note = f"最早的：{oldest_late.matter.title}，首响{wording.late(at - oldest_late.response_due_at)}"
    url = f"{LIST}?view=unanswered"
    yield Alert(late.count(), "red", "user-question", "没人接", "报修过了首响时限", note, "看", url)
    yield from round_alerts(at)


def round_alerts(at: datetime) -> Iterator[Alert]:
    """维护过了期限; in the last days of the month, rooms nobody has walked to."""
    late = Matter.objects.filter(kind=MAINTENANCE.kind).overdue(at)
    oldest = late.order_by("due_at", "pk").first()
    note = f"最早的：{oldest.title}，{wording.deadline(oldest.due_at, at)}" if oldest else ""
    url = "/repairs/maintenance/?view=late"
    yield Alert(late.count(), "red", "settings", "维护逾期", "维护过了期限", note, "看", url)
    slot = this_round(at, timezone.localtime(at).date())
    if slot is None or slot.closes_at - at > LAST_DAYS:
        return
    there, all_of_them = walked(slot)
    note = f"应走访 {all_of_them} 间，{wording.before(slot.closes_at, at)}走完"
    yield Alert(
        all_of_them - there,
        "amber",
        "route",
        "没走到",
        "这个月还没走到的房间",
        note,
        "去走",
        "/repairs/walk/",
    )


def _of(state: str, at: datetime) -> MatterQuerySet:
    rows = Matter.objects.filter(kind__in=FLOWS)
    return rows.filter(state=state, closed_at=None) if state else rows.overdue(at)
