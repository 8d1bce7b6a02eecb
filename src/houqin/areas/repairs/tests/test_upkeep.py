"""维护计划: how long a turn may take, when it is missed, whose it is, and plans from a sheet."""

import re
from datetime import date

import pytest

from houqin.areas.repairs import actions, queries
from houqin.areas.repairs.models import FaultType, MaintenanceJob, MaintenancePlan
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.areas.repairs.tests.test_rounds import KEPT, answers, codes, job, plan, tick
from houqin.kernel.errors import Refused
from houqin.kernel.matters.models import Matter
from houqin.kernel.schedule.models import Slot
from houqin.ui.house_people import leave


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


# ── how long a turn may take ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "often,most",
    [
        ({"unit": "week"}, 5),
        ({"unit": "week", "every": 2}, 10),
        ({"unit": "month"}, 20),
        ({"unit": "date", "dates": "9-15、6-1、9-29"}, 10),
        ({"unit": "date", "dates": "1-1、12-31"}, 1),
        ({"unit": "date", "dates": "3-1"}, 260),
    ],
)
def test_a_turn_takes_no_longer_than_its_interval(scene, often, most):
    """Seen to fail without the bound: ten days of a weekly plan were missed on the fifth."""
    with pytest.raises(Refused, match=f"不能给 {most + 1} 个上班日，没有保存.*最多写 {most} 个上班日") as no:
        plan(scene, **often, lasts=most + 1)
    assert (no.value.field, MaintenancePlan.objects.count()) == ("lasts", 0)
    made = plan(scene, **often, lasts=most)
    kept = {field: getattr(made, field) for field in KEPT} | {"lasts": most + 1}
    with pytest.raises(Refused, match=f"最多写 {most} 个上班日"):
        actions.change_plan(
            made, **kept, every=made.every, from_on=date(2026, 12, 1), act=scene.act("director")
        )


def test_what_may_still_be_done_is_not_missed_when_the_next_turn_comes(scene):
    """New Year's Day moves a turn into the next one's week. Seen to fail with all open ones missed then."""
    plan(scene, unit="week", lasts=5, from_on=date(2027, 1, 1))
    tick(scene, 2027, 1, 4, 8, 0)
    tick(scene, 2027, 1, 8, 8, 0)
    first, second = MaintenanceJob.objects.select_related("matter", "slot").order_by("pk")
    assert (first.matter.state, first.slot.state, first.slot.closes_at) == (
        "due", Slot.OPEN, at(2027, 1, 8, 17, 30),
    )  # fmt: skip
    actions.finish_job(first.matter, answers=answers(), act=scene.act("electrician", at(2027, 1, 8, 9, 0)))
    first.matter.refresh_from_db()
    assert (first.matter.state, second.matter.state) == ("done", "due")


def test_what_is_past_due_is_missed_as_soon_as_its_time_is_over(scene):
    plan(scene, unit="week", lasts=5, from_on=date(2027, 1, 1))
    for when in ((1, 4, 8, 0), (1, 8, 8, 0), (1, 8, 17, 31)):
        tick(scene, 2027, *when)
    assert list(MaintenanceJob.objects.order_by("pk").values_list("matter__state", "slot__state")) == [
        ("missed", Slot.MISSED), ("due", Slot.OPEN),
    ]  # fmt: skip
    assert codes(queries.missed_after_due) == []


@pytest.mark.parametrize("state,closed,found", [
    ("missed", (2026, 11, 5, 8, 0), []), ("late", (2026, 11, 5, 8, 0), []),
    ("called_off", (2026, 11, 4, 17, 30), []), ("missed", (2026, 11, 4, 17, 30), ["repairs.R9"]),
    ("late", (2026, 11, 4, 9, 0), ["repairs.R9"]), ("called_off", (2026, 11, 5, 8, 0), ["repairs.R9"]),
])  # fmt: skip
def test_check_finds_a_turn_that_was_missed_while_it_could_still_be_done(scene, state, closed, found):
    plan(scene)
    tick(scene, 2026, 11, 2, 8, 0)
    assert codes(queries.missed_after_due) == []
    Matter.objects.filter(pk=job().pk).update(state=state, closed_at=at(*closed), holder=None, duty="")
    assert codes(queries.missed_after_due) == found


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_of_a_leaver_is_named_before_he_goes(scene):
    """Seen to fail with the fault types alone: its turns went to a duty without anybody being told."""
    electrician, act = scene.cast["electrician"], scene.act("director")
    FaultType.objects.filter(worker=electrician).update(worker=None)
    kept = plan(scene)
    ended = plan(scene, name="门锁检查")
    plan(scene, name="水表检查", holder=None)
    actions.close_plan(ended, note="并到别的计划", act=act)
    named = "维护计划“三(2)班教室 空调滤网清洗”交给他"
    assert queries.held(electrician) == [named]
    with pytest.raises(Refused, match=f"没有移交完，不能办离岗，没有保存：{re.escape(named)}。"):
        leave(electrician, left_on=act.day, act=scene.act("admin"))
    said = {field: getattr(kept, field) for field in KEPT} | {"holder": scene.cast["repairman"]}
    actions.change_plan(kept, **said, every=1, from_on=kept.from_on, act=act)
    assert queries.held(electrician) == []
