"""Which tier applies, who may decide."""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from ..matters.models import Matter
from ..people.models import Person
from .models import ApprovalRoute, ApprovalStep, Delegation, RuleSet, RuleTier


def rules_on(kind: str, on: date) -> RuleSet | None:
    """The rule set of a kind of paper in force on a date."""
    return (
        RuleSet.objects.filter(kind=kind, effective_on__lte=on).order_by("-effective_on", "-version").first()
    )


def tier_steps(rules: RuleSet, category: str, basis_fen: int) -> list[RuleTier]:
    """The steps of the tier in which an amount lies;
    a category without tiers of its own takes the general ones."""
    within = Q(from_fen__lte=basis_fen) & (Q(to_fen=None) | Q(to_fen__gt=basis_fen))
    own = list(rules.tiers.filter(within, category=category).order_by("order", "pk"))
    return own or list(rules.tiers.filter(within, category="").order_by("order", "pk"))


def route_of(matter: Matter) -> ApprovalRoute | None:
    """The newest round."""
    return ApprovalRoute.objects.filter(matter=matter).order_by("-round", "-pk").first()


def open_step(matter: Matter) -> ApprovalStep | None:
    route = route_of(matter)
    return route.steps.filter(state=ApprovalStep.OPEN).first() if route else None


def steps(matter: Matter) -> QuerySet[ApprovalStep]:
    """Every step of every round, as a paper shows them."""
    return (
        ApprovalStep.objects.filter(route__matter=matter)
        .select_related("route", "decided_by", "on_behalf_of")
        .prefetch_related("candidates")
        .order_by("route__round", "order", "pk")
    )


def delegations(taker: Person, kind: str, amount_fen: int, at: datetime) -> QuerySet[Delegation]:
    """What others have given this person to decide, in force now and large enough."""
    in_force = Q(from_at__lte=at, to_at__gt=at) & (Q(ended_at=None) | Q(ended_at__gt=at))
    return Delegation.objects.filter(
        in_force, taker=taker, kind=kind, cap_fen__gte=amount_fen
    ).select_related("giver")


def decides_for(step: ApprovalStep, person: Person, at: datetime) -> Person | None:
    """For whom this person may decide the step: himself, one who delegated to him, or nobody (None)."""
    candidates = list(step.candidates.all())
    if person in candidates:
        return person
    route = step.route
    given = delegations(person, route.matter.kind, route.amount_fen, at)
    return next((d.giver for d in given if d.giver in candidates and person.pk != route.by_id), None)
