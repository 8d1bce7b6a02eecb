"""按时办结率, 按时修复率, 落实率 and their like: only what is due by now can have been missed.

Seen to fail while the end of the period stood for now (work due tonight or next week was 没按时) and while what
stands still counted as late although no list of what is late shows it.
"""

from datetime import date

import pytest

from houqin.areas.plans import actions as plans
from houqin.areas.plans.indicators import INDICATORS as OF_PLANS
from houqin.areas.repairs import actions
from houqin.areas.repairs.indicators import INDICATORS
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.kernel.indicators.declare import Period, Scope
from houqin.kernel.indicators.queries import measured, rows, value
from houqin.kernel.matters.models import Matter

NOW = at(2026, 11, 23, 12, 0)
KNOWN = {one.code: one for one in (*INDICATORS, *OF_PLANS)}
RATES = ("IND-1.1.4d-2", "IND-G2-1")


@pytest.fixture
def scene(cast) -> Scene:
    """Five lamps of a classroom: in time, late, never; one due tonight, one that waits for parts."""
    scene = Scene.of(cast)
    for day, done in ((2, at(2026, 11, 2, 10, 0)), (3, at(2026, 11, 5, 10, 0))):
        lamp(scene, at(2026, 11, day, 9, 0))
        scene.finish(Matter.objects.latest("pk"), "electrician", when=done)
    lamp(scene, at(2026, 11, 4, 9, 0))
    lamp(scene, at(2026, 11, 23, 9, 0))
    waits = lamp(scene, at(2026, 11, 5, 9, 0))
    actions.pause(waits, reason="parts", act=scene.act("electrician", at(2026, 11, 5, 10, 0)))
    return scene


def lamp(scene: Scene, when) -> Matter:
    return scene.report(code="W02", detail="灯管不亮", at=when)


def term(now=NOW, last=date(2027, 1, 22)) -> Period:
    return Period(date(2026, 9, 1), last, now=now)


def said(code: str, period: Period) -> tuple:
    found = value(KNOWN[code], period)
    sides = [rows(KNOWN[code], period, side=side).count() for side in ("top", "bottom", "rest")]
    assert sides == [found.top, found.bottom, found.bottom - found.top]
    return str(found.value), found.top, found.bottom


@pytest.mark.parametrize("code", RATES)
@pytest.mark.parametrize("last", [date(2026, 11, 23), date(2027, 1, 22)])
def test_what_is_due_later_is_neither_in_time_nor_late(scene, code, last):
    assert said(code, term(last=last)) == ("33.3", 1, 3)
    assert said(code, term(at(2026, 11, 23, 17, 0), last)) == ("33.3", 1, 3)  # due at that very moment
    assert said(code, term(at(2026, 11, 23, 17, 1), last)) == ("25.0", 1, 4)


@pytest.mark.parametrize("code", RATES)
def test_what_was_done_before_it_was_due_counts_when_it_would_have_been_due(scene, code):
    scene.finish(Matter.objects.filter(state="assigned").latest("pk"), "electrician", when=NOW)
    assert said(code, term()) == ("33.3", 1, 3)
    assert said(code, term(at(2026, 11, 23, 17, 1))) == ("50.0", 2, 4)


@pytest.mark.parametrize("code", RATES)
def test_what_stands_still_is_late_only_when_it_goes_on_and_runs_out(scene, code):
    waits = Matter.objects.get(state="waiting")
    assert not Matter.objects.overdue(NOW).filter(pk=waits.pk).exists()
    assert said(code, term()) == ("33.3", 1, 3)
    actions.resume(waits, act=scene.act("director", at(2026, 11, 20, 10, 0)))
    assert scene.again(waits).due_at < NOW
    assert said(code, term()) == ("25.0", 1, 4)
    assert Matter.objects.overdue(NOW).filter(pk=waits.pk).exists()


def test_every_matter_that_fell_due_alike(scene):
    """落实率 over all: two wait to be signed and are due since, one is open and late."""
    assert said("IND-1.1.2c-2", term()) == ("0.0", 0, 3)
    assert said("IND-1.1.2c-2", term(at(2026, 11, 23, 18, 0))) == ("0.0", 0, 4)


def test_without_a_now_all_of_a_period_is_over(scene):
    """As the bench asks of a term that is long past; what stands still is not late there either."""
    assert said("IND-1.1.4d-2", Period(date(2026, 9, 1), date(2027, 1, 22))) == ("25.0", 1, 4)


def test_the_page_asks_of_its_own_moment(scene, web):
    """The numbers, the rows behind them and the words; a period up to next year misses nothing of today."""
    plans.lay_out(act=scene.act("director"))
    for code, name in (("1.1.4d", "按时修复率"), ("G2", "教学类按时办结率"), ("1.1.2c", "落实率")):
        page = web.as_("director").get(f"/clauses/{code}/?from=2026-09-01&to=2027-01-22")
        line = next(line for line in page.context["one"]["lines"] if line["name"] == name)
        assert "停着的先不算" in line["says"] and line["says"] in page.content.decode()
        assert [part["said"] for part in line["made_of"]][1] == "3 件", name
        listed = [web.as_("director").get(part["url"]) for part in line["drill"]["lines"]]
        assert [each.context["count"] for each in listed] == [
            str(part["count"]) for part in line["drill"]["lines"]
        ]


def test_the_weeks_of_the_trend_end_with_now(scene):
    one = KNOWN["IND-1.1.4d-2"]
    weeks = measured([one], Scope(date(2026, 9, 1), date(2026, 11, 29), now=NOW))[one.code].trend
    assert [str(found) for found in weeks.values[-4:]] == ["33.3", "None", "None", "None"]
