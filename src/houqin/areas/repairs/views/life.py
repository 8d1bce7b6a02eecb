"""生活服务: the catalogue, with the button that asks for each thing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from houqin.kernel import wording
from houqin.kernel.terms import queries as terms
from houqin.ui import access

from .. import queries
from ..flow import REPAIR, SERVICE
from ..queries import life as services


@require_GET
@access.login
def life(request: access.Request) -> HttpResponse:
    """生活服务: what can be had, from whom, how fast, and what those who had it thought of it this term."""
    act = access.act(request)
    term = terms.term_on(act.day)
    first = term.starts_on if term else act.day.replace(month=1, day=1)
    since = datetime.combine(first, time.min, timezone.get_default_timezone())
    found = queries.catalogue(since, act.at + timedelta(seconds=1), act)
    return render(request, "repairs/life.html", {
        "term": term, "services": [shown(each) for each in found], "figures": figures_of(found),
    })  # fmt: skip


def shown(service: services.Service) -> dict[str, Any]:
    kind = service.fault_type
    asks = (SERVICE if kind.request else REPAIR).kind.rpartition(".")[2]
    found = f"{service.asked} 件，{service.mean:.1f} 分" if service.mean else f"{service.asked} 件"
    fast = wording.span(timedelta(minutes=kind.fix_minutes))
    return {
        "title": kind.life, "icon": kind.icon, "url": f"/repairs/{asks}/new/?fault_type={kind.pk}",
        "notes": [kind.examples, f"{service.who}办，上班时间 {fast}内", found],
        "step": {"label": "提出" if kind.request else "报修",
                 "url": f"/repairs/{asks}/new/?fault_type={kind.pk}"},
    }  # fmt: skip


def figures_of(found: list[services.Service]) -> list[dict[str, Any]]:
    """满意度 and 评价率 of all that is in the catalogue."""
    closed, rated = sum(each.closed for each in found), sum(each.rated for each in found)
    stars = sum((each.mean or 0) * each.rated for each in found)
    return [
        {"label": "这学期提出", "value": sum(each.asked for each in found), "unit": "件"},
        {"label": "满意度", "value": wording.share(round(stars), 5 * rated), "unit": ""},
        {"label": "评价率", "value": wording.share(rated, closed), "unit": ""},
    ]
