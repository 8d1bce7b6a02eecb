"""走访 and 预防性维护: whose turn it is, what is due, what was walked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from houqin.kernel.matters.models import Matter, oversees
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes, holders
from houqin.kernel.places.models import Place
from houqin.kernel.schedule import queries as schedule
from houqin.kernel.schedule.models import Slot
from houqin.kernel.terms import queries as terms

from .. import rules
from ..models import MaintenanceJob, MaintenancePlan, Visit, VisitDue

ROUND, PLANS = "repairs-round", "maintenance"  # codes of the kernel's schedules
DONE = ("done", "late")

# ── 走访 ────────────────────────────────────────────────────────────────────────────────────────────────


def dues() -> QuerySet[VisitDue]:
    """应走访, each with how often and when it was walked to."""
    rows = VisitDue.objects.select_related("place__parent", "slot")
    return rows.annotate(times=Count("visits"), last_at=Max("visits__at"))


def visited() -> Exists:
    return Exists(Visit.objects.filter(due=OuterRef("pk")))


def this_round(at: datetime, on: date) -> Slot | None:
    """The month's round while it runs."""
    slot = schedule.slot_on(ROUND, on)
    return slot if slot and slot.opens_at <= at <= slot.closes_at else None


def walked(slot: Slot) -> tuple[int, int]:
    """How many rooms of a round were walked to, of how many."""
    found = VisitDue.objects.filter(slot=slot).aggregate(
        there=Count("pk", filter=visited()), whole=Count("pk")
    )
    return found["there"], found["whole"]


def round_ending(at: datetime, within: timedelta) -> tuple[int, int, datetime] | None:
    """Of a round that runs and soon closes: how many rooms are left of how many, and when it closes;
    one question."""
    rows = VisitDue.objects.filter(
        slot__schedule__code=ROUND, slot__opens_at__lte=at, slot__closes_at__range=(at, at + within)
    )
    counted = rows.values("slot__closes_at").annotate(left=Count("pk", filter=~visited()), whole=Count("pk"))
    return counted.order_by("slot__closes_at").values_list("left", "whole", "slot__closes_at").first()


def left(slot: Slot) -> QuerySet[VisitDue]:
    return VisitDue.objects.filter(slot=slot).exclude(visited())


def to_walk(slot: Slot) -> list[VisitDue]:
    """还没走到的, in walking order."""
    return list(left(slot).select_related("place__parent", "slot").order_by("place__walk", "pk"))


def goes_round(person: Person) -> bool:
    """Whether the tab of the scan page is of use to somebody; the slip asks what he may on that day."""
    return person.holdings.filter(to_on=None, post__duties__code__in=rules.WALKERS).exists()


# ── 维护 ────────────────────────────────────────────────────────────────────────────────────────────────


def plans() -> QuerySet[MaintenancePlan]:
    rows = MaintenancePlan.objects.filter(closed_on=None)
    return rows.select_related("place", "holder", "schedule", "fault_type").order_by("place__walk", "pk")


def free_code(place: Place) -> str:
    """The place's code with the first number that no plan has: kt-301-1."""
    taken = set(
        MaintenancePlan.objects.filter(code__startswith=f"{place.code}-").values_list("code", flat=True)
    )
    return next(code for n in count(1) if (code := f"{place.code}-{n}") not in taken)


def maintainers(plan: MaintenancePlan, on: date) -> QuerySet[Person]:
    """Who may be given a job of the plan on a date: who holds its duty."""
    return holders(plan.duty, on)


def maintains(person: Person, plan: MaintenancePlan, on: date) -> bool:
    return plan.duty in duty_codes(person, on)


def seen_jobs(person: Person, at: datetime) -> QuerySet[MaintenanceJob]:
    if oversees(person, "repairs", at):
        return MaintenanceJob.objects.all()
    return MaintenanceJob.objects.filter(matter__in=Matter.objects.concerning(person, at))


def overtaken(at: datetime) -> list[MaintenanceJob]:
    """Jobs that are past due and not done, and another turn of their plan has become a job since."""
    later = MaintenanceJob.objects.filter(plan=OuterRef("plan"), pk__gt=OuterRef("pk"))
    rows = MaintenanceJob.objects.filter(Exists(later), matter__closed_at=None, matter__due_at__lt=at)
    return list(rows.select_related("matter").order_by("pk"))


def upkeep(person: Person, at: datetime) -> list[MaintenanceJob]:
    """Of 今天的活: what this person has to look after, in walking order."""
    rows = MaintenanceJob.objects.filter(matter__in=Matter.objects.in_hands_of(person, at))
    rows = rows.select_related("matter__place__parent", "plan")
    return list(rows.order_by("matter__place__walk", "matter__due_at", "pk"))


def turns_without_job() -> list[tuple[Slot, MaintenancePlan]]:
    """Turns of the plans' schedules in force for which no job was opened, the oldest first."""
    found = {plan.schedule_id: plan for plan in plans_with_turns()}
    opened = MaintenanceJob.objects.filter(slot=OuterRef("pk"))
    rows = Slot.objects.filter(schedule__in=found).exclude(Exists(opened)).order_by("on", "pk")
    return [(slot, found[slot.schedule_id]) for slot in rows]


def plans_with_turns() -> QuerySet[MaintenancePlan]:
    return MaintenancePlan.objects.exclude(schedule=None).select_related("place", "holder")


@dataclass(frozen=True)
class Due:
    """One line of the calendar: a turn that has its job, or one that is to come."""

    on: date
    plan: MaintenancePlan
    job: MaintenanceJob | None


def calendar(first: date, last: date, today: date) -> list[Due]:
    """What falls due within these days: jobs by the day of their turn, and the turns that are to come."""
    rows = MaintenanceJob.objects.filter(slot__on__range=(first, last))
    rows = rows.select_related("matter__holder", "slot", "plan__place", "plan__holder")
    found = [Due(job.slot.on, job.plan, job) for job in rows]
    days = terms.days(max(first, today + timedelta(days=1)), last) if last > today else []
    found += [Due(on, plan, None) for plan in plans() for on in to_come(plan, days)]
    return sorted(found, key=lambda due: (due.on, due.plan.place.walk, due.plan.pk))


def to_come(plan: MaintenancePlan, days: list[terms.Day]) -> list[date]:
    """Turns that fall on these days to come; an interval whose turn was made has none left."""
    if plan.schedule is None or not days:
        return []
    back = terms.days(days[0].on - timedelta(days=62), days[0].on - timedelta(days=1))
    made = set(Slot.objects.filter(schedule=plan.schedule, on__gte=back[0].on).values_list("on", flat=True))
    return [on for on in schedule.turns(plan.schedule, [*back, *days], made) if on >= days[0].on]
