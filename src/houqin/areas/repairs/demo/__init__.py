"""Eighteen school weeks of believable repairs, made by the actions at past times.

Each repair is a small story: a generator that does one step whenever it is woken and says when to wake it
next. One clock wakes them all in order, so that numbers, events and notices come as they would have come.
What would happen after `until` has not happened: those repairs are open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from heapq import heapify, heappop, heappush

from django.db import transaction
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.attachments.actions import Upload, keep
from houqin.kernel.people.queries import SYSTEM, built_in
from houqin.kernel.terms import queries as terms

from .. import actions
from ..models import FaultType, Repair
from .materials import Stage, picture, read_faults
from .stories import PLOTS, Story, still_open

__all__ = ["Stage", "fill"]

SINCE, MANY = 18, 585  # school weeks, repairs
BATCH = 60  # stories moved on in one transaction
WORKERS = {
    "electrician": ("W02", "W05", "W06", "W07", "W08", "W11", "W12", "W13"),
    "repairman": ("W01", "W03", "W04", "W09", "W10", "W14", "W16"),
}


def fill(stage: Stage, *, until: datetime, progress: Callable[[float, str], None]) -> int:
    """Lay out the fault types, tell the stories, answer how many repairs there are."""
    begin = beginning(until)
    act = stage.act("director", begin - timedelta(days=3))
    actions.lay_out(act=act)
    name_workers(stage, act)
    stage.photos = keep([Upload(f"照片{n}.jpg", picture(stage.rng)) for n in range(1, 9)])
    run(
        [*stories(stage, begin, until), *still_open(stage, until), the_clock(begin, until)],
        until,
        begin,
        progress,
    )
    return Repair.objects.count()


def beginning(until: datetime) -> datetime:
    """The Monday morning eighteen school weeks ago: weeks with a school day in them, across the holidays."""
    monday = timezone.localtime(until).date()
    monday -= timedelta(days=monday.weekday())
    weeks = 0
    for _ in range(52):
        monday -= timedelta(days=7)
        weeks += any(day.pupil_day for day in terms.days(monday, monday + timedelta(days=6)))
        if weeks == SINCE:
            break
    return datetime.combine(monday, time(7, 30), timezone.get_default_timezone())


def name_workers(stage: Stage, act: Act) -> None:
    """Most fault types have their worker; lifts, moving and some others are dispatched."""
    found = {row.code: row for row in FaultType.objects.all()}
    for role, codes in WORKERS.items():
        for code in codes:
            row = found[code]
            kept = {name: getattr(row, name) for name in actions.FAULT_TYPE_FIELDS}
            found[code] = actions.change_fault_type(row, **(kept | {"worker": stage.people[role]}), act=act)
    stage.types = {row.code: row for row in FaultType.objects.select_related("worker")}


def run(lives: list[Story], until: datetime, begin: datetime, progress: Callable[[float, str], None]) -> None:
    """Wake each story when its time has come, the earliest first."""
    queue = [(next(life), n, life) for n, life in enumerate(lives)]
    heapify(queue)
    while queue and queue[0][0] < until:
        with transaction.atomic():
            for _ in range(BATCH):
                if not queue or queue[0][0] >= until:
                    break
                _, n, life = heappop(queue)
                if (wake := next(life, None)) is not None:
                    heappush(queue, (wake, n, life))
        if queue:
            progress(min(1.0, (queue[0][0] - begin) / (until - begin)), "报修")


def the_clock(begin: datetime, until: datetime) -> Story:
    """Reminders and timed closings, each morning at eight."""
    system, at = built_in(SYSTEM), begin.replace(hour=8, minute=0)
    while at < until:
        yield at
        actions.remind_and_close(Act(by=system, at=at, via="tick"))
        at += timedelta(days=1)


def stories(stage: Stage, begin: datetime, until: datetime) -> Iterator[Story]:
    """The openings over the school days, more of them early in the day, and what becomes of each."""
    first, last = timezone.localtime(begin).date(), timezone.localtime(until).date()
    days = [day.on for day in terms.days(first, last) if day.pupil_day]
    faults = read_faults()
    plots = [plot for plot, many in PLOTS for _ in range(many)]
    for n in range(MANY):
        on = days[n * len(days) // MANY]
        minute = int(stage.rng.triangular(5, 560, 120))
        at = datetime.combine(on, time(7, 30), timezone.get_default_timezone()) + timedelta(
            minutes=minute, seconds=n % 60
        )
        fault = stage.rng.choice(faults)
        place = stage.rng.choice(stage.rooms[fault.where])
        yield stage.rng.choice(plots)(stage, fault, place, at)
