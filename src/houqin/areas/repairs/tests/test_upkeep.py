"""维护计划: how long a turn may take, when it is missed, whose it is, and plans from a sheet."""

import csv
import io
import re
from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from houqin.areas.repairs import actions, indicators, queries
from houqin.areas.repairs.models import FaultType, MaintenanceJob, MaintenancePlan
from houqin.areas.repairs.registers.plan_sheet import PLAN_SHEET
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.areas.repairs.tests.test_rounds import KEPT, answers, codes, job, plan, tick
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.indicators.declare import Scope
from houqin.kernel.indicators.queries import value
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.schedule.models import Schedule, Slot
from houqin.ui.house_people import leave


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


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_of_a_leaver_is_named_before_he_goes(scene):
    """It must fail with the fault types alone: its turns went to a duty without anybody being told."""
    electrician, act = scene.cast["electrician"], scene.act("director")
    FaultType.objects.filter(worker=electrician).update(worker=None)
    kept = plan(scene)
    ended = plan(scene, name="门锁检查")
    plan(scene, name="水表检查", holder=None)
    actions.close_plan(ended, note="并到别的计划", act=act)
    named = "维护计划“三(2)班教室 空调滤网清洗”交给他"
    assert queries.held(electrician) == [named]
    with pytest.raises(Refused, match=f"没有移交完，不能办离岗，没有保存：{re.escape(named)}。"):
        leave(electrician, left_on=act.day, act=scene.act("admin"))
    said = {field: getattr(kept, field) for field in KEPT} | {"holder": scene.cast["repairman"]}
    actions.change_plan(kept, **said, every=1, from_on=kept.from_on, act=act)
    assert queries.held(electrician) == []


@pytest.fixture
def three(scene) -> Scene:
    """Done by whom it was handed to; missed by whom it was given to; done by one of those with the duty."""
    plan(scene)
    plan(scene, name="门锁检查", lasts=1)
    plan(scene, name="水表检查", holder=None)
    tick(scene, 2026, 11, 2, 8, 0)
    handed, _, of_all = jobs()
    act = scene.act("electrician", at(2026, 11, 3, 9, 0))
    actions.hand_on(handed.matter, worker=scene.cast["repairman"], note="今天请假", act=act)
    for one in (handed, of_all):
        act = scene.act("repairman", at(2026, 11, 3, 9, 30))
        actions.finish_job(one.matter, answers=answers(), act=act)
    return scene


def jobs() -> list[MaintenanceJob]:
    return list(MaintenanceJob.objects.select_related("matter", "worker").order_by("pk"))


def asked(scene: Scene, code: str, role: str) -> tuple:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    scope = Scope(first, last, now=at(2026, 12, 1, 9, 0), person=scene.cast[role])
    found = value(next(one for one in indicators.INDICATORS if one.code == code), scope)
    return found.top, found.bottom, found.unasked


def test_maintenance_is_asked_of_whom_it_was_given_to_and_who_did_it(three):
    """It must fail without the path: 不分人."""
    fixed = three.report(at=at(2026, 11, 4, 9, 0))
    three.finish(fixed, when=at(2026, 11, 4, 10, 0))
    done, missed = "IND-2.2.2b-1", "electrician"
    assert [one.worker for one in jobs()] == [three.cast[who] for who in ("repairman", missed, "repairman")]
    assert [asked(three, done, who) for who in ("repairman", missed, "guard")] == [
        (2, 2, ""), (0, 1, ""), (0, 0, ""),
    ]  # fmt: skip
    assert [asked(three, "IND-2.2.5c-1", who) for who in ("repairman", missed)] == [(2, 3, ""), (0, 0, "")]


def test_what_is_behind_a_persons_share_is_his(three, web):
    person = three.cast["repairman"].pk
    for code, sides in (("IND-2.2.2b-1", ("top", "bottom")), ("IND-2.2.5c-1", ("top", "rest", "bottom"))):
        for side in sides:
            url = f"/clauses/{code[4:10]}/{code}/{side}/2026-11-01/2026-11-30/{person}/0/"
            page = web.as_("director").get(url)
            assert (page.status_code, page.context["count"]) == (200, "0" if side == "rest" else "2"), url


def test_jobs_from_before_are_whose_their_way_says(three):
    """The migration: given, handed on, done; a turn that only a duty had is nobody's until it is done."""
    plan(three, name="开水器检查", holder=None, from_on=date(2026, 11, 4), when=at(2026, 11, 4, 7, 0))
    tick(three, 2026, 11, 4, 8, 0)
    before = [one.worker for one in jobs()]
    assert before[3] is None
    MaintenanceJob.objects.update(worker=three.cast["guard"])
    import_module("houqin.areas.repairs.migrations.0007_whose_maintenance").from_the_way(apps, None)
    assert [one.worker for one in jobs()] == before


# ── from a sheet ────────────────────────────────────────────────────────────────────────────────────────

LIST = "/repairs/plans/"
HEADS = [column.label for column in PLAN_SHEET.columns]


def row(code: str, **more: str) -> dict[str, str]:
    said = {
        "代码": code, "做什么": "空调滤网清洗", "在哪里": "c32", "检查项": "滤网洗过\n出风正常", "间隔": "个月", "每几": "2",
        "从哪天起": "2026-12-01", "几个上班日内做完": "5", "坏了报哪类": "W07", "交给谁": "electrician", "间隔依据": "学校惯例",
    }  # fmt: skip
    return said | more


def looked(web, rows: list[dict[str, str]]):
    """The sheet as it was looked at: the page, and where to confirm it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADS)
    writer.writeheader()
    writer.writerows(rows)
    file = SimpleUploadedFile("计划.csv", text.getvalue().encode())
    sent = web.as_("director").send(f"{LIST}import/", {"file": file})
    assert sent.status_code == 303
    way = f"{LIST}import/{sent['Location']}"
    return web.as_("director").get(way), way


def written(web, rows: list[dict[str, str]]) -> None:
    page, way = looked(web, rows)
    assert [line.problem for line in page.context["found"].wrong] == []
    assert web.as_("director").send(way, {"digest": page.context["found"].digest}).status_code == 303


def test_plans_come_in_as_a_sheet_and_go_out_as_the_same(scene, web):
    """Thirty of them, each with its turns; exported and read in again nothing changes."""
    kept = plan(scene)
    assert (kept.code, plan(scene, code="ms-1").code, plan(scene).code) == ("c32-1", "ms-1", "c32-2")
    written(web, [row(f"kt-{n}") for n in range(30)])
    assert (MaintenancePlan.objects.count(), Schedule.objects.filter(code__startswith="maint").count()) == (
        33,
        33,
    )
    made = MaintenancePlan.objects.get(code="kt-7")
    assert (made.unit, made.every, made.lines, made.holder, made.duty, made.verified) == (
        "month", 2, "滤网洗过\n出风正常", scene.cast["electrician"], "repair-worker", False,
    )  # fmt: skip
    sheet = b"".join(web.as_("director").get(f"{LIST}?view=all&as=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert (list(rows[0]), looked(web, rows)[0].context["counts"]) == (
        HEADS, {"new": 0, "change": 0, "same": 33, "wrong": 0},
    )  # fmt: skip
    written(web, [row("kt-7", 做什么="空调保养", 交给谁="")])
    made.refresh_from_db()
    assert (made.name, made.holder, made.schedule.every) == ("空调保养", None, 2)


@pytest.mark.parametrize("more,sentence", [
    ({"间隔": "周", "每几": "1", "几个上班日内做完": "6"}, "最多写 5 个上班日"),
    ({"从哪天起": "2026-11-20"}, "“从哪天起”已经过去"),
    ({"间隔": "每年这几天", "每年哪几天": "13-1"}, "“13-1”不是日期"),
    ({"在哪里": "c99"}, "没有“c99”这个在哪里"),
    ({"坏了报哪类": "W08"}, "“W08”已经停用"),
    ({"坏了报哪类": "S01"}, "没有“S01”这个坏了报哪类"),
    ({"交给谁": "guard"}, "蒋保安已经离校"),
    ({"间隔依据": ""}, "“间隔依据”没填"),
    ({"代码": "old"}, "已经停用，不能改"),
])  # fmt: skip
def test_what_the_card_refuses_the_sheet_refuses_by_its_row(scene, web, more, sentence):
    Person.objects.filter(code="guard").update(left_on=date(2026, 11, 20))
    FaultType.objects.filter(code="W08").update(closed_on=date(2026, 11, 20))
    actions.close_plan(plan(scene, code="old"), note="拆了", act=scene.act("director"))
    page, way = looked(web, [row("kt-1"), row("kt-2", **more)])
    assert [(line.number, sentence in line.problem) for line in page.context["found"].wrong] == [(3, True)]
    assert web.as_("director").send(way, {"digest": page.context["found"].digest}).status_code in (409, 422)
    assert MaintenancePlan.objects.count() == 1


def test_a_code_is_one_plans_and_a_plan_that_ended_stays_as_it_was(scene):
    """It must fail without the refusal: another interval would give a plan that had ended its turns again."""
    kept = plan(scene, code="kt-1")
    with pytest.raises(Refused, match="维护计划代码“kt-1”已经有了") as no:
        plan(scene, code="kt-1")
    assert no.value.field == "code"
    ended = actions.close_plan(kept, note="拆了", act=scene.act("director"))
    said = {field: getattr(ended, field) for field in KEPT}
    with pytest.raises(Overtaken, match="已经停用，不能改，没有保存"):
        actions.change_plan(ended, **said, every=2, from_on=date(2027, 1, 4), act=scene.act("director"))


def test_plans_from_before_get_the_code_of_their_place(scene):
    codes = [plan(scene).code for _ in range(3)]
    MaintenancePlan.objects.update(code=F("pk"))
    import_module("houqin.areas.repairs.migrations.0008_plan_codes").give_codes(apps, None)
    assert codes == list(MaintenancePlan.objects.order_by("pk").values_list("code", flat=True))
