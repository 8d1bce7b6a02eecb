"""计划任务, 检查记录, 传阅, and 全部事项, over which 落实率 is counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from houqin.kernel.area import flow_of
from houqin.kernel.matters.models import Matter, MatterQuerySet
from houqin.kernel.people.models import Person
from houqin.ui.register.declare import Column, Empty, Filter, Opening, Register, View

from .. import queries, rules
from ..flow import TASK
from ..models import PlanTask, Reader, TaskCheck
from .choosing import staff, the_plans


def open_ones(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__closed_at=None)


def late(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__in=Matter.objects.overdue(at))


def to_check(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__state="done")


def clause_named(path: str, text: str) -> str:
    return f"{path} {text[:20]}"


TASKS = Register(
    key="tasks",
    name="计划任务",
    model=PlanTask,
    kind="matter",
    icon="clipboard-list",
    rows=queries.tasks_seen,
    number="matter__number",
    order="-pk",
    columns=(
        Column("编号", "matter__number", sort="pk", kind="code", on="note"),
        Column("任务", "matter__title", on="title"),
        Column("条款", ("clause__path", "clause__text"), on="place", value=clause_named),
        Column("谁办", "doer__name", sort="doer__name", on="note"),
        Column("谁检查", "checker__name", sort="checker__name", on="note"),
        Column("完成期限", "due_on", sort="due_on", kind="date", on="due"),
        Column("办完", "done_at", kind="moment", shown=False),
        Column("状态", "matter__state", sort="matter__state", kind="state", on="state", value=TASK.state),
    ),
    filters=(
        Filter("plan", "计划", "clause__plan", kind="model", choices=the_plans),
        Filter("doer", "谁办", "doer", kind="person", choices=staff),
        Filter("checker", "谁检查", "checker", kind="person", choices=staff),
        Filter("state", "状态", "matter__state", choices=tuple((s.key, s.label) for s in TASK.states)),
        Filter("due", "完成期限", "due_on", kind="dates"),
    ),
    views=(View("open", "没办结", open_ones, sort="due_on"), View("late", "逾期", late, sort="due_on"),
           View("done", "等检查", to_check), View("all", "全部")),
    search=("doer__name", "doer__initials"),
    indexed="kernel.matter",
    hint="编号、任务、人",
    empty=Empty("还没有任务", "在施行的计划里，给一条派一个任务：谁办、什么时候办完、谁检查。"),
    opening=Opening("派任务", "/plans/task/new/", duties=(rules.OFFICE,)),
)  # fmt: skip


def found_so(carried_out: bool) -> Any:
    if carried_out:
        return TASK.state("carried_out")
    return {"label": "没落实", "tone": "red", "icon": "arrow-back-up"}


CHECKS = Register(
    key="checks",
    name="检查记录",
    model=TaskCheck,
    kind="entry",
    icon="clipboard-check",
    rows=lambda person, at: TaskCheck.objects.filter(task__in=queries.tasks_seen(person, at)),
    columns=(
        Column("任务", "task__matter__title", on="title"),
        Column("编号", "task__matter__number", kind="code", on="note"),
        Column("谁办", "task__doer__name", on="note"),
        Column("检查人", "by__name", sort="by__name", on="place"),
        Column("检查时间", "at", sort="at", indexed=True, kind="moment", on="due"),
        Column("结果", "carried_out", kind="state", on="state",
               value=found_so),
    ),
    filters=(
        Filter("at", "检查时间", "at", kind="dates"),
        Filter("so", "落实", "carried_out", kind="yes"),
        Filter("by", "检查人", "by", kind="person", choices=staff),
    ),
    search=("task__matter__title", "by__name"),
    hint="任务、检查人",
    empty=Empty("还没有检查", "任务办完以后，由检查人去看，看过的都在这里。"),
)  # fmt: skip


def not_read(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(receipt=None)


def read_at(at: datetime | None) -> dict[str, str]:
    if at is None:
        return {"label": "还没看", "tone": "amber", "icon": "hourglass"}
    return {"label": "看过了", "tone": "green", "icon": "circle-check"}


READERS = Register(
    key="readers",
    name="传阅",
    model=Reader,
    kind="entry",
    icon="eye",
    rows=queries.readers_seen,
    order="pk",
    columns=(
        Column("姓名", "person__name", sort="person__name", on="title"),
        Column("计划", "plan__name", on="place"),
        Column("发出", "at", kind="date", on="note"),
        Column("阅读时间", "receipt__at", sort="receipt__at", kind="moment", on="due"),
        Column("状态", "receipt__at", kind="state", on="state", value=read_at),
    ),
    filters=(Filter("plan", "计划", "plan", kind="model", choices=the_plans),),
    views=(View("all", "全部"), View("not", "还没看", not_read)),
    search=("person__name", "person__initials"),
    hint="姓名，可打拼音首字母",
    empty=Empty("还没有传阅", "计划施行后发给全体教职工看。"),
)  # fmt: skip


# ── 全部事项 ────────────────────────────────────────────────────────────────────────────────────────────────


def all_matters(person: Person, at: datetime) -> MatterQuerySet:
    return Matter.objects.visible_to(person, at)


def kind_name(kind: str) -> str:
    return flow_of(kind).name


def state_of(kind: str, state: str) -> Any:
    return flow_of(kind).state(state)


def still_open(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(closed_at=None)


MATTERS = Register(
    key="matters",
    name="全部事项",
    model=Matter,
    kind="matter",
    icon="inbox",
    rows=all_matters,
    duties=rules.SEE,
    columns=(
        Column("编号", "number", sort="pk", kind="code", on="note"),
        Column("事由", "title", on="title"),
        Column("类别", "kind", on="note", value=kind_name),
        Column("地点", "place__full_name", on="place"),
        Column("在谁手上", "holder__name", on="note"),
        Column("提出", "opened_at", sort="opened_at", indexed=True, kind="date"),
        Column("期限", "due_at", sort="due_at", indexed=True, kind="moment", on="due"),
        Column("办结", "closed_at", kind="moment", shown=False),
        Column("状态", ("kind", "state"), kind="state", on="state", value=state_of),
    ),
    filters=(Filter("opened", "提出", "opened_at", kind="dates"),),
    views=(View("all", "全部"), View("open", "没办结", still_open)),
    indexed="kernel.matter",
    hint="编号、事由、地点",
    empty=Empty("还没有事项", "报修、任务这样的事都在这里，一件一件有人办、有落实。"),
)  # fmt: skip
