"""Posting notices, and reading them."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from ...act import Act
from ...people.models import Person
from ..models import Delivery, Notice
from ..queries import ways_to
from ..timing import ready_at

if TYPE_CHECKING:
    from ...matters.models import Matter


def post(
    to: Person, text: str, *, outside: str = "", matter: "Matter | None" = None, link: str = "", act: Act
) -> None:
    """Tell one person."""
    post_all([to], text, outside=outside, matter=matter, link=link, act=act)


@transaction.atomic
def post_all(
    people: Iterable[Person], text: str, *, outside: str = "", matter: "Matter | None" = None,
    link: str = "", act: Act,
) -> None:  # fmt: skip
    """Tell several the same; nobody is told of his own doing, the built-in persons are told nothing.

    `outside` (kind, number, step, never a name or anybody's words) may leave by the school's channels: the
    rows of the outbox are written in the same transaction. As many questions for thirty as for one.
    """
    told = [person for person in people if person.pk != act.by.pk and not person.built_in]
    if not told:
        return
    ways, choices = ways_to(told, act.day) if outside else ({}, {})
    notices = Notice.objects.bulk_create(
        Notice(
            to=person, text=text[:200], outside=outside[:80], laid=len(ways.get(person.pk, ())),
            matter=matter, link=link, posted_at=act.at,
        )
        for person in told
    )  # fmt: skip
    laid = [
        Delivery(notice=notice, channel=way, next_at=ready_at(choices.get(notice.to_id), act.at))
        for notice in notices
        for way in ways.get(notice.to_id, ())
    ]
    if laid:
        Delivery.objects.bulk_create(laid)


def post_once(to: Person, text: str, *, outside: str = "", link: str, act: Act) -> None:
    """The same, but not what he was told today in the same words about the same page and has not read yet: a
    sheet of a hundred rows is one notice."""
    today = datetime.combine(act.day, time(), timezone.get_default_timezone())
    unread = Notice.objects.filter(to=to, read_at=None, link=link, text=text[:200], posted_at__gte=today)
    if not unread.exists():
        post(to, text, outside=outside, link=link, act=act)


def read(notices: list[Notice], *, act: Act) -> None:
    """Mark as read; reading twice changes nothing."""
    Notice.objects.filter(pk__in=[n.pk for n in notices], to=act.by, read_at=None).update(read_at=act.at)


def read_about(matter: "Matter", *, act: Act) -> None:
    """Opening a matter reads what one was told about it."""
    Notice.objects.filter(matter=matter, to=act.by, read_at=None).update(read_at=act.at)
