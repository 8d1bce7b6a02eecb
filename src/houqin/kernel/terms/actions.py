"""Entering school years, terms, the school's own days and its lessons."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ..act import Act
from ..audit import actions as audit
from ..errors import Refused
from .models import LessonPeriod, SchoolDay, SchoolYear, Term

BACKWARD = "学期的结束要在开始之后，没有保存。"
SHIPPED = (  # 40 minutes each, the first not before 8:20 (domain/calendar.md 5.1); the school sets its own
    (time(8, 20), time(9, 0)), (time(9, 10), time(9, 50)), (time(10, 20), time(11, 0)),
    (time(11, 10), time(11, 50)),
    (time(14, 0), time(14, 40)), (time(14, 50), time(15, 30)),
)  # fmt: skip


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


# ── lessons ─────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def lay_out(*, act: Act) -> int:
    """What a school starts with: six lessons a day; nothing where lessons are entered already."""
    if LessonPeriod.objects.exists():
        return 0
    fresh = [LessonPeriod(number=n, begins=a, ends=b) for n, (a, b) in enumerate(SHIPPED, 1)]
    return len(audit.add_many(LessonPeriod, fresh, act=act, ground="随系统提供"))


def enter_period(*, number: int, begins: time, ends: time, act: Act) -> LessonPeriod:
    """Enter a lesson; refuses a number that is there and an hour that is taken."""
    if LessonPeriod.objects.filter(number=number).exists():
        raise Refused(f"第 {number} 节已经有了，没有保存。打开它来改。", field="number")
    _refuse_hours(begins, ends, LessonPeriod.objects.all())
    return audit.add(LessonPeriod, number=number, begins=begins, ends=ends, act=act)


def change_period(
    period: LessonPeriod, *, begins: time, ends: time, act: Act, seen: dict[str, str] | None = None
) -> LessonPeriod:
    """Move a lesson; what was counted before stays as it was counted."""
    _refuse_hours(begins, ends, LessonPeriod.objects.exclude(pk=period.pk))
    return audit.change(period, begins=begins, ends=ends, seen=seen, act=act)


def _refuse_hours(begins: time, ends: time, others: QuerySet[LessonPeriod]) -> None:
    if ends <= begins:
        raise Refused("下课要在上课之后，没有保存。", field="ends")
    if taken := others.filter(begins__lt=ends, ends__gt=begins).order_by("number").first():
        raise Refused(f"和{taken}的时间重叠，没有保存。改上课或下课时间。", field="begins")
