"""全校搜索: one box over everything that can be found, newest first, only what the person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from houqin.kernel.act import Act
from houqin.kernel.area import areas, flow_of
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.queries import duty_codes
from houqin.kernel.search import queries
from houqin.kernel.search.models import SearchRow
from houqin.kernel.wording import when

from . import access, menu
from .addresses import url_of

Cards = dict[str, tuple[str, Any]]  # area and register by the label of the register's model

MATTER = "kernel.matter"
PAGE, LONGEST = 50, 60


@access.login
def page(request: access.Request) -> HttpResponse:
    """/search/?q=&kind=&before=; a whole number of a matter goes straight there."""
    act = access.act(request)
    words = request.GET.get("q", "").strip()[:LONGEST]
    if exact := matter_numbered(act, words):
        return HttpResponseRedirect(url_of(exact))
    cards = registers()
    names = kinds(cards)
    kind = request.GET.get("kind", "")
    asked = [kind] if kind in names else None
    before = key_of(request.GET.get("before", ""))
    rows, count = queries.find(act.by, act.at, words, asked, limit=PAGE, before=before)
    found = f"{queries.COUNTED:,}+" if count > queries.COUNTED else f"{count:,}"
    more = f"?q={quote(words)}&kind={quote(kind)}&before={rows[-1].pk}" if len(rows) == PAGE else ""
    context = {
        "q": words, "count": found, "next": more,
        "rows": [row for row in drawn(rows, act, cards) if row], "chips": chips(names, kind, words),
    }  # fmt: skip
    return render(request, "ui/search.html", context)


def key_of(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def matter_numbered(act: Act, words: str) -> Matter | None:
    """BX2026-0871 typed in full."""
    if "-" not in words or not words[-1:].isdecimal() or not words.isprintable():
        return None
    return Matter.objects.visible_to(act.by, act.at).filter(number=words.upper()).first()


def kinds(cards: Cards) -> dict[str, str]:
    """What can be looked for: the label of each model and its name on screen."""
    named = {label: cards[label][1].name for label in queries.searched_kinds() if label in cards}
    return {MATTER: "事项", **named}


def registers() -> Cards:
    """By the label of its model: the area and register that show a card."""
    return {
        register.model._meta.label_lower: (area.key, register)
        for area in areas()
        for register in area.registers
        if register.kind == "card" and register.card
    }


def chips(names: dict[str, str], kind: str, words: str) -> list[dict[str, Any]]:
    url = f"?q={quote(words)}"
    one = [{"label": "全部", "url": url, "current": kind not in names}]
    return one + [{"label": n, "url": f"{url}&kind={k}", "current": k == kind} for k, n in names.items()]


def drawn(rows: Iterable[SearchRow], act: Act, cards: Cards) -> list[dict[str, Any] | None]:
    """Each hit as a row; one question for each kind among them."""
    rows = list(rows)
    keys: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        keys[row.kind].append(row.key)
    matters = Matter.objects.using("reader").select_related("place").in_bulk(keys.get(MATTER, []))
    codes = duty_codes(act.by, act.day)
    return [
        matter_row(matters[row.key], act) if row.kind == MATTER else card_row(row, cards, codes)
        for row in rows
        if row.kind != MATTER or row.key in matters
    ]


def matter_row(matter: Matter, act: Act) -> dict[str, Any]:
    flow = flow_of(matter.kind)
    place = [matter.place.full_name] if matter.place else []
    return {
        "title": matter.title, "url": url_of(matter), "icon": flow.icon, "state": flow.state(matter.state),
        "notes": [flow.name, matter.number, *place, when(matter.opened_at, act.at)],
    }  # fmt: skip


def card_row(row: SearchRow, cards: Cards, codes: frozenset[str]) -> dict[str, Any] | None:
    """A card, for whoever may open its register; without a register of its own it is left out."""
    area, register = cards.get(row.kind, ("", None))
    if register is None or not menu.allowed(register.duties, codes):
        return None
    url = f"/{area}/{register.key}/{row.key}/"
    return {"title": row.title, "url": url, "icon": register.icon, "notes": [register.name]}
