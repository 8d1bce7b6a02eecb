"""走势 as it is drawn."""

from decimal import Decimal

from houqin.areas.plans.indicators import INDICATORS
from houqin.areas.plans.views import drawing
from houqin.kernel.indicators.queries import Trend


def test_a_chart_of_nothing_but_100_percent_has_room_for_its_target():
    """Seen to fail: divided by the height of a field from 100 to 100, and the page was a 500."""
    one = next(each for each in INDICATORS if each.code == "IND-G4-3")
    drawn = drawing.chart(one, Trend(("1 周", "2 周"), (Decimal(100), Decimal(100))), 100)
    assert (drawn["high"], drawn["low"], drawn["goal"]["y"]) == ("100%", "90%", "12.0")
