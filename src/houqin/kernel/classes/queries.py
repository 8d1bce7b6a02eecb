"""Counting pupils."""

from datetime import date

from django.db.models import QuerySet, Sum

from .models import SchoolClass


def on(day: date) -> QuerySet[SchoolClass]:
    """The classes of the school year that a date lies in."""
    return SchoolClass.objects.filter(school_year__starts_on__lte=day, school_year__ends_on__gte=day)


def pupils(day: date) -> int:
    return on(day).aggregate(all=Sum("pupils"))["all"] or 0
