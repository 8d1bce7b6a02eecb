"""The rounds of the demo school: rooms walked to day by day, and what is looked after before it breaks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from houqin.kernel.act import Act
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.queries import SYSTEM, built_in
from houqin.kernel.schedule import actions as schedule

from .. import actions, queries
from ..models import MaintenanceJob
from .daily import moment
from .materials import Stage, read_faults
from .stories import Story

SEED = 7  # of its own: the repairs stay as they were without rounds
DAWN = 1  # minutes after half past seven
A_DAY = (3, 4, 4, 5, 5, 6)  # rooms that are walked to
DONE = ("换了新的", "修好试过", "紧固后好用")
SAID = ("没有事", "门窗灯都好", "老师说都好用", "没有人在，看过", "")
SMALL = (  # kind, what was put right
    ("W03", "紧了门锁螺丝"), ("W03", "门合页上油"), ("W04", "换了一只椅脚垫"), ("W04", "紧了桌腿"), ("W01", "换了水龙头垫片"),
)  # fmt: skip
PLANS = (  # name, where, lines, unit, every, dates, within, kind, by whom
    ("空调滤网清洗", "zh", "滤网洗过\n出风正常\n排水不滴", "month", 2, "", 5, "W07", "electrician"),
    ("照明和配电箱检查", "jxa", "灯具都亮\n开关不松\n箱门锁好\n漏电保护试跳", "month", 1, "", 5, "W02", "electrician"),
    ("照明和配电箱检查", "jxb", "灯具都亮\n开关不松\n箱门锁好\n漏电保护试跳", "month", 1, "", 5, "W02", "electrician"),
    ("投影和屏幕除尘", "jxa", "滤网除尘\n接线不松\n画面清楚", "month", 2, "", 5, "W05", "electrician"),
    ("门锁和合页上油", "jxb", "锁舌灵活\n合页不响\n闭门器不漏油", "month", 1, "", 5, "W03", "repairman"),
    ("水龙头和冲水阀检查", "jxa", "不滴漏\n水压正常\n阀门转得动", "week", 2, "", 2, "W01", "repairman"),
    ("屋面落水口清理", "zh", "落叶清掉\n水走得通\n防水没有翘", "date", 1, "06-01,09-15,11-10", 5, "W09", "repairman"),
    ("课桌椅螺丝紧固", "jxa", "桌腿不晃\n椅背不松", "week", 4, "", 3, "W04", "repairman"),
)  # fmt: skip


def days_of_rounds(stage: Stage, days: list[date], until: datetime) -> Story:
    """Each school day: the house makes the turns, some rooms are walked to, some jobs are done."""
    rng = Random(SEED)
    for on in days:
        at = moment(on, DAWN)
        if at >= until:
            return
        yield at
        if on == days[0]:
            lay_out_plans(stage, on)
        turn(at)
        put_right(stage, rng, on, until)
        walk(stage, rng, on, until)
        look_after(stage, rng, on, until)


def lay_out_plans(stage: Stage, on: date) -> None:
    """The plans of the school, from the first day on; their intervals are the school's own habit."""
    act = stage.act("director", moment(on, 0))
    for n, (name, where, lines, unit, every, dates, lasts, kind, who) in enumerate(PLANS):
        actions.enter_plan(
            name=name, place=stage.place(where), lines=lines, unit=unit, every=every, dates=dates,
            from_on=on + timedelta(days=3 * n), lasts=lasts, fault_type=stage.types[kind],
            holder=stage.people[who], duty="repair-worker", source="学校惯例", verified=False, act=act,
        )  # fmt: skip


def turn(at: datetime) -> None:
    act = Act(by=built_in(SYSTEM), at=at, via="tick")
    schedule.make_slots(until=act.day, act=act)
    schedule.miss_slots(act=act)
    actions.draw_up(act)
    actions.open_turns(act)


def walk(stage: Stage, rng: Random, on: date, until: datetime) -> None:
    """Some of the rooms that are left, in walking order; now and then something small is put right."""
    at = moment(on, 395)
    slot = queries.this_round(at, on)
    if slot is None or at >= until:
        return
    who = rng.choice(("repairman", "electrician", "repairman", "director"))
    for due in queries.to_walk(slot)[: rng.choice(A_DAY)]:
        at += timedelta(minutes=rng.randint(4, 9))
        act, met = stage.act(who, at), due.place.owner if rng.random() < 0.6 else None
        luck = rng.random()
        if luck < 0.10:
            kind, fix = rng.choice(SMALL)
            actions.visit_fix(due, fault_type=stage.types[kind], fix=fix, cause="wear", met=met, act=act)
        elif luck < 0.14:
            fault = rng.choice([each for each in read_faults() if each.where == "class"])
            seen = stage.types[fault.code]
            actions.visit_report(due, fault_type=seen, detail=fault.detail, met=met, act=act)
        else:
            actions.visit_fine(due, said=rng.choice(SAID), met=met, act=act)


def put_right(stage: Stage, rng: Random, on: date, until: datetime) -> None:
    """What the rounds of the days before found is repaired, and signed for by whoever answers there."""
    at = moment(on, 150)
    waiting = Matter.objects.filter(repair__found__in=("visit", "upkeep"), state="assigned", opened_at__lt=at)
    for matter in waiting.select_related("holder").order_by("pk"):
        at += timedelta(minutes=rng.randint(10, 30))
        if rng.random() < 0.3 or matter.holder is None or at >= until:
            continue
        photos = [rng.choice(stage.photos)] if matter.repair.fault_type.after_photo else []
        who = stage.act(matter.holder, at)
        actions.finish(matter, cause="wear", fix=rng.choice(DONE), parts=[], photos=photos, act=who)
        signer, later = matter.holder, at + timedelta(minutes=rng.randint(20, 60))
        if signer:
            actions.sign(matter, rating=rng.choice((None, 4, 5)), act=stage.act(signer, min(later, until)))
        else:
            actions.close_by_office(matter, note="现场看过", act=stage.act("director", min(later, until)))


def look_after(stage: Stage, rng: Random, on: date, until: datetime) -> None:
    """What is due is done on one of its days, by most in time."""
    at = moment(on, 240)
    if at >= until:
        return
    for job in (
        MaintenanceJob.objects.filter(matter__closed_at=None).select_related("matter__holder").order_by("pk")
    ):
        if rng.random() > 0.55 or job.matter.holder is None:
            continue
        at += timedelta(minutes=rng.randint(15, 40))
        matter = Matter.objects.select_related("holder").get(pk=job.pk)
        said = [answer(rng, line) for line in job.lines]
        actions.finish_job(
            matter,
            answers=said,
            photos=[rng.choice(stage.photos)] if rng.random() < 0.2 else [],
            act=stage.act(job.matter.holder, at),
        )


def answer(rng: Random, line: str) -> dict[str, str]:
    found = rng.choices(("ok", "handled", "reported"), (88, 9, 3))[0]
    return {
        "line": line,
        "answer": found,
        "note": {"ok": "", "handled": "当时处理了", "reported": "要另外修"}[found],
    }
