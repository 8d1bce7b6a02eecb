"""The A-scenes about repairs (scenarios.md A1 A3 A4 A5 A7 A8 A9 A11), on places; and what goes first, what
a room costs."""

import io
import re

import pytest
from python_calamine import CalamineWorkbook

from houqin.areas.repairs import actions, area, indicators, queries, rules
from houqin.areas.repairs.models import Downtime, FaultType, PaperSlip, PriorityRule, Repair
from houqin.areas.repairs.tests.scene import PART, Scene, at
from houqin.kernel.area import Morning
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.indicators.declare import Period
from houqin.kernel.indicators.queries import rows, value
from houqin.kernel.matters import queries as desk
from houqin.kernel.matters.models import Matter
from houqin.kernel.places.queries import label_of
from houqin.kernel.terms import actions as terms
from tests.cast import looked_at, visitor

NOVEMBER = Period(at(2026, 11, 1).date(), at(2026, 11, 30).date())


@pytest.fixture
def scene(cast) -> Scene:
    """With the lessons of a day: 8:20, 9:10, 10:20, 11:10, 14:00, 14:50."""
    terms.lay_out(act=cast.act("director"))
    return Scene.of(cast)


def page(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def indicator(code: str):
    return next(each for each in indicators.INDICATORS if each.code == code)


def said(code: str, period: Period = NOVEMBER) -> str:
    return str(value(indicator(code), period).value)


# ── A1 … A11 ────────────────────────────────────────────────────────────────────────────────────────────


def test_a1_a_label_a_photo_and_a_sentence(scene, web):
    """Place, keeper and the first kind are filled in; three things are sent, and the number is shown."""
    url = f"/s/{label_of(scene.cast.place('c32')).token}/"
    shown = page(web.as_("teacher").get(url))
    assert ("三(2)班教室" in shown, "王老师" in shown, "直接交给 赵师傅" in shown) == (True, True, True)
    sent = {"fault_type": scene.types["W02"].pk, "detail": "后排灯管不亮"}
    answer = web.as_("teacher").send(f"{url}repair/", sent)
    number = Repair.objects.get().matter.number
    assert re.fullmatch(r"BX\d{4}-\d{4}", number)
    assert number in page(web.as_("teacher").get(answer["Location"]))


def test_a3_friday_afternoon_runs_on_into_monday(scene):
    """A door lock on Friday at 16:00: urgent 8 hours, ordinary 16; the school works from 7:30 to 17:30."""
    plain = scene.report(code="W03", detail="锁打不开", at=at(2026, 11, 20, 16, 0))
    assert (plain.state, plain.due_at) == ("reported", at(2026, 11, 24, 12, 0))
    actions.dispatch(
        plain, worker=scene.cast["repairman"], act=scene.act("director", at(2026, 11, 20, 16, 10))
    )
    urgent = scene.report(code="W03", detail="锁打不开", urgency="urgent", at=at(2026, 11, 20, 16, 0))
    assert (urgent.due_at, urgent.repair.response_due_at) == (
        at(2026, 11, 23, 14, 0),
        at(2026, 11, 20, 17, 0),
    )
    eve = scene.report(code="W01", detail="漏水", at=at(2026, 9, 30, 16, 30))
    assert eve.due_at == at(2026, 10, 8, 14, 30)  # the seven days of the National Day do not count


def test_a4_both_times_are_on_the_page(scene, web):
    matter = scene.report(at=at(2026, 11, 20, 8, 0))
    actions.pause(
        matter, reason="parts", note="螺丝周一到", act=scene.act("repairman", at(2026, 11, 20, 16, 0))
    )
    actions.resume(matter, act=scene.act("repairman", at(2026, 11, 23, 9, 0)))
    shown = page(web.as_("teacher").get(f"/matters/{matter.number}/"))
    assert "等配件：螺丝周一到" in shown
    assert "2026-11-20 16:00 起停表，停了上班时间 3 小时" in shown
    assert "时限从 2026-11-24 12:00 顺延到 2026-11-24 15:00" in shown


def test_a5_no_photo_no_finish_and_of_two_only_one(scene, web):
    matter = scene.report(code="W02", detail="不亮")
    facts = {"cause": "wear", "fix": "换灯管"}
    refused = web.as_("electrician").send(f"/matters/{matter.number}/finish/", facts)
    assert refused.status_code == 422
    assert "“修好的照片”还没有，拍一张再交" in page(refused)
    assert scene.again(matter).state == "assigned"
    same = scene.again(matter)
    scene.finish(matter, "electrician", parts=[PART])
    with pytest.raises(Overtaken):
        scene.finish(same, "electrician", parts=[PART])
    repair = scene.again(matter).repair
    assert (repair.parts.count(), repair.parts_fen, repair.matter.state) == (1, 3760, "fixed")


def test_a7_refused_with_a_reason_it_comes_back_and_what_was_signed_stays(scene, web):
    """Contractor agreed by the director, fixed, refused, fixed, signed: his agreement is still read."""
    matter = scene.report(at=at(2026, 11, 23, 9, 0))
    ask = {"contractor": "安泰门窗店", "cost_fen": 80_000, "note": "要焊"}
    actions.ask_contractor(matter, **ask, act=scene.act("repairman", at(2026, 11, 23, 9, 30)))
    actions.agree(
        matter, step=looked_at(matter), note="可以", act=scene.act("director", at(2026, 11, 23, 9, 40))
    )
    scene.finish(matter, when=at(2026, 11, 23, 11, 0))
    empty = web.as_("teacher").send(f"/matters/{matter.number}/reopen/", {"note": ""})
    assert (empty.status_code, scene.again(matter).state) == (422, "fixed")
    actions.reopen(matter, note="还是晃", act=scene.act("teacher", at(2026, 11, 23, 11, 30)))
    assert (matter.state, matter.holder, scene.again(matter).repair.sent_back) == (
        "assigned", scene.cast["repairman"], 1,
    )  # fmt: skip
    scene.finish(matter, when=at(2026, 11, 23, 14, 0))
    actions.sign(matter, act=scene.act("teacher", at(2026, 11, 23, 15, 0)))
    shown = page(web.as_("teacher").get(f"/matters/{matter.number}/"))
    assert ("可以" in shown, "还是晃" in shown, "1 个签字" in shown) == (True, True, True)


def test_a8_silence_is_closed_by_the_clock_and_the_three_ways_add_up_to_the_whole(scene, web):
    monday = at(2026, 11, 16, 9, 0)
    signed, office, silent = (scene.report(at=monday) for _ in range(3))
    for matter in (signed, office, silent):
        scene.finish(matter, when=at(2026, 11, 16, 10, 0))
    actions.sign(signed, act=scene.act("teacher", at(2026, 11, 16, 11, 0)))
    actions.close_by_office(office, note="看过", act=scene.act("director", at(2026, 11, 16, 11, 0)))
    for day in range(17, 25):
        actions.remind_and_close(scene.system(at(2026, 11, day, 8, 0)))
    assert (scene.again(silent).state, scene.again(silent).repair.reminded) == ("timed_out", 2)
    shown = page(web.as_("director").get("/repairs/figures/?from=2026-11-01&to=2026-11-30"))
    assert "报修人签收 33.4% 1 件 到时关闭 33.3% 1 件 总务代收 33.3% 1 件" in shown


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ([1, 1, 1], ["33.4%", "33.3%", "33.3%"]), ([2, 1, 0], ["66.7%", "33.3%", "0.0%"]),
        ([7, 0, 0], ["100%", "0.0%", "0.0%"]),
        ([1, 2, 3, 1], ["14.3%", "28.6%", "42.8%", "14.3%"]), ([0, 0], ["无数据", "无数据"]),
    ],
)  # fmt: skip
def test_shares_that_add_up(counts, shares):
    assert queries.adding_up(counts) == shares


def test_a9_who_has_no_login_is_signed_for_by_who_answers_for_the_room(scene):
    made = actions.report_unlogged(
        place=scene.cast.place("c32"), fault_type=scene.types["W04"], detail="门关不上", act=visitor()
    )
    matter = scene.again(made)
    assert (matter.state, matter.duty) == ("unverified", "repair-dispatcher")
    actions.take(matter, fault_type=scene.types["W04"], act=scene.act("director"))
    scene.finish(matter)
    assert matter.holder == scene.cast["class-teacher"]
    with pytest.raises(NotYours):
        actions.sign(matter, act=scene.act("director"))
    actions.sign(matter, act=scene.act("class-teacher"))
    assert matter.state == "signed"


def test_a11_three_times_in_ninety_days_with_what_it_cost(scene, web):
    days = (at(2026, 9, 1, 9, 0), at(2026, 10, 20, 9, 0), at(2026, 11, 3, 9, 0))
    for day in days:
        scene.finish(scene.report(at=day), when=day.replace(hour=10), parts=[PART])
    now = at(2026, 12, 1, 9, 0)
    assert queries.repeats(Repair.objects.all(), now) == []  # 1 September is over 90 days ago
    scene.report(at=at(2026, 11, 23, 9, 0))
    [found] = queries.repeats(Repair.objects.all(), now)
    assert (found.place_id, found.trade, found.times, found.cost, found.last_at) == (
        scene.cast.place("c32").pk, "桌椅柜", 3, 7520, at(2026, 11, 23, 9, 0),
    )  # fmt: skip
    assert found.suggestion == "找根子：看线路、管道、安装，一次修彻底"
    shown = web.as_("director").get("/repairs/repeated/")
    assert "1 处，共花 112.80 元" in page(shown)  # the web's own morning is 23 November: all four count
    [link] = re.findall(r'href="(/repairs/repairs/\?view=all&amp;here=[^"]+)"', shown.content.decode())
    assert page(web.as_("director").get(link.replace("&amp;", "&"))).count("桌腿松了") == 4
    assert web.as_("teacher").get("/repairs/repeated/").status_code == 403


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"by_people": 2}, "多半是人为"), ({"times": 6}, "报整件更换"), ({"sent_back": 1}, "换一个人从头查"),
        ({"outside_fen": 1}, "让原单位保修"), ({}, "找根子"),
    ],
)  # fmt: skip
def test_what_might_be_done_about_it(more, words):
    plain = {"times": 3, "least": 3, "by_people": 0, "sent_back": 0, "outside_fen": 0}
    assert words in rules.suggestion(**(plain | more))


# ── what goes first ─────────────────────────────────────────────────────────────────────────────────────


def test_what_disturbs_a_lesson_goes_first(scene, web):
    """At 9:20 the second lesson is on: the screen of 三(2)班 goes before the desk that was due earlier."""
    FaultType.objects.filter(code="W05").update(worker=scene.cast["repairman"])
    scene.types["W05"].refresh_from_db()
    desk_first = scene.report(at=at(2026, 11, 18, 9, 0))
    screen = scene.report(code="W05", detail="不显示", at=at(2026, 11, 23, 9, 20))
    assert (screen.first, screen.repair.in_lesson, screen.repair.impact, screen.repair.service) == (
        True, True, "none", "teaching",
    )  # fmt: skip
    assert (screen.repair.response_due_at, screen.due_at) == (
        at(2026, 11, 23, 9, 50),
        at(2026, 11, 23, 13, 20),
    )
    worker = scene.cast["repairman"]
    assert desk_first.due_at < screen.due_at
    assert list(desk.in_hand(worker, scene.cast.now)) == [screen, desk_first]
    assert [job.pk for job in queries.jobs(worker, scene.cast.now)] == [screen.pk, desk_first.pk]
    shown = page(web.as_("repairman").get("/repairs/jobs/"))
    assert ("先办 1 件" in shown, shown.index("不显示") < shown.index("桌腿松了")) == (True, True)


@pytest.mark.parametrize(
    ("when", "place", "code", "first"),
    [
        ((2026, 11, 23, 9, 20), "c32", "W05", True), ((2026, 11, 23, 9, 55), "c32", "W05", False),
        # between two lessons
        ((2026, 11, 21, 9, 20), "c32", "W05", False), ((2026, 11, 23, 9, 20), "wc2", "W05", False),
        # Saturday; a toilet
        ((2026, 11, 23, 9, 20), "c32", "W11", False),  # serves administration
    ],
)  # fmt: skip
def test_only_teaching_in_a_teaching_room_while_a_lesson_is_on(scene, when, place, code, first):
    matter = scene.report(code=code, place=scene.cast.place(place), at=at(*when))
    assert (matter.first, matter.repair.in_lesson) == (first, first)


def test_the_kind_is_of_the_type_else_of_the_place(scene):
    kinds = [
        scene.report(code="W05", place=scene.cast.place("wc2")),
        scene.report(code="W02", place=scene.cast.place("wc2")),
        scene.report(code="W02"), scene.report(code="W02", service="admin"),
    ]  # fmt: skip
    assert [matter.repair.service for matter in kinds] == ["teaching", "living", "teaching", "admin"]


def test_the_table_is_the_schools(scene):
    """Urgency times impact: 16 lines, changed by who keeps the house; what was reported keeps its place."""
    assert PriorityRule.objects.count() == 16
    before = scene.report(code="W03", impact="many")
    rule = PriorityRule.objects.get(urgency="plain", impact="many")
    actions.change_priority(rule, rank=1, urgent_clock=False, act=scene.act("director"))
    after = scene.report(code="W03", impact="many")
    assert [(m.first, m.repair.rank, m.repair.urgent) for m in (before, after)] == [
        (False, 2, True),
        (True, 1, False),
    ]


def test_the_dispatcher_grades_it_and_its_clocks_run_anew(scene):
    matter = scene.report(code="W03", detail="锁打不开", at=at(2026, 11, 23, 9, 0))
    assert (matter.due_at, matter.first) == (at(2026, 11, 24, 15, 0), False)
    grade = {"fault_type": scene.types["W03"], "service": "teaching", "urgency": "urgent", "impact": "lesson"}
    with pytest.raises(NotYours):
        actions.grade(matter, **grade, act=scene.act("teacher", at(2026, 11, 23, 9, 5)))
    actions.grade(matter, **grade, note="下午公开课", act=scene.act("director", at(2026, 11, 23, 9, 5)))
    repair = scene.again(matter).repair
    assert (matter.due_at, repair.fix_due_at, repair.response_due_at) == (
        at(2026, 11, 23, 17, 0), at(2026, 11, 23, 17, 0), at(2026, 11, 23, 10, 0),
    )  # fmt: skip
    assert (repair.service, repair.rank, repair.matter.first, repair.first_minutes) == (
        "teaching",
        1,
        True,
        5,
    )
    assert matter.events.latest("pk").note == "教学，紧急，影响上课，先办，门窗锁：下午公开课"


def test_what_was_stopped_stays_taken_out_when_it_is_graded(scene):
    matter = scene.report(at=at(2026, 11, 23, 9, 0))  # 24 hours
    actions.pause(matter, reason="parts", act=scene.act("repairman", at(2026, 11, 23, 10, 0)))
    actions.resume(matter, act=scene.act("repairman", at(2026, 11, 23, 12, 0)))
    grade = {"service": "teaching", "urgency": "plain", "impact": "none"}
    actions.grade(
        matter, fault_type=scene.types["W03"], **grade, act=scene.act("director", at(2026, 11, 23, 13, 0))
    )
    assert matter.due_at == at(2026, 11, 24, 17, 0)  # 16 hours, and the two that were stopped


# ── lessons ─────────────────────────────────────────────────────────────────────────────────────────────


def out_of_use(scene: Scene) -> Matter:
    """Dark from Monday 9:00; fixed on Tuesday at 9:00: five lessons of Monday, one of Tuesday."""
    matter = scene.report("class-teacher", "W02", detail="全黑", impact="room", at=at(2026, 11, 23, 9, 0))
    scene.finish(matter, "electrician", when=at(2026, 11, 24, 9, 0))
    return scene.again(matter)


def test_a_room_out_of_use_counts_its_lessons(scene):
    matter = scene.report("class-teacher", "W02", detail="全黑", impact="room", at=at(2026, 11, 23, 9, 0))
    assert queries.lessons_so_far(matter.repair, at(2026, 11, 23, 11, 0)) == 2
    scene.finish(matter, "electrician", when=at(2026, 11, 24, 9, 0))
    [down] = Downtime.objects.all()
    assert (down.lessons, down.since, down.until) == (6, at(2026, 11, 23, 9, 0), at(2026, 11, 24, 9, 0))
    assert scene.again(matter).repair.down_since is None


def test_the_requester_corrects_them_with_a_reason_and_nobody_else(scene, web):
    matter = out_of_use(scene)
    shown = page(web.as_("class-teacher").get(f"/matters/{matter.number}/sign/"))
    assert "停用课时" in shown
    sign = {"act": scene.act("class-teacher", at(2026, 11, 24, 10, 0))}
    with pytest.raises(Refused, match="没有写为什么") as no:
        actions.sign(matter, lessons=4, **sign)
    assert no.value.field == "lessons_why"
    actions.sign(matter, lessons=4, lessons_why="两节去了音乐教室", **sign)
    assert list(Downtime.objects.order_by("pk").values_list("lessons", "note")) == [
        (6, ""),
        (-2, "两节去了音乐教室"),
    ]
    assert (queries.lessons_lost(matter.repair), said("IND-G2-2")) == (4, "4")
    assert rows(indicator("IND-G2-2"), NOVEMBER, side="top").count() == 2
    assert [finding for check in area.AREA.invariants for finding in check.find()] == []


def test_confirmed_as_counted_nothing_is_added(scene):
    matter = out_of_use(scene)
    actions.sign(matter, lessons=6, act=scene.act("class-teacher", at(2026, 11, 24, 10, 0)))
    assert (Downtime.objects.count(), said("IND-G2-2")) == (1, "6")


def test_a_room_without_lessons_loses_none(scene):
    matter = scene.report(code="W04", impact="room", place=scene.cast.place("wc2"))
    scene.finish(matter)
    assert (Downtime.objects.count(), matter.first) == (0, True)


def test_where_no_room_was_out_of_use_there_is_nothing_to_correct(scene, web):
    matter = scene.fixed()
    assert "停用课时" not in page(web.as_("teacher").get(f"/matters/{matter.number}/sign/"))
    with pytest.raises(Refused, match="没有停用过房间"):
        actions.sign(matter, lessons=1, lessons_why="x", act=scene.act("teacher"))


def test_sent_back_the_room_is_out_of_use_again_and_cancelled_it_is_counted_too(scene):
    matter = out_of_use(scene)
    actions.reopen(matter, note="又黑了", act=scene.act("class-teacher", at(2026, 11, 24, 10, 0)))
    scene.finish(matter, "electrician", when=at(2026, 11, 24, 12, 0))
    other = scene.report("class-teacher", "W05", impact="room", at=at(2026, 11, 25, 8, 0))
    actions.cancel(other, note="自己好了", act=scene.act("class-teacher", at(2026, 11, 25, 10, 0)))
    assert list(Downtime.objects.order_by("pk").values_list("lessons", flat=True)) == [6, 2, 2]


def test_graded_back_into_use_it_stops_counting(scene):
    matter = scene.report("class-teacher", "W02", detail="全黑", impact="room", at=at(2026, 11, 23, 9, 0))
    grade = {"fault_type": scene.types["W02"], "service": "teaching", "urgency": "plain", "impact": "lesson"}
    actions.grade(matter, **grade, act=scene.act("director", at(2026, 11, 23, 11, 0)))
    scene.finish(matter, "electrician", when=at(2026, 11, 24, 9, 0))
    assert Downtime.objects.get().lessons == 2


# ── who answers, and the rest of the clauses ────────────────────────────────────────────────────────────


def test_what_nobody_takes_is_brought_before_the_overseers_once(scene):
    matter = scene.report(code="W18", at=at(2026, 11, 23, 9, 0))  # answered within four hours
    assert actions.chase(scene.system(at(2026, 11, 23, 12, 59))) == 0
    assert [actions.chase(scene.system(at(2026, 11, 23, 13, n))) for n in (1, 6)] == [1, 0]
    reported, untaken = "报修：三(2)班教室 桌腿松了", "没人接手：三(2)班教室 桌腿松了"
    for role, told in (
        ("director", [reported, untaken]), ("principal", [untaken]), ("vice-principal", [untaken]),
    ):  # fmt: skip
        assert [n.text for n in scene.cast[role].notices.order_by("pk")] == told
    assert [n.text for n in scene.cast["repairman"].notices.all()] == []
    alert = next(
        a
        for a in queries.alerts(Morning(scene.cast["director"], at(2026, 11, 23, 14, 0)))
        if a.word == "没人接手"
    )
    assert (alert.count, alert.note) == (1, "最早的：三(2)班教室 桌腿松了，首响超 1 小时")
    assert matter.events.latest("pk").step == "unanswered"


def test_the_signers_button_leads_and_the_offices_is_plain(scene, web):
    matter = scene.fixed()
    bars = {role: re.findall(r'<nav class="hq-actions.*?</nav>',
                             web.as_(role).get(f"/matters/{matter.number}/").content.decode(), re.DOTALL)
            for role in ("teacher", "director")}  # fmt: skip
    assert [re.findall(r"</svg>([^<]+)</a>", bar) for [bar] in bars.values()] == [
        ["返修", "签收"],
        ["催办", "代收"],
    ]
    assert [bar.count("btn-primary") for [bar] in bars.values()] == [1, 0]


def test_a_hand_laid_on_it_in_time_is_not_chased(scene):
    matter = scene.report(at=at(2026, 11, 23, 9, 0))
    actions.arrive(matter, act=scene.act("repairman", at(2026, 11, 23, 10, 0)))
    assert actions.chase(scene.system(at(2026, 11, 24, 13, 0))) == 0
    with pytest.raises(NotYours):
        actions.unanswered(scene.report(), act=scene.act("director"))


def test_the_same_day_is_the_working_day_on_which_it_counts(scene):
    """Friday 18:00 counts as Monday; two of three are fixed on their day."""
    friday, monday, late = (scene.report(at=when) for when in
                            (at(2026, 11, 20, 18, 0), at(2026, 11, 23, 9, 0),
                             at(2026, 11, 23, 9, 0)))  # fmt: skip
    assert friday.repair.received_on == at(2026, 11, 23).date()
    scene.finish(friday, when=at(2026, 11, 23, 17, 0))
    scene.finish(monday, when=at(2026, 11, 23, 11, 0))
    scene.finish(late, when=at(2026, 11, 24, 8, 0))
    assert (said("IND-1.1.3b-2"), said("IND-1.1.3b-1")) == ("66.7", "540")  # 120, 540 and 540 working minutes
    assert [repair.pk for repair in rows(indicator("IND-1.1.3b-2"), NOVEMBER, side="rest")] == [late.pk]


def test_passing_on_is_counted_over_what_is_closed(scene):
    passed, plain = scene.report(), scene.report()
    for worker, other in (("repairman", "electrician"), ("electrician", "repairman")):
        actions.pass_on(passed, worker=scene.cast[other], note="两个人才行", act=scene.act(worker))
    for matter in (passed, plain):
        scene.finish(matter)
        actions.sign(matter, act=scene.act("teacher"))
    assert said("IND-1.1.3b-3") == "1.00"


def test_teaching_by_its_due_time(scene):
    scene.finish(scene.report(service="teaching", at=at(2026, 11, 2, 9, 0)), when=at(2026, 11, 2, 15, 0))
    scene.report(service="teaching", at=at(2026, 11, 2, 9, 0))
    scene.report(code="W11", at=at(2026, 11, 2, 9, 0))  # not teaching
    assert said("IND-G2-1") == "50.0"


# ── daily life ──────────────────────────────────────────────────────────────────────────────────────────


def test_something_is_asked_for_done_and_rated(scene, web):
    meal = scene.types["S01"]
    asked = scene.again(actions.ask(
        fault_type=meal, place=scene.cast.place("wc2"), detail="今天多两份", act=scene.act("class-teacher")
    ))  # fmt: skip
    assert (asked.kind, asked.number[:2], asked.state, asked.holder) == (
        "repairs.service", "FW", "assigned", scene.cast["canteen-manager"],
    )  # fmt: skip
    with pytest.raises(NotYours):
        actions.serve(asked, fix="送到", act=scene.act("repairman"))
    with pytest.raises(Refused, match="没有写办了什么"):
        actions.serve(asked, fix=" ", act=scene.act("canteen-manager"))
    with pytest.raises(Refused, match="不在维修岗位"):
        actions.pass_on(asked, worker=scene.cast["repairman"], note="x", act=scene.act("canteen-manager"))
    actions.serve(asked, fix="送到班上", act=scene.act("canteen-manager"))
    assert (asked.state, asked.holder) == ("fixed", scene.cast["class-teacher"])
    actions.sign(asked, rating=4, act=scene.act("class-teacher"))
    assert "办好" in page(web.as_("class-teacher").get(f"/matters/{asked.number}/"))
    assert asked.events.get(step="sign").signatures.get().says == f"{asked.number} 已办好"


def test_a_fault_is_reported_and_a_wish_is_asked_for(scene):
    act = scene.act("teacher")
    with pytest.raises(Refused, match="“桌椅柜”要到“报修”里报"):
        actions.ask(fault_type=scene.types["W04"], place=scene.cast.place("c32"), detail="x", act=act)
    with pytest.raises(Refused, match="“用餐”要到“生活服务”里提"):
        scene.report(code="S01")
    with pytest.raises(NotYours):
        actions.ask(
            fault_type=scene.types["S01"],
            place=scene.cast.place("c32"),
            detail="x",
            act=scene.act("inspector"),
        )
    assert not queries.types().filter(code="S01").exists()


def test_satisfaction_and_how_many_rate(scene, web):
    """Two of three that are closed were rated, 5 and 4: 9 of 10. A teaching repair's 1 is no part of it."""

    def served(rating: int | None) -> None:
        tap = scene.report("teacher", "W14", place=scene.cast.place("wc2"))
        actions.dispatch(tap, worker=scene.cast["repairman"], act=scene.act("director"))
        scene.finish(tap)
        actions.sign(tap, rating=rating, act=scene.act("teacher"))

    for rating in (5, 4, None):
        served(rating)
    other = scene.report(code="W16")
    actions.dispatch(other, worker=scene.cast["repairman"], act=scene.act("director"))
    scene.finish(other)
    actions.sign(other, rating=1, act=scene.act("teacher"))
    assert (said("IND-G3-1"), said("IND-G3-2")) == ("90.0", "66.7")
    shown = page(web.as_("teacher").get("/repairs/life/"))
    for words in (
        "饮水",
        "用餐",
        "照明",
        "厕所",
        "风扇空调取暖",
        "失物招领",
        "停车",
        "通勤",
        "满意度 90.0%",
        "评价率 66.7%",
    ):
        assert words in shown, words


# ── on paper and by telephone ───────────────────────────────────────────────────────────────────────────


def test_a_slip_is_lost_until_it_is_a_repair_and_its_writer_signs(scene):
    note = {
        "way": "paper",
        "asker": scene.cast["teacher"],
        "place": scene.cast.place("c32"),
        "said": "桌腿松了",
    }
    slip = actions.note_slip(**note, received_at=at(2026, 11, 23, 8, 0), act=scene.act("director"))
    with pytest.raises(Refused, match="还没到"):
        actions.note_slip(**note, received_at=at(2026, 11, 24, 8, 0), act=scene.act("director"))
    assert said("IND-2.2.1b-2") == "1"
    made = actions.enter_slip(slip, fault_type=scene.types["W04"], act=scene.act("director"))
    with pytest.raises(Overtaken):
        actions.enter_slip(PaperSlip.objects.get(), fault_type=scene.types["W04"], act=scene.act("director"))
    matter = scene.again(made)
    assert (said("IND-2.2.1b-2"), matter.opened_by) == ("0", scene.cast["teacher"])
    assert matter.events.get().by == scene.cast["director"]
    scene.finish(matter)
    assert matter.holder == scene.cast["teacher"]


def test_slips_are_the_offices(scene, web):
    assert web.as_("director").get("/repairs/slips/").status_code == 200
    assert web.as_("teacher").get("/repairs/slips/").status_code == 403


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_figures_go_out_as_a_sheet(scene, web):
    matter = scene.report(at=at(2026, 11, 20, 9, 0))
    scene.finish(matter, when=at(2026, 11, 20, 11, 0), parts=[PART])
    answer = web.as_("director").get("/repairs/figures/?from=2026-11-01&to=2026-11-30&as=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    lines = book.get_sheet_by_index(0).to_python()
    heads, found = lines[0], [line for line in lines if line and line[0] == "按类别"]
    assert heads[:4] == ["分组", "名称", "收到", "修好"]
    assert found == [["按类别", "桌椅柜", 1, 1, 1, 0, 120, 2, 37.6]]


def test_what_the_reporter_is_told_follows_what_he_says(scene, web):
    """直接交给…，…前修好, asked again with each choice: what cannot be taught in goes first."""
    url = f"/repairs/notice/{scene.cast.place('c32').pk}/"
    lamp = {"fault_type": scene.types["W02"].pk}
    plain = page(web.as_("teacher").get(url, lamp))
    urgent = page(web.as_("teacher").get(url, lamp | {"impact": "room"}))
    assert ("先办" in plain, "排在最前面先办" in urgent) == (False, True)
    assert "先办" not in page(web.as_("teacher").get(url, lamp | {"impact": "nonsense"}))


def test_passing_on_leaves_the_place_in_the_line(scene):
    matter = scene.report(impact="room")
    actions.pass_on(matter, worker=scene.cast["electrician"], note="请假", act=scene.act("repairman"))
    assert scene.again(matter).first
