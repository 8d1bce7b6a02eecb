"""全校搜索: one box over everything that can be found, newest first, only what the person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.apps import apps
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

MATTER = "kernel.matter"
PAGE, LONGEST = 50, 60


@access.login
def page(request: access.Request) -> HttpResponse:
    """/search/?q=&kind=&before=; a whole number of a matter goes straight there."""
    act = access.act(request)
    words = request.GET.get("q", "").strip()[:LONGEST]
    if exact := matter_numbered(act, words):
        return HttpResponseRedirect(url_of(exact))
    names = kinds()
    kind = request.GET.get("kind", "")
    asked = [kind] if kind in names else None
    before = key_of(request.GET.get("before", ""))
    rows, count = queries.find(act.by, act.at, words, asked, limit=PAGE, before=before)
    found = f"{queries.COUNTED:,}+" if count > queries.COUNTED else f"{count:,}"
    more = f"?q={quote(words)}&kind={quote(kind)}&before={rows[-1].pk}" if len(rows) == PAGE else ""
    context = {
        "q": words, "count": found, "next": more,
        "rows": [row for row in drawn(rows, act, names) if row], "chips": chips(names, kind, words),
    }  # fmt: skip
    return render(request, "ui/search.html", context)


def key_of(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def matter_numbered(act: Act, words: str) -> Matter | None:
    """BX2026-0871 typed in full."""
    if "-" not in words or not words[-1:].isdecimal():
        return None
    return Matter.objects.visible_to(act.by, act.at).filter(number=words.upper()).first()


def kinds() -> dict[str, str]:
    """What can be looked for: the label of each model and its name on screen."""
    found = {MATTER: "事项"}
    for label in queries.searched_kinds():
        if label != MATTER:
            found[label] = register_name(label) or str(apps.get_model(label)._meta.verbose_name)
    return {label: name for label, name in found.items() if label == MATTER or register_name(label)}


def registers() -> dict[str, tuple[str, Any]]:
    """By the label of its model: the area and register that show a card."""
    return {
        register.model._meta.label_lower: (area.key, register)
        for area in areas()
        for register in area.registers
        if register.kind == "card" and register.card
    }


def register_name(label: str) -> str:
    found = registers().get(label)
    return found[1].name if found else ""


def chips(names: dict[str, str], kind: str, words: str) -> list[dict[str, Any]]:
    url = f"?q={quote(words)}"
    one = [{"label": "全部", "url": url, "current": kind not in names}]
    return one + [{"label": n, "url": f"{url}&kind={k}", "current": k == kind} for k, n in names.items()]


def drawn(rows: Iterable[SearchRow], act: Act, names: dict[str, str]) -> list[dict[str, Any] | None]:
    """Each hit as a row; one question for each kind among them."""
    rows = list(rows)
    keys: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        keys[row.kind].append(row.key)
    matters = Matter.objects.using("reader").select_related("place").in_bulk(keys.get(MATTER, []))
    codes = duty_codes(act.by, act.day)
    return [
        matter_row(matters[row.key], act) if row.kind == MATTER else card_row(row, names, codes)
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


def card_row(row: SearchRow, names: dict[str, str], codes: frozenset[str]) -> dict[str, Any] | None:
    """A card, for whoever may open its register; without a register of its own it is left out."""
    found = registers().get(row.kind)
    if found is None:
        return None
    area, register = found
    if not menu.allowed(register.duties, codes):
        return None
    url = f"/{area}/{register.key}/{row.key}/"
    return {"title": row.title, "url": url, "icon": register.icon, "notes": [names.get(row.kind, "")]}
