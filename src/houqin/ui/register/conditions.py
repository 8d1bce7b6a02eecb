"""The conditions of a list: django-filter under the declaration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import django_filters
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django_filters.fields import ModelChoiceField

from houqin.kernel.places.models import Place
from houqin.ui.fields import DayField

from .declare import Filter, Register

if TYPE_CHECKING:
    from .pick import Asked


@cache
def conditions_of(register: Register) -> type[django_filters.FilterSet]:
    made: dict[str, Any] = {}
    for each in register.filters:
        made.update(fields_of(each, register.model))
    return type(f"{register.key}_conditions", (django_filters.FilterSet,), made)


def fields_of(each: Filter, model: type[Model]) -> dict[str, django_filters.Filter]:
    """The django-filter fields of one declared condition."""
    common: dict[str, Any] = {"label": each.label, "field_name": each.path}
    if each.kind == "dates":
        moments = isinstance(field_at(model, each.path), models.DateTimeField)
        return {
            f"{each.key}_from": DayFilter(label=f"{each.label}，从", field_name=each.path, moments=moments),
            f"{each.key}_to": DayFilter(
                label=f"{each.label}，到", field_name=each.path, moments=moments, until=True
            ),
        }
    if each.kind == "yes":
        return {each.key: YesFilter(**common, choices=[("1", "是"), ("0", "否")], **ANY)}
    if each.kind == "choice":
        return {each.key: django_filters.ChoiceFilter(**common, choices=each.choices, **ANY)}
    if each.kind == "place":
        return {each.key: PlaceFilter(**common, queryset=_asked(each), **ANY)}
    return {each.key: ThingFilter(**common, queryset=_asked(each), **ANY)}


ANY = {"empty_label": "不限"}
LONGEST_KEY = 18  # digits


def _asked(each: Filter) -> Callable[[Asked], QuerySet]:
    """The things to choose from, as this person may see them;
    django-filter hands in its `request`: our `Asked`."""
    return lambda asked: each.choices(asked.person, asked.at).using("reader")


class YesFilter(django_filters.ChoiceFilter):
    def filter(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(**{self.field_name: value == "1"}) if value else rows


class DayFilter(django_filters.DateFilter):
    """From the beginning of a day, or to its end, of a date or a moment."""

    field_class = DayField

    def __init__(self, *, moments: bool, until: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.moments, self.until = moments, until

    def filter(self, rows: QuerySet, value: date | None) -> QuerySet:
        if value is None:
            return rows
        if not self.moments:
            return rows.filter(**{f"{self.field_name}__{'lte' if self.until else 'gte'}": value})
        start = timezone.make_aware(datetime.combine(value + timedelta(days=self.until), time.min))
        return rows.filter(**{f"{self.field_name}__{'lt' if self.until else 'gte'}": start})


class ThingField(ModelChoiceField):
    """A number longer than any key is no thing; a key shared with another row does not check its size."""

    def to_python(self, value: Any) -> Any:
        if len(str(value)) > LONGEST_KEY:
            raise ValidationError(self.error_messages["invalid_choice"], params={"value": value})
        return super().to_python(value)


class ThingFilter(django_filters.ModelChoiceFilter):
    field_class = ThingField


class PlaceFilter(ThingFilter):
    """A place and everything in it."""

    def filter(self, rows: QuerySet, value: Place | None) -> QuerySet:
        if value is None:
            return rows
        inside = Q(**{f"{self.field_name}__path__startswith": f"{value.path}{value.pk}/"})
        return rows.filter(inside | Q(**{self.field_name: value}))


def field_at(model: type[Model], path: str) -> models.Field | None:
    """The field that a path ends in; None for an annotation."""
    return next(reversed(fields_along(model, path)), None)


def fields_along(model: type[Model], path: str) -> list[Any]:
    """The fields that a path leads through; none for an annotation."""
    found: list[Any] = []
    for name in path.split("__"):
        try:
            found.append(model._meta.pk if name == "pk" else model._meta.get_field(name))
        except FieldDoesNotExist:
            return []
        model = found[-1].related_model or model
    return found
