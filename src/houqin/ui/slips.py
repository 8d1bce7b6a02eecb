"""办理单 on screen: any step of any matter, and the opening slip of any kind, from one view each.

A GET answers the page, or the form alone when a sheet asks for it (htmx). A POST goes through `access.once`:
right and state first, then the form, then the action; a refusal comes back with status and input kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Slip, flow_of, slip_for
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.attachments.actions import Upload
from houqin.kernel.errors import NotThere, Overtaken, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.flow import Flow, Step
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.signatures.actions import Signed

from . import access
from .addresses import find, slip_url, url_of

AGAIN = {"label": "再填一次密码", "icon": "lock", "apart": True}
OPEN = "open"  # the step under which a kind's opening slip stands


class Invalid(Refused):
    """The form has errors; they stand beside its fields."""

    def __init__(self, fields: dict[str, list[str]]):
        super().__init__("没有保存，有几处要改。写过的都还在。")
        self.fields = fields


class Stale(Refused):
    """Ten idle minutes before a decision: the password first; the slip stays as it was filled."""

    def __init__(self) -> None:
        super().__init__(
            "离开了一会儿，没有保存，写过的都还在。先再填一次密码（在新的一页），回到这里再按一次。"
        )


@access.login
def take(request: access.Request, number: str, step: str) -> HttpResponse:
    """One step of one matter."""
    act = access.act(request)
    matter = find(request, number)
    flow, taken, slip = asked(matter, step)
    form = bound(request, slip, act, matter)
    if request.method != "POST":
        matters.check(flow, matter, taken, act)
        if taken.decides and not access.is_fresh(request):
            return access.redirect(request, again(request.path))
        return _page(request, flow, matter, taken, slip, form, act)

    def checked() -> None:
        check(request, flow, matter, taken, act)
        if taken.decides and not access.is_fresh(request):
            raise Stale

    try:
        once(request, matter, taken, slip, form, act, checked)
    except Refused as no:
        refusal = lay_on(form, no)
        button = AGAIN | {"url": again(url_of(matter))} if isinstance(no, Stale) else None
        return _page(
            request, flow, matter, taken, slip, form, act, refusal=refusal, button=button, status=no.status
        )
    messages.success(request, f"{taken.label}：{matter.number} 已经记下")
    return done(request, url_of(matter))


def again(then: str) -> str:
    """Where the password is asked again, and what follows."""
    return f"{access.AGAIN}?{urlencode({'next': then})}"


def check(request: access.Request, flow: Flow, matter: Matter, step: Step, act: Act) -> None:
    """Right and state; of a slip filled without a net also that the matter still is as its reader saw it."""
    matters.check(flow, matter, step, act)
    seen = request.POST.get("_seen", "")
    if seen and seen != matter.state:
        raise Overtaken(
            f"你填的时候 {matter.number} 又办了一步，现在是“{flow.state(matter.state).label}”，没有保存。"
            "看一下最新的经过再办。"
        )


@access.login
def new(request: access.Request, kind: str) -> HttpResponse:
    """The opening slip of a kind of matter."""
    act = access.act(request)
    flow, slip = flow_of(kind), slip_for(kind, OPEN)
    assert slip is not None
    form = bound(request, slip, act, None)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            matter = opened(
                request, f"{kind}/{OPEN}", form, lambda: slip.action(**form.cleaned_data, act=act)
            )
            messages.success(request, f"{flow.name} {matter.number} {flow.opened}")
            return done(request, after_opening(matter, act.by))
        except Refused as no:
            refusal, status = lay_on(form, no), no.status
    context = {
        "slip": {
            "title": flow.name, "action": request.path, "submit": {"label": flow.opening or flow.name,
                                                                   "icon": "send"},
            "cancel": {"url": "/"}, "then": _says(slip, act, None),
            "keeps": {"next": "/"} if slip.offline else None,
        },
        "form": form, "op": op_of(request), "refusal": refusal, "top_title": flow.name, "back": {"url": "/"},
    }  # fmt: skip
    return draw(request, context, status)


# ── shared with the scan page and the API ─────────────────────────────────────────────────────────────────


def asked(matter: Matter, key: str) -> tuple[Flow, Step, Slip]:
    """The step of this name with its slip; those that only the clock takes are as if they were not there."""
    flow = flow_of(matter.kind)
    step, slip = flow.step(key), slip_for(matter.kind, key)
    if step is None or slip is None or not step.shown:
        raise NotThere(f"“{flow.name}”没有这一步，什么也没有改。", told=True)
    return flow, step, slip


def once(
    request: access.Request, matter: Matter, step: Step, slip: Slip, form: forms.Form, act: Act,
    check: Callable[[], object],
) -> None:  # fmt: skip
    """Take the step, once for this intent: what `check` refuses first, then the form, then the action."""
    no = prepared(request, form, check)

    def call() -> Matter:
        if no:
            raise no
        slip.action(matter, **form.cleaned_data, act=act)
        return matter

    access.once(request, f"{matter.kind}/{step.key}/{matter.number}", call)


def bound(request: access.Request, slip: Slip, act: Act, matter: Matter | None) -> Any:
    """The slip's form: with what was sent, or with what the address proposes (?place=12)."""
    choices = slip.choices(act, matter)
    if request.method == "POST":
        return slip.form(request.POST, request.FILES, choices=choices)
    fields = cast(type[forms.Form], slip.form).base_fields
    asked = {f"{name}__initial": value for name, value in proposed(request.GET).items() if name in fields}
    return slip.form(choices={**choices, **asked})


def proposed(query: QueryDict) -> dict[str, str]:
    return {key: str(value) for key, value in query.items() if len(value) <= 200}


def must_be_valid(request: access.Request, form: forms.Form) -> None:
    access.refuse_unknown(form, request)
    if not form.is_valid():
        raise Invalid({name: [str(said) for said in found] for name, found in form.errors.items()})


def prepared(request: access.Request, form: forms.Form, check: Callable[[], object] = bool) -> Refused | None:
    """All that may refuse early or takes long, before the transaction: right, state, form, redrawing photos.

    Answers the refusal instead of raising it: in `once` a second sending still gets the first one's answer.
    """
    try:
        check()
        must_be_valid(request, form)
        for name, value in form.cleaned_data.items():
            form.cleaned_data[name] = stored(name, value)
    except Refused as no:
        return no
    return None


def stored(field: str, value: Any) -> Any:
    """Photos and drawings lie in the store before the books are opened."""
    try:
        if isinstance(value, list) and value and isinstance(value[0], Upload):
            return attachments.keep(value)
        if isinstance(value, Signed) and isinstance(value.png, bytes):
            return replace(value, png=attachments.keep_drawing(value.png))
    except Refused as no:
        no.field = no.field or field
        raise
    return value


def opened(
    request: access.Request, door: str, form: forms.Form, call: Callable[[], models.Model],
    check: Callable[[], object] = bool,
) -> Matter:  # fmt: skip
    """Open a matter once; a second sending answers with the first one's matter."""
    no = prepared(request, form, check)

    def checked() -> Matter:
        if no:
            raise no
        return matter_of(call())

    _, key = access.once(request, door, checked)
    return Matter.objects.select_related("holder").get(pk=key)


def matter_of(made: Any) -> Matter:
    """An opening action answers the matter, its particulars or an event of it."""
    return made if isinstance(made, Matter) else made.matter


def after_opening(matter: Matter, person: Person) -> str:
    return "/" if person.built_in else url_of(matter)


def lay_on(form: forms.Form, no: Refused) -> str:
    """Put a refusal on the field it is about; answers the sentence when it is about none."""
    if isinstance(no, Invalid):
        return ""
    if no.field in form.fields and form.is_valid():
        form.add_error(no.field, str(no))
        return ""
    return str(no)


def done(request: access.Request, url: str) -> HttpResponse:
    """Where to go after a write: a redirect, or the header that closes the sheet and goes there."""
    if is_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})


def is_part(request: access.Request) -> bool:
    return bool(getattr(request, "htmx", False))


# ── drawing ───────────────────────────────────────────────────────────────────────────────────────────────


def head_of(matter: Matter, step: Step, slip: Slip, act: Act, other: Step | None = None) -> dict[str, Any]:
    """What parts/sheet.html prints around the form; `other` is the step beside it when docked."""
    cancel: Mapping[str, Any] = {"url": url_of(matter)}
    if other:
        cancel = {"url": slip_url(matter, other), "label": other.label, "sheet": True}
    return {
        "title": step.label, "action": slip_url(matter, step), "cancel": cancel,
        "submit": {"label": step.label, "icon": step.icon}, "then": _says(slip, act, matter),
        "keeps": keeps(matter, step) if slip.offline else None,
    }  # fmt: skip


def keeps(matter: Matter, step: Step) -> dict[str, str]:
    """What the phone writes beside a slip it keeps: of what, as it stood, and how it stands after that."""
    return {
        "about": matter.number, "title": matter.title, "seen": matter.state, "end": step.end,
        "next": url_of(matter),
    }  # fmt: skip


def _says(slip: Slip, act: Act, matter: Matter | None) -> list[str]:
    """What follows from sending it, a line each."""
    said = slip.says(act, matter) if slip.says else ""
    return [line for line in said.split("\n") if line]


def docked(matter: Matter, step: Step, other: Step | None, act: Act) -> dict[str, Any] | None:
    """The main step's form at the side of its matter."""
    slip = slip_for(matter.kind, step.key)
    if slip is None:
        return None
    form = slip.form(choices=slip.choices(act, matter), auto_id=f"id_{step.key}_%s")
    return {"slip": head_of(matter, step, slip, act, other), "form": form, "op": uuid4().hex, "dock": True}


def _page(
    request: access.Request, flow: Flow, matter: Matter, step: Step, slip: Slip, form: forms.Form, act: Act,
    *, refusal: str = "", button: dict[str, Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "slip": head_of(matter, step, slip, act), "form": form, "op": op_of(request), "refusal": refusal,
        "refusal_button": button,
        "matter": matter, "due": wording.deadline(matter.due_at, act.at) if matter.is_open else "",
        "top_title": f"{flow.name} {matter.number}", "back": {"url": url_of(matter)},
    }  # fmt: skip
    return draw(request, context, status)


def draw(request: access.Request, context: dict[str, Any], status: int) -> HttpResponse:
    if is_part(request):
        on_page = urlsplit(request.headers.get("Referer", "")).path == request.path
        return render(request, "ui/parts/sheet.html", {**context, "page": on_page}, status=status)
    return render(request, "ui/slip.html", {**context, "page": True}, status=status)


def op_of(request: access.Request) -> str:
    """The operation stays the same while one form is corrected; a fresh page has a fresh one."""
    return request.POST.get("_op", "")[:36] or uuid4().hex
