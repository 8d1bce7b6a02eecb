"""条款落实: the 82 clauses with their live values, one of them in full, and the rows behind each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from houqin.kernel.act import Act
from houqin.kernel.errors import NotThere, NotYours
from houqin.kernel.indicators import queries as indicators
from houqin.kernel.indicators.declare import Indicator, Scope
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes
from houqin.kernel.places.models import Place
from houqin.kernel.terms import queries as terms
from houqin.ui import access
from houqin.ui.addresses import day_in
from houqin.ui.register import views
from houqin.ui.register.declare import Within
from houqin.ui.register.pick import may_see

from .. import queries, rules
from ..flow import STANDINGS
from ..models import Plan
from ..queries.catalogue import CHAPTERS
from ..queries.standing import Standing
from . import asking, drawing, sheets
from .telling import Telling, register_of


@require_GET
@access.duty(*rules.SEE)
def listing(request: access.Request) -> HttpResponseBase:
    """/clauses/: the tree; from 1200 the first that misses stands beside it. Or the same as a sheet."""
    if request.GET.get("as") == "xlsx":
        found = _found(request)
        return sheets.answer(found.shown, asking.said(found.asked.scope, found.act))
    return _page(request, "")


@require_GET
@access.duty(*rules.SEE)
def detail(request: access.Request, code: str) -> HttpResponse:
    """/clauses/<code>/: one clause in full."""
    return _page(request, code)


@dataclass(frozen=True)
class Found:
    """What an address asks for: all clauses over its scope, and those of them that it shows."""

    act: Act
    asked: asking.Asked
    plan: Plan | None
    every: list[Standing]
    shown: list[Standing]


def _found(request: access.Request) -> Found:
    act = access.act(request)
    asked = asking.of(request.GET, act)
    plan = queries.plan_in_force(asked.scope.last)
    every = queries.standings(asked.scope, plan)
    return Found(act, asked, plan, every, [one for one in every if fits(one, asked, act)])


def _page(request: access.Request, code: str) -> HttpResponse:
    found = _found(request)
    act, asked, every, shown = found.act, found.asked, found.every, found.shown
    chosen = next((one for one in every if one.clause.code == code), None)
    if code and chosen is None:
        raise NotThere(f"条款目录里没有 {code[:12]}。")
    beside = chosen or next((one for one in shown if one.state == "missed"), shown[0] if shown else None)
    context = {
        "asked": asked, "open": bool(code), "groups": groups(shown, beside, asked, every), "bar": bar(every),
        "chips": chips(every, asked, act), "times": asking.times(asked, act.day), "count": len(every),
        "plan": found.plan,
        "sheet": asked.url(**{"as": "xlsx"}),
        "term": terms.term_on(asked.scope.last), "said": asking.said(asked.scope, act), "tab": "clauses",
        "one": Telling(beside, asked, act).whole() if beside else None, "now": act.at, **asking.choices(act),
    }  # fmt: skip
    return render(request, "plans/clauses.html", context)


def fits(one: Standing, asked: asking.Asked, act: Act) -> bool:
    """Whether it is among those that the address asks for."""
    if asked.state in STANDINGS and one.state != asked.state:
        return False
    if asked.mine and not any(act.by.pk in (clause.owner_id, clause.checker_id) for clause in one.bound):
        return False
    clause, names = one.clause, "".join(line.wanted.name for line in one.lines)
    said = f"{clause.code} {clause.brief} {clause.text} {names}"
    return all(word in said for word in asked.words.split())


def bar(every: list[Standing]) -> list[dict[str, Any]]:
    """总的情况: as many as there are of each state, and where each begins in the bar."""
    counts, found, start = queries.counted(every), [], 0
    for key, state in STANDINGS.items():
        if counts[key]:
            found.append({"state": state, "key": key, "count": counts[key], "x": start, "gap": start - 0.1})
            start += counts[key]
    return found


def chips(every: list[Standing], asked: asking.Asked, act: Act) -> list[dict[str, Any]]:
    counts = queries.counted(every)
    mine = sum(any(act.by.pk in (c.owner_id, c.checker_id) for c in one.bound) for one in every)
    found = [{"label": "全部", "count": len(every), "url": asked.url(state="", mine=""),
              "current": not asked.state and not asked.mine}]  # fmt: skip
    found += [
        {"label": STANDINGS[key].label, "count": counts[key], "url": asked.url(state=key, mine=""),
         "current": asked.state == key}
        for key in ("missed", "met", "watched", "no_data", "unbuilt")
        if counts[key] or asked.state == key
    ]  # fmt: skip
    return [
        *found,
        {"label": "我负责", "count": mine, "url": asked.url(mine="1", state=""), "current": asked.mine},
    ]


# ── the tree ────────────────────────────────────────────────────────────────────────────────────────────────


def groups(
    shown: list[Standing], beside: Standing | None, asked: asking.Asked, every: list[Standing]
) -> list[dict[str, Any]]:
    """The chapters with their clauses, under the head of their part; open where one is chosen, all when few
    are left."""
    narrowed = len(shown) < len(every)
    found: list[dict[str, Any]] = []
    part = ""
    for chapter in CHAPTERS:
        rows = [one for one in shown if one.clause.chapter == chapter.key]
        if rows:
            counts = queries.counted(rows)
            found.append({
                "part": chapter.part if chapter.part != part else "", "name": chapter.name,
                "ticks": [(STANDINGS[key], counts[key]) for key in STANDINGS if counts[key]],
                "open": narrowed or any(one is beside for one in rows),
                "rows": [row(one, asked, one is beside) for one in rows],
            })  # fmt: skip
            part = chapter.part
    return found


def row(one: Standing, asked: asking.Asked, current: bool) -> dict[str, Any]:
    line, state = one.head, STANDINGS[one.state]
    value = line.measured.value if line and line.measured else None
    said = (
        state.label if value is None else value.unasked or drawing.spoken(value.value, value.indicator.unit)
    )
    return {
        "code": one.clause.code, "brief": one.clause.brief, "name": line.wanted.name if line else "",
        "said": said,
        "state": state, "url": asked.url(f"/clauses/{one.clause.code}/"), "current": current,
        "spark": drawing.spark(line.measured.trend) if line and line.measured else None,
    }  # fmt: skip


# ── the rows behind a number ────────────────────────────────────────────────────────────────────────────────


@require_GET
@access.duty(*rules.SEE)
def rows(
    request: access.Request,
    code: str,
    indicator: str,
    side: str,
    first: str,
    last: str,
    person: int,
    place: int,
) -> HttpResponseBase:
    """The register's own list of exactly the rows that the number counted."""
    act = access.act(request)
    one = queries.declared().get(indicator)
    if one is None or not one.register or side not in sides_of(one):
        raise NotThere("没有这个指标，或者它没有明细。", told=True)
    scope = scope_of(first, last, person, place, act)
    register, base = register_of(one, side)
    if not may_see(register.duties, duty_codes(act.by, act.day)):
        raise NotYours(f"“{register.name}”不归你看。")
    within = Within(
        rows=indicators.rows(one, scope, side=side), title=f"{one.name}：{side_words(one, side)}",
        line=f"{code} · {asking.said(scope, act)}", base=base,
        back=f"/clauses/{code}/?from={first}&to={last}{_and('person', person)}{_and('place', place)}",
    )  # fmt: skip
    return views.listing(request, register, within)


def sides_of(one: Indicator) -> set[str]:
    return {indicators.TOP, indicators.BOTTOM, indicators.REST, *map(str, range(len(one.parts)))}


def side_words(one: Indicator, side: str) -> str:
    if side.isdecimal():
        return one.parts[int(side)].label
    words = {indicators.TOP: one.words[0], indicators.REST: one.words[1], indicators.BOTTOM: "全部"}
    return "全部" if one.bottom is None else words[side]


def scope_of(first: str, last: str, person: int, place: int, act: Act) -> Scope:
    since, until = day_in(first), day_in(last)
    if since is None or until is None:
        raise NotThere("这一段日期看不懂。", told=True)
    whose = Person.objects.using("reader").filter(pk=person).first() if person else None
    where = Place.objects.using("reader").filter(pk=place).first() if place else None
    if (person and whose is None) or (place and where is None):
        raise NotThere("没有这个人或这个地点。")
    return Scope(since, until, whose, where, now=act.at)


def _and(name: str, key: int) -> str:
    return f"&{name}={key}" if key else ""
