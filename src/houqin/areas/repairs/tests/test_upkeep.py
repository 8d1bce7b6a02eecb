"""维护计划: how long a turn may take, when it is missed, whose it is, and plans from a sheet."""

from datetime import date

import pytest

from houqin.areas.repairs import actions, queries
from houqin.areas.repairs.models import MaintenanceJob, MaintenancePlan
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.areas.repairs.tests.test_rounds import KEPT, answers, codes, job, plan, tick
from houqin.kernel.errors import Refused
from houqin.kernel.matters.models import Matter
from houqin.kernel.schedule.models import Slot


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
