"""场所、标签、学校: their lists, sheets and cards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery

from houqin.kernel.act import Act
from houqin.kernel.area import Fact, flow_of
from houqin.kernel.matters.models import Matter
from houqin.kernel.matters.queries import shown
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import active
from houqin.kernel.places import actions as places
from houqin.kernel.places import queries
from houqin.kernel.places.models import Label, Place
from houqin.kernel.school import actions as school
from houqin.kernel.school.models import School

from .addresses import url_of
from .fields import DayField, SlipForm, WholeField
from .register.declare import (
    Card,
    CardSlip,
    Column,
    Empty,
    Filter,
    Register,
    Section,
    Sheet,
    SheetColumn,
    View,
)
from .speech import slug_said

KEEPERS = ("house-keeper", "accounts")
OFFICE = ("office", "house-keeper", "accounts", "view-all")
SLUG, SLUG_SAID = r"[-a-zA-Z0-9_]{1,40}", "英文字母、数字、横线，最多 40 个"
SHOWN = 10


def staff(person: Person, at: datetime) -> QuerySet[Person]:
    """Whom a list may be narrowed to: everybody who is or was at the school."""
    return Person.objects.filter(built_in=False).order_by("name", "pk")


def people_by(texts: set[str]) -> dict[str, Any]:
    """Persons by code, else by name; two of one name are told apart by their code."""
    rows = Person.objects.filter(built_in=False, left_on=None)
    by_code = {row.code: row for row in rows.filter(code__in=texts)}
    by_name: dict[str, Any] = {}
    for row in rows.filter(name__in=texts):
        by_name[row.name] = f"有两个“{row.name}”，写代码" if row.name in by_name else row
    return by_name | by_code


def matters_of(rows: Any, act: Act, title: str, empty: str) -> Section:
    """Matters as a card shows them: the newest that this person may see."""
    rows = shown(rows).using("reader").order_by("-pk")
    found = list(rows[: SHOWN + 1])
    return Section(
        title,
        [matter_row(matter) for matter in found[:SHOWN]],
        empty=empty,
        more=rows.count() if len(found) > SHOWN else 0,
    )


def matter_row(matter: Matter) -> dict[str, Any]:
    flow = flow_of(matter.kind)
    where = matter.place.full_name if matter.place else ""
    holder = f"在{matter.holder.name}手上" if matter.holder else ""
    return {
        "title": matter.title, "url": url_of(matter), "icon": flow.icon, "state": flow.state(matter.state),
        "notes": [note for note in (matter.number, where, holder) if note],
    }  # fmt: skip


# ── 场所 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_places(person: Person, at: datetime) -> QuerySet[Place]:
    return Place.objects.select_related("owner", "parent")


def in_use(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(closed_on=None)


def ownerless(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(closed_on=None, owner=None)


def closed(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.exclude(closed_on=None)


def wholes(person: Person, at: datetime) -> QuerySet[Place]:
    return Place.objects.filter(kind__in=("campus", "building", "floor")).order_by("walk", "pk")


def is_inside(rows: QuerySet, place: Place, at: datetime) -> QuerySet:
    return rows.filter(pk__in=queries.within(place))


class PlaceChange(SlipForm):
    name = forms.CharField(label="名称", max_length=60)
    use = forms.ChoiceField(label="用途", choices=Place.USES)
    owner = forms.ModelChoiceField(label="责任人", queryset=Person.objects.none(), required=False)
    walk = WholeField(
        label="走动次序", min_value=0, max_value=1_000_000, initial=0, help_text="维修和巡视按这个次序走"
    )


class PlaceForm(PlaceChange):
    code = forms.SlugField(
        label="编码", max_length=40, help_text=SLUG_SAID, error_messages=slug_said("编码", "jxl-3-05")
    )
    kind = forms.ChoiceField(label="类型", choices=Place.KINDS)
    parent = forms.ModelChoiceField(label="上级", queryset=Place.objects.none(), required=False)
    field_order = ("code", "name", "kind", "parent")


class PlaceClose(SlipForm):
    closed_on = DayField(label="停用日期")


def place_choices(act: Act, place: Place | None) -> dict[str, Any]:
    owners = active(act.day).order_by("name", "pk")
    return {"owner": owners} if place else {"owner": owners, "parent": queries.listed()}


def place_facts(place: Place, act: Act) -> list[Fact]:
    nearest = queries.owner_of(place) if place.owner is None else place
    answers = nearest.owner.name if nearest and nearest.owner else ""
    return [
        Fact("编码", place.code, code=True),
        Fact("地点", place.full_name),
        Fact("类型", place.get_kind_display()),
        Fact("用途", place.get_use_display(), tag=True),
        Fact("责任人", answers, note="" if place.owner or not answers else f"随{nearest}"),
        Fact(
            "上级",
            place.parent.full_name if place.parent else "",
            url=f"/house/places/{place.parent_id}/" if place.parent else "",
        ),
        Fact("走动次序", place.walk),
        *([Fact("停用日期", place.closed_on)] if place.closed_on else []),
    ]


def place_state(place: Place) -> dict[str, str]:
    if place.closed_on:
        return {"label": "停用", "tone": "", "icon": "circle-dashed"}
    return {"label": "在用", "tone": "green", "icon": "circle-check"}


def place_line(place: Place, act: Act) -> str:
    return f"{place.full_name}，{place.owner.name} 负责" if place.owner else place.full_name


def place_related(place: Place, act: Act) -> Iterable[Section]:
    here = queries.within(place)
    yield matters_of(
        Matter.objects.visible_to(act.by, act.at).filter(place__in=here),
        act,
        "事",
        "这里还没有报修、巡查一类的事",
    )
    inside = (
        place.children.using("reader").filter(closed_on=None).select_related("owner").order_by("walk", "pk")
    )
    rows = [
        {
            "title": child.name,
            "url": f"/house/places/{child.pk}/",
            "icon": "map-pin",
            "notes": [child.owner.name] if child.owner else [],
        }
        for child in inside[:200]
    ]
    yield Section("里面", rows, empty="里面没有再分")


def change_by_sheet(
    place: Place, *, name: str, use: str, owner: Person | None, walk: int | None, act: Act
) -> Place:
    return places.change_place(place, name=name, use=use or place.use, owner=owner, walk=walk or 0, act=act)


def enter_by_sheet(
    *, code: str, name: str, kind: str, parent: Place | None, use: str, owner: Person | None,
    walk: int | None, act: Act,
) -> Place:  # fmt: skip
    return places.enter(
        code=code,
        name=name,
        kind=kind,
        parent=parent,
        use=use or "admin",
        owner=owner,
        walk=walk or 0,
        act=act,
    )


PLACES = Register(
    key="places",
    name="场所",
    model=Place,
    icon="map-pin",
    group="家底",
    rows=all_places,
    columns=(
        Column("编码", "code", sort="code", kind="code", on="note"),
        Column("名称", "name", sort="name", on="title"),
        Column("地点", "full_name", sort="full_name", on="place"),
        Column("类型", "kind", sort="kind", choices=tuple(Place.KINDS), on="due"),
        Column("用途", "use", sort="use", choices=tuple(Place.USES), on="note"),
        Column("责任人", "owner__name", sort="owner__name", on="note", empty="没有"),
        Column("走动次序", "walk", sort="walk", kind="number"),
        Column("停用日期", "closed_on", sort="closed_on", kind="date", shown=False),
    ),
    filters=(
        Filter("inside", "在哪里", kind="model", choices=wholes, where=is_inside),
        Filter("kind", "类型", "kind", choices=tuple(Place.KINDS)),
        Filter("use", "用途", "use", choices=tuple(Place.USES)),
        Filter("owner", "责任人", "owner", kind="person", choices=staff),
        Filter("closed", "停用日期", "closed_on", kind="dates"),
    ),
    views=(
        View("used", "在用", in_use),
        View("ownerless", "没有责任人", ownerless),
        View("closed", "停用", closed),
        View("all", "全部"),
    ),
    search=("owner__name", "owner__initials"),
    indexed="kernel.place",
    hint="名称、编码、责任人，可打拼音首字母",
    order="walk",
    slips=(
        CardSlip("new", "加场所", PlaceForm, places.enter, KEEPERS, "plus", choices=place_choices),
        CardSlip("change", "改卡片", PlaceChange, places.change_place, KEEPERS, choices=place_choices),
        CardSlip("close", "停用", PlaceClose, places.close, KEEPERS, "ban",
                 when=lambda place: place.closed_on is None, says="停用后不能再报修、巡查，历史都在。"),
    ),
    card=Card(
        place_facts, state=place_state, line=place_line, related=place_related, labelled=True, photos=True,
    ),
    sheet=Sheet(
        columns=(
            SheetColumn("编码", "code", kind="code", required=True, longest=40, pattern=SLUG,
                        hint=SLUG_SAID, example="jxl-3-05"),
            SheetColumn("名称", "name", required=True, longest=60, example="三(2)班教室"),
            SheetColumn("类型", "kind", required=True, choices=tuple(Place.KINDS), fixed=True, example="房间"),
            SheetColumn("上级编码", "parent", "parent__code", kind="own", fixed=True,
                        hint="在哪个场所里面，校区不填", example="jxl-3"),
            SheetColumn("用途", "use", choices=tuple(Place.USES), required=True, example="教学"),
            SheetColumn("责任人", "owner", "owner__code", kind="ref", find=people_by,
                        hint="人员代码或姓名", example="wangli"),
            SheetColumn("走动次序", "walk", kind="whole", least=0, most=1_000_000, required=True, example="124"),
        ),
        key="code", enter=enter_by_sheet, change=change_by_sheet, duties=KEEPERS,
    ),
    empty=Empty("还没有场所", "楼、层、教室、点位都记在这里，报修和巡查从它们开始。先导入一份表，或一个一个加。"),
)  # fmt: skip

# ── 标签 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_labels(person: Person, at: datetime) -> QuerySet[Label]:
    hangs_on = Place.objects.filter(pk=OuterRef("key")).values("full_name")
    return Label.objects.annotate(place_name=Subquery(hangs_on[:1]))


def hanging(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(to_at=None)


def ended(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.exclude(to_at=None)


def hangs_where(kind: str, key: int | None, name: str | None) -> str:
    return (name or "") if kind == Place._meta.label_lower else kind


LABELS = Register(
    key="labels",
    name="标签",
    model=Label,
    kind="entry",
    icon="qrcode",
    rows=all_labels,
    columns=(
        Column("短码", "short_code", sort="short_code", kind="code", on="title"),
        Column("挂在", ("kind", "key", "place_name"), value=hangs_where, on="place", empty="还没挂"),
        Column("启用", "from_at", sort="from_at", kind="moment", on="due"),
        Column("停用", "to_at", sort="to_at", kind="moment", on="note"),
    ),
    filters=(Filter("from", "启用时间", "from_at", kind="dates"),),
    views=(View("now", "在用", hanging), View("ended", "换下的", ended)),
    search=("short_code",),
    hint="短码",
    duties=OFFICE,
    empty=Empty("还没有标签", "标签贴在门上、墙上，扫一扫就能报修。在场所的卡片上打。"),
)

# ── 学校 ────────────────────────────────────────────────────────────────────────────────────────────────────


class SchoolForm(SlipForm):
    name = forms.CharField(label="学校名称", max_length=60)
    office_phone = forms.CharField(
        label="总务处电话", max_length=20, required=False, help_text="印在每张标签上"
    )
    address = forms.CharField(label="地址", max_length=120, required=False)


def the_school(person: Person, at: datetime) -> QuerySet[School]:
    return School.objects.all()


def school_facts(row: School, act: Act) -> list[Fact]:
    return [Fact("学校名称", row.name), Fact("总务处电话", row.office_phone), Fact("地址", row.address)]


SCHOOL = Register(
    key="school",
    name="学校名称",
    model=School,
    icon="school",
    rows=the_school,
    columns=(
        Column("学校名称", "name", on="title"),
        Column("总务处电话", "office_phone", on="due"),
        Column("地址", "address", on="place"),
    ),
    duties=OFFICE,
    slips=(CardSlip("change", "改卡片", SchoolForm, school.rename, KEEPERS),),
    card=Card(school_facts),
)
