"""台账: a list of the house as data: what is in it, its columns, conditions, views,
sheet and card. No view code here.

A list reads its rows as tuples (`values_list` over the columns' paths), so that no register can cost a query
a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from django.db.models import Model, QuerySet

from houqin.kernel.act import Act
from houqin.kernel.area import Fact, none, nothing
from houqin.kernel.people.models import Person

KindOfColumn = Literal[
    "text", "code", "date", "moment", "when", "deadline", "money", "quantity", "number", "state", "yes",
]  # fmt: skip
Slot = Literal["", "title", "state", "place", "due", "note"]
KindOfFilter = Literal["choice", "person", "place", "dates", "yes", "model"]


@dataclass(frozen=True)
class Column:
    """列: a head and what stands under it.

    `path` is a field, a relation's field ("place__full_name") or an annotation of the register's rows;
    several paths are handed to `value` in their order. `value(*found)` answers what the kind shows: a State
    (or a dict with label, tone, icon) for "state", fen for "money", thousandths for "quantity", a moment for
    "when" and "deadline". `on` is the part of the phone's card that the column becomes: title state place
    due; all with note are joined.
    """

    label: str
    path: str | tuple[str, ...]
    sort: str = ""  # the path the list may be sorted by
    indexed: bool = False  # an index stands under that sort, so that a list of any length can be read in it
    on: Slot = ""
    kind: KindOfColumn = "text"
    unit: str = ""  # stands in the head: 用料，元
    value: Callable[..., Any] | None = None
    choices: tuple[tuple[Any, str], ...] = ()
    shown: bool = True  # without a choice of one's own
    empty: str = ""  # what stands for nothing: 没派
    total: str = ""  # a path to be summed in the foot
    duties: tuple[str, ...] = ()  # only these see it; empty: whoever sees the list

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return (self.path,) if isinstance(self.path, str) else self.path

    @property
    def key(self) -> str:
        """How the address and a column choice name it."""
        return self.paths[0]

    @cached_property
    def labels(self) -> dict[Any, str]:
        return dict(self.choices)


@dataclass(frozen=True)
class Filter:
    """条件: one way to narrow a list; a filter of django-filter under `key` (dates: key_from, key_to).

    `choices`: the pairs for "choice"; for "person", "place" and "model" a queryset by (person, at).
    `where(rows, value, at)` replaces the plain comparison with `path`.
    """

    key: str
    label: str
    path: str = ""
    kind: KindOfFilter = "choice"
    choices: Any = ()
    where: Callable[[QuerySet, Any, datetime], QuerySet] | None = None


@dataclass(frozen=True)
class View:
    """查法: saved conditions under a tab with their count."""

    key: str
    label: str
    where: Callable[[QuerySet, Person, datetime], QuerySet] | None = None
    sort: str = ""  # the sort it opens with, as in the address
    counted: bool = (
        True  # on every page of the list; False: only while it is open, because counting it reads many rows
    )


@dataclass(frozen=True)
class CardSlip:
    """A form on a card: `new`, `change` or another verb (`leave`); its fields are the action's keywords.

    The action gets the card first, but for `new`; `change` starts from what the card says. An action that
    takes `seen` refuses fields which someone else has changed since the form was shown. `choices(act, card)`
    as in a slip of a matter.
    """

    key: str
    label: str
    form: type
    action: Callable[..., Any]
    duties: tuple[str, ...] = ()
    icon: str = "pencil"
    choices: Callable[[Act, Any], dict[str, Any]] = nothing
    when: Callable[[Any], bool] | None = None  # shown only on such cards
    may: Callable[[Act, Any], bool] | None = None  # shown only to such persons, whatever their duties
    says: str = ""  # the sentence above the button
    fresh: bool = False  # touches a login: the password is asked again after ten idle minutes
    decides: bool = False  # about money: asked as well, in its place, so that what was typed is kept
    shows: str = (
        ""  # afterwards to the card's page of this name, once with the `token` of what the action made
    )


@dataclass(frozen=True)
class Section:
    """A list under the facts of a card: its head and rows as the kit's `row` draws them."""

    title: str
    rows: Sequence[dict[str, Any]]
    url: str = ""  # to all of them
    empty: str = ""
    more: int = 0  # how many there are, where not all are shown

    @property
    def count(self) -> int:
        return self.more or len(self.rows)


@dataclass(frozen=True)
class Card:
    """卡片: how one row looks on its own page."""

    facts: Callable[[Any, Act], list[Fact]]
    title: Callable[[Any], str] = str
    state: Callable[[Any], Any] | None = None  # a State or {label, tone, icon}
    line: Callable[[Any, Act], str] | None = None  # 在谁手上: one sentence under the title
    related: Callable[[Any, Act], Iterable[Section]] = none
    labelled: bool = False  # a label with QR hangs on it
    photos: bool = False


@dataclass(frozen=True)
class SheetColumn:
    """表格的列: one head of the sheet and the keyword of the action that it feeds.

    kind: text code phone date money quantity whole yes choice ref own. "ref" looks the text up in
    `find(texts)`; "own" names another row of the same sheet or register by its key. `path` is where the
    export takes it from.
    """

    label: str
    name: str
    path: str = ""
    kind: str = "text"
    required: bool = False
    choices: tuple[tuple[Any, str], ...] = ()
    aliases: tuple[str, ...] = ()  # other heads that mean the same
    find: Callable[[set[str]], dict[str, Any]] | None = None
    longest: int = 200
    hint: str = ""
    example: str = ""
    least: int | None = None
    most: int | None = None
    duties: tuple[str, ...] = ()
    pattern: str = ""  # what a code or text must look like; `hint` says it
    past: bool = False  # a day after today is refused
    fixed: bool = False  # set when the card is made; the import does not change it, an empty cell leaves it

    @property
    def way(self) -> str:
        """Where the export takes it from."""
        return self.path or self.name


@dataclass(frozen=True)
class Sheet:
    """表格进出: the columns, which of them names the card, and the actions that a row goes through.

    `enter(**values, act)` makes a card; `change(card, **values, act)` changes one that is known and differs;
    without `change` a known key is an error of its row. `enter_many(rows, act)` is the plural twin of
    `enter`. `same(card, values)` may say that nothing differs where the exported texts cannot tell.
    """

    columns: tuple[SheetColumn, ...]
    key: str
    enter: Callable[..., Any]
    change: Callable[..., Any] | None = None
    enter_many: Callable[..., Any] | None = None
    duties: tuple[str, ...] = ()
    check: Callable[[list[dict[str, Any]]], Iterable[tuple[int, str, str]]] = none
    month_first: bool | None = None  # None: read off the sheet


@dataclass(frozen=True)
class Empty:
    """没有内容: what this list is for and what to do first."""

    title: str
    text: str = ""
    buttons: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Opening:
    """The button that opens a new one, where it is not the `new` slip: (label, url)."""

    label: str
    url: str
    icon: str = "plus"
    duties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Within:
    """其中的一部分: the rows behind a number, listed at an address of its own.

    Search, conditions, order, pages and export work on them; views, chosen columns, import and new ones
    stay with the whole list, which stands at `base`. `line` says which part it is.
    """

    rows: QuerySet
    title: str
    line: str
    base: str
    back: str


@dataclass(frozen=True, eq=False)
class Register:
    """台账. kind "card" stays and is changed, "matter" opens /matters/<number>/, "entry" is only read.

    `rows(person, at)` are those which this person may see; `number` is a matter's path to its number.
    """

    key: str
    name: str
    model: type[Model]
    rows: Callable[[Person, datetime], QuerySet]
    columns: tuple[Column, ...]
    kind: Literal["card", "matter", "entry"] = "card"
    icon: str = "list-details"
    group: str = ""
    filters: tuple[Filter, ...] = ()
    views: tuple[View, ...] = ()
    search: tuple[str, ...] = ()  # paths that the words are looked for in
    indexed: str = (
        ""  # the kind in the search index with this register's keys; `search` then holds people's names only
    )
    hint: str = "搜这张表"  # what the search box says can be typed
    order: str = "-pk"
    duties: tuple[str, ...] = ()  # who sees the list; empty: everyone who is logged in
    number: str = "number"
    slips: tuple[CardSlip, ...] = ()
    card: Card | None = None
    sheet: Sheet | None = None
    empty: Empty = field(default_factory=lambda: Empty("还没有内容"))
    opening: Opening | None = None
    summary: Callable[[Person, datetime], str] | None = None  # one line under the heading

    def slip(self, key: str) -> CardSlip | None:
        return next((slip for slip in self.slips if slip.key == key), None)

    @cached_property
    def sorts(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns if column.sort}
