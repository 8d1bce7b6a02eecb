"""A month of rounds over the web: a room walked to in three taps, a lock put right, a filter cleaned, a sheet
printed; and who is turned away."""

import re
from datetime import date

import pytest

from houqin.areas.repairs import actions
from houqin.areas.repairs.models import MaintenanceJob, Repair, Visit, VisitDue
from houqin.areas.repairs.tests.scene import Scene
from houqin.kernel.matters.models import Matter
from houqin.kernel.places.queries import label_of
from houqin.kernel.schedule import actions as schedule
from tests.contract import makers


@pytest.fixture
def scene(cast) -> Scene:
    found = Scene.of(cast)
    act = found.system(cast.now)
    schedule.make_slots(until=act.day, act=act)
    actions.draw_up(act)
    return found


def page(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_room_is_walked_to_from_the_list_and_leaves_it(scene, web):
    repairman, due = web.as_("repairman"), VisitDue.objects.get(place__code="c32")
    assert "11 月还有 2 间没走到" in page(repairman.get("/repairs/walk/"))
    answer = repairman.send(
        f"/repairs/dues/{due.pk}/fine/", {"said": "没有事", "met": scene.cast["teacher"].pk}
    )
    assert answer.status_code == 303
    visit = Visit.objects.get()
    assert (visit.by, visit.met, visit.found) == (scene.cast["repairman"], scene.cast["teacher"], "fine")
    assert "11 月还有 1 间没走到" in page(repairman.get("/repairs/walk/"))


def test_the_label_on_the_door_leads_to_the_visit_for_who_goes_round(scene, web):
    due, url = VisitDue.objects.get(place__code="c32"), f"/s/{label_of(scene.cast.place('c32')).token}/visit/"
    assert f"/repairs/dues/{due.pk}/fix/" in web.as_("repairman").get(url).content.decode()
    assert web.as_("teacher").get(url).status_code == 404


def test_a_lock_put_right_on_the_spot_stands_in_the_ledger_unsigned(scene, web):
    due = VisitDue.objects.get(place__code="c32")
    sent = {"fault_type": scene.types["W03"].pk, "fix": "紧了门锁", "cause": "wear"}
    refused = web.as_("repairman").send(f"/repairs/dues/{due.pk}/fix/", sent | {"fix": ""})
    assert (refused.status_code, Repair.objects.count()) == (422, 0)
    web.as_("repairman").send(f"/repairs/dues/{due.pk}/fix/", sent)
    number = Repair.objects.get().matter.number
    shown = page(web.as_("director").get(f"/matters/{number}/"))
    assert ("当场修好" in shown, "走访发现" in shown, "签收" in shown) == (True, True, False)


@pytest.mark.parametrize("role", ["teacher", "guard", "inspector", "accountant"])
def test_who_does_not_go_round_is_turned_away(scene, web, role):
    due = VisitDue.objects.get(place__code="c32")
    assert web.as_(role).get("/repairs/walk/").status_code == (200 if role == "inspector" else 403)
    assert web.as_(role).send(f"/repairs/dues/{due.pk}/fine/", {}).status_code == 403
    assert Visit.objects.count() == 0


def test_a_turn_is_done_line_by_line_and_its_sheet_says_so(scene, web):
    matter = makers.maintenance(scene.cast)
    url, sent = f"/matters/{matter.number}/finish/", {
        "answers-0-line": "滤网洗过", "answers-0-answer": "ok", "answers-0-note": "",
        "answers-1-line": "出风正常", "answers-1-note": "不出风",
    }  # fmt: skip
    assert "滤网洗过" in page(web.as_("electrician").get(url))
    unanswered = web.as_("electrician").send(url, sent)
    assert (unanswered.status_code, "不出风" in unanswered.content.decode()) == (422, True)
    web.as_("electrician").send(url, sent | {"answers-1-answer": "reported"})
    assert Matter.objects.get(pk=matter.pk).state == "done"
    number = Repair.objects.get(found="upkeep").matter.number
    paper = page(web.as_("director").get(f"/matters/{matter.number}/paper/"))
    assert ("维护单" in paper, "不出风" in paper, number in paper) == (True, True, True)


def test_the_calendar_names_what_is_there_and_what_is_to_come(scene, web):
    makers.maintenance(scene.cast)
    assert MaintenanceJob.objects.get().slot.on == date(2026, 11, 23)
    november = page(web.as_("director").get("/repairs/calendar/?month=2026-11"))
    december = page(web.as_("director").get("/repairs/calendar/?month=2026-12"))
    assert ("WH2026-0001" in november, "空调滤网清洗" in december, "没到" in december) == (True, True, True)
    assert web.as_("teacher").get("/repairs/calendar/").status_code == 403
