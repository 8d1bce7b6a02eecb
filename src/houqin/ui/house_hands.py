"""移交: what a leaver or an absent one has in hand goes to another, each by the step its flow has for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from houqin.kernel.act import Act
from houqin.kernel.area import flow_of, handing
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Holding, Person
from houqin.kernel.people.queries import active, held_on

from .fields import SlipForm, TicksField

GONE = "勾的里面有一件已经不在他手上，没有移交。下面是现在的，重新勾"
SHOWN = 10  # of what cannot be handed over, so many are named


class Matters(TicksField):
    def label_from_instance(self, matter: Any) -> str:
        return f"{matter}（{flow_of(matter.kind).state(matter.state).label}）"


class Receiver(forms.ModelChoiceField):
    def label_from_instance(self, person: Any) -> str:
        return f"{person}（{person.post_name or '没有岗位'}）"


class HandOver(SlipForm):
    """移交: which, to whom, why."""

    matters = Matters(
        label="移交哪几件",
        queryset=Matter.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "一件也没勾，没有移交。勾上要移交的",
            "invalid_choice": GONE,
            "invalid_pk_value": GONE,
        },
    )
    receiver = Receiver(label="移交给谁", queryset=Person.objects.none())
    note = forms.CharField(label="为什么移交", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["note"].words = ("换岗", "离岗", "请长假")  # type: ignore[attr-defined]


def in_hand(person: Person, act: Act) -> tuple[list[Matter], list[Matter]]:
    """What he has in hand, as far as it may be seen: what who asks may hand over, and what he may not."""
    can: list[Matter] = []
    cannot: list[Matter] = []
    for matter in held(person, act):
        (can if may_hand(matter, act) else cannot).append(matter)
    return can, cannot


def may_hand_over(act: Act, person: Person) -> bool:
    return any(may_hand(matter, act) for matter in held(person, act))


def held(person: Person, act: Act) -> QuerySet[Matter]:
    """With the way of each, which the rights may ask for: as many questions for one as for a hundred."""
    rows = Matter.objects.visible_to(act.by, act.at).open().filter(holder=person).order_by("due_at", "pk")
    return rows.select_related("holder").prefetch_related("events")


def may_hand(matter: Matter, act: Act) -> bool:
    found = handing(matter)
    return found is not None and found[0].may(act, matter)


def choices(act: Act, person: Person) -> dict[str, Any]:
    can, cannot = in_hand(person, act)
    keys = [matter.pk for matter in can]
    return {
        "matters": Matter.objects.filter(pk__in=keys).order_by("due_at", "pk"),
        "matters__initial": keys,
        "matters__help_text": not_handed(cannot),
        "receiver": receivers(person, act),
    }


def receivers(person: Person, act: Act) -> QuerySet[Person]:
    """Everyone else who is here, with his first post; whether he may have it, each flow says."""
    held = Holding.objects.filter(held_on(act.day), person=OuterRef("pk")).order_by("post__rank", "pk")
    rows = active(act.day).exclude(pk=person.pk).annotate(post_name=Subquery(held.values("post__name")[:1]))
    return rows.order_by("name", "pk")


def not_handed(cannot: list[Matter]) -> str:
    """What stays in his hands, and why: to sign and to decide is one's own, or it is another's to pass on."""
    if not cannot:
        return ""
    named = "、".join(f"{m.number} {flow_of(m.kind).state(m.state).label}" for m in cannot[:SHOWN])
    more = f"等 {len(cannot)} 件" if len(cannot) > SHOWN else ""
    return f"不在这里移交的：{named}{more}。签收、审批要本人办，别的由总务主任转"


@transaction.atomic
def hand_over(person: Person, *, matters: Iterable[Matter], receiver: Person, note: str, act: Act) -> Person:
    """移交: all of the chosen or none; what the receiver may not have is named, each with its reason."""
    refused: list[tuple[Matter, Refused]] = []
    chosen = sorted(matters, key=lambda matter: matter.pk)
    for matter in chosen:
        try:
            with transaction.atomic():
                hand(matter, person, receiver=receiver, note=note, act=act)
        except Refused as no:
            refused.append((matter, no))
    if refused:
        kind = NotYours if all(isinstance(no, NotYours) for _, no in refused) else Refused
        head = f"{len(chosen)} 件里有 {len(refused)} 件不能移交给{receiver}，一件也没有移交。"
        raise kind(head + because(refused))
    return person


def because(refused: list[tuple[Matter, Refused]]) -> str:
    """Each reason once, before it the matters that it is about."""
    about: dict[str, list[str]] = {}
    for matter, no in refused:
        about.setdefault(str(no), []).append(matter.number)
    return "".join(f"{'、'.join(numbers)}：{said}" for said, numbers in about.items())


def hand(matter: Matter, person: Person, *, receiver: Person, note: str, act: Act) -> None:
    """One of them, by the step of its flow: right, state and receiver are asked there."""
    matter.refresh_from_db(from_queryset=Matter.objects.select_for_update())
    if matter.holder_id != person.pk:
        raise Overtaken(f"已经不在{person}手上，没有移交。")
    found = handing(matter)
    if found is None:
        label = flow_of(matter.kind).state(matter.state).label
        raise Refused(f"现在是“{label}”，要本人办，没有移交。")
    step, slip = found
    slip.action(matter, **{step.hands: receiver}, note=note, act=act)
