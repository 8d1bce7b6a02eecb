"""The menu, read off what the areas declare: 我的待办 first, then 事 物 钱 日常 家底. Only what the person may see."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from houqin.kernel.area import GROUPS, Area, areas
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes


def groups(person: Person, on: date, path: str, waiting: Counter[str]) -> list[dict[str, Any]]:
    """The menu as base.html prints it; `waiting` counts what is in the person's hands, by area."""
    first = line("我的待办", "/", "inbox", sum(waiting.values()), path)
    lines = list(_lines(duty_codes(person, on), path, waiting))
    found = [{"title": "", "items": [first, *(item for group, item in lines if not group)]}]
    for title in GROUPS:
        if items := [item for group, item in lines if group == title]:
            found.append({"title": title, "items": items})
    _mark_longest(found, path)
    return found


def line(label: str, url: str, icon: str, count: int, path: str) -> dict[str, Any]:
    here = path == url or (url != "/" and path.startswith(url))
    return {"label": label, "url": url, "icon": icon, "count": count, "current": here}


def _lines(codes: frozenset[str], path: str, waiting: Counter[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One line an area, leading to the first thing in it that one may see; and what asks for its own."""
    for area in areas():
        for entry in own_lines(area, codes):
            yield entry["group"], line(entry["label"], entry["url"], entry["icon"], 0, path)
        url = front(area, codes)
        if area.group and url:
            item = line(area.name, url, area.icon, waiting[area.key], path)
            item["current"] = path.startswith(f"/{area.key}/")
            yield area.group, item


def front(area: Area, codes: frozenset[str]) -> str:
    """Where the menu line of an area leads; empty when nothing of it is for this person."""
    for register in area.registers:
        if not register.group and allowed(register.duties, codes):
            return f"/{area.key}/{register.key}/"
    for page in area.pages:
        if page.label and not page.group and not page.at_root and allowed(page.duties, codes):
            return page.url(area.key)
    return ""


def own_lines(area: Area, codes: frozenset[str]) -> Iterator[dict[str, str]]:
    """Registers and pages that name a group of their own stand in the menu by themselves."""
    for register in area.registers:
        if register.group and allowed(register.duties, codes):
            url = f"/{area.key}/{register.key}/"
            yield {"group": register.group, "label": register.name, "icon": register.icon, "url": url}
    for page in area.pages:
        if page.label and (page.group or page.at_root) and allowed(page.duties, codes):
            url = page.url(area.key)
            yield {"group": page.group, "label": page.label, "icon": page.icon, "url": url}


def allowed(duties: Iterable[str], codes: frozenset[str]) -> bool:
    """Empty: everyone who is logged in; else who holds one of the duties."""
    wanted = set(duties)
    return not wanted or bool(wanted & codes)


def _mark_longest(menu: list[dict[str, Any]], path: str) -> None:
    """Of nested addresses only the longest is where one stands; an area's line stands back for its own
    pages."""
    here = [item for group in menu for item in group["items"] if item["current"]]
    best = max(here, key=lambda item: (path.startswith(item["url"]), len(item["url"])), default=None)
    for item in here:
        item["current"] = item is best
