"""停用 and 恢复 of a 故障类别: nothing new under it, what is open goes on, history stays.

Seen to fail while no action wrote `closed_on`; each refusal with its guard removed.
"""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from houqin.areas.repairs import actions, queries
from houqin.areas.repairs.actions.cards import FAULT_TYPE_FIELDS
from houqin.areas.repairs.models import FaultType, MaintenancePlan, Repair
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.kernel.audit.models import Change
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.people.models import Person
from tests.api import caller
from tests.cast import visitor

CARD = "/repairs/faults/"


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def retire(scene: Scene, code: str) -> FaultType:
    kind = FaultType.objects.get(code=code)
    return actions.close_fault_type(kind, note="并到别的类别", act=scene.act("director"))


def codes_of(page) -> list[str]:
    """The types that a form offers."""
    return [kind.code for kind in page.context["form"].fields["fault_type"].queryset]


def test_the_house_keeper_retires_it_and_brings_it_back(scene, web):
    desk, office = scene.types["W04"], web.as_("director")
    card = f"{CARD}{desk.pk}/"
    assert "停用后不能再报这一类" in office.get(f"{card}close/").content.decode()
    lacking = office.send(f"{card}close/", {"note": " "})
    assert lacking.status_code == 422 and FaultType.objects.get(pk=desk.pk).closed_on is None
    assert office.send(f"{card}close/", {"note": "并到别的类别"}).status_code == 303
    desk.refresh_from_db()
    assert desk.closed_on == scene.cast.now.date()
    change = Change.objects.filter(field="closed_on").latest("pk")
    assert (change.by, change.note) == (scene.cast["director"], "并到别的类别")
    shown = office.get(card).content.decode()
    assert "停用日期" in shown and "2026-11-23" in shown
    again = office.send(f"{card}close/", {"note": "再停一次"})
    assert (again.status_code, "现在不能停用，没有保存" in again.content.decode()) == (409, True)
    with pytest.raises(Overtaken, match="已经停用了，没有重复记"):
        actions.close_fault_type(desk, note="再停一次", act=scene.act("director"))
    listed = [office.get(f"{CARD}?view={view}").context["count"] for view in ("used", "closed", "all")]
    assert listed == ["21", "1", "22"]
    assert office.send(f"{card}restore/", {}).status_code == 303
    desk.refresh_from_db()
    assert desk.closed_on is None
    with pytest.raises(Overtaken, match="没有停用，不用恢复"):
        actions.restore_fault_type(desk, act=scene.act("director"))
    assert scene.report(code="W04").state == "assigned"
    assert web.as_("teacher").get(f"{card}close/").status_code in (403, 404)


def test_nothing_new_is_reported_under_it(scene, web):
    """The list, the label, a visitor, a slip of paper, the catalogue and the API offer it no more."""
    lamp, meal = scene.types["W02"], scene.types["S01"]
    place, director = scene.cast.place("c32"), scene.act("director")
    slip = actions.note_slip(
        way="paper",
        asker=scene.cast["teacher"],
        place=place,
        said="灯",
        received_at=director.at,
        act=director,
    )
    before = Repair.objects.count()
    retire(scene, "W02")
    retire(scene, "S01")
    for kind in (lamp, meal):
        kind.refresh_from_db()
    said = f"“{lamp}”已经停用，没有报上。换一个再报。"
    for report in (
        lambda: actions.report(place=place, fault_type=lamp, act=scene.act("teacher")),
        lambda: actions.report_unlogged(place=place, fault_type=lamp, detail="暗", act=visitor()),
        lambda: actions.enter_slip(slip, fault_type=lamp, act=scene.act("director")),
    ):
        with pytest.raises(Refused) as no:
            report()
        assert str(no.value) == said
    with pytest.raises(Refused, match="已经停用，没有报上"):
        actions.ask(fault_type=meal, place=place, detail="多一份", act=scene.act("teacher"))
    offered = codes_of(web.as_("teacher").get("/repairs/repair/new/"))
    assert ("W02" in offered, "W04" in offered) == (False, True)
    assert "用餐" not in web.as_("teacher").get("/repairs/life/").content.decode()
    body = {"place": place.pk, "fault_type": lamp.pk, "detail": "暗", "impact": "none", "urgency": "plain"}
    sent = web.as_("teacher").send("/repairs/repair/new/", body | {"service": ""})
    assert (sent.status_code, "选的这一项现在没有了" in sent.content.decode()) == (422, True)
    answer = caller(scene.cast, "teacher").send("/repairs/repair/new", body | {"service": ""})
    assert (answer.status_code, set(answer.json()["error"]["fields"])) == (422, {"fault_type"})
    assert Repair.objects.count() == before


def test_what_is_open_keeps_it_to_its_end(scene, web):
    """Clocks, photo and worker stay; graded and taken it may be what it is; no other becomes so."""
    open_one = scene.report(code="W02")
    told = {"place": scene.cast.place("c32"), "fault_type": scene.types["W02"], "detail": "暗"}
    reported = scene.again(actions.report_unlogged(act=visitor(), **told))
    desk = scene.report(code="W04")
    was = open_one.due_at
    lamp = retire(scene, "W02")
    pages = [web.as_("director").get(f"/matters/{each.number}/grade/") for each in (open_one, desk)]
    assert ["W02" in codes_of(page) for page in pages] == [True, False]
    actions.take(reported, fault_type=lamp, act=scene.act("director"))
    kept = {"service": "teaching", "urgency": "plain", "impact": "none"}
    actions.grade(open_one, fault_type=lamp, act=scene.act("director"), **kept)
    assert scene.again(open_one).due_at == was
    with pytest.raises(Refused, match="已经停用，没有保存"):
        actions.grade(desk, fault_type=lamp, act=scene.act("director"), **kept)
    with pytest.raises(Refused, match="要拍照"):
        scene.finish(open_one, "electrician", photos=[])
    scene.finish(open_one, "electrician")
    actions.reopen(open_one, note="还是暗", act=scene.act("teacher"))
    scene.finish(open_one, "electrician")
    actions.sign(open_one, act=scene.act("teacher"))
    assert (open_one.state, scene.again(open_one).repair.fault_type) == ("signed", lamp)
    listed = web.as_("director").get(f"/repairs/repairs/?view=all&type={lamp.pk}")
    assert (listed.context["count"], listed.context["ignored"]) == ("2", [])


def test_what_reports_by_itself_keeps_it_in_use(scene):
    """Maintenance that would report under it, while a plan or a job runs; and no plan starts on it."""
    act, lamp = scene.act("director"), scene.types["W02"]
    facts = {
        "name": "灯具", "place": scene.cast.place("c32"), "lines": "都亮", "unit": "month", "every": 1,
        "dates": "", "from_on": act.day, "lasts": 3, "holder": None, "duty": "", "source": "惯例",
        "verified": False,
    }  # fmt: skip
    plan = actions.enter_plan(fault_type=lamp, act=act, **facts)
    with pytest.raises(Refused, match="没有停用。先在“维护计划”里换一类"):
        retire(scene, "W02")
    actions.close_plan(plan, note="拆了", act=scene.act("director"))
    assert retire(scene, "W02").closed_on == act.day
    with pytest.raises(Refused, match="已经停用，没有保存"):
        actions.enter_plan(fault_type=FaultType.objects.get(code="W02"), act=act, **facts)
    assert MaintenancePlan.objects.count() == 1


def test_the_last_one_stays(scene):
    *others, last = [kind.code for kind in queries.types()]
    for code in others:
        retire(scene, code)
    with pytest.raises(Refused, match="最后一个能报修的类别，没有停用"):
        retire(scene, last)
    retire(scene, "S01")  # what is only asked for


def turned(scene: Scene, code: str) -> FaultType:
    """The type made 办事, or a fault if it was that."""
    kind = FaultType.objects.get(code=code)
    said = {name: getattr(kind, name) for name in FAULT_TYPE_FIELDS} | {"request": not kind.request}
    return actions.change_fault_type(kind, **said, act=scene.act("director"))


def test_fault_or_request_is_settled_by_the_first_report(scene):
    """Else all that was repaired under it would leave the figures."""
    assert [turned(scene, "W04").request for _ in range(2)] == [True, False]
    scene.report(code="W04")
    with pytest.raises(Refused, match="已经在用，不能再改是不是办事，没有保存") as no:
        turned(scene, "W04")
    assert (no.value.field, FaultType.objects.get(code="W04").request) == ("request", False)
    *others, last = [kind.code for kind in queries.types()]
    for code in others:
        retire(scene, code)
    with pytest.raises(Refused, match="最后一个能报修的类别，没有保存"):
        turned(scene, last)


def test_it_does_not_come_back_into_the_hands_of_who_left(scene):
    desk = retire(scene, "W04")
    assert queries.held(scene.cast["repairman"]) == []
    Person.objects.filter(pk=scene.cast["repairman"].pk).update(left_on=at(2026, 11, 20).date())
    desk.refresh_from_db()
    with pytest.raises(Refused, match="已经离校，没有恢复"):
        actions.restore_fault_type(desk, act=scene.act("director"))


def test_sheets_and_the_start_leave_it_retired(scene, web):
    """Exported with all, read in again unchanged or changed, laid out anew: it stays what it is."""
    retire(scene, "W04")
    office = web.as_("director")

    def codes(view: str) -> list[str]:
        sheet = b"".join(office.get(f"{CARD}?view={view}&as=csv").streaming_content).decode("utf-8-sig")
        return [row["代码"] for row in csv.DictReader(io.StringIO(sheet))]

    assert ("W04" in codes("used"), codes("closed"), "W04" in codes("all")) == (False, ["W04"], True)
    sheet = b"".join(office.get(f"{CARD}?view=closed&as=csv").streaming_content)
    changed = sheet.decode("utf-8-sig").replace("桌椅柜", "桌椅").encode()
    looked = office.send(f"{CARD}import/", {"file": SimpleUploadedFile("类别.csv", changed)})
    way = f"{CARD}import/{looked['Location']}"
    page = office.get(way)
    done = office.send(way, {"digest": page.context["found"].digest})
    assert (looked.status_code, done.status_code) == (303, 303)
    assert FaultType.objects.get(code="W04").label == "桌椅"
    assert actions.lay_out(act=scene.act("director")) == 0
    assert FaultType.objects.get(code="W04").closed_on is not None
