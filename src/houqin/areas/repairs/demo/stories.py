"""The stories: each a generator that does one step whenever it is woken and says when to wake it next."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from typing import Any

from houqin.kernel.act import Act
from houqin.kernel.approvals import queries as routes
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import VISITOR, built_in
from houqin.kernel.places.models import Place
from houqin.kernel.signatures.actions import Signed
from houqin.kernel.terms import clock
from houqin.kernel.terms.clock import Hours

from .. import actions, queries
from ..models import Repair
from .materials import Fault, Stage, read_faults

REMARKS = ("又快又好", "修得仔细", "可以", "来得快", "", "", "", "")
AMID_LESSONS = ("W02", "W05", "W07")  # fault types that may stop a lesson

Story = Iterator[datetime]
Plot = Callable[[Stage, Fault, Place, datetime], Story]


def opened(stage: Stage, fault: Fault, place: Place, at: datetime) -> tuple[Repair, Person]:
    """Reported by who answers for the classroom, or by some teacher."""
    by = (
        place.owner
        if place.owner and fault.where == "class" and stage.rng.random() < 0.7
        else stage.rng.choice(stage.teachers)
    )
    repair = actions.report(
        place=place, fault_type=stage.types[fault.code], detail=fault.detail, photos=stage.photo(0.3),
        impact=impact_of(stage, fault),
        act=stage.act(by, at),
    )  # fmt: skip
    return repair, by


def impact_of(stage: Stage, fault: Fault) -> str:
    """Lamps, screens and fans may disturb a lesson, water the whole floor."""
    if fault.where == "class" and fault.code in ("W02", "W05", "W07"):
        return "lesson" if stage.rng.random() < 0.15 else "none"
    return "many" if fault.code == "W01" and stage.rng.random() < 0.1 else "none"


def given(stage: Stage, repair: Repair, at: datetime) -> Story:
    """Dispatched if nobody is named."""
    matter = stage.matter(repair)
    if matter.state == "reported":
        wake = stage.later(at, 10, 90)
        yield wake
        worker = stage.people[stage.rng.choice(("electrician", "repairman"))]
        actions.dispatch(stage.matter(repair), worker=worker, act=stage.act("director", wake))


def repaired(stage: Stage, fault: Fault, repair: Repair, at: datetime) -> Generator[datetime, None, datetime]:
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


def signature(stage: Stage, person: Person) -> Signed:
    """Drawn by two of three, always in one's own hand; the others tap."""
    if stage.hands and person.pk % 3:
        return Signed("pad", stage.hands[person.pk % len(stage.hands)])
    return Signed("login")


def signed(stage: Stage, repair: Repair, at: datetime, *, knows_better: bool = False) -> Story:
    """With a rating, and with the lessons put right by who was there."""
    wake = stage.later(at, 20, 700)
    yield wake
    matter = stage.matter(repair)
    rating = stage.rng.choices((None, 5, 4, 3, 2), (30, 45, 18, 5, 2))[0]
    remark = stage.rng.choice(REMARKS) if rating and rating > 3 else ""
    if matter.state == "fixed" and matter.holder:
        said: dict[str, Any] = {}
        if knows_better and (lost := queries.lessons_lost(repair)):
            said = {"lessons": lost - 1, "lessons_why": "有一节换到别的教室上了"}
        drawn = signature(stage, matter.holder)
        actions.sign(
            matter, rating=rating, remark=remark, signature=drawn, **said, act=stage.act(matter.holder, wake)
        )


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
    actions.pause(
        stage.matter(repair), reason=reason, note=note, act=stage.act(worker_of(stage, repair), wake)
    )
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
    cost = stage.rng.choice((38_000, 62_000, 86_000, 128_000, 165_000, 286_000, 1_260_000))
    contractor = stage.rng.choice(("城北机电维修部", "佳音电教服务公司", "安泰门窗店"))
    actions.ask_contractor(
        stage.matter(repair), contractor=contractor, cost_fen=cost, note="校内修不了，要厂家配件",
        record=stage.photo(1) if cost >= 1_000_000 else (), act=stage.act(worker_of(stage, repair), wake),
    )  # fmt: skip
    agreed = stage.rng.random() < 0.85
    while step := routes.open_step(stage.matter(repair)):
        wake = stage.later(wake, 30, 400)
        yield wake
        if not agreed:
            actions.refuse(
                stage.matter(repair),
                step=step,
                note="再问一家",
                act=stage.act(step.candidates.all()[0], wake),
            )
            break
        actions.agree(stage.matter(repair), step=step, act=stage.act(step.candidates.all()[0], wake))
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def by_visitor(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """A pupil or parent scans; one in eight is nothing."""
    yield at
    name = stage.rng.choice(("", "", "家长", "五年级学生", "快递员"))
    repair = actions.report_unlogged(
        place=place, fault_type=stage.types[fault.code], detail=fault.detail, photos=stage.photo(0.2),
        name=name, act=Act(by=built_in(VISITOR), at=at, via="demo"),
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
        actions.close_by_office(
            stage.matter(repair), note="报修人外出学习，现场看过", act=stage.act("director", wake)
        )


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
    """What lies on the desk this morning: overdue, to be dispatched, taken up or decided, in work."""
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
        place=place, fault_type=stage.types[fault.code], detail=fault.detail, photos=stage.photo(1),
        name="家长", act=Act(by=built_in(VISITOR), at=at, via="demo"),
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


LATELY: tuple[tuple[int, str, str, Plot], ...] = (  # working hours ago
    (31, "class", "W07", left), (26, "room", "W06", left), (14, "class", "W03", left),
    (9, "toilet", "W14", left), (8, "canteen", "W13", left), (7, "class", "W04", left),
    (6, "class", "W02", left), (5, "office", "W01", left), (4, "room", "W18", left),
    (3, "class", "W18", left), (3, "toilet", "W01", visitor_waits), (2, "outdoor", "W10", visitor_waits),
    (6, "class", "W05", waits_for_approval), (2, "class", "W05", left), (1, "class", "W02", shared),
)  # fmt: skip
PLOTS: tuple[tuple[Plot, int], ...] = (
    (plain, 62), (silent, 5), (sent_back, 4), (paused, 7), (shared, 5), (passed_on, 3), (outside, 2),
    (by_visitor, 6), (by_office, 2), (cancelled, 2), (overdue, 2),
)  # fmt: skip
