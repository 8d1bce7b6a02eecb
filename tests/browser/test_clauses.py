"""条款落实 in a browser, at the desk and on the phone: from the 82 to one clause, to its parts, to the rows
that are as many."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Window

CLAUSE = "2.2.1c"
SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])


def number(text: str) -> int:
    found = re.search(r"[\d,]+", text)
    assert found, text
    return int(found[0].replace(",", ""))


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@SIZES
def test_from_the_82_to_the_rows_behind_a_number(window: Window, phone: bool) -> None:
    page = window.open("director", phone=phone)
    page.goto("/clauses/")
    expect(page.get_by_role("heading", level=1)).to_have_text("条款落实")
    expect(page.locator(".hq-clause")).to_have_count(82)
    out = page.get_by_role("link", name="导出 Excel" if phone else "导出", exact=True)
    with page.expect_download() as file:
        out.click()
    assert file.value.suggested_filename.startswith("条款落实 ")
    no_sideways_scroll(page)
    page.locator("summary", has_text="2 校产管理工作").click()
    page.locator(".hq-clause", has_text=CLAUSE).click()
    page.wait_for_url(re.compile(rf"/clauses/{re.escape(CLAUSE)}/"))
    detail = page.locator(".hq-detail")
    expect(detail).to_contain_text("维修完毕，由报修人负责验收签字")
    expect(page.locator(".hq-tree")).to_be_visible(visible=not phone)
    no_sideways_scroll(page)

    parts = detail.locator(".hq-drill").first.locator("a")
    counts = [number(text) for text in parts.locator(".is-num:nth-of-type(2)").all_inner_texts()]
    whole = detail.get_by_role("heading", level=3).first
    assert sum(counts) == number(whole.inner_text())
    for at, many in enumerate(counts):
        parts.nth(at).click()
        expect(page.locator("h1:visible, [role=heading]:visible").first).to_contain_text("报修人签字率")
        shown = page.locator(".hq-pager").inner_text() if many else "共 0 条"
        assert number(shown.partition("共")[2]) == many
        no_sideways_scroll(page)
        page.go_back()
        page.wait_for_url(re.compile(rf"/clauses/{re.escape(CLAUSE)}/"))


def test_states_periods_and_places_narrow_it(window: Window) -> None:
    page = window.open("inspector", phone=False)
    page.goto("/clauses/")
    page.get_by_role("link", name=re.compile("尚未实施")).first.click()
    left = page.locator(".hq-clause")
    chip = page.locator(".hq-chip[aria-current=true]", has_text="尚未实施")
    expect(left).to_have_count(number(chip.inner_text()))
    expect(left.first).to_contain_text("尚未实施")
    page.goto("/clauses/1.1.4d/")
    whole = page.locator(".hq-big-row a").first.inner_text()
    page.get_by_text("哪几天、谁的、哪里的").click()
    page.locator("#ask-from").fill("2026-11-01")
    page.get_by_role("button", name="查").click()
    page.wait_for_url(re.compile("from=2026-11-01"))
    page.goto(page.url.replace("/clauses/?", "/clauses/1.1.4d/?"))
    assert page.locator(".hq-big-row a").first.inner_text() != whole


@SIZES
def test_a_plan_is_pasted_looked_over_and_saved(window: Window, phone: bool) -> None:
    page = window.open("director", phone=phone)
    page.goto("/plans/import/")
    page.locator("[name=text]").fill(
        "一、校产管理\n1、坚持民主理财。\n页脚\n2、各项工作做到有安排、有检查、有落实。"
    )
    page.get_by_role("button", name="读出来看").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("看过再存")
    rows = page.locator(".hq-outline-rows > li")
    expect(rows).to_have_count(3)
    rows.nth(1).locator("textarea").fill("坚持民主理财，账目公开。")
    no_sideways_scroll(page)
    page.get_by_role("button", name="存成草稿").click()
    page.wait_for_url(re.compile(r"/plans/plans/\d+/"))
    expect(page.locator("main")).to_contain_text("草稿")
    page.get_by_role("link", name="看全文").click()
    expect(page.locator("main")).to_contain_text("坚持民主理财，账目公开。")
