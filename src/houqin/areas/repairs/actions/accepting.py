"""签收、返修、代收、到时关闭: how a repair ends, and what else is said of it."""

from __future__ import annotations

from django.db import transaction

from houqin.kernel.act import Act
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.errors import Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.queries import holders
from houqin.kernel.signatures import actions as signatures
from houqin.kernel.signatures.actions import Signed
from houqin.kernel.terms import queries as terms

from .. import queries, rules
from ..flow import REPAIR
from ..models import Repair
from ..rules import WORKER
from . import steps
from .steps import Photos


@transaction.atomic
def sign(
    matter: Matter, *, rating: int | None = None, remark: str = "", signature: Signed | None = None, act: Act
) -> Event:
    """签收: it works; never by who repaired it. Without a drawing the login signs."""
    repair = steps.take_up(matter, "sign", act)
    _refuse_the_repairer(repair, act, "签收")
    facts = {"rating": rating} if rating else {}
    event = matters.move(
        REPAIR, matter, "sign", note=remark, facts=facts, tell=steps.worker_of(repair), act=act
    )
    signatures.sign(event, signature or Signed("login"), f"{matter.number} 已修好", act=act)
    steps.note(repair, rating=rating, remark=remark[:200])
    return event


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
    event = matters.move(
        REPAIR,
        matter,
        "reopen",
        holder=holder,
        duty="" if holder else WORKER,
        due_at=due_at,
        note=note,
        act=act,
    )
    attachments.attach(event, photos, "before", act=act)
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
    return matters.move(REPAIR, matter, "close_by_office", note=note, tell=(matter.opened_by,), act=act)


@transaction.atomic
def rate(matter: Matter, *, rating: int, remark: str = "", act: Act) -> Event:
    """评价: once, by who opened it, after signing without one."""
    repair = steps.take_up(matter, "rate", act)
    if repair.rating is not None:
        raise Refused(f"{matter.number} 已经评过 {repair.rating} 分，没有再记。", field="rating")
    event = matters.move(
        REPAIR, matter, "rate", note=remark, facts={"rating": rating}, tell=steps.worker_of(repair), act=act
    )
    steps.note(repair, rating=rating, remark=remark[:200])
    return event


@transaction.atomic
def cancel(matter: Matter, *, note: str, act: Act) -> Event:
    """撤销: by who opened it, while nobody has repaired it."""
    repair = steps.take_up(matter, "cancel", act)
    steps.want(note, "note", "没有写为什么撤销，没有保存。写一句，例如：自己弄好了。")
    return matters.move(REPAIR, matter, "cancel", note=note, tell=steps.worker_of(repair), act=act)


@transaction.atomic
def nudge(matter: Matter, *, note: str = "", act: Act) -> Event:
    """催办: whoever has it in hand is told; nothing else changes."""
    steps.take_up(matter, "nudge", act)
    told = (matter.holder,) if matter.holder else tuple(holders(matter.duty, act.day))
    return matters.move(REPAIR, matter, "nudge", note=note, tell=told, act=act)


def _refuse_the_repairer(repair: Repair, act: Act, verb: str) -> None:
    if repair.worker_id == act.by.pk:
        raise Refused(f"这件是你修的，不能自己{verb}，没有保存。由报修人或这里的责任人来{verb}。")


def remind_and_close(act: Act) -> int:
    """On school days: remind who has not signed, twice, and close what stays silent; answers how many."""
    if not terms.day(act.day).staff_day:
        return 0
    return sum(_remind_or_close(repair, act) for repair in queries.waiting_for_signature())


def _remind_or_close(repair: Repair, act: Act) -> bool:
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
    event = matters.move(REPAIR, matter, "remind", tell=told, act=act)
    steps.note(repair, reminded=repair.reminded + 1)
    return event


@transaction.atomic
def time_out(matter: Matter, *, act: Act) -> Event:
    """到时关闭: nobody signed in time; an end of its own, never a signature."""
    repair = steps.take_up(matter, "time_out", act)
    if act.at < matter.due_at:
        raise Refused(f"{matter.number} 还没到签收期限，没有关闭。")
    return matters.move(REPAIR, matter, "time_out", note=f"提醒 {repair.reminded} 次没有签收", act=act)
