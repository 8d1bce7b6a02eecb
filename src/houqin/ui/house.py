"""家底: the registers of the kernel's own cards: places, people, posts, school days, terms, figures, labels."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from houqin.kernel.area import Area
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place

from .register.declare import Column, Filter, Register, View

KEEPERS = ("house-keeper", "accounts")
OFFICE = ("office", "house-keeper", "accounts", "view-all")


def staff(person: Person, at: datetime) -> QuerySet[Person]:
    return Person.objects.filter(built_in=False).order_by("name", "pk")


def buildings(person: Person, at: datetime) -> QuerySet[Place]:
    return Place.objects.filter(kind__in=("campus", "building", "floor")).order_by("walk", "pk")


def all_places(person: Person, at: datetime) -> QuerySet[Place]:
    return Place.objects.all()


def places_in_use(rows: QuerySet[Place], person: Person, at: datetime) -> QuerySet[Place]:
    return rows.filter(closed_on=None)


def closed_places(rows: QuerySet[Place], person: Person, at: datetime) -> QuerySet[Place]:
    return rows.exclude(closed_on=None)


PLACES = Register(
    key="places",
    name="场所",
    model=Place,
    icon="map-pin",
    rows=all_places,
    columns=(
        Column("编码", "code", sort="code", kind="code", on="note"),
        Column("名称", "name", sort="name", on="title"),
        Column("地点", "full_name", sort="full_name", on="place"),
        Column("类型", "kind", sort="kind", choices=tuple(Place.KINDS), on="state"),
        Column("用途", "use", sort="use", choices=tuple(Place.USES), on="note"),
        Column("责任人", "owner__name", sort="owner__name", on="due", empty="没有"),
        Column("走动次序", "walk", sort="walk", kind="number"),
        Column("停用日期", "closed_on", sort="closed_on", kind="date", shown=False),
    ),
    filters=(
        Filter("kind", "类型", "kind", choices=tuple(Place.KINDS)),
        Filter("use", "用途", "use", choices=tuple(Place.USES)),
        Filter("owner", "责任人", "owner", kind="person", choices=staff),
        Filter("closed", "停用日期", "closed_on", kind="dates"),
    ),
    views=(View("used", "在用", places_in_use), View("closed", "停用", closed_places), View("all", "全部")),
    search=("name", "full_name", "code", "owner__name", "owner__initials"),
    hint="名称、编码、责任人，可打拼音首字母",
    order="walk",
)

AREA = Area(key="house", name="家底", icon="home", group="家底", registers=(PLACES,))
