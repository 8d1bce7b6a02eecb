"""Every state of every flow, reached by the acts of named people: what the step matrix and
the form tests walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from houqin.areas.plans import actions as plans
from houqin.areas.plans.models import Plan
from houqin.areas.plans.pure.outline import Node
from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.actions import accepting, maintaining
from houqin.areas.repairs.models import FaultType, MaintenanceJob, VisitDue
from houqin.areas.repairs.tests.scene import photo
from houqin.kernel.act import Act
from houqin.kernel.area import areas
from houqin.kernel.matters.models import Matter
from houqin.kernel.schedule import actions as schedule
from houqin.kernel.terms import actions as calendar
from houqin.kernel.terms.models import Term
from tests.cast import Cast, system, visitor

NODES = (Node(1, "一", "坚持民主理财。"), Node(1, "二", "各项工作做到有安排、有检查、有落实。"))
EVERY = [(flow.kind, state.key) for area in areas() for flow in area.flows for state in flow.states]


@dataclass
class Way:
    """Who opens it, who does it, who looks; each act a minute after the one before."""

    cast: Cast
    opener: str = "teacher-2"
    worker: str = "repairman"
    checker: str = "class-teacher"
    photo: bool = False  # one of what was repaired

    def act(self, role: str) -> Act:
        return self.cast.act(role)

    def to(self, kind: str, state: str) -> Matter:
        """A new matter of this kind in this state."""
        found = self._to(kind, state)
        assert found.state == state, (kind, state, found.state)
        return found

    def _to(self, kind: str, state: str) -> Matter:
        before, step = STATES[kind, state]
        matter = self._to(kind, before) if before else None
        if matter is None or matter.state != state:  # some are given out as soon as they are reported
            matter = step(self, matter) or matter
        return Matter.objects.select_related("holder", "place", "opened_by").get(pk=matter.pk)


Step = Callable[[Way, Any], Any]


# ── 报修、服务 ──────────────────────────────────────────────────────────────────────────────────────────────


def laid_out(way: Way, code: str) -> dict[str, Any]:
    """A type that one worker has by duty, else one that the dispatcher gives out."""
    repairs.lay_out(act=way.act("director"))
    FaultType.objects.get_or_create(code="S09", defaults=CARRYING)
    kind = FaultType.objects.get(code="W15" if way.worker == "gardener" else code)
    return {"place": way.cast.place("c32"), "fault_type": kind, "detail": "灯不亮"}


CARRYING = {  # a service that several may do
    "name": "搬运", "label": "搬运", "request": True, "duty": "repair-worker", "response_minutes": 120,
    "fix_minutes": 480, "service": "living", "rank": 99,
}  # fmt: skip


def reported(way: Way, _: None) -> Any:
    return repairs.report(**laid_out(way, "W18"), act=way.act(way.opener))


def told(way: Way, _: None) -> Any:
    return repairs.report_unlogged(**laid_out(way, "W18"), act=visitor(way.act("director").at))


def asked(way: Way, _: None) -> Any:
    return repairs.ask(**laid_out(way, "S09"), act=way.act(way.opener))


def given(way: Way, matter: Matter) -> None:
    repairs.dispatch(matter, worker=way.cast[way.worker], act=way.act("director"))


def paused(way: Way, matter: Matter) -> None:
    repairs.pause(matter, reason="parts", act=way.act(way.worker))


def outside(way: Way, matter: Matter) -> None:
    said = {"contractor": "城东电器", "cost_fen": 50_000, "note": "厂家才有配件"}
    repairs.ask_contractor(matter, **said, act=way.act(way.worker))


def finished(way: Way, matter: Matter) -> None:
    photos = [photo()] if way.photo else []
    repairs.finish(matter, cause="wear", fix="换新", photos=photos, act=way.act(way.worker))


def served(way: Way, matter: Matter) -> None:
    repairs.serve(matter, fix="搬好了", act=way.act(way.worker))


def signed(way: Way, matter: Matter) -> None:
    repairs.sign(matter, act=way.act(way.opener))


def timed_out(way: Way, matter: Matter) -> None:
    accepting.time_out(matter, act=system(matter.due_at))


def closed(way: Way, matter: Matter) -> None:
    repairs.close_by_office(matter, note="看过", act=way.act("director"))


def cancelled(way: Way, matter: Matter) -> None:
    repairs.cancel(matter, note="自己弄好了", act=way.act(way.opener))


def declined(way: Way, matter: Matter) -> None:
    repairs.decline(matter, note="没有坏", act=way.act("director"))


def merged(way: Way, matter: Matter) -> None:
    repairs.merge(matter, into=twin(way), act=way.act("director"))


def twin(way: Way) -> Matter:
    """Another report of the same fault, that waits for the dispatcher."""
    return repairs.report(**laid_out(way, "W18"), act=way.act("director")).matter


def on_the_spot(way: Way, _: None) -> Any:
    kind = laid_out(way, "W18")["fault_type"]
    act = way.act(way.worker)
    schedule.make_slots(until=act.day, act=system(act.at))
    repairs.draw_up(system(act.at))
    due = VisitDue.objects.filter(place__code="c32").order_by("-pk")[0]
    return repairs.visit_fix(due, fault_type=kind, fix="紧固", cause="wear", act=act).repair


# ── 维护 ────────────────────────────────────────────────────────────────────────────────────────────────────


def fell_due(way: Way, _: None) -> Any:
    act = way.act("director")
    repairs.lay_out(act=act)
    plan = repairs.enter_plan(
        name="空调滤网清洗", place=way.cast.place("c32"), lines="滤网洗过\n出风正常", unit="month", every=1, dates="",
        from_on=act.day, lasts=3, fault_type=FaultType.objects.get(code="W07"), holder=way.cast[way.worker],
        duty="repair-worker", source="学校惯例", verified=False, act=act,
    )  # fmt: skip
    schedule.make_slots(until=act.day, act=system(act.at))
    repairs.open_turns(system(act.at))
    return MaintenanceJob.objects.get(plan=plan)


def answers(matter: Matter) -> list[dict[str, str]]:
    return [{"line": line, "answer": "ok", "note": ""} for line in matter.maintenance_job.lines]


def done(way: Way, matter: Matter) -> None:
    repairs.finish_job(matter, answers=answers(matter), act=way.act(way.worker))


def done_late(way: Way, matter: Matter) -> None:
    act = way.cast.act(way.worker, at=matter.due_at + timedelta(minutes=1))
    repairs.finish_job(matter, answers=answers(matter), act=act)


def missed(way: Way, matter: Matter) -> None:
    maintaining.miss(matter, act=system(matter.due_at))


def called_off(way: Way, matter: Matter) -> None:
    repairs.call_off(matter, note="在装修", act=way.act("director"))


# ── 计划、任务 ──────────────────────────────────────────────────────────────────────────────────────────────


def drafted(way: Way, _: None) -> Matter:
    """A plan for a term of its own: of one term only one can be in force."""
    act, year = way.act("director"), 2030 + Term.objects.count()
    term = calendar.open_term(
        year=f"{year}—{year + 1} 学年", code=f"{year}-1", name=f"{year} 秋季学期", starts_on=date(year, 9, 1),
        ends_on=date(year + 1, 1, 20), act=act,
    )  # fmt: skip
    plan = plans.open_plan(term=term, name="后勤工作计划", source="", nodes=NODES, act=act)
    days = {"from_on": act.day, "to_on": act.day + timedelta(days=7)}
    plans.assign(plan, owner=way.cast[way.worker], checker=way.cast[way.checker], act=act, **days)
    return plan.matter


def brought(way: Way, matter: Matter) -> None:
    plans.bring(matter, act=way.act("director"))


def dropped(way: Way, matter: Matter) -> None:
    plans.drop(matter, note="导入重了", act=way.act("director"))


def ended(way: Way, matter: Matter) -> None:
    plans.end(matter, act=way.act("director"))


def set_(way: Way, _: None) -> Any:
    clause = Plan.objects.get(matter=way.to("plans.plan", "in_force")).clauses.order_by("place")[0]
    act = way.act("director")
    doer, checker = way.cast[way.worker], way.cast[way.checker]
    due_on = act.day + timedelta(days=3)
    return plans.give(clause=clause, title="查一遍", doer=doer, checker=checker, due_on=due_on, act=act)


def told_done(way: Way, matter: Matter) -> None:
    plans.report(matter, note="查了", act=way.act(way.worker))


def looked_at(way: Way, matter: Matter) -> None:
    plans.check(matter, act=way.act(way.checker))


def taken_back(way: Way, matter: Matter) -> None:
    plans.cancel(matter, note="不用了", act=way.act("director"))


STATES: dict[tuple[str, str], tuple[str, Step]] = {  # from which state, by which act
    ("repairs.repair", "unverified"): ("", told),
    ("repairs.repair", "reported"): ("", reported),
    ("repairs.repair", "assigned"): ("reported", given),
    ("repairs.repair", "waiting"): ("assigned", paused),
    ("repairs.repair", "approving"): ("assigned", outside),
    ("repairs.repair", "fixed"): ("assigned", finished),
    ("repairs.repair", "signed"): ("fixed", signed),
    ("repairs.repair", "timed_out"): ("fixed", timed_out),
    ("repairs.repair", "closed_by_office"): ("fixed", closed),
    ("repairs.repair", "fixed_on_spot"): ("", on_the_spot),
    ("repairs.repair", "cancelled"): ("reported", cancelled),
    ("repairs.repair", "declined"): ("unverified", declined),
    ("repairs.repair", "merged"): ("reported", merged),
    ("repairs.service", "reported"): ("", asked),
    ("repairs.service", "assigned"): ("reported", given),
    ("repairs.service", "fixed"): ("assigned", served),
    ("repairs.service", "signed"): ("fixed", signed),
    ("repairs.service", "timed_out"): ("fixed", timed_out),
    ("repairs.service", "closed_by_office"): ("fixed", closed),
    ("repairs.service", "cancelled"): ("reported", cancelled),
    ("repairs.maintenance", "due"): ("", fell_due),
    ("repairs.maintenance", "done"): ("due", done),
    ("repairs.maintenance", "late"): ("due", done_late),
    ("repairs.maintenance", "missed"): ("due", missed),
    ("repairs.maintenance", "called_off"): ("due", called_off),
    ("plans.plan", "draft"): ("", drafted),
    ("plans.plan", "in_force"): ("draft", brought),
    ("plans.plan", "ended"): ("in_force", ended),
    ("plans.plan", "dropped"): ("draft", dropped),
    ("plans.task", "open"): ("", set_),
    ("plans.task", "done"): ("open", told_done),
    ("plans.task", "carried_out"): ("done", looked_at),
    ("plans.task", "cancelled"): ("open", taken_back),
}
