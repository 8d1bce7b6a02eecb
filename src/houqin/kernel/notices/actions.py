"""Posting notices, and reading them."""

from typing import TYPE_CHECKING

from ..act import Act
from ..people.models import Person
from .models import Notice

if TYPE_CHECKING:
    from ..matters.models import Matter


def post(to: Person, text: str, *, matter: "Matter | None" = None, link: str = "", act: Act) -> None:
    """Tell one person; nobody is told of his own doing, the built-in persons are told nothing."""
    if to.pk != act.by.pk and not to.built_in:
        Notice.objects.create(to=to, text=text[:200], matter=matter, link=link, posted_at=act.at)


def read(notices: list[Notice], *, act: Act) -> None:
    """Mark as read; reading twice changes nothing."""
    Notice.objects.filter(pk__in=[n.pk for n in notices], to=act.by, read_at=None).update(read_at=act.at)


def read_about(matter: "Matter", *, act: Act) -> None:
    """Opening a matter reads what one was told about it."""
    Notice.objects.filter(matter=matter, to=act.by, read_at=None).update(read_at=act.at)
