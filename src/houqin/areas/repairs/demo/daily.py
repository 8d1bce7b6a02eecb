"""What else comes to the office: things asked for in daily life, slips of paper and calls, rooms that
cannot be taught in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from houqin.kernel.places.models import Place

from .. import actions
from ..models import PaperSlip
from .materials import Fault, Stage, read_faults
from .stories import Story, repaired, signature, signed

ASKED, SLIPS = 44, 26  # over the eighteen weeks
LOST = (3, SLIPS - 1)  # slips that nobody typed in
WISHES = (  # type, where, what, what was done
    ("S01", "canteen", "三(2)班今天多两份", "加了两份，送到班上"), ("S01", "canteen", "有学生忌口，不吃鸡蛋", "单独备餐，已告诉班主任"),
    ("S01", "canteen", "教师餐厅汤凉了", "换了保温桶"), ("S02", "outdoor", "操场捡到一件红色外套", "失主领回"),
    ("S02", "outdoor", "校门口捡到一串钥匙", "登记保管，失主领回"), ("S02", "outdoor", "丢了一个蓝色水壶", "门卫室找到，已领回"),
    ("S03", "outdoor", "固定车位被占", "联系车主挪开"), ("S03", "outdoor", "新车要登记车牌", "登记好了"),
    ("S04", "outdoor", "教研活动要外出用车", "订了一辆，司机电话已发"), ("S04", "outdoor", "班车加一站", "从下周一起加停"),
)  # fmt: skip
SLIPS_SAID = ("门锁打不开", "窗户关不严", "椅子晃", "水龙头滴水", "灯管一闪一闪", "黑板反光")
TYPES_OF_SLIPS = ("W03", "W03", "W04", "W01", "W02", "W16")


def out_of_use(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """不能上课: a classroom in the dark or without its screen, until it is fixed; the teacher knows the lessons
    better."""
    yield at
    by = place.owner or stage.rng.choice(stage.teachers)
    repair = actions.report(
        place=place, fault_type=stage.types[fault.code], detail=fault.detail, photos=stage.photo(0.6),
        impact="room",
        act=stage.act(by, at),
    )  # fmt: skip
    fixed_at = yield from repaired(stage, fault, repair, at)
    yield from signed(stage, repair, fixed_at, knows_better=stage.rng.random() < 0.4)


def graded(stage: Stage, fault: Fault, place: Place, at: datetime) -> Story:
    """定级: the dispatcher knows more of it than was said."""
    yield at
    by = place.owner or stage.rng.choice(stage.teachers)
    act, kind = stage.act(by, at), stage.types[fault.code]
    repair = actions.report(place=place, fault_type=kind, detail=fault.detail, act=act)
    wake = at + timedelta(minutes=stage.rng.randint(4, 30))
    yield wake
    matter = stage.matter(repair)
    if matter.state in ("reported", "assigned"):
        actions.grade(
            matter, fault_type=kind, service=repair.service, urgency=stage.rng.choice(("soon", "urgent")),
            impact="none",
            note=stage.rng.choice(("下午公开课要用", "明天有检查", "")), act=stage.act("director", wake),
        )  # fmt: skip
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def life(stage: Stage, days: list[date]) -> Iterator[Story]:
    """生活服务, spread over the school days."""
    for n in range(ASKED):
        yield wish(stage, moment(days[(2 * n + 1) * len(days) // (2 * ASKED)], stage.rng.randint(30, 480)))


def wish(stage: Stage, at: datetime) -> Story:
    yield at
    code, where, detail, done = stage.rng.choice(WISHES)
    by, place = stage.rng.choice(stage.teachers), stage.rng.choice(stage.rooms[where])
    asked = actions.ask(fault_type=stage.types[code], place=place, detail=detail, act=stage.act(by, at))
    wake = stage.later(at, 10, 300)
    yield wake
    matter = stage.matter(asked)
    if matter.holder is None:
        return
    actions.serve(matter, fix=done, act=stage.act(matter.holder, wake))
    wake = stage.later(wake, 20, 500)
    yield wake
    if stage.rng.random() < 0.85 and (matter := stage.matter(asked)).state == "fixed":
        rating = stage.rng.choices((None, 5, 4, 3), (20, 50, 25, 5))[0]
        actions.sign(matter, rating=rating, signature=signature(stage, by), act=stage.act(by, wake))


def slips(stage: Stage, days: list[date]) -> Iterator[Story]:
    """纸单和电话: noted when they come, typed in soon after; two were forgotten."""
    for n in range(SLIPS):
        at = moment(days[(2 * n + 1) * len(days) // (2 * SLIPS)], stage.rng.randint(20, 420))
        yield slip(stage, at, lost=n in LOST)


def slip(stage: Stage, at: datetime, *, lost: bool) -> Story:
    yield at
    n = stage.rng.randrange(len(SLIPS_SAID))
    by = stage.rng.choice(stage.teachers)
    noted = actions.note_slip(
        way=stage.rng.choices([way for way, _ in PaperSlip.WAYS], (6, 3, 1))[0], asker=by,
        place=stage.rng.choice(stage.rooms["office"]), said=SLIPS_SAID[n], received_at=at,
        act=stage.act("director", at),
    )  # fmt: skip
    if lost:
        return
    wake = stage.later(at, 5, 90)
    yield wake
    code = TYPES_OF_SLIPS[n]
    repair = actions.enter_slip(noted, fault_type=stage.types[code], act=stage.act("director", wake))
    fault = stage.rng.choice([each for each in read_faults() if each.code == code])
    fixed_at = yield from repaired(stage, fault, repair, wake)
    yield from signed(stage, repair, fixed_at)


def moment(on: date, minutes: int) -> datetime:
    """So many minutes after half past seven."""
    return datetime.combine(on, time(7, 30), timezone.get_default_timezone()) + timedelta(minutes=minutes)
