"""What was done, missed or withdrawn, over all areas: 落实率 and 记录完整率; 复发率 and 3.4.1 beside them.

Seen to fail with each guard taken out: 漏做 counted as done while all that was closed counted, 取消 below the
line without `exclude(ended(End.WITHDRAWN))`, a withdrawn photo counted without `withdrawal=None`.
"""

from datetime import date

import pytest

from houqin.areas.plans import actions as plans
from houqin.areas.plans.tests.scene import Scene as PlanScene
from houqin.areas.repairs import actions
from houqin.areas.repairs.models import FaultType, MaintenanceJob, VisitDue
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.areas.repairs.tests.test_rounds import answers, plan, tick
from houqin.kernel.area import areas
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.attachments.models import Attachment
from houqin.kernel.indicators.declare import Period, Scope
from houqin.kernel.indicators.queries import rows, value
from houqin.kernel.matters.flow import End
from houqin.kernel.matters.models import Matter
from houqin.kernel.school import actions as school
from tests.cast import visitor
from tests.contract import makers

KNOWN = {one.code: one for area in areas() for one in area.indicators}
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
LATE = Period(date(2026, 11, 1), date(2026, 12, 31))

ENDS = {  # by hand: an end state that is new says here what it is
    End.DONE: {
        "repairs.repair": {"signed", "timed_out", "closed_by_office", "fixed_on_spot"},
        "repairs.service": {"signed", "timed_out", "closed_by_office"},
        "repairs.maintenance": {"done", "late"}, "plans.plan": {"ended"}, "plans.task": {"carried_out"},
    },
    End.MISSED: {"repairs.maintenance": {"missed"}},
    End.WITHDRAWN: {
        "repairs.repair": {"cancelled", "declined", "merged"}, "repairs.service": {"cancelled"},
        "repairs.maintenance": {"called_off"}, "plans.plan": {"dropped"}, "plans.task": {"cancelled"},
    },
}  # fmt: skip


def said(code: str, period: Period = NOVEMBER) -> tuple:
    """The value, top and bottom; as many rows are listed."""
    one = KNOWN[code]
    found = value(one, period)
    sides = [rows(one, period, side=side).count() for side in ("top", "bottom", "rest")]
    assert sides == [found.top, found.bottom, found.bottom - found.top]
    return str(found.value), found.top, found.bottom


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


@pytest.mark.parametrize("how", End)
def test_every_end_is_done_missed_or_withdrawn(how):
    flows = [flow for area in areas() for flow in area.flows]
    assert {flow.kind: set(flow.ended(how)) for flow in flows if flow.ended(how)} == ENDS[how]
    assert all(flow.ends == flow.ended(*End) for flow in flows)


# ── 落实率 ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_missed_turn_was_not_carried_out(scene):
    plan(scene)
    tick(scene, 2026, 11, 2, 8, 0)
    tick(scene, 2026, 12, 2, 8, 0)
    first = MaintenanceJob.objects.select_related("matter").order_by("pk")[0].matter
    assert (first.state, first.closed_at is None) == ("missed", False)
    assert said("IND-1.1.2c-2") == ("0.0", 0, 1)
    assert rows(KNOWN["IND-1.1.2c-2"], NOVEMBER, side="rest").get() == first
    assert said("IND-1.1.2c-1", LATE) == ("None", 0, 0)  # what was not done has no record to be whole
    assert said("IND-3.4.1-1") == ("0.0", 0, 1)


def test_a_turn_done_late_was_carried_out_but_not_in_time(scene):
    plan(scene)
    tick(scene, 2026, 11, 2, 8, 0)
    job = MaintenanceJob.objects.get().matter
    actions.finish_job(job, answers=answers(), act=scene.act("electrician", at(2026, 11, 5, 9, 0)))
    assert scene_state(job) == "late"
    assert said("IND-1.1.2c-2") == said("IND-3.4.1-1") == said("IND-1.1.2c-1") == ("100.0", 1, 1)
    assert said("IND-2.2.2b-1") == ("0.0", 0, 1)


def scene_state(matter: Matter) -> str:
    return Matter.objects.get(pk=matter.pk).state


def test_what_was_withdrawn_stands_on_neither_side(scene, cast):
    """撤销, 不受理, 免做, 取消, 作废: each once, and each was due."""
    actions.cancel(scene.report(), note="报错了", act=scene.act("teacher"))
    found = actions.report_unlogged(
        place=cast.place("c32"), fault_type=scene.types["W04"], detail="不像坏了", act=visitor()
    )
    actions.decline(found.matter, note="看过，没有坏", act=scene.act("director"))
    plan(scene)
    tick(scene, 2026, 11, 2, 8, 0)
    job = MaintenanceJob.objects.get().matter
    actions.call_off(job, note="在装修", act=scene.act("director", at(2026, 11, 3, 9, 0)))
    written = PlanScene(cast)
    task = written.task(written.in_force())
    plans.cancel(task, note="并到别处", act=scene.act("director"))
    draft = written.draft(name="重了").matter
    plans.drop(draft, note="导入重了", act=scene.act("director"))
    gone = [found.matter, job, task, draft]
    assert [scene_state(one) for one in gone] == ["declined", "called_off", "cancelled", "dropped"]
    assert Matter.objects.closed().count() == 5
    assert said("IND-1.1.2c-2", LATE) == said("IND-1.1.2c-1", LATE) == ("None", 0, 0)


# ── 记录完整率 ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_record_is_whole_with_a_signature_of_who_asked(scene, cast):
    signed, by_office, timed_out = (scene.fixed() for _ in range(3))
    meal, other = makers.service(cast), makers.service(cast)
    for one in (meal, other):
        actions.serve(one, fix="送到", act=cast.act("canteen-manager"))
    assert said("IND-1.1.2c-1") == ("None", 0, 0)  # what waits for a signature is not closed
    actions.sign(signed, act=scene.act("teacher"))
    actions.sign(meal, act=scene.act("class-teacher"))
    assert said("IND-1.1.2c-1") == ("100.0", 2, 2)
    actions.close_by_office(by_office, note="报修人外出", act=scene.act("director"))
    actions.close_by_office(other, note="报修人外出", act=scene.act("director"))
    actions.time_out(timed_out, act=scene.system(scene.again(timed_out).due_at))
    assert said("IND-1.1.2c-1", LATE) == ("40.0", 2, 5)
    left = rows(KNOWN["IND-1.1.2c-1"], LATE, side="rest")
    assert set(left.values_list("pk", flat=True)) == {by_office.pk, timed_out.pk, other.pk}
    assert said("IND-1.1.2c-2", LATE) == ("100.0", 5, 5)  # they were done all the same


def test_a_record_is_whole_with_the_photo_that_its_type_wants(scene):
    """The photo of the report is not the one of the repair; one that was withdrawn is gone."""
    FaultType.objects.filter(code="W02").update(after_photo=True)
    one, other = (scene.report(code="W02", photos=[scene.photo]) for _ in range(2))
    for matter in (one, other):
        scene.finish(matter, "electrician")
        actions.sign(matter, act=scene.act("teacher"))
    assert said("IND-1.1.2c-1") == ("100.0", 2, 2)
    for role, many in (("before", 2), ("after", 1)):
        photo = Attachment.objects.get(event__matter=one, role=role)
        attachments.withdraw(photo, reason="拍到了学生", act=scene.act("director"))
        assert said("IND-1.1.2c-1") == (f"{50 * many}.0", many, 2)
    assert rows(KNOWN["IND-1.1.2c-1"], NOVEMBER, side="rest").get() == one
    FaultType.objects.filter(code="W02").update(after_photo=False)
    assert said("IND-1.1.2c-1") == ("100.0", 2, 2)


def test_what_cannot_be_done_without_its_record_is_whole(scene, cast):
    """当场修好: nobody asked, nobody signs; a task, which another has checked."""
    tick(scene, 2026, 11, 23, 8, 0)
    actions.visit_fix(
        VisitDue.objects.order_by("pk")[0], fault_type=scene.types["W04"], fix="紧了螺丝", cause="wear",
        photos=[scene.photo], act=scene.act("repairman"),
    )  # fmt: skip
    written = PlanScene(cast)
    task = written.task(written.in_force())
    plans.report(task, note="都查了", act=scene.act("repairman"))
    plans.check(task, act=scene.act("director"))
    assert said("IND-1.1.2c-1") == ("100.0", 2, 2)


# ── 复发率 ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_came_again_at_one_place_and_of_one_type_within_ninety_days(scene, cast):
    """Against a report of the time before the period too, to the minute; of 104 days and more, not."""
    for when in (at(2026, 9, 3, 9, 0), at(2026, 9, 4, 9, 0)):
        scene.report(at=when, place=cast.place("c32" if when.day == 3 else "wc2"))
    scene.report(at=at(2026, 12, 2, 9, 0))  # 90 days after 3 September
    scene.report(at=at(2026, 12, 3, 9, 1), place=cast.place("wc2"))  # 90 days and a minute
    december = Period(date(2026, 12, 1), date(2026, 12, 31))
    assert said("IND-1.2.2b-2", december) == ("50.0", 1, 2)
    scene.report(at=at(2026, 12, 4, 9, 0), code="W02")  # of another type
    assert said("IND-1.2.2b-2", december) == ("33.3", 1, 3)
    again = scene.report(at=at(2026, 12, 5, 9, 0), code="W02")
    assert said("IND-1.2.2b-2", december) == ("50.0", 2, 4)
    of_room = Scope(december.first, december.last, place=cast.place("wc2"))
    assert said("IND-1.2.2b-2", of_room) == ("0.0", 0, 1)
    school.set_figure("repairs.repeat_days", value=30, act=scene.act("director"))
    assert said("IND-1.2.2b-2", december) == ("25.0", 1, 4)
    assert rows(KNOWN["IND-1.2.2b-2"], december, side="top").get().matter == again


def test_what_was_withdrawn_or_asked_for_did_not_come_again(scene, cast):
    actions.cancel(scene.report(), note="报错了", act=scene.act("teacher"))
    scene.report()
    for _ in range(2):
        makers.service(cast)
    assert said("IND-1.2.2b-2") == ("0.0", 0, 1)
