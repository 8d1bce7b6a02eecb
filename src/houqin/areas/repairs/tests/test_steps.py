"""The edges of the steps: each refusal beside its permission."""

import pytest

from houqin.areas.repairs import actions, queries
from houqin.areas.repairs.models import PartUsed, Repair
from houqin.areas.repairs.tests.scene import PART, Scene, at
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.notices.models import Notice
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Holding, PersonalDetail
from tests.cast import visitor


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


# ── reporting ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_goes_straight_to_the_worker_of_its_fault_type(scene):
    matter = scene.report(code="W02", detail="后排灯管不亮，一闪一闪")
    assert (matter.title, matter.state, matter.holder, matter.safety) == (
        "三(2)班教室 后排灯管不亮", "assigned", scene.cast["electrician"], True,
    )  # fmt: skip
    assert (matter.repair.assign_minutes, matter.repair.worker) == (0, scene.cast["electrician"])


def test_it_waits_for_the_dispatcher_when_nobody_is_named_or_he_is_off_duty(scene):
    assert (scene.report(code="W18").state, scene.report(code="W18").duty) == (
        "reported",
        "repair-dispatcher",
    )
    holding = Holding.objects.get(person=scene.cast["repairman"])
    people.release(holding, to_on=at(2026, 11, 22).date(), act=scene.act("director", at(2026, 11, 22, 9, 0)))
    assert (scene.report(code="W04").state, scene.report(code="W04").holder) == ("reported", None)


def test_a_duty_with_one_holder_stands_for_his_name(scene):
    assert scene.report(code="W15", detail="树枝低").holder == scene.cast["gardener"]


def test_the_clock_follows_the_kind_and_the_danger(scene):
    monday = at(2026, 11, 23, 9, 0)
    plain = scene.report(code="W03", detail="锁打不开", at=monday)
    assert (plain.due_at, plain.safety, plain.repair.urgent) == (at(2026, 11, 24, 15, 0), False, False)
    danger = scene.report(code="W03", detail="玻璃碎了", at=monday)
    assert (danger.due_at, danger.safety, danger.repair.urgent) == (at(2026, 11, 23, 17, 0), True, True)
    lesson = scene.report(code="W05", detail="不显示", impact="lesson", at=monday)
    assert (lesson.due_at, lesson.repair.response_due_at) == (
        at(2026, 11, 23, 13, 0),
        at(2026, 11, 23, 9, 30),
    )
    without = scene.report(code="W04", detail="松了", impact="lesson", at=monday)
    assert without.due_at == at(2026, 11, 25, 13, 0)  # 24 working hours: W04 has no urgent clock


def test_whoever_only_reads_reports_nothing(scene):
    with pytest.raises(NotYours):
        scene.report("inspector")


def test_a_closed_fault_type_takes_no_report(scene):
    desk = actions.close_fault_type(scene.types["W04"], note="并到别的类别", act=scene.act("director"))
    scene.types["W04"] = desk
    with pytest.raises(Refused, match="“课桌椅、讲台、柜子”已经停用，没有报上"):
        scene.report()


def test_a_duplicate_is_shown_until_it_is_fixed(scene):
    place, desk = scene.cast.place("c32"), scene.types["W04"]
    assert queries.open_duplicates(place, desk) == []
    matter = scene.report()
    assert [repair.pk for repair in queries.open_duplicates(place, desk)] == [matter.pk]
    assert queries.open_duplicates(place, scene.types["W02"]) == []
    scene.finish(matter)
    assert queries.open_duplicates(place, desk) == []


def test_one_more_joins_once_and_is_told_when_it_is_fixed(scene):
    matter = scene.report()
    actions.join(matter, act=scene.act("class-teacher"))
    with pytest.raises(Refused, match="已经说过"):
        actions.join(matter, act=scene.act("class-teacher"))
    with pytest.raises(NotYours):
        actions.join(matter, act=scene.act("teacher"))  # it is his own
    with pytest.raises(NotYours):
        actions.join(matter, act=scene.act("inspector"))
    scene.finish(matter)
    assert [n.text for n in scene.cast["class-teacher"].notices.all()] == ["修好：三(2)班教室 桌腿松了"]


# ── visitors ────────────────────────────────────────────────────────────────────────────────────────────


def by_visitor(scene, **more):
    facts = {"detail": "门关不上", "name": "张先生", "phone": "13800000000"} | more
    made = actions.report_unlogged(
        place=scene.cast.place("c32"), fault_type=scene.types["W04"], act=visitor(), **facts
    )
    return scene.again(made)


def test_a_visitors_report_waits_and_his_name_is_kept_apart(scene):
    matter = by_visitor(scene)
    assert (matter.state, matter.duty, len(matter.repair.code)) == ("unverified", "repair-dispatcher", 12)
    assert queries.looked_up(matter.repair.code.lower()).pk == matter.pk
    assert queries.looked_up("") is None
    assert sorted(PersonalDetail.objects.values_list("field", "value")) == [
        ("name", "张先生"),
        ("phone", "13800000000"),
    ]
    facts = matter.events.get().facts
    assert set(facts) == {"fault_type", "name_hash", "phone_hash"}
    assert "张先生" not in str(facts)


def test_a_visitor_says_what_is_wrong(scene):
    with pytest.raises(Refused, match="没有写怎么了"):
        by_visitor(scene, detail="  ")


def test_taken_it_goes_to_the_worker_and_the_places_owner_signs(scene):
    matter = by_visitor(scene)
    with pytest.raises(NotYours):
        actions.take(matter, fault_type=scene.types["W04"], act=scene.act("teacher"))
    actions.take(matter, fault_type=scene.types["W04"], act=scene.act("director"))
    assert (matter.state, matter.holder) == ("assigned", scene.cast["repairman"])
    scene.finish(matter)
    assert matter.holder == scene.cast["class-teacher"]
    with pytest.raises(NotYours):
        actions.sign(matter, act=scene.act("teacher"))
    actions.sign(matter, act=scene.act("class-teacher"))
    assert matter.state == "signed"


def test_taken_under_a_type_without_worker_it_waits_for_dispatch(scene):
    matter = by_visitor(scene)
    actions.take(matter, fault_type=scene.types["W18"], act=scene.act("director"))
    assert (matter.state, matter.duty, scene.again(matter).repair.fault_type.code) == (
        "reported",
        "repair-dispatcher",
        "W18",
    )


def test_what_is_none_is_declined_with_a_reason(scene):
    matter = by_visitor(scene)
    with pytest.raises(Refused, match="为什么不受理"):
        actions.decline(matter, note=" ", act=scene.act("director"))
    actions.decline(matter, note="和已报的重复", act=scene.act("director"))
    assert (matter.state, matter.is_open) == ("declined", False)


# ── giving ──────────────────────────────────────────────────────────────────────────────────────────────


def test_only_a_repair_worker_of_today_is_given_it(scene):
    matter = scene.report(code="W18")
    with pytest.raises(Refused, match="不在维修岗位"):
        actions.dispatch(matter, worker=scene.cast["guard"], act=scene.act("director"))
    actions.dispatch(matter, worker=scene.cast["repairman"], note="下课再进", act=scene.act("director"))
    assert (matter.state, matter.holder) == ("assigned", scene.cast["repairman"])
    repair = scene.again(matter).repair
    assert (repair.worker, repair.assign_minutes) == (scene.cast["repairman"], 2)  # an act a minute


def test_passing_on_is_counted_and_gives_its_reason(scene):
    matter = scene.report()
    electrician = scene.cast["electrician"]
    with pytest.raises(Refused, match="为什么转派"):
        actions.pass_on(matter, worker=electrician, note="", act=scene.act("repairman"))
    with pytest.raises(Refused, match="已经在"):
        actions.pass_on(matter, worker=scene.cast["repairman"], note="x", act=scene.act("repairman"))
    actions.pass_on(matter, worker=electrician, note="要动电", act=scene.act("repairman"))
    assert (matter.holder, scene.again(matter).repair.passed_on) == (electrician, 1)


def test_passed_on_while_the_clock_stands_still_it_goes_on_standing(scene):
    """A leaver's repair that waits for parts: must fail without `waiting` in the step's row."""
    matter = scene.report()
    actions.pause(matter, reason="parts", act=scene.act("repairman"))
    paused, due = matter.paused_at, matter.due_at
    with pytest.raises(Refused, match="蒋保安今天不在维修岗位上"):
        actions.pass_on(matter, worker=scene.cast["guard"], note="离岗", act=scene.act("director"))
    actions.pass_on(matter, worker=scene.cast["electrician"], note="离岗", act=scene.act("director"))
    assert (matter.state, matter.holder, matter.paused_at, matter.due_at) == (
        "waiting", scene.cast["electrician"], paused, due,
    )  # fmt: skip
    told = Notice.objects.filter(to=scene.cast["electrician"]).values_list("text", flat=True)
    assert list(told) == ["转派：三(2)班教室 桌腿松了"]
    actions.resume(matter, act=scene.act("electrician"))
    assert (matter.state, matter.holder) == ("assigned", scene.cast["electrician"])


# ── the clock stands still ──────────────────────────────────────────────────────────────────────────────


def test_a_pause_moves_the_due_time_by_exactly_its_working_time(scene):
    """A4: paused from Friday 16:00 to Monday 9:00 are three working hours."""
    matter = scene.report(at=at(2026, 11, 20, 8, 0))
    was = matter.due_at
    with pytest.raises(Refused, match="等什么"):
        actions.pause(matter, reason="", act=scene.act("repairman", at(2026, 11, 20, 16, 0)))
    actions.pause(
        matter, reason="parts", note="螺丝周一到", act=scene.act("repairman", at(2026, 11, 20, 16, 0))
    )
    assert (matter.state, matter.paused_at) == ("waiting", at(2026, 11, 20, 16, 0))
    actions.resume(matter, act=scene.act("repairman", at(2026, 11, 23, 9, 0)))
    assert (was, matter.due_at) == (at(2026, 11, 24, 12, 0), at(2026, 11, 24, 15, 0))
    repair = scene.again(matter).repair
    assert (repair.fix_due_at, repair.stopped_minutes, repair.waiting_for) == (matter.due_at, 180, "")
    last = matter.events.latest("pk")
    assert (last.facts["paused_at"], last.facts["due_at"]) == (
        "2026-11-20T08:00:00+00:00",
        "2026-11-24T07:00:00+00:00",
    )


def test_safety_counts_the_weekend_that_was_paused(scene):
    matter = scene.report(code="W02", at=at(2026, 11, 20, 16, 0))
    assert matter.due_at == at(2026, 11, 21, 0, 0)
    actions.pause(matter, reason="parts", act=scene.act("electrician", at(2026, 11, 20, 17, 0)))
    actions.resume(matter, act=scene.act("director", at(2026, 11, 23, 9, 0)))  # the dispatcher may, too
    assert matter.due_at == at(2026, 11, 23, 16, 0)
    assert scene.again(matter).repair.stopped_minutes == 120


def test_arriving_answers_the_first_clock_once(scene):
    matter = scene.report()
    actions.arrive(matter, act=scene.act("repairman"))
    repair = scene.again(matter).repair
    assert matter.state == "assigned"
    assert repair.responded_at == matter.events.latest("pk").at
    with pytest.raises(Refused, match="已经到过场"):
        actions.arrive(matter, act=scene.act("repairman"))


# ── finishing ───────────────────────────────────────────────────────────────────────────────────────────


def test_finishing_keeps_cause_parts_and_net_time(scene):
    matter = scene.report(at=at(2026, 11, 23, 9, 0))
    scene.finish(
        matter,
        when=at(2026, 11, 23, 11, 0),
        parts=[PART, PART | {"name": "螺丝", "quantity_milli": 500, "price_fen": 1}],
    )
    repair = scene.again(matter).repair
    assert (repair.net_minutes, repair.parts_fen, repair.worker) == (120, 3761, scene.cast["repairman"])
    assert list(repair.parts.order_by("pk").values_list("name", "amount_fen")) == [
        ("LED 灯管", 3760),
        ("螺丝", 1),
    ]
    assert (matter.holder, matter.due_at) == (scene.cast["teacher"], at(2026, 11, 30, 17, 30))
    assert matter.events.latest("pk").attachments.get().role == "after"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"cause": "magic"}, "cause"),
        ({"fix": " "}, "fix"),
        ({"photos": []}, "photos"),
        ({"parts": [PART | {"quantity_milli": 0}]}, "parts"),
        ({"parts": [PART | {"price_fen": -1}]}, "parts"),
        ({"parts": [PART | {"name": " "}]}, "parts"),
    ],
)
def test_a_lacking_finish_leaves_nothing_behind(scene, said, field):
    matter = scene.report(code="W02")
    with pytest.raises(Refused) as no:
        scene.finish(matter, "electrician", **said)
    assert no.value.field == field
    fresh = scene.again(matter)
    assert (fresh.state, fresh.repair.fixed_at, fresh.events.count(), PartUsed.objects.count()) == (
        "assigned",
        None,
        1,
        0,
    )


def test_a_type_that_asks_for_no_photo_is_finished_without(scene):
    matter = scene.report(code="W04")
    scene.finish(matter, photos=[])
    assert matter.state == "fixed"


# ── accepting ───────────────────────────────────────────────────────────────────────────────────────────


def test_who_repaired_never_signs_and_the_places_owner_does(scene):
    matter = scene.fixed("repairman")
    assert matter.holder == scene.cast["class-teacher"]
    for step, said in ((actions.sign, {}), (actions.reopen, {"note": "x"})):
        with pytest.raises(Refused, match="这件是你修的"):
            step(matter, act=scene.act("repairman"), **said)
    actions.sign(matter, rating=5, remark="又快又好", act=scene.act("class-teacher"))
    repair = scene.again(matter).repair
    assert (repair.rating, repair.remark) == (5, "又快又好")
    signature = matter.events.get(step="sign").signatures.get()
    assert (signature.signer, signature.way) == (scene.cast["class-teacher"], "login")


def test_whoever_left_meanwhile_is_not_waited_for(scene):
    """Seen to fail with the opener taken whatever became of her: nobody could sign."""
    matter = scene.report("teacher")
    act = scene.act("director")
    people.leave(scene.cast["teacher"], left_on=act.day, owed=lambda person: [], act=scene.act("admin"))
    scene.finish(scene.again(matter))
    assert scene.again(matter).holder == scene.cast["class-teacher"]


def test_where_nobody_else_is_left_to_sign_the_office_closes(scene):
    matter = scene.report("director", place=scene.cast.place("wc2"))
    scene.cast.put(matter, "director")
    scene.finish(matter, "director")
    assert (matter.holder, matter.duty) == (None, "office")
    with pytest.raises(Refused, match="这件是你修的"):
        actions.close_by_office(matter, note="看过", act=scene.act("director"))


def test_sent_back_it_returns_to_the_same_worker_with_the_wait_taken_out(scene):
    """A7; and the time it waited for a signature is not the worker's."""
    matter = scene.report(at=at(2026, 11, 20, 8, 0))
    due = matter.due_at
    scene.finish(matter, when=at(2026, 11, 20, 10, 0))
    with pytest.raises(Refused, match="哪里没修好"):
        actions.reopen(matter, note="", act=scene.act("teacher", at(2026, 11, 20, 15, 0)))
    actions.reopen(
        matter, note="还是晃", photos=[scene.photo], act=scene.act("teacher", at(2026, 11, 20, 15, 0))
    )
    repair = scene.again(matter).repair
    assert (matter.state, matter.holder, repair.sent_back) == ("assigned", scene.cast["repairman"], 1)
    assert (due, matter.due_at) == (at(2026, 11, 24, 12, 0), at(2026, 11, 24, 17, 0))
    assert (repair.fixed_at, repair.net_minutes) == (None, None)
    scene.finish(matter, when=at(2026, 11, 20, 16, 0))
    assert scene.again(matter).repair.net_minutes == 180
    assert matter.events.filter(step="finish").count() == 2


def test_if_the_worker_has_gone_his_trade_takes_it_back(scene):
    matter = scene.fixed()
    holding = Holding.objects.get(person=scene.cast["repairman"])
    people.release(holding, to_on=at(2026, 11, 22).date(), act=scene.act("director"))
    actions.reopen(matter, note="还是晃", act=scene.act("teacher"))
    assert (matter.holder, matter.duty) == (None, "repair-worker")
    scene.finish(matter, "electrician")
    assert scene.again(matter).repair.worker == scene.cast["electrician"]


def test_the_office_closes_with_a_reason(scene):
    matter = scene.fixed()
    with pytest.raises(Refused, match="为什么代收"):
        actions.close_by_office(matter, note="", act=scene.act("director"))
    with pytest.raises(NotYours):
        actions.close_by_office(matter, note="x", act=scene.act("principal"))
    actions.close_by_office(matter, note="报修人外出", act=scene.act("director"))
    assert matter.state == "closed_by_office"


def test_rated_once(scene):
    matter = scene.fixed()
    with pytest.raises(Overtaken):
        actions.rate(matter, rating=4, act=scene.act("teacher"))
    actions.sign(matter, act=scene.act("teacher"))
    actions.rate(matter, rating=4, act=scene.act("teacher"))
    with pytest.raises(Refused, match="已经评过 4 分"):
        actions.rate(matter, rating=1, act=scene.act("teacher"))
    assert (matter.state, scene.again(matter).repair.rating) == ("signed", 4)


def test_cancelled_by_its_opener_until_it_is_fixed(scene):
    waiting, given = scene.report(code="W18"), scene.report()
    with pytest.raises(Refused, match="为什么撤销"):
        actions.cancel(waiting, note="", act=scene.act("teacher"))
    for matter in (waiting, given):
        actions.cancel(matter, note="自己弄好了", act=scene.act("teacher"))
        assert matter.state == "cancelled"


def test_nudging_tells_whoever_has_it(scene):
    named, waiting = scene.report(), scene.report(code="W18")
    actions.nudge(named, note="明天要用", act=scene.act("teacher"))
    actions.nudge(waiting, act=scene.act("vice-principal"))
    told = scene.cast["repairman"].notices.order_by("pk").values_list("text", flat=True)
    assert list(told)[-1] == "催办：三(2)班教室 桌腿松了"
    told = scene.cast["director"].notices.order_by("pk").values_list("text", flat=True)
    assert list(told) == ["报修：三(2)班教室 桌腿松了", "催办：三(2)班教室 桌腿松了"]
    for role in ("repairman", "electrician", "inspector"):  # has it in hand; waits for nothing; only reads
        with pytest.raises(NotYours):
            actions.nudge(named, act=scene.act(role))
    actions.join(named, act=scene.act("class-teacher"))
    actions.nudge(named, act=scene.act("class-teacher"))
    assert (named.state, named.events.filter(step="nudge").count()) == ("assigned", 2)


# ── closed by the clock ─────────────────────────────────────────────────────────────────────────────────


def test_silence_is_reminded_twice_and_closed_on_its_own(scene):
    """A8: fixed on Monday; reminded on the second and fourth school day; closed after the fifth."""
    matter = scene.report(at=at(2026, 11, 23, 9, 0))
    scene.finish(matter, when=at(2026, 11, 23, 10, 0))
    touched = [actions.remind_and_close(scene.system(at(2026, *day, 8, 0))) for day in
               ((11, 24), (11, 25), (11, 26), (11, 27), (11, 28), (11, 30), (12, 1))]  # fmt: skip
    assert touched == [0, 1, 0, 1, 0, 0, 1]  # the 28th is a Saturday
    matter = scene.again(matter)
    assert (matter.state, matter.repair.reminded) == ("timed_out", 2)
    last = matter.events.latest("pk")
    assert (last.step, last.by.code, last.signatures.count()) == ("time_out", "system", 0)


def test_nobody_but_the_clock_and_not_before_its_time(scene):
    matter = scene.fixed()
    with pytest.raises(Refused, match="还没到签收期限"):
        actions.time_out(matter, act=scene.system(scene.cast.now))
    for step in (actions.time_out, actions.remind):
        with pytest.raises(NotYours):
            step(matter, act=scene.act("director"))


def test_the_three_ways_of_closing_are_counted_apart_and_make_up_the_whole(scene):
    signed, silent, office = scene.fixed(), scene.fixed(), scene.fixed()
    scene.fixed()
    actions.sign(signed, act=scene.act("teacher"))
    actions.close_by_office(office, note="看过", act=scene.act("director"))
    actions.time_out(silent, act=scene.system(silent.due_at))
    found = queries.closed_apart(Repair.objects.all())
    assert [(c.label, c.count, c.share) for c in found] == [
        ("报修人签收", 1, "33.4%"), ("到时关闭", 1, "33.3%"), ("总务代收", 1, "33.3%"),
    ]  # fmt: skip
    assert [c.share for c in queries.closed_apart(Repair.objects.none())] == ["无数据"] * 3
