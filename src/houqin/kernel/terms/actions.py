"""Entering school years, terms and the school's own days."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from ..act import Act
from ..audit import actions as audit
from ..errors import Refused
from .models import SchoolDay, SchoolYear, Term

BACKWARD = "学期的结束要在开始之后，没有保存。"


@transaction.atomic
def open_term(*, year: str, code: str, name: str, starts_on: date, ends_on: date, act: Act) -> Term:
    """Enter a term; its school year (1 September to 31 August) is made if it is not there."""
    if Term.objects.filter(code=code).exists():
        raise Refused(f"学期代码“{code}”已经有了，没有保存。换一个代码。", field="code")
    if ends_on <= starts_on:
        raise Refused(BACKWARD, field="ends_on")
    first = date(starts_on.year if starts_on.month >= 8 else starts_on.year - 1, 9, 1)
    school_year = SchoolYear.objects.filter(name=year).first() or audit.add(
        SchoolYear, name=year, starts_on=first, ends_on=date(first.year + 1, 8, 31), act=act
    )
    if Term.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused("这个学期和别的学期日期重叠，没有保存。改开始或结束日期。", field="starts_on")
    return audit.add(
        Term, school_year=school_year, code=code, name=name, starts_on=starts_on, ends_on=ends_on, act=act
    )


@transaction.atomic
def change_term(
    term: Term, *, name: str, starts_on: date, ends_on: date, act: Act, seen: dict[str, str] | None = None
) -> Term:
    """Move a term's first or last day; refuses an overlap."""
    others = Term.objects.exclude(pk=term.pk)
    if ends_on <= starts_on:
        raise Refused(BACKWARD, field="ends_on")
    if others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused("这个学期和别的学期日期重叠，没有保存。改开始或结束日期。", field="starts_on")
    return audit.change(term, name=name, starts_on=starts_on, ends_on=ends_on, seen=seen, act=act)


def enter_day(*, on: date, pupil_day: bool, staff_day: bool, note: str, act: Act) -> SchoolDay:
    """Enter one day that differs from the national calendar; refuses a second row for it."""
    if SchoolDay.objects.filter(on=on).exists():
        raise Refused(f"{on} 已经在校历里，没有再记。打开它来改。", field="on")
    return audit.add(SchoolDay, on=on, pupil_day=pupil_day, staff_day=staff_day, note=note, act=act)


def enter_days(days: Iterable[dict[str, Any]], *, act: Act) -> list[SchoolDay]:
    """The plural twin of `enter_day`."""
    return audit.add_many(SchoolDay, [SchoolDay(**said) for said in days], act=act)


def change_day(
    day: SchoolDay,
    *,
    pupil_day: bool,
    staff_day: bool,
    note: str,
    act: Act,
    seen: dict[str, str] | None = None,
) -> SchoolDay:
    return audit.change(day, pupil_day=pupil_day, staff_day=staff_day, note=note, seen=seen, act=act)


@transaction.atomic
def set_days(days: Iterable[SchoolDay], *, act: Act) -> int:
    """Enter days that differ from the national calendar; a day entered before is changed."""
    known = {row.on: row for row in SchoolDay.objects.all()}
    fresh = []
    for wanted in days:
        if row := known.get(wanted.on):
            audit.change(
                row, pupil_day=wanted.pupil_day, staff_day=wanted.staff_day, note=wanted.note, act=act
            )
        else:
            fresh.append(wanted)
    audit.add_many(SchoolDay, fresh, act=act)
    return len(fresh)
