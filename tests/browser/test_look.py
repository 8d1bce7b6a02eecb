"""Every kind of page, on the phone and on the desk, light and dark: what ui.md promises of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from . import look, measure, walk
from .conftest import Window
from .house import House


def number(state: str, holder: str = "") -> Callable[[House], str]:
    """The newest repair in a state, in somebody's hands."""
    sql = """SELECT m.number FROM kernel_matter m LEFT JOIN kernel_person p ON p.id = m.holder_id
             WHERE m.state = ? AND (? = '' OR p.code = ?) ORDER BY m.id DESC"""
    return lambda house: f"/matters/{house.one(sql, state, holder, holder)}/"


def then(path: Callable[[House], str], more: str) -> Callable[[House], str]:
    return lambda house: path(house) + more


def label(house: House) -> str:
    return f"/s/{house.label('c32')[0]}/"


def place(house: House) -> str:
    return f"/house/places/{house.one('SELECT id FROM kernel_place WHERE code = ?', 'c32')}/"


PAGES: dict[str, tuple[str, str | Callable[[House], str], int]] = {
    "desk": ("director", "/", 200),
    "login": ("", "/login/", 200),
    "scan": ("teacher", label, 200),
    "scan, visitor": ("", label, 200),
    "camera": ("", "/scan/", 200),
    "look up": ("", "/repairs/look/", 200),
    "matter in hand": ("director", number("unverified"), 200),
    "matter, approving": ("director", number("approving"), 200),
    "matter, closed": ("director", number("signed"), 200),
    "slip": ("director", then(number("assigned"), "pass_on/"), 200),
    "slip with rows": ("electrician", then(number("assigned", "electrician"), "finish/"), 200),
    "opening slip": ("teacher", "/repairs/repair/new/", 200),
    "jobs": ("electrician", "/repairs/jobs/", 200),
    "register": ("director", "/repairs/repairs/", 200),
    "register, conditions": ("director", "/repairs/repairs/?conditions=1", 200),
    "register, nothing": ("director", "/repairs/repairs/?q=没有这个词", 200),
    "card": ("director", place, 200),
    "card, change": ("director", then(place, "change/"), 200),
    "import": ("director", "/house/places/import/", 200),
    "figures": ("director", "/repairs/figures/", 200),
    "paper": ("director", then(number("signed"), "paper/"), 200),
    "labels": ("director", "/labels/", 200),
    "registers": ("director", "/registers/", 200),
    "me": ("teacher", "/me/", 200),
    "waiting": ("repairman", "/waiting/", 200),
    "sessions": ("teacher", "/me/sessions/", 200),
    "tokens": ("teacher", "/me/tokens/", 200),
    "tokens, everybody's": ("admin", "/me/tokens/all/", 200),
    "password": ("teacher", "/me/password/", 200),
    "notices": ("director", "/notices/", 200),
    "search": ("director", "/search/?q=灯管", 200),
    "not there": ("teacher", "/nothing/", 404),
    "link that is used up": ("", "/first/used-up/", 404),
}


@pytest.mark.parametrize("name", PAGES)
def test_on_the_phone(window: Window, name: str) -> None:
    """Seen to fail with a 12 px text, a 30 px button, a wide table and a second h1 put into base.html."""
    look.on_the_phone(window, *PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_on_the_desk(window: Window, name: str) -> None:
    look.on_the_desk(window, *PAGES[name])


def test_an_open_sheet_is_held_to_the_same(window: Window) -> None:
    page = window.open("electrician")
    page.goto(number("assigned", "electrician")(window.house))
    walk.open_slip(page, "修好")
    assert page.evaluate(measure.SMALL_TARGETS, measure.PAPER) == []
    assert measure.axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert measure.axe(page, only="color-contrast") == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)  # it goes with its close event, a moment later
    assert page.evaluate("document.activeElement.textContent.trim()") == "修好"
