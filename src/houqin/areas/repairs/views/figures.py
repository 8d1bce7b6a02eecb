"""统计: repairs by trade, place, person and month over a time; each figure leads to its rows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from houqin.kernel import wording
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.models import Term
from houqin.ui import access, charts

from .. import queries, rules
from ..models import Repair

ROWS = "/repairs/repairs/?view=all"


@require_GET
@access.duty("office", "view-all", "view-repairs", "overseer", rules.WORKER)
def figures(request: access.Request) -> HttpResponse:
    """统计: by trade, place, person and month over a time; each figure leads to its rows."""
    act = access.act(request)
    first, last = asked_time(request, act.day)
    rows = in_time(queries.visible_to(act.by, act.at).using("reader"), first, last)
    dates = f"&opened_from={first}&opened_to={last}"
    trades, spots = queries.by_trade(rows), queries.by_place(rows)
    persons, months = queries.by_person(rows), queries.by_month(rows)
    return render(request, "repairs/figures.html", {
        "first": first, "last": last, "times": times(first, last, act.day), "count": rows.count(),
        "closings": closings(rows, dates),
        "charts": [
            drawn("months", "每月收到和修好", months, "line"), drawn("trades", "按类别", trades, "across"),
            drawn("persons", "按维修人", persons, "across"), drawn("places", "按地点，最多的 12 处", spots, "across"),
        ],
        "tables": [
            table("按类别", trades, "type", dates), table("按维修人", persons, "worker", dates),
            table("按地点，最多的 12 处", spots, "place", dates), by_months(months),
        ],
    })  # fmt: skip


def asked_time(request: access.Request, today: date) -> tuple[date, date]:
    """From and to as asked; else the term so far."""
    term = terms.term_on(today)
    first, last = (term.starts_on if term else today.replace(month=1, day=1)), today
    return day_of(request.GET.get("from", ""), first), day_of(request.GET.get("to", ""), last)


def times(first: date, last: date, today: date) -> list[dict[str, Any]]:
    """本月, 上月 and the terms up to now, as chips."""
    month = today.replace(day=1)
    spans = [
        ("本月", month, today),
        ("上月", (month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)),
    ]
    lately = Term.objects.filter(starts_on__lte=today).order_by("-starts_on", "pk")[:3]
    spans = [(term.name, term.starts_on, min(term.ends_on, today)) for term in lately] + spans
    return [
        {"label": label, "url": f"?from={since}&to={until}", "current": (since, until) == (first, last)}
        for label, since, until in spans
    ]


def day_of(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def in_time(rows: QuerySet[Repair], first: date, last: date) -> QuerySet[Repair]:
    zone = timezone.get_default_timezone()
    since = datetime.combine(first, time.min, zone)
    until = datetime.combine(last, time.max, zone)
    return queries.reached(rows, since, until)


def closings(rows: QuerySet[Repair], dates: str) -> list[dict[str, Any]]:
    return [
        {"label": c.label, "value": c.share, "unit": f"{c.count} 件", "url": f"{ROWS}&state={c.state}{dates}"}
        for c in queries.closed_apart(rows)
    ]


def drawn(key: str, title: str, lines: list[queries.Line], kind: str) -> dict[str, Any]:
    series = [
        charts.Series("收到", [line.reported for line in lines]),
        charts.Series("修好", [line.fixed for line in lines]),
    ]
    return charts.chart(key, title, [line.label for line in lines], series, kind=kind)


def table(title: str, lines: list[queries.Line], key: str, dates: str) -> dict[str, Any]:
    return {
        "title": title,
        "lines": [figure_line(line, f"{ROWS}&{key}={line.value}{dates}") for line in lines],
    }


def by_months(lines: list[queries.Line]) -> dict[str, Any]:
    def url(line: queries.Line) -> str:
        first = date.fromisoformat(line.value)
        last = date(first.year + first.month // 12, first.month % 12 + 1, 1).toordinal() - 1
        return f"{ROWS}&opened_from={first}&opened_to={date.fromordinal(last)}"

    return {"title": "按月", "lines": [figure_line(line, url(line)) for line in lines]}


def figure_line(line: queries.Line, url: str) -> dict[str, Any]:
    net = "" if line.net is None else f"{line.net / 60:.1f}"
    return {
        "label": line.label, "url": url, "reported": line.reported, "fixed": line.fixed,
        "on_time": wording.share(line.on_time, line.fixed), "back": line.sent_back_once, "net": net,
        "parts": wording.money(line.parts),
    }  # fmt: skip
