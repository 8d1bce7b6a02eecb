"""纸质报修单: what reached the office on paper or by telephone."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person
from houqin.ui.register.declare import (
    Card,
    CardSlip,
    Column,
    Empty,
    Filter,
    Register,
    View,
)

from .. import actions, forms, queries, rules
from ..models import PaperSlip
from .ledger import the_places


def all_slips(person: Person, at: datetime) -> QuerySet[PaperSlip]:
    return PaperSlip.objects.all()


def lost_ones(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(repair=None)


def noting(act: Act, slip: PaperSlip | None) -> dict[str, Any]:
    now = timezone.localtime(act.at).replace(second=0, microsecond=0)
    return {
        "asker": people.active(act.day).order_by("name", "pk"),
        "place": the_places(act.by, act.at).exclude(kind="campus"),
        "received_at__initial": now,
    }  # fmt: skip


def entering(act: Act, slip: PaperSlip | None) -> dict[str, Any]:
    types = queries.types()
    return {"fault_type": types, "fault_type__icons": {str(row.pk): row.icon for row in types}}


def facts_of_slip(slip: PaperSlip, act: Act) -> list[Fact]:
    number = slip.repair.matter.number if slip.repair else ""
    return [
        Fact("报修单", number or "还没录", url=f"/matters/{number}/" if number else "", code=bool(number)),
        Fact("怎么来的", slip.get_way_display()),
        Fact("报修人", slip.asker.name),
        Fact("地点", slip.place.full_name),
        Fact("收到", wording.when(slip.received_at, act.at), note=f"{slip.noted_by}登记"),
        Fact("怎么了", slip.said, whole=True),
    ]


def not_entered(slip: PaperSlip) -> bool:
    return slip.repair_id is None


SLIP_KEEPERS = (rules.DISPATCHER, rules.OFFICE)
PAPER_SLIPS = Register(
    key="slips",
    name="纸质报修单",
    model=PaperSlip,
    icon="clipboard-list",
    rows=all_slips,
    order="-pk",
    duties=("office", "repair-dispatcher", "view-all", "view-repairs"),
    columns=(
        Column("怎么了", "said", on="title"),
        Column("地点", "place__full_name", sort="place__walk", on="place"),
        Column("报修人", "asker__name", sort="asker__name", on="note"),
        Column("怎么来的", "way", choices=tuple(PaperSlip.WAYS), on="note"),
        Column("收到", "received_at", sort="received_at", kind="moment", indexed=True, on="due"),
        Column("报修单", "repair__matter__number", kind="code", on="note", empty="没录"),
    ),
    filters=(
        Filter("way", "怎么来的", "way", choices=tuple(PaperSlip.WAYS)),
        Filter("received", "收到日期", "received_at", kind="dates"),
    ),
    views=(View("lost", "没录报修", lost_ones), View("all", "全部")),
    search=("said", "asker__name", "place__full_name"),
    hint="故障、报修人、地点",
    slips=(
        CardSlip("new", "登记一张", forms.PaperSlipForm, actions.note_slip, duties=SLIP_KEEPERS, icon="plus",
                 choices=noting),
        CardSlip("enter", "录成报修", forms.EnterSlipForm, actions.enter_slip, duties=SLIP_KEEPERS, icon="tool",
                 choices=entering, when=not_entered),
    ),
    card=Card(facts=facts_of_slip),
    empty=Empty("没有纸单和电话", "收到纸质报修单、接到电话，先在这里登记一张，再录成报修；没录的算漏单。"),
)  # fmt: skip
