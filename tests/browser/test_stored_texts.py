"""A32: what people write is shown as they wrote it, and never runs;
in every page that prints it, for several roles."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from . import house as houses
from .conftest import Window, watched
from .house import House

ROLES = ("director", "repairman", "teacher")


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, list[dict[str, Any]]]]:
    """A school in which every payload has been written into every text."""
    folder = tmp_path_factory.mktemp("poisoned")
    data, out = houses.copied(folder / "data"), folder / "out.json"
    (data / "tmp").mkdir(exist_ok=True)
    command = [sys.executable, str(Path(__file__).with_name("poison.py")), str(out)]
    done = subprocess.run(
        command, env=houses.environment(data), cwd=houses.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with houses.running(data) as running:
        yield running, json.loads(out.read_text())


@pytest.fixture
def window(
    poisoned: tuple[House, list[dict[str, Any]]], browser: Browser, doors: dict[tuple[str, str], Any]
) -> Iterator[Window]:
    yield from watched(Window(poisoned[0], browser, doors))


@pytest.mark.parametrize("role", ROLES)
def test_lists_show_every_text_as_written(
    window: Window, poisoned: tuple[House, list[dict[str, Any]]], role: str
) -> None:
    """Seen to fail with `|safe` put behind the title of a row, when a template drew it."""
    window.expect(403, 404)
    page = window.open(role, phone=False)
    for path in ("/", "/repairs/repairs/?view=all", "/house/places/", "/house/people/", "/repairs/jobs/",
                 "/repairs/figures/", "/notices/", "/search/?q=alert",
                 "/repairs/repairs/?view=all&as=paper"):  # fmt: skip
        page.goto(path)
        nothing_ran(page)
    page.goto("/repairs/repairs/?view=all")
    if role == "director":
        body = page.locator("tbody").text_content() or ""
        assert [one["text"] for one in poisoned[1] if body.count(one["text"]) < 2] == []
        assert "49" not in [cell.strip() for cell in page.locator("td").all_inner_texts()]


@pytest.mark.parametrize("at", range(12))
def test_one_text_everywhere(window: Window, poisoned: tuple[House, list[dict[str, Any]]], at: int) -> None:
    one = poisoned[1][at]
    director = window.open("director", phone=False)
    done, place = f"/matters/{one['done']}/", f"/house/places/{one['place']}/"
    for path in (f"/matters/{one['open']}/", done, f"{done}paper/", place, f"{place}change/",
                 f"/labels/?places={one['place']}", f"/s/{one['token']}/"):  # fmt: skip
        answer = director.goto(path)
        assert answer is not None and answer.status == 200, path
        nothing_ran(director)
        shown = (director.locator("main").text_content() or "") + str(
            director.locator("main input").evaluate_all("all => all.map(one => one.value)")
        )
        assert one["text"] in shown, path
    visitor = window.open(width=390)
    visitor.goto(f"/s/{one['token']}/")
    nothing_ran(visitor)


def nothing_ran(page: Page) -> None:
    """No element came out of a text: dialogs, console errors and requests are watched by the window."""
    made = page.locator("main").locator(
        "img[src='x'], svg[onload], iframe, script:not([type='application/json']), [onerror], [onfocus],"
        " a[href^='javascript']"
    )
    assert made.count() == 0, page.url
