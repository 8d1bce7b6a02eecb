"""图: figures for the chart part, which draws them and prints the same figures as a table below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = ("bar", "stack", "line", "across")


@dataclass(frozen=True)
class Series:
    """One run of figures under the same names."""

    name: str
    values: Sequence[int | float]


def chart(
    key: str,
    title: str,
    names: Iterable[str],
    series: Iterable[Series],
    *,
    kind: str = "bar",
    unit: str = "件",
) -> dict[str, Any]:
    """The context of parts/chart.html, and whether there is nothing to draw.

    Refuses figures that do not stand under the names one for one.
    """
    labels, runs = list(names), list(series)
    if kind not in KINDS or any(len(run.values) != len(labels) for run in runs):
        raise ValueError(f"{title}: {kind}, {len(labels)} names, {[len(run.values) for run in runs]} values")
    return {
        "chart_id": f"chart-{key}", "label": title, "tall": kind == "across" and len(labels) > 8,
        "chart": {
            "kind": kind, "names": labels, "unit": unit,
            "series": [{"name": run.name, "values": list(run.values)} for run in runs],
        },
        "empty": not any(any(run.values) for run in runs),
    }  # fmt: skip
