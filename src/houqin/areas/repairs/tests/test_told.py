"""Who is told of a repair that lies in nobody's hands by name: those who have its duty, each once.

Seen to fail with `_comes_to` without its duties, without its look at how it stood before, and with the
approver's own duty left where the step went up to the superiors.
"""

from datetime import date

import pytest

from houqin.areas.repairs import actions
from houqin.areas.repairs.models import FaultType
from houqin.areas.repairs.papers import facts
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.areas.repairs.tests.test_rounds import plan, tick
from houqin.kernel.matters.queries import in_hand
from houqin.kernel.notices.models import Notice
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Holding, Person, Post
from houqin.kernel.places.models import Place
from tests.cast import visitor

ASK = {"contractor": "安泰门窗店", "note": "要焊"}


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def told(since: int = 0) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(pk__gt=since).order_by("pk")
    return list(rows.values_list("to__code", "text", "outside"))


def last() -> int:
    return Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def off_duty(scene: Scene, role: str) -> None:
    people.release(scene.cast[role].holdings.get(), to_on=date(2026, 11, 1), act=scene.act("director"))


def deputy(scene: Scene, code: str) -> Person:
    person = people.enrol(code=code, name=f"助理{code}", act=scene.act("director"))
    post = Post.objects.get(code="director")
    people.assign(person, post=post, stand=Holding.B, act=scene.act("admin"))
    return person


def test_gas_reported_by_a_teacher_or_a_visitor_is_told_to_the_dispatcher_at_once(scene):
    """Found by an audit: nobody heard of either until its first clock had run out."""
    waits = scene.report(code="W13", detail="有燃气味")
    found = actions.report_unlogged(
        place=scene.cast.place("c32"), fault_type=scene.types["W13"], detail="有燃气味", act=visitor()
    )
    text = "报修：三(2)班教室 有燃气味"
    assert (waits.state, waits.safety, found.matter.state, found.matter.safety) == (
        "reported", True, "unverified", True,
    )  # fmt: skip
    numbers = [waits.number, found.matter.number]
    assert told() == [("director", text, f"报修 {number}") for number in numbers]


def test_in_a_new_school_without_a_worker_for_any_type_it_is_not_silent(scene):
    FaultType.objects.update(worker=None)
    kind, act = FaultType.objects.get(code="W04"), scene.act("teacher")
    actions.report(place=scene.cast.place("c32"), fault_type=kind, detail="桌腿松了", act=act)
    assert told() == [("director", "报修：三(2)班教室 桌腿松了", "报修 BX2026-0001")]


def test_who_reports_and_dispatches_himself_is_not_told_of_his_own_doing(scene):
    scene.report("director", code="W13")
    assert told() == []


def test_two_dispatchers_are_both_told_each_once_and_not_again_when_it_is_taken(scene):
    """受理 leaves it with the same duty: who took it knows, the other was told when it came."""
    deputy(scene, "deputy")
    found = actions.report_unlogged(
        place=scene.cast.place("c32"), fault_type=scene.types["W13"], detail="水漫出来", act=visitor()
    )
    assert [row[0] for row in told()] == ["director", "deputy"]
    since = last()
    actions.take(found.matter, fault_type=scene.types["W13"], act=scene.act("director"))
    assert (found.matter.state, told(since)) == ("reported", [])


def test_what_comes_back_to_a_trade_is_told_to_all_of_the_trade(scene):
    """Its worker has gone meanwhile; whoever of the repairers takes it hears of it."""
    matter = scene.report()
    actions.pause(matter, reason="parts", act=scene.act("repairman"))
    off_duty(scene, "repairman")
    since = last()
    actions.resume(matter, act=scene.act("director"))
    assert (matter.holder, matter.duty) == (None, "repair-worker")
    assert told(since) == [("electrician", "复工：三(2)班教室 桌腿松了", f"报修 {matter.number} 复工")]


def test_where_nobody_is_left_to_sign_the_office_is_told(scene):
    Place.objects.filter(code="wc2").update(owner=scene.cast["repairman"])
    matter = scene.report("repairman", place=scene.cast.place("wc2"))
    since = last()
    scene.finish(matter)
    assert (matter.holder, matter.duty) == (None, "office")
    assert told(since) == [("director", "修好：2 层男厕 桌腿松了", f"报修 {matter.number} 修好")]


def test_of_several_who_may_decide_each_is_told(scene):
    """The director asks, so it goes up to his superiors: on their desk, not on his."""
    matter = scene.report()
    since = last()
    actions.ask_contractor(matter, cost_fen=40_000, **ASK, act=scene.act("director"))
    assert (matter.state, matter.holder, matter.duty) == ("approving", None, "approve-superior")
    said = ("外修：三(2)班教室 桌腿松了", f"报修 {matter.number} 外修")
    assert sorted(told(since)) == [("principal", *said), ("vice-principal", *said)]
    assert matter in in_hand(scene.cast["principal"], scene.cast.now)
    assert matter not in in_hand(scene.cast["director"], scene.cast.now)


def test_who_has_the_duty_but_may_not_decide_is_not_told_to(scene):
    """She reported it herself. Seen to fail with the whole duty told."""
    first = deputy(scene, "deputy-1")
    deputy(scene, "deputy-2")
    matter = scene.report()
    type(matter).objects.filter(pk=matter.pk).update(opened_by=first)
    since = last()
    actions.ask_contractor(matter, cost_fen=40_000, **ASK, act=scene.act("repairman"))
    assert (matter.holder, matter.duty) == (None, "approve-director")
    assert sorted(row[0] for row in told(since)) == ["deputy-2", "director"]


def test_maintenance_that_is_a_dutys_is_told_to_the_duty(scene):
    plan(scene, holder=None, duty="clean")
    tick(scene, 2026, 11, 2, 8, 0)
    assert [(to, text.partition("：")[0]) for to, text, _ in told()] == [("cleaner", "维护")]


def test_when_the_clock_closes_it_who_asked_is_told(scene):
    matter = scene.fixed()
    since = last()
    actions.time_out(matter, act=scene.system(at(2026, 12, 7, 8, 0)))
    assert told(since) == [("teacher", "到时关闭：三(2)班教室 桌腿松了", f"报修 {matter.number} 到时关闭")]


def test_a_visitors_is_closed_without_telling_anybody_who_is_not_there(scene):
    found = actions.report_unlogged(
        place=scene.cast.place("c32"), fault_type=scene.types["W04"], detail="桌腿松了", act=visitor()
    )
    actions.take(found.matter, fault_type=scene.types["W04"], act=scene.act("director"))
    scene.finish(found.matter)
    since = last()
    actions.time_out(scene.again(found), act=scene.system(at(2026, 12, 7, 8, 0)))
    assert told(since) == []


def test_its_page_counts_what_came_back_and_what_was_passed_on(scene):
    matter = scene.report()
    assert {"返修", "转派"}.isdisjoint(fact.label for fact in facts(matter, scene.act("director")))
    actions.pass_on(matter, worker=scene.cast["electrician"], note="要动电", act=scene.act("director"))
    scene.finish(matter, "electrician")
    for _ in range(2):
        actions.reopen(matter, note="又松了", act=scene.act("teacher"))
        scene.finish(matter, "electrician")
    said = {fact.label: fact.value for fact in facts(scene.again(matter), scene.act("director"))}
    assert (said["返修"], said["转派"]) == ("2 次", "1 次")
