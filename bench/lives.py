"""What happens to each repair of the bench: who reports what and when, and each step until it is signed.

A life is told once and lived twice: `by_actions` takes the steps as the office does, `bulk` writes the rows
they leave.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from houqin.areas.repairs import actions
from houqin.areas.repairs.demo.materials import Fault
from houqin.areas.repairs.models import FaultType
from houqin.kernel.act import Act
from houqin.kernel.attachments.actions import Upload
from houqin.kernel.matters.models import Matter
from houqin.kernel.notices import actions as notices
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.terms import clock
from houqin.kernel.terms.clock import Hours

PHOTOS = 0.04  # reports with a photo; with the types that want one when it is fixed, a tenth of the repairs
RATINGS = (None, 5, 5, 5, 4, 4, 3)
PLOTS = ("plain",) * 11 + ("nudged",) * 3 + ("sent_back",) * 3 + ("paused",) * 3


@dataclass(frozen=True)
class Step:
    """One verb of the office: who takes it, when, and what he says with it."""

    key: str
    by: Person
    at: datetime
    said: dict[str, Any]


@dataclass(frozen=True)
class Life:
    """One repair from its report to its signature; `steps` follow the report."""

    place: Place
    fault_type: FaultType
    fault: Fault
    by: Person
    at: datetime
    photos: list[Upload]
    steps: list[Step]


@dataclass(frozen=True)
class Stage:
    """The school as the lives need it; every fault type here goes straight to its worker."""

    hours: Hours
    people: list[Person]
    rooms: list[Place]
    types: dict[str, FaultType]
    faults: list[Fault]
    weights: list[int]  # how often each fault comes
    photos: list[Upload]


def lives(stage: Stage, count: int, first: date, last: date, seed: int) -> Iterator[Life]:
    """So many lives over the working days from `first` to `last`, in the order of their reports."""
    dice = Random(seed)
    span = (last - first).days + 1
    days = [on for n in range(span) if stage.hours.works(on := first + timedelta(days=n))]
    zone, opens = timezone.get_default_timezone(), timedelta(hours=7, minutes=30)
    for n in range(count):
        at, share = divmod(n * len(days), count)
        minute = timedelta(seconds=share * 9 * 3600 // count)  # spread over the hours of the day
        yield _life(stage, dice, datetime.combine(days[at], time.min, zone) + opens + minute)


def _life(stage: Stage, dice: Random, at: datetime) -> Life:
    fault = dice.choices(stage.faults, stage.weights)[0]
    kind = stage.types[fault.code]
    opener, worker = dice.choice(stage.people), kind.worker
    steps = []
    for key, by, least, most, said in _plot(dice, stage, fault, opener, worker):
        at_step = clock.after(steps[-1].at if steps else at, dice.randint(least, most), stage.hours)
        steps.append(Step(key, by, at_step + timedelta(seconds=dice.randint(0, 40)), said))
    photos = [dice.choice(stage.photos)] if dice.random() < PHOTOS else []
    return Life(dice.choice(stage.rooms), kind, fault, opener, at, photos, steps)


def _plot(dice: Random, stage: Stage, fault: Fault, opener: Person, worker: Person) -> Iterator[tuple]:
    """The steps of one life: verb, doer, least and most working minutes after the last, what is said."""
    photos = [dice.choice(stage.photos)] if stage.types[fault.code].after_photo else []
    fixed = {"cause": fault.cause, "fix": fault.fix, "photos": photos}
    plot, rating = dice.choice(PLOTS), dice.choice(RATINGS)
    if plot == "nudged":
        yield "nudge", opener, 30, 200, {"note": "影响上课"}
    yield "arrive", worker, 15, 150, {}
    if plot == "paused":
        yield "pause", worker, 10, 60, {"reason": "parts", "note": "供货商明天送"}
        yield "resume", worker, 400, 1500, {}
    yield "finish", worker, 10, 150, {**fixed, "parts": fault.parts}
    if plot == "sent_back":
        yield "reopen", opener, 30, 400, {"note": "还是老样子"}
        yield "arrive", worker, 15, 150, {}
        yield "finish", worker, 10, 150, {**fixed, "parts": []}
    yield "sign", opener, 20, 700, {"rating": rating, "remark": "又快又好" if rating == 5 else ""}


# ── lived as the office lives it ────────────────────────────────────────────────────────────────────────


def by_actions(life: Life) -> None:
    """Take every step; whoever takes one opened the page before; the worker sees that it was signed."""
    said = {"place": life.place, "fault_type": life.fault_type, "detail": life.fault.detail}
    repair = actions.report(**said, photos=life.photos, act=Act(by=life.by, at=life.at, via="demo"))
    for step in life.steps:
        matter, act = Matter.objects.get(pk=repair.pk), Act(by=step.by, at=step.at, via="demo")
        notices.read_about(matter, act=act)
        take: Callable[..., Any] = getattr(actions, step.key)
        take(matter, **step.said, act=act)
    seen = Act(by=life.fault_type.worker, at=life.steps[-1].at + timedelta(hours=1), via="demo")
    notices.read_about(Matter.objects.get(pk=repair.pk), act=seen)
