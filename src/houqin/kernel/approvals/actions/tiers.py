"""录入审批档: a new version from a date; no version is ever changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from ... import wording
from ...act import Act
from ...audit import actions as audit
from ...errors import Overtaken, Refused
from ...notices import actions as notices
from ...people.queries import duty_name, holders
from .. import queries
from ..models import RuleSet, RuleTier

COLLECTIVE = "校务会记录"
AHEAD = timedelta(days=366)  # so far ahead a version may be entered: further is a slip of the pen


@dataclass(frozen=True)
class Range:
    """One range of amounts and the duties that decide it, in order; `to_fen` None is without end."""

    from_fen: int
    to_fen: int | None
    duties: tuple[str, ...]
    paper: str = ""
    quotes: int = 0

    def __str__(self) -> str:
        return wording.amounts(self.from_fen, self.to_fen)


@transaction.atomic
def issue_rules(
    kind: str, *, effective_on: date, authority: str, ranges: Iterable[Range], category: str = "", act: Act
) -> RuleSet:
    """A new version of the tiers of one kind of paper; refuses an empty range, gap or overlap in [0, ∞)."""
    ordered = sorted(ranges, key=lambda found: found.from_fen)
    _refuse_gaps(ordered)
    last = RuleSet.objects.filter(kind=kind).order_by("-version").first()
    rules = audit.add(
        RuleSet, kind=kind, version=last.version + 1 if last else 1, effective_on=effective_on,
        authority=authority, act=act,
    )  # fmt: skip
    tiers = [
        RuleTier(rule_set=rules, category=category, from_fen=r.from_fen, to_fen=r.to_fen, order=n, duty=duty,
                 paper=r.paper, quotes=r.quotes)
        for r in ordered for n, duty in enumerate(r.duties, 1)
    ]  # fmt: skip
    audit.add_many(RuleTier, tiers, act=act)
    return rules


@transaction.atomic
def change_rules(
    kind: str, *, effective_on: date, authority: str, ranges: Iterable[Range], act: Act
) -> RuleSet:
    """The school's own new version: from today on, on a named ground, every step with somebody to decide it.

    What is on its way keeps the version it was submitted under. Everybody who decides under the old version
    or the new one is told: nobody widens his own range unseen.
    """
    ranges = list(ranges)
    before = queries.rules_on(kind, act.day)
    if effective_on < act.day:
        raise Refused(
            f"生效日期 {effective_on} 已经过去，没有保存。从今天起，或者往后写。", field="effective_on"
        )
    if effective_on > act.day + AHEAD:
        raise Refused(f"生效日期 {effective_on} 太远，没有保存。最多写到一年以后。", field="effective_on")
    if not authority.strip():
        raise Refused("没有写依据，没有保存。写明哪个文件、哪次会定的。", field="authority")
    _refuse_steps(ranges, act.day)
    try:
        with transaction.atomic():
            rules = issue_rules(
                kind, effective_on=effective_on, authority=authority.strip(), ranges=ranges, act=act
            )
    except IntegrityError:
        raise Overtaken("刚有人录入了新的一版，没有保存。看过那一版再录。") from None
    _tell(rules, before, act)
    return rules


def _tell(rules: RuleSet, before: RuleSet | None, act: Act) -> None:
    named = RuleTier.objects.filter(rule_set__in=[one for one in (before, rules) if one])
    duties = named.order_by("duty").values_list("duty", flat=True).distinct()
    people = {person.pk: person for duty in duties for person in holders(duty, act.day)}
    said = f"{act.by}录入了{rules}，{rules.effective_on} 起用，依据：{rules.authority}"
    for person in people.values():
        notices.post(person, said, outside="审批档有新的一版", act=act)


def _refuse_gaps(ranges: list[Range]) -> None:
    expected: int | None = 0
    for found in ranges:
        if found.to_fen is not None and found.to_fen <= found.from_fen:
            raise Refused(
                f"“{found}”这一档里没有金额，止要大于起，没有保存。改一下起止，或者去掉这一档。",
                field="ranges",
            )
        if expected is None or found.from_fen != expected or not found.duties:
            raise Refused(
                "各档金额要从 0 起首尾相接，不重叠、不断开，每档至少一步。没有保存。", field="ranges"
            )
        expected = found.to_fen
    if expected is not None:
        raise Refused("最后一档要没有上限。没有保存。", field="ranges")


def _refuse_steps(ranges: list[Range], on: date) -> None:
    """One duty twice would be one person twice; a duty that nobody holds would stop every paper (I08)."""
    for found in ranges:
        if len(set(found.duties)) < len(found.duties):
            raise Refused(f"“{found}”这一档里同一个岗位批两次，没有保存。去掉一步。", field="ranges")
    for duty in dict.fromkeys(duty for found in ranges for duty in found.duties):
        if not queries.able(duty, (), on):
            raise Refused(
                f"“{duty_name(duty)}”现在没有人在岗，这一步没有人批，没有保存。先在“岗位”里安排人，或者换一个岗位。",
                field="ranges",
            )
