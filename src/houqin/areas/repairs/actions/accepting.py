"""签收、返修、代收、到时关闭: how a repair ends, and what else is said of it."""

from __future__ import annotations

from django.db import transaction

from houqin.kernel import entries, wording
from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.queries import holders
from houqin.kernel.signatures import actions as signatures
from houqin.kernel.signatures.actions import Signed
from houqin.kernel.terms import queries as terms

from .. import queries, rules
from ..models import Downtime, Repair
from ..rules import DISPATCHER, OVERSEER
from . import steps
from .steps import Photos


@transaction.atomic
def sign(
    matter: Matter, *, rating: int | None = None, remark: str = "", signature: Signed | None = None,
    lessons: int | None = None, lessons_why: str = "", act: Act,
) -> Event:  # fmt: skip
    """签收: it works; never by who repaired it. Without a drawing the login signs.

    Where a room was out of use, `lessons` is how many were lost as the requester knows it; a difference
    wants a reason.
    """
    repair = steps.take_up(matter, "sign", act)
    _refuse_the_repairer(repair, act, "签收")
    counted = queries.lessons_lost(repair)
    if lessons is not None and lessons != counted:
        _refuse_correction(repair, lessons, lessons_why)
    facts = {"rating": rating} if rating else {}
    event = steps.move(matter, "sign", note=remark, facts=facts, tell=steps.worker_of(repair), act=act)
    done = "已办好" if repair.fault_type.request else "已修好"
    signatures.sign(event, signature or Signed("login"), f"{matter.number} {done}", act=act)
    steps.note(repair, rating=rating, remark=remark[:200], rated_at=act.at if rating else None)
    if lessons is not None and lessons != counted:
        last = repair.downtimes.order_by("-pk")[0]
        entries.write(
            Downtime, repair=repair, event=event, since=last.since, until=last.until,
            lessons=lessons - counted,
            note=lessons_why[:200],
        )  # fmt: skip
    return event


def _refuse_correction(repair: Repair, lessons: int, why: str) -> None:
    if not repair.downtimes.exists():
        raise Refused("这件没有停用过房间，没有课时可以改，没有保存。", field="lessons")
    if lessons < 0:
        raise Refused("停用课时不能是负数，没有保存。", field="lessons")
    steps.want(
        why, "lessons_why", "改了停用课时，没有写为什么，没有保存。写一句，例如：第 3 节换到了音乐教室上。"
    )


@transaction.atomic
def reopen(matter: Matter, *, note: str, photos: Photos = (), act: Act) -> Event:
    """返修: it does not work, and why; back to the same worker. What was signed before stays."""
    repair = steps.take_up(matter, "reopen", act)
    _refuse_the_repairer(repair, act, "退回")
    steps.want(note, "note", "没有写哪里没修好，没有退回。写明原因再退。")
    stood = Matter(
        paused_at=repair.fixed_at, due_at=repair.fix_due_at
    )  # the wait for a signature is not the worker's
    due_at = matters.resumed_due(stood, hours=rules.hours(matter.safety), act=act)
    holder = steps.back_to(repair, act)
    event = steps.move(
        matter,
        "reopen",
        holder=holder,
        duty="" if holder else steps.trade(repair),
        due_at=due_at,
        note=note,
        act=act,
    )
    attachments.attach(event, photos, "before", act=act)
    if rules.stops_lessons(repair.impact, matter.place):
        steps.note(repair, down_since=act.at)
    stopped = repair.stopped_minutes + steps.worked(repair.fixed_at or act.at, act.at)
    steps.note(repair, sent_back=repair.sent_back + 1, fix_due_at=due_at, fixed_at=None, net_minutes=None,
         stopped_minutes=stopped, reminded=0)  # fmt: skip
    return event


@transaction.atomic
def close_by_office(matter: Matter, *, note: str, act: Act) -> Event:
    """代收: the office has looked and closes it, for one who does not sign; counted apart."""
    repair = steps.take_up(matter, "close_by_office", act)
    _refuse_the_repairer(repair, act, "代收")
    steps.want(note, "note", "没有写为什么代收，没有保存。写一句，例如：报修人外出学习，现场看过。")
    return steps.move(matter, "close_by_office", note=note, tell=(matter.opened_by,), act=act)


@transaction.atomic
def rate(matter: Matter, *, rating: int, remark: str = "", act: Act) -> Event:
    """评价: once, by who opened it, after signing without one."""
    repair = steps.take_up(matter, "rate", act)
    if repair.rating is not None:
        raise Refused(f"{matter.number} 已经评过 {repair.rating} 分，没有再记。", field="rating")
    event = steps.move(
        matter, "rate", note=remark, facts={"rating": rating}, tell=steps.worker_of(repair), act=act
    )
    steps.note(repair, rating=rating, remark=remark[:200], rated_at=act.at)
    return event


@transaction.atomic
def cancel(matter: Matter, *, note: str, act: Act) -> Event:
    """撤销: by who opened it, while nobody has repaired it."""
    repair = steps.take_up(matter, "cancel", act)
    steps.want(note, "note", "没有写为什么撤销，没有保存。写一句，例如：自己弄好了。")
    event = steps.move(matter, "cancel", note=note, tell=steps.worker_of(repair), act=act)
    steps.back_in_use(repair, event, act)
    return event


@transaction.atomic
def nudge(matter: Matter, *, note: str = "", act: Act) -> Event:
    """催办: whoever has it in hand is told; nothing else changes."""
    steps.take_up(matter, "nudge", act)
    told = (matter.holder,) if matter.holder else tuple(holders(matter.duty, act.day))
    return steps.move(matter, "nudge", note=note, tell=told, act=act)


def _refuse_the_repairer(repair: Repair, act: Act, verb: str) -> None:
    if repair.worker_id == act.by.pk:
        raise Refused(f"这件是你修的，不能自己{verb}，没有保存。由报修人或这里的责任人来{verb}。")


def remind_and_close(act: Act) -> int:
    """On school days: remind who has not signed, twice, and close what stays silent; answers how many."""
    if not terms.day(act.day).staff_day:
        return 0
    waiting = queries.waiting_for_signature()
    return sum(steps.each(_remind_or_close, repair, act) for repair in waiting)


def chase(act: Act) -> int:
    """没人接手: what nobody laid a hand on by its first clock is brought before the overseers, once."""
    late = queries.unanswered(act.at).filter(unanswered_at=None).select_related("matter").order_by("pk")[:500]
    return sum(steps.each(unanswered, repair.matter, act) for repair in list(late))


@transaction.atomic
def unanswered(matter: Matter, *, act: Act) -> Event:
    """没人接手: by 系统; the dispatchers and overseers are told, nothing else changes."""
    repair = steps.take_up(matter, "unanswered", act)
    if repair.responded_at or repair.unanswered_at:
        raise Overtaken(f"{matter.number} 已经有人到场，或者已经报过没人接手，没有再报。")
    told = {person.pk: person for code in (DISPATCHER, OVERSEER) for person in holders(code, act.day)}
    said = f"首响时限 {wording.paper_moment(repair.response_due_at)} 已过，还没有人到场"
    event = steps.move(matter, "unanswered", note=said, tell=tuple(told.values()), act=act)
    steps.note(repair, unanswered_at=act.at)
    return event


def _remind_or_close(repair: Repair, *, act: Act) -> bool:
    if repair.matter.due_at <= act.at:
        time_out(repair.matter, act=act)
        return True
    if queries.reminder_due(repair, act.day):
        remind(repair.matter, act=act)
        return True
    return False


@transaction.atomic
def remind(matter: Matter, *, act: Act) -> Event:
    """提醒签收: by 系统, counted."""
    repair = steps.take_up(matter, "remind", act)
    told = (matter.holder,) if matter.holder else tuple(holders(matter.duty, act.day))
    event = steps.move(matter, "remind", tell=told, act=act)
    steps.note(repair, reminded=repair.reminded + 1)
    return event


@transaction.atomic
def time_out(matter: Matter, *, act: Act) -> Event:
    """到时关闭: nobody signed in time; an end of its own, never a signature. Whoever asked for it is told."""
    repair = steps.take_up(matter, "time_out", act)
    if act.at < matter.due_at:
        raise Overtaken(f"{matter.number} 还没到签收期限，没有关闭。")
    note = f"提醒 {repair.reminded} 次没有签收"
    return steps.move(matter, "time_out", note=note, tell=(matter.opened_by,), act=act)
