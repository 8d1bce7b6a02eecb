"""Finding places and what a label hangs on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from .models import Label, Place


def listed() -> QuerySet[Place]:
    """Places in use, in walking order."""
    return Place.objects.filter(closed_on=None).select_related("owner", "parent").order_by("walk", "pk")


def rooms() -> QuerySet[Place]:
    """Where something can be: rooms and spots in use."""
    return listed().filter(kind__in=("room", "spot"))


def within(place: Place) -> QuerySet[Place]:
    """A place and everything in it."""
    return Place.objects.filter(path__startswith=f"{place.path}{place.pk}/") | Place.objects.filter(
        pk=place.pk
    )


def owner_of(place: Place) -> "Place | None":
    """The nearest place upward that has an owner: whoever answers for the floor answers for its rooms."""
    keys = [int(key) for key in place.path.split("/") if key] + [place.pk]
    owned = Place.objects.filter(pk__in=keys).exclude(owner=None).select_related("owner")
    return max(owned, key=lambda found: keys.index(found.pk), default=None)


def stop_of(place: Place | None) -> str:
    """Where one stops for it on the way: what lies on one floor is one stop; '' for no place."""
    if place is None:
        return ""
    if place.kind == "floor" or place.parent is None or place.parent.kind == "campus":
        return place.full_name
    return place.parent.full_name


def by_token(token: str) -> Label | None:
    """The label with this token or typed code, in force or ended;
    the caller says nothing of which it was not."""
    return Label.objects.filter(token=token).first() or Label.objects.filter(short_code=token.upper()).first()


def labelled(most: int) -> Iterator[tuple[str, str]]:
    """Token and short code of each label in force on a place in use, with the place's full name."""
    names = dict(listed().values_list("pk", "full_name"))
    rows = Label.objects.filter(kind=Place._meta.label_lower, to_at=None, key__in=names).order_by("pk")
    for label in rows.only("token", "short_code", "key")[:most]:
        name = names[label.key or 0]
        yield from ((label.token, name), (label.short_code, name))


def label_of(place: Place) -> Label | None:
    return Label.objects.filter(kind=place._meta.label_lower, key=place.pk, to_at=None).first()


def just_ended(label: Label, at: datetime) -> bool:
    """Replaced within the last day: what was being written on its page is still taken in."""
    return label.to_at is not None and label.from_at <= at < label.to_at + timedelta(hours=24)


def in_force(label: Label, at: datetime) -> bool:
    return label.from_at <= at and (label.to_at is None or at < label.to_at) and label.key is not None
