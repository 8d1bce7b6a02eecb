"""Entering places, moving them, naming who answers for them, hanging labels."""

import secrets
from datetime import date

from django.db import models, transaction

from ..act import Act
from ..audit import actions as audit
from ..errors import Refused
from ..people.models import Person
from .models import Label, Place

DEEPEST = 8  # security.md I64
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: read off a wall and typed


@transaction.atomic
def enter(
    *, code: str, name: str, kind: str, parent: Place | None = None, use: str = "admin",
    owner: Person | None = None, walk: int = 0, act: Act,
) -> Place:  # fmt: skip
    """Enter a place under another; refuses a code that is taken, a campus under a place, and deeper than
    eight levels.
    """
    if Place.objects.filter(code=code).exists():
        raise Refused(f"编码“{code}”已经有了，没有保存。换一个编码。", field="code")
    if kind == "campus" and parent:
        raise Refused(
            "校区是最上面一层，不能放在别的场所里，没有保存。上级留空，或者换一个类型。", field="parent"
        )
    path = f"{parent.path}{parent.pk}/" if parent else "/"
    if path.count("/") > DEEPEST:
        raise Refused(f"“{parent}”下面不能再分，最多 {DEEPEST} 层，没有保存。换一个上级。", field="parent")
    return audit.add(
        Place, code=code, name=name, kind=kind, parent=parent, use=use, owner=owner, walk=walk, path=path,
        full_name=_full_name(name, parent), act=act,
    )  # fmt: skip


@transaction.atomic
def change_place(
    place: Place,
    *,
    name: str,
    use: str,
    owner: Person | None,
    walk: int,
    act: Act,
    seen: dict[str, str] | None = None,
) -> Place:
    """Change a place; a new name is carried into the full names of what lies in it."""
    if place.owner and owner is None:
        raise Refused(f"“{place}”要有责任人，没有保存。换人可以，空着不行。", field="owner")
    renamed = name != place.name
    place = audit.change(place, name=name, use=use, owner=owner, walk=walk, seen=seen, act=act)
    if renamed:
        _rename_below(place, act)
    return place


def close(place: Place, *, closed_on: date, act: Act) -> Place:
    """Take a place out of use; refuses while something in it is in use."""
    if place.children.filter(closed_on=None).exists():
        raise Refused(f"“{place}”里面还有在用的场所，没有停用。先停用里面的。")
    return audit.change(place, closed_on=closed_on, act=act)


def _rename_below(place: Place, act: Act) -> None:
    audit.change(place, full_name=_full_name(place.name, place.parent), act=act)
    for child in place.children.order_by("pk"):
        child.parent = place
        _rename_below(child, act)


def _full_name(name: str, parent: Place | None) -> str:
    """From big to small; the campus itself is left out: everything is on it."""
    return name if parent is None or parent.kind == "campus" else f"{parent.full_name} {name}"


def hang_label(card: models.Model, *, act: Act) -> Label:
    """Hang a new label on a card; the one that hung there ends at the same moment."""
    return hang_labels([card], act=act)[0]


@transaction.atomic
def hang_labels(cards: list[models.Model], *, act: Act) -> list[Label]:
    """The plural twin of `hang_label`, for cards of one kind."""
    kind = cards[0]._meta.label_lower
    for label in Label.objects.filter(kind=kind, key__in=[card.pk for card in cards], to_at=None):
        audit.change(label, to_at=act.at, act=act)
    fresh = [
        Label(
            token=secrets.token_urlsafe(16), short_code=_short_code(), kind=kind, key=card.pk, from_at=act.at
        )
        for card in cards
    ]
    return audit.add_many(Label, fresh, act=act)


def _short_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(8))
