"""What a visitor sends: with the label's short code (scene A9), so much and no more (A55), and a label
replaced in between (A76).

Seen to fail with `challenge.check` taken away: a wrong code got in.
"""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.models import FaultType, Repair
from houqin.areas.repairs.views import scanning
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.attachments import store
from houqin.kernel.attachments.actions import Upload
from houqin.kernel.attachments.models import Attachment, Blob
from houqin.kernel.matters.models import Matter
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Label
from houqin.ui import access
from tests.contract import makers
from tests.contract.test_scan_web import by_visitor, door, said, slip, url

__all__ = ["door"]  # the fixture


def jpeg(number: int = 0, size: tuple[int, int] = (32, 24)) -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", size, (number % 256, number // 256, 90)).save(drawn, "JPEG")
    return SimpleUploadedFile(f"{number}.jpg", drawn.getvalue(), "image/jpeg")


def label_of(web, code: str) -> Label:
    return Label.objects.get(key=web.cast.place(code).pk, kind="kernel.place", to_at=None)


def test_who_reported_before_finds_where_to_look_it_up(web, door):
    assert 'href="/repairs/look/"' in web.visitor.get(url(door)).content.decode()
    assert "/repairs/look/" not in web.as_("teacher").get(url(door)).content.decode()


# ── the short code ────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_asked_of_visitors_alone_and_not_told_to_them(web, door):
    html = web.visitor.get(url(door)).content.decode()
    assert "标签短码的后 4 位" in html and door.short_code[-4:] not in html
    assert 'name="spot"' not in web.as_("teacher").get(url(door)).content.decode()
    assert web.as_("teacher").send(url(door, "repair"), slip()).status_code == 303


@pytest.mark.parametrize("wrong", ["", "ZZZZ", "1e1", "x" * 400])
def test_a_wrong_code_lets_nothing_in_and_keeps_what_was_written(web, door, wrong):
    back = by_visitor(web, door, detail="后排灯管不亮", name="李女士", spot=wrong)
    html = back.content.decode()
    assert (back.status_code, Matter.objects.count()) == (422, 0)
    assert 'value="后排灯管不亮"' in html and 'value="李女士"' in html
    assert (by_visitor(web, door).status_code, Matter.objects.get().state) == (303, "unverified")


def test_it_may_be_typed_whole_small_or_full_width(web, door):
    wide = door.short_code[-4:].translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})
    for n, typed in enumerate((door.short_code, door.short_code[-4:].lower(), wide)):
        assert by_visitor(web, door, detail=f"灯不亮 {n}", spot=typed).status_code == 303


def test_the_code_of_another_label_is_none(web, door):
    assert by_visitor(web, door, spot=label_of(web, "wc2").short_code[-4:]).status_code == 422
    assert Matter.objects.count() == 0


def test_who_guesses_codes_is_told_to_wait(web, cast, door, monkeypatch):
    monkeypatch.setattr(access, "clock", lambda: cast.now)
    sent = [by_visitor(web, door, spot="0000").status_code for _ in range(6)]
    assert (sent, by_visitor(web, door).status_code, Matter.objects.count()) == ([422] * 5 + [429], 429, 0)


def test_who_answers_for_the_place_signs_a_visitors_report(web, cast, door):
    """Scene A9: it waits for 受理, and the class teacher of the duty map is who signs."""
    by_visitor(web, door, fault_type=FaultType.objects.get(code="W18").pk)
    matter = Matter.objects.get()
    assert (matter.state, matter.holder, matter.duty) == ("unverified", None, "repair-dispatcher")
    repairs.take(matter, fault_type=matter.repair.fault_type, act=cast.act("director"))
    if matter.holder is None:
        repairs.dispatch(matter, worker=cast["repairman"], act=cast.act("director"))
    worker = matter.holder.code
    repairs.finish(matter, cause="wear", fix="换新", act=cast.act(worker))
    sign = f"/matters/{matter.number}/sign/"
    statuses = [web.as_(role).get(sign).status_code for role in ("class-teacher", "director", worker)]
    assert statuses == [200, 403, 403]
    assert web.as_("class-teacher").send(sign, {"signature": "click"}).status_code == 303


# ── so much and no more (A55) ─────────────────────────────────────────────────────────────────────────────


def test_a_visitors_report_takes_three_photos_of_ten_megabytes(web, door):
    four = by_visitor(web, door, photos=[jpeg(n) for n in range(4)])
    assert (four.status_code, "最多 3 张，这次有 4 张" in said(four)) == (422, True)
    big = SimpleUploadedFile("大.jpg", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "image/jpeg")
    large = by_visitor(web, door, photos=[big])
    assert (large.status_code, "“大.jpg”太大，没有保存" in said(large)) == (422, True)
    assert (Matter.objects.count(), Attachment.objects.count()) == (0, 0)
    assert by_visitor(web, door, photos=[jpeg(n) for n in range(3)]).status_code == 303
    assert Attachment.objects.count() == 3


def test_a_thousand_photos_or_ten_thousand_parts_are_413(web, door):
    many = {"photos": [SimpleUploadedFile(f"{n}.jpg", b"\xff\xd8\xff", "image/jpeg") for n in range(1000)]}
    assert web.visitor.post(url(door, "repair"), slip(**many)).status_code == 413
    parts = {f"p{n}": "x" for n in range(10_000)}
    assert web.visitor.post(url(door, "repair"), slip(**parts)).status_code == 413
    assert (Matter.objects.count(), Attachment.objects.count()) == (0, 0)


def test_a_place_takes_so_many_bytes_of_visitors_in_a_day(web, cast, door, monkeypatch):
    """The rest is kept, a report without photos goes on; the next day the count begins anew, and
    others have their own."""
    assert scanning.BYTES == 200 * 1024 * 1024
    photo = jpeg(1, (640, 480))
    monkeypatch.setattr(scanning, "BYTES", int(2.5 * photo.size))
    sent = [by_visitor(web, door, detail=f"灯不亮 {n}", photos=[jpeg(1, (640, 480))]) for n in range(3)]
    assert [one.status_code for one in sent] == [303, 303, 429]
    assert 'value="灯不亮 2"' in sent[2].content.decode() and "小时再来" in said(sent[2])
    assert by_visitor(web, door, detail="灯不亮").status_code == 429  # until tomorrow this place is full
    assert by_visitor(web, label_of(web, "wc2"), photos=[jpeg(1, (640, 480))]).status_code == 303
    assert web.as_("teacher").send(url(door, "repair"), slip(photos=[jpeg(1)])).status_code == 303
    monkeypatch.setattr(access, "clock", lambda: cast.now + timedelta(days=1))
    assert by_visitor(web, door, photos=[jpeg(1, (640, 480))]).status_code == 303


def test_the_same_photo_a_hundred_times_is_stored_once(cast, settings, tmp_path):
    settings.DATA = tmp_path
    event = makers.repair(cast).events.order_by("pk")[0]
    photo = attachments.keep([Upload("灯.jpg", jpeg().read())])
    for _ in range(99):
        attachments.attach(event, photo, "before", cast.act("teacher"))
    attachments.attach(event, [Upload("灯.jpg", jpeg().read())], "before", cast.act("teacher"))
    assert (Attachment.objects.count(), Blob.objects.count(), len(list(store.files()))) == (100, 1, 2)


# ── a label replaced in between (A76) ─────────────────────────────────────────────────────────────────────


def test_what_was_being_written_when_a_label_was_replaced_still_comes_in(web, cast, door):
    asked = {"spot": door.short_code[-4:]}
    places.hang_label(cast.place("c32"), act=cast.act("director"))
    sent = web.visitor.send(url(door, "repair"), slip(**asked))
    assert (sent.status_code, Repair.objects.get().matter.place.code) == (303, "c32")
    assert "报上了" in said(web.visitor.get(sent["Location"]))
    assert (
        web.visitor.get(url(door)).status_code == 404
    )  # scanned anew it is a label like any that is not there
    assert web.visitor.get(url(door), {"done": "1"}, follow=True).status_code == 404


@pytest.mark.parametrize("role", ["", "teacher"])
def test_a_day_later_it_is_refused_and_what_was_written_stands_on_the_page(
    web, cast, door, monkeypatch, role
):
    browser = web.as_(role) if role else web.visitor
    asked = {} if role else {"spot": door.short_code[-4:]}
    places.hang_label(cast.place("c32"), act=cast.act("director"))
    monkeypatch.setattr(access, "clock", lambda: cast.now + timedelta(hours=25))
    late = browser.send(url(door, "repair"), slip(**asked, detail="后排<b>灯管"))
    assert (late.status_code, Matter.objects.count()) == (404, 0)
    html = late.content.decode()
    assert "你写的在这里，没有报上" in html and "<p>后排&lt;b&gt;灯管</p>" in html
    assert ("这张标签换过了" in html) == bool(role)
    assert door.short_code[-4:] not in html


def test_a_place_that_was_closed_in_between_keeps_the_words_too(web, cast, door):
    asked = {"spot": door.short_code[-4:]}
    places.close(cast.place("c32"), closed_on=cast.now.date(), act=cast.act("director"))
    gone = web.visitor.send(url(door, "repair"), slip(**asked))
    assert (gone.status_code, "<p>后排灯管不亮</p>" in gone.content.decode()) == (404, True)
    assert Matter.objects.count() == 0
