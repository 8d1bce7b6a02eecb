"""统计: repairs by kind, trade, place, person and month over a time, and what keeps coming; each figure leads
to its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from houqin.kernel import wording
from houqin.kernel.school import figures as settings
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.models import Term
from houqin.ui import access, charts
from houqin.ui.addresses import day_in
from houqin.ui.register import sending
from houqin.ui.register.sheets import Column

from .. import queries, rules
from ..models import Repair

ROWS = "/repairs/repairs/?view=all"
COUNTS = ("office", "view-all", "view-repairs", "overseer", rules.WORKER)
HEADS = (
    Column("分组"), Column("名称", width=28), Column("收到", "number", 9), Column("修好", "number", 9),
    Column("按时", "number", 9),
    Column("返修", "number", 9), Column("首响用时（中间数），分", "number"), Column("修复用时（中间数），小时", "number"),
    Column("花费，元", "money"),
)  # fmt: skip
AGAIN = (
    Column("地点", width=28), Column("类别"), Column("次数", "number", 9), Column("花费，元", "money"),
    Column("最近一次", "moment", 17),
    Column("建议", width=44),
)  # fmt: skip
ACROSS = ("type", "worker", "here")
MOST_DAYS = 366
DRAWN = 12  # bars of one chart; all of them stand in its table, folded when there are more
Table = tuple[str, str, list[queries.Line]]  # title, the register's filter, lines


@require_GET
@access.duty(*COUNTS)
def figures(request: access.Request) -> HttpResponseBase:
    """统计, on the page or as a sheet."""
    act = access.act(request)
    first, last = asked_time(request, act.day)
    context = {"first": first, "last": last, "times": times(first, last, act.day)}
    if (days := (last - first).days + 1) > MOST_DAYS:
        refusal = f"这一段有 {days} 天，一次最多统计 {MOST_DAYS} 天，没有统计。把日期改近，或者一年一年看。"
        return render(request, "repairs/figures.html", context | {"refusal": refusal}, status=422)
    seen = queries.visible_to(act.by, act.at).using("reader")
    rows, spot = in_time(seen, first, last), on_spot(seen, first, last)
    found = queries.counted(rows)
    tables = tables_of(found)
    if request.GET.get("as") == "xlsx":
        return sheet(HEADS, sheet_rows(tables), f"报修统计-{first}-{last}")
    dates = opened(first, last)
    return render(request, "repairs/figures.html", context | {
        "headline": headline(found.whole, dates),
        "closings": closings(rows, dates, spot), "charts": drawn_all(tables),
        "tables": [table(*each, first, last) for each in tables],
    })  # fmt: skip


@require_GET
@access.duty(*COUNTS)
def repeated(request: access.Request) -> HttpResponseBase:
    """反复报修: what keeps coming, what it cost, what might be done."""
    act = access.act(request)
    found = queries.repeats(queries.visible_to(act.by, act.at).using("reader"), act.at)
    if request.GET.get("as") == "xlsx":
        cells = (
            [r.place, r.trade, r.times, Decimal(r.cost) / 100, local(r.last_at), r.suggestion] for r in found
        )
        return sheet(AGAIN, cells, f"反复报修-{act.day}")
    days = settings.value(rules.REPEAT_DAYS.code)
    since = act.day - timedelta(days=days)
    return render(request, "repairs/repeated.html", {
        "days": days, "least": settings.value(rules.REPEATS.code),
        "cost": wording.yuan(sum(r.cost for r in found)),
        "count": len(found), "lines": [again(r, since, act.at) for r in found],
    })  # fmt: skip


def again(repeat: queries.Repeat, since: date, now: datetime) -> dict[str, Any]:
    return {
        "place": repeat.place, "trade": repeat.trade, "times": repeat.times,
        "cost": wording.money(repeat.cost),
        "last": wording.when(repeat.last_at, now), "suggestion": repeat.suggestion,
        "url": f"{ROWS}&here={repeat.place_id}&type={repeat.trade_id}&opened_from={since}&counted=1",
    }  # fmt: skip


def sheet(columns: Sequence[Column], rows: Iterable[Sequence[Any]], name: str) -> HttpResponseBase:
    with sending.one_of_two():
        file = sending.written(columns, rows, "xlsx", name)
    return sending.download(file, f"{name}.xlsx")


def local(at: datetime) -> datetime:
    return timezone.localtime(at).replace(tzinfo=None)


# ── the time ────────────────────────────────────────────────────────────────────────────────────────────


def asked_time(request: access.Request, today: date) -> tuple[date, date]:
    """From and to as asked; else the term so far."""
    term = terms.term_on(today)
    first, last = (term.starts_on if term else today.replace(month=1, day=1)), today
    return day_in(request.GET.get("from", "")) or first, day_in(request.GET.get("to", "")) or last


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


def in_time(rows: QuerySet[Repair], first: date, last: date) -> QuerySet[Repair]:
    return queries.reached(rows, *moments(first, last))


def on_spot(rows: QuerySet[Repair], first: date, last: date) -> int:
    return queries.on_spot(rows, *moments(first, last))


def moments(first: date, last: date) -> tuple[datetime, datetime]:
    zone = timezone.get_default_timezone()
    return datetime.combine(first, time.min, zone), datetime.combine(last + timedelta(days=1), time.min, zone)


def closings(rows: QuerySet[Repair], dates: str, on_spot: int) -> list[dict[str, Any]]:
    """Each way of closing with its share; what was put right on a visit stands apart, without one."""
    spot = {"label": "当场修好", "value": on_spot, "unit": "件", "url": f"{ROWS}&state=fixed_on_spot{dates}"}
    shares = [
        {"label": c.label, "value": c.share, "unit": f"{c.count} 件", "url": f"{ROWS}&state={c.state}{dates}"}
        for c in queries.closed_apart(rows)
    ]
    return [*shares, spot]


# ── the figures ─────────────────────────────────────────────────────────────────────────────────────────


def tables_of(found: queries.Figures) -> list[Table]:
    return [
        ("按服务类型", "service", found.services), ("按月", "", found.months),
        ("按类别", "type", found.trades), ("按维修人", "worker", found.people),
        ("按地点", "here", found.places),
    ]  # fmt: skip


def headline(line: queries.Line, dates: str) -> list[dict[str, Any]]:
    """The whole of the time in six figures."""
    url = f"{ROWS}{dates}&counted=1"
    return [
        {"label": "收到", "value": line.reported, "unit": "件", "url": url},
        {"label": "修好", "value": line.fixed, "unit": "件", "url": f"{url}&fixed=1"},
        {"label": "按时", "value": wording.share(line.on_time, line.fixed), "unit": f"{line.on_time} 件",
         "url": f"{url}&on_time=1"},
        {"label": "首响用时（中间数）", "value": minutes(line.answer), "unit": "分" if line.answer is not None else "",
         "url": url},
        {"label": "修复用时（中间数）", "value": hours(line.net), "unit": "小时" if line.net is not None else "",
         "url": f"{url}&fixed=1"},
        {"label": "花费", "value": wording.money(line.cost), "unit": "元", "url": url},
    ]  # fmt: skip


def minutes(found: float | None) -> str:
    return wording.NO_DATA if found is None else f"{found:g}"


def hours(found: float | None) -> str:
    return wording.NO_DATA if found is None else f"{found / 60:.1f}"


def drawn_all(tables: list[Table]) -> list[dict[str, Any]]:
    """Reported and fixed of each table; and the medians by trade."""
    made = [drawn(f"chart{n}", *longest(each)) for n, each in enumerate(tables)]
    title, _, trades = longest(next(each for each in tables if each[1] == "type"))
    medians = charts.Series("修复用时（中间数）", [round((line.net or 0) / 60, 1) for line in trades])
    names = [line.label for line in trades]
    return [
        *made,
        charts.chart("medians", f"修复用时（中间数），{title}", names, [medians], kind="across", unit="小时"),
    ]


def longest(each: Table) -> Table:
    """As many lines as one chart can name; the kinds and the months are few."""
    title, key, lines = each
    if key not in ACROSS or len(lines) <= DRAWN:
        return each
    return f"{title}，最多的 {DRAWN} 项", key, lines[:DRAWN]


def drawn(chart: str, title: str, key: str, lines: list[queries.Line]) -> dict[str, Any]:
    series = [
        charts.Series("收到", [line.reported for line in lines]),
        charts.Series("修好", [line.fixed for line in lines]),
    ]
    kind = "across" if key in ACROSS else "bar"
    return charts.chart(chart, title, [line.label for line in lines], series, kind=kind)


def table(title: str, key: str, lines: list[queries.Line], first: date, last: date) -> dict[str, Any]:
    """Its lines, each with the rows behind every figure; a month is a time of its own."""
    urls = [
        f"{ROWS}&{key}={line.value}{opened(first, last)}" if key else f"{ROWS}{month_of(line, first, last)}"
        for line in lines
    ]
    told = [figure_line(line, f"{url}&counted=1") for line, url in zip(lines, urls, strict=True)]
    return {"title": title, "lines": told, "long": len(told) > DRAWN}


def month_of(line: queries.Line, first: date, last: date) -> str:
    """What of the month lies in the time that was asked for."""
    month = date.fromisoformat(line.value)
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return opened(max(month, first), min(after - timedelta(days=1), last))


def opened(first: date, last: date) -> str:
    return f"&opened_from={first}&opened_to={last}"


def figure_line(line: queries.Line, url: str) -> dict[str, Any]:
    return {
        "label": line.label, "url": url, "reported": line.reported, "fixed": line.fixed,
        "back": line.sent_back_once,
        "on_time": wording.share(line.on_time, line.fixed), "answer": minutes(line.answer),
        "net": hours(line.net),
        "cost": wording.money(line.cost),
    }  # fmt: skip


def sheet_rows(tables: list[Table]) -> Iterable[list[Any]]:
    for title, _, lines in tables:
        for line in lines:
            net = None if line.net is None else round(line.net / 60, 1)
            yield [
                title, line.label, line.reported, line.fixed, line.on_time, line.sent_back_once,
                "" if line.answer is None else line.answer, "" if net is None else net,
                Decimal(line.cost) / 100,
            ]  # fmt: skip
