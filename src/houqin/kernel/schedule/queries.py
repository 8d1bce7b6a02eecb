"""Which schedules come round on a date."""

from datetime import date

from ..terms.queries import Day
from .models import Schedule


def comes_on(schedule: Schedule, day: Day) -> bool:
    """Whether a turn falls on this day."""
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
