"""并入: two reports of one fault become one, and whoever waited for the one waits for the other."""

import html
import re
from datetime import date

import pytest

from houqin.areas.repairs import actions, indicators, queries
from houqin.areas.repairs.models import Repair
from houqin.areas.repairs.tests.scene import PART, Scene, at
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.indicators.declare import Period
from houqin.kernel.matters.models import Link, Matter
from houqin.kernel.notices.models import Notice
from tests.cast import visitor

TITLE = "三(2)班教室 桌腿松了"


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def two(scene, code="W04"):
    """The same desk, reported by 张老师 and by the teacher of the class."""
    return scene.report("class-teacher", code), scene.report("teacher", code)


def told(scene, role):
    return list(scene.cast[role].notices.order_by("pk").values_list("text", flat=True))


def page(answer):
    assert answer.status_code == 200, answer.content.decode()
    return html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_who_waited_for_the_one_waits_for_the_other(scene):
    first, second = two(scene)
    actions.join(second, act=scene.act("nurse"))
    actions.join(first, act=scene.act("nurse"))
    actions.join(second, act=scene.act("guard"))
    actions.merge(second, into=first, note="现场看过", act=scene.act("director"))
    assert (second.state, second.is_open, scene.again(first).state) == ("merged", False, "assigned")
    assert second.events.order_by("-pk")[0].note == f"和 {first.number} 是同一件：现场看过"
    assert (Link.objects.get().matter, Link.objects.get().waits_for) == (second, first)
    carried = first.events.filter(step="join").exclude(on_behalf_of=None).order_by("pk")
    assert [(one.by, one.on_behalf_of, one.note) for one in carried] == [
        (scene.cast["director"], scene.cast["teacher"], f"报过 {second.number}"),
        (scene.cast["director"], scene.cast["guard"], f"报过 {second.number}"),
    ]
    assert first.repair.requesters.count() == 3  # the nurse once
    said = f"并入 {first.number}：{TITLE}"
    roles = ("teacher", "guard", "nurse", "class-teacher")
    assert [told(scene, role) for role in roles] == [[said], [said], [said], []]
    assert told(scene, "repairman")[-1] == said
    scene.finish(first)
    assert [told(scene, role)[-1] for role in roles[:3]] == [f"修好：{TITLE}"] * 3


def test_who_was_carried_over_sees_the_other_and_may_nudge(scene, web):
    """It must fail with the steps that were taken for him left out of what concerns a person."""
    first, second = two(scene)
    assert web.as_("teacher").get(f"/matters/{first.number}/").status_code == 404
    actions.merge(second, into=first, act=scene.act("director"))
    shown = page(web.as_("teacher").get(f"/matters/{first.number}/"))
    assert (f"被等 {second.number}" in shown, f"报过 {second.number}" in shown) == (True, True)
    assert f"等 {first.number} {TITLE}" in page(web.as_("teacher").get(f"/matters/{second.number}/"))
    actions.nudge(first, act=scene.act("teacher"))


def test_his_own_second_report_makes_him_no_requester(scene):
    first, second = scene.report(), scene.report()
    actions.merge(second, into=first, act=scene.act("repairman"))  # both are in his hands
    assert (second.state, first.repair.requesters.count()) == ("merged", 0)
    assert told(scene, "teacher") == [f"并入 {first.number}：{TITLE}"]


@pytest.mark.parametrize("role", ["teacher", "class-teacher", "electrician", "vice-principal", "inspector"])
def test_only_who_dispatches_or_has_it_in_hand(scene, role):
    first, second = two(scene)
    with pytest.raises(NotYours):
        actions.merge(second, into=first, act=scene.act(role))


def test_the_worker_merges_into_nothing_of_another(scene):
    lamp, desk = scene.report(code="W02"), scene.report()
    with pytest.raises(NotYours, match="不归你并，没有保存"):
        actions.merge(desk, into=lamp, act=scene.act("repairman"))
    with pytest.raises(Refused, match="或者不归你看，没有保存"):
        actions.merge(desk, number=lamp.number, act=scene.act("repairman"))
    assert Link.objects.count() == 0


def test_not_while_it_is_being_decided_nor_after_it_is_repaired(scene):
    first, second = two(scene)
    ask = {"contractor": "安泰门窗店", "cost_fen": 80_000, "note": "要焊"}
    actions.ask_contractor(second, **ask, act=scene.act("repairman"))
    with pytest.raises(Overtaken, match="现在是“等批”，不能并入，没有保存"):
        actions.merge(second, into=first, act=scene.act("director"))
    actions.merge(first, into=second, act=scene.act("director"))  # into it, it may be
    assert first.state == "merged"
    done = scene.fixed()
    with pytest.raises(Overtaken, match="现在是“等签收”，不能并入"):
        actions.merge(done, into=second, act=scene.act("director"))


def test_into_itself_or_into_nothing(scene):
    matter = scene.report()
    act = scene.act("director")
    for into, said in (
        ({"into": matter}, "不能并入它自己，没有保存"),
        ({"number": f" {matter.number.lower()} "}, "不能并入它自己，没有保存"),
        ({}, "没有选并入哪一件，没有保存"),
        ({"number": "BX2026-9999"}, "没有 BX2026-9999 这件报修，或者不归你看，没有保存"),
    ):
        with pytest.raises(Refused, match=said) as no:
            actions.merge(matter, **into, act=act)
        assert no.value.field == "number"
    assert scene.again(matter).state == "assigned"


def test_into_one_that_was_repaired_meanwhile(scene):
    """What was open when the slip was drawn is asked again under the lock."""
    first, second = two(scene)
    stale = scene.again(first)
    scene.finish(first)
    with pytest.raises(Refused, match=f"{first.number} 现在是“等签收”，不能并入，没有保存"):
        actions.merge(second, into=stale, act=scene.act("director"))
    assert scene.again(second).state == "assigned"
    assert Notice.objects.filter(text__startswith="并入").count() == 0


def test_no_chains(scene):
    """Into one that was merged itself, or with others merged into it: neither."""
    first, second = two(scene)
    third = scene.report("nurse")
    act = scene.act("director")
    actions.merge(second, into=first, act=act)
    with pytest.raises(Refused, match=f"{second.number} 已经并入 {first.number}，没有保存。并入那一件"):
        actions.merge(third, into=second, act=act)
    with pytest.raises(Refused, match=f"反过来，把 {third.number} 并入这一件"):
        actions.merge(first, into=third, act=act)
    with pytest.raises(Overtaken, match="现在是“已并入”"):
        actions.merge(second, into=third, act=act)
    actions.merge(third, into=first, act=act)
    assert first.holds_up.count() == 2


def test_what_has_cost_money_is_the_one_that_stays(scene):
    """Its cost would fall out of the figures."""
    first, second = two(scene)
    scene.finish(second, parts=[PART])
    actions.reopen(second, note="还是松", act=scene.act("teacher"))
    with pytest.raises(Refused, match=f"{second.number} 已经花了钱，并了就不算进统计，没有保存"):
        actions.merge(second, into=first, act=scene.act("director"))
    actions.merge(first, into=second, act=scene.act("director"))
    assert first.state == "merged"


def test_what_is_late_is_not_merged_into_what_is_not(scene):
    """Else its lateness would leave the figures. Seen to fail with the refusal taken out."""
    late = scene.report("class-teacher", at=at(2026, 11, 2, 9, 0))
    fresh = scene.report()
    with pytest.raises(Refused, match=f"已经过了时限.*反过来，把 {fresh.number} 并入这一件"):
        actions.merge(late, into=fresh, act=scene.act("director"))
    actions.merge(fresh, into=late, act=scene.act("director"))
    assert (scene.again(late).state, fresh.state) == ("assigned", "merged")
    waiting, newer = scene.report("class-teacher", at=at(2026, 11, 2, 9, 0)), scene.report()
    actions.pause(waiting, reason="parts", act=scene.act("repairman", at(2026, 11, 2, 10, 0)))
    actions.merge(waiting, into=newer, act=scene.act("director"))  # its clock stood: it is not late
    assert waiting.state == "merged"


def test_lessons_of_one_room_are_counted_once(scene):
    """From the earlier report on; of another room up to the moment it was merged."""
    eight, soon = at(2026, 11, 24, 8, 0), at(2026, 11, 24, 8, 10)
    later = scene.report("teacher", "W02", impact="room", at=soon)
    earlier = scene.report("class-teacher", "W02", impact="room", at=eight)
    act = scene.act("director", at(2026, 11, 24, 8, 20))
    actions.merge(earlier, into=later, act=act)
    assert [Repair.objects.get(pk=m.pk).down_since for m in (earlier, later)] == [None, eight]
    assert earlier.repair.downtimes.count() == 0
    hall = scene.report("teacher", "W02", place=scene.cast.place("jxl-2"), at=soon)
    other = scene.report("teacher-2", "W02", impact="room", at=soon)
    actions.merge(other, into=hall, act=act)
    assert (other.repair.downtimes.get().until, Repair.objects.get(pk=hall.pk).down_since) == (act.at, None)


def test_neither_repaired_nor_late_nor_counted(scene):
    """It must fail with `merged` taken out of WITHDRAWN and of LEFT_OUT."""
    when = at(2026, 11, 2, 9, 0)
    first, second = (scene.report(role, at=when) for role in ("class-teacher", "teacher"))
    third = scene.report("nurse", at=when)
    now = scene.cast.now
    period = Period(date(2026, 11, 1), date(2026, 11, 30), now=now)

    def stand() -> list[int]:
        rows = Repair.objects.all()
        lists = (indicators.due, indicators.reported, indicators.all_opened, indicators.closed)
        return [
            *(rows_of(period).count() for rows_of in lists), Matter.objects.overdue(now).count(),
            queries.in_count(rows).count(), queries.repeated(rows, now).count(),
        ]  # fmt: skip

    assert stand() == [3, 3, 3, 0, 3, 3, 3]
    for matter in (second, third):
        actions.merge(matter, into=first, act=scene.act("director"))
    assert stand() == [1, 1, 1, 0, 1, 1, 0]


def test_a_visitors_report_is_merged_and_says_how_the_other_stands(scene, web):
    first = scene.report("class-teacher")
    told = {"place": scene.cast.place("c32"), "fault_type": scene.types["W04"], "detail": "桌腿松了"}
    made = actions.report_unlogged(**told, name="张先生", act=visitor(scene.cast.now))
    matter = scene.again(made)
    actions.merge(matter, into=first, act=scene.act("director"))
    assert (matter.state, first.repair.requesters.count()) == ("merged", 0)
    assert Notice.objects.filter(text__startswith="并入").count() == 0
    shown = page(web.visitor.get("/repairs/look/", {"code": made.code}))
    assert ("已并入" in shown, "一起修，现在“在修”" in shown) == (True, True)
    assert not re.search(f"{first.number}|王老师|赵师傅|张先生", shown)
    scene.finish(first)
    assert "现在“等签收”" in page(web.visitor.get("/repairs/look/", {"code": made.code}))


def test_the_slip_offers_what_is_open_near_by(scene, web):
    """This type first, then this place; nothing that is closed, elsewhere or this one itself."""
    matter = scene.report()
    lamp = scene.report("class-teacher", "W02")
    hall = scene.report("class-teacher", "W04", place=scene.cast.place("jxl-2"))
    same = scene.report("class-teacher")
    scene.fixed("class-teacher")
    scene.report("class-teacher", "W04", place=scene.cast.place("jxl"))
    offered = [row.matter for row in queries.same_perhaps(matter, scene.act("director"))]
    assert offered == [same, hall, lamp]
    mine = [row.matter for row in queries.same_perhaps(matter, scene.act("repairman"))]
    assert mine == [same, hall]  # the lamp is the electrician's
    url = f"/matters/{matter.number}/merge/"
    shown = page(web.as_("director").get(url))
    assert (f"{same.number} {TITLE}" in shown, "报的人转到那一件" in shown) == (True, True)
    assert web.as_("teacher").get(url).status_code == 403
    assert web.as_("teacher-2").get(url).status_code == 404
    answer = web.as_("director").send(url, {"into": same.number, "number": "BX2026-9999"})
    assert (answer.status_code, "没有 BX2026-9999 这件报修" in answer.content.decode()) == (422, True)
    assert web.as_("director").send(url, {"into": same.number}).status_code == 303
    assert scene.again(matter).state == "merged"


def test_with_nothing_near_by_the_number_is_asked(scene, web):
    matter = scene.report(code="W18")
    far = scene.report("class-teacher", "W18", place=scene.cast.place("jxl"))
    url = f"/matters/{matter.number}/merge/"
    assert "附近没有别的没修好的报修" in page(web.as_("director").get(url))
    assert web.as_("director").send(url, {}).status_code == 422
    assert web.as_("director").send(url, {"number": far.number}).status_code == 303
