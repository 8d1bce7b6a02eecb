"""校历、学期、节次: the days that differ from the national calendar, the terms, the lessons of a day."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import Case, QuerySet, Value, When

from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.people.models import Person
from houqin.kernel.terms import actions as terms
from houqin.kernel.terms.models import LessonPeriod, SchoolDay, Term
from houqin.kernel.wording import weekday

from .fields import DayField, HourField, SlipForm, WholeField
from .house_people import today_of
from .house_places import KEEPERS
from .register.declare import Card, CardSlip, Column, Empty, Filter, Register, Sheet, SheetColumn, View
from .speech import slug_said

KINDS = (("off", "放假"), ("work", "上班上学"), ("staff", "只教职工上班"), ("pupil", "只学生上学"))
FLAGS = {
    "off": (False, False),
    "work": (True, True),
    "staff": (False, True),
    "pupil": (True, False),
}  # pupil, staff

# ── 校历 ────────────────────────────────────────────────────────────────────────────────────────────────────


def school_days(person: Person, at: datetime) -> QuerySet[SchoolDay]:
    cases = (When(pupil_day=pupil, staff_day=staff, then=Value(key)) for key, (pupil, staff) in FLAGS.items())
    return SchoolDay.objects.annotate(kind=Case(*cases))


def to_come(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(on__gte=today_of(at))


class ChangeDay(SlipForm):
    pupil_day = forms.BooleanField(label="学生上学", required=False)
    staff_day = forms.BooleanField(label="教职工上班", required=False)
    note = forms.CharField(label="说明", max_length=60, required=False)


class NewDay(ChangeDay):
    on = DayField(label="日期")
    field_order = ("on",)


def day_facts(day: SchoolDay, act: Act) -> list[Fact]:
    kind = next(key for key, flags in FLAGS.items() if flags == (day.pupil_day, day.staff_day))
    return [
        Fact("日期", f"{day.on} {weekday(day.on)}"),
        Fact("怎么算", dict(KINDS)[kind]),
        Fact("说明", day.note),
    ]


def enter_by_sheet(*, on: date, kind: str, note: str, act: Act) -> SchoolDay:
    pupil, staff = FLAGS[kind]
    return terms.enter_day(on=on, pupil_day=pupil, staff_day=staff, note=note, act=act)


def enter_many_by_sheet(rows: list[dict[str, Any]], *, act: Act) -> list[SchoolDay]:
    """The plural twin: one batch for a year."""
    said = [{"on": row["on"], "note": row.get("note") or "", "flags": FLAGS[row["kind"]]} for row in rows]
    days = [
        {"on": d["on"], "note": d["note"], "pupil_day": d["flags"][0], "staff_day": d["flags"][1]}
        for d in said
    ]
    return terms.enter_days(days, act=act)


def change_by_sheet(day: SchoolDay, *, kind: str, note: str, act: Act) -> SchoolDay:
    pupil, staff = FLAGS[kind]
    return terms.change_day(day, pupil_day=pupil, staff_day=staff, note=note, act=act)


DAYS = Register(
    key="days",
    name="校历",
    model=SchoolDay,
    icon="calendar",
    rows=school_days,
    columns=(
        Column("日期", "on", sort="on", kind="date", on="title"),
        Column("星期", "on", value=weekday, on="note"),
        Column("怎么算", "kind", sort="kind", choices=KINDS, on="due"),
        Column("说明", "note", on="place"),
    ),
    filters=(Filter("kind", "怎么算", "kind", choices=KINDS), Filter("on", "日期", "on", kind="dates")),
    views=(View("all", "全部"), View("coming", "今天往后", to_come, sort="on")),
    search=("note",),
    hint="说明",
    order="-on",
    slips=(
        CardSlip("new", "加一天", NewDay, terms.enter_day, KEEPERS, "plus"),
        CardSlip("change", "改卡片", ChangeDay, terms.change_day, KEEPERS),
    ),
    card=Card(day_facts),
    sheet=Sheet(
        columns=(
            SheetColumn("日期", "on", kind="date", required=True, aliases=("date",), example="2026-10-01"),
            SheetColumn("说明", "note", longest=60, aliases=("name",), example="国庆节"),
            SheetColumn("怎么算", "kind", choices=KINDS, required=True, aliases=("kind",), example="放假"),
        ),
        key="on", duties=KEEPERS,
        enter=enter_by_sheet, change=change_by_sheet, enter_many=enter_many_by_sheet,
    ),
    empty=Empty("校历还是空的", "国家放假和调休已经知道；学校自己停课、补课、运动会的日子记在这里。可以导入国务院放假安排。"),
)  # fmt: skip

# ── 学期 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_terms(person: Person, at: datetime) -> QuerySet[Term]:
    return Term.objects.select_related("school_year")


class ChangeTerm(SlipForm):
    name = forms.CharField(label="学期", max_length=40, help_text="例如：2026 秋季学期")
    starts_on = DayField(label="开始")
    ends_on = DayField(label="结束")


class NewTerm(ChangeTerm):
    year = forms.CharField(label="学年", max_length=20, help_text="例如：2026—2027 学年")
    code = forms.SlugField(
        label="代码", max_length=12, help_text="例如：2026-1", error_messages=slug_said("代码", "2026-1")
    )
    field_order = ("year", "code")


def term_facts(term: Term, act: Act) -> list[Fact]:
    return [
        Fact("学年", term.school_year.name), Fact("代码", term.code, code=True),
        Fact("开始", term.starts_on), Fact("结束", term.ends_on),
    ]  # fmt: skip


TERMS = Register(
    key="terms",
    name="学期",
    model=Term,
    icon="calendar-event",
    rows=all_terms,
    columns=(
        Column("学期", "name", sort="name", on="title"),
        Column("学年", "school_year__name", sort="school_year__name", on="place"),
        Column("代码", "code", sort="code", kind="code", on="note"),
        Column("开始", "starts_on", sort="starts_on", kind="date", on="due"),
        Column("结束", "ends_on", sort="ends_on", kind="date", on="note"),
    ),
    order="-starts_on",
    search=("name", "code"),
    slips=(
        CardSlip("new", "加学期", NewTerm, terms.open_term, KEEPERS, "plus"),
        CardSlip("change", "改卡片", ChangeTerm, terms.change_term, KEEPERS),
    ),
    card=Card(term_facts),
)

# ── 节次 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_periods(person: Person, at: datetime) -> QuerySet[LessonPeriod]:
    return LessonPeriod.objects.all()


class ChangePeriod(SlipForm):
    begins, ends = HourField(label="上课"), HourField(label="下课")


class NewPeriod(ChangePeriod):
    number = WholeField(label="第几节", min_value=1, max_value=20)
    field_order = ("number",)


def of_the_clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def period_facts(period: LessonPeriod, act: Act) -> list[Fact]:
    return [Fact("上课", of_the_clock(period.begins)), Fact("下课", of_the_clock(period.ends))]


PERIODS = Register(
    key="periods",
    name="节次",
    model=LessonPeriod,
    icon="clock",
    rows=all_periods,
    columns=(
        Column("节次", "number", sort="number", on="title", value=lambda number: f"第 {number} 节"),
        Column("上课", "begins", sort="begins", on="place", value=of_the_clock),
        Column("下课", "ends", on="due", value=of_the_clock),
    ),
    order="number",
    slips=(
        CardSlip("new", "加一节", NewPeriod, terms.enter_period, KEEPERS, "plus"),
        CardSlip("change", "改时间", ChangePeriod, terms.change_period, KEEPERS),
    ),
    card=Card(period_facts),
    empty=Empty("还没有节次", "上课时报的修先办，房间停用了几节课，都按节次算。先把一天的课录进来。"),
)
