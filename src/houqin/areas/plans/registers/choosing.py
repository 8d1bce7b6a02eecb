"""Who and what may be chosen in the lists of plans."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person
from houqin.kernel.terms.models import Term

from .. import queries, rules
from ..models import Plan

OFFICE = (rules.OFFICE,)


def staff(person: Person, at: datetime) -> QuerySet[Person]:
    return people.active(timezone.localtime(at).date()).order_by("name", "pk")


def of_act(act: Act) -> QuerySet[Person]:
    return people.active(act.day).order_by("name", "pk")


def the_terms(person: Person, at: datetime) -> QuerySet[Term]:
    return Term.objects.order_by("-starts_on", "pk")


def the_plans(person: Person, at: datetime) -> QuerySet[Plan]:
    return queries.plans_seen(person, at).order_by("-pk")
