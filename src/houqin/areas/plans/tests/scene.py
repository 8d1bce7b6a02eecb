"""A school with a small plan: two chapters, three clauses, drafted and brought into force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from houqin.areas.plans import actions
from houqin.areas.plans.models import Plan, PlanClause, PlanTask
from houqin.areas.plans.pure.outline import Node
from houqin.kernel.act import Act
from houqin.kernel.matters.models import Matter
from houqin.kernel.terms.models import Term
from tests.cast import Cast

NODES = (
    Node(1, "", "后勤工作计划"),
    Node(1, "一", "校产管理"),
    Node(
        2,
        "(一)",
        "完善校产维修报修制度，由相关人员将报修单送到后勤处，以便及时安排；维修完毕，由报修人负责验收签字。",
    ),
    Node(2, "(二)", "各项工作做到有安排、有检查、有落实。"),
    Node(1, "二", "坚持民主理财。"),
)


def at(*when: int) -> datetime:
    return timezone.make_aware(datetime(*when))


@dataclass
class Scene:
    """The cast and the plan's actions by the director."""

    cast: Cast

    def act(self, role: str, when: datetime | None = None) -> Act:
        return self.cast.act(role, at=when)

    def draft(self, nodes: tuple[Node, ...] = NODES, **more: Any) -> Plan:
        said = {
            "term": Term.objects.get(code="2026-1"),
            "name": "2026 秋季后勤工作计划",
            "source": "原文",
        } | more
        return actions.open_plan(nodes=nodes, act=self.act("director", at(2026, 9, 1, 9, 0)), **said)

    def assign(self, plan: Plan, owner: str = "repairman", checker: str = "director", **more: Any) -> int:
        said = {"from_on": date(2026, 9, 1), "to_on": date(2026, 11, 30)} | more
        return actions.assign(
            plan, owner=self.cast[owner], checker=self.cast[checker], act=self.act("director"), **said
        )

    def change(self, plan: Plan, path: str, *, owner: str, checker: str = "director") -> PlanClause:
        """改卡片: who answers for one line, by whom it is checked; all else as it was."""
        one = self.clause(plan, path)
        kept = {name: getattr(one, name) for name in ("text", "heading", "from_on", "to_on")}
        people = {"owner": self.cast[owner], "checker": self.cast[checker]}
        return actions.change_clause(one, **kept, **people, act=self.act("director"))

    def in_force(self, **more: Any) -> Plan:
        plan = self.draft()
        self.assign(plan, **more)
        actions.bring(plan.matter, act=self.act("director", at(2026, 9, 2, 9, 0)))
        return Plan.objects.select_related("matter", "term").get(pk=plan.pk)

    def clause(self, plan: Plan, path: str) -> PlanClause:
        return plan.clauses.select_related("plan__matter", "owner", "checker").get(path=path)

    def task(
        self,
        plan: Plan,
        path: str = "一(一)",
        doer: str = "repairman",
        checker: str = "director",
        **more: Any,
    ) -> Matter:
        said = {"title": "把门窗查一遍", "due_on": date(2026, 11, 25)} | more
        task = actions.give(
            clause=self.clause(plan, path),
            doer=self.cast[doer],
            checker=self.cast[checker],
            act=self.act("director"),
            **said,
        )
        return self.again(task)

    def again(self, thing: PlanTask | Matter) -> Matter:
        """The matter as it stands now, with nothing remembered."""
        return Matter.objects.select_related("plan_task__clause", "holder", "opened_by").get(pk=thing.pk)
