"""维护 in 今天的活 and on the phone: where one walks past it, and what is carried to fill without a net."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from houqin.areas.repairs import actions
from houqin.areas.repairs.tests.scene import Scene
from houqin.areas.repairs.tests.test_rounds import plan, tick
from houqin.areas.repairs.tests.test_screens import page
from houqin.kernel.matters.models import Matter


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def planned(scene: Scene, name: str, place: str, role: str = "repairman", **more) -> None:
    plan(scene, name=name, place=scene.cast.place(place), holder=scene.cast[role], **more)


def test_maintenance_stands_among_the_repairs_where_one_walks_past(scene, web):
    """Seen to fail with the floor's own work put under its building."""
    scene.report("director", "W04", detail="柜门掉了", place=scene.cast.place("jxl"))
    scene.report("teacher", "W04", detail="椅子晃", place=scene.cast.place("wc2"))
    planned(scene, "螺丝紧固", "c32")
    planned(scene, "走廊灯检查", "jxl-2", unit="week", every=2)
    planned(scene, "别人的检查", "c32", role="electrician")
    tick(scene, 2026, 11, 2, 8, 0)
    walked = page(web.as_("repairman").get("/repairs/jobs/"))
    assert "4 件，走 2 站" in walked
    in_turn = ["1 教学楼", "柜门掉了", "2 教学楼 2 层", "走廊灯检查", "螺丝紧固", "椅子晃"]
    found = [walked.index(text) for text in in_turn]
    assert found == sorted(found)
    assert re.search("螺丝紧固 维护 ?每个月", walked) and re.search("走廊灯检查 维护 ?每 2 周", walked)
    assert "别人的检查" not in walked
    by_due = page(web.as_("repairman").get("/repairs/jobs/?by=due"))
    assert by_due.index("走廊灯检查") < by_due.index("柜门掉了") < by_due.index("椅子晃")


def test_the_next_one_is_done_from_the_list(scene, web):
    """A card with one button: nobody arrives at a turn of maintenance."""
    planned(scene, "螺丝紧固", "c32")
    tick(scene, 2026, 11, 2, 8, 0)
    number = Matter.objects.get(kind="repairs.maintenance").number
    shown = web.as_("repairman").get("/repairs/jobs/")
    assert f'href="/matters/{number}/finish/" data-sheet' in shown.content.decode()
    assert "做完" in page(shown) and "到场" not in page(shown)
    done = {f"answers-{n}-line": line for n, line in enumerate(("滤网洗过", "出风正常"))}
    done |= {"answers-0-answer": "ok", "answers-1-answer": "ok"}
    assert web.as_("repairman").send(f"/matters/{number}/finish/", done).status_code == 303
    assert "今天没有活" in page(web.as_("repairman").get("/repairs/jobs/"))


def test_the_list_asks_as_often_for_many_as_for_few(scene, web):
    worker, asked = web.as_("repairman"), []
    for made in (3, 27):
        for n in range(made):
            scene.report("teacher", "W04", detail=f"第 {made}-{n} 把椅子")
            planned(scene, f"检查 {made}-{n}", "c32")
        tick(scene, 2026, 11, 2, 8, 0)
        worker.get("/repairs/jobs/")
        with CaptureQueriesContext(connection) as said:
            shown = page(worker.get("/repairs/jobs/"))
        asked.append((len(said), re.search(r"(\d+) 件", shown)[1]))
    assert asked[0][0] == asked[1][0]
    assert [count for _, count in asked] == ["6", "60"]


# ── what is carried ─────────────────────────────────────────────────────────────────────────────────────


def test_each_checklist_is_carried_with_its_own_lines(scene, web):
    """Seen to fail with the form of the first taken for all."""
    planned(scene, "滤网清洗", "c32")
    planned(scene, "再洗一遍", "wc2")
    planned(scene, "螺丝紧固", "wc2", lines="桌腿不晃\n椅背不松\n桌面无裂")
    tick(scene, 2026, 11, 2, 8, 0)
    sheet = web.as_("repairman").get("/phone/carried/").json()
    forms = {row["title"]: sheet["forms"][row["forms"]["finish"]] for row in sheet["matters"]}
    lines = {title: re.findall(r'-line" value="([^"]+)"', form) for title, form in forms.items()}
    assert lines == {
        "三(2)班教室 滤网清洗": ["滤网洗过", "出风正常"],
        "2 层男厕 再洗一遍": ["滤网洗过", "出风正常"],
        "2 层男厕 螺丝紧固": ["桌腿不晃", "椅背不松", "桌面无裂"],
    }
    assert len(set(forms.values())) == 2
    assert [row["forms"].keys() for row in sheet["matters"]] == [{"finish"}] * 3
    assert sheet["flows"]["repairs.maintenance"]["states"]["done"]["end"] is True


def test_a_service_is_carried_in_its_own_words(scene, web):
    """接手 of a service is not 到场 of a repair. Seen to fail with the form found by its class and step."""
    repair = scene.report("teacher", "W04")
    meal = scene.types["S01"]
    service = actions.ask(
        place=scene.cast.place("c32"), fault_type=meal, detail="少送一份", act=scene.act("teacher")
    ).matter
    scene.cast.put(service, "repairman")
    Matter.objects.filter(pk=service.pk).update(state="assigned")
    sheet = web.as_("repairman").get("/phone/carried/").json()
    found = {
        row["number"]: {step: title_of(sheet["forms"][mark]) for step, mark in row["forms"].items()}
        for row in sheet["matters"]
    }
    assert found[service.number] == {"arrive": "接手", "serve": "办好"}
    assert found[repair.number]["arrive"] == "到场"


def title_of(form: str) -> str:
    found = re.search(r"<h2[^>]*>([^<]+)</h2>", form)
    assert found
    return found[1]
