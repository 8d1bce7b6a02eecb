"""Which tier applies, who may decide."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..matters.models import BARRED, DECIDES, SUPERIOR, Matter
from ..people.granting import known_codes
from ..people.models import Person
from ..people.queries import duty_codes, holders
from .models import ApprovalRoute, ApprovalStep, Delegation, RuleSet, RuleTier

ISSUERS = ("office", "approve-principal")  # who may enter a new version of the tiers


def deciding_duties() -> list[str]:
    """The duties a tier may name, in the order of their posts."""
    return [code for code in known_codes() if code.startswith(DECIDES) and code != SUPERIOR]


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


def wants_from(kind: str, paper: str, on: date) -> int | None:
    """From which amount on a paper of this kind must have something attached; None: at no amount."""
    rules = rules_on(kind, on)
    tiers = rules.tiers.filter(paper=paper) if rules else RuleTier.objects.none()
    return tiers.order_by("from_fen").values_list("from_fen", flat=True).first()


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


# ── delegation ──────────────────────────────────────────────────────────────────────────────────────────


def decides(person: Person, kind: str, on: date) -> bool:
    """Whether a person decides papers of a kind by a duty of his own, so that he can give it to another."""
    mine = {code for code in duty_codes(person, on) if code.startswith(DECIDES)}
    rules = rules_on(kind, on)
    return bool(rules and mine and (SUPERIOR in mine or rules.tiers.filter(duty__in=sorted(mine)).exists()))


def in_force(at: datetime) -> Q:
    """Begun, not over, not ended early, and its giver is still of the school."""
    here = Q(giver__left_on=None) | Q(giver__left_on__gte=timezone.localtime(at).date())
    return Q(from_at__lte=at, to_at__gt=at) & (Q(ended_at=None) | Q(ended_at__gt=at)) & here


def delegations(taker: Person, kind: str, basis_fen: int, at: datetime) -> QuerySet[Delegation]:
    """What others have given this person to decide, in force now and large enough for all it comes to."""
    rows = Delegation.objects.filter(in_force(at), taker=taker, kind=kind, cap_fen__gte=basis_fen)
    return rows.select_related("giver").order_by("pk")


def fit(person: Person, on: date) -> bool:
    """Who only reads and who opens logins decides nothing, for nobody (roles.md 4.3)."""
    return duty_codes(person, on).isdisjoint(BARRED)


def able(duty: str, excluded: Collection[int], on: date) -> list[Person]:
    """Who may decide by a duty, A角 first."""
    return [person for person in holders(duty, on) if person.pk not in excluded and fit(person, on)]


def decides_for(step: ApprovalStep, person: Person, at: datetime) -> Person | None:
    """For whom this person may decide the step: himself, one who delegated to him, or nobody (None).

    What made somebody a candidate is asked again: who lost the duty of the step decides it no more, nor does
    whoever decides for him.
    """
    route, on = step.route, timezone.localtime(at).date()
    candidates = list(step.candidates.all())
    if not fit(person, on) or stands_apart(person, route.matter):
        return None
    if person in candidates:
        return person if still_able(person, step, on) else None
    given = delegations(person, route.matter.kind, route.basis_fen, at)
    givers = [d.giver for d in given if d.giver in candidates and still_able(d.giver, step, on)]
    return givers[0] if givers and not route.steps.filter(candidates=person).exists() else None


def still_able(candidate: Person, step: ApprovalStep, on: date) -> bool:
    """Whether a candidate is still what made him one."""
    duty = SUPERIOR if step.escalated else step.duty
    return duty in duty_codes(candidate, on) and fit(candidate, on)


def stands_apart(person: Person, matter: Matter) -> bool:
    """Who asked for it, submitted it in any round, or was excluded from one, decides it for nobody."""
    rows = ApprovalRoute.objects.filter(Q(by=person) | Q(excluded=person), matter=matter)
    return matter.opened_by_id == person.pk or rows.exists()


def stand_ins(step: ApprovalStep, at: datetime) -> list[Person]:
    """Who may decide a step for one of its candidates, to be told of it."""
    route = step.route
    rows = Delegation.objects.filter(
        in_force(at), giver__in=step.candidates.all(), kind=route.matter.kind, cap_fen__gte=route.basis_fen
    )
    found = {d.taker for d in rows.select_related("taker").order_by("pk")}
    return [person for person in sorted(found, key=lambda p: p.pk) if decides_for(step, person, at)]
