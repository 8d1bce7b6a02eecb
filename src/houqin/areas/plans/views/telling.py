"""One clause in full: its text, the plan's own words, its indicators with what each number is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.indicators import queries as indicators
from houqin.kernel.indicators.declare import Indicator, Value
from houqin.kernel.people.queries import duty_codes
from houqin.ui.register import cells, files
from houqin.ui.register.declare import Register

from .. import queries
from ..flow import STANDINGS
from ..queries.standing import Line, Standing
from . import asking, drawing

LATELY = 3  # rows shown below a number


def register_of(indicator: Indicator, side: str = "") -> tuple[Register, str]:
    """The list that shows the rows of a side, and where it stands."""
    apart = dict(zip((indicators.TOP, indicators.REST), indicator.apart, strict=True))
    name = apart.get(side) or indicator.register
    return files.register_of(name), f"/{name.replace('.', '/')}/"


@dataclass(frozen=True)
class Telling:
    """What the page says of one clause over a scope."""

    one: Standing
    asked: asking.Asked
    act: Act

    def whole(self) -> dict[str, Any]:
        clause = self.one.clause
        chapter = queries.CHAPTER[clause.chapter]
        part = chapter.part.partition(" ")[2] or chapter.part
        return {
            "clause": clause, "state": STANDINGS[self.one.state],
            "where": f"{part} → {chapter.name.lstrip('0123456789 ')}",
            "bound": self.one.bound, "who": self.who(), "back": self.asked.url(), "lines": self.lines(),
            "unbuilt": [line.wanted for line in self.one.lines if line.measured is None],
        }  # fmt: skip

    def who(self) -> str:
        """陈志远负责，何伟检查."""
        owned = [clause for clause in self.one.bound if clause.owner and clause.checker]
        return "；".join(dict.fromkeys(f"{clause.owner}负责，{clause.checker}检查" for clause in owned))

    def lines(self) -> list[dict[str, Any]]:
        """Each indicator, those that miss first; the latest rows stand under the first counted over them."""
        ours = sorted(
            (line for line in self.one.lines if line.measured), key=lambda line: line.met is not False
        )
        before, word = queries.before(self.asked.scope, self.act.day)
        was = indicators.measured([_of(line).indicator for line in ours], before, trends=False)
        seen: set[Any] = set()
        told = []
        for line in ours:
            one = _of(line).indicator
            behind = one.bottom or one.top
            change = drawing.change(_of(line), was[one.code].value, word)
            told.append(
                self.line(line)
                | {"change": change, "lately": None if behind in seen else self.lately(_of(line))}
            )
            seen.add(behind)
        return told

    def line(self, line: Line) -> dict[str, Any]:
        """The number, what it is made of, its trend, the parts that add up."""
        value, one = _of(line), _of(line).indicator
        may_set = one.target is not None and "house-keeper" in duty_codes(self.act.by, self.act.day)
        return {
            "name": line.wanted.name, "no_data": value.no_data, "counted": one.counted, "today": one.today,
            "missed": line.met is False, "says": one.says,
            **drawing.parted(value), "target": drawing.target_words(value), "made_of": self.made_of(value),
            "chart": drawing.chart(one, line.measured.trend, value.target) if line.measured else None,
            "drill": self.drill(value), "set": f"/house/figures/{one.figure}/" if may_set else "",
        }  # fmt: skip

    def url(self, one: Indicator, side: str) -> str:
        """Where the rows of one side of the number are listed."""
        scope = self.asked.scope
        keys = (scope.person.pk if scope.person else 0, scope.place.pk if scope.place else 0)
        return reverse(
            "clause-rows", args=(self.one.clause.code, one.code, side, scope.first, scope.last, *keys)
        )

    def made_of(self, value: Value) -> list[dict[str, Any]]:
        """257 件 ÷ 278 件, each with its rows."""
        one = value.indicator
        if value.unasked or not one.register:
            return []
        if value.bottom is None:
            many = indicators.rows(one, self.asked.scope, side=indicators.TOP).using("reader").count()
            return [{"said": f"{many:,} {one.counted}", "url": self.url(one, indicators.TOP)}]
        sides = ((indicators.TOP, value.top), (indicators.BOTTOM, value.bottom))
        return [{"said": f"{many:,} {one.counted}", "url": self.url(one, side)} for side, many in sides]

    def drill(self, value: Value) -> dict[str, Any] | None:
        """The parts that add up to the whole, each leading to its rows."""
        one = value.indicator
        if value.unasked or not value.bottom or not one.register:
            return None
        sides = [(one.words[0], indicators.TOP), (one.words[1], indicators.REST)]
        counts = [int(value.top or 0), value.bottom - int(value.top or 0)]
        if one.parts:
            sides = [(part.label, str(at)) for at, part in enumerate(one.parts)]
            rows = [indicators.rows(one, self.asked.scope, side=side) for _, side in sides]
            counts = [found.using("reader").count() for found in rows]
        lines = [
            {"label": label, "count": many, "share": wording.share(many, value.bottom),
             "shade": min(at, 3) + 1,
             "width": round(1000 * many / value.bottom), "url": self.url(one, side)}
            for at, ((label, side), many) in enumerate(zip(sides, counts, strict=True))
        ]  # fmt: skip
        return {"total": value.bottom, "lines": lines}

    def lately(self, value: Value) -> dict[str, Any] | None:
        """The latest rows behind the number, by the columns that their register shows on a phone."""
        one = value.indicator
        if value.unasked or not one.register:
            return None
        register, base = register_of(one)
        columns = [column for column in register.columns if column.on and column.shown][:5]
        layout = cells.Layout.of(register, columns, base)
        behind = indicators.rows(one, self.asked.scope, side=indicators.BOTTOM).using("reader")
        seen = register.rows(self.act.by, self.act.at).using("reader").filter(pk__in=behind.values("pk"))
        found = list(seen.order_by("-pk").values_list("pk", *layout.paths)[:LATELY])
        return {
            "heads": [(column.label, column.kind in cells.NUMBERS) for column in columns],
            "some": bool(found),
            "rows": cells.rows_of(layout, found, self.act.at), "url": self.url(one, indicators.BOTTOM),
        }  # fmt: skip


def _of(line: Line) -> Value:
    assert line.measured is not None
    return line.measured.value
