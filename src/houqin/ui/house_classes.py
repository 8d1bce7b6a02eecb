"""班级: the classes of each school year, who leads them, where they sit, how many pupils;
no pupil has a name here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.classes import actions as classes
from houqin.kernel.classes.models import SchoolClass
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import active
from houqin.kernel.places import queries as places
from houqin.kernel.places.models import Place
from houqin.kernel.terms.models import SchoolYear

from .fields import SlipForm, WholeField
from .house_people import today_of
from .house_places import KEEPERS
from .register.declare import Card, CardSlip, Column, Empty, Filter, Register, View


def all_classes(person: Person, at: datetime) -> QuerySet[SchoolClass]:
    return SchoolClass.objects.select_related("school_year", "teacher", "room")


def this_year(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    day = today_of(at)
    return rows.filter(school_year__starts_on__lte=day, school_year__ends_on__gte=day)


def years(person: Person, at: datetime) -> QuerySet[SchoolYear]:
    return SchoolYear.objects.order_by("-starts_on", "-pk")


class ChangeClass(SlipForm):
    teacher = forms.ModelChoiceField(label="班主任", queryset=Person.objects.none(), required=False)
    room = forms.ModelChoiceField(label="教室", queryset=Place.objects.none(), required=False)
    pupils = WholeField(label="学生人数", min_value=0, max_value=99)


class NewClass(ChangeClass):
    school_year = forms.ModelChoiceField(label="学年", queryset=SchoolYear.objects.none())
    grade = WholeField(label="年级", min_value=1, max_value=6)
    number = WholeField(label="班号", min_value=1, max_value=30)
    field_order = ("school_year", "grade", "number", "teacher", "room", "pupils")


def choices(act: Act, school_class: SchoolClass | None) -> dict[str, Any]:
    found: dict[str, Any] = {"teacher": active(act.day).order_by("name", "pk"), "room": places.rooms()}
    return found if school_class else {**found, "school_year": years(act.by, act.at)}


def facts(school_class: SchoolClass, act: Act) -> list[Fact]:
    teacher, room = school_class.teacher, school_class.room
    return [
        Fact("学年", school_class.school_year.name),
        Fact(
            "班主任", teacher.name if teacher else "", url=f"/house/people/{teacher.pk}/" if teacher else ""
        ),
        Fact("教室", room.full_name if room else "", url=f"/house/places/{room.pk}/" if room else ""),
        Fact("学生人数", f"{school_class.pupils} 人"),
    ]


CLASSES = Register(
    key="classes",
    name="班级",
    model=SchoolClass,
    icon="users-group",
    group="家底",
    rows=all_classes,
    columns=(
        Column("班级", "name", sort="grade", on="title"),
        Column("班主任", "teacher__name", sort="teacher__name", on="place", empty="没有班主任"),
        Column("教室", "room__full_name", on="note"),
        Column("学生，人", "pupils", sort="pupils", kind="number", on="due", total="pupils"),
        Column("学年", "school_year__name", shown=False),
    ),
    filters=(Filter("year", "学年", "school_year", kind="model", choices=years),),
    views=(View("now", "这个学年", this_year), View("all", "全部")),
    search=("name", "teacher__name"),
    hint="班级、班主任",
    order="grade",
    slips=(
        CardSlip("new", "加一个班", NewClass, classes.open_class, KEEPERS, "plus", choices),
        CardSlip("change", "改卡片", ChangeClass, classes.change_class, KEEPERS, choices=choices),
    ),
    card=Card(facts),
    empty=Empty("还没有班级", "每个学年的班级记在这里：谁带、在哪间教室、多少学生。只记人数，不记学生姓名。"),
)  # fmt: skip
