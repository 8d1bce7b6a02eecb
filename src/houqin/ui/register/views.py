"""One list page for every register: view, words, conditions, order and page stand in its address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.http import HttpResponseBase
from django.shortcuts import render

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.people.models import ListChoice
from houqin.ui import access

from . import cells, sending
from .declare import Column, Empty, Register, View, Within
from .pick import COUNTED, FURTHEST_PAGE, LONGEST, SIZE, Asked, counted, how_many, may_see, part


@dataclass(frozen=True)
class Head:
    """A column's head: where a tap on it leads, and how the list is sorted by it now."""

    label: str
    number: bool
    url: str = ""
    sorted: str = ""  # ascending descending


def listing(request: access.Request, register: Register, within: Within | None = None) -> HttpResponseBase:
    """A page of the list, its part for htmx, or the whole of it as a sheet or on paper."""
    asked = Asked(register, request.person, request.now, request.GET.dict(), within=within)
    form = request.GET.get("as", "")
    if form in sending.FORMS:
        return sending.answer(request, asked, form)
    if form:
        asked.ignored.append("只能导出 Excel、CSV 或打印。")
    template = "ui/register.html" + ("#list" if request.htmx else "")
    return render(request, template, page_of(asked, chosen_columns(asked)))


def page_of(asked: Asked, choice: ListChoice | None) -> dict[str, Any]:
    """Everything the list page shows."""
    register = asked.register
    able = seen_columns(asked)
    columns = columns_of(able, choice)
    layout = cells.Layout.of(register, columns, asked.within.base if asked.within else "")
    count = asked.count
    shown = part(asked, list(layout.paths))
    return about(asked) | {
        "heads": list(heads(asked, columns)),
        "rows": cells.rows_of(layout, shown.rows, asked.at),
        "empty": not shown.rows,
        "count": how_many(count),
        "pager": pager(asked, shown, count, totals(asked, columns)),
        "views": [] if asked.within else list(views(asked, count)),
        "all_columns": [(column, column in columns) for column in able],
        "columns_shown": f"{len(columns)} / {len(able)}",
        "nothing": nothing_found(asked) if not shown.rows else None,
        "ignored": list(dict.fromkeys(asked.ignored)),
    }


def about(asked: Asked) -> dict[str, Any]:
    """What the page says of the register and of what was asked."""
    register, within = asked.register, asked.within
    return {
        "register": register,
        "within": within,
        "title": within.title if within else register.name,
        "saved": [] if within else saved(asked),
        "chips": list(chips(asked)),
        "open_conditions": bool(asked.given.get("conditions")),
        "conditions": conditions(asked) if asked.given.get("conditions") else (),
        "slips": {} if within else offered(asked),
        "may_import": not within
        and register.sheet is not None
        and may_see(register.sheet.duties, asked.codes),
        "summary": within.line
        if within
        else register.summary(asked.person, asked.at)
        if register.summary
        else "",
        "q": asked.given.get("q", "")[:LONGEST],
        "links": links(asked),
        "keeping": bool(asked.given.get("keep")),
        "tab": "registers",
    }


def conditions(asked: Asked) -> list[Any]:
    """The fields of the conditions; that they may be left alone needs no saying."""
    for field in asked.filters.form.fields.values():
        field.aside = ""
    return list(asked.filters.form)


def links(asked: Asked) -> dict[str, Any]:
    """Where the page's buttons lead, the conditions carried along."""
    carried = {"view": asked.view.key if asked.view and asked.given.get("view") else ""}
    carried["sort"] = asked.given.get("sort", "") if asked.sort else ""
    if asked.given.get("conditions"):
        carried["conditions"] = "1"
    else:
        carried.update({name: asked.given[name] for name in asked.chosen})
    return {
        **{form: asked.url(**{"as": form}) for form in sending.FORMS},
        "conditions": asked.url(conditions="" if asked.given.get("conditions") else "1"),
        "keep": asked.url(keep="1"),
        "here": asked.url(conditions="").removeprefix("?"),
        "carried": {name: value for name, value in carried.items() if value},
    }


def nothing_found(asked: Asked) -> Empty:
    """What an empty list says: that nothing fits the conditions, or what the list is for."""
    if not asked.words and not asked.chosen:
        return asked.register.empty
    whole = {"label": "看全部", "url": "?", "main": True}
    fewer = [{"label": f"去掉“{chip['label']}”", "url": chip["url"]} for chip in chips(asked)][:1]
    said = "、".join(f"“{word}”" for word in [*asked.words, *(chip["label"] for chip in chips(asked))])
    return Empty(
        f"没有这样的{asked.register.name}",
        f"{said}都满足的，一条也没有。去掉一个条件，或看全部。",
        (*fewer, whole),
    )


def seen_columns(asked: Asked) -> list[Column]:
    return [column for column in asked.register.columns if may_see(column.duties, asked.codes)]


def columns_of(able: list[Column], choice: ListChoice | None) -> list[Column]:
    """One's own choice, else those that the register shows; the phone's title is always among them."""
    if choice and choice.columns:
        return [column for column in able if column.key in choice.columns or column.on == "title"]
    return [column for column in able if column.shown]


def name_of(register: Register) -> str:
    """How a choice names its register: kind of row and key."""
    return f"{register.model._meta.label_lower}:{register.key}"[:60]


def chosen_columns(asked: Asked) -> ListChoice | None:
    """The person's own choices for this list, the unnamed one first; the named are its saved views."""
    asked.own = list(
        ListChoice.objects.using("reader")
        .filter(person=asked.person, register=name_of(asked.register))
        .order_by("name", "pk")
    )
    return next((row for row in asked.own if not row.name), None)


def saved(asked: Asked) -> list[dict[str, Any]]:
    return [{"name": row.name, "url": f"?{row.query}", "id": row.pk} for row in asked.own if row.name]


def heads(asked: Asked, columns: Iterable[Column]) -> Iterator[Head]:
    for column in columns:
        label = f"{column.label}，{column.unit}" if column.unit else column.label
        number = column.kind in cells.NUMBERS
        if not column.sort:
            yield Head(label, number)
            continue
        now = column is asked.sort
        url = asked.url(sort=f"-{column.key}" if now and not asked.descending else column.key)
        yield Head(label, number, url, ("descending" if asked.descending else "ascending") if now else "")


def views(asked: Asked, count: int) -> Iterator[dict[str, Any]]:
    """The tabs; the open one says how many its conditions leave, the others how many they hold."""
    for view in asked.register.views:
        current = view is asked.view
        yield {
            "label": view.label,
            "url": f"?view={view.key}",
            "count": how_many(tab_count(asked, view, count)) if view.counted or current else "",
            "current": current,
        }


def tab_count(asked: Asked, view: View, count: int) -> int:
    """The rows of a view; of the open one they are counted already, unless words or conditions narrow it."""
    plain_list = view is asked.view and not asked.words and not asked.chosen
    return count if plain_list else counted(asked.narrowed(view))


def chips(asked: Asked) -> Iterator[dict[str, str]]:
    """The conditions that are set, each a link to the list without it."""
    for name, value in asked.chosen.items():
        field = asked.filters.form.fields[name]
        said = dict(getattr(field, "choices", ())).get(value) if isinstance(value, str) else None
        if hasattr(value, "isoformat"):
            said = f"{wording.short_day(value, asked.at)}{'起' if name.endswith('_from') else '止'}"
        if said in cells.YES_NO.values():
            said = f"{field.label}：{said}"
        yield {"label": str(said or value), "url": asked.url(**{name: ""})}


def totals(asked: Asked, columns: Iterable[Column]) -> str:
    """用料合计 574.80 元: the sums of the whole list, not of the page; none of a list too long to count."""
    summed = [column for column in columns if column.total]
    if not summed or asked.count > COUNTED:
        return ""
    found = asked.rows.order_by().aggregate(
        **{f"sum{at}": Sum(column.total) for at, column in enumerate(summed)}
    )
    said = []
    for at, column in enumerate(summed):
        amount = cells.text(column, found[f"sum{at}"] or 0, asked.at)
        said.append(f"{column.label}合计 {amount}{f' {column.unit}' if column.unit else ''}")
    return "，".join(said)


def pager(asked: Asked, shown: Any, count: int, total: str) -> dict[str, Any]:
    page, last = asked.page, max(1, -(-count // SIZE))
    by_key = {"page": page + 1, "after": shown.next} if page < FURTHEST_PAGE else {"after": shown.next}
    back = (
        {"page": page - 1, "before": shown.previous}
        if 1 < page <= FURTHEST_PAGE
        else {"before": shown.previous}
    )
    return {
        "first": shown.first,
        "last": shown.first + len(shown.rows) - 1 if shown.first else None,
        "total": how_many(count),
        "size": len(shown.rows),
        "sum": total,
        "next": asked.url(**by_key) if shown.next else "",
        "previous": (asked.url() if page == 2 else asked.url(**back)) if shown.previous else "",
        "pages": numbered(asked, page, min(last, FURTHEST_PAGE)) if shown.first and last > 1 else [],
    }


def numbered(asked: Asked, page: int, last: int) -> list[dict[str, Any]]:
    """1 … 4 5 6 … 20"""
    near = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    pages: list[dict[str, Any]] = []
    for before, number in zip([0, *near], near, strict=False):
        if number - before > 1:
            pages.append({"label": "…", "url": ""})
        pages.append(
            {"label": number, "url": asked.url(page=number if number > 1 else ""), "current": number == page}
        )
    return pages


def offered(asked: Asked) -> dict[str, Any]:
    """The buttons above the list: a new one."""
    register = asked.register
    opening = register.opening
    if opening and may_see(opening.duties, asked.codes):
        return {"label": opening.label, "url": opening.url, "icon": opening.icon}
    new = register.slip("new")
    if new is None or not may_see(new.duties, asked.codes):
        return {}
    if new.may and not new.may(Act(by=asked.person, at=asked.at, via="web"), None):
        return {}
    return {"label": new.label, "url": "new/", "icon": "plus"}
