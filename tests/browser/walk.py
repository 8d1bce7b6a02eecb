"""What people do with the pages: plain functions that touch what a person would touch."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from uuid import uuid4

import zxingcpp
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from .house import House

NUMBER = re.compile(r"BX\d{4}-\d{4,}")
SENT = re.compile(r"/s/[\w-]+/\?done=")


@dataclass(frozen=True)
class Spot:
    """A room with a label where nothing is open, and who is about it."""

    code: str
    name: str
    token: str
    short_code: str
    owner: str


@dataclass(frozen=True)
class Fault:
    """A fault type that goes straight to somebody behind the demo's door."""

    key: int
    label: str
    worker: str


def spots(house: House) -> list[Spot]:
    """Rooms for stories: labelled, quiet, answered for by somebody behind the demo's door
    who neither teaches the story nor repairs."""
    sql = """SELECT p.code, p.name, l.token, l.short_code, o.code FROM kernel_place p
      JOIN kernel_label l ON l.key = p.id AND l.kind = 'kernel.place' AND l.to_at IS NULL
      JOIN kernel_person o ON o.id = p.owner_id
      WHERE p.kind = 'room' AND p.closed_on IS NULL
        AND o.code IN ('class-teacher', 'room-keeper', 'director', 'nurse')
        AND NOT EXISTS (SELECT 1 FROM kernel_matter m WHERE m.place_id = p.id AND m.closed_at IS NULL)
      ORDER BY o.code = 'director', p.walk, p.id"""
    return [Spot(*map(str, row)) for row in house.ask(sql)]


def fault(house: House, code: str = "W04") -> Fault:
    sql = """SELECT f.id, f.label, p.code FROM repairs_faulttype f
      JOIN kernel_person p ON p.id = f.worker_id WHERE f.code = ?"""
    key, label, worker = house.ask(sql, code)[0]
    return Fault(int(key), str(label), str(worker))


def picture(color: str = "#c9b27c") -> FilePayload:
    drawn = BytesIO()
    Image.new("RGB", (1200, 900), color).save(drawn, "JPEG", quality=60)
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def words(what: str) -> str:
    """A text of this test's own, so that its matter can be told from all others."""
    return f"{what} {uuid4().hex[:6]}"


@dataclass
class Hand:
    """Counts how often a person touches the glass."""

    touches: int = 0

    def tap(self, thing: Locator) -> None:
        self.touches += 1
        thing.tap()

    def write(self, field: Locator, text: str) -> None:
        self.tap(field)
        field.press_sequentially(text)

    def photograph(self, page: Page) -> None:
        """One touch opens the phone's own camera; what happens there is the phone's."""
        self.touches += 1
        page.locator("[data-choose] input").set_input_files(picture())
        expect(page.locator(".hq-photo")).to_have_count(1)


def tile(page: Page, fault: Fault) -> Locator:
    return page.locator(f".hq-tile:has(input[name=fault_type][value='{fault.key}'])")


def choose(page: Page, fault: Fault, hand: Callable[[Locator], object] = Locator.click) -> None:
    """Touch the tile and see who will get it, as a person would before going on."""
    page.wait_for_function("document.documentElement.dataset.ready")
    with page.expect_response("**/repairs/notice/**"):
        hand(tile(page, fault))


def number_on(page: Page) -> str:
    found = NUMBER.search(page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found[0]


def report(page: Page, spot: Spot, kind: Fault, detail: str) -> str:
    """Report at a place; the number of the matter."""
    page.goto(f"/s/{spot.token}/")
    choose(page, kind)
    page.locator("[name=detail]").fill(detail)
    if page.locator("[name=spot]").count():  # a visitor reads it off the label
        page.locator("[name=spot]").fill(spot.short_code[-4:])
    page.get_by_role("button", name="报修", exact=True).click()
    page.wait_for_url(SENT)
    return number_on(page)


def open_slip(page: Page, label: str) -> Locator:
    """Touch a step; its sheet."""
    page.locator("nav.hq-actions").get_by_role("link", name=label, exact=True).click()
    sheet = page.locator("dialog.hq-sheet form[data-slip]")
    expect(sheet).to_be_visible()
    return sheet


def finish(page: Page, number: str, *, fix: str = "换了新的") -> None:
    """The worker repairs it, with one part and a photo."""
    page.goto(f"/matters/{number}/")
    sheet = open_slip(page, "修好")
    sheet.get_by_text("自然损耗").click()
    sheet.locator("[name=fix]").fill(fix)
    line = sheet.locator("[data-line]").first
    for name, value in (
        ("name", "LED 灯管"),
        ("quantity_milli", "2"),
        ("unit", "支"),
        ("price_fen", "18.80"),
    ):
        line.locator(f"[name$='-{name}']").fill(value)
    sheet.locator("[data-choose] input").set_input_files(picture("#8fae7d"))
    expect(sheet.locator(".hq-photo")).to_have_count(1)
    sheet.get_by_role("button", name="修好", exact=True).click()
    page.locator("dialog").wait_for(state="detached")


def draw(page: Page, canvas: Locator) -> None:
    """Write a name on the pad: two strokes."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    for start, end in (((0.2, 0.3), (0.7, 0.6)), ((0.6, 0.2), (0.3, 0.8))):
        page.mouse.move(box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1])
        page.mouse.down()
        for share in (0.3, 0.6, 1.0):
            x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
            page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.mouse.up()


def sign_drawn(page: Page, number: str) -> None:
    page.goto(f"/matters/{number}/")
    sheet = open_slip(page, "签收")
    draw(page, sheet.locator("canvas"))
    expect(sheet.locator("input[type=hidden][name=signature]")).to_have_value(re.compile("^data:image/png"))
    sheet.get_by_role("button", name="签收", exact=True).click()
    page.locator("dialog").wait_for(state="detached")


def loaded(images: Locator) -> list[bool]:
    """Whether each picture has come and could be drawn;
    scrolls to it, because it may wait until it is looked at."""
    for image in images.all():
        image.scroll_into_view_if_needed()
        image.evaluate("one => one.decode()")
    return images.evaluate_all("all => all.map(one => one.complete && one.naturalWidth > 1)")


def codes_in(shot: bytes) -> list[str]:
    """What the QR codes of a picture say."""
    return [found.text for found in zxingcpp.read_barcodes(Image.open(BytesIO(shot)))]
