"""条款落实 as a sheet: a row for each indicator of the clauses shown, with what its number is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponseBase

from houqin.kernel import wording
from houqin.kernel.people.models import Person
from houqin.ui.register import sending
from houqin.ui.register.sheets import Column

from .. import queries
from ..flow import STANDINGS
from ..queries.standing import Line, Standing

HEADS = (
    Column("条号", width=9),
    Column("章", width=24),
    Column("简称", width=20),
    Column("条文", width=48),
    Column("状态", width=10),
    Column("指标", width=22),
    Column("数值", "number", width=9),
    Column("单位", width=9),
    Column("目标", "number", width=9),
    Column("达没达标", width=12),
    Column("分子", "number", width=9),
    Column("分母", "number", width=9),
    Column("计划条款", width=16),
    Column("责任人", width=16),
    Column("检查人", width=16),
    Column("范围", width=28),
)


def answer(shown: Iterable[Standing], scope: str) -> HttpResponseBase:
    """The clauses that the page shows, over the scope that it shows them."""
    rows = [row for one in shown for row in rows_of(one, scope)]
    with sending.one_of_two():
        file = sending.written(HEADS, rows, "xlsx", "条款落实")
    return sending.download(file, f"条款落实 {scope}.xlsx")


def rows_of(one: Standing, scope: str) -> Iterator[list[Any]]:
    """A clause without an indicator has its row too."""
    clause = one.clause
    begins = [clause.code, queries.CHAPTER[clause.chapter].name, clause.brief, clause.text]
    ends = [
        "、".join(filter(None, (bound.path for bound in one.bound))),
        _names(bound.owner for bound in one.bound),
        _names(bound.checker for bound in one.bound),
        scope,
    ]
    for line in one.lines or (None,):
        yield [*begins, STANDINGS[one.state].label, *_number(line), *ends]


def _number(line: Line | None) -> list[Any]:
    """指标、数值、单位、目标、达没达标、分子、分母; what has no number says why."""
    if line is None:
        return [""] * 7
    wanted = line.wanted
    if line.measured is None:
        return [wanted.name, "", wanted.unit, "", STANDINGS["unbuilt"].label, "", ""]
    value = line.measured.value
    sides = ["", ""] if value.bottom is None else [value.top, value.bottom]
    return [wanted.name, value.value, value.indicator.unit, value.target, _met(line), *sides]


def _met(line: Line) -> str:
    assert line.measured is not None
    value = line.measured.value
    if value.no_data:
        return value.unasked or wording.NO_DATA
    return {True: "达标", False: "没达标", None: "没定目标"}[value.met]


def _names(people: Iterable[Person | None]) -> str:
    return "、".join(dict.fromkeys(str(one) for one in people if one))
