"""审批授权 and 撤回 by the pages: 尤老师 decides for 陈主任, who is away; what is stuck is taken back."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from houqin.areas.repairs import actions
from houqin.areas.repairs.models import Repair
from houqin.areas.repairs.queries import approvals_agree
from houqin.areas.repairs.tests.scene import Scene
from houqin.kernel.approvals import queries as routes
from houqin.kernel.approvals.models import ApprovalStep, Delegation, RuleSet
from houqin.kernel.matters.models import Event
from houqin.kernel.notices.models import Notice
from tests.cast import looked_at

NEW, ASK = "/house/delegations/new/", {"contractor": "安泰门窗店", "cost_fen": 80_000, "note": "要焊"}


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


@pytest.fixture
def stuck(scene):
    """800 yuan: waits for the director alone."""
    matter = scene.report("teacher", "W04")
    actions.ask_contractor(matter, **ASK, act=scene.act("repairman"))
    return scene.again(matter)


def read(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def asked(scene, **more):
    said = {"kind": "repairs.repair", "taker": scene.cast["nurse"].pk, "from_on": "2026-11-23",
            "to_on": "2026-11-27",
            "cap_fen": "800", "deed": "外出培训，校长同意"}  # fmt: skip
    return said | more


def test_the_nurse_decides_for_the_director_while_he_is_away(scene, stuck, web):
    director, nurse, number = web.as_("director"), web.as_("nurse"), stuck.number
    assert nurse.get(f"/matters/{number}/").status_code == 404
    assert director.send(NEW, asked(scene)).status_code == 303
    assert "代陈主任批" in read(nurse.get("/")) and number in nurse.get("/").content.decode()
    assert "陈主任把审批授权给你：2026-11-23 到 2026-11-27，单笔不超过 800.00 元" in read(
        nurse.get("/notices/")
    )
    assert "同意" in read(nurse.get(f"/matters/{number}/"))
    assert "受陈主任授权，代陈主任批" in read(nurse.get(f"/matters/{number}/agree/"))
    assert (
        nurse.send(f"/matters/{number}/agree/", {"step": looked_at(stuck).pk, "note": "可以"}).status_code
        == 303
    )

    step, event = ApprovalStep.objects.get(), Event.objects.get(matter=stuck, step="agreed")
    nurse_, director_ = scene.cast["nurse"], scene.cast["director"]
    assert (step.state, step.decided_by, step.on_behalf_of) == ("agreed", nurse_, director_)
    assert (event.by, event.on_behalf_of, event.to_holder.code) == (nurse_, director_, "repairman")
    assert "同意：三(2)班教室 桌腿松了" in [n.text for n in Notice.objects.filter(to=director_)]
    for url in (f"/matters/{number}/", f"/matters/{number}/paper/"):
        shown = read(director.get(url))
        assert "尤老师代陈主任同意" in shown or ("尤老师代陈主任" in shown and "同意：可以" in shown), url
    assert read(director.get(f"/matters/{number}/")).count("尤老师代陈主任同意") == 2  # 审批 and 经过
    assert "已经记下" in read(nurse.get("/")) and number not in nurse.get("/").content.decode()
    assert nurse.get(f"/matters/{number}/").status_code == 200  # took a step in it


def test_what_comes_later_tells_the_stand_in_too(scene, web):
    web.as_("director").send(NEW, asked(scene))
    matter = scene.report("teacher", "W04")
    actions.ask_contractor(matter, **ASK, act=scene.act("repairman"))
    told = Notice.objects.filter(matter=matter, text__startswith="外修").order_by("pk")
    assert [n.to.code for n in told] == ["nurse", "director"]


def test_refusals_stand_in_words_with_what_was_typed_kept(scene, web):
    director = web.as_("director")
    for spoilt, sentence in (
        ({"to_on": "2026-11-22"}, "授权到的时间比起的时间早，没有保存。改一下起止。"),
        ({"from_on": "2026-11-20"}, "授权不能从过去起，没有保存。从现在起，或者往后写。"),
        ({"to_on": "2027-12-01"}, "一份授权最长一年，没有保存。改短，到期再办。"),
        ({"taker": scene.cast["admin"].pk}, "严管理员管开户授权，不能再审批业务，没有保存。换一个人。"),
        ({"cap_fen": "0"}, "“单笔上限”不能小于"),
        ({"deed": ""}, "“依据”还没填"),
        ({"taker": scene.cast["director"].pk}, "“交给”选的这一项现在没有了，重新选"),
    ):
        answer = director.send(NEW, asked(scene, **spoilt))
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), (
            spoilt,
            read(answer),
        )
        if "deed" not in spoilt:
            assert 'value="外出培训，校长同意"' in answer.content.decode()
    assert Delegation.objects.count() == 0


def test_who_decides_nothing_gives_nothing_and_sees_his_own_only(scene, web):
    assert web.as_("teacher").get(NEW).status_code == 403
    assert web.as_("teacher").send(NEW, asked(scene)).status_code in (403, 422)
    assert "授权给别人" not in read(web.as_("teacher").get("/house/delegations/"))
    assert "授权给别人" in read(web.as_("principal").get("/house/delegations/"))
    web.as_("director").send(NEW, asked(scene))
    made = Delegation.objects.get()
    seen = {role: web.as_(role).get(f"/house/delegations/{made.pk}/").status_code
            for role in ("director", "nurse", "principal", "admin", "teacher", "repairman")}  # fmt: skip
    assert seen == dict.fromkeys(("director", "nurse", "principal", "admin"), 200) | dict.fromkeys(
        ("teacher", "repairman"), 404
    )


def test_sent_twice_it_is_given_once_and_ended_once(scene, web):
    director = web.as_("director")
    answers = [director.send(NEW, asked(scene), op="give-0001") for _ in range(2)]
    made = Delegation.objects.get()
    assert [(a.status_code, a["Location"]) for a in answers] == [(303, f"/house/delegations/{made.pk}/")] * 2
    end = f"/house/delegations/{made.pk}/end/"
    assert web.as_("nurse").send(end, {}).status_code == 403
    assert [director.send(end, {}, op="end-00001").status_code for _ in range(2)] == [303, 303]
    assert director.send(end, {}).status_code == 409
    assert Notice.objects.filter(to=scene.cast["nurse"], text="陈主任结束了给你的审批授权").count() == 1
    assert "提前结束" in read(director.get(f"/house/delegations/{made.pk}/"))


def test_the_taker_s_desk_asks_as_much_for_one_as_for_three(scene, stuck, web):
    web.as_("director").send(NEW, asked(scene))
    nurse, costs = web.as_("nurse"), []
    for more in (0, 2):
        for _ in range(more):
            actions.ask_contractor(scene.report("teacher", "W04"), **ASK, act=scene.act("repairman"))
        nurse.get("/")
        with CaptureQueriesContext(connection) as said:
            page = nurse.get("/")
        costs.append((len(page.context["rows"]), len(said)))
    assert [rows for rows, _ in costs] == [1, 3]
    assert costs[0][1] == costs[1][1]


def test_a_new_version_comes_by_the_page_and_a_gap_keeps_what_was_typed(scene, stuck, web):
    """The ranges of the form are those in force; running routes stay under theirs."""
    url, director = "/house/tiers/new/", web.as_("director")
    first = director.get(url)
    assert 'name="ranges-3-from_fen" value="10000"' in first.content.decode()
    rows = {"kind": "repairs.repair", "effective_on": "2026-11-23", "authority": "校务会 2026-11-20",
            "ranges-0-from_fen": "0", "ranges-0-to_fen": "500", "ranges-0-step_1": "approve-director",
            "ranges-1-from_fen": "600", "ranges-1-to_fen": "", "ranges-1-step_1": "approve-director",
            "ranges-1-step_2": "approve-principal", "ranges-1-paper": "校务会记录"}  # fmt: skip
    gap = director.send(url, rows)
    assert gap.status_code == 422
    assert "各档金额要从 0 起首尾相接，不重叠、不断开，每档至少一步。没有保存。" in read(gap)
    for kept in ('value="600"', 'value="500"', 'value="校务会 2026-11-20"'):
        assert kept in gap.content.decode()
    answers = [director.send(url, rows | {"ranges-1-from_fen": "500"}, op="tiers-001") for _ in range(2)]
    made = RuleSet.objects.get(version=2)
    assert [(a.status_code, a["Location"]) for a in answers] == [(303, f"/house/tiers/{made.pk}/")] * 2
    card = read(director.get(f"/house/tiers/{made.pk}/"))
    assert "0.00 元起，不满 500.00 元 总务主任" in card and "现行" in card
    assert "500.00 元起，没有上限 总务主任 → 校长 要附校务会记录" in card
    old = RuleSet.objects.get(version=1)
    assert "已换下" in read(director.get(f"/house/tiers/{old.pk}/"))
    assert stuck.number in director.get(f"/house/tiers/{old.pk}/?tab=0").content.decode()
    assert routes.route_of(stuck).rule_set == old and "第 1 版" in read(
        director.get(f"/matters/{stuck.number}/")
    )
    later = scene.report("teacher", "W04")
    assert "500.00 元起要附" in read(web.as_("repairman").get(f"/matters/{later.number}/ask_contractor/"))


def test_only_the_director_and_the_head_enter_a_version(scene, web):
    url = "/house/tiers/new/"
    roles = ("director", "principal", "vice-principal", "admin", "accountant", "teacher", "inspector")
    assert {role: web.as_(role).get(url).status_code for role in roles} == {
        "director": 200, "principal": 200, "vice-principal": 403, "admin": 403, "accountant": 403,
        "teacher": 403,
        "inspector": 403,
    }  # fmt: skip
    seers = ("admin", "vice-principal", "teacher")
    assert [web.as_(role).get("/house/tiers/").status_code for role in seers] == [
        200, 200, 403,
    ]  # fmt: skip
    assert web.as_("admin").send(url, {}).status_code == 403
    assert RuleSet.objects.count() == 1


# ── taken back ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_stuck_is_taken_back_and_asked_anew(scene, stuck, web):
    worker, url = web.as_("repairman"), f"/matters/{stuck.number}/recall/"
    assert "回到维修人手上，这一轮审批到此为止" in read(worker.get(url))
    no_reason = worker.send(url, {"note": ""})
    assert (no_reason.status_code, "“为什么撤回”还没填" in no_reason.content.decode()) == (422, True)
    answers = [worker.send(url, {"note": "审批人外出"}, op="recall-01").status_code for _ in range(2)]
    matter, repair = scene.again(stuck), Repair.objects.get(pk=stuck.pk)
    assert (answers, matter.state, matter.holder.code) == ([303, 303], "assigned", "repairman")
    assert (repair.contractor_fen, repair.outside.count()) == (0, 0)
    assert Event.objects.filter(matter=stuck, step="recall", note__startswith="审批人外出\n").count() == 1
    assert "撤回：三(2)班教室 桌腿松了" in [n.text for n in Notice.objects.filter(to=scene.cast["director"])]
    late = web.as_("director").send(f"/matters/{stuck.number}/agree/", {})
    assert (late.status_code, "现在是“在修”，不能同意，没有保存" in late.content.decode()) == (409, True)
    assert routes.open_step(matter) is None and list(approvals_agree()) == []

    actions.ask_contractor(matter, **ASK, act=scene.act("repairman"))
    assert routes.route_of(matter).round == 2
    shown = read(web.as_("director").get(f"/matters/{stuck.number}/"))
    assert "第 2 轮" in shown and "撤回" in shown
    actions.recall(matter, note="换一家", act=scene.act("director"))  # the director may too
    assert [s.state for s in routes.steps(matter)] == ["recalled", "recalled"]


def test_a_decision_that_was_faster_stands(scene, stuck, web):
    actions.agree(stuck, step=looked_at(stuck), act=scene.act("director"))
    answer = web.as_("repairman").send(f"/matters/{stuck.number}/recall/", {"note": "换一家"})
    assert (answer.status_code, scene.again(stuck).state) == (409, "assigned")
    assert Repair.objects.get(pk=stuck.pk).outside.get().contractor == "安泰门窗店"


@pytest.mark.parametrize("state", ["agreed", "open"])
def test_the_check_finds_what_is_stuck_and_what_waits_for_nothing(scene, stuck, state):
    """R8, both ways round."""
    steps = ApprovalStep.objects.filter(route__matter=stuck)
    if state == "agreed":
        steps.update(state=state, decided_by=scene.cast["director"])
        stands = "approving，没有一步在等批"
    else:
        actions.recall(stuck, note="换一家", act=scene.act("repairman"))
        assert list(approvals_agree()) == []
        steps.update(state=state, decided_by=None)
        stands = "assigned，有一步在等批"
    assert [(f.code, f.thing, f.found) for f in approvals_agree()] == [("repairs.R8", stuck.number, stands)]
