"""One card on its page: what it is, its label, what hangs on it, what was changed;
and the forms that change it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import render

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.attachments.models import Attachment
from houqin.kernel.audit import queries as audit
from houqin.kernel.audit.actions import OPENED, text_of
from houqin.kernel.audit.models import Change
from houqin.kernel.errors import NotThere, NotYours, Overtaken, Refused
from houqin.kernel.places.models import Label
from houqin.ui import access, addresses, labels, slips

from .cells import YES_NO
from .declare import CardSlip, Register
from .pick import may_see

SEEN = "_seen"
SHOWN_CHANGES = 30
NOTED = {
    "login": "登录",
    "printed": "打印",
    "address_typed": "地址",
    "secret_typed": "密钥",
    "sent_again": "重发",
}  # what is written down of a card though no field of it changed
BY_WAY = {"import": "导入", "tick": "系统", "demo": "演示", "command": "命令行"}


def find(request: access.Request, register: Register, key: int) -> Any:
    """The card, if this person may know of it; else as if it were not there."""
    if key <= 2**63 - 1:
        row = register.rows(request.person, request.now).using("reader").filter(pk=key).first()
        if row is not None:
            return row
    raise NotThere(f"没有这张{register.name}卡片，或者不归你看。")


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────


def card(request: access.Request, register: Register, key: int) -> HttpResponse:
    """What a card is now, and under tabs what hangs on it and how it came to be so."""
    row, act = find(request, register, key), access.act(request)
    assert register.card is not None
    face = register.card
    sections = list(face.related(row, act))
    tab = request.GET.get("tab", "")
    current = next((at for at, _ in enumerate(sections) if tab == str(at)), None)
    steps = list(offered(register, row, access.codes(request), act))
    context = {
        "register": register,
        "title": face.title(row),
        "state": face.state(row) if face.state else None,
        "line": face.line(row, act) if face.line else "",
        "facts": face.facts(row, act),
        "sections": [(at, section, at == current) for at, section in enumerate(sections)],
        "section": sections[current] if current is not None else None,
        **changes_of(row, kept_back(register, access.codes(request)), shown=current is None),
        "label": label_of(row) if face.labelled else None,
        "may_label": "house-keeper" in access.codes(request),
        "photos": photos_of(row) if face.photos else (),
        "steps": steps,
        "change": next((step for step in steps if step.key == "change"), None),
        "key": row.pk,
        "now": act.at,
        "tab": "registers",
    }
    return render(request, "ui/card.html", context)


def changes_of(row: Any, hidden: Any, *, shown: bool) -> dict[str, Any]:
    """The newest changes where their tab is open, and how many there are, as far as they are counted."""
    count = audit.history(row).using("reader")[: SHOWN_CHANGES + 1].count()
    changes = list(said(row, SHOWN_CHANGES, hidden)) if shown else []
    return {"changes": changes, "changes_count": count, "more": SHOWN_CHANGES}


def offered(register: Register, row: Any, codes: frozenset[str], act: Act) -> Iterator[CardSlip]:
    for slip in register.slips:
        able = may_see(slip.duties, codes) and (slip.may is None or slip.may(act, row))
        if slip.key != "new" and able and (slip.when is None or slip.when(row)):
            yield slip


def label_of(row: Model) -> dict[str, Any]:
    """The label that hangs on it now, with its code drawn; an empty one where none hangs."""
    label = Label.objects.using("reader").filter(kind=row._meta.label_lower, key=row.pk, to_at=None).first()
    if label is None:
        return {"code": "", "qr": ""}
    return {"code": label.short_code, "qr": labels.qr(f"/s/{label.token}/", f"标签二维码 {label.short_code}")}


def photos_of(row: Model) -> list[dict[str, str]]:
    files = (
        Attachment.objects.using("reader")
        .filter(kind=row._meta.label_lower, key=row.pk, withdrawal=None)
        .select_related("blob")
    )
    return [
        {"url": addresses.file_url(file, "thumb"), "name": file.name} for file in files.order_by("-pk")[:8]
    ]


# ── history ─────────────────────────────────────────────────────────────────────────────────────────────────


def history(request: access.Request, register: Register, key: int) -> HttpResponse:
    """Every change of one card, newest first; further ones by the key of the last."""
    row = find(request, register, key)
    after = request.GET.get("after", "")
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    changes = list(said(row, 101, kept_back(register, access.codes(request)), before))
    title = register.card.title(row) if register.card else str(row)
    further = f"?after={changes[99]['key']}" if len(changes) > 100 else ""
    context = {
        "register": register,
        "title": title,
        "changes": changes[:100],
        "further": further,
        "now": request.now,
    }
    return render(request, "ui/history.html", context)


def kept_back(register: Register, codes: frozenset[str]) -> frozenset[str]:
    """The fields whose columns this person does not see: their changes are told without the values."""
    return frozenset(path for c in register.columns if not may_see(c.duties, codes) for path in c.paths)


def said(
    row: Model, most: int, hidden: frozenset[str], before: int | None = None
) -> Iterator[dict[str, Any]]:
    """The changes of a card in words: what, from what to what, who, when, on what ground."""
    rows = audit.history(row).using("reader")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    for change in rows[:most]:
        opened, kept = change.field == OPENED, change.field in hidden
        yield {
            "key": change.pk,
            "on": wording.paper_moment(change.at),
            "what": "建卡" if opened else label_of_field(row, change.field),
            "was": ""
            if opened or change.field in NOTED
            else "不公开"
            if kept
            else worded(row, change.field, change.was) or "没填",
            "now": "不公开" if kept else worded(row, change.field, change.now) or "没填",
            "opened": opened,
            "by": by_whom(change),
            "ground": change.note or BY_WAY.get(change.via, ""),
        }


def by_whom(change: Change) -> str:
    return f"{change.by.name}（代{change.on_behalf_of.name}）" if change.on_behalf_of else change.by.name


def label_of_field(row: Model, name: str) -> str:
    try:
        found = row._meta.get_field(name)
    except FieldDoesNotExist:
        return NOTED.get(name, name)
    return str(getattr(found, "verbose_name", name))


def worded(row: Model, name: str, text: str) -> str:
    """A kept value as it is read: a choice by its label, a card by its name, yes and no."""
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist:
        return text
    if field.is_relation:
        return re.sub(r" #\d+$", "", text)
    if text in ("True", "False"):
        return YES_NO[text == "True"]
    return str(dict(getattr(field, "flatchoices", ())).get(text, text))


# ── forms ───────────────────────────────────────────────────────────────────────────────────────────────────


def new(request: access.Request, register: Register, slip: CardSlip) -> HttpResponse:
    """A new card."""
    act = access.act(request)
    if request.method != "POST":
        refuse_other(slip, None, act)
    return _asked(request, register, slip, None, act)


def take(request: access.Request, register: Register, key: int, slip: CardSlip) -> HttpResponse:
    """A form on a card that is there."""
    row, act = find(request, register, key), access.act(request)
    if request.method != "POST":  # what is sent a second time is answered as the first
        still_open(register, slip, row)
        refuse_other(slip, row, act)
    return _asked(request, register, slip, row, act)


def _asked(request: access.Request, register: Register, slip: CardSlip, row: Any, act: Act) -> HttpResponse:
    """What decides about money begins with the password after ten idle minutes, as a decision does."""
    if slip.decides and request.method != "POST" and not access.is_fresh(request):
        return access.redirect(request, slips.again(request.path))
    return _take(request, register, slip, row, act)


def refuse_other(slip: CardSlip, row: Any, act: Act) -> None:
    if slip.may is not None and not slip.may(act, row):
        raise NotYours(f"“{slip.label}”不归你办，没有保存。")


def still_open(register: Register, slip: CardSlip, row: Any) -> None:
    if row is not None and slip.when is not None and not slip.when(row):
        raise Overtaken(f"这张{register.name}卡片现在不能{slip.label}，没有保存。")


def _take(request: access.Request, register: Register, slip: CardSlip, row: Any, act: Act) -> HttpResponse:
    form = bound(request, slip, row, act)
    refusal, button, status = "", None, 200
    if request.method == "POST":

        def checked() -> None:
            still_open(register, slip, row)
            if slip.decides and not access.is_fresh(request):
                raise slips.Stale

        no = slips.prepared(request, form, checked)

        def call() -> Model:
            if no:
                raise no
            return _call(request, slip, form, row, act)

        door = f"{register.model._meta.label_lower}/{slip.key}/{row.pk if row else ''}"
        try:
            kind, made = access.once(request, door, call)
            messages.success(request, f"{slip.label}：已经记下")
            return slips.done(request, _after(request, register, slip, row, kind, made))
        except Refused as no:
            refusal, status = slips.lay_on(form, no), no.status
            button = (
                slips.AGAIN | {"url": slips.again(_above(request))} if isinstance(no, slips.Stale) else None
            )
            _see_anew(form, row)
    return _page(request, register, slip, form, row, refusal, status, button)


def _call(request: access.Request, slip: CardSlip, form: forms.Form, row: Any, act: Act) -> Model:
    values = dict(form.cleaned_data)
    seen = values.pop(SEEN, "")
    if "seen" in inspect.signature(slip.action).parameters:
        values["seen"] = read_seen(seen)
    made = slip.action(**values, act=act) if row is None else slip.action(row, **values, act=act)
    if slip.shows:
        request.session[slip.shows] = [row.pk, made.token]
    return made


def bound(request: access.Request, slip: CardSlip, row: Any, act: Act) -> Any:
    """The form, filled with the card's own values, and with what was seen of them kept along."""
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = slip.form(*data, choices=slip.choices(act, row))
    if slip.key == "change":
        form.initial.update(model_to_dict(row, form.fields))
    if row is not None:
        form.fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)
        form.initial[SEEN] = seen_of(form, row)
    return form


def seen_of(form: forms.Form, row: Any) -> str:
    """What the form shows of the card, as a change would write it down."""
    fields = {field.name for field in row._meta.concrete_fields}
    return json.dumps(
        {name: text_of(getattr(row, name)) for name in form.fields if name in fields}, ensure_ascii=False
    )


def read_seen(text: str) -> dict[str, str]:
    """What was seen, as it came back; anything else counts as nothing seen."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _see_anew(form: Any, row: Any) -> None:
    """After a refusal the person has seen what is there now: a second try is theirs to make."""
    if row is None or SEEN not in form.fields:
        return
    form.data = form.data.copy()
    form.data[SEEN] = seen_of(form, type(row)._default_manager.get(pk=row.pk))


def _after(
    request: access.Request, register: Register, slip: CardSlip, row: Any, kind: str, made: str
) -> str:
    base = _above(request)
    if slip.shows:
        return f"{base}{slip.shows}/"
    if row is None and register.card and kind == register.model._meta.label_lower:
        return f"{base}{made}/"
    return base


def _above(request: access.Request) -> str:
    """The list of a new card, the card of any other form."""
    return f"{request.path.rstrip('/').rsplit('/', 1)[0]}/"


def _page(
    request: access.Request,
    register: Register,
    slip: CardSlip,
    form: Any,
    row: Any,
    refusal: str,
    status: int,
    button: dict[str, Any] | None = None,
) -> HttpResponse:
    title = register.card.title(row) if row is not None and register.card else register.name
    context = {
        "slip": {
            "title": slip.label if row is None else f"{slip.label}：{title}",
            "action": request.path,
            "submit": {"label": slip.label, "icon": "check"},
            "cancel": {"url": "../"},
            "lead": slip.says,
        },
        "form": form,
        "op": request.POST.get("_op", ""),
        "refusal": refusal,
        "refusal_button": button,
        "register": register,
        "top_title": slip.label,
        "back": {"url": "../"},
    }
    if slips.is_part(request):
        return slips.draw(request, context, status)
    return render(
        request, "ui/new.html" if row is None else "ui/change.html", {**context, "page": True}, status=status
    )
