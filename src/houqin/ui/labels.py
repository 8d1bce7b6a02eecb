"""标签: sheets of A4 with a QR code, the place in Chinese and the short code to type."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from houqin.kernel.area import offers_at
from houqin.kernel.errors import Refused
from houqin.kernel.people.queries import VISITOR, built_in
from houqin.kernel.places import actions as places
from houqin.kernel.places import queries
from houqin.kernel.places.models import Label, Place
from houqin.kernel.school.queries import school

from . import access
from .pdf import press
from .pdf.content import Content
from .register.sending import download

MOST = 240  # labels a sheet run: ten sheets of 24
SHEET = press.HERE / "labels.typ"


@dataclass(frozen=True)
class Sticker:
    """One label as it is printed."""

    name: str
    above: str
    short_code: str
    qr: SafeString


def qr(path: str, title: str) -> SafeString:
    """The code of an address of this school as an SVG without size: the style sheet sets it."""
    return mark_safe(drawn(path, title=title, svgns=False))  # noqa: S308 - segno's drawing of our own address


def drawn(path: str, **more: Any) -> str:
    """The same as a file of its own: its SVG; the title is escaped by segno."""
    code, file = segno.make(f"{settings.URL}{path}", error="m", micro=False), io.BytesIO()
    look = {"omitsize": True, "border": 2, "dark": "#000", "light": None, "svgclass": None, "lineclass": None}
    code.save(file, kind="svg", xmldecl=False, nl=False, **look, **more)
    return file.getvalue().decode()


@access.duty("house-keeper")
def sheet(request: access.Request) -> HttpResponseBase:
    """/labels/?places=12,13: GET shows what hangs there, POST hangs labels where there are none."""
    chosen = asked(request.GET.get("places", ""))
    if request.method == "POST":
        hang(request, chosen)
        return HttpResponseRedirect(request.get_full_path(), status=303)
    labels = in_force(chosen)
    if request.GET.get("as") == "pdf":
        return as_pdf(request, chosen, labels)
    lacking = [place for place in chosen if place.pk not in labels]
    context = {
        "stickers": [sticker(place, labels[place.pk]) for place in chosen if place.pk in labels],
        "lacking": lacking, "count": len(chosen), "office": school().office_phone,
        "back": {"url": "/registers/"}, "paper": {"title": "标签"},
        "choose": [] if chosen else buildings(), "can": what_for(chosen),
        "pdf_url": f"?{urlencode({'places': request.GET['places'], 'as': 'pdf'})}" if labels else "",
    }  # fmt: skip
    return render(request, "ui/labels.html", context)


def as_pdf(request: access.Request, chosen: list[Place], labels: dict[int, Label]) -> HttpResponseBase:
    """The same labels as a file, exact to the millimetre."""
    if not labels:
        raise Refused("这里还没有标签，没有可印的。先做标签。")
    stickers = [sticker(place, labels[place.pk]) for place in chosen if place.pk in labels]
    codes = [drawn(reverse("scan", args=(labels[place.pk].token,))) for place in chosen if place.pk in labels]
    content = Content(request.person, request.now)
    data = content.plain({
        "school": school().name, "office": school().office_phone, "can": what_for(chosen),
        "stickers": [{**vars(one), "qr": code} for one, code in zip(stickers, codes, strict=True)],
    })  # fmt: skip
    made = press.pdf(SHEET, data, content.pictures, at=max(label.from_at for label in labels.values()))
    return download(io.BytesIO(made), f"标签-{localtime(request.now):%Y-%m-%d}.pdf")


def asked(text: str) -> list[Place]:
    """The places of ?places=12,13 in walking order; "all" is every room, "in-12" everything in place 12."""
    if not text:
        return []
    if text == "all":
        return list(queries.rooms()[:MOST])
    if text.startswith("in-") and text[3:].isdecimal():
        whole = Place.objects.filter(pk=int(text[3:])).first()
        found = (
            queries.within(whole).filter(closed_on=None, kind__in=("room", "spot"))
            if whole
            else Place.objects.none()
        )
        return list(found.order_by("walk", "pk")[:MOST])
    keys = [key for key in text.split(",") if key]
    if len(keys) > MOST or not all(key.isdecimal() and len(key) < 18 for key in keys):
        raise Refused(f"一次最多印 {MOST} 张标签，没有打开。分几次印。")
    return list(queries.listed().filter(pk__in=[int(key) for key in keys]))


def what_for(chosen: list[Place]) -> str:
    """What whoever scans it may do, logged in or not: printed on the label."""
    offers = offers_at(chosen[0], built_in(VISITOR)) if chosen else {}
    return "、".join(offer.label for offer in offers.values())


def buildings() -> list[Place]:
    return list(queries.listed().filter(kind__in=("campus", "building", "floor")))


def in_force(chosen: list[Place]) -> dict[int, Label]:
    kind = Place._meta.label_lower
    rows = Label.objects.filter(kind=kind, key__in=[place.pk for place in chosen], to_at=None)
    return {label.key: label for label in rows if label.key is not None}


def hang(request: access.Request, chosen: list[Place]) -> None:
    """Hang labels where there are none; with `anew` those that hang there end and new ones come."""
    act = access.act(request)

    def call() -> Label:
        hung = {} if request.POST.get("anew") else in_force(chosen)
        wanted = [place for place in chosen if place.pk not in hung]
        if not wanted:
            raise Refused("这些地方都有标签，没有新做。要换新的，选“全部换新”。")
        return places.hang_labels([*wanted], act=act)[0]

    access.once(request, "labels", call)


def sticker(place: Place, label: Label) -> Sticker:
    above = place.full_name.removesuffix(place.name).strip()
    return Sticker(
        place.name, above, label.short_code, qr(reverse("scan", args=(label.token,)), place.full_name)
    )
