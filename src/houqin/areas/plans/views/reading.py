"""计划全文 as everyone reads it, and 条款对应: which demands of the catalogue its clauses answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from houqin.kernel.act import Act
from houqin.kernel.errors import NotThere, Refused
from houqin.ui import access, slips

from .. import actions, forms, queries, rules
from ..flow import PLAN
from ..models import Binding, ClauseSigned, Plan


def find(request: access.Request, key: int) -> Plan:
    """The plan, if this person may know of it; else as if it were not there."""
    rows = queries.plans_seen(request.person, request.now).select_related("matter", "term")
    plan = rows.filter(pk=key).first() if key < 2**63 else None
    if plan is None:
        raise NotThere("没有这份计划，或者不归你看。")
    return plan


@require_GET
@access.login
def text(request: access.Request, key: int) -> HttpResponse:
    """/plans/text/<key>/: the whole plan in its own numbering, who answers for what, and what is asked of
    the reader."""
    plan, act = find(request, key), access.act(request)
    context = {
        "plan": plan, "state": PLAN.state(plan.matter.state), "rows": rows_of(plan, act),
        "wants": wants(plan, act),
        "back": {"url": f"/plans/plans/{plan.pk}/"}, "top_title": plan.name,
    }  # fmt: skip
    return render(request, "plans/text.html", context)


def rows_of(plan: Plan, act: Act) -> list[dict[str, Any]]:
    """Every clause from the top, in three queries."""
    signed = set(ClauseSigned.objects.filter(clause__plan=plan).values_list("clause", "person"))
    bound: dict[int, list[str]] = {}
    for row in (
        Binding.objects.filter(clause__plan=plan, state=Binding.CONFIRMED)
        .select_related("catalogue")
        .order_by("pk")
    ):
        bound.setdefault(row.clause_id, []).append(row.catalogue.code)
    return [
        {"clause": clause, "signed": (clause.pk, clause.owner_id) in signed,
         "codes": bound.get(clause.pk, []),
         "mine": clause.owner_id == act.by.pk}
        for clause in plan.clauses.select_related("owner", "checker").order_by("place")
    ]  # fmt: skip


def wants(plan: Plan, act: Act) -> list[dict[str, str]]:
    """What the reader still owes: his signature, or that he has read."""
    if plan.matter.state != "in_force":
        return []
    if rules.owes_signature(act, plan.matter):
        return [{"label": "签字", "url": f"/plans/plans/{plan.pk}/sign/", "icon": "signature"}]
    reader = queries.read_by(plan, act.by)
    if reader is not None and not hasattr(reader, "receipt"):
        return [{"label": "看过了", "url": f"/plans/plans/{plan.pk}/read/", "icon": "check"}]
    return []


@access.duty(*rules.SEE)
def bindings(request: access.Request, key: int) -> HttpResponse:
    """/plans/bindings/<key>/: what is proposed and decided, clause by clause; the ticked ones are right."""
    plan = find(request, key)
    every = Binding.objects.filter(clause__plan=plan)
    offered = {"confirmed": every, "shown": every}
    form = forms.BindingsForm(*([request.POST] if request.method == "POST" else []), choices=offered)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            access.once(request, f"plans/bindings/{plan.pk}", lambda: _decide(request, plan, form))
            messages.success(request, "对应已经记下，随时还能改")
            return slips.done(request, request.path)
        except Refused as no:
            refusal, status = slips.lay_on(form, no) or str(no), no.status
    found = answered(plan)
    shown = request.GET.get("show", "") if request.GET.get("show", "") in SHOWS else first_shown(found)
    context = {
        "plan": plan, "rows": [row for row in found if SHOWS[shown][1](row)], "refusal": refusal,
        "chips": chips(found, shown),
        "op": request.POST.get("_op", "")[:36] or uuid4().hex,
        "left": queries.undecided(plan).count(), "unbound": queries.unbound(plan).count(),
        "sure": queries.SURE,
        "top_title": "条款对应", "back": {"url": f"/plans/plans/{plan.pk}/"},
        "may": rules.keeps(access.act(request), plan.matter),
    }  # fmt: skip
    return render(request, "plans/bindings.html", context, status=status)


type Row = dict[str, Any]
SHOWS: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "left": ("待确认", lambda row: any(one["binding"].state == Binding.PROPOSED for one in row["offers"])),
    "unbound": (
        "没有对应",
        lambda row: not any(one["binding"].state != Binding.REJECTED for one in row["offers"]),
    ),
    "all": ("全部", lambda row: True),
}


def first_shown(rows: list[Row]) -> str:
    """What waits to be confirmed, as long as anything does."""
    return "left" if any(map(SHOWS["left"][1], rows)) else "all"


def chips(rows: list[Row], shown: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "count": sum(map(fits, rows)), "url": f"?show={key}", "current": key == shown}
        for key, (label, fits) in SHOWS.items()
    ]


def _decide(request: access.Request, plan: Plan, form: forms.BindingsForm) -> Plan:
    slips.must_be_valid(request, form)
    actions.decide(plan, **form.cleaned_data, act=access.act(request))
    return plan


def answered(plan: Plan) -> list[dict[str, Any]]:
    """The clauses to be carried out, each with what it may answer; what is likely enough is ticked
    beforehand."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Binding.objects.filter(clause__plan=plan).select_related("catalogue", "decided_by")
    for row in rows.order_by("catalogue__rank"):
        likely = row.state == Binding.PROPOSED and row.score >= queries.SURE
        found.setdefault(row.clause_id, []).append(
            {
                "binding": row,
                "ticked": likely or row.state == Binding.CONFIRMED,
                "said": row.get_state_display(),
            }
        )
    clauses = queries.carried_out(plan).select_related("owner")
    return [{"clause": clause, "offers": found.get(clause.pk, [])} for clause in clauses]
