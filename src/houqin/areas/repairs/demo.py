"""Eighteen school weeks of believable repairs, made by the actions at past times.

Each repair is a small story: a generator that does one step whenever it is woken and says when to wake it next. One
clock wakes them all in order, so that numbers, events and notices come as they would have come. What would happen
after `until` has not happened: those repairs are open.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from heapq import heapify, heappop, heappush
from io import BytesIO
from pathlib import Path
from random import Random

from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from houqin.kernel.act import Act
from houqin.kernel.approvals import queries as routes
from houqin.kernel.attachments.actions import Kept, Upload, keep
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import SYSTEM, VISITOR, built_in
from houqin.kernel.places.models import Place
from houqin.kernel.terms import clock
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.clock import Hours

from . import actions
from .models import FaultType, Repair

FAULTS = Path(__file__).parent / "seed" / "demo_faults.csv"
SINCE, MANY = 18, 585  # school weeks, repairs
BATCH = 60  # stories moved on in one transaction
WORKERS = {
    "electrician": ("W02", "W05", "W06", "W07", "W08", "W11", "W12", "W13"),
    "repairman": ("W01", "W03", "W04", "W09", "W10", "W14", "W16"),
}
REMARKS = ("又快又好", "修得仔细", "可以", "来得快", "", "", "", "")

Story = Iterator[datetime]


@dataclass(frozen=True)
class Fault:
    """What broke, what it was, and what it took."""

    code: str
    where: str
    detail: str
    cause: str
    fix: str
    parts: list[dict[str, object]]


@dataclass
class Stage:
    """The school as the stories need it."""

    rng: Random
    hours: Hours
    people: dict[str, Person]
    rooms: dict[str, list[Place]]  # by kind: class toilet office room canteen outdoor
    teachers: list[Person]
    types: dict[str, FaultType] = field(default_factory=dict)
    photos: list[Kept] = field(default_factory=list)

    def act(self, by: Person | str, at: datetime) -> Act:
        return Act(by=self.people[by] if isinstance(by, str) else by, at=at, via="demo")

    def later(self, at: datetime, least: int, most: int) -> datetime:
        """Some working minutes on, at an odd second."""
        return clock.after(at, self.rng.randint(least, most), self.hours) + timedelta(seconds=self.rng.randint(0, 40))

    def matter(self, repair: Repair) -> Matter:
        return Matter.objects.select_related("holder").get(pk=repair.pk)

    def photo(self, chance: float) -> list[Kept]:
        return [self.rng.choice(self.photos)] if self.rng.random() < chance else []


def fill(stage: Stage, *, until: datetime, progress: Callable[[float, str], None]) -> int:
    """Lay out the fault types, tell the stories, answer how many repairs there are."""
    begin = beginning(until)
    act = stage.act("director", begin - timedelta(days=3))
    actions.lay_out(act=act)
    name_workers(stage, act)
    stage.photos = keep([Upload(f"照片{n}.jpg", picture(stage.rng)) for n in range(1, 9)])
    run([*stories(stage, begin, until), *still_open(stage, until), the_clock(begin, until)], until, begin, progress)
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


# ── the stories ─────────────────────────────────────────────────────────────────────────────────────────


def stories(stage: Stage, begin: datetime, until: datetime) -> Iterator[Story]:
    """The openings over the school days, more of them early in the day, and what becomes of each."""
    first, last = timezone.localtime(begin).date(), timezone.localtime(until).date()
    days = [day.on for day in terms.days(first, last) if day.pupil_day]
    faults = read_faults()
    plots = [plot for plot, many in PLOTS for _ in range(many)]
    for n in range(MANY):
        on = days[n * len(days) // MANY]
        minute = int(stage.rng.triangular(5, 560, 120))
        at = datetime.combine(on, time(7, 30), timezone.get_default_timezone()) + timedelta(minutes=minute, seconds=n % 60)
        fault = stage.rng.choice(faults)
        place = stage.rng.choice(stage.rooms[fault.where])
        yield stage.rng.choice(plots)(stage, fault, place, at)


def opened(stage: Stage, fault: Fault, place: Place, at: datetime) -> tuple[Repair, Person]:
    """Reported by who answers for the classroom, or by some teacher."""
    by = place.owner if place.owner and fault.where == "class" and stage.rng.random() < 0.7 else stage.rng.choice(stage.teachers)
    repair = actions.report(
        place=place, fault_type=stage.types[fault.code], detail=fault.detail, photos=stage.photo(0.3),
        affects_lesson=fault.where == "class" and fault.code in ("W02", "W05", "W07") and stage.rng.random() < 0.15,
        act=stage.act(by, at),
    )  # fmt: skip
    return repair, by


def given(stage: Stage, repair: Repair, at: datetime) -> Story:
    """Dispatched if nobody is named."""
    matter = stage.matter(repair)
    if matter.state == "reported":
        wake = stage.later(at, 10, 90)
        yield wake
        worker = stage.people[stage.rng.choice(("electrician", "repairman"))]
        actions.dispatch(stage.matter(repair), worker=worker, act=stage.act("director", wake))


def repaired(stage: Stage, fault: Fault, repair: Repair, at: datetime) -> Iterator[datetime]:
    """Dispatched, arrived, finished; late now and then. Answers when it was fixed."""
    yield from given(stage, repair, at)
    matter = stage.matter(repair)
    slow = 900 if stage.rng.random() < 0.07 else 150
    wake = stage.later(max(at, matter.events.latest("pk").at), 15, slow)
    if stage.rng.random() < 0.6:
        yield wake
        actions.arrive(stage.matter(repair), act=stage.act(worker_of(stage, repair), wake))
    wake = stage.later(wake, 10, slow)
    yield wake
    finish(stage, fault, repair, wake)
    return wake


def finish(stage: Stage, fault: Fault, repair: Repair, at: datetime) -> None:
    chance = 1.0 if repair.fault_type.after_photo else 0.25
    actions.finish(
        stage.matter(repair), cause=fault.cause, fix=fault.fix, parts=fault.parts, photos=stage.photo(chance),
        act=stage.act(worker_of(stage, repair), at),
    )  # fmt: skip


def worker_of(stage: Stage, repair: Repair) -> Person:
    """Whoever has it in hand now."""
    holder = Matter.objects.select_related("holder").get(pk=repair.pk).holder
    assert holder is not None
    return holder


def signed(stage: Stage, repair: Repair, at: datetime) -> Story:
    wake = stage.later(at, 20, 700)
    yield wake
    matter = stage.matter(repair)
    rating = stage.rng.choices((None, 5, 4, 3, 2), (30, 45, 18, 5, 2))[0]
    remark = stage.rng.choice(REMARKS) if rating and rating > 3 else ""
    if matter.state == "fixed" and matter.holder:
        actions.sign(matter, rating=rating, remark=remark, act=stage.act(matter.holder, wake))


def plain(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    repair, _ = opened(stage, fault, place, at)
    fixed_at = yield from repaired(stage, fault, repair, at)
    yield from signed(stage, repair, fixed_at)


def silent(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """Nobody signs: the clock will."""
    yield at
    repair, _ = opened(stage, fault, place, at)
    yield from repaired(stage, fault, repair, at)


def sent_back(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    repair, _ = opened(stage, fault, place, at)
    wake = stage.later((yield from repaired(stage, fault, repair, at)), 30, 400)
    yield wake
    matter = stage.matter(repair)
    if matter.holder:
        note = stage.rng.choice(("还是老样子", "用了半天又坏了", "只修好一半"))
        actions.reopen(matter, note=note, photos=stage.photo(0.5), act=stage.act(matter.holder, wake))
        fixed_at = yield from repaired(stage, fault, repair, wake)
        yield from signed(stage, repair, fixed_at)


def paused(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """Waits for a part for a day or three."""
    yield at
    repair, _ = opened(stage, fault, place, at)
    yield from given(stage, repair, at)
    wake = stage.later(max(at, stage.matter(repair).events.latest("pk").at), 30, 200)
    yield wake
    reason, note = stage.rng.choice((("parts", "供货商明天送"), ("purchase", "已报采购"), ("parts", "")))
    actions.pause(stage.matter(repair), reason=reason, note=note, act=stage.act(worker_of(stage, repair), wake))
    wake = stage.later(wake, 400, 2000)
    yield wake
    actions.resume(stage.matter(repair), act=stage.act(worker_of(stage, repair), wake))
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def shared(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """Others meet it too, and someone nudges."""
    yield at
    repair, by = opened(stage, fault, place, at)
    wake = at
    for other in stage.rng.sample([one for one in stage.teachers if one != by], stage.rng.randint(1, 2)):
        wake += timedelta(minutes=stage.rng.randint(2, 12))
        yield wake
        if stage.matter(repair).state in ("reported", "assigned"):
            actions.join(stage.matter(repair), act=stage.act(other, wake))
    if stage.matter(repair).state in ("reported", "assigned"):
        actions.nudge(stage.matter(repair), note="影响上课", act=stage.act("vice-principal", wake))
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def passed_on(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    repair, _ = opened(stage, fault, place, at)
    yield from given(stage, repair, at)
    wake = stage.later(max(at, stage.matter(repair).events.latest("pk").at), 10, 120)
    yield wake
    holder = worker_of(stage, repair)
    other = stage.people["repairman" if holder == stage.people["electrician"] else "electrician"]
    note = stage.rng.choice(("要动电", "要两个人", "下午请假"))
    actions.pass_on(stage.matter(repair), worker=other, note=note, act=stage.act(holder, wake))
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def outside(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """Too much for us: a contractor, by the tiers."""
    yield at
    repair, _ = opened(stage, fault, place, at)
    yield from given(stage, repair, at)
    wake = stage.later(max(at, stage.matter(repair).events.latest("pk").at), 60, 300)
    yield wake
    cost = stage.rng.choice((38_000, 62_000, 86_000, 128_000, 165_000, 286_000))
    contractor = stage.rng.choice(("城北机电维修部", "佳音电教服务公司", "安泰门窗店"))
    actions.ask_contractor(
        stage.matter(repair), contractor=contractor, cost_fen=cost, note="校内修不了，要厂家配件",
        act=stage.act(worker_of(stage, repair), wake),
    )  # fmt: skip
    agreed = stage.rng.random() < 0.85
    while step := routes.open_step(stage.matter(repair)):
        wake = stage.later(wake, 30, 400)
        yield wake
        if not agreed:
            actions.refuse(stage.matter(repair), note="再问一家", act=stage.act(step.candidates.all()[0], wake))
            break
        actions.agree(stage.matter(repair), act=stage.act(step.candidates.all()[0], wake))
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def by_visitor(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """A pupil or parent scans; one in eight is nothing."""
    yield at
    name = stage.rng.choice(("", "", "家长", "五年级学生", "快递员"))
    repair = actions.report_unlogged(
        place=place, fault_type=stage.types[fault.code], detail=fault.detail, photos=stage.photo(0.2), name=name,
        act=Act(by=built_in(VISITOR), at=at, via="demo"),
    )  # fmt: skip
    wake = stage.later(at, 15, 200)
    yield wake
    if stage.rng.random() < 0.12:
        actions.decline(stage.matter(repair), note="现场看过没有坏", act=stage.act("director", wake))
        return
    actions.take(stage.matter(repair), fault_type=stage.types[fault.code], act=stage.act("director", wake))
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def by_office(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    repair, _ = opened(stage, fault, place, at)
    wake = stage.later((yield from repaired(stage, fault, repair, at)), 400, 1500)
    yield wake
    if stage.matter(repair).state == "fixed":
        actions.close_by_office(stage.matter(repair), note="报修人外出学习，现场看过", act=stage.act("director", wake))


def cancelled(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    repair, by = opened(stage, fault, place, at)
    wake = at + timedelta(minutes=stage.rng.randint(5, 25))
    yield wake
    actions.cancel(stage.matter(repair), note="自己弄好了", act=stage.act(by, wake))


def overdue(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """Lies about for three days before anybody comes."""
    yield at
    repair, _ = opened(stage, fault, place, at)
    yield from given(stage, repair, at)
    wake = stage.later(at, 1700, 2400)
    yield wake
    finish(stage, fault, repair, wake)
    yield from signed(stage, repair, wake)


def still_open(stage: Stage, until: datetime) -> Iterator[Story]:
    """What lies on the desk this morning: overdue, to be dispatched, to be taken up, in work, to be decided."""
    faults = read_faults()
    for hours, where, code, plot in LATELY:
        fault = stage.rng.choice([fault for fault in faults if (fault.where, fault.code) == (where, code)])
        yield plot(stage, fault, stage.rng.choice(stage.rooms[where]), worked_back(until, hours, stage.hours))


def worked_back(until: datetime, hours: int, working: Hours) -> datetime:
    """A moment so many working hours before `until`."""
    at = until
    while clock.between(at, until, working) < hours * 60:
        at -= timedelta(minutes=20)
    return at + timedelta(minutes=7, seconds=11)


def left(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    opened(stage, fault, place, at)


def visitor_waits(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    actions.report_unlogged(
        place=place, fault_type=stage.types[fault.code], detail=fault.detail, photos=stage.photo(1), name="家长",
        act=Act(by=built_in(VISITOR), at=at, via="demo"),
    )  # fmt: skip


def waits_for_approval(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    yield at
    repair, _ = opened(stage, fault, place, at)
    wake = at + timedelta(minutes=40)
    yield wake
    actions.ask_contractor(
        stage.matter(repair), contractor="佳音电教服务公司", cost_fen=168_000, note="主板坏，厂家才有配件",
        act=stage.act(worker_of(stage, repair), wake),
    )  # fmt: skip


LATELY: tuple[tuple[int, str, str, Callable[[Stage, Fault, Place, datetime], Story]], ...] = (  # working hours ago
    (31, "class", "W07", left), (26, "room", "W06", left), (14, "class", "W03", left), (9, "toilet", "W14", left),
    (8, "canteen", "W13", left), (7, "class", "W04", left), (6, "class", "W02", left), (5, "office", "W01", left),
    (4, "room", "W18", left), (3, "class", "W18", left), (3, "toilet", "W01", visitor_waits), (2, "outdoor", "W10", visitor_waits),
    (6, "class", "W05", waits_for_approval), (2, "class", "W05", left), (1, "class", "W02", shared),
)  # fmt: skip
PLOTS: tuple[tuple[Callable[[Stage, Fault, Place, datetime], Story], int], ...] = (
    (plain, 62), (silent, 5), (sent_back, 4), (paused, 7), (shared, 5), (passed_on, 3), (outside, 2), (by_visitor, 6),
    (by_office, 2), (cancelled, 2), (overdue, 2),
)  # fmt: skip


# ── what the stories are made of ────────────────────────────────────────────────────────────────────────


def read_faults() -> list[Fault]:
    with FAULTS.open(encoding="utf-8", newline="") as rows:
        return [_fault(row) for row in csv.DictReader(rows)]


def _fault(row: dict[str, str]) -> Fault:
    part = {"name": row["part"], "unit": row["unit"], "quantity_milli": int(row["milli"]), "price_fen": int(row["price"])}
    return Fault(row["code"], row["where"], row["detail"], row["cause"], row["fix"], [part] if row["part"] else [])


def picture(rng: Random) -> bytes:
    """A small drawing of a ceiling, a pipe, a door: something to look at, the same for the same seed."""
    drawing = Image.new("RGB", (480, 360), rng.choice(("#e9e6df", "#e3ddd2", "#dfe6e9")))
    pen = ImageDraw.Draw(drawing)
    for x in range(0, 480, 160):
        pen.line((x, 0, x, 360), fill="#d8d3c8", width=3)
    for y in range(0, 360, 120):
        pen.line((0, y, 480, y), fill="#d8d3c8", width=3)
    for _ in range(rng.randint(2, 4)):
        x, y = rng.randint(20, 300), rng.randint(30, 300)
        pen.rounded_rectangle((x, y, x + rng.randint(90, 170), y + 26), 12, fill=rng.choice(("#fffdf2", "#8c8a84", "#5f7c99")), outline="#b5afa2")
    x, y = rng.randint(120, 360), rng.randint(90, 270)
    pen.ellipse((x - 40, y - 40, x + 40, y + 40), outline="#b42318", width=7)
    held = BytesIO()
    drawing.save(held, "JPEG", quality=80)
    return held.getvalue()
