"""What ui.md promises of a page, asked of it on the phone and on the desk."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from . import measure
from .conftest import Window
from .house import House

Where = str | Callable[[House], str]


def opened(window: Window, role: str, where: Where, status: int, *, phone: bool) -> Page:
    window.expect(404)
    page = window.open(role, phone=phone)
    answer = page.goto(where if isinstance(where, str) else where(window.house))
    assert answer is not None and answer.status == status
    page.wait_for_function("document.documentElement.dataset.ready")
    page.locator("h1").first.wait_for(state="attached")  # the pages of the phone are drawn by the script
    return page


def on_the_phone(window: Window, role: str, where: Where, status: int = 200) -> None:
    page = opened(window, role, where, status, phone=True)
    assert page.evaluate(measure.SMALL_TEXT, measure.PAPER) == []
    assert page.evaluate(measure.SMALL_TARGETS, measure.PAPER) == []
    assert page.evaluate(measure.FIRST_STOP) == "跳到正文"
    assert measure.axe(page) == []
    for width in (360, 390, 820):
        page.set_viewport_size({"width": width, "height": 844})
        assert (width, page.evaluate(measure.SIDEWAYS)) == (width, 0)


def on_the_desk(window: Window, role: str, where: Where, status: int = 200) -> None:
    page = opened(window, role, where, status, phone=False)
    levels = page.evaluate(measure.HEADINGS)
    assert (levels.count(1), measure.skipped(levels)) == (1, [])
    assert page.evaluate(measure.SMALL_TEXT, measure.PAPER) == []
    assert page.evaluate(measure.SIDEWAYS) == 0
    assert measure.axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert measure.axe(page, only="color-contrast") == []
