"""外修: what a contractor asks goes the route of its amount."""

from __future__ import annotations

from django.db import transaction

from houqin.kernel import entries, wording
from houqin.kernel.act import Act
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries as routes
from houqin.kernel.approvals.actions import COLLECTIVE
from houqin.kernel.approvals.models import ApprovalStep
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Person
from houqin.kernel.terms import queries as terms

from .. import queries
from ..models import OutsideRepair, Repair
from ..rules import WORKER
from . import steps
from .steps import Photos


@transaction.atomic
def ask_contractor(
    matter: Matter, *, contractor: str, cost_fen: int, note: str, record: Photos = (), act: Act
) -> Event:
    """外修: what an outside contractor asks; goes the route of what was agreed for this repair before and
    this together, by the tiers in force today."""
    repair = steps.take_up(matter, "ask_contractor", act)
    steps.want(contractor, "contractor", "没有写外修单位，没有提交。")
    steps.want(note, "note", "没有写为什么要外修，没有提交。")
    if cost_fen <= 0:
        raise Refused("外修费用要大于 0，没有提交。", field="cost_fen")
    approvals.submit(
        matter, amount_fen=cost_fen, basis_fen=repair.contractor_fen + cost_fen,
        papers=[COLLECTIVE] if record else [], act=act,
    )  # fmt: skip
    opened = _open_step(matter)
    holder, duty = _approver(opened)
    said = f"{contractor}，{wording.yuan(cost_fen)}：{note}"
    facts = {"contractor": contractor[:60], "cost_fen": cost_fen}
    event = steps.move(
        matter, "ask_contractor", holder=holder, duty=duty, note=said, facts=facts,
        tell=_deciders(opened, act), act=act,
    )  # fmt: skip
    attachments.attach(event, record, "paper", act=act)
    steps.answer(repair, act)
    return event


@transaction.atomic
def agree(matter: Matter, *, step: ApprovalStep, note: str = "", act: Act) -> Event:
    """同意 of the step that was looked at: on to the next who decides, after the last one back to the
    worker."""
    repair = steps.take_up(matter, "agree", act)
    step = approvals.still_open(matter, step)
    act, giver = _for_whom(step, act)
    following = step.route.steps.filter(state=ApprovalStep.WAITING).order_by("order").first()
    if following:
        holder, duty = _approver(following)
        event = steps.move(
            matter, "agree", holder=holder, duty=duty, note=note,
            tell=(*giver, *_deciders(following, act)), act=act,
        )  # fmt: skip
    else:
        event = _back(repair, matter, "agreed", note=note, tell=giver, act=act)
    approvals.decide(matter, step=step, agreed=True, note=note, act=act)
    if following is None:
        _stands_agreed(repair, step)
    return event


@transaction.atomic
def refuse(matter: Matter, *, step: ApprovalStep, note: str, act: Act) -> Event:
    """退回 of the step that was looked at: no contractor for this price, with the reason."""
    repair = steps.take_up(matter, "refuse", act)
    steps.want(note, "note", "没有写为什么退回，没有保存。写明原因，维修人才知道怎么办。")
    step = approvals.still_open(matter, step)
    act, giver = _for_whom(step, act)
    event = _back(repair, matter, "refuse", note=note, tell=giver, act=act)
    approvals.decide(matter, step=step, agreed=False, note=note, act=act)
    return event


@transaction.atomic
def recall(matter: Matter, *, note: str, act: Act) -> Event:
    """撤回: what was asked is taken back while it is undecided; back to the worker, who may ask again."""
    repair = steps.take_up(matter, "recall", act)
    steps.want(note, "note", "没有写为什么撤回，没有保存。写明原因，审批人和维修人才知道。")
    waited = tuple(_open_step(matter).candidates.all())
    event = _back(repair, matter, "recall", note=note, tell=waited, act=act)
    approvals.recall(matter, note=note, act=act)
    return event


def remind_deciders(act: Act) -> int:
    """等批: its clock stands still, so nothing calls it late; on each working day after the one on which it
    came before them, whoever decides is told again; answers how many."""
    if not terms.day(act.day).staff_day:
        return 0
    waiting = queries.undecided(act.day)
    return sum(steps.each(remind_decider, repair.matter, act) for repair in waiting)


@transaction.atomic
def remind_decider(matter: Matter, *, act: Act) -> Event:
    """提醒审批: by 系统; nothing else changes."""
    steps.take_up(matter, "remind_decider", act)
    return steps.move(matter, "remind_decider", tell=_deciders(_open_step(matter), act), act=act)


def _back(
    repair: Repair, matter: Matter, step: str, *, note: str, tell: tuple[Person, ...], act: Act
) -> Event:
    """Back to the worker, decided or taken back: due later by exactly the time it waited."""
    stood, holder = steps.stood(matter, act), steps.back_to(repair, act)
    event = steps.move(
        matter, step, holder=holder, duty="" if holder else WORKER, due_at=stood.due_at,
        note="\n".join(filter(None, (note, stood.said))), facts=stood.facts, tell=tell, act=act,
    )  # fmt: skip
    steps.note(repair, **stood.of_repair(repair))
    return event


def _stands_agreed(repair: Repair, step: ApprovalStep) -> None:
    """One more round is agreed: it is written once, beside those before it, and counts from now on."""
    amount = step.route.amount_fen
    entries.write(
        OutsideRepair, repair=repair, route=step.route, contractor=queries.asked_contractor(repair),
        amount_fen=amount,
    )  # fmt: skip
    steps.note(repair, contractor_fen=repair.contractor_fen + amount)


def _for_whom(step: ApprovalStep, act: Act) -> tuple[Act, tuple[Person, ...]]:
    """The act as done for whoever gave the decision away, and him, to be told of it."""
    giver = routes.decides_for(step, act.by, act.at)
    return (act, ()) if giver is None or giver == act.by else (act.on_behalf(giver), (giver,))


def _deciders(step: ApprovalStep, act: Act) -> tuple[Person, ...]:
    """Who is told that it waits: each candidate, and who may decide for one of them."""
    return (*routes.stand_ins(step, act.at), *step.candidates.all())


def _open_step(matter: Matter) -> ApprovalStep:
    step = routes.open_step(matter)
    if step is None:
        raise Overtaken(f"{matter.number} 已经批过了，没有重复。")
    return step


def _approver(step: ApprovalStep) -> tuple[Person | None, str]:
    """One candidate has it by name, several by the duty that makes them candidates."""
    people_able = list(step.candidates.all())
    duty = routes.SUPERIOR if step.escalated else step.duty
    return (people_able[0], "") if len(people_able) == 1 else (None, duty)
