"""What the area shows: the tab of the scan page, the worker's list, the figures, the sheet, the look-up."""

import io
import re
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from houqin.areas.repairs import actions, queries
from houqin.areas.repairs.models import FaultType, Repair
from houqin.areas.repairs.registers.types import SHEET
from houqin.areas.repairs.tests.scene import PART, Scene, at
from houqin.kernel.area import Morning
from houqin.kernel.errors import Refused
from houqin.kernel.places import actions as places
from houqin.kernel.places.queries import label_of
from houqin.ui import access
from houqin.ui.register import values


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def scan(scene) -> str:
    return f"/s/{label_of(scene.cast.place('c32')).token}/"


def spot(scene) -> str:
    """What stands under the code on the door."""
    return label_of(scene.cast.place("c32")).short_code[-4:]


def page(answer) -> str:
    """What is read, without the tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# ── scanning ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_teacher_scans_and_sends(scene, web):
    url, lamp = scan(scene), scene.types["W02"]
    shown = page(web.as_("teacher").get(url))
    assert "直接交给 赵师傅" in shown
    answer = web.as_("teacher").send(
        f"{url}repair/", {"fault_type": lamp.pk, "detail": "后排灯管不亮", "impact": "lesson"}
    )
    assert answer.status_code == 303
    repair = Repair.objects.get()
    assert (repair.matter.holder, repair.impact, repair.by_visitor) == (
        scene.cast["electrician"],
        "lesson",
        False,
    )
    assert repair.matter.number in page(web.as_("teacher").get(answer["Location"]))


def test_what_is_lacking_is_said_and_what_was_typed_stays(scene, web):
    answer = web.as_("teacher").send(f"{scan(scene)}repair/", {"fault_type": "0", "detail": "后排灯管不亮"})
    assert answer.status_code == 422
    assert "后排灯管不亮" in answer.content.decode()
    assert Repair.objects.count() == 0


def test_the_notice_shows_what_is_open_and_one_joins_it(scene, web):
    matter = scene.report("class-teacher", "W02", detail="后排灯管不亮")
    url = f"/repairs/notice/{matter.place_id}/"
    shown = page(web.as_("teacher").get(url, {"fault_type": scene.types["W02"].pk}))
    assert "这里已有 1 件没修好的灯、电报修" in shown
    assert "王老师报，赵师傅接了" in shown
    part = web.as_("teacher").get(url, {"fault_type": scene.types["W02"].pk}).content.decode()
    assert ("一闪一闪" in part, 'name="detail"' in part) == (
        True,
        False,
    )  # its words come, what was typed stays where it is
    assert "我也遇到" not in page(
        web.as_("class-teacher").get(url, {"fault_type": scene.types["W02"].pk})
    )  # it is hers
    assert "没修好的" not in page(web.as_("teacher").get(url, {"fault_type": scene.types["W04"].pk}))
    assert web.as_("teacher").get("/repairs/notice/999999/").status_code == 404
    answer = web.as_("teacher").send(f"/repairs/join/{matter.number}/")
    assert (answer.status_code, matter.repair.requesters.get().person) == (303, scene.cast["teacher"])
    assert web.as_("teacher").get(f"/matters/{matter.number}/").status_code == 200  # now he may see it
    assert web.as_("teacher").send("/repairs/join/BX2026-9999/").status_code == 404


def test_a_visitor_sees_no_names_and_is_counted(scene, web, monkeypatch):
    monkeypatch.setattr(access, "clock", lambda: scene.cast.now)
    matter = scene.report("class-teacher", "W02", detail="后排灯管不亮")
    lamp = scene.types["W02"].pk
    shown = page(web.visitor.get(f"/repairs/notice/{matter.place_id}/", {"fault_type": lamp}))
    assert "这里已有 1 件" in shown
    assert not re.search("王老师|赵师傅|我也遇到", shown)
    said = {"fault_type": lamp, "name": "张先生"}
    said |= {"spot": spot(scene)}
    sent = [web.visitor.send(f"{scan(scene)}repair/", said | {"detail": f"灯不亮 {n}"}) for n in range(6)]
    assert [one.status_code for one in sent] == [303] * 5 + [429]
    assert "灯不亮 5" in sent[5].content.decode() and int(sent[5]["Retry-After"]) <= 600
    assert Repair.objects.filter(by_visitor=True, matter__state="unverified").count() == 5


def test_a_visitor_looks_up_his_report(scene, web):
    made = actions.report_unlogged(
        place=scene.cast.place("c32"),
        fault_type=scene.types["W04"],
        detail="门关不上",
        name="张先生",
        act=scene.act("teacher"),
    )
    assert web.visitor.get("/repairs/look/").status_code == 200
    shown = page(web.visitor.get("/repairs/look/", {"code": made.code}))
    assert ("待受理" in shown, "门关不上" in shown, "张先生" in shown) == (True, True, False)
    typed = f" {made.code[:4].lower()}-{made.code[4:8]}-{made.code[8:]}"
    assert "待受理" in page(web.visitor.get("/repairs/look/", {"code": typed}))


def test_guessing_look_up_codes_is_over_after_five(scene, web):
    """A77. Seen to fail with the count before the look taken away: a right guess went through."""
    act = scene.act("teacher")
    made = actions.report_unlogged(
        place=scene.cast.place("c32"), fault_type=scene.types["W04"], detail="门关不上", act=act
    )
    assert len(made.code) == 12  # 60 bits
    guesses = [web.visitor.get("/repairs/look/", {"code": f"ZZZZZZZZZZZ{n}"}).status_code for n in range(6)]
    assert guesses == [404] * 5 + [429]
    assert web.visitor.get("/repairs/look/", {"code": made.code}).status_code == 429
    elsewhere = web.visitor.get("/repairs/look/", {"code": made.code}, REMOTE_ADDR="10.9.8.7")
    assert "待受理" in page(elsewhere)


def test_half_a_year_after_its_end_a_report_is_no_longer_told_by_its_code(scene, web, monkeypatch):
    made = actions.report_unlogged(
        place=scene.cast.place("c32"),
        fault_type=scene.types["W04"],
        detail="门关不上",
        act=scene.act("teacher"),
    )
    actions.decline(made.matter, note="现场看过没有坏", act=scene.act("director"))
    monkeypatch.setattr(access, "clock", lambda: scene.cast.now + timedelta(days=181))
    gone = web.visitor.get("/repairs/look/", {"code": made.code})
    assert (gone.status_code, made.matter.number in page(gone)) == (410, False)
    assert "这件办结半年多了" in page(gone)


def test_a_visitor_is_told_the_code_and_where_to_look(scene, web):
    """Seen to fail with `then` left out of the offer; who is logged in has the matter itself."""
    lamp = scene.types["W02"].pk
    said = {"fault_type": lamp, "detail": "灯不亮", "spot": spot(scene)}
    sent = web.visitor.send(f"{scan(scene)}repair/", said)
    done = web.visitor.get(sent["Location"])
    code = Repair.objects.get().code
    assert f"查询码 {code[:4]}-{code[4:8]}-{code[8:]}，" in page(done)
    assert f'<a href="{settings.URL}/repairs/look/"' in done.content.decode()
    assert "待受理" in page(web.visitor.get("/repairs/look/", {"code": code}))
    sent = web.as_("teacher").send(f"{scan(scene)}repair/", {"fault_type": lamp, "detail": "灯又不亮"})
    assert "查询码" not in page(web.as_("teacher").get(sent["Location"]))


# ── working ─────────────────────────────────────────────────────────────────────────────────────────────


def test_jobs_stand_in_walking_order_or_by_due(scene, web):
    near = scene.report("class-teacher", "W04", detail="桌腿松了")
    first = scene.report("director", "W04", detail="柜门掉了", place=scene.cast.place("jxl"))
    late = scene.report(
        "teacher", "W04", detail="椅子晃", place=scene.cast.place("wc2"), at=at(2026, 11, 2, 9, 0)
    )
    resting = scene.report("teacher", "W04", detail="讲台卡住")
    actions.pause(resting, reason="parts", act=scene.act("repairman"))
    assert [job.pk for job in queries.jobs(scene.cast["repairman"], scene.cast.now)] == [
        first.pk,
        near.pk,
        late.pk,
    ]
    walked = page(web.as_("repairman").get("/repairs/jobs/"))
    assert "3 件，走 2 站" in walked
    assert [walked.index(text) for text in ("柜门掉了", "桌腿松了", "椅子晃")] == sorted(
        walked.index(text) for text in ("柜门掉了", "桌腿松了", "椅子晃")
    )
    assert "停着的 1" in walked
    due = page(web.as_("repairman").get("/repairs/jobs/?by=due"))
    assert due.index("椅子晃") < due.index("桌腿松了")
    assert "今天没有活" in page(web.as_("electrician").get("/repairs/jobs/"))


def test_figures_lead_to_their_rows(scene, web):
    matter = scene.report(at=at(2026, 11, 20, 9, 0))
    scene.finish(matter, when=at(2026, 11, 20, 11, 0), parts=[PART])
    answer = web.as_("director").get("/repairs/figures/")
    assert re.search(
        r"收到 1 件 修好 1 件 按时 100% 1 件 首响用时（中间数） 120 分 修复用时（中间数） 2.0 小时 花费 37.60 元",
        page(answer),
    )
    html = answer.content.decode().replace("&amp;", "&")
    links = re.findall(r'href="(/repairs/repairs/\?view=all&(?:service|type|worker|here|opened)[^"]+)"', html)
    assert len(links) == 5 * 5 + 6  # a name and four figures in each of five tables, and the headline
    for link in links:
        assert (matter.number in page(web.as_("director").get(link))) == ("back=1" not in link), link
    assert "首响用时（中间数） 无数据" in page(
        web.as_("director").get("/repairs/figures/?from=2026-01-01&to=bad-day&from=2027-01-01")
    )
    assert web.as_("teacher").get("/repairs/figures/").status_code == 403


def test_figures_of_more_than_a_year_are_refused(web):
    director = web.as_("director")
    year = director.get("/repairs/figures/?from=2025-11-24&to=2026-11-24")
    assert (year.status_code, "收到 0 件" in page(year)) == (200, True)
    for form in ("", "&as=xlsx"):
        more = director.get(f"/repairs/figures/?from=2025-11-23&to=2026-11-24{form}")
        assert (more.status_code, "收到" in page(more).partition("最多统计 366 天")[2]) == (422, False)
        assert "这一段有 367 天，一次最多统计 366 天，没有统计" in page(more)


def test_figures_ask_as_often_and_keep_as_little_of_many_as_of_few(scene, web):
    """The rows pass by: four thousand are counted in the room of a few hundred. As a list twenty
    thousand took 6 MB."""
    url, director = "/repairs/figures/?from=2026-11-01&to=2026-11-24", web.as_("director")
    director.get(url)  # the first page of a login asks who it is
    asked = []
    for made in (1, 2):
        for _ in range(made):
            scene.finish(scene.report(at=at(2026, 11, 20, 9, 0)), when=at(2026, 11, 20, 11, 0))
        with CaptureQueriesContext(connection) as said:
            director.get(url)
        asked.append(len(said))
    assert asked[0] == asked[1]
    tracemalloc.start()
    found = queries.tallied(passing_by(4_000))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.whole.reported, found.whole.answer, most < 200_000) == (4_000, 49.5, True)
    assert [(line.label, line.reported) for line in found.places] == [
        (f"{n} 室", 400) for n in range(10)
    ]  # fmt: skip


def test_every_place_stands_in_the_figures_and_the_chart_names_the_most(scene, web):
    """Seen to fail with the places cut to twelve before the table and the sheet were made of them."""
    act, floor = scene.act("director"), scene.cast.place("jxl-2")
    for n in range(13):
        place = places.enter(code=f"r{n}", name=f"{n} 室", kind="room", parent=floor, act=act)
        scene.report(place=place, at=at(2026, 11, 20, 9, 0))
    url, director = "/repairs/figures/?from=2026-11-01&to=2026-11-24", web.as_("director")
    answer = director.get(url)
    said = {table["title"]: (len(table["lines"]), table["long"]) for table in answer.context["tables"]}
    drawn = {one["label"]: len(one["chart"]["names"]) for one in answer.context["charts"]}
    assert (said["按地点"], drawn["按地点，最多的 12 项"], said["按类别"]) == ((13, True), 12, (1, False))
    assert ("看全部 13 行" in page(answer), page(answer).count("看全部")) == (True, 1)
    book = b"".join(director.get(f"{url}&as=xlsx").streaming_content)
    lines = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [line[1] for line in lines if line[0] == "按地点"] == sorted(
        f"教学楼 2 层 {n} 室" for n in range(13)
    )


def passing_by(many: int) -> Iterator[queries.Counted]:
    for n in range(many):
        yield queries.Counted(
            at(2026, 11, 20, 9, 0), "teaching", "电灯", 1, f"{n % 10} 室", n % 10 + 1, "李师傅", 1,
            at(2026, 11, 20, 11, 0), at(2026, 11, 21, 9, 0), 0, n % 100, n % 100, 0, 0,
        )  # fmt: skip


def test_the_desk_tells_the_director_what_wants_a_hand(scene):
    scene.report(code="W18")
    scene.report(at=at(2026, 11, 2, 9, 0))
    alerts = list(queries.alerts(Morning(scene.cast["director"], scene.cast.now)))
    assert [(alert.word, alert.count) for alert in alerts] == [
        ("逾期", 1),
        ("等派工", 1),
        ("待受理", 0),
        ("没人接手", 1),
        ("维护逾期", 0),
    ]
    assert list(queries.alerts(Morning(scene.cast["teacher"], scene.cast.now))) == []


# ── paper, register, cards ──────────────────────────────────────────────────────────────────────────────


def test_the_sheet_says_it_all(scene, web):
    matter = scene.report(at=at(2026, 11, 20, 8, 0), photos=[scene.photo])
    actions.join(matter, act=scene.act("class-teacher", at(2026, 11, 20, 8, 5)))
    actions.pause(matter, reason="parts", note="螺丝", act=scene.act("repairman", at(2026, 11, 20, 9, 0)))
    actions.resume(matter, act=scene.act("repairman", at(2026, 11, 20, 10, 5)))
    scene.finish(matter, when=at(2026, 11, 20, 11, 0), parts=[PART])
    actions.sign(matter, rating=5, remark="又快又好", act=scene.act("teacher", at(2026, 11, 20, 12, 0)))
    shown = page(web.as_("teacher").get(f"/matters/{matter.number}/paper/"))
    for words in ("桌腿松了。王老师也遇到。附照片 1 张", "等配件：螺丝 1 小时 5 分（2026-11-20 9:00 起）", "按类别直接派",
                  "叁拾柒元陆角", "☑自然损耗", "☑合格", "5 分", "又快又好", "1 小时 55 分"):  # fmt: skip
        assert words in shown, words


def test_everybody_lists_what_he_may_see(scene, web):
    mine, others = scene.report("teacher"), scene.report("teacher-2")
    shown = page(web.as_("teacher").get("/repairs/repairs/"))
    assert (mine.number in shown, others.number in shown) == (True, False)
    whole = page(web.as_("principal").get("/repairs/repairs/?view=all"))
    assert (mine.number in whole, others.number in whole) == (True, True)


def test_a_fault_type_is_entered_and_changed_by_the_office(scene):
    desk = scene.types["W04"]
    kept = {name: getattr(desk, name) for name in actions.FAULT_TYPE_FIELDS}
    act = scene.act("director")
    with pytest.raises(Refused, match="已经有了"):
        actions.enter_fault_type(code="W04", **kept, act=act)
    with pytest.raises(Refused, match="首响时限比修复时限长"):
        actions.change_fault_type(desk, **(kept | {"response_minutes": 9999}), act=act)
    made = actions.enter_fault_type(code="W19", **(kept | {"name": "宿舍设施"}), act=act)
    changed = actions.change_fault_type(made, **(kept | {"name": "宿舍", "worker": None}), act=act)
    assert (changed.name, changed.worker, FaultType.objects.count()) == ("宿舍", None, 23)
    assert actions.lay_out(act=act) == 0


def test_a_fault_type_is_given_away_by_the_names_of_the_office(scene, web):
    """No code is typed, on screen or in the sheet; what a card has from before may stay."""
    desk = scene.types["W04"]
    FaultType.objects.filter(pk=desk.pk).update(duty="health", icon="scale")
    form = web.as_("director").get(f"/repairs/faults/{desk.pk}/change/").context["form"]
    assert {"clean": "保洁员", "health": "卫生老师"}.items() <= dict(form.fields["duty"].choices).items()
    assert {"droplet": "水", "scale": "scale"}.items() <= dict(form.fields["icon"].choices).items()
    columns = {column.name: column for column in SHEET.columns}
    assert values.value_of(columns["duty"], "保洁员") == values.value_of(columns["duty"], "clean") == "clean"
    assert values.value_of(columns["icon"], "水") == "droplet"
    kept = {name: getattr(scene.types["W05"], name) for name in actions.FAULT_TYPE_FIELDS}
    bare = dict.fromkeys(("duty", "icon", "service"), values.value_of(columns["duty"], None))
    made = actions.enter_fault_type(code="W19", **(kept | bare), act=scene.act("director"))
    assert (made.duty, made.icon, made.service) == ("", "dots", "")


def test_a_nul_in_what_is_looked_for_finds_nothing(web):
    """PostgreSQL takes none: it was a 500 there. Seen to fail on it with what is typed asked as it is."""
    assert web.visitor.get("/repairs/look/?code=A%00B").status_code == 404
    assert web.as_("teacher").get("/search/?q=A%00-1").status_code == 200
