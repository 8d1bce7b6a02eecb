"""开始用之前: what a school that has just been founded still lacks, each thing a link;
gone when nothing is lacking."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, QuerySet

from houqin.kernel.act import Act
from houqin.kernel.area import FirstStep, areas
from houqin.kernel.people.queries import active, duty_codes, holders
from houqin.kernel.places.models import Label, Place
from houqin.kernel.school.models import School
from houqin.kernel.school.queries import UNNAMED
from houqin.kernel.terms.models import Term

BOTH = ("house-keeper", "accounts")


def of_the_house(act: Act) -> list[FirstStep]:
    """What the kernel's own cards must have."""
    others = active(act.day).exclude(code="admin")
    return [
        FirstStep(10, "给学校起名", "名字印在每张单子上，电话印在每张标签上", "/house/school/1/change/", "school",
                  there(School.objects.exclude(name=UNNAMED)), BOTH),
        FirstStep(20, "加学期", "还没有学期，期限按学期里的日子算", "/house/terms/new/", "calendar-event",
                  there(Term.objects.all()), BOTH),
        FirstStep(30, "导入人员", "除了系统管理员还没有人", "/house/people/import/", "users", there(others), BOTH),
        FirstStep(40, "导入场所", "还没有楼、层、教室；责任人要先在人员里", "/house/places/import/", "map-pin",
                  there(Place.objects.filter(kind__in=("room", "spot"), closed_on=None)), BOTH),
        FirstStep(50, "任岗", "还没有总务主任，报修没有人受理、派工", "/house/posts/?view=vacant", "user-check",
                  there(holders("office", act.day)), BOTH),
        FirstStep(60, "开户", "除了系统管理员还没有人能登录", "/house/people/", "key",
                  there(others.filter(user__isnull=False)), ("accounts",)),
        FirstStep(80, "印标签", "还没有一张标签，贴出去才能扫码报修", "/labels/", "qrcode",
                  there(Label.objects.filter(to_at=None))),
    ]  # fmt: skip


def there(rows: QuerySet[Any]) -> Exists:
    return Exists(rows.order_by())


def lacking(act: Act) -> list[FirstStep]:
    """What is not there yet of what this person could see to; one question, none of a demo."""
    codes = duty_codes(act.by, act.day)
    if not codes & set(BOTH):
        return []
    steps = [step for area in areas() for step in area.first_steps(act) if codes & set(step.duties)]
    asked = {f"step_{n}": ExpressionWrapper(step.there, BooleanField()) for n, step in enumerate(steps)}
    rows = School.objects.using("reader").filter(is_demo=False).annotate(**asked).values_list(*asked)
    found = rows.first() or ()
    return sorted(
        (step for step, there in zip(steps, found, strict=False) if not there), key=lambda s: s.rank
    )


def shown(act: Act) -> list[dict[str, Any]]:
    """As the desk prints them, to those who can do them; the first one with its button."""
    rows: list[dict[str, Any]] = [
        {"title": step.label, "notes": [step.lacking], "url": step.url, "icon": step.icon}
        for step in lacking(act)
    ]
    return [{**row, "step": {"label": "去办", "url": row["url"]}} if row is rows[0] else row for row in rows]
