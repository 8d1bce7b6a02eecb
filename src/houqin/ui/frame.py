"""What stands around every page: menu, bell, who one is, the school. Asked only when the page prints it."""

from collections import Counter
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, Value
from django.http.request import split_domain_port
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from houqin.kernel.matters.models import Matter
from houqin.kernel.notices import queries as notices
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import posts_of
from houqin.kernel.school.queries import school

from . import access, menu, phone

OWN = ("localhost", "127.0.0.1", "[::1]")
UNREAD = "unread"  # among the areas, in what waits for somebody


def frame(request: access.Request) -> dict[str, Any]:
    """The context processor; a request that no middleware has seen gets the bare frame."""
    person: Person | None = getattr(request, "person", None)
    now = getattr(request, "now", None) or timezone.now()
    context: dict[str, Any] = {"school": SimpleLazyObject(school), "now": now}
    if person is None or person.built_in:
        return context
    on = timezone.localtime(now).date()

    @cache
    def waiting() -> tuple[Counter[str], int]:
        return waiting_for(person, now)

    def items() -> list[dict[str, Any]]:
        return menu.groups(person, on, request.path, waiting()[0])

    return context | {
        "unsafe": not trusted(request),
        "menu": SimpleLazyObject(items),
        "unread": SimpleLazyObject(lambda: waiting()[1]),
        "me": {
            "name": person.name,
            "post": SimpleLazyObject(lambda: "、".join(posts_of(person, on))),
            "tag": phone.tag(person),
        },
    }


def trusted(request: access.Request) -> bool:
    """Whether a browser takes our address for safe; else it gives neither camera nor a place for slips."""
    return settings.HTTPS or request.is_secure() or split_domain_port(request.get_host())[0] in OWN


def waiting_for(person: Person, now: datetime) -> tuple[Counter[str], int]:
    """How much is in this person's hands, by area, and how many notices are unread; one question."""
    in_hand = Matter.objects.in_hands_of(person, now).order_by().values_list("kind").annotate(n=Count("pk"))
    told = notices.unread(person).order_by().annotate(kind=Value(UNREAD)).values_list("kind")
    counts: Counter[str] = Counter()
    for kind, n in in_hand.union(told.annotate(n=Count("pk")), all=True):
        counts[kind.partition(".")[0]] += n
    return counts, counts.pop(UNREAD, 0)
