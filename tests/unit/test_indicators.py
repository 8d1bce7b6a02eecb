"""Indicators over a scope: whose, where, which week; the trend adds up to the value, the rows are as many
as the number.

Seen to fail: with a part's border a day late (a Monday fell into the week before), without the place's
subtree.
"""

from datetime import date, datetime

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from houqin.kernel.indicators.declare import Indicator, Part, Scope, declare
from houqin.kernel.indicators.measures import Mean, Median, Share
from houqin.kernel.indicators.queries import measured, rows, value
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.flow import End, Flow, State, Step
from houqin.kernel.matters.models import Matter
from houqin.kernel.school import actions as school
from houqin.kernel.school import figures

CHORE = Flow(
    "chores.chore", "杂事", "CS", "tool",
    states=(State("open", "在办"), State("done", "办完", end=End.DONE)),
    steps=(Step("finish", "办完", ("open",), "done", lambda act, m: True),),
)  # fmt: skip


def opened(period):
    return Matter.objects.filter(kind=CHORE.kind, opened_at__gte=period.since, opened_at__lt=period.until)


def done(period):
    return opened(period).filter(state="done")


WHOSE = {"person": "opened_by", "place": "place", "when": "opened_at"}
SHARE = Indicator("T-1", "办完率", ("G1",), top=done, bottom=opened, target=60,
                  parts=(Part("办完", Q(state="done")), Part("在办", Q(state="open"))), **WHOSE)  # fmt: skip
COUNT = Indicator("T-2", "收到", ("G1",), top=opened, unit="件", **WHOSE)
MEAN = Indicator("T-3", "平均序号", ("G1",), top=opened, measure=Mean("serial"), unit="号", **WHOSE)
MIDDLE = Indicator("T-4", "中位序号", ("G1",), top=opened, measure=Median("serial"), unit="号", **WHOSE)
BLIND = Indicator("T-5", "不分", ("G1",), top=opened, unit="件")
RATED = Indicator("T-6", "满意度", ("G1",), top=opened, measure=Share("serial", most=5), **WHOSE)
ALL = (SHARE, COUNT, MEAN, MIDDLE, BLIND, RATED)
TERM = Scope(date(2026, 9, 1), date(2026, 11, 29))


@pytest.fixture
def chores(cast):
    """Five chores: Sunday and Monday of two weeks, in a classroom, on its floor and elsewhere; three are
    done."""
    said = (
        (datetime(2026, 9, 6, 23, 59), "teacher", "c32", True),
        (datetime(2026, 9, 7, 0, 0), "teacher", "c32", False),
        (datetime(2026, 9, 13, 12, 0), "director", "jxl", True),
        (datetime(2026, 11, 29, 23, 59), "teacher", "wc2", True),
        (datetime(2026, 11, 30, 0, 0), "teacher", "c32", True),
    )  # fmt: skip
    for moment, role, place, finished in said:
        act = cast.act(role, at=timezone.make_aware(moment))
        chore = matters.open_matter(
            CHORE, title=place, state="open", due_at=act.at, place=cast.place(place), holder=act.by, act=act
        )
        if finished:
            matters.move(CHORE, chore, "finish", act=act)
    return cast


def of(scope):
    return {code: str(one.value.value) for code, one in measured(ALL, scope).items()}


def test_what_lies_in_the_period_counts_and_what_follows_does_not(chores):
    assert of(TERM) == {"T-1": "75.0", "T-2": "4", "T-3": "2.5", "T-4": "2.5", "T-5": "4", "T-6": "50.0"}
    assert of(Scope(date(2025, 1, 1), date(2025, 1, 31))) == {
        "T-1": "None", "T-2": "0", "T-3": "None", "T-4": "None", "T-5": "0", "T-6": "None",
    }  # fmt: skip


def test_the_weeks_of_a_trend_add_up_to_the_value(chores):
    found = measured(ALL, TERM)
    weeks = found["T-2"].trend
    assert [(name, str(n)) for name, n in zip(weeks.names, weeks.values, strict=True) if n] == [
        ("1 周", "1"), ("2 周", "2"), ("13 周", "1"),
    ]  # fmt: skip
    assert sum(weeks.values) == found["T-2"].value.value
    assert [str(v) for v in found["T-1"].trend.values[:3]] == ["100.0", "50.0", "None"]
    assert found["T-5"].trend.values == ()
    year = measured([COUNT], Scope(date(2026, 1, 1), date(2026, 12, 31)))["T-2"].trend
    assert (len(year.names), year.names[8], str(year.values[8]), str(year.values[10])) == (
        12,
        "9 月",
        "3",
        "2",
    )


def test_a_trend_of_many_years_goes_by_the_year(chores):
    """Seen to fail with a trend by the month: two centuries were 2,412 parts of one question."""
    found = measured([COUNT], Scope(date(1900, 1, 1), date(2100, 12, 31)))["T-2"]
    parts = dict(zip(found.trend.names, found.trend.values, strict=True))
    assert (len(parts), str(parts["2026 年"]), sum(parts.values())) == (201, "5", found.value.value)


def test_of_a_person_and_of_a_place_with_what_lies_in_it(chores):
    of_teacher = Scope(TERM.first, TERM.last, person=chores["teacher"])
    assert (of(of_teacher)["T-2"], of(of_teacher)["T-1"]) == ("3", "66.7")
    for code, many in (("c32", "2"), ("campus", "4")):
        assert of(Scope(TERM.first, TERM.last, place=chores.place(code)))["T-2"] == many
    both = Scope(TERM.first, TERM.last, person=chores["director"], place=chores.place("c32"))
    assert of(both)["T-1"] == "None"
    blind = value(BLIND, of_teacher)
    assert (blind.value, blind.unasked) == (None, "不分人")


def test_the_rows_are_as_many_as_the_number(chores):
    for scope in (TERM, Scope(TERM.first, TERM.last, person=chores["teacher"])):
        found = value(SHARE, scope)
        sides = [rows(SHARE, scope, side=side).count() for side in ("top", "bottom", "rest", "0", "1")]
        assert sides == [
            found.top,
            found.bottom,
            found.bottom - found.top,
            found.top,
            found.bottom - found.top,
        ]


def test_a_target_is_the_schools(chores):
    assert declare((SHARE,)) == (SHARE,)
    assert value(SHARE, TERM).met is True
    school.set_figure(SHARE.figure, value=80, act=chores.act("director"))
    assert (value(SHARE, TERM).target, value(SHARE, TERM).met) == (80, False)
    assert (value(COUNT, TERM).target, value(COUNT, TERM).met) == (None, None)
    figures._declared.pop(SHARE.figure)


def test_many_indicators_cost_a_query_for_each_rows(chores):
    """The rows that several share are asked once; the weeks cost nothing more."""
    with CaptureQueriesContext(connection) as asked:
        measured(ALL, TERM)
    assert len(asked) == 1 + 2 + 1 + 1 + 1 + 1  # targets; done, opened counted; mean, median, share; blind
