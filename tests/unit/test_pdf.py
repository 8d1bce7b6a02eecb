"""PDF: what stands in the file is read back from the file, its codes from a picture of it."""

import io
import re
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image, ImageDraw

from houqin.areas.repairs import actions
from houqin.areas.repairs.tests.scene import PART, Scene, at
from houqin.kernel.attachments import store
from houqin.kernel.audit.models import Change
from houqin.kernel.matters.models import Matter
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Label, Place
from houqin.kernel.signatures.actions import Signed
from houqin.kernel.signatures.models import Signature
from houqin.ui import labels
from houqin.ui.addresses import signature_url
from houqin.ui.pdf import child, press
from houqin.ui.pdf.content import Content, template_beside, visible

SLIP = template_beside("repairs/paper.html")
A4 = (210.0, 297.0)
DAY = at(2026, 11, 20, 8, 0)
HOSTILE = (
    "#panic() #sys.exit $x^2$ *粗* _斜_ `码` [c] {d} \\ \\# @e <f> //注 /*释*/ -- --- ... ~ = 题 - 项 + 数",
    '#read("/etc/passwd") #include "main.typ" #image("x.png") #import "@preview/x:0.1.0"',
    "{{ request }} {% debug %} {{r x}} ##ALL## %(password)s {0.__class__.__mro__} $env ]]> \"引\" '号' \\u{41}",
)


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def opened(answer) -> pypdfium2.PdfDocument:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return pypdfium2.PdfDocument(answer.getvalue())


def words(page: pypdfium2.PdfPage) -> str:
    """The text of a page, with its lines joined: how it was broken is not what it says."""
    return re.sub(r"[\s\u200b\ufffe]+", "", page.get_textpage().get_text_range())


def joined(text: str) -> str:
    return re.sub(r"\s+", "", text)


def size(page: pypdfium2.PdfPage) -> tuple[float, float]:
    return tuple(round(length * 25.4 / 72, 1) for length in page.get_size())


def codes(page: pypdfium2.PdfPage, dots_per_mm: int = 12) -> list[tuple[str, float, float, float]]:
    """Each code with the middle and the side of it, in millimetres."""
    found = zxingcpp.read_barcodes(page.render(scale=dots_per_mm * 25.4 / 72).to_pil())
    corners = [(one.text, one.position.top_left, one.position.bottom_right) for one in found]
    return [
        (text, (a.x + b.x) / 2 / dots_per_mm, (a.y + b.y) / 2 / dots_per_mm, (b.x - a.x) / dots_per_mm)
        for text, a, b in corners
    ]


def drawing() -> bytes:
    image, out = Image.new("RGBA", (800, 300)), io.BytesIO()
    ImageDraw.Draw(image).line([(50, 250), (200, 50), (350, 250), (500, 50)], fill="black", width=12)
    image.save(out, "PNG")
    return out.getvalue()


def repaired(scene: Scene, **more) -> Matter:
    """Reported, paused, repaired with a part, signed on the pad."""
    matter = scene.report(at=DAY, photos=[scene.photo], **more)
    actions.pause(matter, reason="parts", note="螺丝", act=scene.act("repairman", at(2026, 11, 20, 9, 0)))
    actions.resume(matter, act=scene.act("repairman", at(2026, 11, 20, 10, 5)))
    scene.finish(matter, when=at(2026, 11, 20, 11, 0), parts=[PART])
    signed = {"rating": 5, "remark": "又快又好", "signature": Signed("pad", drawing())}
    actions.sign(matter, **signed, act=scene.act("teacher", at(2026, 11, 20, 12, 0)))
    return matter


def address(matter: Matter) -> str:
    return f"/matters/{matter.number}/paper/?as=pdf"


def bare(**more) -> dict:
    """Data of a paper, as short as the template takes them."""
    blank = {"filled": "", "foot": "", "print_line": "", "qr": labels.drawn("/x/")}
    paper = {"title": "报修单", "number": "BX2026-0001", **blank}
    total = {"span": 5, "label": "合计", "cells": ["0.00", ""]}
    empty = {"reported": [], "repaired": [], "outside": [], "accepted": [], "parts": [], "log": []}
    heads = [{"label": label} for label in ("用料", "规格", "单位", "数量", "单价", "金额", "出库单")]
    return {"school": "青禾小学", "paper": paper, "part_heads": heads, "total": total, **empty, **more}


def pressed(data: dict, template: Path | None = SLIP) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(press.pdf(template, data, {}, at=DAY))


# ── a paper ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_ordinary_repair_is_one_page_that_says_what_the_screen_says(scene, web):
    matter = repaired(scene)
    answer = web.as_("teacher").get(address(matter))
    full = f"%E6%8A%A5%E4%BF%AE%E5%8D%95-{matter.number}.pdf"
    told = f"filename=\"{matter.number}.pdf\"; filename*=UTF-8''{full}"
    assert (answer["Content-Disposition"], answer["Cache-Control"]) == (f"attachment; {told}", "no-store")
    file = opened(answer)
    assert [size(page) for page in file] == [A4]
    shown = words(file[0])
    for part in (f"编号{matter.number}", "2026-11-20填", "青禾小学", "报修单", "桌腿松了。附照片1张", "☑一般☐较急☐紧急☐危险",
                 "等配件：螺丝1小时5分（2026-11-209:00起）", "LED灯管", "合计（大写）叁拾柒元陆角37.60", "☑合格☐返修",
                 "5分", "2026-11-2012:00许老师签收：又快又好，签字", "还没有打印过"):  # fmt: skip
        assert part in shown, part
    assert "页，共" not in shown  # one page needs no number
    pictures = [one for one in file[0].get_objects() if one.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    assert len(pictures) == 1  # the signature


def test_its_code_leads_to_the_matter(scene, web):
    matter = scene.report()
    [(text, x, y, side)] = codes(opened(web.as_("teacher").get(address(matter)))[0])
    assert text == f"{settings.URL}/matters/{matter.number}/"
    assert (x > 210 - 16 - 22, y < 14 + 22, 17 < side < 22) == (True, True, True)


def test_the_same_sheet_is_the_same_file(scene, web):
    matter = repaired(scene)
    first, second = (web.as_("teacher").get(address(matter)).getvalue() for _ in range(2))
    assert first == second
    made = pypdfium2.PdfDocument(first).get_metadata_value("CreationDate")
    assert made.startswith("D:20261120000000")  # 8:00 in UTC: when it was reported


def test_a_printing_is_counted_as_that_from_the_browser_is(scene, web):
    matter, op, teacher = scene.report(), uuid4().hex, web.as_("teacher")
    page = teacher.get(f"/matters/{matter.number}/paper/").content.decode()
    assert '<form action="?as=pdf" method="post">' in page
    sent = [teacher.send(address(matter), op=op) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in sent] == [(303, address(matter))] * 2
    counted = Change.objects.filter(kind="kernel.matter", field="printed")
    assert counted.count() == 1
    assert "第1次打印" in words(opened(teacher.get(address(matter)))[0])
    assert counted.count() == 1  # to look is not to print


def test_it_is_for_those_who_may_see_the_paper(scene, web):
    matter = scene.report()
    for role, status in {"teacher": 200, "director": 200, "teacher-2": 404, "gardener": 404}.items():
        assert (role, web.as_(role).get(address(matter)).status_code) == (role, status)
    assert web.visitor.get(address(matter)).status_code == 302
    assert web.as_("teacher-2").send(address(matter)).status_code == 404
    assert web.as_("teacher").get(f"/matters/{matter.number}/paper/?as=docx").status_code == 404
    assert Change.objects.filter(field="printed").count() == 0


def test_a_picture_is_for_those_who_may_see_it(scene):
    repaired(scene)
    url = signature_url(Signature.objects.get())
    mine, others = (Content(scene.cast[role], scene.cast.now) for role in ("teacher", "gardener"))
    sha = Signature.objects.get().drawing.sha256
    assert (mine.picture(url), mine.pictures) == (f"{sha}.png", {f"{sha}.png": store.path(sha)})
    assert (others.picture(url), others.pictures) == ("", {})
    elsewhere = f"https://example.org{url}"
    for nowhere in ("/etc/passwd", "file:///etc/passwd", "/signatures/999999/", "../x.png", elsewhere):
        assert (nowhere, mine.picture(nowhere)) == (nowhere, "")


def test_where_the_drawing_is_gone_the_name_stands(scene, web, monkeypatch):
    matter = repaired(scene)
    monkeypatch.setattr(store, "whole", lambda sha, size: False)
    page = opened(web.as_("teacher").get(address(matter)))[0]
    assert "验收签字许老师2026-11-2012:00" in words(page)


# ── what was written stays text ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_printed_as_it_was_written(scene, web, text):
    matter = scene.report(detail=text)
    assert joined(text) in words(opened(web.as_("teacher").get(address(matter)))[0])


def test_what_has_no_shape_or_turns_the_text_is_left_out():
    assert visible("一\u202e二\u2066三\x00四\x1b五\u200b六\ufeff\ud800") == "一二三四五六"
    assert visible("两\n行\t格\U0001f468\u200d\U0001f469") == "两\n行\t格\U0001f468\u200d\U0001f469"


def test_signs_without_a_glyph_and_other_scripts_do_no_harm():
    cell = {
        "label": "故障描述",
        "value": "灯\U0001f600\U0001f468\u200d\U0001f469 שלום سلام\n第二行䶮㛃",
        "span": 5,
    }
    shown = words(pressed(bare(reported=[[cell]]))[0])
    assert [part in shown for part in ("故障描述灯", "שלום", "第二行䶮㛃")] == [True] * 3


def test_ten_thousand_letters_go_on_over_pages_and_stay_inside_them():
    text = "W" * 5000 + "长" * 5000
    file = pressed(bare(repaired=[[{"label": "维修内容", "value": text, "span": 5}]]))
    assert sum(words(page).count("W") + words(page).count("长") for page in file) == 10_000
    for page in file:
        left, _, right, _ = bounds(page)
        assert left >= 16 and right <= 210 - 16


def bounds(page: pypdfium2.PdfPage) -> tuple[float, float, float, float]:
    """Where the letters of a page stand, in millimetres."""
    text = page.get_textpage()
    boxes = [text.get_charbox(n) for n in range(text.count_chars())]
    sides = zip(*(box for box in boxes if box[2] > box[0]), strict=True)
    return tuple(pick(side) * 25.4 / 72 for pick, side in zip((min, min, max, max), sides, strict=True))


def test_a_long_paper_repeats_its_heads():
    part = ["灯管", "T8", "支", "12345678.125", "18.80", "37.60", ""]
    log = [
        {"at": f"2026-11-20 {n // 60}:{n % 60:02}", "who": "李师傅", "text": f"第 {n} 步"} for n in range(60)
    ]
    pages = [words(page) for page in pressed(bare(parts=[part] * 60, log=log))]
    assert len(pages) == 4
    assert [f"第{n}页，共4页" in page for n, page in enumerate(pages, 1)] == [True] * 4
    assert [page.startswith("青禾小学报修单BX2026-0001") for page in pages] == [False, True, True, True]
    assert all("用料规格单位数量" in page for page in pages if "T8" in page)
    assert all("经过" in page for page in pages if "李师傅" in page)
    assert sum(page.count("12345678.125") for page in pages) == 60


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────────


def rooms(cast, count: int) -> str:
    """Rooms with labels, and the address of their sheet."""
    floor, act = cast.place("jxl-2"), cast.act("director")
    one: Callable[[int], Place] = lambda n: places.enter(  # noqa: E731
        code=f"r{n}", name=f"{n} 号室" + "名字很长" * (n % 8), kind="room", parent=floor, use="teaching",
        owner=cast["director"], walk=300 + n, act=act,
    )  # fmt: skip
    made = [one(n) for n in range(count)]
    places.hang_labels(made, act=act)
    return f"/labels/?places={','.join(str(place.pk) for place in made)}"


def test_labels_stand_where_the_scissors_go(web, scene):
    answer = web.as_("director").get(f"{rooms(scene.cast, 25)}&as=pdf")
    assert answer["Content-Disposition"].endswith("%E6%A0%87%E7%AD%BE-2026-11-23.pdf")
    file = opened(answer)
    assert [size(page) for page in file] == [A4, A4]
    found = {text: (x, y) for text, x, y, _ in codes(file[0])}
    tokens = Label.objects.filter(to_at=None, pk__in=Label.objects.order_by("-pk")[:25]).order_by("pk")
    for n, token in enumerate([label.token for label in tokens][:24]):
        x, y = found[f"{settings.URL}/s/{token}/"]
        assert x == pytest.approx(9 + 64 * (n % 3) + 2 + 12, abs=0.2)
        assert y == pytest.approx(12.5 + 34 * (n // 3) + 17, abs=0.2)
    assert (len(found), len(codes(file[1]))) == (24, 1)
    shown = words(file[0])
    for label in list(tokens)[:24]:
        assert label.short_code in shown
    assert shown.count("教学楼2层扫一扫：报修") == 24 and shown.count("总务处6688") == 24


def test_a_place_may_be_called_anything(web, scene):
    place = places.enter(
        code="odd", name='#panic() *粗* $x$ [a] \\ "b"', kind="room", use="teaching", walk=900,
        parent=scene.cast.place("jxl-2"), owner=scene.cast["director"], act=scene.cast.act("director"),
    )  # fmt: skip
    places.hang_labels([place], act=scene.cast.act("director"))
    shown = words(opened(web.as_("director").get(f"/labels/?places={place.pk}&as=pdf"))[0])
    assert joined(place.name) in shown


def test_labels_as_a_file_are_for_who_keeps_the_house(web, scene):
    hung, bare_place = scene.cast.place("c32"), scene.cast.place("jxl")
    page = web.as_("director").get(f"/labels/?places={hung.pk}").content.decode()
    assert f'href="?places={hung.pk}&amp;as=pdf"' in page
    assert web.as_("teacher").get(f"/labels/?places={hung.pk}&as=pdf").status_code == 403
    answer = web.as_("director").get(f"/labels/?places={bare_place.pk}&as=pdf")
    assert (answer.status_code, "这里还没有标签" in answer.content.decode()) == (422, True)
    assert "as=pdf" not in web.as_("director").get(f"/labels/?places={bare_place.pk}").content.decode()


# ── the child ───────────────────────────────────────────────────────────────────────────────────────────


def written(tmp_path: Path, text: str) -> Path:
    template = tmp_path / "t.typ"
    template.write_text(text, encoding="utf-8")
    return template


@pytest.mark.parametrize(
    "text",
    [
        "#panic()", '#read("/etc/passwd")', '#read("../../../../../../etc/passwd")',
        '#import "@preview/x:0.0.1"',
        '#image("https://example.org/x.png")', "#let f(n) = f(n + 1)\n#f(0)",
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_a_sentence(tmp_path, text):
    with pytest.raises(press.NotMade, match="PDF 没有做成"):
        press.pdf(written(tmp_path, text), {}, {}, at=DAY)


def test_the_way_to_the_network_is_the_one_we_give_it(tmp_path, monkeypatch):
    """A package that a template would name is asked for at `NOWHERE` and nowhere else."""
    with socket.create_server(("127.0.0.1", 0)) as ear:
        monkeypatch.setattr(press, "NOWHERE", f"http://127.0.0.1:{ear.getsockname()[1]}")
        monkeypatch.setattr(press, "SECONDS", 10)
        heard = []

        def listen() -> None:
            line, _ = ear.accept()
            heard.append(line.recv(8))
            line.close()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        with pytest.raises(press.NotMade):
            press.pdf(written(tmp_path, '#import "@preview/nothing:0.0.1"'), {}, {}, at=DAY)
        listener.join(5)
    assert heard == [b"CONNECT "]


def test_who_asks_reads_the_sentence_and_nothing_of_the_machine(scene, web, tmp_path, monkeypatch):
    matter = scene.report()
    monkeypatch.setattr("houqin.ui.paper.template_beside", lambda page: written(tmp_path, "#panic(SECRET)"))
    answer = web.as_("teacher").get(address(matter))
    shown = answer.content.decode()
    assert (answer.status_code, "PDF 没有做成" in shown) == (503, True)
    assert [word for word in ("SECRET", "typst", "panic", "Traceback", str(tmp_path)) if word in shown] == []


def test_a_child_without_end_is_ended_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(press, "SECONDS", 2)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    slow = "#let n = 0\n#for i in range(100000000) { n = calc.rem(n + i, 7) }\n#n"
    with pytest.raises(press.NotMade):
        press.pdf(written(tmp_path, slow), {}, {}, at=DAY)
    assert list((tmp_path / "own").iterdir()) == []
    assert press.AT_ONCE.acquire(blocking=False)  # its turn is free again
    press.AT_ONCE.release()


def test_the_child_does_without_caps_where_the_system_has_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert child.limit() is None


def test_no_template_of_ours_turns_text_into_markup_or_looks_outside():
    house = Path(press.HERE).parents[1]
    found = list(house.rglob("*.typ"))
    assert len(found) >= 3
    for path in found:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"\beval\b|\bplugin\b|\bread\(|@preview|\binclude\b|https?:", text) == [], path.name
        assert set(re.findall(r'#import "([^"]+)"', text)) <= {"kit.typ"}
