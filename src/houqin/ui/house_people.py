"""人员: who is here, since when, in which posts, with which login."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from houqin.kernel import area
from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.errors import Refused
from houqin.kernel.matters.models import Matter
from houqin.kernel.matters.queries import holdings as in_hand
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Holding, Person, Post
from houqin.kernel.people.queries import duty_codes, held_on

from . import house_hands, house_logins, house_outside
from .fields import DayField, SlipForm
from .house_places import KEEPERS, OFFICE, SLUG, SLUG_SAID, matters_of
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

STANDS = ((Holding.A, "A角"), (Holding.B, "B角"))


def today_of(at: datetime) -> date:
    return timezone.localtime(at).date()


# ── 人员 ────────────────────────────────────────────────────────────────────────────────────────────────────


def everybody(person: Person, at: datetime) -> QuerySet[Person]:
    """All of the school, with the first post that each holds today."""
    held = Holding.objects.filter(held_on(today_of(at)), person=OuterRef("pk")).order_by("post__rank", "pk")
    rows = Person.objects.filter(built_in=False).select_related("user")
    return rows.annotate(post_name=Subquery(held.values("post__name")[:1]))


def here(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(Q(left_on=None) | Q(left_on__gte=today_of(at)))


def gone(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(left_on__lt=today_of(at))


def postless(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return here(rows, person, at).filter(post_name=None)


def posts_listed(person: Person, at: datetime) -> QuerySet[Post]:
    return Post.objects.order_by("rank", "pk")


def in_post(rows: QuerySet, post: Post, at: datetime) -> QuerySet:
    return rows.filter(held_on(today_of(at), "holdings__"), holdings__post=post).distinct()


class PersonChange(SlipForm):
    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="电话", max_length=20, required=False)


class PersonForm(PersonChange):
    code = forms.SlugField(label="代码", max_length=40, help_text=SLUG_SAID)
    joined_on = DayField(label="到岗日期", required=False)
    field_order = ("code",)


class Assign(SlipForm):
    post = forms.ModelChoiceField(label="岗位", queryset=Post.objects.none())
    stand = forms.ChoiceField(label="A/B角", choices=STANDS, initial=Holding.A)
    from_on = DayField(label="任岗日期")


class Leave(SlipForm):
    left_on = DayField(label="离岗日期")


def still_owed(person: Person) -> list[str]:
    """What a leaver has to hand over: matters in hand, places, and whatever the areas name."""
    owned = (
        person.owned_places.filter(closed_on=None).order_by("walk", "pk").values_list("full_name", flat=True)
    )
    return [*in_hand(person), *(f"{name}的责任人" for name in owned), *area.holdings(person)]


def leave(person: Person, *, left_on: date, act: Act) -> Person:
    """离岗: refused while anything is still owed, with the list of it."""
    if person.pk == act.by.pk:
        raise Refused("自己不能给自己办离岗，请别的管理员办。")
    return people.leave(person, left_on=left_on, owed=still_owed, act=act)


def person_facts(person: Person, act: Act) -> list[Fact]:
    office = duty_codes(act.by, act.day) & set(OFFICE)
    return [
        Fact("代码", person.code, code=True),
        *([Fact("电话", person.phone, code=True)] if office or person.pk == act.by.pk else []),
        Fact("到岗日期", person.joined_on),
        *([Fact("离岗日期", person.left_on)] if person.left_on else []),
        *([Fact("登录", house_logins.state_of(person))] if office else []),
        *([Fact("外部账号", said)] if office and (said := house_outside.state_of(person)) else []),
    ]


def person_state(person: Person) -> dict[str, str]:
    if person.left_on:
        return {"label": "离岗", "tone": "", "icon": "logout"}
    return {"label": "在岗", "tone": "green", "icon": "circle-check"}


def person_line(person: Person, act: Act) -> str:
    held = (
        person.holdings.using("reader")
        .filter(held_on(act.day))
        .select_related("post")
        .order_by("post__rank", "pk")
    )
    return "、".join(f"{h.post.name}{'' if h.stand == Holding.A else '（B角）'}" for h in held) or "没有岗位"


def person_related(person: Person, act: Act) -> Iterable[Section]:
    seen = Matter.objects.visible_to(act.by, act.at).filter(holder=person).open()
    yield matters_of(seen, act, "手上的事", "手上没有没办完的事")
    places = person.owned_places.using("reader").filter(closed_on=None).order_by("walk", "pk")
    rows = [{"title": p.full_name, "url": f"/house/places/{p.pk}/", "icon": "map-pin"} for p in places[:100]]
    yield Section("负责的场所", rows, empty="没有负责的场所")
    yield Section(
        "任岗",
        holding_rows(
            person.holdings.using("reader").select_related("post", "person").order_by("-from_on", "-pk"),
            "post",
        ),
    )


def holding_rows(rows: QuerySet[Holding], shown: str) -> list[dict[str, Any]]:
    return [
        {
            "title": str(getattr(h, shown)), "url": f"/house/holdings/{h.pk}/", "icon": "user-check",
            "notes": [h.get_stand_display(), f"{h.from_on} 至 {h.to_on or '现在'}"],
        }
        for h in rows[:100]
    ]  # fmt: skip


def assign_choices(act: Act, person: Person | None) -> dict[str, Any]:
    return {"post": posts_listed(act.by, act.at), "from_on__initial": act.day}


def is_here(person: Person) -> bool:
    return person.left_on is None


PEOPLE = Register(
    key="people",
    name="人员",
    model=Person,
    icon="users",
    group="家底",
    rows=everybody,
    columns=(
        Column("姓名", "name", sort="name", on="title"),
        Column("岗位", "post_name", sort="post_name", on="place", empty="没有岗位"),
        Column("代码", "code", sort="code", kind="code", on="note"),
        Column("电话", "phone", kind="code", on="note", duties=OFFICE),
        Column("到岗日期", "joined_on", sort="joined_on", kind="date"),
        Column("离岗日期", "left_on", sort="left_on", kind="date", shown=False),
    ),
    filters=(
        Filter("post", "岗位", kind="model", choices=posts_listed, where=in_post),
        Filter("joined", "到岗日期", "joined_on", kind="dates"),
    ),
    views=(
        View("here", "在岗", here),
        View("postless", "没有岗位", postless),
        View("gone", "离岗", gone),
        View("all", "全部"),
    ),
    indexed="kernel.person",
    hint="姓名、代码，可打拼音首字母",
    order="name",
    slips=(
        CardSlip("new", "加人员", PersonForm, people.enrol, KEEPERS, "user-plus"),
        CardSlip("change", "改卡片", PersonChange, people.change_person, KEEPERS),
        CardSlip("assign", "任岗", Assign, people.assign, KEEPERS, "user-check", choices=assign_choices,
                 when=is_here),
        *house_logins.SLIPS,
        *house_outside.SLIPS,
        CardSlip("hand_over", "移交", house_hands.HandOver, house_hands.hand_over, (), "arrows-exchange",
                 choices=house_hands.choices, may=house_hands.may_hand_over,
                 says="要么都移交，要么一件也不动。每一件的经过里都记着。"),
        CardSlip("leave", "离岗", Leave, leave, KEEPERS, "logout", when=is_here,
                 says="手上的事和负责的场所都移交了才能离岗；离岗后不能登录。"),
    ),
    card=Card(person_facts, state=person_state, line=person_line, related=person_related),
    sheet=Sheet(
        columns=(
            SheetColumn("代码", "code", kind="code", required=True, longest=40, pattern=SLUG,
                        hint=SLUG_SAID, example="wangli"),
            SheetColumn("姓名", "name", required=True, longest=40, example="王丽"),
            SheetColumn("电话", "phone", kind="phone", duties=OFFICE, longest=20, example="13800000000"),
            SheetColumn("到岗日期", "joined_on", kind="date", fixed=True, example="2026-09-01"),
        ),
        key="code", enter=people.enrol, change=people.change_person, duties=KEEPERS,
    ),
    empty=Empty("还没有人员", "有登录的、没登录的都记在这里。先导入一份表，或一个一个加。"),
)  # fmt: skip
