"""今天的活: what a worker has to repair and to look after, by the way he walks or by what is due first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from math import inf
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.attachments.queries import in_sight
from houqin.kernel.places import queries as places
from houqin.kernel.terms import queries as terms
from houqin.ui import access, addresses

from .. import queries, rules
from ..flow import MAINTENANCE, REPAIR
from ..models import MaintenanceJob, Repair

Work = Repair | MaintenanceJob
AT_ONCE = "先办"


@require_GET
@access.login
def jobs(request: access.Request) -> HttpResponse:
    """My jobs by the way I walk, or by what is due first."""
    act = access.act(request)
    by_due = request.GET.get("by") == "due"
    work: list[Work] = [*queries.jobs(act.by, act.at), *queries.upkeep(act.by, act.at)]
    found = sorted(work, key=on_the_way)
    stops = [("", sorted(found, key=lambda job: job.matter.due_at))] if by_due else walked(found)
    lines = [{"name": name, "jobs": [row_of(job, act) for job in there]} for name, there in stops if there]
    late = sum(job.matter.due_at < act.at for job in found)
    return render(request, "repairs/jobs.html", {
        "count": len(found), "stops": lines, "late": late, "first": sum(job.matter.first for job in found),
        "by_due": by_due, "today": wording.day(act.day, act.at),
        "date": f"{act.day.month}月{act.day.day}日 {wording.weekday(act.day)}",
        "paused": [paused_row(job, act) for job in queries.paused(act.by)], "figures": my_figures(act),
        "term": terms.term_on(act.day), "tab": "jobs",
    })  # fmt: skip


def on_the_way(work: Work) -> tuple[bool, float, datetime, int]:
    """What goes first, then in walking order; what has no place comes last."""
    matter = work.matter
    return not matter.first, matter.place.walk if matter.place else inf, matter.due_at, matter.pk


def walked(found: Iterable[Work]) -> list[tuple[str, list[Work]]]:
    """The stops in walking order: what lies on one floor is one stop; before them all, what goes first."""
    return [(name, list(there)) for name, there in groupby(found, key=stop_of)]


def stop_of(work: Work) -> str:
    return AT_ONCE if work.matter.first else places.stop_of(work.matter.place) or "没写地点"


def row_of(work: Work, act: Act) -> dict[str, Any]:
    matter = work.matter
    return {
        "title": matter.title, "url": addresses.url_of(matter), "due": due_pill(matter.due_at, act.at),
        "place": matter.place.full_name if matter.place else "",
        "finish": reverse("slip", args=(matter.number, "finish")),
    } | (repair_row(work) if isinstance(work, Repair) else upkeep_row(work))  # fmt: skip


def upkeep_row(job: MaintenanceJob) -> dict[str, Any]:
    plan = job.plan
    often = rules.how_often(plan.unit, plan.every, plan.dates)
    return {"notes": [MAINTENANCE.name, often], "done": "做完"}


def repair_row(repair: Repair) -> dict[str, Any]:
    matter = repair.matter
    files = in_sight(file for event in matter.events.all() for file in event.attachments.all())
    photos = [file for file in files if file.role == "before"]
    impact = (
        repair.get_impact_display() if repair.impact != "none" else "上课时报" if repair.in_lesson else ""
    )
    notes: list[Any] = [{"text": impact, "tone": "red"}] if impact else []
    notes += [repair.fault_type.label, "扫码上报" if repair.by_visitor else f"{matter.opened_by}报"]
    notes += [f"返修 {repair.sent_back} 次"] if repair.sent_back else []
    notes += [f"{repair.waiting + 1} 人都遇到"] if repair.waiting else []  # type: ignore[attr-defined]
    return {
        "notes": notes, "arrived": repair.responded_at is not None,
        "arrive": reverse("slip", args=(matter.number, "arrive")), "done": "修好",
        "photos": [{"url": addresses.file_url(f, "full"), "thumb": addresses.file_url(f, "small"),
                    "alt": "报修时"} for f in photos[:3]],
    }  # fmt: skip


def due_pill(due_at: datetime, now: datetime) -> dict[str, str]:
    left = due_at - now
    label = wording.deadline(due_at, now)
    if left.total_seconds() < 0:
        return {"label": label, "tone": "red", "icon": "clock-exclamation"}
    return {
        "label": label.removesuffix(" 前"),
        "tone": "amber" if left.total_seconds() < 4 * 3600 else "",
        "icon": "clock",
    }


def paused_row(repair: Repair, act: Act) -> dict[str, Any]:
    matter = repair.matter
    since = wording.span(act.at - matter.paused_at) if matter.paused_at else ""
    state = REPAIR.state(matter.state)
    return {
        "title": matter.title, "url": addresses.url_of(matter),
        "notes": [repair.get_waiting_for_display() or "外修"],
        "state": {"label": f"{state.label} {since}".strip(), "tone": "amber", "icon": state.icon},
    }  # fmt: skip


def my_figures(act: Act) -> list[dict[str, Any]]:
    mine = queries.of_worker(act.by, terms.term_on(act.day))
    share, percent = (mine.on_time[:-1], "%") if mine.on_time.endswith("%") else (mine.on_time, "")
    return [
        {"label": "修好", "value": mine.fixed, "unit": "件"},
        {"label": "按时", "value": share, "unit": percent},
        {"label": "返修", "value": mine.sent_back, "unit": "次"},
    ]
