"""Posting notices, and reading them."""

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from ...act import Act
from ...people.models import Person
from ..models import Delivery, Notice
from ..queries import choice_of, ways_to
from ..timing import ready_at

if TYPE_CHECKING:
    from ...matters.models import Matter


@transaction.atomic
def post(
    to: Person, text: str, *, outside: str = "", matter: "Matter | None" = None, link: str = "", act: Act
) -> None:
    """Tell one person; nobody is told of his own doing, the built-in persons are told nothing.

    `outside` (kind, number, step, never a name or anybody's words) may leave by the school's channels: the
    rows of the outbox are written in the same transaction.
    """
    if to.pk == act.by.pk or to.built_in:
        return
    ways = ways_to(to, act.day) if outside else []
    notice = Notice.objects.create(
        to=to, text=text[:200], outside=outside[:80], laid=len(ways), matter=matter, link=link,
        posted_at=act.at,
    )  # fmt: skip
    if ways:
        when = ready_at(choice_of(to), act.at)
        Delivery.objects.bulk_create(Delivery(notice=notice, channel=way, next_at=when) for way in ways)


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
