"""授权: one's own decisions given to another for a time; what one gave and was given, and the office all."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries
from houqin.kernel.approvals.models import Delegation
from houqin.kernel.area import Fact, approval_kinds
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import active, duty_codes

from .fields import DayField, MoneyField, SlipForm
from .house_logins import Plain
from .house_people import today_of
from .house_tiers import kind_name
from .register.declare import Card, CardSlip, Column, Empty, Register, View

SEE_ALL = frozenset({"office", "view-all", "accounts"})
MINE = "/house/delegations/"
STANDS = {
    "now": {"label": "在授权", "tone": "accent", "icon": "progress"},
    "coming": {"label": "还没开始", "tone": "amber", "icon": "clock"},
    "over": {"label": "已到期", "tone": "", "icon": "circle-dashed"},
    "ended": {"label": "提前结束", "tone": "", "icon": "ban"},
}


def seen(person: Person, at: datetime) -> QuerySet[Delegation]:
    """One's own, given and taken; the office, the heads and who opens logins see all."""
    ended = When(ended_at__lte=at, then=Value("ended"))
    over, coming = When(to_at__lte=at, then=Value("over")), When(from_at__gt=at, then=Value("coming"))
    rows = Delegation.objects.select_related("giver", "taker")
    rows = rows.annotate(stands=Case(ended, over, coming, default=Value("now")))
    if SEE_ALL & duty_codes(person, today_of(at)):
        return rows
    return rows.filter(Q(giver=person) | Q(taker=person))


def mine(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(Q(giver=person) | Q(taker=person))


def given(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(giver=person)


def taken(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(taker=person)


class NewDelegation(SlipForm):
    kind = forms.ChoiceField(label="单据", widget=forms.RadioSelect)
    taker = forms.ModelChoiceField(label="交给", queryset=Person.objects.none())
    from_on = DayField(label="从哪天起", help_text="写今天，就从现在起")
    to_on = DayField(label="到哪天止", help_text="含这一天")
    cap_fen = MoneyField(label="单笔上限", least=1, help_text="超过的还是你自己批")
    deed = forms.CharField(label="依据", max_length=120)
    deed.placeholder = "例如：外出培训，校长同意"  # type: ignore[attr-defined]


def midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def give(
    *, kind: str, taker: Person, from_on: date, to_on: date, cap_fen: int, deed: str, act: Act
) -> Delegation:
    """Whole days, as people say it; the first begins now where it is today."""
    from_at = act.at if from_on == act.day else midnight(from_on)
    to_at = midnight(to_on + timedelta(days=1))
    return approvals.delegate(
        taker=taker, kind=kind, cap_fen=cap_fen, from_at=from_at, to_at=to_at, deed=deed, act=act
    )


def mine_to_give(act: Act) -> list[tuple[str, str]]:
    kinds = approval_kinds().values()
    return [(one.kind, one.name) for one in kinds if queries.decides(act.by, one.kind, act.day)]


def has_something(act: Act, row: Delegation | None) -> bool:
    return bool(mine_to_give(act))


def giving(act: Act, row: Delegation | None) -> dict[str, Any]:
    kinds = mine_to_give(act)
    people = active(act.day).filter(user__is_active=True).exclude(pk=act.by.pk)
    found: dict[str, Any] = {
        "kind": kinds, "taker": people.order_by("name", "pk"), "from_on__initial": act.day,
    }  # fmt: skip
    return found | ({"kind__initial": kinds[0][0]} if len(kinds) == 1 else {})


def gave(act: Act, delegation: Delegation) -> bool:
    return delegation.giver_id == act.by.pk


def still_runs(delegation: Any) -> bool:
    return delegation.stands in ("now", "coming")


def facts(delegation: Delegation, act: Act) -> list[Fact]:
    return [
        Fact("单据", kind_name(delegation.kind)),
        Fact("单笔上限", wording.yuan(delegation.cap_fen)),
        Fact("起", wording.paper_moment(delegation.from_at)),
        Fact("止", last_day(delegation.to_at)),
        *([Fact("提前结束", wording.paper_moment(delegation.ended_at))] if delegation.ended_at else []),
        Fact("依据", delegation.deed, whole=True),
    ]


def last_day(to_at: datetime) -> str:
    """The last day, where it ends with one; else the moment."""
    local = timezone.localtime(to_at)
    if local.time() == time.min:
        return f"{wording.paper_day(to_at - timedelta(seconds=1))}（含）"
    return wording.paper_moment(to_at)


def title(delegation: Delegation) -> str:
    return f"{delegation.giver.name}授权给{delegation.taker.name}"


def line(delegation: Any, act: Act) -> str:
    if delegation.stands != "now":
        return ""
    giver, taker = delegation.giver.name, delegation.taker.name
    return f"不超过上限的，{taker}可以代{giver}批，{giver}自己也还能批"


def state(delegation: Any) -> dict[str, str]:
    return STANDS[delegation.stands]


DELEGATIONS = Register(
    key="delegations",
    name="审批授权",
    model=Delegation,
    icon="arrows-exchange",
    rows=seen,
    columns=(
        Column("授权人", "giver__name", sort="giver__name", on="title"),
        Column("受托人", "taker__name", sort="taker__name", on="place", value="交给{}".format),
        Column("现在", "stands", kind="state", value=STANDS.get, on="state"),
        Column("单据", "kind", value=kind_name, on="note"),
        Column("单笔上限", "cap_fen", sort="cap_fen", kind="money", unit="元"),
        Column("起", "from_at", sort="from_at", kind="moment"),
        Column("止", "to_at", sort="to_at", value=last_day, on="due"),
        Column("依据", "deed", on="note"),
    ),
    views=(
        View("mine", "我的", mine),
        View("given", "我给的", given),
        View("taken", "给我的", taken),
        View("all", "全部"),
    ),
    search=("giver__name", "giver__initials", "taker__name", "taker__initials", "deed"),
    hint="姓名、依据，可打拼音首字母",
    order="-from_at",
    slips=(
        CardSlip("new", "授权给别人", NewDelegation, give, (), "plus", choices=giving, may=has_something,
                 decides=True,
                 says="对方在“我的待办”里看到要批的，批了写明代你批；自己提的事他不能批。随时可以提前结束。"),
        CardSlip("end", "提前结束", Plain, approvals.end_delegation, (), "ban", when=still_runs, may=gave,
                 says="从现在起对方不能再代你批；已经批了的还算数。"),
    ),
    card=Card(facts, title=title, state=state, line=line),
    empty=Empty("没有授权", "外出、请假时，有审批职责的人把自己要批的交给别人一段时间，到期自己结束。"),
)  # fmt: skip
