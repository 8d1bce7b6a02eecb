"""Which plans one may read, what one owns, has to sign and to read, what a leaver holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from houqin.kernel.matters.models import Matter, oversees
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import active, holders

from .. import rules
from ..flow import PLAN
from ..models import ClauseSigned, Plan, PlanClause, PlanTask, Reader, sees_drafts

IN_FORCE = {"plan__matter__state": "in_force"}


def plans_seen(person: Person, at: datetime) -> QuerySet[Plan]:
    """What is or was in force is everybody's to read; drafts are the office's."""
    return Plan.objects.all() if sees_drafts(person, at) else Plan.objects.exclude(in_force_on=None)


def clauses_of(person: Person, at: datetime) -> QuerySet[PlanClause]:
    return PlanClause.objects.visible_to(person, at)


def tasks_seen(person: Person, at: datetime) -> QuerySet[PlanTask]:
    if oversees(person, "plans", at):
        return PlanTask.objects.all()
    return PlanTask.objects.filter(matter__in=Matter.objects.concerning(person, at))


def readers_seen(person: Person, at: datetime) -> QuerySet[Reader]:
    return Reader.objects.all() if sees_drafts(person, at) else Reader.objects.filter(person=person)


def plan_in_force(on: date) -> Plan | None:
    """The plan that is in force on a date; the latest where several terms' are."""
    rows = Plan.objects.filter(in_force_on__lte=on).select_related("term", "matter")
    running = rows.filter(ended_on=None) | rows.filter(ended_on__gte=on)
    return running.order_by("-in_force_on", "-pk").first()


def carried_out(plan: Plan) -> QuerySet[PlanClause]:
    """The clauses that somebody has to carry out: all but headings."""
    return plan.clauses.filter(heading=False).order_by("place")


def owned(person: Person) -> QuerySet[PlanClause]:
    rows = PlanClause.objects.filter(owner=person, heading=False, **IN_FORCE)
    return rows.select_related("plan", "checker").order_by("plan_id", "place")


def to_sign(plan: Plan, person: Person) -> QuerySet[PlanClause]:
    signed = ClauseSigned.objects.filter(person=person, clause__plan=plan).values("clause")
    return plan.clauses.filter(owner=person, heading=False).exclude(pk__in=signed).order_by("place")


def waiting(person: Person) -> Iterable[tuple[int, str, bool, int]]:
    """The plans in force by key and name, with what each waits for from him: whether he has yet to say that
    he has read it, how many clauses of his he has yet to sign for. One question for both."""
    unread = Reader.objects.filter(plan=OuterRef("pk"), person=person, receipt=None)
    signed = ClauseSigned.objects.filter(clause=OuterRef("pk"), person=person)
    mine = PlanClause.objects.filter(~Exists(signed), plan=OuterRef("pk"), owner=person, heading=False)
    many = mine.order_by().values("plan").annotate(many=Count("pk")).values("many")
    rows = Plan.objects.exclude(in_force_on=None).filter(ended_on=None).order_by("pk")
    asked = rows.annotate(unread=Exists(unread), owed=Coalesce(Subquery(many), 0))
    return asked.values_list("pk", "name", "unread", "owed")


def read_by(plan: Plan, person: Person) -> Reader | None:
    return plan.readers.filter(person=person).select_related("receipt").first()


def held(person: Person) -> list[str]:
    """What a leaver has to hand over first, besides what he has in hand: clauses in force."""
    return [f"计划条款“{clause}”归他" for clause in owned(person)]


def is_here(person: Person, on: date) -> bool:
    return active(on).filter(pk=person.pk).exists()


def takers(matter: Matter, on: date) -> QuerySet[Person]:
    """Who may be handed a plan: who runs the office. A task: not its checker; its check: none who did it."""
    if matter.kind == PLAN.kind:
        rows = Person.objects.filter(pk__in=[person.pk for person in holders(rules.OFFICE, on)])
    else:
        others = [matter.plan_task.checker_id] if matter.state == "open" else rules.doers(matter)
        rows = active(on).exclude(pk__in=[*others, *(person.pk for person in holders(rules.READS_ONLY, on))])
    return rows.exclude(pk=matter.holder_id or 0).order_by("name", "pk")
