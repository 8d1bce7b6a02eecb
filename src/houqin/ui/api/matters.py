"""事项 over the API: what it is and what may be done; a step and an opening by the same slips as the page."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django import forms
from django.db.models import Model
from django.urls import reverse

from houqin.kernel.act import Act
from houqin.kernel.area import flow_of, slip_for
from houqin.kernel.attachments.models import Attachment
from houqin.kernel.attachments.queries import in_sight
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters import queries
from houqin.kernel.matters.flow import Flow
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.queries import duty_name
from houqin.ui import access, slips
from houqin.ui.addresses import find
from houqin.ui.fields import RowColumn, RowsField
from houqin.ui.matter import particulars, words_of
from houqin.ui.slips import OPEN

from . import sent
from .bodies import model_of
from .registers import facts, moment, refuse_query, state_of
from .scopes import WRITE, must_have
from .shapes import name_of

MOST_CHOICES = 1000


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────


def one(request: access.Request, number: str) -> dict[str, Any]:
    """A matter: in whose hands, its particulars, its way so far, the steps this person may take now."""
    refuse_query(request)
    matter, act = find(request, number), access.act(request)
    flow = flow_of(matter.kind)
    must_have(request, flow.area)
    found, tags = particulars(matter, act)
    return {
        "number": matter.number, "kind": matter.kind, "name": flow.name, "title": matter.title,
        "state": state_of(flow.state(matter.state)), "open": matter.is_open, "safety": matter.safety,
        "place": matter.place.full_name if matter.place else None, "opened_by": matter.opened_by.name,
        "opened_at": moment(matter.opened_at), "holder": matter.holder.name if matter.holder else None,
        "duty": matter.duty, "due_at": moment(matter.due_at), "paused_at": _moment(matter.paused_at),
        "closed_at": _moment(matter.closed_at),
        "facts": [*facts(found), *({"label": "", "value": tag} for tag in tags)],
        "events": [_event(flow, event) for event in queries.way(matter)],
        "steps": [_step(matter, step, act) for step in flow.steps_for(act, matter)],
    }  # fmt: skip


def _moment(found: Any) -> str | None:
    return moment(found) if found else None


def _event(flow: Flow, event: Event) -> dict[str, Any]:
    return {
        "id": event.pk, "step": event.step, "label": words_of(flow, event.step)[0], "by": event.by.name,
        "on_behalf_of": event.on_behalf_of.name if event.on_behalf_of else None, "at": moment(event.at),
        "happened_at": _moment(event.happened_at), "from_state": event.from_state, "to_state": event.to_state,
        "to_holder": event.to_holder.name if event.to_holder else None, "note": event.note,
        "to_duty": duty_name(event.to_duty) if event.to_duty else "",
        "files": [_file(file) for file in in_sight(event.attachments.all())],
        "signatures": [
            {"by": s.signer.name, "way": s.way, "at": moment(s.at)} for s in event.signatures.all()
        ],
    }  # fmt: skip


def _file(file: Attachment) -> dict[str, Any]:
    return {"id": file.pk, "name": file.name, "type": file.blob.mime}


def _step(matter: Matter, step: Any, act: Act) -> dict[str, Any]:
    slip = slip_for(matter.kind, step.key)
    form = slip.form(choices=slip.choices(act, matter)) if slip else forms.Form()
    return {"step": step.key, "label": step.label, "fields": fields(form)}


def fields(form: forms.Form) -> list[dict[str, Any]]:
    """What a slip asks of this person: names, words, and what may be chosen."""
    return [_field(name, field, form.initial.get(name)) for name, field in form.fields.items()]


def _field(name: str, field: Any, given: Any) -> dict[str, Any]:
    chosen = isinstance(field, forms.ChoiceField) and not isinstance(field, RowsField)
    offered = list(islice(_choices(field), MOST_CHOICES + 1)) if chosen else []
    return {
        "name": name, "label": str(field.label or ""), "required": field.required,
        "help": str(field.help_text or ""), "choices": offered[:MOST_CHOICES] if chosen else None,
        "more_choices": len(offered) > MOST_CHOICES, "given": _plain(given),
        "columns": [_column(column) for column in field.columns] if isinstance(field, RowsField) else None,
    }  # fmt: skip


def _column(column: RowColumn) -> dict[str, Any]:
    offered = [{"value": value, "label": str(label)} for value, label in column.choices[:MOST_CHOICES]]
    return {"name": column.name, "label": column.label, "required": column.required, "choices": offered}


def _plain(given: Any) -> Any:
    """What the page's form starts with, as JSON says it: a card by its id, a day by its date."""
    if isinstance(given, dict):
        return {str(key): _plain(value) for key, value in given.items()}
    if isinstance(given, (list, tuple)):
        return [_plain(value) for value in given]
    if given is None or isinstance(given, (bool, int, str)):
        return given
    return given.pk if isinstance(given, Model) else str(given)


def _choices(field: Any) -> Any:
    for value, label in field.choices:
        pairs = label if isinstance(label, (list, tuple)) else [(value, label)]
        yield from (
            {"value": getattr(v, "value", v), "label": str(w)} for v, w in pairs if v not in ("", None)
        )


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────


def take(request: access.Request, number: str, step: str) -> dict[str, Any]:
    """One step, once for its `Idempotency-Key`; right and state are asked before the body is looked at."""
    sent.begin(request)
    act, matter = access.act(request), find(request, number)
    must_have(request, flow_of(matter.kind).area, WRITE)
    flow, taken, slip = slips.asked(matter, step)
    unread = sent.read(request, slip.form, model_of(slip.form, name_of(matter.kind, step)))

    def check() -> None:
        matters.check(flow, matter, taken, act)
        if taken.decides:
            raise NotYours("等批的事要在页面上办：批之前要再填一次密码，令牌不能代替。没有保存。")
        if unread:
            raise unread

    slips.once(request, matter, taken, slip, slips.bound(request, slip, act, matter), act, check)
    return _taken(flow, matter, act)


def opening(request: access.Request, kind: str) -> dict[str, Any]:
    """What the opening slip of a kind asks."""
    refuse_query(request)
    slip = slip_for(kind, OPEN)
    assert slip is not None
    form = slip.form(choices=slip.choices(access.act(request), None))
    return {"kind": kind, "name": flow_of(kind).name, "fields": fields(form)}


def open_new(request: access.Request, kind: str) -> dict[str, Any]:
    """A new matter of a kind, once for its `Idempotency-Key`."""
    sent.begin(request)
    act, slip = access.act(request), slip_for(kind, OPEN)
    assert slip is not None
    unread = sent.read(request, slip.form, model_of(slip.form, name_of(kind, OPEN)))

    def check() -> None:
        if unread:
            raise unread

    form = slips.bound(request, slip, act, None)
    matter = slips.opened(
        request, f"{kind}/{OPEN}", form, lambda: slip.action(**form.cleaned_data, act=act), check
    )
    return _taken(flow_of(kind), matter, act)


def _taken(flow: Flow, matter: Matter, act: Act) -> dict[str, Any]:
    """What was written down by this intent: the same answer to every sending of it."""
    event = matter.events.filter(by=act.by, op=act.op).order_by("-pk").first()
    if event is None:
        raise Refused("这个 Idempotency-Key 用过了，这次没有办。换一个再送。")
    return {
        "number": matter.number, "kind": matter.kind, "step": event.step, "event": event.pk,
        "state": state_of(flow.state(event.to_state)), "at": moment(event.at),
        "url": reverse("api:matter", args=(matter.number,)),
    }  # fmt: skip
