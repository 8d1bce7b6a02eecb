"""Which rows were asked for: view, words, conditions, order, page.
What the address may not ask is left out and named."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import SYSTEM, duty_codes
from houqin.kernel.search import queries as search

from .conditions import conditions_of, field_at, fields_along
from .declare import Column, Register, View, Within

OURS = ("q", "sort", "page", "after", "before", "as", "view", "conditions", "keep")
FURTHEST_PAGE = 200
WORDS, LONGEST = 5, 60
BIGGEST_KEY = 2**63 - 1


@dataclass
class Asked:
    """What one address asks of one register, cleaned; `ignored` are sentences about what was left out."""

    register: Register
    person: Person
    at: datetime
    given: Mapping[str, str]
    ignored: list[str] = field(default_factory=list)
    own: list[Any] = field(default_factory=list)  # the person's own ListChoices, once read
    within: Within | None = None

    def __post_init__(self) -> None:
        self.view = self._view()
        self.words = words_of(self.given.get("q", ""))
        self.sort, self.descending = self._sort()
        self.page = self._number("page", 1)
        self.after, self.before = self._number("after", 0), self._number("before", 0)
        self.conditions = conditions_of(self.register)
        known = {*OURS, *self.conditions.base_filters}
        for name in self.given:
            if name not in known:
                self.ignored.append(f"地址里的“{plain(name)}”不是这张表的条件，没有用。")

    # ── reading the address ─────────────────────────────────────────────────────────────────────────────

    def _view(self) -> View | None:
        views = () if self.within else self.register.views
        asked = self.given.get("view", "")
        found = next((view for view in views if view.key == asked), None)
        if asked and not found:
            self.ignored.append(f"没有“{plain(asked)}”这个查法，没有用。")
        return found or next(iter(views), None)

    def _sort(self) -> tuple[Column | None, bool]:
        asked = self.given.get("sort", "") or (self.view.sort if self.view else "")
        column = self.register.sorts.get(asked.removeprefix("-"))
        if column and not may_see(column.duties, self.codes):
            column = None
        if asked and not column:
            self.ignored.append("不能按这一列排，按平常的次序排了。")
        return column, asked.startswith("-")

    def _number(self, name: str, otherwise: int) -> int:
        text = self.given.get(name, "")
        if not text:
            return otherwise
        if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= BIGGEST_KEY):
            self.ignored.append("页码看不懂，从头开始列。")
            return otherwise
        return int(text)

    @cached_property
    def codes(self) -> frozenset[str]:
        return codes_of(self.person, timezone.localtime(self.at).date())

    # ── rows ────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def visible(self) -> QuerySet:
        """What this person may see, from the alias that only reads."""
        rows = self.register.rows(self.person, self.at).using("reader")
        return rows.filter(pk__in=self.within.rows.using("reader").values("pk")) if self.within else rows

    @cached_property
    def filters(self) -> django_filters.FilterSet:
        return self.conditions(self.given, queryset=self.visible, request=self)

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """The conditions that say something, by filter; one that cannot be read is left out and named."""
        if self.given.keys().isdisjoint(self.conditions.base_filters):
            return {}
        form = self.filters.form
        for name in form.errors:
            self.ignored.append(f"“{form.fields[name].label}”的条件看不懂，没有用。")
        return {name: value for name, value in form.cleaned_data.items() if value not in (None, "", [])}

    def narrowed(self, view: View | None) -> QuerySet:
        """The visible rows of a view."""
        return view.where(self.visible, self.person, self.at) if view and view.where else self.visible

    @cached_property
    def rows(self) -> QuerySet:
        rows = self.narrowed(self.view)
        own = {each.key: each.where for each in self.register.filters if each.where}
        for name, value in self.chosen.items():
            where = own.get(name)
            rows = where(rows, value, self.at) if where else self.filters.filters[name].filter(rows, value)
        return searched(rows, self.register, self.words)

    @cached_property
    def count(self) -> int:
        """How many rows; 10,001 stands for more than 10,000."""
        return counted(self.rows)

    @cached_property
    def ordered(self) -> QuerySet:
        if self.sort and not self.sort.indexed and self.sort.sort != "pk" and self.count > COUNTED:
            self.ignored.append(
                f"多于 {COUNTED:,} 条不能按“{self.sort.label}”排，按平常的次序排了。先加一个条件。"
            )
            self.sort = None
        return self.rows.order_by(*self.order)

    @property
    def order(self) -> list[Any]:
        """The declared path asked for, nothing last, and always the key at the end."""
        path, descending = self.order_path
        if path == "pk":
            return ["-pk" if descending else "pk"]
        last = (
            True if nullable(self.register.model, path) else None
        )  # else the index under it would not be used
        expression = F(path).desc(nulls_last=last) if descending else F(path).asc(nulls_last=last)
        return [expression, "-pk" if descending else "pk"]

    @property
    def order_path(self) -> tuple[str, bool]:
        if self.sort:
            return self.sort.sort, self.descending
        return self.register.order.removeprefix("-"), self.register.order.startswith("-")

    # ── addresses ───────────────────────────────────────────────────────────────────────────────────────

    def url(self, **changed: Any) -> str:
        """The same list with something changed; only what was understood is carried on."""
        carried: dict[str, Any] = {
            "view": self.given.get("view") if self.view else "",
            "q": self.given.get("q", "")[:LONGEST],
        }
        carried["sort"] = self.given.get("sort") if self.sort else ""
        carried["conditions"] = "1" if self.given.get("conditions") else ""
        carried.update({name: self.given.get(name) for name in self.chosen})
        carried.update(changed)
        query = urlencode({name: value for name, value in carried.items() if value})
        return f"?{query}" if query else "?"


def plain(text: str) -> str:
    """A piece of the address as it may stand in a sentence."""
    return "".join(c for c in text[:20] if c.isprintable()) + ("…" if len(text) > 20 else "")


class Every(frozenset[str]):
    """Every duty there is: whoever sits at the server has the whole house anyway."""

    def __contains__(self, code: object) -> bool:
        return True


def codes_of(person: Person, on: date) -> frozenset[str]:
    """The duties that decide what somebody sees of a list; 系统 (the command line) sees every column."""
    return Every() if person.built_in and person.code == SYSTEM else duty_codes(person, on)


def may_see(duties: Iterable[str], codes: frozenset[str]) -> bool:
    duties = tuple(duties)
    return not duties or any(duty in codes for duty in duties)


def words_of(text: str) -> list[str]:
    """The words of a search box: full-width folded, at most five."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", text[:LONGEST]) if c.isprintable() or c.isspace())
    return kept.split()[:WORDS]


def searched(rows: QuerySet, register: Register, words: list[str]) -> QuerySet:
    """Every word somewhere: in the search index and in the names of related cards, or in one of the paths."""
    if not words or not (register.search or register.indexed):
        return rows
    found = found_by_index if register.indexed else found_by_walk
    return rows.filter(reduce(and_, (found(register, word) for word in words)))


def found_by_walk(register: Register, word: str) -> Q:
    return reduce(or_, (Q(**{f"{path}__icontains": word}) for path in register.search))


def found_by_index(register: Register, word: str) -> Q:
    """By keys alone, so that no row is walked:
    those that the index finds, and those of the people so named."""
    keys = search.keys(register.indexed, word)
    found = Q(pk__in=keys or [])
    for relation, names in related_names(register).items():
        named = reduce(or_, (Q(**{f"{name}__icontains": word}) for name in names))
        cards = related_model(register.model, relation)._default_manager.filter(named)
        found |= Q(pk__in=register.model._default_manager.filter(**{f"{relation}__in": cards}).values("pk"))
    return found


def related_names(register: Register) -> dict[str, list[str]]:
    """The searched paths by relation: {"worker": ["name", "initials"]}."""
    found: dict[str, list[str]] = {}
    for path in register.search:
        relation, _, name = path.rpartition("__")
        found.setdefault(relation, []).append(name)
    return found


def related_model(model: type[Model], relation: str) -> type[Model]:
    found = getattr(field_at(model, relation), "related_model", None)
    if found is None:
        raise ValueError(f"{relation} of {model._meta.label} leads to no card")
    return found


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────

SIZE = 50
COUNTED = 10_000


@dataclass(frozen=True)
class Part:
    """The rows of one page: their tuples, where they stand, and the keys to go on from (0: nothing there)."""

    rows: list[tuple]
    first: int | None
    next: int
    previous: int


def counted(rows: QuerySet) -> int:
    """How many, up to one more than 10,000: a count never reads a whole table."""
    return rows.order_by()[: COUNTED + 1].count()


def how_many(count: int) -> str:
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def part(asked: Asked, paths: list[str], size: int = SIZE) -> Part:
    """One page, by key where the address gives one, else by its number; the first column is the key."""
    if asked.before:
        return _by_key(asked, paths, size, asked.before, back=True)
    if asked.after:
        return _by_key(asked, paths, size, asked.after, back=False)
    if asked.page > FURTHEST_PAGE:
        asked.ignored.append(f"只能直接翻到第 {FURTHEST_PAGE} 页，再往后一页一页翻。")
        asked.page = FURTHEST_PAGE
    start = (asked.page - 1) * size
    keys = list(asked.ordered.values_list("pk", flat=True)[start : start + size + 1])
    rows = told(asked, keys[:size], paths)
    return Part(rows, start + 1, rows[-1][0] if len(keys) > size else 0, rows[0][0] if rows and start else 0)


def told(asked: Asked, keys: list[int], paths: list[str]) -> list[tuple]:
    """The rows of these keys in their order.
    Keys come first and alone, so that an order is read off its index."""
    found = {row[0]: row for row in asked.visible.filter(pk__in=keys).order_by().values_list("pk", *paths)}
    return [found[key] for key in keys if key in found]


def _by_key(asked: Asked, paths: list[str], size: int, key: int, *, back: bool) -> Part:
    """The rows beyond the one with `key` in the list's order; one that is no longer seen starts anew."""
    ordered = asked.ordered  # may take back the sort that was asked for
    path, descending = asked.order_path
    at = asked.visible.filter(pk=key).values_list("pk", *([] if path == "pk" else [path])).first()
    if at is None:
        asked.ignored.append("翻页的那一行已经不在这张表里，从头开始列。")
        asked.after = asked.before = 0
        asked.page = 1
        return part(asked, paths, size)
    rows = ordered.filter(beyond(asked.register.model, path, descending, at, back=back))
    keys = list((rows.reverse() if back else rows).values_list("pk", flat=True)[: size + 1])
    more, shown = len(keys) > size, told(asked, keys[:size], paths)
    if back:
        shown.reverse()
    first = (asked.page - 1) * size + 1 if asked.given.get("page") and asked.page <= FURTHEST_PAGE else None
    ahead, behind = (True, more) if back else (more, True)
    if not shown:
        return Part([], None, 0, 0)
    return Part(shown, first, shown[-1][0] if ahead else 0, shown[0][0] if behind else 0)


def beyond(model: type[Model], path: str, descending: bool, at: tuple, *, back: bool) -> Q:
    """Behind (or before) a row in the order (path, key), nothing always last."""
    key = at[0]
    way = "gt" if descending == back else "lt"  # bigger values lie that way, or smaller ones
    keys = Q(**{f"pk__{way}": key})
    if path == "pk":
        return keys
    value = at[1]
    if value is None:
        return (Q(**{path: None}) & keys) | (~Q(**{path: None}) if back else Q(pk__in=[]))
    further = Q(**{f"{path}__{way}": value}) | (Q(**{path: value}) & keys)
    if nullable(model, path) and not back:
        return further | Q(**{path: None})
    return Q(**{f"{path}__{way}e": value}) & further  # the first part is what an index is entered by


def nullable(model: type[Model], path: str) -> bool:
    """Whether a path may lead to nothing: a field on it may be empty, or it is an annotation."""
    found = fields_along(model, path)
    return not found or any(each.null for each in found)
