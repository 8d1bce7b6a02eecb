from datetime import date

from django.db.models import Q, QuerySet

from ..people.models import Person
from ..people.queries import held_on
from .models import Channel, Notice, NoticeChoice


def to(person: Person) -> QuerySet[Notice]:
    """What one was told, newest first."""
    return Notice.objects.filter(to=person).select_related("matter").order_by("-pk")


def unread(person: Person) -> QuerySet[Notice]:
    return Notice.objects.filter(to=person, read_at=None)


def choice_of(person: Person) -> NoticeChoice | None:
    return NoticeChoice.objects.filter(person=person).first()


def ways_to(person: Person, on: date) -> list[Channel]:
    """The channels that tell this person: those of everybody and of his posts, as far as he wants them.

    Who has chosen nothing is told by the robots; mail goes only to who has given an address.
    """
    channels = list(Channel.objects.filter(active=True).order_by("pk"))
    if not channels or (person.left_on is not None and person.left_on < on):
        return []
    choice = choice_of(person)
    posts = set(person.holdings.filter(held_on(on)).values_list("post_id", flat=True))
    return [one for one in channels if one.post_id in {None, *posts} and _wanted(one, choice)]


def mail_channel(person: Person, on: date) -> Channel | None:
    """By which letters go to this person."""
    posts = person.holdings.filter(held_on(on)).values("post")
    rows = Channel.objects.filter(Q(post=None) | Q(post__in=posts), active=True, kind=Channel.MAIL)
    return rows.order_by("pk").first()


def _wanted(channel: Channel, choice: NoticeChoice | None) -> bool:
    if channel.kind == Channel.MAIL:
        return choice is not None and channel.kind in choice.kinds and choice.mail != ""
    return choice is None or channel.kind in choice.kinds
