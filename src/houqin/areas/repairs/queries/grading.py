"""定级: whom a report serves, who goes first, which clock runs, and what that makes of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from houqin.kernel.matters.models import Matter
from houqin.kernel.places.models import Place
from houqin.kernel.terms import clock, lessons
from houqin.kernel.terms import queries as terms

from .. import rules
from ..models import FIRST, IMPACTS, RANKS, SERVICES, URGENCIES, FaultType, PriorityRule, Repair


@dataclass(frozen=True)
class Grading:
    """What is decided of a report: whom it serves, its place in the line, its clock."""

    service: str
    urgency: str
    impact: str
    in_lesson: bool
    rank: int
    urgent: bool
    safety: bool

    @property
    def first(self) -> bool:
        return self.rank == FIRST


def graded(
    fault_type: FaultType, place: Place | None, *, at: datetime, detail: str = "", urgency: str = "plain",
    impact: str = "none", service: str = "", in_lesson: bool | None = None,
) -> Grading:  # fmt: skip
    """What was said, what a danger word adds, and whether a lesson is on; through the school's table."""
    urgency = "danger" if rules.tells_of_danger(fault_type, detail) else urgency
    service = service or rules.service_of(fault_type, place)
    if in_lesson is None:
        in_lesson = rules.teaches(service, place) and lessons.lesson_at(at) is not None
    rank, urgent = priority(urgency, rules.felt(impact, in_lesson))
    safety = fault_type.safety or urgency == "danger"
    return Grading(service, urgency, impact, in_lesson, rank, urgent, safety)


def priority(urgency: str, impact: str) -> tuple[int, bool]:
    """The school's line of the table, else the one that ships."""
    row = PriorityRule.objects.filter(urgency=urgency, impact=impact).first()
    return (row.rank, row.urgent_clock) if row else rules.SHIPPED_PRIORITIES[urgency, impact]


def clocks(fault_type: FaultType, grading: Grading, at: datetime) -> tuple[datetime, datetime]:
    """By when it is answered and by when it is fixed."""
    answer, fix = rules.minutes(fault_type, urgent=grading.urgent)
    hours = rules.hours(grading.safety)
    return clock.after(at, answer, hours), clock.after(at, fix, hours)


def received_on(at: datetime) -> date:
    """The working day on which it counts as reported: after closing time and on free days, the next one."""
    return timezone.localtime(clock.after(at, 0, terms.working_hours())).date()


def as_graded(repair: Repair, matter: Matter) -> Grading:
    """As it stands."""
    return Grading(
        repair.service,
        repair.urgency,
        repair.impact,
        repair.in_lesson,
        repair.rank,
        repair.urgent,
        matter.safety,
    )


def told(grading: Grading) -> str:
    """教学，紧急，影响上课，先办."""
    services, urgencies, impacts, ranks = (dict(one) for one in (SERVICES, URGENCIES, IMPACTS, RANKS))
    said = (
        services[grading.service],
        urgencies[grading.urgency],
        impacts[grading.impact],
        ranks[grading.rank],
    )
    return "，".join(said)
