"""The addresses of a register, the same for every one of them; each carries who may enter."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from houqin.kernel.area import Area
from houqin.ui import access

from . import card, importing, mine, views
from .declare import Register

View = Callable[..., HttpResponseBase]


def register_urls(area: Area) -> list[URLPattern]:
    """list, card, history, slips, template, import: `/<area>/<register>/…`."""
    return [pattern for register in area.registers for pattern in _of(area, register)]


def _of(area: Area, register: Register) -> list[URLPattern]:
    def at(tail: str, view: View, name: str, duties: tuple[str, ...] = (), **more: Any) -> URLPattern:
        door = entered(view, register, duties or register.duties, more)
        return path(f"{register.key}/{tail}", door, name=f"{register.key}-{name}")

    made = [
        at("", views.listing, "list"),
        at("columns/", mine.columns, "columns"),
        at("views/", mine.keep, "views"),
        at("views/<int:key>/forget/", mine.forget, "forget"),
    ]
    if register.card:
        made += [at("<int:key>/", card.card, "card"), at("<int:key>/history/", card.history, "history")]
    if sheet := register.sheet:
        made += [
            at("template/", importing.template, "template", sheet.duties),
            at("import/", importing.start, "import", sheet.duties),
            at("import/<str:token>/", importing.look, "look", sheet.duties),
            at("import/<str:token>/problems/", importing.problems, "problems", sheet.duties),
        ]
    for slip in register.slips:
        view, tail = (card.new, "new/") if slip.key == "new" else (card.take, f"<int:key>/{slip.key}/")
        door = at(tail, view, slip.key, slip.duties, slip=slip)
        if slip.fresh:
            access.fresh(door.callback)
        made.append(door)
    return made


def entered(view: View, register: Register, duties: tuple[str, ...], more: dict[str, Any]) -> View:
    """The kit's view for one register, behind the door that its declaration names."""

    @wraps(view)
    def answer(request: access.Request, **found: Any) -> HttpResponseBase:
        return view(request, register, **found, **more)

    return access.duty(*duties)(answer) if duties else access.login(answer)
