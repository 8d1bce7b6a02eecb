"""故障类别, 优先次序, and what a school starts with."""

from django.db import transaction

from houqin.kernel.act import Act
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries as routes
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person

from .. import queries
from ..flow import REPAIR
from ..models import FaultType, PriorityRule, Repair
from . import steps
from .visiting import lay_out_round

FAULT_TYPE_FIELDS = (
    "name", "label", "icon", "examples", "words", "worker", "duty", "response_minutes", "fix_minutes",
    "urgent_response_minutes", "urgent_fix_minutes", "safety", "after_photo", "service", "life", "request",
    "rank", "source",
)  # fmt: skip


def enter_fault_type(
    *, code: str, name: str, label: str, icon: str, examples: str, words: str, worker: Person | None,
    duty: str,
    response_minutes: int, fix_minutes: int, urgent_response_minutes: int | None,
    urgent_fix_minutes: int | None,
    safety: bool, after_photo: bool, service: str, life: str, request: bool, rank: int, source: str, act: Act,
) -> FaultType:  # fmt: skip
    """Enter a fault type; refuses a code that is there."""
    if FaultType.objects.filter(code=code).exists():
        raise Refused(f"故障类别代码“{code}”已经有了，没有保存。换一个代码。", field="code")
    _refuse_clock(response_minutes, fix_minutes)
    return audit.add(
        FaultType, code=code, name=name, label=label, icon=icon or "dots", examples=examples, words=words,
        worker=worker,
        duty=duty or "", response_minutes=response_minutes, fix_minutes=fix_minutes,
        urgent_response_minutes=urgent_response_minutes, urgent_fix_minutes=urgent_fix_minutes,
        safety=bool(safety),
        after_photo=bool(after_photo), service=service or "", life=life, request=bool(request), rank=rank,
        source=source, act=act,
    )  # fmt: skip


@transaction.atomic
def change_fault_type(
    fault_type: FaultType, *, name: str, label: str, icon: str, examples: str, words: str,
    worker: Person | None,
    duty: str, response_minutes: int, fix_minutes: int, urgent_response_minutes: int | None,
    urgent_fix_minutes: int | None, safety: bool, after_photo: bool, service: str, life: str, request: bool,
    rank: int,
    source: str, act: Act,
    seen: dict[str, str] | None = None,
) -> FaultType:  # fmt: skip
    """Change a fault type; repairs that are open keep their frozen due times.

    办事 or fault is settled with the first report: the figures of what was would change with it.
    """
    fault_type.refresh_from_db(from_queryset=FaultType.objects.select_for_update())
    _refuse_clock(response_minutes, fix_minutes)
    if bool(request) != fault_type.request:
        _refuse_turn(fault_type)
    return audit.change(
        fault_type, name=name, label=label, icon=icon or "dots", examples=examples, words=words,
        worker=worker, duty=duty or "",
        response_minutes=response_minutes, fix_minutes=fix_minutes,
        urgent_response_minutes=urgent_response_minutes,
        urgent_fix_minutes=urgent_fix_minutes, safety=bool(safety), after_photo=bool(after_photo),
        service=service or "",
        life=life, request=bool(request), rank=rank, source=source, seen=seen, act=act,
    )  # fmt: skip


@transaction.atomic
def close_fault_type(fault_type: FaultType, *, note: str, act: Act) -> FaultType:
    """停用: nothing new is reported under it; what is open goes on under it to its end.

    Refused while something reports under it by itself, and for the last one that a fault can be reported as.
    """
    fault_type.refresh_from_db(from_queryset=FaultType.objects.select_for_update())
    steps.want(note, "note", "没有写为什么停用，没有保存。写一句，例如：并到“电脑网络”。")
    if fault_type.closed_on:
        raise Overtaken(f"“{fault_type}”已经停用了，没有重复记。")
    if plans := queries.plans_of(fault_type):
        named = "、".join(f"“{plan}”" for plan in plans[:3])
        raise Refused(
            f"维护计划{named}发现坏了还报“{fault_type}”，没有停用。先在“维护计划”里换一类，或者做完、停用它。"
        )
    _refuse_last(fault_type, "没有停用")
    return audit.change(fault_type, closed_on=act.day, ground=note, act=act)


@transaction.atomic
def restore_fault_type(fault_type: FaultType, *, act: Act) -> FaultType:
    """恢复: it can be reported under again; not into the hands of somebody who has left."""
    fault_type.refresh_from_db(from_queryset=FaultType.objects.select_for_update())
    if fault_type.closed_on is None:
        raise Overtaken(f"“{fault_type}”没有停用，不用恢复。")
    worker = fault_type.worker
    if worker and not people.active(act.day).filter(pk=worker.pk).exists():
        raise Refused(f"“{fault_type}”直接交给的{worker}已经离校，没有恢复。先点“改卡片”换一个人，或者空着。")
    return audit.change(fault_type, closed_on=None, act=act)


def change_priority(
    rule: PriorityRule, *, rank: int, urgent_clock: bool, act: Act, seen: dict[str, str] | None = None
) -> PriorityRule:
    """Change a line of the table; what was reported before keeps its place and its clock."""
    return audit.change(rule, rank=rank, urgent_clock=bool(urgent_clock), seen=seen, act=act)


def _refuse_turn(fault_type: FaultType) -> None:
    """From fault to 办事 or back, only while nothing hangs on it."""
    if Repair.objects.filter(fault_type=fault_type).exists() or queries.plans_of(fault_type):
        raise Refused(
            f"“{fault_type}”已经在用，不能再改是不是办事，没有保存。加一个新的类别，把这个停用。", "request"
        )
    _refuse_last(fault_type, "没有保存")


def _refuse_last(fault_type: FaultType, undone: str) -> None:
    if not fault_type.request and not queries.types().exclude(pk=fault_type.pk).exists():
        raise Refused(f"“{fault_type}”是最后一个能报修的类别，{undone}。先加一个，或者恢复一个。")


def _refuse_clock(response_minutes: int, fix_minutes: int) -> None:
    if response_minutes > fix_minutes:
        raise Refused("首响时限比修复时限长，没有保存。改短首响，或者改长修复。", field="response_minutes")


@transaction.atomic
def lay_out(*, act: Act) -> int:
    """What a school starts with: fault types, priorities, the tiers for outside repairs, the month's
    round of visits; nothing that is
    there."""
    known = set(FaultType.objects.values_list("code", flat=True))
    fresh = [row for row in queries.shipped_fault_types() if row.code not in known]
    audit.add_many(FaultType, fresh, act=act, ground="随系统提供")
    if not PriorityRule.objects.exists():
        audit.add_many(PriorityRule, queries.priorities(), act=act, ground="随系统提供")
    if routes.rules_on(REPAIR.kind, act.day) is None:
        approvals.issue_rules(
            REPAIR.kind,
            effective_on=act.day,
            authority="外修审批默认档（可改）",
            ranges=queries.SHIPPED_TIERS,
            act=act,
        )
    lay_out_round(act=act)
    return len(fresh)
