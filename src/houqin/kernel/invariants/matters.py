"""Matters: in somebody's hands, overseen when late, in the state their events lead to,
numbered without a gap.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Count, F, Max, Min

from ..area import Finding, Invariant, flow_of
from ..matters.flow import Flow
from ..matters.models import Event, Matter
from ..numbering.actions import written
from ..numbering.models import Series
from ..people.models import Holding
from ..people.queries import active, held_on
from ..schedule.models import TickRun
from .newest import newest_day

ASIDE = frozenset({"escalate"})  # events that leave the state as it is and are no step of a flow
SKEW = timedelta(minutes=5)  # a clock put right by this much is no disorder
NO_WAY: tuple[Any, Any] = (None, ())
MANNED = "在家底里给这个岗位安排人。"
HANDED = "在他的卡片上点“移交”；等本人签收、审批的，照手册“人员和岗位”的“离岗”办。"
BACK = "不是从页面改的。和备份对一下，查是谁动了数据库。"


def in_hands() -> Iterator[Finding]:
    """I05: every open matter is held by someone of the school, or by a duty that someone has."""
    today = newest_day()
    for matter in (
        Matter.objects.open().filter(holder__left_on__lt=today).select_related("holder").order_by("pk")
    ):
        yield Finding("I05", matter.number, "在在岗的人手上", f"在已离岗的{matter.holder}手上", HANDED)
    here = active(today).values("pk")
    there = Holding.objects.filter(held_on(today), person__in=here, post__duties__ended_at=None)
    held = there.values("post__duties__code")
    for matter in Matter.objects.open().filter(holder=None).exclude(duty__in=held).order_by("pk"):
        yield Finding("I05", matter.number, "有人接办", f"职责“{matter.duty}”现在没有人", MANNED)


def has_next_step() -> Iterator[Finding]:
    """I06: an open matter has a step that leads on from where it is."""
    kinds = (
        Matter.objects.open()
        .values_list("kind", "state")
        .annotate(n=Count("pk"), first=Min("number"))
        .order_by()
    )
    for kind, state, count, first in kinds:
        flow = _flow(kind)
        if flow is None or not any(state in step.start for step in flow.steps):
            yield Finding(
                "I06", f"{first} 等 {count} 件", "有下一步可办", f"“{kind}”在“{state}”没有下一步", BACK
            )


def escalated() -> Iterator[Finding]:
    """I06: what was overdue when the clock last looked has been brought before the overseers."""
    ran = (
        TickRun.objects.filter(job="kernel.escalate", last_error="")
        .values_list("last_run_at", flat=True)
        .first()
    )
    if ran is None:
        return
    for matter in Matter.objects.overdue(ran - SKEW).filter(escalated_at=None).order_by("pk"):
        yield Finding(
            "I06", matter.number, "超时后已督办", "没有督办记录", "看看 houqin start 是不是一直在运行。"
        )
    told = Event.objects.filter(step="escalate").values("matter")
    for matter in Matter.objects.exclude(escalated_at=None).exclude(pk__in=told).order_by("pk"):
        yield Finding("I06", matter.number, "督办有经过记录", "标了督办，没有记录", BACK)


def _flow(kind: str) -> Flow | None:
    try:
        return flow_of(kind)
    except StopIteration:
        return None


# ── the way so far leads to where it is ─────────────────────────────────────────────────────────────────


def replayed() -> Iterator[Finding]:
    """I21: following the events through the flow ends in the state,
    the hands and the closing that the matter shows.
    """
    rows = Event.objects.order_by("matter_id", "pk").values(
        "matter_id", "step", "from_state", "to_state", "to_holder_id", "to_duty"
    )
    ways = groupby(rows.iterator(chunk_size=5000), key=lambda row: row["matter_id"])
    key, way = next(ways, NO_WAY)
    for matter in Matter.objects.order_by("pk").iterator(chunk_size=2000):
        if key == matter.pk:
            yield from _wrong_way(matter, [dict(event) for event in way])
            key, way = next(ways, NO_WAY)
        else:
            yield from _wrong_way(matter, [])


def _wrong_way(matter: Matter, way: list[dict[str, Any]]) -> Iterator[Finding]:
    flow = _flow(matter.kind)
    if flow is None:
        yield Finding("I21", matter.number, "有流程的类别", matter.kind, BACK)
        return
    if not way or way[0]["step"] != "open":
        yield Finding("I21", matter.number, "第一条经过是提出", way[0]["step"] if way else "没有经过", BACK)
        return
    for before, event in pairwise(way):
        if wrong := _wrong_step(flow, before["to_state"], event):
            yield Finding("I21", f"{matter.number} 的“{event['step']}”", *wrong, BACK)
    last, closed = way[-1], matter.state in flow.ends
    shown = (matter.state, matter.holder_id, matter.duty)
    said = (last["to_state"], last["to_holder_id"], last["to_duty"])
    if shown != said:
        yield Finding("I21", matter.number, f"和最后一条经过一致 {said}", str(shown), BACK)
    stands_still = any(state.key == matter.state and state.stops_clock for state in flow.states)
    if stands_still != (matter.paused_at is not None):
        stands = f"状态 {matter.state}，停表时间 {matter.paused_at}"
        yield Finding("I21", matter.number, "停着的有停表时间，别的没有", stands, BACK)
    if closed != (matter.closed_at is not None):
        yield Finding(
            "I21",
            matter.number,
            "办结的有办结时间",
            f"状态 {matter.state}，办结时间 {matter.closed_at}",
            BACK,
        )


def _wrong_step(flow: Flow, state: str, event: dict[str, Any]) -> tuple[str, str] | None:
    """What the flow says of a step, and what the event says, where they differ."""
    if event["from_state"] != state:
        return f"从“{state}”开始", f"从“{event['from_state']}”开始"
    if event["step"] in ASIDE:
        return None if event["to_state"] == state else (f"留在“{state}”", f"到“{event['to_state']}”")
    step = flow.step(event["step"])
    if step is None:
        return "流程里有的步骤", "没有这一步"
    if state not in step.start:
        return f"从 {'、'.join(step.start)} 开始", f"从“{state}”开始"
    end = step.end or state
    return None if event["to_state"] == end else (f"到“{end}”", f"到“{event['to_state']}”")


def in_order() -> Iterator[Finding]:
    """I33: of one matter, what was written later happened later."""
    rows = Event.objects.order_by("matter_id", "pk").values_list("matter__number", "at", "step")
    last_number, last_at = "", None
    for number, at, step in rows.iterator(chunk_size=5000):
        if number == last_number and last_at and at < last_at - SKEW:
            yield Finding(
                "I33",
                f"{number} 的“{step}”",
                f"不早于 {last_at:%Y-%m-%d %H:%M}",
                f"{at:%Y-%m-%d %H:%M}",
                "查服务器的时钟。",
            )
        last_number, last_at = number, at


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────


def numbered() -> Iterator[Finding]:
    """I30: every number is written as its series says."""
    rows = Matter.objects.order_by("pk").values_list("pk", "number", "prefix", "year", "serial")
    for key, number, prefix, year, serial in rows.iterator(chunk_size=5000):
        if number != (wanted := written(prefix, year, serial)):
            yield Finding("I30", f"事项 {key} 的编号", wanted, number, BACK)
    twice = Matter.objects.values_list("number").annotate(n=Count("pk")).filter(n__gt=1).order_by("number")
    for number, count in twice:
        yield Finding("I30", f"编号 {number}", "一件", f"{count} 件", BACK)


def without_gap() -> Iterator[Finding]:
    """I31: the serials of a year run from 1 without a gap; I32:
    the series stands at the last one given out.
    """
    found = Matter.objects.values_list("prefix", "year").annotate(
        n=Count("pk"), low=Min("serial"), high=Max("serial")
    )
    used = {}
    for prefix, year, count, low, high in found.order_by("prefix", "year"):
        used[prefix, year] = high
        if (low, count) != (1, high):
            yield Finding(
                "I31", f"{prefix}{year} 的编号", f"1 到 {high} 不缺", f"从 {low} 起 {count} 个", BACK
            )


def series_stand() -> Iterator[Finding]:
    """I32: the series stands at the last serial given out, never below."""
    found = (
        Matter.objects.values_list("prefix", "year").annotate(high=Max("serial")).order_by("prefix", "year")
    )
    stands = {(row.prefix, row.year): row.last for row in Series.objects.all()}
    for prefix, year, high in found:
        if stands.get((prefix, year)) != high:
            yield Finding(
                "I32", f"编号序列 {prefix}{year}", str(high), str(stands.get((prefix, year), "没有")), BACK
            )


def linked() -> Iterator[Finding]:
    """I07: who acted for another, acted for someone else than himself."""
    for event in Event.objects.filter(on_behalf_of=F("by")).select_related("matter").order_by("pk"):
        yield Finding("I07", f"{event.matter.number} 的“{event.step}”", "代别人办", "代自己办", BACK)


INVARIANTS = (
    Invariant("I05", "事事有人管", in_hands),
    Invariant("I06", "没办完的事都有下一步", has_next_step),
    Invariant("I06", "超时的事都督办了", escalated),
    Invariant("I07", "经手人和代办关系成立", linked, fast=False),
    Invariant("I21", "状态和经过一致", replayed, fast=False),
    Invariant("I30", "编号写法对、不重复", numbered),
    Invariant("I31", "编号不断号", without_gap, fast=False),
    Invariant("I32", "编号序列停在最后一个号", series_stand, fast=False, severity="warning"),
    Invariant("I33", "经过按时间顺序", in_order, fast=False),
)
