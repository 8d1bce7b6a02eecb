"""受理: under the type that the dispatcher chose, with the clocks of that type.

Seen to fail while `take` wrote the type and nothing else: a lamp kept the 24 working hours of the desk.
"""

import pytest

from houqin.areas.repairs import actions
from houqin.areas.repairs.models import FaultType
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.kernel.errors import Refused
from houqin.kernel.matters.models import Matter
from tests.cast import visitor

MONDAY = at(2026, 11, 23, 9, 0)


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def by_visitor(scene: Scene, code: str, detail: str = "后排暗") -> Matter:
    act = visitor(MONDAY)
    facts = {"place": scene.cast.place("c32"), "fault_type": scene.types[code], "detail": detail}
    return scene.again(actions.report_unlogged(act=act, **facts))


def take(scene: Scene, matter: Matter, code: str) -> Matter:
    kind = FaultType.objects.get(code=code)
    actions.take(matter, fault_type=kind, act=scene.act("director", at(2026, 11, 23, 9, 10)))
    return scene.again(matter)


def clocks(matter: Matter) -> tuple:
    repair = matter.repair
    return (
        repair.response_due_at, repair.fix_due_at, matter.due_at, matter.safety, matter.first, repair.rank,
        repair.urgent, repair.service,
    )  # fmt: skip


@pytest.mark.parametrize(("guess", "truth"), [("W04", "W02"), ("W02", "W04"), ("W18", "W05")])
def test_another_type_brings_its_own_clocks(scene, guess, truth):
    """As though it had been reported so, from the moment it was reported."""
    matter = take(scene, by_visitor(scene, guess), truth)
    assert clocks(matter) == clocks(by_visitor(scene, truth))
    assert matter.events.get(step="take").note.endswith(matter.repair.fault_type.label)


def test_a_desk_that_is_a_lamp_has_eight_hours_round_the_clock(scene):
    matter = by_visitor(scene, "W04")
    assert (matter.due_at, matter.safety) == (at(2026, 11, 25, 13, 0), False)
    matter = take(scene, matter, "W02")
    assert (matter.due_at, matter.repair.fix_due_at) == (at(2026, 11, 23, 17, 0),) * 2
    assert (matter.safety, matter.repair.response_due_at) == (True, at(2026, 11, 23, 11, 0))


def test_the_same_type_keeps_what_was_frozen(scene):
    """The figures of the type have changed since; what was reported before stays as it was."""
    matter = by_visitor(scene, "W04")
    was = clocks(matter)
    FaultType.objects.filter(code="W04").update(fix_minutes=60, response_minutes=30)
    assert clocks(take(scene, matter, "W04")) == was


def test_another_type_after_its_figures_changed_stops_no_clock(scene):
    """The difference to what was frozen is no time that was stopped."""
    matter = by_visitor(scene, "W02")
    FaultType.objects.filter(code="W02").update(fix_minutes=120, urgent_fix_minutes=60)
    assert clocks(take(scene, matter, "W04")) == clocks(by_visitor(scene, "W04"))


def test_what_told_of_a_danger_stays_one_until_it_is_graded(scene):
    matter = by_visitor(scene, "W02", "有焦味")
    assert (matter.repair.urgency, matter.first) == ("danger", True)
    matter = take(scene, matter, "W04")
    assert (matter.repair.urgency, matter.safety, matter.first) == ("danger", True, True)


def test_the_photo_follows_the_new_type(scene):
    lamp, desk = by_visitor(scene, "W04"), by_visitor(scene, "W02")
    lamp, desk = take(scene, lamp, "W02"), take(scene, desk, "W04")
    with pytest.raises(Refused, match="要拍照"):
        scene.finish(lamp, "electrician", photos=[])
    scene.finish(desk, "repairman", photos=[])
    assert desk.state == "fixed"


def test_a_danger_word_of_the_new_type_is_heard(scene):
    """“漏电” is a danger of the lamps, not of the desks."""
    words = FaultType.objects.get(code="W02").words.split()
    danger = next(word[1:] for word in words if word.startswith("!"))
    matter = by_visitor(scene, "W04", danger)
    assert matter.repair.urgency == "plain"
    assert take(scene, matter, "W02").repair.urgency == "danger"


def test_what_is_asked_for_is_no_repair(scene):
    matter = by_visitor(scene, "W04")
    for step, said in (
        (actions.take, {}),
        (actions.grade, {"service": "living", "urgency": "plain", "impact": "none"}),
    ):
        with pytest.raises(Refused, match="不是报修的类别"):
            step(matter, fault_type=scene.types["S01"], act=scene.act("director"), **said)
        if step is actions.take:
            take(scene, matter, "W18")
    assert scene.again(matter).repair.fault_type.code == "W18"
