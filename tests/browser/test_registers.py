"""A register as people use it: search while typing, conditions, order, pages, columns, Excel, cards."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from .conftest import Window

ALL = "/repairs/repairs/?view=all"
BY_NUMBER = re.compile(r"(?:BX|FW)\d{4}-\d{4}")


def numbers(page: Page) -> list[str]:
    return BY_NUMBER.findall(page.locator("table.hq-register tbody").inner_text())


def test_the_list_follows_the_typing_and_the_address_follows_the_list(window: Window) -> None:
    page = window.open("director", phone=False)
    page.goto(ALL)
    whole = page.locator("caption").inner_text()
    page.locator("#list-search").press_sequentially("灯管", delay=30)
    expect(page.locator("caption")).not_to_have_text(whole)
    expect(page).to_have_url(re.compile(r"q=%E7%81%AF%E7%AE%A1"))
    expect(page.locator("#list-search")).to_be_focused()
    found = page.locator("table.hq-register tbody tr")
    assert found.count() > 0
    assert all("灯管" in text for text in found.all_inner_texts())
    page.reload()
    expect(page.locator("#list-search")).to_have_value("灯管")
    page.go_back()
    expect(page.locator("caption")).to_have_text(whole)


def test_a_condition_becomes_a_chip_and_the_chip_takes_it_away(window: Window) -> None:
    page = window.open("director", phone=False)
    page.goto(ALL)
    whole = page.locator("caption").inner_text()
    page.get_by_role("link", name="条件").click()
    page.locator("select[name=state]").select_option(label="到时关闭")
    page.get_by_role("button", name="查", exact=True).click()
    expect(page.locator("table.hq-register tbody tr").first).to_contain_text("到时关闭")
    page.goto(page.url.replace("conditions=1", ""))
    states = set(page.locator("table.hq-register .hq-pill").all_inner_texts())
    assert states == {"到时关闭"}
    page.get_by_role("link", name=re.compile("去掉条件")).first.click()
    expect(page.locator("caption")).to_have_text(whole)


def test_a_head_sorts_and_turns_round(window: Window) -> None:
    page = window.open("director", phone=False)
    page.goto(ALL)
    page.locator("thead").get_by_role("link", name="编号").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("编号")
    first = numbers(page)
    page.locator("thead").get_by_role("link", name="编号").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("编号")
    page.wait_for_function("one => !document.querySelector('tbody').innerText.includes(one)", arg=first[0])
    other = numbers(page)
    assert set(first) & set(other) == set()
    one, two = ([number for number in part if number.startswith("BX")] for part in (first, other))
    assert (sorted(one), sorted(two, reverse=True)) in ((one, two), (one[::-1], two[::-1]))


def test_the_next_page_goes_on_where_the_first_ended_and_back_comes_back(window: Window) -> None:
    page = window.open("director", phone=False)
    page.goto(ALL)
    first = numbers(page)
    page.get_by_role("link", name="下一页").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"after=|page=2"))
    second = numbers(page)
    assert len(first) == len(second) == 50
    assert set(first) & set(second) == set()
    repairs = [[number for number in part if number.startswith("BX")] for part in (first, second)]
    assert min(repairs[0]) > max(repairs[1])
    page.go_back()
    assert numbers(page) == first


def test_what_is_sent_out_as_excel_is_what_the_list_shows(window: Window, tmp_path: Path) -> None:
    page = window.open("director", phone=False)
    page.goto("/repairs/repairs/?view=late")
    shown = numbers(page)
    page.locator("summary", has_text="导出").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name=re.compile("Excel")).click()
    assert coming.value.suggested_filename == "报修台账-2026-11-23.xlsx"
    coming.value.save_as(tmp_path / "out.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    sent = [cell for row in rows for cell in row if isinstance(cell, str) and BY_NUMBER.fullmatch(cell)]
    assert sorted(sent) == sorted(shown) != []


def test_chosen_columns_stay_chosen_for_this_person_only(window: Window) -> None:
    page = window.open("vice-principal", phone=False)
    page.goto(ALL)
    heads = page.locator("thead th").all_inner_texts()
    assert "打几分" not in heads
    page.locator("summary", has_text="列").click()
    page.locator(".hq-columns").get_by_label("打几分").check()
    page.locator(".hq-columns").get_by_label("报修人").uncheck()
    page.get_by_role("button", name="就显示这些列").click()
    page.goto(ALL)
    now = page.locator("thead th").all_inner_texts()
    assert ("打几分" in now, "报修人" in now) == (True, False)
    other = window.open("director", phone=False)
    other.goto(ALL)
    assert other.locator("thead th").all_inner_texts() == heads


def test_on_the_phone_a_row_is_a_card_that_opens_as_a_whole(window: Window) -> None:
    page = window.open("director")
    page.goto("/repairs/repairs/?view=late")
    expect(page.locator("thead")).to_be_hidden()
    card = page.locator("tbody tr").first
    number = BY_NUMBER.search(card.inner_text())
    assert number
    box = card.bounding_box()
    assert box and box["width"] >= 350
    page.touchscreen.tap(box["x"] + box["width"] - 30, box["y"] + box["height"] - 8)
    page.wait_for_url(f"**/matters/{number[0]}/")
