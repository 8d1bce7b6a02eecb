"""Computing indicators, and the rows behind them."""

from decimal import Decimal

from django.db.models import QuerySet

from .declare import Indicator, Period, Value


def value(indicator: Indicator, period: Period) -> Value:
    """The indicator over a period; a share of nothing is 无数据."""
    top = indicator.measure(indicator.top(period))
    if indicator.bottom is None:
        return Value(indicator, top, None, None if top is None else Decimal(top))
    bottom = indicator.bottom(period).count()
    share = None if not bottom or top is None else (Decimal(100) * top / bottom).quantize(Decimal("0.1"))
    return Value(indicator, top, bottom, share)


def rows(indicator: Indicator, period: Period, *, side: str) -> QuerySet:
    """The rows behind the number: `side` is top, bottom or rest (in the bottom and not in the top)."""
    if side == "top" or indicator.bottom is None:
        return indicator.top(period)
    bottom = indicator.bottom(period)
    return bottom if side == "bottom" else bottom.exclude(pk__in=indicator.top(period).values("pk"))
