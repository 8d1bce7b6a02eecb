"""Making the turns of recurring work, closing them, and running the house's own jobs."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from ..act import Act
from ..errors import Overtaken
from ..people.queries import holders
from ..terms import queries as terms
from .models import Schedule, Slot, TickRun
from .queries import closes_on, in_force, turns

BACK = 400  # decisions.md, Schedule: at most so many days back
LEASE = timedelta(minutes=5)


@transaction.atomic
def make_slots(*, until: date, act: Act) -> int:
    """Make every turn up to `until` that is not there yet, also those of days on which nothing ran."""
    first = max(until - timedelta(days=BACK), _last_made(until))
    there: dict[int, set[date]] = {}
    for schedule, on in Slot.objects.filter(on__range=(first, until)).values_list("schedule_id", "on"):
        there.setdefault(schedule, set()).add(on)
    days = terms.days(first, until)
    fresh = [
        _slot(schedule, on)
        for schedule in in_force(first, until)
        for on in turns(schedule, days, there.get(schedule.pk, set()))
    ]
    return len(Slot.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True))


def _last_made(until: date) -> date:
    """The earliest day from which some schedule may lack turns."""
    started = Schedule.objects.order_by("from_on").values_list("from_on", flat=True).first()
    return min(started or until, until)


def _slot(schedule: Schedule, on: date) -> Slot:
    roster = [person.name for person in holders(schedule.duty, on)]
    return Slot(
        schedule=schedule,
        on=on,
        opens_at=_moment(on, schedule.opens),
        closes_at=_moment(closes_on(schedule, on), schedule.closes),
        roster=roster,
    )


def _moment(on: date, at: time) -> datetime:
    return datetime.combine(on, at, timezone.get_default_timezone())


def finish_slot(slot: Slot, *, act: Act) -> Slot:
    """Done within its window; refuses a turn that was done or missed: missed stays missed."""
    done = Slot.objects.filter(pk=slot.pk, state=Slot.OPEN, closes_at__gte=act.at).update(
        state=Slot.DONE, done_by=act.by, done_at=act.at
    )
    slot.refresh_from_db()
    if not done:
        raise Overtaken(f"{slot} 已经是“{slot.get_state_display()}”，没有改。漏了的不能补，只能写原因。")
    return slot


def miss_slots(*, act: Act) -> int:
    """Turns whose window has passed are missed, for good."""
    return Slot.objects.filter(state=Slot.OPEN, closes_at__lt=act.at).update(state=Slot.MISSED)


def run_job(job: str, call: Callable[[Act], object], *, every: timedelta, act: Act) -> bool:
    """Run one of the house's jobs if it is due and nobody has it in hand;
    a killed run is taken up after its lease.

    True if it ran. An error is kept on the row and does not stop the other jobs. A run or a lease that
    lies in the future was written under a clock that has been set back since: it holds up nothing.
    """
    TickRun.objects.get_or_create(job=job, defaults={"claimed_until": act.at - LEASE})
    row = TickRun.objects.get(job=job)
    if row.last_run_at and timedelta() <= act.at - row.last_run_at < every:
        return False
    if act.at < row.claimed_until <= act.at + LEASE:
        return False
    mine = TickRun.objects.filter(pk=row.pk, claimed_until=row.claimed_until)
    if not mine.update(claimed_until=act.at + LEASE):
        return False
    error = ""
    try:
        call(act)
    except Exception as wrong:
        error = f"{type(wrong).__name__}: {wrong}"[:300]
    TickRun.objects.filter(pk=row.pk).update(claimed_until=act.at, last_run_at=act.at, last_error=error)
    return not error
