"""What stands around every page: menu, bell, who one is, the school. Asked only when the page prints it."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.db.models import Count
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


def frame(request: access.Request) -> dict[str, Any]:
    """The context processor; a request that no middleware has seen gets the bare frame."""
    person: Person | None = getattr(request, "person", None)
    now = getattr(request, "now", None) or timezone.now()
    context: dict[str, Any] = {"school": SimpleLazyObject(school), "now": now}
    if person is None or person.built_in:
        return context
    on = timezone.localtime(now).date()

    def items() -> list[dict[str, Any]]:
        return menu.groups(person, on, request.path, in_hand_by_area(request))

    return context | {
        "unsafe": not trusted(request),
        "menu": SimpleLazyObject(items),
        "unread": SimpleLazyObject(lambda: notices.unread_count(person)),
        "me": {
            "name": person.name,
            "post": SimpleLazyObject(lambda: "、".join(posts_of(person, on))),
            "tag": phone.tag(person),
        },
    }


def trusted(request: access.Request) -> bool:
    """Whether a browser takes our address for safe; else it gives neither camera nor a place for slips."""
    return settings.HTTPS or request.is_secure() or split_domain_port(request.get_host())[0] in OWN


def in_hand_by_area(request: access.Request) -> Counter[str]:
    """How much waits for this person, by area; one query."""
    rows = (
        Matter.objects.in_hands_of(request.person, request.now)
        .order_by()
        .values("kind")
        .annotate(n=Count("pk"))
    )
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["kind"].partition(".")[0]] += row["n"]
    return counts
