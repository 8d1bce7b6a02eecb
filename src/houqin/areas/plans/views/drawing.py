"""走势 as SVG: the small line of a row, and the chart of a clause; figures in, attributes out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from houqin.kernel import wording
from houqin.kernel.indicators.declare import Indicator, Value
from houqin.kernel.indicators.queries import Trend

LEFT, RIGHT, HIGH, LOW = 36, 510, 12, 132  # where the chart's own field lies
Point = tuple[float, float]


def spoken(value: Decimal | int | None, unit: str) -> str:
    """92.4%, 12 件, 11.7 小时; nothing is 无数据."""
    if value is None:
        return wording.NO_DATA
    said = f"{Decimal(value):,f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return f"{said}%" if unit == "%" else f"{said} {unit}"


def parted(value: Value) -> dict[str, str]:
    """The figure large, its unit small beside it."""
    said = value.unasked or spoken(value.value, value.indicator.unit)
    if value.no_data:
        return {"figure": said, "unit": ""}
    unit = value.indicator.unit
    return {"figure": said.removesuffix(unit).strip(), "unit": unit if unit == "%" else f" {unit}"}


def change(value: Value, was: Value, word: str) -> dict[str, str] | None:
    """高 4.1 个百分点: against the time before; good or bad as the indicator would have it."""
    one = value.indicator
    if value.value is None or was.value is None or one.today:
        return None
    by = value.value - was.value
    if not by:
        return {"word": word, "said": "一样", "tone": "", "icon": ""}
    tone = "green" if (by > 0) == (one.better == "up") else "red"
    said = f"{'高' if by > 0 else '低'} {spoken(abs(by), '').strip()} {'个百分点' if one.unit == '%' else one.unit}"
    return {"word": word, "said": said, "tone": tone, "icon": "trending-up" if by > 0 else ""}


def target_words(value: Value) -> str:
    if value.target is None:
        return "没有定目标"
    way = "以上" if value.indicator.better == "up" else "以下"
    if value.target == 0 or (value.target == 100 and value.indicator.unit == "%"):
        way = ""
    return f"目标 {spoken(value.target, value.indicator.unit)}{' ' if way else ''}{way}"


def spark(trend: Trend) -> dict[str, Any] | None:
    """The small line; None with fewer than two points."""
    points = scaled(trend.values, (2, 68), (3, 21))
    return drawn(points) if len(points) > 1 else None


def drawn(points: Sequence[Point]) -> dict[str, Any]:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return {"path": f"M{path}", "x": f"{points[-1][0]:.1f}", "y": f"{points[-1][1]:.1f}"}


def scaled(
    values: Sequence[Decimal | None], across: tuple[int, int], down: tuple[int, int],
    low: float | None = None,
    high: float | None = None,
) -> list[Point]:  # fmt: skip
    """Where each value lies; parts without one are stepped over."""
    said = [(at, float(value)) for at, value in enumerate(values) if value is not None]
    if not said:
        return []
    low = min(v for _, v in said) if low is None else low
    high = max(v for _, v in said) if high is None else high
    step = (across[1] - across[0]) / max(1, len(values) - 1)
    room = (down[1] - down[0]) / (high - low) if high > low else 0.0
    middle = (down[0] + down[1]) / 2
    return [(across[0] + at * step, down[1] - (v - low) * room if room else middle) for at, v in said]


def chart(indicator: Indicator, trend: Trend, target: int | None) -> dict[str, Any] | None:
    """The chart of a clause: two lines of scale, the target, the last value in words."""
    said = [float(value) for value in trend.values if value is not None]
    if len(said) < 2:
        return None
    low, high = bounds([*said, *([float(target)] if target is not None else [])], indicator.unit == "%")
    points = scaled(trend.values, (LEFT, RIGHT), (HIGH, LOW), low, high)
    last = next(value for value in reversed(trend.values) if value is not None)
    return {
        **drawn(points), "unit": indicator.unit, "last": spoken(last, indicator.unit),
        "last_y": f"{points[-1][1] - 10:.1f}",
        "high": tick(high, indicator.unit), "low": tick(low, indicator.unit), "names": names(trend.names),
        "goal": goal(target, low, high, indicator.unit),
        "label": f"{indicator.name}走势，{trend.names[0]}到{trend.names[-1]}，最近 {spoken(last, indicator.unit)}",
    }  # fmt: skip


def bounds(values: Sequence[float], share: bool) -> tuple[float, float]:
    """Whole tens around the values; a share stays between 0 and 100, also where all are 100."""
    low, high = min(values), max(values)
    step = 10 if share or high - low > 20 else 1
    low, high = low // step * step, -(-high // step) * step
    high = high if high > low else low + step
    return (max(0.0, min(90.0, low)), min(100.0, high)) if share else (max(0.0, low), high)


def tick(value: float, unit: str) -> str:
    return f"{value:.0f}{'%' if unit == '%' else ''}"


def goal(target: int | None, low: float, high: float, unit: str) -> dict[str, Any] | None:
    if target is None:
        return None
    y = LOW - (target - low) * (LOW - HIGH) / (high - low)
    beside = tick(target, unit) if HIGH + 16 < y < LOW - 16 else ""
    return {"y": f"{y:.1f}", "above": f"{y - 6:.1f}", "text_y": f"{y + 4:.1f}", "text": beside}


def names(said: Sequence[str]) -> list[dict[str, Any]]:
    """The first, two between, the last."""
    last = len(said) - 1
    places = sorted({0, last // 3, 2 * last // 3, last})
    step = (RIGHT - LEFT) / max(1, last)
    anchors = {0: "start", last: "end"}
    return [
        {"x": f"{LEFT + at * step:.0f}", "text": said[at], "anchor": anchors.get(at, "middle")}
        for at in places
    ]
