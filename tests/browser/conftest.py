"""Browsers for the tests: a phone and a desk, watched while they are used. Any console error, broken policy,
dialog or request off the machine fails the test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from . import house as houses
from .house import House

pytest.register_assert_rewrite("tests.browser.look")

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Mobile Safari/537.36",
}
DESK = {"viewport": {"width": 1280, "height": 900}}
UNREACHED = "Failed to load resource: net::ERR_"
BLOCKED = "Service Worker registration blocked by Playwright"
STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path).replace(os.sep, "/"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    path = houses.chromium()
    if not path:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine, and in CI nothing may be skipped")
        pytest.skip("no Chromium on this machine")
    return {"executable_path": path, "args": houses.FLAGS}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The school that most tests share: each adds to it, none depends on what another added."""
    with houses.running(houses.copied(tmp_path_factory.mktemp("house") / "data")) as running:
        yield running


@pytest.fixture
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A school of this test's own: for what others would feel (throttles, settings)."""
    with houses.running(houses.copied(tmp_path_factory.mktemp("own") / "data")) as running:
        yield running


@dataclass
class Window:
    """Opens browsers on one house and keeps what went wrong in them."""

    house: House
    browser: Browser
    doors: dict[tuple[str, str], Any]
    wrong: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    cut: bool = False  # the test takes the net away
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, role: str = "", *, phone: bool = True, width: int = 0, dark: bool = False, **more: Any
    ) -> Page:
        """A fresh browser, let in as this role by the demo's door; without a role a visitor's."""
        options = {**(PHONE if phone else DESK), "locale": "zh-CN", "timezone_id": "Asia/Shanghai",
                   "base_url": self.house.url, "color_scheme": "dark" if dark else "light",
                   "reduced_motion": "reduce", **more}  # fmt: skip
        options.setdefault("service_workers", "block")  # only a story without a net wants one
        if width:
            options["viewport"] = {"width": width, "height": options["viewport"]["height"]}
        state = self.doors.get((self.house.url, role)) if role else None
        context = self.browser.new_context(storage_state=state, **options)
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        page = context.new_page()
        self.watch(page)
        if role and state is None:
            enter(page, role)
            self.doors[self.house.url, role] = context.storage_state()
        return page

    def watch(self, page: Page) -> None:
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on(
            "dialog",
            lambda dialog: (self.wrong.append(f"{page.url}: dialog {dialog.message}"), dialog.dismiss()),
        )
        page.on("request", self.asked)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if message.text == BLOCKED or (self.cut and message.text.startswith(UNREACHED)):
            return
        failed = STATUS.match(message.text)
        if failed and int(failed[1]) in self.expected:
            return
        self.wrong.append(f"{message.location.get('url', '')}: {message.text}")

    def asked(self, request: Request) -> None:
        if not request.url.startswith((self.house.url, "data:", "blob:")):
            self.wrong.append(f"asked outside: {request.url}")

    def expect(self, *statuses: int) -> None:
        """These answers are what the test is about."""
        self.expected |= set(statuses)

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture(scope="session")
def doors() -> dict[tuple[str, str], Any]:
    return {}


@pytest.fixture
def window(house: House, browser: Browser, doors: dict[tuple[str, str], Any]) -> Iterator[Window]:
    yield from watched(Window(house, browser, doors))


@pytest.fixture
def own_window(own_house: House, browser: Browser, doors: dict[tuple[str, str], Any]) -> Iterator[Window]:
    yield from watched(Window(own_house, browser, doors))


def watched(window: Window) -> Iterator[Window]:
    yield window
    window.close()
    assert window.wrong == []


def enter(page: Page, role: str) -> None:
    """Through the demo's door."""
    page.goto("/login/")
    page.locator(f"button[name=person][value={role}]").click()
    page.wait_for_url(lambda url: "/login/" not in url and "/demo/" not in url)


@pytest.fixture
def page_of(window: Window) -> Callable[..., Page]:
    return window.open
