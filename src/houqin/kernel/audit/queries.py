"""Reading what happened to a card."""

from django.db import models
from django.db.models import QuerySet

from .models import Change


def history(row: models.Model) -> QuerySet[Change]:
    """The changes of one card, newest first."""
    return (
        Change.objects.filter(kind=row._meta.label_lower, key=row.pk)
        .select_related("by", "on_behalf_of")
        .order_by("-pk")
    )
