"""条款目录: the 82 clauses that ship, their chapters, and the indicators that the catalogue asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..models import CatalogueClause

SEED = Path(__file__).parents[1] / "seed" / "clauses.json"
UNITS = {
    "count": "件", "lesson": "课时", "hour": "小时", "minute": "分钟", "pp": "个百分点", "point": "分", "per 100": "件/百件",
    "m3 per pupil": "吨/生", "kWh per pupil": "度/生", "page per person": "张/人", "yuan per person": "元/人",
}  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """A chapter of the catalogue, under the heading of its part."""

    key: str
    part: str
    name: str


CHAPTERS = (
    Chapter("G", "一、指导思想", "围绕一个中心，做好两个服务"),
    Chapter("1.1", "二、(一) 常规工作", "1 加强队伍建设"),
    Chapter("1.2", "二、(一) 常规工作", "2 加强制度建设"),
    Chapter("1.3", "二、(一) 常规工作", "3 加强校园建设"),
    Chapter("1.4", "二、(一) 常规工作", "4 加强财务管理"),
    Chapter("2.1", "二、(二) 重点工作", "1 学校安全工作"),
    Chapter("2.2", "二、(二) 重点工作", "2 校产管理工作"),
    Chapter("2.3", "二、(二) 重点工作", "3 硬件设施达标"),
    Chapter("3.1", "三、工作措施", "1 服务师生和家长"),
    Chapter("3.2", "三、工作措施", "2 精打细算，经费管理"),
    Chapter("3.3", "三、工作措施", "3 物尽其用，校产使用与赔偿"),
    Chapter("3.4", "三、工作措施", "4 加强协作，检修、绿化、卫生"),
    Chapter("3.5", "三、工作措施", "5 长抓不懈，巡视与食品安全"),
)
CHAPTER = {chapter.key: chapter for chapter in CHAPTERS}


@dataclass(frozen=True)
class Wanted:
    """An indicator as the catalogue asks for it; whether records answer it yet, the areas say."""

    code: str
    name: str
    unit: str
    better: str
    target: int | None


@cache
def shipped() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(SEED.read_text(encoding="utf-8")))


@cache
def wanted() -> dict[str, tuple[Wanted, ...]]:
    """The indicators of each clause, by the clause's code."""
    return {row["id"]: tuple(_wanted(one) for one in row["indicators"]) for row in shipped()}


def _wanted(one: dict[str, Any]) -> Wanted:
    return Wanted(one["code"], one["name"], UNITS.get(one["unit"], one["unit"]), one["better"], one["target"])


def shipped_clauses() -> list[CatalogueClause]:
    """The 82, unsaved."""
    return [
        CatalogueClause(
            code=row["id"], rank=rank, chapter=chapter_of(row["id"]), brief=row["brief"], text=row["text"],
            repeats=row["repeats"],
        )
        for rank, row in enumerate(shipped(), 1)
    ]  # fmt: skip


def chapter_of(code: str) -> str:
    return "G" if code.startswith("G") else code[:3]
