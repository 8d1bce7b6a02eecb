from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from ..people.models import Holding, Person
from ..people.queries import held_on
from .models import Channel, Delivery, Notice, NoticeChoice

SLOW = timedelta(hours=1)  # what was due so long ago and is not sent wants a hand
NAMED_FOR = timedelta(days=30)  # what was given up longer ago stands on its channel's card only


def to(person: Person) -> QuerySet[Notice]:
    """What one was told, newest first."""
    return Notice.objects.filter(to=person).select_related("matter").order_by("-pk")


def unread(person: Person) -> QuerySet[Notice]:
    return Notice.objects.filter(to=person, read_at=None)


def choice_of(person: Person) -> NoticeChoice | None:
    return NoticeChoice.objects.filter(person=person).first()


def ways_to(people: Sequence[Person], on: date) -> tuple[dict[int, list[Channel]], dict[int, NoticeChoice]]:
    """The channels that tell each of these: those of everybody and of his posts, as far as he wants them;
    and what was chosen. A school without channels is asked nothing else.

    Who has chosen nothing is told by the robots; mail goes only to who has given an address.
    """
    channels = list(Channel.objects.filter(active=True).order_by("pk"))
    here = [person for person in people if person.left_on is None or person.left_on >= on]
    if not channels or not here:
        return {}, {}
    choices = {row.person_id: row for row in NoticeChoice.objects.filter(person__in=here)}
    posts: dict[int, set[int | None]] = {person.pk: {None} for person in here}
    rows = Holding.objects.filter(held_on(on), person__in=here).values_list("person_id", "post_id")
    for person_id, post_id in rows:
        posts[person_id].add(post_id)
    ways = {
        key: [one for one in channels if one.post_id in his and _wanted(one, choices.get(key))]
        for key, his in posts.items()
    }
    return ways, choices


def mail_channel(person: Person, on: date) -> Channel | None:
    """By which letters go to this person."""
    posts = person.holdings.filter(held_on(on)).values("post")
    rows = Channel.objects.filter(Q(post=None) | Q(post__in=posts), active=True, kind=Channel.MAIL)
    return rows.order_by("pk").first()


def _wanted(channel: Channel, choice: NoticeChoice | None) -> bool:
    if channel.kind == Channel.MAIL:
        return choice is not None and channel.kind in choice.kinds and choice.mail != ""
    return choice is None or channel.kind in choice.kinds


def pressing(at: datetime) -> QuerySet[Delivery]:
    """What wants the administrator's hand: given up of late, or long due. What somebody's quiet hours or
    daily time put off is not due; what a switched-off channel keeps waits as it was told to."""
    stopped = Q(state=Delivery.DEAD, notice__posted_at__gte=at - NAMED_FOR)
    tried = Q(next_at__lt=at - SLOW) | ~Q(answer="")
    slow = ~Q(state=Delivery.DEAD) & tried & Q(notice__posted_at__lt=at - SLOW, channel__active=True)
    return Delivery.objects.filter(stopped | slow)


def unsent(rows: QuerySet[Delivery]) -> dict[str, Any]:
    """How many of these wait and how many were given up, and since when the oldest; one question."""
    dead = Q(state=Delivery.DEAD)
    return rows.exclude(state=Delivery.SENT).aggregate(
        waiting=Count("pk", filter=~dead), waiting_since=Min("notice__posted_at", filter=~dead),
        dead=Count("pk", filter=dead), dead_since=Min("notice__posted_at", filter=dead),
    )  # fmt: skip
