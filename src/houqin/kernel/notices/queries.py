from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from ..people.models import Holding, Person
from ..people.queries import held_on
from .models import Channel, Notice, NoticeChoice


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
