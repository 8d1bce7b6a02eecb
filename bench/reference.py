"""The slow reference: plain SQL over the raw rows, asked outside every timed part."""

import re
from pathlib import Path
from typing import Any

import pysqlite3

LINKS = re.compile(r'href="/matters/([A-Z]{2}\d+-\d+)/"')
TABS = re.compile(r'<a href="\?view=(\w+)"[^>]*>\s*\S+ <span class="hq-count">([\d,]+\+?)</span>')
LISTED = "FROM kernel_matter WHERE kind IN ('repairs.repair', 'repairs.service')"
MANY = 10_000


def asked(data: Path, sql: str, *values: Any) -> list[tuple]:
    base = pysqlite3.connect(f"file:{data / 'houqin.sqlite3'}?mode=ro", uri=True)
    try:
        return base.execute(sql, values).fetchall()
    finally:
        base.close()


def one(data: Path, sql: str, *values: Any) -> Any:
    return asked(data, sql, *values)[0][0]


def said(count: int) -> str:
    return f"{MANY:,}+" if count > MANY else f"{count:,}"


def numbers(text: str) -> list[str]:
    """The matters that a page leads to, each once, in their order."""
    return list(dict.fromkeys(LINKS.findall(text)))


def check_list(data: Path, text: str, offset: int) -> None:
    """The fifty numbers from `offset` on, the tabs' counts, and the whole page."""
    wanted = asked(data, f"SELECT number {LISTED} ORDER BY id DESC LIMIT 50 OFFSET ?", offset)
    assert numbers(text.partition("<tbody>")[2]) == [number for (number,) in wanted], "other rows than SQL's"
    tabs = dict(TABS.findall(text))
    open_ones = one(data, f"SELECT count(*) {LISTED} AND closed_at IS NULL")
    fixed = one(data, f"SELECT count(*) {LISTED} AND closed_at IS NULL AND state = 'fixed'")
    every = one(data, f"SELECT count(*) {LISTED}")
    shown = {name: tabs.get(name) for name in ("open", "fixed", "all")}
    wanted_tabs = {"open": said(open_ones), "fixed": said(fixed), "all": said(every)}
    assert shown == wanted_tabs, f"tabs {shown}, SQL {wanted_tabs}"
    assert text.rstrip().endswith("</html>"), "a cut page"


def check_open(data: Path, text: str, number: str) -> None:
    """Number, title, and as many steps as there are events."""
    title, events = asked(
        data,
        "SELECT m.title, (SELECT count(*) FROM kernel_event e WHERE e.matter_id = m.id) FROM kernel_matter m"
        " WHERE m.number = ?",
        number,
    )[0]
    assert number in text and title in text, "another matter"
    assert text.count('class="hq-way-head"') == events, f"{text.count('hq-way-head')} steps of {events}"


def check_search(data: Path, text: str, words: str) -> None:
    """The newest fifty by LIKE over the words of every row, and how many there are."""
    tokens = " ".join(re.findall(r"[a-z0-9]+", words.casefold()) if words.isascii() else words)
    like = f"% {tokens}%" if words.isascii() else f"% {tokens} %"
    rows = asked(
        data,
        "SELECT s.kind, m.number FROM kernel_searchrow s LEFT JOIN kernel_matter m"
        " ON s.kind = 'kernel.matter' AND m.id = s.key WHERE s.words LIKE ?"
        " ORDER BY unixepoch(s.at) DESC, s.id DESC LIMIT 10001",
        like,
    )
    wanted = [number for kind, number in rows[:50] if kind == "kernel.matter"]
    assert numbers(text.partition("<main")[2]) == wanted, f"{words}: other rows than SQL's"
    assert said(len(rows)) in text or str(len(rows)) in text, f"{words}: not {said(len(rows))}"


def check_desk(data: Path, text: str, now: str) -> None:
    """The desk says how many are overdue, to be dispatched and to be taken up."""
    for state, word in (("reported", "等派工"), ("unverified", "待受理")):
        count = one(data, f"SELECT count(*) {LISTED} AND closed_at IS NULL AND state = ?", state)
        assert (word in text) == bool(count), f"{word}: {count}"
    late = one(
        data, f"SELECT count(*) {LISTED} AND closed_at IS NULL AND paused_at IS NULL AND due_at < ?", now
    )
    assert not late or re.search(rf">\s*{late}\s*<", text), f"{late} are overdue"


def nudges(data: Path) -> int:
    return one(data, "SELECT count(*) FROM kernel_event WHERE step = 'nudge' AND via IN ('web', 'phone')")
