"""对应: proposed by likeness, confirmed by a person, and put right by one at any time."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from houqin.kernel.act import Act
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.people.queries import has_duty

from .. import queries, rules
from ..models import Binding, CatalogueClause, Plan, PlanClause


@transaction.atomic
def propose(plan: Plan, *, act: Act) -> list[Binding]:
    """What likeness finds and is not there yet; what a person has decided stays."""
    there = set(Binding.objects.filter(clause__plan=plan).values_list("clause", "catalogue"))
    found = [one for one in queries.proposals(plan) if (one.clause_id, one.catalogue_id) not in there]
    return audit.add_many(Binding, found, act=act, ground="按相似度提出")


@transaction.atomic
def decide(plan: Plan, *, confirmed: Iterable[Binding], shown: Iterable[Binding], act: Act) -> int:
    """Of those that were shown, the ticked ones are confirmed and the others are not; answers how many
    are."""
    _refuse_others(act)
    ticked = {binding.pk for binding in confirmed}
    for binding in shown:
        wanted = Binding.CONFIRMED if binding.pk in ticked else Binding.REJECTED
        if binding.state != wanted:
            _settle(binding, wanted, act)
    return len(ticked)


@transaction.atomic
def confirm_sure(plan: Plan, *, least: int = queries.SURE, act: Act) -> int:
    """Confirm at once what is proposed and at least so alike; each can be put right afterwards."""
    _refuse_others(act)
    rows = list(queries.undecided(plan).filter(score__gte=least).order_by("pk"))
    for binding in rows:
        _settle(binding, Binding.CONFIRMED, act)
    return len(rows)


@transaction.atomic
def bind(clause: PlanClause, *, catalogue: CatalogueClause, act: Act) -> Binding:
    """Tie a clause to a demand that likeness did not find."""
    _refuse_others(act)
    if clause.heading:
        raise Refused("标题不对应条款，没有保存。选它下面的一条。")
    there = Binding.objects.filter(clause=clause, catalogue=catalogue).first()
    if there is not None:
        return _settle(there, Binding.CONFIRMED, act)
    return audit.add(
        Binding,
        clause=clause,
        catalogue=catalogue,
        state=Binding.CONFIRMED,
        decided_by=act.by,
        decided_at=act.at,
        act=act,
    )


def _settle(binding: Binding, state: str, act: Act) -> Binding:
    return audit.change(binding, state=state, decided_by=act.by, decided_at=act.at, act=act)


def _refuse_others(act: Act) -> None:
    if not has_duty(act.by, rules.OFFICE, act.day):
        raise NotYours("条款对应归总务处确认，没有保存。")
