"""Working time: the scenes of scenarios.md A3, A4 and the calendar of 2026."""

from datetime import date, datetime

from django.utils import timezone

from houqin.kernel.terms import clock, queries


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
