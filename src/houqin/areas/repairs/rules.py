"""Who may, which clock, what a report says: asked by the flow, the actions and the screens alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.approvals import queries as approvals
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import SYSTEM, has_duty
from houqin.kernel.places import queries as places
from houqin.kernel.school import figures
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.clock import Hours

from .models import DANGER, FaultType, Repair

DISPATCHER, WORKER, OFFICE, OVERSEER, READS_ONLY = (
    "repair-dispatcher",
    "repair-worker",
    "office",
    "overseer",
    "read-only",
)
TITLE = 24  # characters of the fault that go into the matter's title

SIGN_DAYS, FIRST_REMINDER, SECOND_REMINDER, REPEAT_DAYS, REPEATS, VISITOR_DAYS = figures.declare((
    figures.Figure("repairs.sign_days", "修好后几个上学日不签收就到时关闭", 5, "天", "scenarios.md A8", 1, 60),
    figures.Figure("repairs.remind_first", "修好后第几个上学日第一次提醒签收", 2, "天", "scenarios.md A8", 1, 60),
    figures.Figure("repairs.remind_second", "修好后第几个上学日第二次提醒签收", 4, "天", "scenarios.md A8", 1, 60),
    figures.Figure("repairs.repeat_days", "反复报修：多少天以内", 90, "天", "scenarios.md A11", 1, 366),
    figures.Figure("repairs.repeats", "反复报修：同一处同一类报几次算", 3, "次", "scenarios.md A11", 2, 20),
    figures.Figure("repairs.visitor_days", "访客的姓名电话保留多少天", 90, "天", "decisions.md, Figures that ship",
                   1, 366),
))  # fmt: skip


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────


def acts(act: Act) -> bool:
    """Everyone of the school but those who only read."""
    return not act.by.built_in and not has_duty(act.by, READS_ONLY, act.day)


def is_dispatcher(act: Act, matter: Matter) -> bool:
    return has_duty(act.by, DISPATCHER, act.day)


def in_hand(act: Act, matter: Matter) -> bool:
    """By name, or by a duty one holds today."""
    if matter.holder_id is not None:
        return matter.holder_id == act.by.pk
    return matter.duty != "" and has_duty(act.by, matter.duty, act.day)


def in_hand_or_dispatcher(act: Act, matter: Matter) -> bool:
    return in_hand(act, matter) or is_dispatcher(act, matter)


def is_opener(act: Act, matter: Matter) -> bool:
    """访客 stands for everyone without a login and therefore opens nothing of his own."""
    return matter.opened_by_id == act.by.pk and not act.by.built_in


def is_system(act: Act, matter: Matter) -> bool:
    return act.by.built_in and act.by.code == SYSTEM


def is_office(act: Act, matter: Matter) -> bool:
    return has_duty(act.by, OFFICE, act.day)


def may_decide(act: Act, matter: Matter) -> bool:
    """A candidate of the approval step that is open, or whom one of them has given it to."""
    step = approvals.open_step(matter)
    return step is not None and approvals.decides_for(step, act.by, act.at) is not None


def may_sign(act: Act, matter: Matter) -> bool:
    return is_opener(act, matter) or signer(matter) == act.by


def signer(matter: Matter) -> Person | None:
    """验收人: who opened it; for a visitor's report, or if the opener repaired it,
    whoever answers for the place.

    Never who repaired; None if nobody else is there, then the office closes it.
    """
    repaired_by = matter.repair.worker_id
    if not matter.opened_by.built_in and matter.opened_by_id != repaired_by:
        return matter.opened_by
    answers = places.owner_of(matter.place) if matter.place else None
    return answers.owner if answers and answers.owner_id != repaired_by else None


def may_nudge(act: Act, matter: Matter) -> bool:
    """Who waits for it or oversees it, not who has it in hand."""
    if in_hand(act, matter) or not acts(act):
        return False
    oversees = has_duty(act.by, OVERSEER, act.day) or is_dispatcher(act, matter)
    return oversees or is_opener(act, matter) or matter.repair.requesters.filter(person=act.by).exists()


def may_join(act: Act, matter: Matter) -> bool:
    return acts(act) and not is_opener(act, matter)


def able(person: Person, fault_type: FaultType, on: date) -> bool:
    """May be given this repair on a date: a repair worker, or who holds the duty the fault type names."""
    return has_duty(person, WORKER, on) or (fault_type.duty != "" and has_duty(person, fault_type.duty, on))


# ── what a report says ──────────────────────────────────────────────────────────────────────────────────


def title_of(place: str, fault_type: FaultType, detail: str) -> str:
    """三(2)班教室 灯管不亮: the place and the first words of what is wrong."""
    first = re.split(r"[，。；！？,;!?\n]", detail.strip(), maxsplit=1)[0].strip()
    return f"{place} {first[:TITLE] or fault_type.label}"


@dataclass(frozen=True)
class Word:
    """常用说法: a quick word of a fault type, and whether it tells of a danger."""

    text: str
    danger: bool


def words_of(fault_type: FaultType) -> list[Word]:
    return [Word(word.removeprefix(DANGER), word.startswith(DANGER)) for word in fault_type.words.split()]


def tells_of_danger(fault_type: FaultType, detail: str) -> bool:
    return any(word.danger and word.text in detail for word in words_of(fault_type))


# ── clocks ──────────────────────────────────────────────────────────────────────────────────────────────


class RoundTheClock(Hours):
    """Hours that never close: safety counts the night and the weekend too."""

    def window(self, on: date) -> tuple[datetime, datetime]:
        opens = datetime.combine(on, time.min, self.zone)
        return opens, datetime.combine(on + timedelta(days=1), time.min, self.zone)


def hours(safety: bool) -> Hours:
    """The clock a repair runs on."""
    if safety:
        return RoundTheClock(time.min, time.min, lambda on: True, timezone.get_default_timezone())
    return terms.working_hours()


def minutes(fault_type: FaultType, *, urgent: bool) -> tuple[int, int]:
    """首响 and 修复, in minutes of its clock."""
    answer, fix = fault_type.response_minutes, fault_type.fix_minutes
    if not urgent:
        return answer, fix
    return (
        answer if fault_type.urgent_response_minutes is None else fault_type.urgent_response_minutes,
        fix if fault_type.urgent_fix_minutes is None else fault_type.urgent_fix_minutes,
    )


def amount_fen(quantity_milli: int, price_fen: int) -> int:
    """金额: quantity times price, half a fen upward."""
    return (quantity_milli * price_fen + 500) // 1000


def on_time(repair: Repair) -> bool:
    return repair.fixed_at is not None and repair.fixed_at <= repair.fix_due_at
