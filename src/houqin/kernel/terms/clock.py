"""Working-time arithmetic, pure: minutes counted only inside the day's hours on working days."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

FURTHEST = 4000  # days looked ahead before the calendar is thought to be empty


@dataclass(frozen=True)
class Hours:
    """The working hours of a working day, and which days those are."""

    opens: time
    closes: time
    works: Callable[[date], bool]
    zone: tzinfo

    def window(self, on: date) -> tuple[datetime, datetime] | None:
        if not self.works(on):
            return None
        return datetime.combine(on, self.opens, self.zone), datetime.combine(on, self.closes, self.zone)

    def windows(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working windows from `start` on, the first one cut to it."""
        first = start.astimezone(self.zone).date()
        for days in range(FURTHEST):
            if (window := self.window(first + timedelta(days))) and window[1] > start:
                yield max(window[0], start), window[1]


def after(start: datetime, minutes: int, hours: Hours) -> datetime:
    """The moment when `minutes` of working time have passed since `start`.

    16:00 on Friday + 4 hours with hours to 17:30 is Monday 10:00 (opening at 07:30).
    """
    left = timedelta(minutes=minutes)
    for opens, closes in hours.windows(start):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise ValueError(f"no working time within {FURTHEST} days of {start}")


def between(start: datetime, end: datetime, hours: Hours) -> int:
    """Working minutes from `start` to `end`, rounded down; 0 if `end` is not later."""
    total = timedelta()
    for opens, closes in hours.windows(start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return int(total.total_seconds() // 60)


def working_days_after(day: date, count: int, works: Callable[[date], bool]) -> date:
    """The `count`-th working day after `day`."""
    for ahead in range(1, FURTHEST):
        if works(day + timedelta(ahead)):
            count -= 1
            if count == 0:
                return day + timedelta(ahead)
    raise ValueError(f"no {count} working days within {FURTHEST} days of {day}")
