"""维护计划 from and to a sheet: what stands in its columns, by the actions of the card."""

from typing import Any

from django.db.models import QuerySet

from houqin.kernel.people import queries as people
from houqin.kernel.places.models import Place
from houqin.ui.register.declare import Sheet, SheetColumn

from .. import actions, rules
from ..models import FaultType, MaintenancePlan

PLANNERS = (rules.DISPATCHER, "house-keeper")


def by_code(rows: QuerySet, texts: set[str]) -> dict[str, Any]:
    """What is in use, by code; of the rest the sentence why not."""
    return {
        row.code: f"“{row.code}”已经停用" if row.closed_on else row for row in rows.filter(code__in=texts)
    }


def places_by_code(texts: set[str]) -> dict[str, Any]:
    return by_code(Place.objects.all(), texts)


def types_by_code(texts: set[str]) -> dict[str, Any]:
    return by_code(FaultType.objects.filter(request=False), texts)


def people_here(texts: set[str]) -> dict[str, Any]:
    found = people.by_code(texts).items()
    return {code: f"{person}已经离校" if person.left_on else person for code, person in found}


PLAN_SHEET = Sheet(
    columns=(
        SheetColumn(
            "代码",
            "code",
            kind="code",
            required=True,
            longest=48,
            pattern=r"[-a-zA-Z0-9_]{1,48}",
            hint="英文字母、数字、横线，一份计划一个",
            example="kt-301",
        ),
        SheetColumn("做什么", "name", required=True, longest=40, example="空调滤网清洗"),
        SheetColumn(
            "在哪里",
            "place",
            "place__code",
            kind="ref",
            required=True,
            find=places_by_code,
            hint="场所编码",
            example="jxl-3-05",
        ),
        SheetColumn(
            "检查项",
            "lines",
            required=True,
            longest=1000,
            hint="一行一项，在格子里换行（Alt+Enter）",
            example="滤网洗过",
        ),
        SheetColumn("间隔", "unit", required=True, choices=tuple(MaintenancePlan.UNITS), example="个月"),
        SheetColumn(
            "每几",
            "every",
            kind="whole",
            required=True,
            least=1,
            most=60,
            hint="每 2 周写 2；每年固定日期写 1",
            example="1",
        ),
        SheetColumn("每年哪几天", "dates", longest=120, hint="只有“每年这几天”才写，例如 3-1、9-1"),
        SheetColumn("从哪天起", "from_on", kind="date", required=True, example="2026-12-01"),
        SheetColumn("几个上班日内做完", "lasts", kind="whole", required=True, least=1, most=40, example="3"),
        SheetColumn(
            "坏了报哪类",
            "fault_type",
            "fault_type__code",
            kind="ref",
            required=True,
            find=types_by_code,
            hint="故障类别代码",
            example="W07",
        ),
        SheetColumn("交给谁", "holder", "holder__code", kind="ref", find=people_here, hint="人员代码"),
        SheetColumn(
            "或交给职责", "duty", choices=tuple(rules.UPKEEPERS.items()), hint="空着是维修工、水电工"
        ),
        SheetColumn("间隔依据", "source", required=True, longest=120, example="学校惯例"),
        SheetColumn("依据核对过", "verified", kind="yes"),
    ),
    key="code",
    enter=actions.enter_plan,
    change=actions.change_plan,
    duties=PLANNERS,
)
