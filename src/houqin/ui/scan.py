"""扫码: a label leads to its place or thing, and to what can be done there; for visitors too.

Each `Offer` is a tab. Its `panel(request, place)` answers (template, context). A context with a `form`
(a SlipForm, bound to what was sent on POST) is sent to /s/<code>/<offer>/ and done by
`offer.action(place=…, **facts, act=…)`, which answers the matter it opened or its particulars. The
panel's template prints the fields only; the kit puts <form>, token and button around it. Also read:
`says` (lines above the button), `button`, `recent` (rows as the kit's `row` has them, shown at the side),
`recent_title`, `refused` (a refusal that comes before all others: sent too often).
A visitor types the label's short code besides (ui/challenge.py): the offer knows nothing of it.
Unknown, retired and foreign labels look the same, and misses are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.core import signing
from django.db import models
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csp import csp_override

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Offer, flow_of, offers_at
from houqin.kernel.doors import actions as doors
from houqin.kernel.errors import Refused, TooMany
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.queries import posts_of
from houqin.kernel.places import queries as places
from houqin.kernel.places.models import Label, Place
from houqin.kernel.school.queries import school

from . import access, challenge, client, slips
from .addresses import url_of

POLICY: dict[str, Any] = settings.SECURE_CSP
READER = [*POLICY["script-src"], "'wasm-unsafe-eval'"]  # the only pages whose policy lets WebAssembly run
reads_codes = csp_override({**POLICY, "script-src": READER})
MISSES, HOUR = 60, 3600  # unknown labels an hour and address
CODE = re.compile(r"[A-Za-z0-9_-]{6,40}")
AGAIN = "reopen"  # the step of a flow that sends back what was not done well
SALT, DONE_FOR = "houqin.scan.done", 3600


@dataclass(frozen=True)
class Here:
    """What a label hangs on: the card, the place it stands for, and how the label reads."""

    label: Label
    card: models.Model
    place: Place

    @property
    def url(self) -> str:
        return reverse("scan", args=(self.label.token,))


@access.public
def scan(request: access.Request, code: str, offer: str = "") -> HttpResponse:
    """/s/<code>/ and the tabs /s/<code>/<offer>/"""
    act = access.act(request)
    here = found(request, code)
    if isinstance(here, HttpResponse):
        return here
    offers = offers_at(here.card, act.by)
    chosen = offers.get(offer) if offer else next(iter(offers.values()), None)
    if offer and chosen is None:
        return missed(request)
    if sealed := request.GET.get("done"):
        return thanks(request, here, sealed, act)
    template, context = chosen.panel(request, here.place) if chosen else ("", {})
    form, refusal, no = context.get("form"), "", None
    if form and act.by.built_in:
        challenge.put_on(form)
    if request.method == "POST" and chosen and form:
        try:
            return send(request, here, chosen, context, act)
        except Refused as refused:
            refusal, no = slips.lay_on(form, refused), refused
    shown = page(here, offers, chosen, act) | context | {"panel": template, "refusal": refusal}
    return draw(request, shown, no)


def draw(request: access.Request, shown: dict[str, Any], no: Refused | None) -> HttpResponse:
    op = request.POST.get("_op") or uuid4().hex
    response = render(request, "ui/scan.html", shown | {"op": op}, status=no.status if no else 200)
    if isinstance(no, TooMany):
        response["Retry-After"] = str(no.wait)
    return response


def found(request: access.Request, code: str) -> Here | HttpResponse:
    """What hangs there; the page for a miss; or the way to the label that replaced this one."""
    label = places.by_token(code) if CODE.fullmatch(code) else None
    card = card_of(label)
    if label is None or card is None:
        return missed(request)
    under_way = (
        request.method == "POST" or "done" in request.GET
    )  # a form that was open when the label was replaced
    if not places.in_force(label, request.now) and not (under_way and places.just_ended(label, request.now)):
        return replaced(request, card) if request.standing else missed(request)
    place = card if isinstance(card, Place) else getattr(card, "place", None)
    if place is None or place.closed_on:
        return missed(request)
    return Here(label, card, place)


def card_of(label: Label | None) -> models.Model | None:
    if label is None or label.key is None:
        return None
    try:
        model = apps.get_model(label.kind)
    except (LookupError, ValueError):
        return None
    rows = model._default_manager.filter(pk=label.key)
    return (rows.select_related("owner", "parent") if model is Place else rows).first()


def missed(request: access.Request) -> HttpResponse:
    """One page for unknown, retired and foreign labels; the sixty-first within an hour is told to wait.

    What was written on a form whose label is gone stands on it, to be copied.
    """
    who = client.counted_as(client.client_ip(request))
    doors.count_try("scan", who, limit=MISSES, seconds=HOUR, act=access.plain_act(request))
    context = {"office": school().office_phone, "written": written(request)}
    return render(request, "ui/scan_missed.html", context, status=404)


def written(request: access.Request) -> list[str]:
    """The words of a form that was sent, without what the frame put in and what was only chosen."""
    frame = access.OURS | {challenge.SPOT}
    texts = [
        text.strip() for name in request.POST if name not in frame for text in request.POST.getlist(name)
    ]
    return [text for text in texts if text and text != "on" and not text.isdecimal()]


def replaced(request: access.Request, card: models.Model) -> HttpResponse:
    """An old label, scanned by someone of the school: says so and shows the way to the new one."""
    fresh = places.label_of(card) if isinstance(card, Place) else None
    if fresh is None:
        return missed(request)
    context = {
        "card": card, "url": reverse("scan", args=(fresh.token,)), "office": school().office_phone,
        "written": written(request),
    }  # fmt: skip
    return render(request, "ui/scan_missed.html", context, status=404)


def page(here: Here, offers: dict[str, Offer], chosen: Offer | None, act: Act) -> dict[str, Any]:
    """Head and tabs."""
    owned = places.owner_of(here.place)
    owner = owned.owner if owned else None
    post = "" if owner is None or act.by.built_in else next(iter(posts_of(owner, act.day)), "")
    return {
        "here": here, "place": here.place, "where": above(here.place), "offer": chosen,
        "owner": f"{post}{owner.name}" if owner else "", "office": school().office_phone,
        "keeps": bool(chosen and chosen.blank),
        "act_url": f"{here.url}{chosen.key}/" if chosen else "",
        "short_code": "" if act.by.built_in else here.label.short_code,  # a visitor reads it off the label
        "tabs": [
            {"label": o.label, "icon": o.icon, "url": f"{here.url}{o.key}/", "current": o is chosen}
            for o in offers.values()
        ],
    }  # fmt: skip


def above(place: Place) -> str:
    """What lies above it, from big to small: 教学楼 2 层."""
    return place.full_name.removesuffix(place.name).strip()


def send(
    request: access.Request, here: Here, offer: Offer, context: dict[str, Any], act: Act
) -> HttpResponse:
    """Open what was offered; the answer is the same however often it is sent."""
    form: Any = context["form"]

    def check() -> None:
        if context.get("refused"):
            raise context["refused"]
        if act.by.built_in:
            challenge.check(form, here.label)

    def call() -> Any:
        return offer.action(place=here.place, **challenge.without(form.cleaned_data), act=act)

    matter = slips.opened(request, f"scan/{here.label.pk}/{offer.key}", form, call, check)
    return slips.done(request, f"{here.url}?done={signing.dumps([matter.pk, offer.key], salt=SALT)}")


def thanks(request: access.Request, here: Here, sealed: str, act: Act) -> HttpResponse:
    """报上了: the number, who has it, until when. The address is sealed: numbers cannot be tried out."""
    try:
        key, offered = signing.loads(sealed, salt=SALT, max_age=DONE_FOR)
    except signing.BadSignature:
        return HttpResponseRedirect(here.url)
    matter = Matter.objects.select_related("holder").get(pk=key)
    who = f"{matter.holder.name}已收到" if matter.holder else "总务处已收到"
    offer, flow = offers_at(here.card, act.by).get(offered), flow_of(matter.kind)
    seen = not act.by.built_in and Matter.objects.visible_to(act.by, act.at).filter(pk=key).exists()
    context = {
        "then": offer.then(matter, act) if offer and offer.then else "",
        "here": here, "matter": matter, "who": who, "before": wording.before(matter.due_at, act.at),
        "flow": flow, "again": flow.step(AGAIN),
        "url": url_of(matter) if seen else "", "office": school().office_phone, "visitor": act.by.built_in,
    }  # fmt: skip
    return render(request, "ui/scan_done.html", context)


@reads_codes
@access.public
def camera(request: access.Request) -> HttpResponse:
    """/scan/: the camera, and the short code typed by hand."""
    typed = re.sub(r"[\s-]", "", request.GET.get("code", ""))
    if not typed:
        return render(request, "ui/scan_camera.html", {"tab": "scan", "office": school().office_phone})
    if not CODE.fullmatch(typed):
        sentence = "短码是标签下面那 8 个字母和数字，照着打"
        context = {"tab": "scan", "code": typed[:40], "scan_error": sentence, "office": school().office_phone}
        return render(request, "ui/scan_camera.html", context, status=422)
    return HttpResponseRedirect(reverse("scan", args=(typed,)))
