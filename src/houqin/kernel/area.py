"""What an area shows the rest of the house: plain functions and declarations, never an upward import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property, reduce
from importlib import import_module
from operator import or_
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils import timezone

from . import wording
from .act import Act
from .indicators.declare import Indicator
from .matters import queries as matters
from .matters.flow import End, Flow, Step
from .matters.models import Matter
from .people.models import Person
from .people.queries import duty_codes
from .places.models import Place

Choices = dict[str, Any]


def nothing(*asked: Any) -> Any:
    return {}


def none(*asked: Any, **named: Any) -> Any:
    return ()


def anyone(act: Act) -> bool:
    return True


@dataclass(frozen=True)
class Slip:
    """办理单: one step's form and the action it feeds; the form's fields are the action's keywords.

    `choices` answers, for the actor and the matter, what each choice field may hold (and its initial value
    under "<field>__initial"). The opening slip of a kind stands under the step "open" and gets no matter.
    `says` is the sentence above the button: what happens next, what is signed.
    `may`: whom an opening slip is offered to on the desk; it asks nothing of the database but the duties.
    `offline`: it may be filled without a net and sent later; never one that signs, decides or spends.
    """

    form: type
    action: Callable[..., Any]
    choices: Callable[[Act, Matter | None], Choices] = nothing
    says: Callable[[Act, Matter | None], str] | None = None
    offline: bool = False
    may: Callable[[Act], bool] = anyone


@dataclass(frozen=True)
class Offer:
    """What can be done at a place: a tab of the scan page, a button of a failed patrol line.

    `panel` answers the template and context of the tab; `action` opens it: (place=…, **facts, act).
    `then` is what the page after sending says besides the number: a visitor's look-up code.
    `blank` is its form without a place, for a phone that scans a label where there is no net.
    """

    key: str
    label: str
    icon: str
    panel: Callable[[HttpRequest, Place], tuple[str, dict[str, Any]]]
    action: Callable[..., Any]
    to_visitors: bool = False
    then: Callable[[Matter, Act], str] | None = None
    blank: Callable[[Act], Any] | None = None


@dataclass(frozen=True)
class Fact:
    """One line of the particulars of a matter or card: label over value, with a link where there is one.

    `tag`: beside the state, without its label. `whole`: the full width, line breaks kept. `code`: a number.
    """

    label: str
    value: Any
    url: str = ""
    note: str = ""
    tag: bool = False
    whole: bool = False
    code: bool = False


@dataclass(frozen=True)
class Alert:
    """今早要看: a number that wants a hand, its word, the oldest case, and the button beside it. 0 is 正常."""

    count: int
    tone: str
    icon: str
    word: str
    title: str
    note: str
    step: str
    url: str


@dataclass(frozen=True)
class Morning:
    """今早: before whom the alerts are brought, and when; what is past its time is asked once for all areas."""

    person: Person
    at: datetime

    @property
    def duties(self) -> frozenset[str]:
        return duty_codes(self.person, timezone.localtime(self.at).date())

    @cached_property
    def _late(self) -> dict[str, dict[str, Any]]:
        rows = matters.oldest(Matter.objects.overdue(self.at), of=["kind"])
        return {row["kind"]: row for row in rows}

    def late(self, *kinds: str) -> tuple[int, str]:
        """How many of these kinds are past their time, and which is the oldest."""
        rows = [self._late[kind] for kind in kinds if kind in self._late]
        first = min(rows, key=lambda row: row["due_at"], default=None)
        return sum(row["many"] for row in rows), self.oldest(first)

    def oldest(self, row: dict[str, Any] | None) -> str:
        return f"最早的：{row['title']}，{wording.deadline(row['due_at'], self.at)}" if row else ""


@dataclass(frozen=True)
class FirstStep:
    """开始用之前: what a new school must have before work can begin, in the order of `rank`, and where it is
    done; `there` asks whether it has. Those of all areas are asked in one question."""

    rank: int
    label: str
    lacking: str
    url: str
    icon: str
    there: Combinable
    duties: tuple[str, ...] = ("house-keeper",)  # shown to these


@dataclass(frozen=True)
class Page:
    """An ordinary page of an area: its own view, its place in the menu, who may enter (set on the view).

    `at_root`: its address is the house's own (/clauses/) and its line stands at the head of the menu.
    """

    path: str
    name: str
    view: Callable[..., Any]
    label: str = ""
    icon: str = ""
    group: str = ""
    duties: tuple[str, ...] = ()  # shown in the menu to these; empty: to everyone who is logged in
    at_root: bool = False

    def url(self, area: str) -> str:
        return f"/{self.path}" if self.at_root else f"/{area}/{self.path}"


@dataclass(frozen=True)
class Paper:
    """A sheet of A4 made of a matter or card: its template and what stands on it."""

    key: str
    label: str
    template: str
    context: Callable[[Any, Act], dict[str, Any]]


@dataclass(frozen=True)
class ApprovalKind:
    """审批单据: a kind of paper that goes a route of approval, by the kind of its matter; `name` is what the
    tiers and delegations call it, `papers` what it can bring along and a tier may therefore ask for."""

    kind: str
    name: str
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """Something the tick of `houqin start` does every so often, by 系统."""

    code: str
    every: timedelta
    call: Callable[[Act], object]


@dataclass(frozen=True)
class Finding:
    """What `houqin check` found wrong: which invariant, on what, expected and found, what to do."""

    code: str
    thing: str
    expected: str
    found: str
    hint: str = ""


@dataclass(frozen=True)
class Invariant:
    """One thing that must be true; `fast` ones run in every check, the others in `--full`."""

    code: str
    says: str
    find: Callable[[], Iterator[Finding]]
    fast: bool = True
    severity: str = "error"  # or warning


@dataclass(frozen=True)
class Area:
    """领域: the contents page of an area.

    `lacking`, by kind: of its matters that were done, those without all the evidence that the kind wants (a
    signature, a photo). A kind that cannot be done without it has no line.
    """

    key: str
    name: str
    icon: str = "dots"
    group: str = ""  # 事 物 钱 日常 家底
    flows: tuple[Flow, ...] = ()
    registers: tuple[Any, ...] = ()
    slips: dict[tuple[str, str], Slip] = field(default_factory=dict)
    particulars: dict[str, Callable[[Matter, Act], list[Fact]]] = field(default_factory=dict)
    lacking: dict[str, Callable[[], models.Q]] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    approvals: tuple[ApprovalKind, ...] = ()
    pages: tuple[Page, ...] = ()
    offers: Callable[[Place | models.Model, Person], Iterable[Offer]] = none
    alerts: Callable[[Morning], Iterable[Alert]] = none
    first_steps: Callable[[Act], Iterable[FirstStep]] = none
    kept: Callable[[], Iterable[models.Model]] = none
    holdings: Callable[[Person], Iterable[str]] = none
    published: Callable[[], Iterable[Any]] = none
    indicators: tuple[Indicator, ...] = ()
    jobs: tuple[Job, ...] = ()
    starts_with: Callable[..., object] = none  # (act=…): what a new school finds here, as rows it may change
    invariants: tuple[Invariant, ...] = ()


GROUPS = ("事", "物", "钱", "日常", "家底")  # decisions.md, Look


@cache
def areas() -> tuple[Area, ...]:
    """The kit's own (settings.AREAS_OF_THE_KIT: the kernel's cards),
    then every installed area in their order."""
    configs = (config for config in apps.get_app_configs() if config.name.startswith("houqin.areas."))
    rooms = [*settings.AREAS_OF_THE_KIT, *(f"{config.name}.area" for config in configs)]
    return tuple(import_module(room).AREA for room in rooms)


def area_of(kind: str) -> Area:
    key = kind.partition(".")[0]
    return next(area for area in areas() if area.key == key)


@cache
def flow_of(kind: str) -> Flow:
    return next(flow for flow in area_of(kind).flows if flow.kind == kind)


@cache
def approval_kinds() -> dict[str, ApprovalKind]:
    """Every kind of paper that is approved, over the whole house."""
    return {one.kind: one for area in areas() for one in area.approvals}


def ended(*how: End) -> models.Q:
    """The matters that ended so, over the whole house, each kind by its own states."""
    flows = (flow for area in areas() for flow in area.flows if flow.ended(*how))
    return _any(models.Q(kind=flow.kind, state__in=sorted(flow.ended(*how))) for flow in flows)


def lacking() -> models.Q:
    """记录不全: of the matters that were done, those without all that their kind wants as evidence."""
    return _any(models.Q(kind=kind) & of() for area in areas() for kind, of in area.lacking.items())


def _any(parts: Iterable[models.Q]) -> models.Q:
    return reduce(or_, parts, models.Q(pk__in=()))


def slip_for(kind: str, step: str) -> Slip | None:
    return area_of(kind).slips.get((kind, step))


def handing(matter: Matter) -> tuple[Step, Slip] | None:
    """移交: the step by which it goes into other hands, in the state it is in, with its slip."""
    flow = flow_of(matter.kind)
    step = next((step for step in flow.steps if step.hands and matter.state in step.start), None)
    slip = slip_for(matter.kind, step.key) if step else None
    return (step, slip) if step and slip else None


def offers_at(thing: Place | models.Model, person: Person) -> dict[str, Offer]:
    """What every area offers here, by key; a built-in 访客 gets only what is open to visitors."""
    found = [offer for area in areas() for offer in area.offers(thing, person)]
    return {offer.key: offer for offer in found if offer.to_visitors or not person.built_in}


def holdings(person: Person) -> list[str]:
    """What a leaver holds, over the whole house."""
    return [line for area in areas() for line in area.holdings(person)]
