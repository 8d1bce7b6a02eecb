"""预防性维护: plans, the jobs their turns become, and how a job is done, late, missed or called off."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction

from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import SYSTEM, built_in
from houqin.kernel.places.models import Place
from houqin.kernel.schedule import actions as turns
from houqin.kernel.schedule.models import Schedule, Slot

from .. import queries, rules
from ..flow import MAINTENANCE
from ..models import FaultType, MaintenanceAnswer, MaintenanceJob, MaintenancePlan
from . import steps
from .reporting import report_found
from .steps import Photos

Answer = dict[str, str]  # line, answer, note
TIMED = ("unit", "every", "dates", "from_on", "lasts")
LONGEST = 60  # characters of a line of the checklist


# ── plans ───────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def enter_plan(
    *, name: str, place: Place, lines: str, unit: str, every: int, dates: str, from_on: date, lasts: int,
    fault_type: FaultType, holder: Person | None, duty: str, source: str, verified: bool, code: str = "",
    act: Act,
) -> MaintenancePlan:  # fmt: skip
    """Enter a plan; its turns come by themselves from `from_on`, never for days that are past.

    Refuses a code that is there; without one it gets that of its place with a number.
    """
    said = _read(lines=lines, unit=unit, every=every, dates=dates, source=source, verified=verified)
    _refuse_retired(fault_type)
    _refuse_longer(lasts, said)
    if from_on < act.day:
        raise Refused("“从哪天起”已经过去，没有保存。过去的做没做，不能现在补成漏做。", field="from_on")
    if MaintenancePlan.objects.filter(code=code).exists():
        raise Refused(f"维护计划代码“{code}”已经有了，没有保存。换一个代码，或者空着。", field="code")
    plan = audit.add(
        MaintenancePlan, code=code or queries.free_code(place), name=name, place=place, from_on=from_on,
        lasts=lasts, fault_type=fault_type, holder=holder, duty=duty or rules.WORKER, **said, act=act,
    )  # fmt: skip
    return audit.change(plan, schedule=_time(plan, 1, act), act=act)


@transaction.atomic
def change_plan(
    plan: MaintenancePlan, *, name: str, place: Place, lines: str, unit: str, every: int, dates: str,
    from_on: date, lasts: int, fault_type: FaultType, holder: Person | None, duty: str, source: str,
    verified: bool, act: Act, seen: dict[str, str] | None = None,
) -> MaintenancePlan:  # fmt: skip
    """Change a plan. Another interval holds from a day to come; the turns until then stay as they were."""
    if plan.closed_on:
        raise Overtaken(f"“{plan}”已经停用，不能改，没有保存。还要做，另立一份维护计划。")
    said = _read(lines=lines, unit=unit, every=every, dates=dates, source=source, verified=verified)
    _refuse_retired(fault_type)
    _refuse_longer(lasts, said)
    timed = said | {"from_on": from_on, "lasts": lasts}
    anew = any(getattr(plan, field) != timed[field] for field in TIMED)
    if anew and from_on <= act.day:
        raise Refused("改间隔要从以后的一天起，没有保存。“从哪天起”改成明天或以后。", field="from_on")
    if anew:
        turns.make_slots(until=act.day, act=act)
        open_turns(act)
    plan = audit.change(
        plan, name=name, place=place, fault_type=fault_type, holder=holder, duty=duty or rules.WORKER,
        **timed, seen=seen, act=act,
    )  # fmt: skip
    if not anew or plan.schedule is None:
        return plan
    audit.change(plan.schedule, to_on=from_on - timedelta(days=1), act=act)
    number = int(plan.schedule.code.rpartition("-")[2]) + 1
    return audit.change(plan, schedule=_time(plan, number, act), act=act)


@transaction.atomic
def close_plan(plan: MaintenancePlan, *, note: str, act: Act) -> MaintenancePlan:
    """停用: no more turns from tomorrow; what is due already is still done, missed or called off."""
    steps.want(note, "note", "没有写为什么停用，没有保存。写一句，例如：空调已拆。")
    if plan.closed_on:
        raise Overtaken(f"“{plan}”已经停用了，没有重复记。")
    if plan.schedule:
        audit.change(plan.schedule, to_on=max(act.day, plan.schedule.from_on), act=act)
    return audit.change(plan, closed_on=act.day, ground=note, act=act)


def _refuse_retired(fault_type: FaultType) -> None:
    """What is found on a turn must be reported as something."""
    if fault_type.closed_on:
        raise Refused(f"类别“{fault_type}”已经停用，没有保存。换一个类别。", field="fault_type")


def _refuse_longer(lasts: int, said: dict[str, Any]) -> None:
    """A turn is over before the next one comes, else it would be missed while it may still be done."""
    often = said["unit"], said["every"], said["dates"]
    most = rules.most_days(*often)
    if lasts > most:
        raise Refused(
            f"{rules.how_often(*often)}一次的计划，不能给 {lasts} 个上班日，没有保存。下一次轮到以前要做完，"
            f"最多写 {most} 个上班日，或者把间隔改长。", field="lasts",
        )  # fmt: skip


def _read(*, lines: str, unit: str, every: int, dates: str, source: str, verified: bool) -> dict[str, Any]:
    checked = list(dict.fromkeys(line.strip() for line in lines.splitlines() if line.strip()))
    if not checked:
        raise Refused("没有写检查项，没有保存。一行写一项，例如：滤网洗过。", field="lines")
    if len(checked) > rules.MOST_LINES:
        raise Refused(
            f"检查项有 {len(checked)} 行，没有保存。最多 {rules.MOST_LINES} 行，多的另立一份维护计划。",
            field="lines",
        )
    if long := next((line for line in checked if len(line) > LONGEST), ""):
        raise Refused(f"“{long[:20]}…”太长，没有保存。一行最多 {LONGEST} 个字。", field="lines")
    if unit != "date":
        return {"lines": "\n".join(checked), "unit": unit, "every": every, "dates": "", "source": source,
                "verified": bool(verified)}  # fmt: skip
    return {"lines": "\n".join(checked), "unit": unit, "every": 1, "dates": _dates(dates), "source": source,
            "verified": bool(verified)}  # fmt: skip


def _dates(text: str) -> str:
    """03-01,09-01 from 3-1、9月1日 and the like; in a leap year, so that 02-29 may be said."""
    found = []
    for word in filter(None, re.split(r"[\s,，、;；]+", text.strip())):
        said = re.fullmatch(r"(\d{1,2})[-/.月](\d{1,2})日?", word)
        try:
            found.append(date(2000, *map(int, said.groups())) if said else date(0, 1, 1))
        except ValueError:
            raise Refused(f"“{word[:20]}”不是日期，没有保存。写成 3-1、9-1 这样。", field="dates") from None
    if not found:
        raise Refused("没有写每年哪几天，没有保存。写成 3-1、9-1 这样。", field="dates")
    return ",".join(f"{on:%m-%d}" for on in sorted(set(found)))


def _time(plan: MaintenancePlan, number: int, act: Act) -> Schedule:
    """The kernel's recurring work for the interval that the plan has now."""
    return audit.add(
        Schedule, code=f"{queries.PLANS}-{plan.pk}-{number}", name=str(plan)[:60], days="staff",
        opens=time(7, 30), closes=time(17, 30), duty=plan.duty, from_on=plan.from_on, unit=plan.unit,
        every=plan.every, dates=plan.dates, lasts=plan.lasts, act=act,
    )  # fmt: skip


# ── jobs ────────────────────────────────────────────────────────────────────────────────────────────────


def open_turns(act: Act) -> int:
    """Every turn of a plan becomes a job, in order, also of days on which nothing ran; answers how many.

    What is past due by now, and another turn of its plan has come, is missed for good.
    """
    fresh = queries.turns_without_job()
    for slot, plan in fresh:
        open_job(plan, slot, act=act)
    for job in queries.overtaken(act.at):
        miss(job.matter, act=Act(by=built_in(SYSTEM), at=act.at, via=act.via, op=act.op))
    return len(fresh)


@transaction.atomic
def open_job(plan: MaintenancePlan, slot: Slot, *, act: Act) -> MaintenanceJob:
    """One turn as work in somebody's hands."""
    holder = plan.holder if plan.holder and queries.maintains(plan.holder, plan, act.day) else None
    said = plan.lines.splitlines()
    matter = matters.open_matter(
        MAINTENANCE, title=str(plan), state="due", due_at=slot.closes_at, place=plan.place, holder=holder,
        duty="" if holder else plan.duty, words=plan.name, note="、".join(said), act=act,
    )  # fmt: skip
    return MaintenanceJob.objects.create(matter=matter, plan=plan, slot=slot, lines=said, worker=holder)


@transaction.atomic
def finish_job(
    matter: Matter, *, answers: list[Answer], photos: Photos = (), note: str = "", act: Act
) -> Event:
    """做完: every line answered. After its due time it is 补做: its turn was missed and stays so.

    A line that failed opens a repair of the plan's fault type, found by maintenance.
    """
    late = matter.due_at < act.at
    job = _take_up(matter, "late" if late else "finish", act)
    _refuse_answers(job, answers)
    event = matters.move(MAINTENANCE, matter, "late" if late else "finish", note=note, act=act)
    _given(job, act.by)
    if not late:
        turns.finish_slot(job.slot, act=act)
    attachments.attach(event, photos, "after", act=act)
    entries.write_many([_answered(job, event, said, act) for said in answers])
    return event


def _refuse_answers(job: MaintenanceJob, answers: list[Answer]) -> None:
    if [said["line"] for said in answers] != job.lines:
        raise Refused("检查项没有答全，没有保存。每一项都选一个结果。", field="answers")
    for said in answers:
        if said["answer"] not in dict(MaintenanceAnswer.ANSWERS):
            raise Refused(f"“{said['line']}”没有选结果，没有保存。", field="answers")
        if said["answer"] != MaintenanceAnswer.OK and not said["note"].strip():
            raise Refused(f"“{said['line']}”不正常，没有写怎么了，没有保存。写一句。", field="answers")


def _answered(job: MaintenanceJob, event: Event, said: Answer, act: Act) -> MaintenanceAnswer:
    repair = None
    if said["answer"] == MaintenanceAnswer.REPORTED:
        detail = f"{said['line']}：{said['note']}"
        repair = report_found(
            place=job.plan.place, fault_type=job.plan.fault_type, detail=detail, found="upkeep", act=act
        )
        matters.wait_for(job.matter, repair.matter, note="维护时发现", act=act)
    return MaintenanceAnswer(
        job=job, event=event, line=said["line"], answer=said["answer"], note=said["note"][:120], repair=repair
    )


@transaction.atomic
def hand_on(matter: Matter, *, worker: Person, note: str, act: Act) -> Event:
    """转交: to another who may do it today, with the reason."""
    job = _take_up(matter, "hand_on", act)
    steps.want(note, "note", "没有写为什么转交，没有保存。写一句，例如：要登高，两个人去。")
    if not queries.maintains(worker, job.plan, act.day):
        raise Refused(f"{worker}今天不在岗位上，没有转交。换一个人。", field="worker")
    _given(job, worker)
    return matters.move(MAINTENANCE, matter, "hand_on", holder=worker, note=note, tell=(worker,), act=act)


@transaction.atomic
def call_off(matter: Matter, *, note: str, act: Act) -> Event:
    """免做: before it is due, with the reason; afterwards it is late or missed, never called off."""
    _take_up(matter, "call_off", act)
    steps.want(note, "note", "没有写为什么免做，没有保存。写一句，例如：这个房间在装修。")
    if matter.due_at < act.at:
        raise Refused(f"{matter.number} 已经过期，不能免做，没有保存。做了点“做完”，没做就是漏做。")
    return matters.move(MAINTENANCE, matter, "call_off", note=note, act=act)


def miss(matter: Matter, *, act: Act) -> Event:
    """漏做: by 系统, when its time is past, the next turn has come, and nobody did this one."""
    return matters.move(MAINTENANCE, matter, "miss", note="到下一次还没有做", act=act)


def _given(job: MaintenanceJob, worker: Person) -> None:
    job.worker = worker
    job.save(update_fields=["worker"])


def _take_up(matter: Matter, key: str, act: Act) -> MaintenanceJob:
    matter.refresh_from_db(from_queryset=Matter.objects.select_for_update())
    step = MAINTENANCE.step(key)
    assert step is not None
    matters.check(MAINTENANCE, matter, step, act)
    rows = MaintenanceJob.objects.select_related("plan__place", "plan__fault_type__worker", "slot", "matter")
    return rows.get(pk=matter.pk)
