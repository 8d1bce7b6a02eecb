"""Who holds which duty on a date. Rules ask here, never for names."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from .models import Duty, Person, Post

if TYPE_CHECKING:
    from ..approvals.models import Delegation

SYSTEM, VISITOR = "system", "visitor"  # built-in persons without a login

_generation = 0  # raised by every change of rights, so that remembered duties are asked anew


def rights_changed() -> None:
    """Forget every remembered right in this process."""
    global _generation
    _generation += 1


def generation() -> int:
    return _generation


def duty_codes(person: Person, on: date) -> frozenset[str]:
    """The codes of every duty the person has on a date; asked once per person, date and change of rights."""

    def ask() -> frozenset[str]:
        held = held_on(on, "post__holdings__")
        duties = Duty.objects.filter(held, post__holdings__person=person, ended_at=None)
        return frozenset(duties.values_list("code", flat=True))

    return _remembered(person, "duties", on, ask)


def _remembered[T](person: Person, what: str, on: date, ask: Callable[[], T]) -> T:
    """What was asked of a person's posts, kept with the person until rights change or the day does."""
    kept: dict[tuple[str, date, int], T] = person.__dict__.setdefault("_asked", {})
    key = (what, on, _generation)
    if key not in kept:
        for old in [old for old in kept if old[1:] != key[1:]]:
            kept.pop(old, None)
        kept[key] = ask()
    return kept[key]


def lent_to(person: Person, at: datetime) -> "list[Delegation]":
    """What others have given this person to decide, in force now; remembered as duties are, so that whoever
    was given nothing is asked nothing."""
    on = timezone.localtime(at).date()

    def ask() -> "list[Delegation]":
        start = timezone.make_aware(datetime.combine(on, datetime.min.time()))
        return list(person.taken.filter(to_at__gt=start).select_related("giver").order_by("pk"))

    return [given for given in _remembered(person, "lent", on, ask) if given.runs(at)]


def has_duty(person: Person, code: str, on: date) -> bool:
    return code in duty_codes(person, on)


def held_on(on: date, path: str = "") -> Q:
    """Holdings (or memberships) in force on a date."""
    return Q(**{f"{path}from_on__lte": on}) & (Q(**{f"{path}to_on": None}) | Q(**{f"{path}to_on__gte": on}))


def active(on: date) -> QuerySet[Person]:
    """Everyone of the school on a date; the built-in persons are not among them."""
    return Person.objects.filter(Q(left_on=None) | Q(left_on__gte=on), built_in=False)


def holders(code: str, on: date) -> QuerySet[Person]:
    """Those who hold a duty on a date, each once, A角 before B角, then by name."""
    duty = Q(holdings__post__duties__code=code, holdings__post__duties__ended_at=None)
    return (
        active(on)
        .filter(held_on(on, "holdings__") & duty)
        .annotate(stand=Min("holdings__stand"))
        .order_by("stand", "name", "pk")
    )


def account_keepers(on: date) -> QuerySet[Person]:
    """Those who can open logins on a date: with the duty, and a login of their own that is open."""
    return holders("accounts", on).filter(user__is_active=True)


def in_post(post: Post, on: date) -> QuerySet[Person]:
    """Who holds a post on a date, or will."""
    return Person.objects.filter(
        Q(holdings__to_on=None) | Q(holdings__to_on__gte=on), holdings__post=post
    ).distinct()


def members(group_code: str, on: date) -> QuerySet[Person]:
    in_group = held_on(on, "memberships__") & Q(memberships__group__code=group_code)
    return active(on).filter(in_group).order_by("name", "pk").distinct()


def posts_of(person: Person, on: date) -> list[str]:
    """The names of the posts a person holds, for the menu's foot and for papers; remembered as duties are."""

    def ask() -> list[str]:
        held = person.holdings.filter(held_on(on)).select_related("post").order_by("post__rank", "post_id")
        return [holding.post.name for holding in held]

    return _remembered(person, "posts", on, ask)


def duty_name(code: str) -> str:
    """What the office calls a duty: the names of the posts it belongs to."""
    return duty_names([code])[code]


def duty_names(codes: Collection[str]) -> dict[str, str]:
    """The same of several; one question, none of none."""
    rows = Duty.objects.filter(code__in=codes, ended_at=None).order_by("post__rank", "post_id")
    names: dict[str, list[str]] = {code: [] for code in codes}
    for code, name in rows.values_list("code", "post__name") if codes else ():
        names[code].append(name)
    return {code: "、".join(dict.fromkeys(found)) or code for code, found in names.items()}


def built_in(code: str) -> Person:
    return Person.objects.get(code=code, built_in=True)


def by_code(codes: Iterable[str]) -> dict[str, Person]:
    return {person.code: person for person in Person.objects.filter(code__in=list(codes))}
