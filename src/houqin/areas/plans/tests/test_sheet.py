"""条款落实 as a sheet: what the page shows under the same conditions, a row an indicator."""

import io
import zipfile
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook

from houqin.areas.plans import actions, queries
from houqin.areas.plans.models import CatalogueClause
from houqin.kernel.area import areas
from houqin.kernel.audit import actions as audit
from houqin.kernel.indicators.queries import unasked
from houqin.kernel.people.models import Person

from .scene import Scene

SPAN = "from=2026-09-01&to=2026-11-30"


@pytest.fixture
def scene(cast):
    return Scene(cast)


def sheet(browser, query: str = SPAN) -> tuple[list[list], str]:
    answer = browser.get(f"/clauses/?{query}&as=xlsx")
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python(), unquote(answer["Content-Disposition"])


def of(rows: list[list], code: str, indicator: str) -> list:
    """The row of an indicator, from 状态 on."""
    return next(row[4:] for row in rows if (row[0], row[5]) == (code, indicator))


def test_the_sheet_says_what_the_page_says(scene, web):
    """Seen to fail with the sides of a share left out, and with all clauses whatever the conditions."""
    plan = scene.in_force()
    clause = scene.clause(plan, "一(二)")
    actions.bind(clause, catalogue=CatalogueClause.objects.get(code="1.2.2a"), act=scene.act("director"))
    scene.task(plan)
    office = web.as_("director")
    rows, name = sheet(office)
    assert rows[0] == ["条号", "章", "简称", "条文", "状态", "指标", "数值", "单位", "目标", "达没达标", "分子", "分母",
                       "计划条款", "责任人", "检查人", "范围"]  # fmt: skip
    assert name.endswith("条款落实 2026-09-01 到 2026-11-30.xlsx")
    shown = [row["code"] for group in office.get(f"/clauses/?{SPAN}").context["groups"]
             for row in group["rows"]]  # fmt: skip
    assert list(dict.fromkeys(row[0] for row in rows[1:])) == shown
    assert (len(shown), len(rows) - 1) == (82, sum(len(asked) for asked in lines().values()))
    who = ["一(二)", "李师傅", "陈主任", "2026-09-01 到 2026-11-30"]
    assert of(rows, "1.2.2a", "安排率") == ["未达", "安排率", 33.3, "%", 100, "没达标", 1, 3, *who]
    assert of(rows, "1.2.2a", "落实检查通过率")[2:8] == ["", "%", 95, "无数据", 0, 0]
    assert {row[9] for row in rows if row[4] == "尚未实施"} == {"尚未实施"}


def lines() -> dict:
    """The indicators of each clause: what the catalogue wants and what else an area hangs there."""
    known, asked = queries.declared(), {}
    for code, wanted in queries.wanted().items():
        more = {one.code for one in known.values() if code in one.clauses}
        asked[code] = {one.code for one in wanted} | more
    return asked


def test_the_conditions_of_the_page_are_the_sheets(scene, web):
    scene.in_force()
    office, who = web.as_("director"), scene.cast["repairman"]
    rows, name = sheet(office, f"{SPAN}&state=missed&q=到位&person={who.pk}")
    page = office.get(f"/clauses/?{SPAN}&state=missed&q=到位&person={who.pk}")
    assert page.context["sheet"] in page.content.decode().replace("&amp;", "&")
    shown = [row["code"] for group in page.context["groups"] for row in group["rows"]]
    assert (shown, list(dict.fromkeys(row[0] for row in rows[1:]))) == (["G4"], ["G4"])
    assert {row[15] for row in rows[1:]} == {f"2026-09-01 到 2026-11-30 · {who}"}
    assert f"· {who}.xlsx" in name
    nobodys = next(one for area in areas() for one in area.indicators if not one.person)
    assert unasked(nobodys, page.context["asked"].scope) in {row[9] for row in sheet(
        office, f"{SPAN}&person={who.pk}")[0]}  # fmt: skip
    empty = office.get(f"/clauses/?{SPAN}&q=没有这样的话")
    assert "as=xlsx" not in empty.content.decode()
    assert len(sheet(office, f"{SPAN}&q=没有这样的话")[0]) == 1


def test_a_text_like_a_formula_stays_a_text(scene, web):
    plan = scene.in_force()
    audit.change(Person.objects.get(pk=scene.cast["repairman"].pk), name="=1+1", act=scene.act("admin"))
    clause = scene.clause(plan, "一(二)")
    actions.bind(clause, catalogue=CatalogueClause.objects.get(code="1.2.2a"), act=scene.act("director"))
    answer = web.as_("director").get(f"/clauses/?{SPAN}&q=1.2.2a&as=xlsx")
    data = io.BytesIO(b"".join(answer.streaming_content))
    book = CalamineWorkbook.from_filelike(data)
    assert {row[13] for row in book.get_sheet_by_index(0).to_python()[1:]} == {"=1+1"}
    with zipfile.ZipFile(data) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_who_may_not_see_the_page_gets_no_sheet(scene, web):
    for role, status in (("teacher", 403), ("repairman", 403), ("inspector", 200), ("principal", 200)):
        assert web.as_(role).get(f"/clauses/?{SPAN}&as=xlsx").status_code == status
        assert web.as_(role).get(f"/clauses/?{SPAN}").status_code == status
