"""One open matter of each kind, of one person and in another's hands, made by the area's own actions."""

from collections.abc import Callable
from datetime import date, timedelta

from django.test import override_settings

from houqin.areas.plans import actions as plans
from houqin.areas.plans.models import Plan
from houqin.areas.plans.pure.outline import Node
from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs import queries
from houqin.areas.repairs.models import FaultType, MaintenanceJob, VisitDue
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.classes import actions as classes
from houqin.kernel.matters.models import Matter
from houqin.kernel.notices.actions import channels
from houqin.kernel.people.actions import outside
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.kernel.schedule import actions as schedule
from houqin.kernel.terms import actions as calendar
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.models import SchoolDay, SchoolYear
from tests.cast import Cast, system


def repair(cast: Cast, impact: str = "none") -> Matter:
    """Reported by the teacher of 三(2)班, in the hands of the repairman."""
    repairs.lay_out(act=cast.act("director"))
    kind = FaultType.objects.filter(after_photo=False).order_by("pk")[0]
    teacher = cast.act("class-teacher")
    made = repairs.report(
        place=cast.place("c32"), fault_type=kind, detail="后排灯管不亮", impact=impact, act=teacher
    )
    matter = Matter.objects.get(pk=made.pk)
    if matter.holder is None:
        repairs.dispatch(matter, worker=cast["repairman"], note="", act=cast.act("director"))
    return Matter.objects.select_related("holder", "place", "opened_by").get(pk=made.pk)


def service(cast: Cast) -> Matter:
    """A meal asked for by the teacher of 三(2)班, in the hands of the canteen's manager."""
    repairs.lay_out(act=cast.act("director"))
    meal = FaultType.objects.get(code="S01")
    made = repairs.ask(
        place=cast.place("c32"), fault_type=meal, detail="多两份", act=cast.act("class-teacher")
    )
    return Matter.objects.select_related("holder", "place", "opened_by").get(pk=made.pk)


def maintenance(cast: Cast) -> Matter:
    """Filters of the air conditioning in 三(2)班, due since this morning, in the hands of the electrician."""
    today = cast.act("director")
    repairs.lay_out(act=today)
    repairs.enter_plan(
        name="空调滤网清洗", place=cast.place("c32"), lines="滤网洗过\n出风正常",
        unit="month", every=1, dates="",
        from_on=today.day, lasts=3, fault_type=FaultType.objects.get(code="W07"),
        holder=cast["electrician"], duty="repair-worker", source="学校惯例", verified=False,
        act=today,
    )  # fmt: skip
    act = system(today.at)
    schedule.make_slots(until=act.day, act=act)
    repairs.open_turns(act)
    made = MaintenanceJob.objects.order_by("-pk")[0]
    return Matter.objects.select_related("holder", "place", "opened_by").get(pk=made.pk)


def walk(cast: Cast) -> None:
    """The list of this month, and a visit to each of its rooms; one of them twice."""
    repairs.draw_up(system(cast.now))
    for due in [*VisitDue.objects.order_by("pk"), VisitDue.objects.order_by("pk")[0]]:
        repairs.visit_fine(due, said="没有事", act=cast.act("repairman"))


def plan(cast: Cast) -> Matter:
    """A draft of the director's, every clause with its owner and another who checks."""
    return drafted(cast).matter


def drafted(cast: Cast) -> Plan:
    act = cast.act("director")
    nodes = (Node(1, "一", "坚持民主理财。"), Node(1, "二", "各项工作做到有安排、有检查、有落实。"))
    made = plans.open_plan(term=terms.term_on(act.day), name="后勤工作计划", source="", nodes=nodes, act=act)
    days = {"from_on": act.day, "to_on": act.day + timedelta(days=7)}
    plans.assign(made, owner=cast["repairman"], checker=cast["director"], act=act, **days)
    return made


def task(cast: Cast) -> Matter:
    """Given to the repairman, the director checks."""
    act = cast.act("director")
    running = Plan.objects.filter(matter__state="in_force").first()
    if running is None:
        running = drafted(cast)
        plans.bring(running.matter, act=act)
    made = plans.give(
        clause=running.clauses.order_by("place")[0], title="查一遍", doer=cast["repairman"],
        checker=cast["director"],
        due_on=act.day + timedelta(days=3), act=cast.act("director"),
    )  # fmt: skip
    return Matter.objects.select_related("holder", "opened_by").get(pk=made.pk)


def checked(cast: Cast) -> None:
    """Somebody has read, signed, done and checked."""
    running = Plan.objects.get(matter__state="in_force")
    plans.sign(running, act=cast.act("repairman"))
    for made in Matter.objects.filter(kind="plans.task", state="open").order_by("pk"):
        plans.report(made, note="查了", act=cast.act("repairman"))
        plans.check(made, act=cast.act("director"))


MAKERS: dict[str, Callable[[Cast], Matter]] = {
    "repairs.repair": repair, "repairs.service": service, "repairs.maintenance": maintenance,
    "plans.plan": plan, "plans.task": task,
}  # fmt: skip


def tried_out(cast: Cast) -> None:
    """A channel, and one message on its way."""
    act = cast.act("admin")
    with override_settings(OUTBOUND=("qyapi.weixin.qq.com",)):
        channel = channels.open_channel(
            kind="wecom", name="维修群", address="https://qyapi.weixin.qq.com/send?key=0123456789ab", secret="",
            account="", post=None, act=act,
        )  # fmt: skip
    channels.try_out(channel, act=act)


def vouched_for(cast: Cast, subject: str) -> None:
    """A service to log in by, and a teacher whom it knows."""
    act = cast.act("admin")
    with override_settings(OUTBOUND=("qyapi.weixin.qq.com",)):
        service = outside.open_login(
            kind="wecom", name="企业微信", address="", client_id="ww0123456789", agent="1000002",
            secret="0123456789ab", act=act,
        )  # fmt: skip
        outside.switch_on(service, act=act)
    outside.link(cast["teacher"], login=service, subject=subject, act=act)


def decided(cast: Cast) -> None:
    """Two more versions of the tiers, of which the last is in force, and three delegations."""
    act, kind = cast.act("principal"), "repairs.repair"
    for authority in ("校务会 11 月", "校务会 11 月，更正"):
        approvals.change_rules(
            kind, effective_on=act.day, authority=authority, ranges=queries.SHIPPED_TIERS, act=act
        )
    for giver, taker in (
        ("director", "accountant"),
        ("vice-principal", "director"),
        ("principal", "director"),
    ):
        act = cast.act(giver)
        approvals.delegate(
            taker=cast[taker], kind=kind, cap_fen=100_000, from_at=act.at, to_at=act.at + timedelta(days=3),
            deed="外出培训", act=act,
        )  # fmt: skip


def fill(cast: Cast) -> None:
    """At least three rows for every register, but for the school's own:
    what the cast itself has too few of."""
    for n in range(3):
        tried_out(cast)
        vouched_for(cast, f"teacher-{n}")
    act = cast.act("director")
    for make in MAKERS.values():
        for _ in range(3):
            make(cast)
    checked(cast)
    decided(cast)
    calendar.set_days(
        [SchoolDay(on=date(2026, 12, n), staff_day=True, note="期末") for n in (5, 12, 19)], act=act
    )
    calendar.lay_out(act=act)
    for way in ("paper", "phone", "word"):
        repairs.note_slip(
            way=way,
            asker=cast["teacher"],
            place=cast.place("c32"),
            said="门锁打不开",
            received_at=cast.now,
            act=act,
        )
        room = repair(cast, impact="room")
        repairs.finish(room, cause="wear", fix="换锁", act=cast.act("repairman"))
    for code, name, first, last in (
        ("2025-1", "2025 秋季学期", date(2025, 9, 1), date(2026, 1, 22)),
        ("2025-2", "2026 春季学期", date(2026, 3, 2), date(2026, 7, 3)),
    ):
        calendar.open_term(
            year="2025—2026 学年", code=code, name=name, starts_on=first, ends_on=last, act=act
        )
    year = SchoolYear.objects.get(starts_on__lte=cast.now, ends_on__gte=cast.now)
    for number in (1, 2, 3):
        classes.open_class(
            school_year=year, grade=3, number=number, teacher=None, room=None, pupils=42, act=act
        )
    places.hang_labels([Place.objects.get(code="jxl")], act=act)
    floor = cast.place("jxl-2")
    places.enter(code="c33", name="三(3)班教室", kind="room", parent=floor, use="teaching", walk=126, act=act)
    walk(cast)
