"""What a phone without a net does: plain functions for the stories of test_phone.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from . import walk
from .conftest import Window, enter
from .house import MOMENT, House

# The phone's clock as the server's, and from there as far off as the test says; timers run as they are.
CLOCK = """(() => {
  const Real = Date, off = () => SHIFT + Number(localStorage.getItem('ahead') ?? 0)
  window.Date = class extends Real {
    constructor(...said) { said.length ? super(...said) : super(Real.now() + off()) }
    static now() { return Real.now() + off() }
  }
})()"""
STORED = """async () => {
  const found = []
  const plain = one => {
    if (one instanceof ArrayBuffer || ArrayBuffer.isView(one)) return new TextDecoder('utf-8').decode(one)
    if (!one || typeof one !== 'object' || one instanceof CryptoKey) return String(one)
    return Object.entries(one).map(([name, it]) => `${name}=${plain(it)}`).join(';')
  }
  const answer = asked => new Promise(done => { asked.onsuccess = () => done(asked.result) })
  for (const { name } of await indexedDB.databases()) {
    const db = await answer(indexedDB.open(name))
    for (const table of db.objectStoreNames) {
      const rows = await answer(db.transaction(table).objectStore(table).getAll())
      for (const row of rows) found.push([table, plain(row)])
    }
    db.close()
  }
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys()
    for (const { url } of kept) found.push(['cache', new URL(url).pathname])
  }
  for (const store of [localStorage, sessionStorage]) {
    for (const name of Object.keys(store)) found.push(['storage', `${name}=${store[name]}`])
  }
  return found
}"""


def open_phone(window: Window, role: str = "", **more: Any) -> Page:
    """A phone with the app on it: logged in, its program and its work stored."""
    page = window.open(service_workers="allow", **more)
    shift = datetime.fromisoformat(MOMENT) - datetime.now(UTC) + timedelta(seconds=20)
    page.context.add_init_script(CLOCK.replace("SHIFT", str(int(shift.total_seconds() * 1000))))
    window.cut = True
    if role:
        log_in(page, role)
    return page


def log_in(page: Page, role: str) -> None:
    enter(page, role)
    page.goto("/repairs/jobs/")
    packed(page)


def packed(page: Page) -> None:
    """The program is stored and answers for the pages, what the person carries is there."""
    page.locator("html[data-carried]").wait_for(state="attached")
    for _ in range(100):
        if page.evaluate("navigator.serviceWorker.controller !== null"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the service worker does not answer")


def cut(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator("[data-net]")).to_contain_text("没有网")


def mend(page: Page) -> None:
    page.context.set_offline(False)


def ahead(page: Page, **by: float) -> None:
    """Put the phone's clock on by so much, for this page and the next ones."""
    page.evaluate("ms => { localStorage.setItem('ahead', ms) }", timedelta(**by).total_seconds() * 1000)


def fill(page: Page, url: str) -> Locator:
    """Open a slip's sheet by the button that leads to it."""
    page.locator(f"a[data-sheet][href='{url}']").first.click()
    sheet = page.locator("dialog form[data-slip]")
    expect(sheet).to_be_visible()
    return sheet


def stored(page: Page) -> list[tuple[str, str]]:
    """Everything the browser keeps for this address, as text."""
    return [(kind, text) for kind, text in page.evaluate(STORED)]


def work_of(house: House, role: str) -> list[str]:
    """The numbers of what a person has in repair."""
    sql = """SELECT m.number FROM kernel_matter m JOIN kernel_person p ON p.id = m.holder_id
             WHERE p.code = ? AND m.state = 'assigned' ORDER BY m.id"""
    return [number for (number,) in house.ask(sql, role)]


def steps_of(house: House, number: str) -> list[str]:
    """What people did with a matter; the house's own reminders aside."""
    sql = """SELECT e.step FROM kernel_event e JOIN kernel_matter m ON m.id = e.matter_id
             WHERE m.number = ? AND e.step <> 'escalate' ORDER BY e.id"""
    return [step for (step,) in house.ask(sql, number)]


def take(page: Page, number: str, step: str, label: str) -> None:
    """Fill one step of a matter and see it kept."""
    sheet = fill(page, f"/matters/{number}/{step}/")
    if step == "finish":
        sheet.get_by_text("自然损耗").click()
        sheet.locator("[name=fix]").fill("换了新的")
        sheet.locator("[data-choose] input").set_input_files(walk.picture())
        expect(sheet.locator(".hq-photo")).to_have_count(1)
    if step == "pause":
        sheet.locator(".hq-tile, .btn-check + label, label").filter(has_text="等配件").first.click()
    sheet.get_by_role("button", name=label, exact=True).click()
    kept(page)


def report(page: Page, token: str, detail: str, *, photo: bool = False) -> None:
    """报修 at a label that was scanned where there is no net."""
    page.goto(f"/s/{token}/")
    sheet = fill(page, f"/s/{token}/repair/")
    sheet.locator("[name=detail]").fill(detail)
    if photo:
        sheet.locator("[data-choose] input").set_input_files(walk.picture())
        expect(sheet.locator(".hq-photo")).to_have_count(1)
    sheet.get_by_role("button", name="报修", exact=True).click()
    kept(page)


def kept(page: Page) -> None:
    """The sheet is gone with the page it lay on; the next page is the shell again."""
    page.locator("dialog").wait_for(state="detached")
    page.locator("[data-shell] h1").wait_for()


def sent(page: Page) -> None:
    """Back on the net, and nothing waits any more."""
    mend(page)
    expect(page.locator("[data-net]")).to_have_count(0, timeout=60_000)


def titled(house: House, detail: str) -> int:
    sql = "SELECT count(*) FROM kernel_matter WHERE title LIKE ?"
    return house.one(sql, f"%{detail}%")  # type: ignore[return-value]


def cut_quietly(page: Page) -> None:
    """The net goes on a page that has nobody's work and so says nothing."""
    page.context.set_offline(True)
