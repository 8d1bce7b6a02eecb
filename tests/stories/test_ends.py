"""What was done, missed or withdrawn, over all areas: 落实率.

Seen to fail with each guard taken out: 漏做 counted as done while all that was closed counted, 取消 below the
line without `exclude(ended(End.WITHDRAWN))`.
"""

from datetime import date

import pytest

from houqin.areas.plans import actions as plans
from houqin.areas.plans.tests.scene import Scene as PlanScene
from houqin.areas.repairs import actions
from houqin.areas.repairs.models import MaintenanceJob
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.areas.repairs.tests.test_rounds import answers, plan, tick
from houqin.kernel.area import areas
from houqin.kernel.indicators.declare import Period
from houqin.kernel.indicators.queries import rows, value
from houqin.kernel.matters.flow import End
from houqin.kernel.matters.models import Matter
from tests.cast import visitor

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
        "repairs.repair": {"cancelled", "declined"}, "repairs.service": {"cancelled"},
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


def test_a_turn_done_late_was_carried_out_but_not_in_time(scene):
    plan(scene)
    tick(scene, 2026, 11, 2, 8, 0)
    job = MaintenanceJob.objects.get().matter
    actions.finish_job(job, answers=answers(), act=scene.act("electrician", at(2026, 11, 5, 9, 0)))
    assert scene_state(job) == "late"
    assert said("IND-1.1.2c-2") == ("100.0", 1, 1)
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
    assert said("IND-1.1.2c-2", LATE) == ("None", 0, 0)
