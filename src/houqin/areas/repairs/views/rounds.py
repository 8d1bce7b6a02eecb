"""上门走访: the rooms still to be walked to; 维护日历: what falls due in a month."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.places.models import Place
from houqin.ui import access
from houqin.ui.addresses import day_in

from .. import queries, registers, rules
from ..flow import MAINTENANCE
from ..models import Visit, VisitDue
from ..queries import rounds

SEEN = registers.ROUND_SEEN


@require_GET
@access.duty(*SEEN)
def walk(request: access.Request) -> HttpResponse:
    """这个月还没走到的, floor by floor as one walks."""
    act = access.act(request)
    slot = queries.this_round(act.at, act.day)
    there, whole = queries.walked(slot) if slot else (0, 0)
    stops = groupby(queries.to_walk(slot), key=floor_of) if slot else ()
    return render(request, "repairs/walk.html", {
        "month": act.day.month, "slot": slot, "left": whole - there,
        "until": wording.before(slot.closes_at, act.at) if slot else "",
        "stops": [{"name": name, "rooms": [room_row(due) for due in dues]} for name, dues in stops],
        "figures": figures_of(there, whole), "mine": Visit.objects.filter(by=act.by, due__slot=slot).count(),
    })  # fmt: skip


def floor_of(due: VisitDue) -> str:
    above = due.place.parent
    return above.full_name if above and above.kind != "campus" else due.place.full_name


def room_row(due: VisitDue) -> dict[str, Any]:
    url = f"/repairs/dues/{due.pk}/"
    return {
        "title": due.place.name,
        "url": url,
        "step": {"label": "无事", "url": f"{url}fine/", "sheet": True},
    }


def figures_of(there: int, whole: int) -> list[dict[str, Any]]:
    return [
        {"label": "走到", "value": there, "unit": "间", "url": "/repairs/dues/?view=month"},
        {"label": "还没走到", "value": whole - there, "unit": "间", "url": "/repairs/dues/?view=not_yet"},
        {"label": "走到的占", "value": wording.share(there, whole), "unit": ""},
    ]


def visit_panel(request: HttpRequest, place: Place) -> tuple[str, dict[str, Any]]:
    """走访 on the scan page: the three answers for the room on whose label one stands."""
    act = access.act(request)  # type: ignore[arg-type]
    slot = queries.this_round(act.at, act.day)
    due = VisitDue.objects.filter(slot=slot, place=place).first() if slot else None
    return "repairs/visit_panel.html", {"due": due, "last": last_visit(place, act)}


def last_visit(place: Place, act: Act) -> str:
    last = Visit.objects.filter(due__place=place).select_related("by").order_by("-pk").first()
    return f"上次走到：{wording.when(last.at, act.at)}，{last.by}" if last else "还没有走到过"


# ── 维护日历 ────────────────────────────────────────────────────────────────────────────────────────────


@require_GET
@access.duty(*SEEN, "house-keeper")
def calendar(request: access.Request) -> HttpResponse:
    """What falls due in a month, day by day: jobs that are there, and turns that are to come."""
    act = access.act(request)
    first = month_asked(request.GET.get("month", ""), act.day)
    following = (first + timedelta(days=32)).replace(day=1)
    found = queries.calendar(first, following - timedelta(days=1), act.day)
    days = [
        {"name": f"{on.month}月{on.day}日 {wording.weekday(on)}", "today": on == act.day,
         "rows": [calendar_row(due, act) for due in dues]}
        for on, dues in groupby(found, key=lambda due: due.on)
    ]  # fmt: skip
    return render(request, "repairs/calendar.html", {
        "month": first, "count": len(found), "days": days, "before": first - timedelta(days=1),
        "after": following, "printed": wording.paper_day(act.day), "figures": calendar_figures(found),
    })  # fmt: skip


def month_asked(text: str, today: date) -> date:
    return day_in(f"{text[:7]}-01") or today.replace(day=1)


def calendar_row(due: rounds.Due, act: Act) -> dict[str, Any]:
    plan, job = due.plan, due.job
    who = rules.by_whom(plan.holder.name if plan.holder else None, plan.duty)
    if job is None:
        to_come = {"label": "没到", "tone": "grey", "icon": "clock"}
        return {"title": str(plan), "url": f"/repairs/plans/{plan.pk}/", "notes": [who], "state": to_come}
    state: Any = MAINTENANCE.state(job.matter.state)
    if job.matter.is_open and job.matter.due_at < act.at:
        state = {"label": "逾期", "tone": "red", "icon": "clock-exclamation"}
    return {
        "title": str(plan), "url": f"/matters/{job.matter.number}/", "state": state,
        "notes": [job.matter.number, job.matter.holder.name if job.matter.holder else who],
    }  # fmt: skip


def calendar_figures(found: list[rounds.Due]) -> list[dict[str, Any]]:
    states = [due.job.matter.state for due in found if due.job]
    done, missed = states.count("done"), states.count("late") + states.count("missed")
    return [
        {"label": "轮到", "value": len(found), "unit": "次"},
        {"label": "按时做完", "value": done, "unit": "次"},
        {"label": "补做和漏做", "value": missed, "unit": "次", "tone": "red" if missed else ""},
    ]
