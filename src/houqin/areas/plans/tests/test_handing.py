"""移交 of a plan, a task and its check: each refusal beside its permission."""

import pytest

from houqin.areas.plans import actions, area, queries
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.matters.models import Matter
from houqin.kernel.notices.models import Notice
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Post
from tests.cast import NAMES

from .scene import Scene, at


@pytest.fixture
def scene(cast):
    return Scene(cast)


def leaves(scene: Scene, role: str) -> None:
    people.leave(
        scene.cast[role], left_on=at(2026, 11, 1).date(), owed=lambda gone: [], act=scene.act("admin")
    )


def second_director(scene: Scene) -> None:
    """许老师 joins the office."""
    post = Post.objects.get(code="director")
    people.assign(scene.cast["teacher"], post=post, from_on=at(2026, 9, 1).date(), act=scene.act("admin"))


def may(flow_step, matter: Matter, scene: Scene) -> set[str]:
    return {role for role in NAMES if flow_step.may(scene.act(role), matter)}


def refused(call, scene: Scene, matter: Matter, to: str, by: str, note: str = "离岗") -> str:
    """The sentence; nothing is written down."""
    before = Matter.objects.filter(pk=matter.pk).values().get(), matter.events.count()
    with pytest.raises(Refused) as no:
        call(matter, receiver=scene.cast[to], note=note, act=scene.act(by))
    assert (Matter.objects.filter(pk=matter.pk).values().get(), matter.events.count()) == before
    return str(no.value)


def test_a_plan_goes_to_another_who_runs_the_office(scene):
    plan = scene.draft()
    hand = actions.hand_over_plan
    assert refused(hand, scene, plan.matter, "teacher", "director") == (
        "许老师不在总务处，办不了计划，没有移交。换一个总务处的人。"
    )
    second_director(scene)
    assert list(queries.takers(plan.matter, scene.cast.now.date())) == [scene.cast["teacher"]]
    assert refused(hand, scene, plan.matter, "teacher", "guard") == (
        "“移交”不归你办，没有保存。JH2026-0001 现在在陈主任手上。"
    )
    assert refused(hand, scene, plan.matter, "director", "director") == (
        "JH2026-0001 已经在陈主任手上，没有移交。换一个人。"
    )
    assert refused(hand, scene, plan.matter, "teacher", "director", " ") == (
        "没有写为什么移交，没有移交。写一句，例如：调到教务处。"
    )
    event = hand(
        plan.matter, receiver=scene.cast["teacher"], note="调到教务处", act=scene.act("vice-principal")
    )
    assert (event.step, event.to_holder, event.note, plan.matter.state, plan.matter.holder) == (
        "hand_over", scene.cast["teacher"], "调到教务处", "draft", scene.cast["teacher"],
    )  # fmt: skip
    told = Notice.objects.filter(to=scene.cast["teacher"]).values_list("text", flat=True)
    assert list(told) == ["移交：2026 秋季后勤工作计划"]
    actions.drop(plan.matter, note="重了", act=scene.act("teacher"))
    with pytest.raises(Overtaken):
        hand(plan.matter, receiver=scene.cast["teacher"], note="x", act=scene.act("director"))


def test_a_task_goes_to_another_doer_never_to_its_checker(scene):
    task = scene.task(scene.in_force())
    hand = actions.hand_over_task
    step = area.TASK.step("hand_over")
    assert may(step, task, scene) == {"repairman", "director", "vice-principal", "principal"}
    assert refused(hand, scene, task, "director", "repairman") == (
        "陈主任是这件的检查人，不能又办又检查，没有移交。换一个人办。"
    )
    assert refused(hand, scene, task, "inspector", "repairman") == "曹检查员只看不办，没有移交。换一个人。"
    leaves(scene, "gardener")
    assert refused(hand, scene, task, "gardener", "repairman") == "韩师傅已经离岗，没有移交。换一个人。"
    hand(task, receiver=scene.cast["electrician"], note="请长假", act=scene.act("repairman"))
    row = scene.again(task).plan_task
    assert (task.holder, row.doer, row.checker) == (
        scene.cast["electrician"], scene.cast["electrician"], scene.cast["director"],
    )  # fmt: skip
    with pytest.raises(NotYours):
        actions.report(task, note="查了", act=scene.act("repairman"))
    actions.report(task, note="查了", act=scene.act("electrician"))
    actions.send_back(task, note="缺照片", act=scene.act("director"))
    assert task.holder == scene.cast["electrician"]
    assert [finding for one in area.AREA.invariants for finding in one.find()] == []


def test_its_check_goes_to_another_and_nobody_ever_checks_what_he_did(scene):
    """It must fail with the present doer alone kept out (李师傅, who did the first half, was let in), and with
    who did it let to choose who looks."""
    task = scene.task(scene.in_force(), checker="vice-principal")
    hand = actions.hand_over_task
    hand(task, receiver=scene.cast["director"], note="换岗", act=scene.act("repairman"))
    actions.report(task, note="查了", act=scene.act("director"))
    step = area.TASK.step("hand_over")
    assert may(step, task, scene) == {"vice-principal", "principal"}  # the director did it himself
    for role, name in (("repairman", "李师傅"), ("director", "陈主任")):
        assert refused(hand, scene, task, role, "principal") == (
            f"{name}办过这件，不能检查，没有移交。换一个人检查。"
        )
    assert {"repairman", "director"}.isdisjoint(
        queries.takers(task, scene.cast.now.date()).values_list("code", flat=True)
    )
    hand(task, receiver=scene.cast["accountant"], note="外出学习", act=scene.act("vice-principal"))
    with pytest.raises(NotYours):
        actions.check(task, act=scene.act("vice-principal"))
    actions.check(task, act=scene.act("accountant"))
    assert (task.state, task.is_open) == ("carried_out", False)
    assert [finding for one in area.AREA.invariants for finding in one.find()] == []


def test_whose_checker_or_doer_has_left_it_waits_for_the_office(scene):
    """Never in the hands of who has left (I05): must fail with the checker given it all the same."""
    task = scene.task(scene.in_force(), checker="accountant")
    leaves(scene, "accountant")
    assert area.says_done(scene.act("repairman"), scene.again(task)) == "钱会计已经离岗，交总务处另定检查人"
    actions.report(task, note="查了", act=scene.act("repairman"))
    assert (task.state, task.holder, task.duty) == ("done", None, "office")
    with pytest.raises(NotYours):
        actions.check(task, act=scene.act("director"))
    actions.hand_over_task(task, receiver=scene.cast["cashier"], note="会计离岗", act=scene.act("director"))
    leaves(scene, "repairman")
    actions.send_back(task, note="缺照片", act=scene.act("cashier"))
    assert (task.state, task.holder, task.duty) == ("open", None, "office")
    assert [finding for one in area.AREA.invariants for finding in one.find()] == []
    actions.hand_over_task(task, receiver=scene.cast["guard"], note="接着办", act=scene.act("director"))
    assert (task.holder, scene.again(task).plan_task.doer) == (scene.cast["guard"], scene.cast["guard"])
