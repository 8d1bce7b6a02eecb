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
from houqin.kernel.notices.actions import channels
from houqin.kernel.notices.models import Channel, Delivery
from houqin.kernel.people import actions as people
from houqin.kernel.people.actions import logins, outside
from houqin.kernel.people.models import OutsideLogin
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.ui.fields import DayField, FigureField, RowsField, SignatureField, WholeField
from tests.cast import Cast
from tests.contract import makers
from tests.contract.states import EVERY, Way
from tests.web import Browser, Web

PARTS = (
    "director",
    "repairman",
    "teacher-2",
    "class-teacher",
    "admin",
)  # who has a part in tests/contract/states.py
ROLES = ("director", "class-teacher", "repairman", "electrician", "admin")
KEYS = "7 \"'<>"  # what is no key of any row


@dataclass
class Sent:
    """One form as somebody who may would send it."""

    where: str
    browser: Browser
    form: forms.Form
    body: dict[str, Any]
    what: str = ""  # which of the declared ones it is


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
    switched_off(cast)


def switched_off(cast: Cast) -> None:
    """What can be switched on, sent once more, opened, signed: so that those forms are there too."""
    admin = cast.act("admin")
    channels.switch_off(Channel.objects.order_by("pk")[0], act=admin)
    outside.switch_off(OutsideLogin.objects.order_by("pk")[0], act=admin)
    Delivery.objects.filter(pk=Delivery.objects.order_by("pk")[0].pk).update(state=Delivery.DEAD)
    people.enrol(code="new", name="新来的老师", act=cast.act("director"))
    logins.deactivate(cast["nurse"].user, act=cast.act("admin"))
    Way(cast).to("plans.plan", "in_force")


def written() -> tuple[int, ...]:
    """How much was ever written down."""
    return tuple(model.objects.count() for model in (Event, Change, Matter, Attachment))


def sent_by_who_may(web: Web, *, done: bool = False) -> Iterator[Sent]:
    """Opening slips, every step of every flow where somebody may take it, the forms of cards: each with a
    body that is filled in. `done`: they will be, so that each step needs a matter of its own."""
    for area in areas():
        for kind, step in area.slips:
            if step == "open":
                yield from form_at(
                    web, opener(kind), f"/{area.key}/{kind.partition('.')[2]}/new/", f"{kind}/{step}"
                )
        for register in area.registers:
            for slip in register.slips:
                yield from form_of_card(web, f"/{area.key}/{register.key}", register, slip)
    met: set[str] = set()
    for kind, state in EVERY:
        yield from forms_in(web, kind, state, met, done)


def forms_in(web: Web, kind: str, state: str, met: set[str], done: bool) -> Iterator[Sent]:
    """The steps that somebody may take in a state and that were met in none before."""
    if not any(state in step.start and f"{kind}/{step.key}" not in met for step in flow_of(kind).steps):
        return
    matter = Way(web.cast).to(kind, state)
    for role in PARTS:
        for step in flow_of(kind).steps_for(web.cast.act(role), matter):
            if f"{kind}/{step.key}" in met:
                continue
            met.add(f"{kind}/{step.key}")
            matter = Way(web.cast).to(kind, state) if done else matter
            yield from form_at(web, role, f"/matters/{matter.number}/{step.key}/", f"{kind}/{step.key}")


def every_form(web: Web) -> Iterator[Sent]:
    """All of them; none of them done."""
    yield from sent_by_who_may(web)
    yield from sent_to_the_kit(web)


def opener(kind: str) -> str:
    """Who opens one: everyone but a task, which is the office's."""
    return "director" if kind == "plans.task" else "class-teacher"


def form_of_card(web: Web, where: str, register: Any, slip: Any) -> Iterator[Sent]:
    role = "admin" if slip.duties == ("accounts",) else "director"
    what = f"{where[1:]}/{slip.key}"
    if slip.key == "new":
        yield from form_at(web, role, f"{where}/new/", what)
        return
    for who in dict.fromkeys((role, "repairman")):
        act = web.cast.act(who)
        fits = (
            row for row in register.rows(act.by, act.at).order_by("-pk") if not slip.when or slip.when(row)
        )
        row = next((row for row in fits if slip.may is None or slip.may(act, row)), None)
        if row is not None:
            yield from form_at(web, who, f"{where}/{row.pk}/{slip.key}/", what)
            return


def sent_to_the_kit(web: Web) -> Iterator[Sent]:
    """The forms that stand on pages of their own: nobody declares them."""
    matter = Way(web.cast, photo=True).to("repairs.repair", "fixed")
    file = Attachment.objects.filter(event__matter=matter).order_by("-pk")[0]
    yield from form_at(web, "director", f"/files/{file.pk}/withdraw/")
    yield from form_at(web, "director", "/plans/import/")
    yield from form_at(web, "director", "/house/figures/repairs.sign_days/")
    yield from form_at(web, "teacher", "/me/tokens/")
    yield from form_at(web, "teacher", "/me/notices/")


def form_at(web: Web, role: str, where: str, what: str = "") -> Iterator[Sent]:
    page = web.as_(role).get(where)
    if page.status_code == 200:
        form = page.context["form"]
        yield Sent(where, web.as_(role), form, dict(body_of(form)), what or where)


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
