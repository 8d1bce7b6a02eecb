"""Which clause of the catalogue a clause of the plan answers: proposed by likeness."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from ..models import Binding, CatalogueClause, Plan, PlanClause
from ..pure import likeness
from .catalogue import CHAPTER

LEAST, SURE = 35, 70  # in percent: what is proposed at all, what is ticked beforehand
NEAR = 4  # a second clause is proposed when it is so close behind the best


def proposals(plan: Plan) -> Iterator[Binding]:
    """For each demand of the catalogue the clause that says most of it; for a clause that would have none,
    its nearest."""
    clauses = list(plan.clauses.select_related("parent").order_by("place"))
    above = {clause.pk: likeness.pairs(_above(clause, {c.pk: c for c in clauses})) for clause in clauses}
    answers = {c.pk: likeness.pairs(c.text) for c in clauses if not c.heading}
    demands = [(row, likeness.pairs(row.text)) for row in CatalogueClause.objects.order_by("rank")]
    heads = {key: likeness.pairs(chapter.name) for key, chapter in CHAPTER.items()}
    scores = {
        (row.pk, key): likeness.likeness(pairs, heads[row.chapter], said, above[key])
        for row, pairs in demands
        for key, said in answers.items()
    }
    taken = set()
    for row, _ in demands:
        best = max((scores[row.pk, key] for key in answers), default=0)
        for key in answers:
            if scores[row.pk, key] >= max(LEAST, best - NEAR):
                taken.add(key)
                yield Binding(clause_id=key, catalogue=row, score=min(100, scores[row.pk, key]))
    for key in answers.keys() - taken:
        nearest = max((row for row, _ in demands), key=lambda row: scores[row.pk, key], default=None)
        if nearest is not None and scores[nearest.pk, key] >= LEAST:
            yield Binding(clause_id=key, catalogue=nearest, score=min(100, scores[nearest.pk, key]))


def _above(clause: PlanClause, known: dict[int, PlanClause]) -> str:
    """The headings over a clause."""
    said = []
    while clause.parent_id is not None:
        clause = known[clause.parent_id]
        said.append(clause.text[:40])
    return "。".join(said)


def undecided(plan: Plan) -> QuerySet[Binding]:
    return Binding.objects.filter(clause__plan=plan, state=Binding.PROPOSED)


def unbound(plan: Plan) -> QuerySet[PlanClause]:
    """Clauses to be carried out that answer no demand of the catalogue, or none that is decided."""
    bound = Binding.objects.filter(state=Binding.CONFIRMED).values("clause")
    return plan.clauses.filter(heading=False).exclude(pk__in=bound).order_by("place")
