"""岗位、职责、任岗: what the school needs someone for, what a post may do, who holds it since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery

from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.people import actions as people
from houqin.kernel.people.granting import named_codes
from houqin.kernel.people.models import Duty, Holding, Person, Post
from houqin.kernel.people.queries import active, held_on

from .fields import DayField, SlipForm, WholeField
from .house_logins import ACCOUNTS, Plain
from .house_people import STANDS, holding_rows, posts_listed, today_of
from .house_places import KEEPERS, SLUG_SAID, staff
from .register.declare import Card, CardSlip, Column, Empty, Filter, Register, Section, View

# ── 岗位 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_posts(person: Person, at: datetime) -> QuerySet[Post]:
    held = Holding.objects.filter(held_on(today_of(at)), post=OuterRef("pk")).order_by("stand", "pk")
    return Post.objects.annotate(first_holder=Subquery(held.values("person__name")[:1]))


def vacant(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(first_holder=None)


def code_named(code: str) -> str:
    return named_codes().get(code, code)


class PostChange(SlipForm):
    name = forms.CharField(label="岗位", max_length=40)
    rank = WholeField(label="次序", min_value=1, max_value=1000, initial=100, help_text="小的排在前面")


class PostForm(PostChange):
    code = forms.SlugField(label="代码", max_length=40, help_text=SLUG_SAID)
    field_order = ("code", "name", "rank")


class Fill(SlipForm):
    person = forms.ModelChoiceField(label="人员", queryset=Person.objects.none())
    stand = forms.ChoiceField(label="A/B角", choices=STANDS, initial=Holding.A)
    from_on = DayField(label="任岗日期")


class DutyChange(SlipForm):
    text = forms.CharField(label="职责", max_length=200, help_text="给人看的一句话，印在岗位职责上")
    frequency = forms.CharField(label="频次", max_length=40, required=False)
    record = forms.CharField(label="记录", max_length=60, required=False)
    indicator = forms.CharField(label="考核指标", max_length=40, required=False)


class DutyForm(DutyChange):
    code = forms.ChoiceField(
        label="能办什么", choices=(), help_text="从列出的里面选，决定能进哪些页、办哪些步骤"
    )
    field_order = ("code", "text", "frequency", "record", "indicator")


def open_post(*, code: str, name: str, rank: int, act: Act) -> Post:
    return people.create_post(code=code, name=name, rank=rank, duties=(), act=act)


def fill(post: Post, *, person: Person, stand: str, from_on: date, act: Act) -> Holding:
    return people.assign(person, post=post, stand=stand, from_on=from_on, act=act)


def fill_choices(act: Act, post: Post | None) -> dict[str, Any]:
    return {"person": active(act.day).order_by("name", "pk"), "from_on__initial": act.day}


def code_choices(act: Act, post: Post | None) -> dict[str, Any]:
    """The codes that this post does not carry yet, by what they allow."""
    carried = set(post.duties.filter(ended_at=None).values_list("code", flat=True)) if post else set()
    return {"code": [("", "选一个"), *((c, t) for c, t in named_codes().items() if c not in carried)]}


def post_facts(post: Post, act: Act) -> list[Fact]:
    duties = post.duties.using("reader").filter(ended_at=None).order_by("pk").values_list("text", flat=True)
    return [
        Fact("代码", post.code, code=True),
        Fact("次序", post.rank),
        Fact("职责", "\n".join(duties), whole=True),
    ]


def post_related(post: Post, act: Act) -> Iterable[Section]:
    duties = post.duties.using("reader").order_by("ended_at", "pk")
    yield Section("职责", [duty_row(duty) for duty in duties], empty="还没有职责")
    rows = post.holdings.using("reader").select_related("post", "person").order_by("-from_on", "-pk")
    yield Section("任岗", holding_rows(rows, "person"), empty="没有人在这个岗位上")


def duty_row(duty: Duty) -> dict[str, Any]:
    notes = [duty.frequency, duty.record]
    found: dict[str, Any] = {
        "title": duty.text, "url": f"/house/duties/{duty.pk}/", "icon": "list-check",
        "notes": [n for n in notes if n],
    }  # fmt: skip
    return {**found, "state": duty_state(duty)} if duty.ended_at else found


POSTS = Register(
    key="posts",
    name="岗位",
    model=Post,
    icon="list-details",
    rows=all_posts,
    columns=(
        Column("岗位", "name", sort="name", on="title"),
        Column("任岗人", "first_holder", sort="first_holder", on="place", empty="没有人"),
        Column("代码", "code", sort="code", kind="code", on="note"),
        Column("次序", "rank", sort="rank", kind="number"),
    ),
    views=(View("all", "全部"), View("vacant", "没有人", vacant)),
    search=("name", "code"),
    hint="岗位、代码",
    order="rank",
    slips=(
        CardSlip("new", "加岗位", PostForm, open_post, ACCOUNTS, "plus"),
        CardSlip("change", "改卡片", PostChange, people.change_post, ACCOUNTS),
        CardSlip("fill", "任岗", Fill, fill, KEEPERS, "user-check", choices=fill_choices),
        CardSlip("add-duty", "加职责", DutyForm, people.add_duty, ACCOUNTS, "plus", choices=code_choices,
                 says="在岗的人马上就能办。"),
    ),
    card=Card(post_facts, related=post_related),
)  # fmt: skip

# ── 职责 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_duties(person: Person, at: datetime) -> QuerySet[Duty]:
    return Duty.objects.select_related("post")


def in_force(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(ended_at=None)


def ended(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.exclude(ended_at=None)


def runs(duty: Duty) -> bool:
    return duty.ended_at is None


def duty_facts(duty: Duty, act: Act) -> list[Fact]:
    return [
        Fact("岗位", duty.post.name, url=f"/house/posts/{duty.post_id}/"),
        Fact("能办什么", named_codes().get(duty.code, "")),
        Fact("频次", duty.frequency),
        Fact("记录", duty.record),
        Fact("考核指标", duty.indicator),
    ]


def duty_state(duty: Duty) -> dict[str, str]:
    if duty.ended_at:
        return {"label": "已停止", "tone": "", "icon": "circle-dashed"}
    return {"label": "在用", "tone": "green", "icon": "circle-check"}


DUTIES = Register(
    key="duties",
    name="岗位职责",
    model=Duty,
    icon="list-check",
    rows=all_duties,
    columns=(
        Column("职责", "text", on="title"),
        Column("岗位", "post__name", sort="post__rank", on="place"),
        Column("能办什么", "code", value=code_named, on="note"),
        Column("频次", "frequency", on="note"),
        Column("记录", "record", on="note"),
        Column("考核指标", "indicator", shown=False),
    ),
    filters=(Filter("post", "岗位", "post", kind="model", choices=posts_listed),),
    views=(View("now", "在用", in_force), View("ended", "已停止", ended)),
    search=("text", "post__name", "code"),
    hint="职责、岗位",
    order="pk",
    slips=(
        CardSlip("change", "改卡片", DutyChange, people.change_duty, ACCOUNTS, when=runs),
        CardSlip("end", "停止", Plain, people.end_duty, ACCOUNTS, "ban", when=runs,
                 says="在岗的人马上不能办；要再用，在岗位上重新加。"),
    ),
    card=Card(duty_facts, state=duty_state),
    empty=Empty("没有这样的职责", "在岗位的卡片上加职责。"),
)  # fmt: skip

# ── 任岗 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_holdings(person: Person, at: datetime) -> QuerySet[Holding]:
    return Holding.objects.select_related("person", "post")


def now_held(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(held_on(today_of(at)))


class Release(SlipForm):
    to_on = DayField(label="离任日期", help_text="在岗的最后一天")


def holding_facts(holding: Holding, act: Act) -> list[Fact]:
    return [
        Fact("人员", holding.person.name, url=f"/house/people/{holding.person_id}/"),
        Fact("岗位", holding.post.name, url=f"/house/posts/{holding.post_id}/"),
        Fact("A/B角", holding.get_stand_display()),
        Fact("任岗日期", holding.from_on),
        Fact("离任日期", holding.to_on or "现在还在"),
    ]


HOLDINGS = Register(
    key="holdings",
    name="任岗",
    model=Holding,
    icon="user-check",
    rows=all_holdings,
    columns=(
        Column("人员", "person__name", sort="person__name", on="title"),
        Column("岗位", "post__name", sort="post__rank", on="place"),
        Column("A/B角", "stand", sort="stand", choices=STANDS, on="note"),
        Column("任岗日期", "from_on", sort="from_on", kind="date", on="due"),
        Column("离任日期", "to_on", sort="to_on", kind="date", on="note"),
    ),
    filters=(
        Filter("person", "人员", "person", kind="person", choices=staff),
        Filter("post", "岗位", "post", kind="model", choices=posts_listed),
        Filter("stand", "A/B角", "stand", choices=STANDS),
        Filter("from", "任岗日期", "from_on", kind="dates"),
    ),
    views=(View("now", "现在", now_held), View("all", "全部")),
    search=("person__name", "person__initials", "post__name"),
    hint="姓名、岗位，可打拼音首字母",
    order="-from_on",
    slips=(
        CardSlip(
            "release",
            "离任",
            Release,
            people.release,
            KEEPERS,
            "logout",
            when=lambda held: held.to_on is None,
        ),
    ),
    card=Card(holding_facts),
    empty=Empty("还没有任岗", "在人员的卡片上给人任岗。"),
)
