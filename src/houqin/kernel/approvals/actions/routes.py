"""Routing a paper, deciding its steps, taking it back. There is no override."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from django.db import transaction
from django.db.models import Q

from ... import entries, wording
from ...act import Act
from ...errors import NotYours, Overtaken, Refused
from ...matters.models import Matter
from ...people.models import Person
from ...people.queries import duty_name
from .. import queries
from ..models import ApprovalRoute, ApprovalStep, RuleSet, RuleTier


@transaction.atomic
def submit(
    matter: Matter, *, amount_fen: int, basis_fen: int | None = None, reason: str = "", category: str = "",
    excluded: Iterable[Person] = (), papers: Iterable[str] = (), act: Act,
) -> ApprovalRoute:  # fmt: skip
    """Give a paper its route: the tier of its basis is copied, candidates are frozen, the first step opens.

    Who opened the matter, who submitted it now or in an earlier round, and `excluded` (beneficiary, drafter)
    never decide; a step whose only candidates are excluded goes to the superior; without one the submission
    is refused, never passed by itself.
    """
    basis = max(amount_fen, basis_fen or 0)
    rules = queries.rules_on(matter.kind, act.day)
    tiers = queries.tier_steps(rules, category, basis) if rules else []
    if rules is None or not tiers:
        raise Refused("没有这种单据的审批规则，没有提交。先由总务主任录入审批档。")
    if lacking := sorted({tier.paper for tier in tiers if tier.paper} - set(papers)):
        raise Refused(f"这个金额要附{'、'.join(lacking)}，没有提交。")
    route = entries.write(
        ApprovalRoute, matter=matter, rule_set=rules, round=matter.routes.count() + 1, amount_fen=amount_fen,
        basis_fen=basis, reason=reason or _reason(rules, tiers[0], amount_fen, basis), by=act.by, at=act.at,
    )  # fmt: skip
    apart = {matter.opened_by_id, *(person.pk for person in excluded)}
    apart |= set(matter.routes.values_list("by", flat=True))
    route.excluded.set(apart)
    _add_steps(route, tiers, apart, act)
    return route


def _reason(rules: RuleSet, tier: RuleTier, amount_fen: int, basis_fen: int) -> str:
    tiers = wording.amounts(tier.from_fen, tier.to_fen)
    whole = "连同以前批的共 " if basis_fen > amount_fen else ""
    return f"{whole}{wording.yuan(basis_fen)}，走“{tiers}”这一档（{rules.authority}，第 {rules.version} 版）"


def _add_steps(route: ApprovalRoute, tiers: list[RuleTier], excluded: set[int], act: Act) -> None:
    for tier, (people, escalated) in zip(tiers, _candidates(tiers, excluded, act), strict=True):
        step = ApprovalStep.objects.create(
            route=route, order=tier.order, duty=tier.duty, escalated=escalated,
            state=ApprovalStep.OPEN if tier is tiers[0] else ApprovalStep.WAITING,
        )  # fmt: skip
        step.candidates.set(people)


def _candidates(tiers: list[RuleTier], excluded: set[int], act: Act) -> list[tuple[list[Person], bool]]:
    """Who may decide each step, and whether it went to the superior.

    Nobody is candidate of two steps: whoever decides one, somebody is left for each of the others.
    """
    own = [queries.able(tier.duty, excluded, act.day) for tier in tiers]
    found = _shared_out(own, queries.able(queries.SUPERIOR, excluded, act.day))
    if not found:
        lacking = next((tier for tier, people in zip(tiers, own, strict=True) if not people), tiers[-1])
        raise Refused(
            f"“{duty_name(lacking.duty)}”这一步没有可以审批的人，没有提交。自己报的、自己提的不自己批，"
            "一个人不批两步。先给这个岗位再安排一个人。"
        )
    return found


def _shared_out(own: list[list[Person]], above: list[Person]) -> list[tuple[list[Person], bool]]:
    """Each person to the step that needs him, else to the first that he could decide; as few steps as can be
    go to the superior, the later ones first. Empty where there are too few people."""
    for way in sorted(product((False, True), repeat=len(own)), key=sum):
        able = [above if up else people for up, people in zip(way, own, strict=True)]
        if seats := _one_each(able):
            return list(zip(_parted(able, seats), way, strict=True))
    return []


def _one_each(able: list[list[Person]], seats: tuple[Person, ...] = ()) -> tuple[Person, ...]:
    """One person for each step, nobody twice."""
    if len(seats) == len(able):
        return seats
    tries = (_one_each(able, (*seats, one)) for one in able[len(seats)] if one not in seats)
    return next(filter(None, tries), ())


def _parted(able: list[list[Person]], seats: tuple[Person, ...]) -> list[list[Person]]:
    left, found = {person for people in able for person in people} - set(seats), []
    for people, seat in zip(able, seats, strict=True):
        found.append([person for person in people if person == seat or person in left])
        left -= set(people)
    return found


def still_open(matter: Matter, step: ApprovalStep) -> ApprovalStep:
    """The step that waits now, if it is the one that was looked at: nobody decides a round or a step that he
    did not see."""
    waits = queries.open_step(matter)
    if waits is None:
        raise Overtaken(f"{matter.number} 已经批过了，没有重复。")
    if waits.route_id != step.route_id:
        asked = f"第 {waits.route.round} 轮，{wording.yuan(waits.route.amount_fen)}"
        raise Overtaken(f"你看的时候 {matter.number} 撤回、重报过，现在是{asked}，没有保存。看过新报的再批。")
    if waits.pk != step.pk:
        raise Overtaken(
            f"你看的时候 {matter.number} 那一步批过了，现在等“{duty_name(waits.duty)}”这一步，没有保存。看过再批。"
        )
    return waits


@transaction.atomic
def decide(
    matter: Matter, *, step: ApprovalStep, agreed: bool, note: str = "", act: Act
) -> ApprovalStep | None:
    """Decide the step that was looked at; answers the step that is open next, None when the route has ended.

    Refuses whoever is no candidate, has decided in this round before, came too late, or looked at another
    step than the one that waits.
    """
    step = still_open(matter, step)
    for_whom = queries.decides_for(step, act.by, act.at)
    if for_whom is None:
        raise NotYours(f"{matter.number} 这一步不归你批，没有保存。")
    mine = (act.by, for_whom)
    others = step.route.steps.exclude(pk=step.pk)
    if others.filter(Q(decided_by__in=mine) | Q(on_behalf_of__in=mine)).exists():
        raise Refused("同一个人不能批同一轮的两步，代别人批的也算，没有保存。这一步要由别人批。")
    done = ApprovalStep.objects.filter(pk=step.pk, state=ApprovalStep.OPEN).update(
        state=ApprovalStep.AGREED if agreed else ApprovalStep.REFUSED, decided_by=act.by,
        on_behalf_of=for_whom if for_whom != act.by else None, decided_at=act.at, note=note[:300],
    )  # fmt: skip
    if not done:
        raise Overtaken(f"{matter.number} 这一步刚刚批过了，没有重复。")
    return _open_next(step) if agreed else None


def _open_next(step: ApprovalStep) -> ApprovalStep | None:
    following = step.route.steps.filter(state=ApprovalStep.WAITING).order_by("order").first()
    if following:
        ApprovalStep.objects.filter(pk=following.pk, state=ApprovalStep.WAITING).update(
            state=ApprovalStep.OPEN
        )
        following.refresh_from_db()
    return following


@transaction.atomic
def recall(matter: Matter, *, note: str, act: Act) -> ApprovalStep:
    """撤回: the paper is taken back while it is undecided; its round ends there, the next submission opens
    another. Who may is the flow's to say; a decision that was faster stands."""
    step = queries.open_step(matter)
    if step is None:
        raise Overtaken(f"{matter.number} 已经批过了，没有撤回。看一下最新的经过。")
    done = ApprovalStep.objects.filter(pk=step.pk, state=ApprovalStep.OPEN).update(
        state=ApprovalStep.RECALLED, decided_by=act.by, decided_at=act.at, note=note[:300]
    )
    if not done:
        raise Overtaken(f"{matter.number} 这一步刚刚批过了，没有撤回。看一下最新的经过。")
    return step
