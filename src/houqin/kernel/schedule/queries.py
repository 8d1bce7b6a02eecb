"""Which schedules come round on a date, and how long a turn of theirs stays open."""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from ..terms import queries as terms
from ..terms.queries import Day
from .models import Schedule, Slot

AHEAD = timedelta(days=62)  # so far, across the summer holidays, the days of a short turn are looked for


def comes_on(schedule: Schedule, day: Day) -> bool:
    """Whether this day is one of its days; without an interval, whether a turn falls on it."""
    if day.on < schedule.from_on or (schedule.to_on and day.on > schedule.to_on):
        return False
    wanted = {"pupil": day.pupil_day, "staff": day.staff_day, "every": True}[schedule.days]
    return (
        wanted and _named(schedule.weekdays, day.on.isoweekday()) and _named(schedule.month_days, day.on.day)
    )


def _named(numbers: str, number: int) -> bool:
    return not numbers or str(number) in numbers.split(",")


def in_force(first: date, last: date) -> list[Schedule]:
    rows = Schedule.objects.filter(from_on__lte=last).order_by("pk")
    return [row for row in rows if row.to_on is None or row.to_on >= first]


def turns(schedule: Schedule, days: list[Day], there: Collection[date]) -> list[date]:
    """The dates among `days` on which a turn falls and of which none is `there`.

    With an interval one turn falls into each; an interval that began before `days` is left alone.
    """
    if not schedule.unit:
        return [day.on for day in days if comes_on(schedule, day) and day.on not in there]
    begun = [on for on in begins(schedule, days[-1].on) if on >= days[0].on]
    taken = {bisect_right(begun, on) for on in there}
    found = []
    for day in days:
        at = bisect_right(begun, day.on)
        if at and at not in taken and comes_on(schedule, day):
            taken.add(at)
            found.append(day.on)
    return found


def begins(schedule: Schedule, until: date) -> Iterator[date]:
    """When its intervals begin, from `from_on` to `until`."""
    if schedule.unit == "date":
        yield from _dates(schedule, until)
        return
    n, on = 0, schedule.from_on
    while on <= until:
        yield on
        n += schedule.every
        on = schedule.from_on + timedelta(weeks=n) if schedule.unit == "week" else _later(schedule.from_on, n)


def _dates(schedule: Schedule, until: date) -> Iterator[date]:
    """Each of its dates of each year."""
    named = sorted(tuple(map(int, text.split("-"))) for text in schedule.dates.split(",") if text)
    for year in range(schedule.from_on.year, until.year + 1):
        for month, day in named:
            if schedule.from_on <= (on := _in_month(year, month, day)) <= until:
                yield on


def _later(since: date, months: int) -> date:
    """So many months on; the 31st becomes the last of a shorter month."""
    years, month = divmod(since.month - 1 + months, 12)
    return _in_month(since.year + years, month + 1, since.day)


def _in_month(year: int, month: int, day: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), following - timedelta(days=1))


def closes_on(schedule: Schedule, on: date) -> date:
    """The last day of the turn that falls on `on`."""
    if schedule.lasts == 1:
        return on
    ahead = on + timedelta(days=schedule.lasts) + AHEAD
    following = next((begun for begun in begins(schedule, on + timedelta(days=400)) if begun > on), None)
    if schedule.lasts == 0 and following:
        ahead = following - timedelta(days=1)
    own = [day.on for day in terms.days(on, ahead) if comes_on(schedule, day)]
    return own[min(schedule.lasts or len(own), len(own)) - 1]


def slot_on(code: str, on: date) -> Slot | None:
    """The newest turn of a schedule that has begun by `on`."""
    rows = Slot.objects.filter(schedule__code=code, on__lte=on).select_related("schedule")
    return rows.order_by("-on", "-pk").first()
