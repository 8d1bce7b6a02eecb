"""导入: the tree of a plan, as it was looked over, becomes a draft; and the catalogue that a school starts
with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.people.queries import has_duty
from houqin.kernel.terms.models import Term

from .. import queries, rules
from ..flow import PLAN
from ..models import CatalogueClause, Plan, PlanClause
from ..pure.outline import DEEPEST, MOST, Node, Row, rows_of, settled
from .binding import propose

LONGEST = 2000  # characters of a clause


@transaction.atomic
def lay_out(*, act: Act) -> int:
    """The 82 clauses that ship; none that is there."""
    known = set(CatalogueClause.objects.values_list("code", flat=True))
    fresh = [row for row in queries.shipped_clauses() if row.code not in known]
    audit.add_many(CatalogueClause, fresh, act=act, ground="随系统提供")
    return len(fresh)


@transaction.atomic
def open_plan(*, term: Term, name: str, source: str, nodes: Sequence[Node], act: Act) -> Plan:
    """Save a plan as a draft: its tree as it was looked over, its text as it came; and propose what it
    answers."""
    if not has_duty(act.by, rules.OFFICE, act.day):
        raise NotYours("导入计划归总务处办，没有保存。")
    kept = settled(nodes)
    _refuse(kept)
    lay_out(act=act)
    due_at = datetime.combine(term.ends_on, time(17, 30), timezone.get_default_timezone())
    dropped = sum(node.fate == "drop" for node in nodes)
    matter = matters.open_matter(
        PLAN, title=name, state="draft", due_at=due_at, holder=act.by, words=name,
        facts={"clauses": len(kept), "dropped": dropped}, act=act,
    )  # fmt: skip
    plan = Plan.objects.create(matter=matter, term=term, name=name[:80], source=source)
    _plant(plan, rows_of(kept), act)
    propose(plan, act=act)
    return plan


def _refuse(kept: Sequence[Node]) -> None:
    if not kept:
        raise Refused("一条也没有，没有保存。贴上计划的文字，或者选一个文件。", field="text")
    if len(kept) > MOST:
        raise Refused(f"有 {len(kept)} 条，最多 {MOST} 条，没有保存。并掉一些再存。")
    for at, node in enumerate(kept, 1):
        if len(node.text) > LONGEST:
            raise Refused(f"第 {at} 条有 {len(node.text)} 个字，最多 {LONGEST} 个，没有保存。把它分开再存。")
        if not 1 <= node.level <= DEEPEST:
            raise Refused(f"第 {at} 条在第 {node.level} 层，最多 {DEEPEST} 层，没有保存。")


def _plant(plan: Plan, rows: Sequence[Row], act: Act) -> None:
    """Level by level, so that each finds the one above it."""
    made: dict[int, PlanClause] = {}
    depths = _depths(rows)
    for depth in range(1, max(depths) + 1):
        places = [place for place, found in enumerate(depths) if found == depth]
        fresh = [_clause(plan, place, depth, rows[place], made) for place in places]
        made.update(zip(places, audit.add_many(PlanClause, fresh, act=act, ground="导入"), strict=True))


def _depths(rows: Sequence[Row]) -> list[int]:
    """How deep each stands in the tree, whatever level was written beside it."""
    depths: list[int] = []
    for row in rows:
        depths.append(1 if row.above is None else depths[row.above] + 1)
    return depths


def _clause(plan: Plan, place: int, depth: int, row: Row, made: dict[int, PlanClause]) -> PlanClause:
    return PlanClause(
        plan=plan, code=f"{plan.matter.number}-{place + 1:03}", place=place + 1, level=depth,
        number=row.node.number[:20],
        path=row.path[:60], text=row.node.text, heading=row.heading,
        parent=made[row.above] if row.above is not None else None,
    )  # fmt: skip
