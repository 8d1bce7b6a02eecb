"""Eighteen school weeks of believable repairs, made by the actions at past times.

Each repair is a small story: a generator that does one step whenever it is woken and says when to wake it
next. One clock wakes them all in order, so that numbers, events and notices come as they would have come.
What would happen after `until` has not happened: those repairs are open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from heapq import heapify, heappop, heappush

from django.db import transaction
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.attachments.actions import Upload, keep, keep_drawing
from houqin.kernel.matters import actions as matters
from houqin.kernel.people.queries import SYSTEM, built_in
from houqin.kernel.terms import queries as terms

from .. import actions
from ..flow import REPAIR
from ..models import FaultType, Repair
from . import daily
from .materials import Stage, hand, picture, read_faults
from .rounds import days_of_rounds
from .stories import PLOTS, Story, still_open

__all__ = ["Stage", "fill"]

SINCE, MANY = 18, 460  # school weeks, repairs
HANDS = 6  # so many ways of writing a name
MORNING = 30  # minutes after half past seven
BATCH = 60  # stories moved on in one transaction
OFTEN, HOT = 0.05, 5  # how much of it happens at the places that keep breaking, and how many those are
WORKERS = {
    "canteen-manager": ("S01",),
    "guard": ("S02", "S03"),
    "director": ("S04",),
    "electrician": ("W02", "W05", "W06", "W07", "W08", "W11", "W12", "W13"),
    "repairman": ("W01", "W03", "W04", "W09", "W10", "W14", "W16"),
}


def fill(stage: Stage, *, until: datetime, progress: Callable[[float, str], None]) -> int:
    """Lay out the fault types, tell the stories, answer how many repairs there are."""
    begin = beginning(until)
    act = stage.act("director", begin - timedelta(days=3))
    actions.lay_out(act=act)
    name_workers(stage, act)
    draw(stage)
    run(lives(stage, begin, until), until, begin, progress)
    lend(stage, until)
    return Repair.objects.count()


def draw(stage: Stage) -> None:
    """The photos that are taken and the names that are drawn, over and over."""
    stage.photos = keep([Upload(f"照片{n}.jpg", picture(stage.rng)) for n in range(1, 9)])
    stage.hands = [keep_drawing(hand(stage.rng)) for _ in range(HANDS)]


def lives(stage: Stage, begin: datetime, until: datetime) -> list[Story]:
    """All that happens from `begin` on, the clock of the house among it."""
    days = school_days(begin, until)
    return [
        *stories(stage, days),
        *daily.life(stage, days),
        *daily.slips(stage, days),
        *still_open(stage, until),
        days_of_rounds(stage, days, until),
        the_clock(days, until),
    ]


def lend(stage: Stage, until: datetime) -> None:
    """The director is away for three days: the accountant decides smaller outside repairs for him."""
    act = stage.act("director", until - timedelta(minutes=20))
    home = datetime.combine(act.day + timedelta(days=3), time.min, timezone.get_default_timezone())
    approvals.delegate(
        taker=stage.people["accountant"], kind=REPAIR.kind, cap_fen=200_000, from_at=act.at, to_at=home,
        deed="到市里培训三天，校长同意", act=act,
    )  # fmt: skip


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


def the_clock(days: list[date], until: datetime) -> Story:
    """What the house does by itself: on school days at eight, and a last time just before now."""
    moments = [daily.moment(on, MORNING) for on in days]
    system = built_in(SYSTEM)
    for at in (*(at for at in moments if at < until), until - timedelta(seconds=1)):
        yield at
        act = Act(by=system, at=at, via="tick")
        matters.escalate_overdue(act)
        actions.chase(act)
        actions.remind_and_close(act)


def school_days(begin: datetime, until: datetime) -> list[date]:
    first, last = timezone.localtime(begin).date(), timezone.localtime(until).date()
    return [day.on for day in terms.days(first, last) if day.pupil_day]


def stories(stage: Stage, days: list[date]) -> Iterator[Story]:
    """The openings over the school days, more of them early in the day, and what becomes of each."""
    faults = read_faults()
    dark = [fault for fault in faults if fault.where == "class" and fault.code in ("W02", "W05")]
    stage.again = [
        (fault, stage.rng.choice(stage.rooms[fault.where])) for fault in stage.rng.sample(faults, HOT)
    ]
    plots = [plot for plot, many in (*PLOTS, (daily.graded, 3), (daily.out_of_use, 3)) for _ in range(many)]
    for n in range(MANY):
        at = daily.moment(days[n * len(days) // MANY], int(stage.rng.triangular(5, 560, 120)))
        fault = stage.rng.choice(faults)
        place = stage.rng.choice(stage.rooms[fault.where])
        if stage.rng.random() < OFTEN:
            fault, place = stage.rng.choice(stage.again)
        plot = stage.rng.choice(plots)
        if plot is daily.out_of_use:
            fault, place = stage.rng.choice(dark), stage.rng.choice(stage.rooms["class"])
        yield plot(stage, fault, place, at + timedelta(seconds=n % 60))
