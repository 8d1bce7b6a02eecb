"""Reading matters: the inbox, the way so far, what a leaver holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from ..attachments.models import Attachment
from ..people.models import Person
from ..signatures.models import Signature
from .models import Event, Link, Matter, MatterQuerySet


def shown(rows: MatterQuerySet) -> MatterQuerySet:
    """With what a list shows of each."""
    return rows.select_related("place", "holder", "opened_by")


def in_hand(person: Person, at: datetime) -> MatterQuerySet:
    """我的待办: what waits for this person: what goes first, then the most pressing."""
    return shown(Matter.objects.in_hands_of(person, at)).order_by("-first", "due_at", "pk")


def asked_by(person: Person) -> MatterQuerySet:
    """What one asked for and still waits for."""
    return shown(Matter.objects.open().filter(opened_by=person)).order_by("-pk")


def oldest(rows: MatterQuerySet, *, of: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The most pressing, and how `many`, of all or of each value of the fields `of`; one question."""
    parts = [F(field) for field in of] or None
    counted = rows.annotate(
        many=Window(Count("pk"), partition_by=parts),
        nth=Window(RowNumber(), partition_by=parts, order_by=["due_at", "pk"]),
    )
    return [dict(row) for row in counted.filter(nth=1).values(*of, "title", "due_at", "many")]


def way(matter: Matter) -> QuerySet[Event]:
    """经过: every step with its signatures and files, newest first."""
    return (
        matter.events.select_related("by", "on_behalf_of", "to_holder")
        .prefetch_related(
            Prefetch("signatures", Signature.objects.select_related("signer", "drawing").order_by("pk")),
            Prefetch(
                "attachments", Attachment.objects.select_related("blob", "withdrawal__by").order_by("pk")
            ),
        )
        .order_by("-pk")
    )


def links(matter: Matter) -> list[Link]:
    """What it waits for and what waits for it, with both ends; most matters have none: nothing is joined."""
    found = Link.objects.filter(Q(matter=matter) | Q(waits_for=matter)).order_by("pk")
    return list(found.prefetch_related("matter", "waits_for"))


def holdings(person: Person) -> list[str]:
    """What a leaver still has in hand."""
    return [str(matter) for matter in Matter.objects.open().filter(holder=person).order_by("pk")]
