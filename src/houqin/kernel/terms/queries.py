"""Which day is what: national holidays and make-up days, the school's own days over them, terms and weeks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

import holidays
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from ..school import figures
from .clock import Hours
from .models import SchoolDay, Term

OPENS, CLOSES = figures.declare(
    (
        figures.Figure(
            "terms.opens",
            "上班时间",
            450,
            "分钟",
            "学校常用的作息，7:30 上班，可以改",
            0,
            1439,
            clock=True,
        ),
        figures.Figure(
            "terms.closes",
            "下班时间",
            1050,
            "分钟",
            "学校常用的作息，17:30 下班，可以改",
            1,
            1439,
            "terms.opens",
            60,
            clock=True,
        ),
    )
)


@dataclass(frozen=True)
class Day:
    """One date: whether pupils come, whether staff work, and why it is not an ordinary day."""

    on: date
    pupil_day: bool
    staff_day: bool
    note: str = ""


def day(on: date) -> Day:
    """What `on` is: the school's own row, else the national calendar, else Monday to Friday;
    pupils only in term."""
    return day_in(on, term_on(on))


def day_in(on: date, term: Term | None) -> Day:
    """The same, for whoever has the term of that date already."""
    own = {row.on: row for row in SchoolDay.objects.filter(on=on)}
    return _day(on, own, [(term.starts_on, term.ends_on)] if term else [])


def day_and_term(on: date) -> tuple[Day, Term | None]:
    """Both, in one question once there is a term."""
    own, facts = SchoolDay.objects.filter(on=on), ("pupil_day", "staff_day", "note")
    term = _begun(on).annotate(**{f"own_{fact}": Subquery(own.values(fact)) for fact in facts}).first()
    if term is None:
        return day_in(on, None), None
    found = {fact: getattr(term, f"own_{fact}") for fact in facts}
    rows = {} if found["note"] is None else {on: SchoolDay(on=on, **found)}
    return _day(on, rows, [(term.starts_on, term.ends_on)]), term


def days(first: date, last: date) -> list[Day]:
    """Every date from `first` to `last`, in two queries."""
    own = {row.on: row for row in SchoolDay.objects.filter(on__range=(first, last))}
    terms = list(
        Term.objects.filter(starts_on__lte=last, ends_on__gte=first).values_list("starts_on", "ends_on")
    )
    return [_day(first + timedelta(n), own, terms) for n in range((last - first).days + 1)]


def _day(on: date, own: dict[date, SchoolDay], terms: Iterable[tuple[date, date]]) -> Day:
    if row := own.get(on):
        return Day(on, row.pupil_day, row.staff_day, row.note)
    works, note = national(on)
    return Day(on, works and any(a <= on <= b for a, b in terms), works, note)


@lru_cache(maxsize=8)
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, language="zh_CN")


@lru_cache(maxsize=4096)
def national(on: date) -> tuple[bool, str]:
    """Is `on` a working day by the national calendar, and which holiday or make-up day it is.

    Source: the `holidays` library (2026 with 调休 by 国办发明电; later years computed until the notice is out).
    """
    calendar = _china(on.year)
    if on in calendar.weekend_workdays:
        return True, "调休上班"
    if on in calendar:
        return False, str(calendar[on])
    return on.weekday() < 5, ""


def working_hours() -> Hours:
    """The school's working hours on staff days; asks for a month once, whatever the term."""
    seen: dict[date, bool] = {}

    def works(on: date) -> bool:
        if on not in seen:
            month = [on + timedelta(n) for n in range(31)]
            own = SchoolDay.objects.filter(on__range=(on, month[-1])).values_list("on", "staff_day")
            seen.update({each: national(each)[0] for each in month} | dict(own))
        return seen[on]

    opens, closes = (divmod(minutes, 60) for minutes in figures.values("terms.opens", "terms.closes"))
    return Hours(time(*opens), time(*closes), works, timezone.get_default_timezone())


def is_staff_day(on: date) -> bool:
    return day(on).staff_day


def is_pupil_day(on: date) -> bool:
    return day(on).pupil_day


def term_on(on: date) -> Term | None:
    """The term of a date; in the holidays the one that ended last."""
    return _begun(on).first()


def _begun(on: date) -> QuerySet[Term]:
    """The terms that have begun by a date, the newest first."""
    return Term.objects.filter(starts_on__lte=on).order_by("-starts_on", "-pk")


def week_of(term: Term, on: date) -> int:
    """第几周: counted from the Monday of the week in which the term begins."""
    monday = term.starts_on - timedelta(days=term.starts_on.weekday())
    return (on - monday).days // 7 + 1
