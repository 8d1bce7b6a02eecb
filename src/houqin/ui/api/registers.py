"""台账 over the API: the page's own list and card, each column by its code with its typed value."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.timezone import localtime

from houqin.kernel.area import Fact
from houqin.kernel.errors import Refused
from houqin.ui import access
from houqin.ui.register import card, cells
from houqin.ui.register.declare import Column, Register
from houqin.ui.register.pick import COUNTED, LONGEST, SIZE, Asked, part, told
from houqin.ui.register.views import seen_columns

from .shapes import codes_of, parameters_of

BEGINNINGS = {"page", "after", "before"}  # of a page


def rows(request: access.Request, register: Register) -> dict[str, Any]:
    """One page of a list. What the page would leave out and name is refused here."""
    asked = _asked(request, register)
    layout = cells.Layout.of(register, seen_columns(asked))
    total = asked.count
    shown = part(asked, list(layout.paths), SIZE)
    if asked.ignored:
        raise Refused("".join(dict.fromkeys(asked.ignored)))
    return {
        "total": min(total, COUNTED), "more": total > COUNTED,
        "next": shown.next or None, "previous": shown.previous or None,
        "rows": [_row(layout, row) for row in shown.rows],
    }  # fmt: skip


def _asked(request: access.Request, register: Register) -> Asked:
    known = {parameter["name"] for parameter in parameters_of(register)}
    for name, values in request.GET.lists():
        if name not in known:
            raise Refused(f"这张表没有“{name[:40]}”这个条件，没有列。", field=name[:40])
        if len(values) > 1 or (values[0] == "" and name != "q") or len(values[0]) > LONGEST:
            raise Refused(f"条件“{name}”写了两遍、是空的或太长，没有列。", field=name)
    if len(BEGINNINGS & request.GET.keys()) > 1:
        raise Refused("page、after、before 只写一个，没有列。", field="page")
    return Asked(register, request.person, request.now, request.GET.dict())


def one(request: access.Request, register: Register, key: int) -> dict[str, Any]:
    """One card: its row, and its face as the page shows it."""
    refuse_query(request)
    row, act = card.find(request, register, key), access.act(request)
    assert register.card is not None
    face = register.card
    asked = Asked(register, request.person, request.now, {})
    layout = cells.Layout.of(register, seen_columns(asked))
    return {
        "title": face.title(row),
        "line": face.line(row, act) if face.line else "",
        "state": state_of(face.state(row)) if face.state else None,
        "facts": facts(face.facts(row, act)),
        "row": _row(layout, told(asked, [row.pk], list(layout.paths))[0]),
    }


def refuse_query(request: access.Request) -> None:
    """An address that takes no conditions: a token in it, too, is refused."""
    for name in request.GET:
        raise Refused(f"这个地址不收“{name[:40]}”，没有办。", field=name[:40])


def facts(found: list[Fact]) -> list[dict[str, str]]:
    return [{"label": fact.label, "value": "" if fact.value is None else str(fact.value)} for fact in found]


def _row(layout: cells.Layout, row: tuple) -> dict[str, Any]:
    codes = codes_of(layout.register)
    found = zip(layout.columns, layout.found(row), strict=True)
    own: dict[str, Any] = {"id": row[0]}
    if layout.register.kind == "matter":
        own["number"] = row[layout.paths.index(layout.register.number) + 1]
    return {**{codes[column]: value_of(column, value) for column, value in found}, **own}


def value_of(column: Column, found: Any) -> Any:
    """What JSON says of a column, nothing as null."""
    if column.kind == "state":
        return state_of(found)
    if found is None or found == "":
        return None
    match column.kind:
        case "yes":
            return bool(found)
        case "money" | "quantity" | "number":
            return found
        case "date" | "moment" | "when" | "deadline":
            return moment(found) if column.kind != "date" else day(found)
    return found if column.choices else str(found)


def state_of(found: Any) -> dict[str, str] | None:
    """A State, or a dict with a label."""
    if not found:
        return None
    code = found.get("key", "") if isinstance(found, dict) else found.key
    return {"code": code, "label": cells.found_part(found, "label")}


def moment(found: datetime) -> str:
    return localtime(found).isoformat(timespec="seconds")


def day(found: date | datetime) -> str:
    return (localtime(found) if isinstance(found, datetime) else found).isoformat()[:10]
