"""A lamp in 三(2)班, from the label on the door to the signature:
three touches, and what each of them leaves behind."""

import pytest

from houqin.areas.repairs import actions, area, indicators, queries
from houqin.areas.repairs.models import Repair
from houqin.areas.repairs.tests.scene import PART, Scene, at
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.indicators.declare import Period
from houqin.kernel.indicators.queries import measured, rows, value
from houqin.kernel.matters.models import Matter
from tests.cast import looked_at


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def test_from_the_report_to_the_signature(scene):
    """王老师 reports, 赵师傅 comes and changes the tubes, 王老师 signs."""
    matter = scene.report("class-teacher", "W02", detail="后排靠窗两根灯管不亮", photos=[scene.photo])
    electrician, teacher = scene.cast["electrician"], scene.cast["class-teacher"]
    assert list(Matter.objects.in_hands_of(electrician, scene.cast.now)) == [matter]

    actions.arrive(matter, act=scene.act("electrician"))
    scene.finish(matter, "electrician", fix="两根灯管换新", parts=[PART])
    assert [notice.text for notice in teacher.notices.all()] == ["修好：三(2)班教室 后排靠窗两根灯管不亮"]
    assert list(Matter.objects.in_hands_of(teacher, scene.cast.now)) == [matter]

    actions.sign(matter, rating=5, remark="又快又好", act=scene.act("class-teacher"))
    assert (matter.state, matter.is_open, matter.holder) == ("signed", False, None)
    assert list(matter.events.order_by("pk").values_list("step", flat=True)) == [
        "open",
        "arrive",
        "finish",
        "sign",
    ]
    repair = scene.again(matter).repair
    assert (repair.parts_fen, repair.rating, repair.worker) == (3760, 5, electrician)


def test_a_dear_repair_waits_for_those_who_decide(scene):
    """1,650 yuan: the director, then the vice-principal; then it is the worker's again."""
    matter = scene.report(code="W04")
    ask = {"contractor": "安泰门窗店", "cost_fen": 165_000, "note": "要焊"}
    with pytest.raises(NotYours):
        actions.ask_contractor(matter, **ask, act=scene.act("teacher"))
    actions.ask_contractor(matter, **ask, act=scene.act("repairman"))
    assert (matter.state, matter.holder) == ("approving", scene.cast["director"])
    with pytest.raises(NotYours):
        actions.agree(matter, step=looked_at(matter), act=scene.act("vice-principal"))  # not yet his turn

    actions.agree(matter, step=looked_at(matter), note="同意", act=scene.act("director"))
    assert (matter.state, matter.holder) == ("approving", scene.cast["vice-principal"])
    with pytest.raises(NotYours):
        actions.agree(matter, step=looked_at(matter), act=scene.act("director"))  # decided already
    actions.agree(matter, step=looked_at(matter), act=scene.act("vice-principal"))
    assert (matter.state, matter.holder) == ("assigned", scene.cast["repairman"])
    with pytest.raises(Overtaken):
        actions.agree(
            matter, step=looked_at(matter), act=scene.act("vice-principal")
        )  # his other device, late
    repair = scene.again(matter).repair
    assert repair.contractor_fen == 165_000
    assert list(repair.outside.values_list("contractor", "amount_fen")) == [("安泰门窗店", 165_000)]


@pytest.mark.parametrize(
    ("cost_fen", "steps"),
    [(99_999, 1), (100_000, 2), (199_999, 2), (200_000, 4), (999_999, 4), (1_000_000, 4)],
)
def test_the_tier_is_by_the_cost(scene, cost_fen, steps):
    matter = scene.report(code="W04")
    record = [scene.photo] if cost_fen >= 1_000_000 else []
    ask = {"contractor": "安泰门窗店", "cost_fen": cost_fen, "note": "要焊", "record": record}
    actions.ask_contractor(matter, **ask, act=scene.act("repairman"))
    assert matter.routes.get().steps.count() == steps


def test_the_dearest_wants_the_record_of_the_meeting_and_a_price_and_a_reason(scene):
    matter = scene.report(code="W04")
    ask = {"contractor": "安泰门窗店", "cost_fen": 1_000_000, "note": "要焊"}
    for spoilt in ({}, {"cost_fen": 0}, {"contractor": " "}, {"note": ""}):
        with pytest.raises(Refused):
            actions.ask_contractor(matter, **(ask | spoilt), act=scene.act("repairman"))
    assert (scene.again(matter).state, scene.again(matter).routes.count()) == ("assigned", 0)


def test_refused_it_goes_back_without_a_contractor(scene):
    matter = scene.report(code="W04")
    actions.ask_contractor(
        matter, contractor="安泰门窗店", cost_fen=80_000, note="要焊", act=scene.act("repairman")
    )
    with pytest.raises(Refused, match="为什么退回"):
        actions.refuse(matter, step=looked_at(matter), note="", act=scene.act("director"))
    actions.refuse(matter, step=looked_at(matter), note="再问一家", act=scene.act("director"))
    repair = scene.again(matter).repair
    assert (matter.state, matter.holder, repair.contractor_fen, repair.outside.count()) == (
        "assigned", scene.cast["repairman"], 0, 0,
    )  # fmt: skip


def test_two_who_finish_at_once_finish_once(scene):
    matter, same = scene.report(), None
    same = scene.again(matter)
    scene.finish(matter)
    with pytest.raises((NotYours, Overtaken)):
        scene.finish(same)
    assert matter.events.filter(step="finish").count() == 1


def test_the_indicators_say_what_the_rows_say(scene):
    monday = at(2026, 11, 23, 9, 0)
    quick, late, back = (scene.report(at=monday) for _ in range(3))
    scene.finish(quick, when=at(2026, 11, 23, 11, 0))
    scene.finish(late, when=at(2026, 11, 26, 9, 0))
    scene.finish(back, when=at(2026, 11, 23, 10, 0))
    actions.reopen(back, note="还是晃", act=scene.act("teacher", at(2026, 11, 23, 10, 30)))
    scene.finish(back, when=at(2026, 11, 23, 12, 30))
    actions.sign(quick, act=scene.act("teacher", at(2026, 11, 23, 13, 0)))
    actions.sign(back, act=scene.act("teacher", at(2026, 11, 23, 13, 0)))
    actions.time_out(late, act=scene.system(scene.again(late).due_at))
    term = Period(at(2026, 9, 1).date(), at(2027, 1, 22).date())
    said = {each.code: str(value(each, term).value) for each in indicators.INDICATORS}
    assert said == {
        "IND-1.1.4d-1": "11.7",  # (2 + 30 + 3 hours) : 3; the half hour before it was sent back is nobody's
        "IND-1.1.4d-2": "66.7", "IND-2.2.1b-1": "0", "IND-2.2.1b-2": "0", "IND-2.2.1c-1": "66.7",
        "IND-2.2.1c-2": "33.3", "IND-2.2.1c-3": "33.3", "IND-1.1.3b-1": "120",  # 60, 120 and 1800 minutes
        "IND-1.1.3b-2": "66.7", "IND-1.1.3b-3": "0.00", "IND-G2-1": "66.7", "IND-G2-2": "0",
        "IND-G3-1": "None", "IND-G3-2": "None", "IND-1.1.3c-1": "None", "IND-1.1.3c-2": "0.0",
        "IND-2.2.2b-1": "None", "IND-2.2.5c-1": "0.0", "IND-3.4.1-1": "None",
        "IND-1.2.2b-2": "66.7",  # three of one desk in one class
    }  # fmt: skip
    on_time = next(each for each in indicators.INDICATORS if each.code == "IND-1.1.4d-2")
    assert [repair.pk for repair in rows(on_time, term, side="rest")] == [late.pk]
    nothing = Period(at(2025, 9, 1).date(), at(2025, 9, 30).date())
    empty = {each.code: value(each, nothing).value for each in indicators.INDICATORS}
    assert [code for code, found in empty.items() if found is not None] == [
        "IND-G2-2", "IND-2.2.1b-2",
    ]  # fmt: skip  # a count of nothing is 0
    trends = {
        code: [*map(str, each.trend.values)] for code, each in measured(indicators.INDICATORS, term).items()
    }
    assert trends["IND-1.1.4d-1"][12:14] == ["11.7", "None"]
    assert trends["IND-2.2.1c-1"][12:15] == ["100.0", "0.0", "None"]


def test_what_must_be_true_is_true_and_is_seen_when_it_is_not(scene):
    matter = scene.report()
    scene.finish(matter, parts=[PART])
    actions.sign(matter, act=scene.act("teacher"))
    assert [finding for check in area.AREA.invariants for finding in check.find()] == []
    Repair.objects.filter(pk=matter.pk).update(parts_fen=1, sent_back=3)
    Matter.objects.filter(pk=matter.pk).update(state="timed_out")
    found = [finding.code for check in area.AREA.invariants for finding in check.find()]
    assert found == ["repairs.R1", "repairs.R2", "repairs.R3"]


def test_reported_three_times_it_is_a_repeated_fault(scene):
    days = (at(2026, 9, 1, 9, 0), at(2026, 10, 20, 9, 0), at(2026, 11, 3, 9, 0), at(2026, 11, 23, 9, 0))
    for day in days[:3]:
        scene.report(at=day)
    assert (
        list(queries.repeated(Repair.objects.all(), at(2026, 12, 1, 9, 0))) == []
    )  # 1 September is over 90 days ago
    last = scene.report(at=days[3])
    found = queries.repeated(Repair.objects.all(), at(2026, 12, 1, 9, 0))
    assert (found.count(), found.order_by("-pk")[0].pk) == (3, last.pk)
