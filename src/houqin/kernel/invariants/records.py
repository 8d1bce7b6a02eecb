"""Records: keyed hashes, the chain of seals, cards against their changes, approvals against their rules."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from .. import entries
from ..approvals.models import ApprovalRoute, ApprovalStep, Delegation
from ..area import Finding, Invariant
from ..audit.models import Change, Seal
from ..audit.sealing import actions as sealer
from ..audit.sealing import queries as sealing

FORCED = "数据被人绕过程序改过。保留现场，和最近的备份对照。"
LOST = "数据库可能被换成了旧的，或者丢了最近的记录。和最近的备份对照；查清以后删掉数据目录里的 anchor。"
LATEST = 50  # seals looked at in the fast check


def intact() -> Iterator[Finding]:
    """I36: every entry still says what it said when it was written."""
    for model in entries.models_of_entries():
        for row in model._default_manager.order_by("pk").iterator(chunk_size=2000):
            if not entries.intact(row):
                yield Finding(
                    "I36", f"{model._meta.db_table} 第 {row.pk} 行", "和写下时一样", "内容变了", FORCED
                )


def chained_fast() -> Iterator[Finding]:
    yield from anchored()
    newest = list(Seal.objects.order_by("-pk")[:LATEST])[::-1]
    yield from _links(newest, newest[0].previous if newest else sealing.GENESIS)


def chained_full() -> Iterator[Finding]:
    """I34: every seal hangs on the one before, and every sealed row is still there as it was."""
    yield from _links(Seal.objects.order_by("pk").iterator(chunk_size=1000), sealing.GENESIS)
    models_by_table = {model._meta.db_table: model for model in sealing.sealed_models()}
    after: dict[str, int] = {}
    for seal in Seal.objects.order_by("pk").iterator(chunk_size=1000):
        model = models_by_table.get(seal.table)
        if model is None:
            yield Finding("I34", f"日封 {seal.pk}", "封的表还在", f"没有 {seal.table}", FORCED)
            continue
        count, _, digest = sealing.digest(model, after.get(seal.table, 0), seal.last)
        after[seal.table] = seal.last
        if (count, digest) != (seal.count, seal.digest):
            thing = f"{seal.table} 第 {seal.first}–{seal.last} 行"
            yield Finding("I34", thing, f"封存时的 {seal.count} 行", f"{count} 行，内容对不上", FORCED)


def _links(seals: Any, previous: str) -> Iterator[Finding]:
    for seal in seals:
        if seal.previous != previous or seal.head != sealing.head_of(seal):
            yield Finding(
                "I34",
                f"日封 {seal.pk}",
                f"接在 {previous[:12]} 之后",
                f"{seal.previous[:12]} → {seal.head[:12]}",
                FORCED,
            )
        previous = seal.head


def anchored() -> Iterator[Finding]:
    """The head written outside the database is in it: nothing was cut off,
    no older database was put in its place.
    """
    said = sealer.anchored()
    if said and not sealing.fits(said):
        yield Finding(
            "I34", f"日封 {said['seal']}", f"在数据库里（{said['head'][:12]}）", "没有，或者不一样", LOST
        )


# ── cards against what was written down of them ─────────────────────────────────────────────────────────


def cards_as_changed() -> Iterator[Finding]:
    """I36: the newest change of each field of each card says what the card shows."""
    same_field = Change.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"), field=OuterRef("field"))
    newest = Change.objects.exclude(field="+").filter(
        pk=Subquery(same_field.order_by("-pk").values("pk")[:1])
    )
    for model in apps.get_models():
        mine = list(newest.filter(kind=model._meta.label_lower).order_by("key", "pk"))
        if mine:
            cards = model._default_manager.in_bulk({change.key for change in mine})
            yield from (found for change in mine if (found := _differs(change, cards.get(change.key))))


def _differs(change: Change, card: models.Model | None) -> Finding | None:
    if card is None:
        return Finding("I36", f"{change.kind} {change.key}", "卡片还在", "没有了", FORCED)
    try:
        field = card._meta.get_field(change.field)
    except FieldDoesNotExist:  # noted of the card, no field of it: printed, login
        return None
    shown = getattr(card, field.attname)  # type: ignore[union-attr]
    if _same(field, change.now, shown):
        return None
    return Finding(
        "I36", f"{change.kind} {change.key} 的“{change.field}”", change.now or "空", str(shown), FORCED
    )


def _same(field: Any, said: str, shown: Any) -> bool:
    """Whether the words of a change and the value of a card are the same thing."""
    if said == "" or shown is None:
        return (said == "") == (shown in (None, ""))
    if field.is_relation:
        return said.rpartition("#")[2] == str(shown)
    if isinstance(shown, list | dict):
        return said == str(shown)
    try:
        value = field.to_python(said)
    except ValidationError:
        return False
    if isinstance(value, date | datetime):
        return bool(value == shown)
    return str(value) == str(shown)


# ── approvals ───────────────────────────────────────────────────────────────────────────────────────────


def decided_apart() -> Iterator[Finding]:
    """I09: nobody decided his own paper or one he was kept apart from, for himself or for another, and nobody
    two steps of one round, nor another for him. Who takes a paper back decides nothing."""
    decided = ApprovalStep.objects.filter(state__in=(ApprovalStep.AGREED, ApprovalStep.REFUSED))
    decided = decided.select_related("route__matter")
    for step in decided.filter(decided_by=F("route__by")).order_by("pk"):
        yield Finding("I09", step.route.matter.number, "别人审批", "提交人自己批了", FORCED)
    lent = Q(on_behalf_of__isnull=False, decided_by=F("route__matter__opened_by"))
    for step in decided.filter(Q(decided_by=F("route__excluded")) | lent).order_by("pk").distinct():
        yield Finding("I09", step.route.matter.number, "没有牵连的人审批", f"{step.decided_by}批的", FORCED)
    seen: set[tuple[int, int | None]] = set()
    for step in decided.order_by("route_id", "order"):
        pairs = {(step.route_id, who) for who in (step.decided_by_id, step.on_behalf_of_id) if who}
        if pairs & seen:
            yield Finding("I09", step.route.matter.number, "两步由两个人批", "同一个人批了两步", FORCED)
        seen |= pairs


def approved_by_rule() -> Iterator[Finding]:
    """I22: each round has the steps its rules ask for, decided in their order by those who could."""
    routes = ApprovalRoute.objects.select_related("matter", "rule_set").prefetch_related("steps__candidates")
    for route in routes.order_by("pk").iterator(chunk_size=500):
        steps = sorted(route.steps.all(), key=lambda step: step.order)
        if wrong := _not_the_tier(route, steps):
            yield Finding("I22", route.matter.number, *wrong, FORCED)
        yield from _out_of_turn(route, steps)
        for step in steps:
            if step.decided_by_id and step.state != ApprovalStep.RECALLED and not _could(step, route):
                yield Finding(
                    "I22",
                    f"{route.matter.number} 第 {step.order} 步",
                    "由候选人或受托人批",
                    f"{step.decided_by}批的",
                    FORCED,
                )


def _not_the_tier(route: ApprovalRoute, steps: list[ApprovalStep]) -> tuple[str, str] | None:
    within = route.rule_set.tiers.filter(from_fen__lte=route.basis_fen).exclude(to_fen__lte=route.basis_fen)
    tiers: dict[str, list[str]] = {}
    for tier in within.order_by("category", "order"):
        tiers.setdefault(tier.category, []).append(tier.duty)
    has = [step.duty for step in steps]
    if has in tiers.values():
        return None
    return f"{'、'.join(next(iter(tiers.values()), ['有审批档']))}", "、".join(has) or "没有审批步骤"


def _out_of_turn(route: ApprovalRoute, steps: list[ApprovalStep]) -> Iterator[Finding]:
    """Agreed steps come first, then at most one that is open, refused or recalled, then those that wait."""
    marks = {"agreed": "a", "open": "o", "refused": "r", "recalled": "r", "waiting": "w"}
    shape = "".join(marks[step.state] for step in steps)
    if shape.strip("w").lstrip("a") not in ("", "o", "r") or shape.startswith("w"):
        yield Finding(
            "I22",
            route.matter.number,
            "按次序审批",
            "、".join(step.get_state_display() for step in steps),
            FORCED,
        )


def _could(step: ApprovalStep, route: ApprovalRoute) -> bool:
    candidates = {person.pk for person in step.candidates.all()}
    if step.on_behalf_of_id is None:
        return step.decided_by_id in candidates
    given = Delegation.objects.filter(
        giver=step.on_behalf_of_id, taker=step.decided_by_id, kind=route.matter.kind,
        cap_fen__gte=route.basis_fen,
        from_at__lte=step.decided_at, to_at__gt=step.decided_at,
    ).exclude(ended_at__lte=step.decided_at)  # fmt: skip
    return step.on_behalf_of_id in candidates and given.exists()


INVARIANTS = (
    Invariant("I09", "自己的事不自己批，两步不由一人批", decided_apart),
    Invariant("I22", "审批步骤和规则一致", approved_by_rule, fast=False),
    Invariant("I34", "日封一环接一环", chained_fast),
    Invariant("I34", "封存的记录一行没动", chained_full, fast=False),
    Invariant("I36", "每条记录和写下时一样", intact, fast=False),
    Invariant("I36", "卡片和变动记录一致", cards_as_changed, fast=False),
)
