"""外修 decided by those who may, and only what they looked at: stale slips, superiors, one's own paper."""

from datetime import date

import pytest

from houqin.areas.repairs import actions
from houqin.areas.repairs.models import Repair
from houqin.areas.repairs.tests.scene import Scene
from houqin.kernel.approvals import queries as routes
from houqin.kernel.approvals.models import ApprovalStep
from houqin.kernel.errors import NotYours, Overtaken
from houqin.kernel.invariants.records import decided_apart
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices.models import Notice
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Post
from tests.cast import NAMES, looked_at

EVERYONE = (*NAMES, "teacher-2")


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def asked(scene: Scene, fen: int, *, by: str = "repairman", opener: str = "teacher") -> Matter:
    return ask(scene, scene.report(opener, "W04"), fen, by)


def ask(scene: Scene, matter: Matter, fen: int, by: str = "repairman") -> Matter:
    actions.ask_contractor(
        scene.again(matter), contractor="安泰门窗店", cost_fen=fen, note="要焊", act=scene.act(by)
    )
    return scene.again(matter)


# ── what was looked at ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["agree", "refuse"])
def test_what_was_asked_anew_is_not_decided_on_the_old_slip(scene, web, verb):
    """He read 500; 999 was asked meanwhile. Seen to fail without `still_open` in agree and refuse."""
    matter = asked(scene, 50_000)
    director, url = web.as_("director"), f"/matters/{matter.number}/{verb}/"
    old = looked_at(matter)
    assert f'<input type="hidden" name="step" value="{old.pk}"' in director.get(url).content.decode()
    actions.recall(scene.again(matter), note="报错了", act=scene.act("repairman"))
    ask(scene, matter, 99_900)
    events = Event.objects.count()
    answer = director.send(url, {"step": old.pk, "note": "就按 500 元"})
    said = f"你看的时候 {matter.number} 撤回、重报过，现在是第 2 轮，999.00 元，没有保存。看过新报的再批。"
    assert (answer.status_code, said in answer.content.decode()) == (409, True)
    assert "就按 500 元" in answer.content.decode()
    assert (scene.again(matter).state, Event.objects.count()) == ("approving", events)
    assert looked_at(matter).decided_by is None
    answer = director.send(url, {"step": looked_at(matter).pk, "note": "看过了"})
    assert (answer.status_code, scene.again(matter).state) == (303, "assigned")


def test_the_second_of_two_who_press_decides_nothing_more(scene, web):
    """Both may decide the first step and one of them the second as well: his click is of the first.
    Seen to fail without `still_open`."""
    matter = asked(scene, 150_000)
    step = looked_at(matter)
    step.candidates.add(scene.cast["vice-principal"])
    actions.agree(scene.again(matter), step=step, act=scene.act("director"))
    answer = web.as_("vice-principal").send(f"/matters/{matter.number}/agree/", {"step": step.pk, "note": ""})
    said = f"你看的时候 {matter.number} 那一步批过了，现在等“分管副校长”这一步，没有保存。看过再批。"
    assert (answer.status_code, said in answer.content.decode()) == (409, True)
    assert (scene.again(matter).state, looked_at(matter).state) == ("approving", ApprovalStep.OPEN)
    with pytest.raises(Overtaken, match="那一步批过了"):
        actions.refuse(scene.again(matter), step=step, note="贵", act=scene.act("vice-principal"))


def test_a_slip_without_the_step_is_an_old_page(scene, web):
    """Neither left out nor another matter's: said above the form, as the field itself is not seen.
    Seen to fail without the hidden fields in form_errors.html."""
    matter, other = asked(scene, 50_000), asked(scene, 60_000)
    for sent in ({}, {"step": ""}, {"step": looked_at(other).pk}, {"step": "x"}, {"step": "9" * 30}):
        answer = web.as_("director").send(f"/matters/{matter.number}/agree/", {"note": "可以"} | sent)
        shown = "这一页旧了，看不出你看的是哪一步，刷新页面再批" in answer.content.decode()
        assert (answer.status_code, shown, scene.again(matter).state) == (422, True, "approving"), sent
    assert Repair.objects.get(pk=matter.pk).matter.state == "approving"
    assert routes.open_step(other) is not None


# ── in whose hands ──────────────────────────────────────────────────────────────────────────────────────


def desks(scene: Scene, matter: Matter) -> set[str]:
    at, cast = scene.cast.act("admin").at, scene.cast
    return {role for role in EVERYONE if Matter.objects.in_hands_of(cast[role], at).filter(pk=matter.pk)}


def deciders(scene: Scene, matter: Matter) -> set[str]:
    at, cast, step = scene.cast.act("admin").at, scene.cast, looked_at(matter)
    return {role for role in EVERYONE if routes.decides_for(step, cast[role], at) is not None}


def test_what_the_superiors_decide_is_on_their_desks_alone_and_they_are_told(scene, web):
    """The director asks for himself: both above him may decide, and he has nothing in hand.
    Seen to fail with the step's own duty in `_approver` (nobody had it in hand but the director), and without
    the candidates in `_deciders`."""
    matter = asked(scene, 80_000, by="director")
    above = {"principal", "vice-principal"}
    assert desks(scene, matter) == deciders(scene, matter) == above
    told = Notice.objects.filter(matter=matter, text__startswith="外修").values_list("to__code", flat=True)
    assert sorted(told) == sorted(above)
    assert matter.number in web.as_("principal").get("/").content.decode()
    assert "同意" in web.as_("vice-principal").get(f"/matters/{matter.number}/").content.decode()
    actions.agree(matter, step=looked_at(matter), act=scene.act("principal"))
    assert (scene.again(matter).state, desks(scene, matter)) == ("assigned", {"repairman"})


def test_of_several_who_hold_the_duty_only_those_who_may_decide_have_it(scene):
    """Three hold the director's duty, one of them asks: it is on two desks.
    Seen to fail with the duty alone in `in_hands_of`."""
    for role in ("teacher-2", "nurse"):
        people.assign(
            scene.cast[role], post=Post.objects.get(code="director"), stand="B", act=scene.act("admin")
        )
    matter = asked(scene, 50_000, by="director")
    assert desks(scene, matter) == deciders(scene, matter) == {"teacher-2", "nurse"}


def test_a_desk_asks_one_question_whoever_decides(scene, django_assert_num_queries):
    """And who decides nothing has no word of approvals in it."""
    asked(scene, 80_000, by="director")
    at = scene.cast.act("admin").at
    for role in ("principal", "director", "guard"):
        list(Matter.objects.in_hands_of(scene.cast[role], at))  # duties are remembered
        with django_assert_num_queries(1):
            list(Matter.objects.in_hands_of(scene.cast[role], at))
    plain = {
        role: str(Matter.objects.in_hands_of(scene.cast[role], at).query) for role in ("principal", "guard")
    }
    assert ["approval" in plain[role] for role in ("principal", "guard")] == [True, False]


# ── one's own paper ─────────────────────────────────────────────────────────────────────────────────────


def test_who_reported_it_does_not_decide_what_it_costs(scene):
    """A26. Seen to fail without the opener in `submit`."""
    matter = asked(scene, 80_000, opener="director")
    assert deciders(scene, matter) == {"principal", "vice-principal"}
    with pytest.raises(NotYours):
        actions.agree(matter, step=looked_at(matter), act=scene.act("director"))
    actions.agree(matter, step=looked_at(matter), act=scene.act("vice-principal"))
    assert (scene.again(matter).state, list(decided_apart())) == ("assigned", [])


def test_who_asked_before_does_not_decide_it_when_another_asks(scene):
    """The director's own request is refused, the worker asks the same: it is above him again.
    Seen to fail without the earlier rounds in `submit`."""
    matter = asked(scene, 80_000, by="director")
    actions.refuse(matter, step=looked_at(matter), note="太贵", act=scene.act("principal"))
    ask(scene, matter, 80_000)
    matter = scene.again(matter)
    assert deciders(scene, matter) == desks(scene, matter) == {"principal", "vice-principal"}
    with pytest.raises(NotYours):
        actions.agree(matter, step=looked_at(matter), act=scene.act("director"))


def test_what_nobody_may_decide_any_more_is_taken_back_and_asked_anew(scene):
    """The director is released, another follows him: who asked takes it back, and the new one decides.
    Seen to fail without `still_able` (he agreed)."""
    matter, cast = asked(scene, 80_000), scene.cast
    people.release(cast["director"].holdings.get(), to_on=date(2026, 11, 22), act=scene.act("admin"))
    people.assign(
        cast["nurse"],
        post=Post.objects.get(code="director"),
        from_on=date(2026, 11, 23),
        act=scene.act("admin"),
    )
    cast.people.clear()
    assert deciders(scene, matter) == set()
    with pytest.raises(NotYours):
        actions.agree(matter, step=looked_at(matter), act=scene.act("director"))
    actions.recall(matter, note="主任换人了", act=scene.act("repairman"))
    matter = ask(scene, matter, 80_000)
    assert deciders(scene, matter) == desks(scene, matter) == {"nurse"}
