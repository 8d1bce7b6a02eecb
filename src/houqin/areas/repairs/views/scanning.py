"""报修 on the scan page: the tab, what is open here already, 我也遇到, and a visitor's look-up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.doors import actions as doors
from houqin.kernel.errors import NotThere, TooMany
from houqin.kernel.matters.models import Matter
from houqin.kernel.places import queries as places
from houqin.kernel.places.models import Place
from houqin.ui import access, addresses, client

from .. import actions, forms, queries, registers, rules
from ..flow import REPAIR
from ..models import IMPACTS, FaultType, Repair

TEN_MINUTES = 600
FROM_ONE_ADDRESS, ON_ONE_LABEL, LOOK_UPS = 5, 30, 20  # in ten minutes, of visitors
DAY, BYTES = 86_400, 200 * 1024 * 1024  # of photos that visitors may leave at one place in a day
MISSES, QUARTER = 5, 900  # wrong look-up codes of one address in a quarter of an hour
LOOKED_UP = timedelta(days=180)  # after it was closed a report is no longer told by its code


def panel(request: HttpRequest, place: Place) -> tuple[str, dict[str, Any]]:
    """报修 at a place; a visitor's form asks less and is counted."""
    act = access.act(cast(access.Request, request))
    visitor = act.by.built_in
    refused = count_visitor(request, place, act) if visitor and request.method == "POST" else None
    notice_url = reverse("repairs:notice", args=(place.pk,))
    choices = opening_choices(act, None) | {"fault_type__notice": notice_url}
    choices |= {} if visitor else {"impact__notice": notice_url}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = (forms.VisitorForm if visitor else forms.ReportForm)(*sent, choices=choices)
    chosen = chosen_type(form["fault_type"].value())
    form.fields["detail"].words = words_of(chosen)  # type: ignore[attr-defined]
    return "repairs/panel.html", {
        "form": form, "recent": [] if visitor else recent_rows(place, act), "recent_title": "这里最近",
        "refused": refused,
        **notice_of(place, chosen, impact=impact_of(request.POST.get("impact")), act=act),
    }  # fmt: skip


def blank(act: Act) -> forms.ReportForm:
    """The same fields where no place is known yet: the phone has no net, the label is asked about later."""
    return forms.ReportForm(choices=opening_choices(act, None))


def count_visitor(request: HttpRequest, place: Place, act: Act) -> TooMany | None:
    """Five reports in ten minutes from one address, thirty at one place, and so many bytes of
    photos in a day."""
    address, here = client.counted_as(client.client_ip(request)), str(place.pk)
    size = sum(file.size or 0 for name in request.FILES for file in request.FILES.getlist(name))
    try:
        doors.count_try("report", address, limit=FROM_ONE_ADDRESS, seconds=TEN_MINUTES, act=act)
        doors.count_try("report-label", here, limit=ON_ONE_LABEL, seconds=TEN_MINUTES, act=act)
        doors.count_try("report-bytes", here, limit=BYTES, seconds=DAY, act=act, by=size)
    except TooMany as no:
        return no
    return None


def opening_choices(act: Act, matter: Matter | None) -> dict[str, Any]:
    """The tiles of the fault types, the first one chosen, and its quick words."""
    types = queries.types()
    first = types.first()
    return {
        "fault_type": types,
        "fault_type__icons": {str(row.pk): row.icon for row in types},
        "fault_type__initial": first.pk if first else None,
        "detail__words": words_of(first),
    }


def words_of(fault_type: FaultType | None) -> tuple[tuple[str, str], ...]:
    words = rules.words_of(fault_type) if fault_type else []
    return tuple((word.text, "alert-triangle" if word.danger else "") for word in words)


def choices_anywhere(act: Act, matter: Matter | None) -> dict[str, Any]:
    """The opening slip from the list: the place is chosen too."""
    return opening_choices(act, matter) | {"place": places.listed().exclude(kind="campus")}


def choices_of_life(act: Act, matter: Matter | None) -> dict[str, Any]:
    """What may be asked for in daily life, and where."""
    types = queries.types(request=True)
    return {
        "fault_type": types, "fault_type__icons": {str(row.pk): row.icon for row in types},
        "place": places.listed().exclude(kind="campus"),
    }  # fmt: skip


@require_GET
@access.public
def notice(request: access.Request, place: int) -> HttpResponse:
    """What is open here already, who will get it, and the words for it:
    asked again by each choice of a tile."""
    found = Place.objects.filter(pk=place, closed_on=None).first()
    if found is None:
        raise NotThere("没有这个场所。")
    act = access.act(request)
    chosen = chosen_type(request.GET.get("fault_type", ""))
    form = forms.ReportForm(choices={"detail__words": words_of(chosen)})
    context = {
        "form": form,
        "fresh": True,
        **notice_of(found, chosen, impact=impact_of(request.GET.get("impact")), act=act),
    }
    return render(request, "repairs/notice.html", context)


def chosen_type(key: Any) -> FaultType | None:
    return queries.types().filter(pk=key).first() if str(key or "").isdecimal() else None


def impact_of(text: Any) -> str:
    return text if text in dict(IMPACTS) else "none"


def notice_of(place: Place, fault_type: FaultType | None, *, impact: str, act: Act) -> dict[str, Any]:
    """The open repairs of this type, and the sentence who gets it and by when."""
    if fault_type is None:
        return {"duplicates": [], "gets": "", "before": "", "visitor": act.by.built_in}
    worker = None if act.by.built_in else queries.worker_for(fault_type, act.day)
    grading = queries.graded(fault_type, place, at=act.at, impact=impact)
    _, due_at = queries.clocks(fault_type, grading, act.at)
    return {
        "fault_type": fault_type,
        "duplicates": [duplicate(row, act) for row in queries.open_duplicates(place, fault_type)],
        "gets": worker.name if worker else "总务处", "direct": worker is not None,
        "before": wording.before(due_at, act.at),
        "visitor": act.by.built_in, "place": place, "first": grading.first, "in_lesson": grading.in_lesson,
    }  # fmt: skip


def duplicate(repair: Repair, act: Act) -> dict[str, Any]:
    """One open repair as its notice says it; names only for people of the school."""
    matter, told = repair.matter, wording.when(repair.matter.opened_at, act.at)
    state = REPAIR.state(matter.state).label
    if not act.by.built_in:
        who = "扫码上报" if repair.by_visitor else f"{matter.opened_by}报"
        told += f" {who}，{f'{matter.holder}接了' if matter.holder else state}"
    return {
        "number": matter.number, "detail": repair.detail or repair.fault_type.label, "told": told,
        "state": state, "mine": matter.opened_by_id == act.by.pk,
    }  # fmt: skip


def recent_rows(place: Place, act: Act) -> list[dict[str, Any]]:
    seen = set(queries.visible_to(act.by, act.at).filter(matter__place=place).values_list("pk", flat=True))
    return [recent_row(repair, act, repair.pk in seen) for repair in queries.recent(place)]


def recent_row(repair: Repair, act: Act, may_open: bool) -> dict[str, Any]:
    matter = repair.matter
    return {
        "title": repair.detail or repair.fault_type.label,
        "url": addresses.url_of(matter) if may_open else "",
        "notes": [wording.when(matter.opened_at, act.at),
                  "扫码上报" if repair.by_visitor else matter.opened_by.name],
        "state": registers.state_of(matter.state, repair.waiting_for, matter.kind),
    }  # fmt: skip


@require_POST
@access.login
def join(request: access.Request, number: str) -> HttpResponse:
    """我也遇到, from the notice: one who scans the label may join what is open there."""
    act = access.act(request)
    matter = Matter.objects.filter(kind=REPAIR.kind, number=number, closed_at=None).first()
    if matter is None:
        raise NotThere(f"没有 {number[:24]} 这件报修，或者已经办结。没有记。")
    access.once(request, f"{REPAIR.kind}/join/{matter.number}", lambda: actions.join(matter, act=act))
    messages.success(request, f"记下了：{matter.number} 你也遇到，修好通知你")
    return access.redirect(request, addresses.url_of(matter))


@require_GET
@access.public
def look(request: access.Request) -> HttpResponse:
    """查进度: a visitor's own report by its code; says state and times, no names, also of the one it
    was merged into. Guessing is over after five."""
    code = request.GET.get("code", "").strip()[:20]
    if not code:
        return render(request, "repairs/look.html", {})
    act, who = access.plain_act(request), client.counted_as(client.client_ip(request))
    doors.count_try("repair-look", who, limit=LOOK_UPS, seconds=TEN_MINUTES, act=act)
    doors.count_try("repair-missed", who, limit=MISSES - 1, seconds=QUARTER, act=act, by=0)
    repair = queries.looked_up(code)
    context: dict[str, Any] = {"code": code, "repair": repair, "now": act.at}
    if repair is None:
        doors.count_try("repair-missed", who, limit=MISSES, seconds=QUARTER, act=act)
        return render(request, "repairs/look.html", context, status=404)
    if repair.matter.closed_at and act.at - repair.matter.closed_at > LOOKED_UP:
        return render(request, "repairs/look.html", {"code": code, "over": True}, status=410)
    context["state"] = registers.state_of(repair.matter.state, repair.waiting_for)
    if same := queries.merged_into(repair.matter):
        state = registers.state_of(same.state, same.repair.waiting_for)
        context |= {"same": same.repair, "same_state": state}
    return render(request, "repairs/look.html", context)
