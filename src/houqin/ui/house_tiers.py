"""审批档: which amounts go which way, as dated versions; a new version is entered, none is ever changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries
from houqin.kernel.approvals.actions import Range
from houqin.kernel.approvals.models import ApprovalStep, RuleSet, RuleTier
from houqin.kernel.area import Fact, approval_kinds
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_names

from .fields import DayField, RowColumn, RowsField, SlipForm
from .house_people import today_of
from .house_places import OFFICE, matters_of
from .register.declare import Card, CardSlip, Column, Empty, Register, Section, View

STEPS = 4  # of one range that the form has room for: as many duties as there are that decide
STANDS = {
    "now": {"label": "现行", "tone": "green", "icon": "circle-check"},
    "coming": {"label": "还没生效", "tone": "amber", "icon": "clock"},
    "gone": {"label": "已换下", "tone": "", "icon": "circle-dashed"},
}


def kind_name(kind: str) -> str:
    """外修: how the house calls a kind of paper that is approved."""
    found = approval_kinds().get(kind)
    return found.name if found else kind


def all_versions(person: Person, at: datetime) -> QuerySet[RuleSet]:
    """Each with how it stands today: the newest of those that have begun is in force."""
    on = today_of(at)
    later = Q(effective_on__gt=OuterRef("effective_on")) | Q(
        effective_on=OuterRef("effective_on"), version__gt=OuterRef("version")
    )
    newer = RuleSet.objects.filter(later, kind=OuterRef("kind"), effective_on__lte=on)
    cases = (When(effective_on__gt=on, then=Value("coming")), When(Exists(newer), then=Value("gone")))
    return RuleSet.objects.annotate(stands=Case(*cases, default=Value("now")))


def standing(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.exclude(stands="gone")


def steps_of(column: int) -> str:
    return f"step_{column}"


class NewTiers(SlipForm):
    """A whole version: every range of it, each row from one amount to the next."""

    kind = forms.ChoiceField(label="单据", widget=forms.RadioSelect)
    effective_on = DayField(label="生效日期", help_text="从这天起报的按新的批；已经在批的还按原来那一版")
    authority = forms.CharField(label="依据", max_length=200, help_text="哪个文件、哪次会定的")
    ranges = RowsField(
        label="各档",
        most=10,
        help_text="从 0 起，一档接一档；最后一档的止空着，就是没有上限",
        columns=(
            RowColumn("from_fen", "起（含），元", "number", into="fen", least=0),
            RowColumn("to_fen", "止（不含），元", "number", into="fen", required=False),
            *(RowColumn(steps_of(n), f"第 {n} 步", "select", required=n == 1) for n in range(1, STEPS + 1)),
            RowColumn("paper", "要附", "select", required=False),
        ),
    )
    authority.placeholder = "例如：校务会 2026-11-20，外修审批办法"  # type: ignore[attr-defined]
    ranges.look_of_rows, ranges.more = "is-tall", "加一档"  # type: ignore[attr-defined]


def enter(
    *, kind: str, effective_on: date, authority: str, ranges: list[dict[str, Any]], act: Act
) -> RuleSet:
    """The rows of the form as ranges, in the order of their steps."""
    asked = [
        Range(
            row["from_fen"],
            row["to_fen"],
            tuple(row[steps_of(n)] for n in range(1, STEPS + 1) if row[steps_of(n)]),
            row["paper"] or "",
        )
        for row in ranges
    ]
    return approvals.change_rules(kind, effective_on=effective_on, authority=authority, ranges=asked, act=act)


def entering(act: Act, rules: RuleSet | None) -> dict[str, Any]:
    """What may be chosen; where there is one kind of paper, its ranges in force to start from."""
    kinds, duties = approval_kinds(), queries.deciding_duties()
    names = duty_names(duties)
    deciders = [(code, names[code]) for code in duties]
    papers = dict.fromkeys(paper for kind in kinds.values() for paper in kind.papers)
    chosen: dict[str, Any] = {steps_of(n): deciders for n in range(1, STEPS + 1)}
    found: dict[str, Any] = {
        "kind": [(key, one.name) for key, one in kinds.items()],
        "ranges": chosen | {"paper": [(paper, paper) for paper in papers]},
        "effective_on__initial": act.day,
    }
    if len(kinds) == 1:
        kind = next(iter(kinds))
        rules = queries.rules_on(kind, act.day)
        found |= {"kind__initial": kind, "ranges__initial": [filled(r) for r in ranges_of(rules)]}
    return found


def ranges_of(rules: RuleSet | None) -> list[list[RuleTier]]:
    """Its ranges from below, each with its steps in their order."""
    if rules is None:
        return []
    tiers = rules.tiers.using("reader").order_by("category", "from_fen", "order", "pk")
    return [list(steps) for _, steps in groupby(tiers, key=lambda tier: (tier.category, tier.from_fen))]


def filled(steps: list[RuleTier]) -> dict[str, str]:
    """One range as a row of the form."""
    first = steps[0]
    upto = "" if first.to_fen is None else plain(first.to_fen)
    row = {"from_fen": plain(first.from_fen), "to_fen": upto, "paper": first.paper}
    return row | {steps_of(n): tier.duty for n, tier in enumerate(steps[:STEPS], 1)}


def plain(fen: int) -> str:
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02}"


def said(steps: list[RuleTier], names: dict[str, str]) -> Fact:
    """0.00 元起，不满 1,000.00 元: 总务主任 → 分管副校长."""
    first = steps[0]
    quotes = max(tier.quotes for tier in steps)
    papers = dict.fromkeys(tier.paper for tier in steps if tier.paper)
    wants = [f"要附{paper}" for paper in papers] + ([f"询价 {quotes} 家"] if quotes else [])
    way = " → ".join(names[tier.duty] for tier in steps)
    category = f"{first.category}，" if first.category else ""
    amounts = wording.amounts(first.from_fen, first.to_fen)
    return Fact(f"{category}{amounts}", way, note="，".join(wants), whole=True)


def facts(rules: RuleSet, act: Act) -> list[Fact]:
    found = ranges_of(rules)
    names = duty_names({tier.duty for steps in found for tier in steps})
    return [
        Fact("生效日期", rules.effective_on),
        Fact("依据", rules.authority, whole=True),
        *(said(steps, names) for steps in found),
    ]


def title(rules: RuleSet) -> str:
    return f"{kind_name(rules.kind)} 第 {rules.version} 版"


def state(rules: Any) -> dict[str, str]:
    return STANDS[rules.stands]


def related(rules: RuleSet, act: Act) -> Iterable[Section]:
    """What is on its way under this version, whatever has been entered since."""
    steps = ApprovalStep.objects.filter(state=ApprovalStep.OPEN, route__rule_set=rules)
    seen = Matter.objects.visible_to(act.by, act.at).filter(pk__in=steps.values("route__matter"))
    yield matters_of(seen, act, "按这一版在批", "现在没有按这一版在批的")


TIERS = Register(
    key="tiers",
    name="审批档",
    model=RuleSet,
    icon="rubber-stamp",
    rows=all_versions,
    columns=(
        Column("单据", "kind", sort="kind", value=kind_name, on="title"),
        Column("版本", "version", sort="version", value=lambda n: f"第 {n} 版", on="note"),
        Column("现在", "stands", kind="state", value=STANDS.get, on="state"),
        Column("生效日期", "effective_on", sort="effective_on", kind="date", on="due"),
        Column("依据", "authority", on="place"),
    ),
    views=(View("all", "全部"), View("standing", "现行和要生效的", standing)),
    search=("authority",),
    hint="依据里的字",
    order="-effective_on",
    duties=OFFICE,
    slips=(
        CardSlip("new", "录入新的一版", NewTiers, enter, queries.ISSUERS, "plus", choices=entering, decides=True,
                 says="旧的一版不改，留着查；新的一版从生效日期起用。"),
    ),
    card=Card(facts, title=title, state=state, related=related),
    empty=Empty("还没有审批档", "多少钱、由谁批，录进来以后才能提交要审批的单据。"),
)  # fmt: skip
