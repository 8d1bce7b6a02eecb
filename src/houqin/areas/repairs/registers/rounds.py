"""走访 and 预防性维护: the month's list of rooms, what was found in them, plans and their jobs."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.matters.models import Matter
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person
from houqin.kernel.schedule.models import Slot
from houqin.ui.register.declare import (
    Card,
    CardSlip,
    Column,
    Empty,
    Filter,
    Opening,
    Register,
    Section,
    View,
)

from .. import actions, forms, queries, rules
from ..flow import MAINTENANCE
from ..models import MaintenanceJob, MaintenancePlan, Visit, VisitDue
from .ledger import the_places
from .plan_sheet import PLAN_SHEET, PLANNERS

ROUND_SEEN = (*rules.WALKERS, "view-all", "view-repairs")


# ── 应走访 ──────────────────────────────────────────────────────────────────────────────────────────────


def all_dues(person: Person, at: datetime) -> QuerySet[VisitDue]:
    return queries.dues()


def this_month(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    on = timezone.localtime(at).date()
    return rows.filter(slot__on__gte=on.replace(day=1), slot__on__lte=on)


def not_yet(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return this_month(rows, person, at).exclude(queries.visited())


def never(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(slot__closes_at__lt=at).exclude(queries.visited())


def month_of(on: Any) -> str:
    return f"{on.year} 年 {on.month} 月"


def due_state(times: int, round_is: str) -> dict[str, str]:
    if times:
        return {"label": "走到了", "tone": "green", "icon": "circle-check"}
    if round_is == Slot.MISSED:
        return {"label": "漏", "tone": "red", "icon": "alert-triangle"}
    return {"label": "还没走到", "tone": "amber", "icon": "clock"}


def how_many(times: int) -> str:
    return f"{times} 次" if times else ""


def facts_of_due(due: VisitDue, act: Act) -> list[Fact]:
    return [
        Fact("地点", due.place.full_name),
        Fact("月份", month_of(due.slot.on), note=f"{wording.paper_day(due.slot.closes_at)}截止"),
        Fact("责任人", due.place.owner.name if due.place.owner else "没有"),
        Fact("走到", f"{due.visits.count()} 次"),
    ]


def visits_of(due: VisitDue, act: Act) -> list[Section]:
    rows = Visit.objects.filter(due__place=due.place).select_related("by", "met", "repair__matter")
    lines = [visit_row(visit, act) for visit in rows.order_by("-pk")[:8]]
    url = f"/repairs/visits/?place={due.place_id}"
    return [Section("最近的走访", lines, url=url, empty="还没有走到过")]


def visit_row(visit: Visit, act: Act) -> dict[str, Any]:
    number = visit.repair.matter.number if visit.repair else ""
    return {
        "title": visit.said or visit.get_found_display(), "url": f"/matters/{number}/" if number else "",
        "notes": [wording.when(visit.at, act.at), visit.by.name, f"见到{visit.met}" if visit.met else ""],
        "end": number or visit.get_found_display(),
    }  # fmt: skip


def in_the_room(act: Act, due: VisitDue | None) -> dict[str, Any]:
    return {"met": people.active(act.day).order_by("name", "pk")}


def seeing(act: Act, due: VisitDue | None) -> dict[str, Any]:
    types = queries.types()
    icons = {str(row.pk): row.icon for row in types}
    return in_the_room(act, due) | {"fault_type": types, "fault_type__icons": icons}


def still_on(due: VisitDue) -> bool:
    return due.slot.state != Slot.MISSED and due.place.closed_on is None


DUES = Register(
    key="dues",
    name="走访名单",
    model=VisitDue,
    icon="route",
    rows=all_dues,
    order="-slot__on",
    duties=ROUND_SEEN,
    columns=(
        Column("房间", "place__full_name", sort="place__walk", on="title"),
        Column("月份", "slot__on", sort="slot__on", value=month_of, on="place"),
        Column("状态", ("times", "slot__state"), kind="state", value=due_state, on="state"),
        Column("走到", "times", value=how_many, on="note"),
        Column("最近一次", "last_at", kind="moment", on="due"),
    ),
    filters=(
        Filter("place", "楼、层、室", "place", kind="place", choices=the_places),
        Filter("month", "月份", "slot__on", kind="dates"),
    ),
    views=(
        View("not_yet", "还没走到", not_yet, sort="place__full_name"),
        View("month", "这个月", this_month, sort="place__full_name"),
        View("missed", "漏了的", never),
        View("all", "全部"),
    ),
    search=("place__full_name",),
    hint="房间",
    slips=(
        CardSlip("fine", "无事", forms.FineForm, actions.visit_fine, duties=rules.WALKERS, icon="circle-check",
                 choices=in_the_room, when=still_on),
        CardSlip("fix", "当场修好", forms.VisitFixForm, actions.visit_fix, duties=rules.WALKERS, icon="tool",
                 choices=seeing, when=still_on, says="没有人报过，不用签字；单独算作“当场修好”。"),
        CardSlip("report", "转报修", forms.VisitReportForm, actions.visit_report, duties=rules.WALKERS,
                 icon="arrow-forward-up", choices=seeing, when=still_on),
    ),
    card=Card(facts=facts_of_due, related=visits_of),
    empty=Empty("名单还没有排出来", "每个月第一个上学日，在用的房间都排进名单，走到一间记一间。"),
)  # fmt: skip


# ── 走访 ────────────────────────────────────────────────────────────────────────────────────────────────


def all_visits(person: Person, at: datetime) -> QuerySet[Visit]:
    return Visit.objects.all()


VISITS = Register(
    key="visits",
    name="走访记录",
    model=Visit,
    kind="entry",
    icon="message-2",
    rows=all_visits,
    order="-pk",
    duties=ROUND_SEEN,
    columns=(
        Column("房间", "due__place__full_name", sort="due__place__walk", on="title"),
        Column("看到", "found", sort="found", choices=tuple(Visit.FOUND), on="state"),
        Column("说了什么", "said", on="place"),
        Column("走访人", "by__name", sort="by__name", on="note"),
        Column("见到谁", "met__name", on="note", empty="没人"),
        Column("时间", "at", sort="at", kind="moment", indexed=True, on="due"),
        Column("报修单", "repair__matter__number", kind="code", on="note"),
    ),
    filters=(
        Filter("found", "看到", "found", choices=tuple(Visit.FOUND)),
        Filter("place", "楼、层、室", "due__place", kind="place", choices=the_places),
        Filter("at", "走访日期", "at", kind="dates"),
    ),
    search=("due__place__full_name", "by__name", "said"),
    hint="房间、走访人、说了什么",
    empty=Empty("还没有走访过", "从“上门走访”点一间，记下看到什么。",
                ({"label": "去走访", "url": "/repairs/walk/", "icon": "route"},)),
)  # fmt: skip


# ── 维护计划 ────────────────────────────────────────────────────────────────────────────────────────────


def all_plans(person: Person, at: datetime) -> QuerySet[MaintenancePlan]:
    return MaintenancePlan.objects.select_related("place", "holder", "fault_type")


def in_use(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(closed_on=None)


def unverified(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(closed_on=None, verified=False)


def facts_of_plan(plan: MaintenancePlan, act: Act) -> list[Fact]:
    return [
        Fact("代码", plan.code, code=True),
        Fact("在哪里", plan.place.full_name),
        Fact(
            "多久一次",
            rules.how_often(plan.unit, plan.every, plan.dates),
            note=f"{wording.paper_day(plan.from_on)} 起",
        ),
        Fact("几天内做完", f"{plan.lasts} 个上班日"),
        Fact("谁做", rules.by_whom(plan.holder.name if plan.holder else None, plan.duty)),
        Fact("坏了报哪类", plan.fault_type.label),
        Fact("间隔依据", rules.ground(plan.source, plan.verified), whole=True),
        Fact("检查项", plan.lines, whole=True),
    ]


def state_of_plan(plan: MaintenancePlan) -> dict[str, str] | None:
    return {"label": "停用", "tone": "grey", "icon": "ban"} if plan.closed_on else None


def jobs_of(plan: MaintenancePlan, act: Act) -> list[Section]:
    rows = queries.seen_jobs(act.by, act.at).filter(plan=plan).select_related("matter", "slot")
    lines = [
        {"title": f"{wording.paper_day(job.slot.on)} 这一次", "url": f"/matters/{job.matter.number}/",
         "notes": [job.matter.number], "state": MAINTENANCE.state(job.matter.state)}
        for job in rows.order_by("-pk")[:8]
    ]  # fmt: skip
    return [
        Section("最近几次", lines, url=f"/repairs/maintenance/?view=all&plan={plan.pk}", empty="还没有轮到")
    ]


def planning(act: Act, plan: MaintenancePlan | None) -> dict[str, Any]:
    offered = {
        "place": the_places(act.by, act.at).filter(closed_on=None), "fault_type": queries.types(),
        "holder": people.active(act.day).order_by("name", "pk"),
    }  # fmt: skip
    if plan is not None:
        return offered
    return offered | {"unit__initial": "month", "every__initial": 1, "from_on__initial": act.day,
                      "lasts__initial": 3, "duty__initial": rules.WORKER}  # fmt: skip


def is_running(plan: MaintenancePlan) -> bool:
    return plan.closed_on is None


PLANS = Register(
    key="plans",
    name="维护计划",
    model=MaintenancePlan,
    icon="settings",
    rows=all_plans,
    order="pk",
    duties=(*ROUND_SEEN, "house-keeper"),
    columns=(
        Column("做什么", "name", sort="name", on="title"),
        Column("在哪里", "place__full_name", sort="place__walk", on="place"),
        Column("多久一次", ("unit", "every", "dates"), value=rules.how_often, on="due"),
        Column("谁做", ("holder__name", "duty"), value=rules.by_whom, on="note"),
        Column("几天内做完", "lasts", kind="number", unit="天"),
        Column("代码", "code", sort="code", kind="code", shown=False),
        Column("间隔依据", ("source", "verified"), value=rules.ground, on="note"),
        Column("停用日期", "closed_on", kind="date", shown=False),
    ),
    filters=(
        Filter("place", "楼、层、室", "place", kind="place", choices=the_places),
        Filter("verified", "依据核对过", "verified", kind="yes"),
    ),
    views=(View("running", "在用", in_use), View("unverified", "依据没核对", unverified), View("all", "全部")),
    indexed="repairs.maintenanceplan",
    hint="做什么、在哪里",
    slips=(
        CardSlip("new", "加计划", forms.PlanForm, actions.enter_plan, duties=PLANNERS, icon="plus",
                 choices=planning),
        CardSlip("change", "改卡片", forms.PlanChange, actions.change_plan, duties=PLANNERS, choices=planning,
                 when=is_running),
        CardSlip("close", "停用", forms.PlanCloseForm, actions.close_plan, duties=PLANNERS, icon="ban",
                 when=is_running),
    ),
    sheet=PLAN_SHEET,
    card=Card(facts=facts_of_plan, state=state_of_plan, related=jobs_of),
    empty=Empty("还没有维护计划", "空调滤网、屋面落水口、门锁合页：不等坏，定期做。先录最常坏的几样。"),
)  # fmt: skip


# ── 维护工单 ────────────────────────────────────────────────────────────────────────────────────────────


def state_of_job(state: str) -> Any:
    return MAINTENANCE.state(state)


def open_jobs(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__in=Matter.objects.open())


def late_jobs(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__in=Matter.objects.overdue(at))


def missed_jobs(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(matter__state__in=("late", "missed"))


def maintainers(person: Person, at: datetime) -> QuerySet[Person]:
    given = MaintenanceJob.objects.exclude(worker=None).values("worker")
    return Person.objects.filter(pk__in=given).order_by("name", "pk")


def the_plans(person: Person, at: datetime) -> QuerySet[MaintenancePlan]:
    return MaintenancePlan.objects.select_related("place").order_by("place__walk", "pk")


JOBS = Register(
    key="maintenance",
    name="维护台账",
    model=MaintenanceJob,
    kind="matter",
    icon="settings",
    rows=queries.seen_jobs,
    number="matter__number",
    order="-pk",
    columns=(
        Column("编号", "matter__number", sort="pk", kind="code", indexed=True, on="note"),
        Column("做什么", "plan__name", sort="plan__name", on="title"),
        Column("在哪里", "matter__place__full_name", sort="matter__place__walk", on="place"),
        Column("轮到", "slot__on", sort="slot__on", kind="date", on="note"),
        Column("期限", "matter__due_at", sort="matter__due_at", kind="moment", on="due"),
        Column("在谁手上", ("matter__holder__name", "matter__duty"), value=lambda who, duty: who or
               (rules.by_whom(None, duty) if duty else ""), on="note"),
        Column("谁做", "worker__name", sort="worker__name", shown=False, empty="还没有人"),
        Column("状态", "matter__state", kind="state", value=state_of_job, on="state"),
        Column("办结", "matter__closed_at", kind="moment", shown=False),
    ),
    filters=(
        Filter("plan", "维护计划", "plan", kind="model", choices=the_plans),
        Filter("place", "楼、层、室", "matter__place", kind="place", choices=the_places),
        Filter("state", "状态", "matter__state", choices=tuple((s.key, s.label) for s in MAINTENANCE.states)),
        Filter("worker", "谁做", "worker", kind="person", choices=maintainers),
        Filter("turn", "轮到日期", "slot__on", kind="dates"),
        Filter("due", "期限", "matter__due_at", kind="dates"),
    ),
    views=(
        View("open", "没做完", open_jobs, sort="matter__due_at"),
        View("late", "过了期限", late_jobs, sort="matter__due_at"),
        View("missed", "补做和漏做", missed_jobs),
        View("all", "全部"),
    ),
    search=("plan__name", "matter__place__full_name"),
    hint="做什么、在哪里",
    empty=Empty("还没有轮到的维护", "维护计划轮到的那天，工单自己开出来，交给做的人。",
                ({"label": "维护计划", "url": "/repairs/plans/", "icon": "settings"},)),
    opening=Opening("维护日历", "/repairs/calendar/", icon="calendar"),
)  # fmt: skip
