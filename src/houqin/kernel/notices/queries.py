from django.db.models import QuerySet

from ..people.models import Person
from .models import Notice


def to(person: Person) -> QuerySet[Notice]:
    """What one was told, newest first."""
    return Notice.objects.filter(to=person).select_related("matter").order_by("-pk")


def unread_count(person: Person) -> int:
    return Notice.objects.filter(to=person, read_at=None).count()
