"""Working time: the scenes of scenarios.md A3, A4 and the calendar of 2026."""

from datetime import date, datetime, time

import pytest
from django.utils import timezone

from houqin.kernel.errors import Refused
from houqin.kernel.school import actions as school
from houqin.kernel.terms import actions as terms
from houqin.kernel.terms import clock, lessons, queries


def at(*when: int) -> datetime:
    return timezone.make_aware(datetime(*when))


def test_friday_afternoon_and_four_hours_end_on_monday_morning(cast):
    hours = queries.working_hours()
    assert clock.after(at(2026, 11, 20, 16, 0), 240, hours) == at(2026, 11, 23, 10, 0)


def test_the_clock_stands_still_on_the_national_day_and_runs_on_its_make_up_day(cast):
    hours = queries.working_hours()
    assert clock.after(at(2026, 9, 30, 17, 0), 60, hours) == at(2026, 10, 8, 8, 0)
    assert queries.national(date(2026, 10, 10)) == (True, "调休上班")
    assert clock.between(at(2026, 10, 9, 17, 0), at(2026, 10, 10, 8, 0), hours) == 60


def test_between_and_after_are_each_others_answer(cast):
    hours = queries.working_hours()
    start = at(2026, 11, 20, 16, 0)
    assert clock.between(start, clock.after(start, 1234, hours), hours) == 1234
    assert clock.between(start, start, hours) == 0


def test_weeks_are_counted_from_the_monday_of_the_first_day(cast):
    term = queries.term_on(date(2026, 11, 23))
    assert (
        term.code,
        queries.week_of(term, date(2026, 9, 1)),
        queries.week_of(term, date(2026, 11, 23)),
    ) == ("2026-1", 1, 13)


# ── lessons ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def day(cast):
    """Six lessons: 8:20, 9:10, 10:20, 11:10, 14:00, 14:50, of 40 minutes each."""
    assert terms.lay_out(act=cast.act("director")) == 6
    assert terms.lay_out(act=cast.act("director")) == 0
    return cast


def test_a_lesson_is_on_only_by_its_clock_and_only_on_a_pupil_day(day):
    asked = {(23, 8, 19): None, (23, 8, 20): 1, (23, 9, 0): None, (23, 9, 10): 2, (21, 9, 10): None}
    found = {when: lessons.lesson_at(at(2026, 11, *when)) for when in asked}
    assert {when: one and one.number for when, one in found.items()} == asked


def test_lessons_are_counted_where_their_middle_falls(day):
    """A lesson that two stretches share belongs to one of them; a weekend has none."""
    monday, middle = at(2026, 11, 23, 0, 0), at(2026, 11, 23, 8, 40)
    assert lessons.between(monday, middle) == 0
    assert lessons.between(middle, at(2026, 11, 23, 10, 0)) == 2
    assert (
        lessons.between(at(2026, 11, 20, 14, 0), at(2026, 11, 23, 9, 0)) == 3
    )  # Friday's last two, Monday's first
    assert lessons.between(at(2026, 11, 21, 0, 0), monday) == 0
    assert lessons.between(middle, middle) == 0


def test_a_lesson_stands_beside_no_other(day):
    act = day.act("director")
    with pytest.raises(Refused, match="第 1 节已经有了"):
        terms.enter_period(number=1, begins=time(16, 0), ends=time(16, 40), act=act)
    with pytest.raises(Refused, match="和第 2 节的时间重叠"):
        terms.enter_period(number=7, begins=time(9, 49), ends=time(10, 10), act=act)
    with pytest.raises(Refused, match="下课要在上课之后"):
        terms.enter_period(number=7, begins=time(16, 0), ends=time(16, 0), act=act)
    made = terms.enter_period(number=7, begins=time(15, 40), ends=time(16, 20), act=act)
    with pytest.raises(Refused, match="和第 6 节的时间重叠"):
        terms.change_period(made, begins=time(15, 20), ends=time(16, 0), act=act)
    terms.change_period(made, begins=time(15, 50), ends=time(16, 30), act=act)
    assert [str(row) for row in lessons.periods()][-1] == "第 7 节"


# ── the hours ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "value"), [("terms.closes", 105), ("terms.closes", 509), ("terms.opens", 991)]
)
def test_a_school_closes_an_hour_after_it_opens_at_least(cast, code, value):
    """105 for 1050: every report would be an error. Seen to fail without the comparison."""
    with pytest.raises(Refused, match=r"“下班时间.*晚 60 分钟以上，没有保存"):
        school.set_figure(code, value=value, act=cast.act("director"))
    school.set_figure("terms.closes", value=510, act=cast.act("director"))
    friday = at(2026, 11, 20, 16, 0)
    assert clock.after(friday, 100_000, queries.working_hours()) > friday
