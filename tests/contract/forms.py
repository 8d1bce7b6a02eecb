"""Every form that the declarations lead to, with the page it is sent from: for tests that send it
things it must refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet

from houqin.areas.repairs.models import FaultType
from houqin.kernel.area import areas, flow_of
from houqin.kernel.attachments.models import Attachment
from houqin.kernel.audit.models import Change
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people import actions as people
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.ui.fields import DayField, FigureField, RowsField, SignatureField, WholeField
from tests.cast import Cast
from tests.contract import makers
from tests.web import Browser, Web

ROLES = ("director", "class-teacher", "repairman", "electrician", "admin")
KEYS = "7 \"'<>"  # what is no key of any row


@dataclass
class Sent:
    """One form as somebody who may would send it."""

    where: str
    browser: Browser
    form: forms.Form
    body: dict[str, Any]


def declared() -> list[tuple[str, type[forms.Form]]]:
    """The form of every slip, of matters and of cards, of every area."""
    found = [(f"{kind}/{step}", slip.form) for area in areas() for (kind, step), slip in area.slips.items()]
    found += [
        (f"{area.key}/{register.key}/{slip.key}", slip.form)
        for area in areas() for register in area.registers for slip in register.slips
    ]  # fmt: skip
    return found


def fill(cast: Cast) -> None:
    """A school with a row of every kind, and with one of each kind that nobody may choose any more."""
    makers.fill(cast)
    act = cast.act("director")
    gone = people.enrol(code="gone", name="前任老师", act=act)
    people.leave(gone, left_on=(act.at - timedelta(days=3)).date(), owed=lambda person: [], act=act)
    old = places.enter(
        code="gone", name="拆掉的楼", kind="room", parent=Place.objects.get(code="jxl-2"), act=act
    )
    places.close(old, closed_on=(act.at - timedelta(days=3)).date(), act=act)
    FaultType.objects.create(
        code="Z99", name="停用的类别", label="停用的", response_minutes=1, fix_minutes=2, closed_on=act.day
    )


def written() -> tuple[int, ...]:
    """How much was ever written down."""
    return tuple(model.objects.count() for model in (Event, Change, Matter, Attachment))


def sent_by_who_may(web: Web) -> Iterator[Sent]:
    """Opening slips, the steps that somebody may take now, the forms of cards: each with a body
    that is filled in."""
    for area in areas():
        for kind, step in area.slips:
            if step == "open":
                yield from form_at(web, "class-teacher", f"/{area.key}/{kind.partition('.')[2]}/new/")
        for register in area.registers:
            for slip in register.slips:
                yield from form_of_card(web, f"/{area.key}/{register.key}", register, slip)
    for kind in makers.MAKERS:
        matter = makers.MAKERS[kind](web.cast)
        for role in ROLES:
            for step in flow_of(kind).steps_for(web.cast.act(role), matter):
                yield from form_at(web, role, f"/matters/{matter.number}/{step.key}/")


def form_of_card(web: Web, where: str, register: Any, slip: Any) -> Iterator[Sent]:
    role = "admin" if slip.duties == ("accounts",) else "director"
    if slip.key == "new":
        yield from form_at(web, role, f"{where}/new/")
        return
    rows = register.rows(web.cast[role], web.cast.now).order_by("-pk")
    row = next((row for row in rows if slip.when is None or slip.when(row)), None)
    if row is not None:
        yield from form_at(web, role, f"{where}/{row.pk}/{slip.key}/")


def form_at(web: Web, role: str, where: str) -> Iterator[Sent]:
    page = web.as_(role).get(where)
    if page.status_code == 200:
        form = page.context["form"]
        yield Sent(where, web.as_(role), form, dict(body_of(form)))


def body_of(form: forms.Form) -> Iterator[tuple[str, Any]]:
    for bound in form:
        value = bound.value()
        value = _sample(bound.field) if value is False or value in (None, "") else value
        if isinstance(bound.field, RowsField):
            for column in bound.field.columns:
                yield f"{bound.name}-0-{column.name}", "2" if column.kind == "number" else "甲"
        elif value is not False and value not in (None, "", []):
            yield bound.name, getattr(value, "pk", value)


def _sample(field: forms.Field) -> Any:
    if isinstance(field, forms.ModelChoiceField):
        first = field.queryset.first()
        return first.pk if first else ""
    if isinstance(field, forms.ChoiceField):
        return next((str(key) for key, _ in field.choices if key not in ("", None)), "")
    if isinstance(field, SignatureField):
        return "click"
    if isinstance(field, DayField):
        return "2026-11-20"
    if isinstance(field, WholeField):
        return field.min_value
    if isinstance(field, FigureField):
        return "1"
    return "z9" if isinstance(field, forms.CharField) and field.required else ""


def foreign(rows: QuerySet) -> Model | None:
    """A row of the same kind that may not be chosen here."""
    return rows.model._default_manager.exclude(Q(pk__in=rows.order_by().values("pk"))).order_by("-pk").first()
