# ruff: noqa: S608 - the words put into the statements are our own
"""Looking things up: newest first, only what the person may see, with a count that stops at 10,000."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections
from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from . import tokens
from .models import SearchRow
from .phrases import INDEX, KEY_BITS, NUMBER, TABLE

if TYPE_CHECKING:
    from ..people.models import Person

type Phrases = list[tokens.Phrase]
type Found = tuple[list[SearchRow], int]

READER = "reader"
COUNTED = 10_000  # a count above is given as one more: 10,000+
FEW = 2_000  # so many rows are looked through one by one rather than the index for the word
TO_ALL = frozenset({"kernel.place"})  # what a visitor may look up too
MATTER = "kernel.matter"
HITS = f"FROM {INDEX} f CROSS JOIN {TABLE} r ON r.id = (f.rowid & {(1 << KEY_BITS) - 1})"
OLDER = f" AND f.rowid < (SELECT {NUMBER.format(row='b')} FROM {TABLE} b WHERE b.id = %s)"


def find(
    person: Person, at: datetime, words: str, kinds: Iterable[str] | None = None, limit: int = 50,
    before: int | None = None,
) -> Found:  # fmt: skip
    """The newest `limit` of what is found, and how many there are (10,001 stands for more than 10,000).

    `kinds` are labels of models ("kernel.matter"); `before` is the key of the last row of the page before.
    """
    phrases = tokens.phrases(words)
    if not phrases:
        return [], 0
    sight = _sight(person, at, kinds)
    search = _sqlite if connections[READER].vendor == "sqlite" else _postgres
    rows, count = search(phrases, sight, limit, before)
    return rows, min(count, COUNTED + 1)


def visible(kind: str, person: Person, at: datetime) -> QuerySet[Any] | None:
    """The rows of a kind that the person may know of; None: all of them.

    A model says so by its manager's `visible_to(person, at)`; without one its cards are for who is logged in.
    """
    manager: Any = apps.get_model(kind)._default_manager
    if not hasattr(manager, "visible_to"):
        return manager.none() if person.built_in and kind not in TO_ALL else None
    rows = manager.visible_to(person, at).using(READER).order_by()
    return rows if rows.query.where else None


@dataclass(frozen=True)
class Sight:
    """What of the index a person sees: kinds whole (`all_kinds`: every kind there is), and kinds in part."""

    whole: tuple[str, ...]
    parts: tuple[tuple[str, QuerySet[Any]], ...]
    all_kinds: bool


def searched_kinds() -> list[str]:
    cards = {model._meta.label_lower for model in apps.get_models() if hasattr(model, "search_words")}
    return sorted(cards | {MATTER})


def _sight(person: Person, at: datetime, kinds: Iterable[str] | None) -> Sight:
    known = searched_kinds()
    asked = known if kinds is None else [kind for kind in known if kind in set(kinds)]
    seen = {kind: visible(kind, person, at) for kind in asked}
    parts = tuple((kind, rows) for kind, rows in seen.items() if not (rows is None or rows.query.is_empty()))
    whole = tuple(kind for kind, rows in seen.items() if rows is None)
    return Sight(whole, parts, all_kinds=whole == tuple(known))


def keys(kind: str, words: str) -> RawSQL | None:
    """The keys of a kind that the words find, for `pk__in`; None where there is no word in them."""
    phrases = tokens.phrases(words)
    if not phrases:
        return None
    if connections[READER].vendor == "sqlite":
        match = f"kind : {kind.replace('.', '')} AND {' AND '.join(map(_fts, phrases))}"
        return RawSQL(f"SELECT r.key {HITS} WHERE f.{INDEX} MATCH %s", (match,))  # noqa: S611 - our own words
    match = " & ".join(map(_tsquery, phrases))
    found = f"SELECT key FROM {TABLE} WHERE kind = %s AND tokens @@ %s::tsquery"
    return RawSQL(found, (kind, match))  # noqa: S611 - our own words


# ── SQLite ──────────────────────────────────────────────────────────────────────────────────────────────


def _sqlite(phrases: Phrases, sight: Sight, limit: int, before: int | None) -> Found:
    """What is seen whole comes from the index; of a part, few rows are read one by one, many by the index."""
    match = " AND ".join(_fts(phrase) for phrase in phrases)
    found: list[SearchRow] = []
    count = 0
    for kinds, rows in ((sight.whole, None), *(((kind,), rows) for kind, rows in sight.parts)):
        if not kinds:
            continue
        if rows is not None and len(rows.values_list("pk")[:FEW]) < FEW:
            some, more = _by_rows(phrases, kinds[0], rows, limit, before)
        else:
            only = (
                "" if sight.all_kinds else f"kind : ({' OR '.join(k.replace('.', '') for k in kinds)}) AND "
            )
            some, more = _by_index(only + match, rows, limit, before)
        found, count = found + some, count + more
    return sorted(found, key=_newest)[:limit], count


def _by_index(match: str, rows: QuerySet[Any] | None, limit: int, before: int | None) -> Found:
    only, values = _only(rows)
    hits = f"{HITS} WHERE f.{INDEX} MATCH %s{only}"
    older, last = (OLDER, [before]) if before else ("", [])
    page = f"SELECT r.id, r.kind, r.key, r.title, r.at {hits}{older} ORDER BY f.rowid DESC LIMIT %s"
    found = list(SearchRow.objects.using(READER).raw(page, [match, *values, *last, limit]))
    if before is None and len(found) < limit:
        return found, len(found)
    if rows is None:
        hits = f"FROM {INDEX} WHERE {INDEX} MATCH %s"
    with connections[READER].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 {hits} LIMIT {COUNTED + 1})", [match, *values])
        return found, cursor.fetchone()[0]


def _only(rows: QuerySet[Any] | None) -> tuple[str, tuple[Any, ...]]:
    if rows is None:
        return "", ()
    inner, values = rows.filter(pk=RawSQL("r.key", ())).values("pk").query.get_compiler(READER).as_sql()
    return f" AND EXISTS ({inner})", tuple(values)


def _by_rows(phrases: Phrases, kind: str, rows: QuerySet[Any], limit: int, before: int | None) -> Found:
    hits = SearchRow.objects.using(READER).filter(kind=kind, key__in=rows.values("pk")).defer("words")
    for phrase in phrases:
        hits = hits.filter(words__contains=f" {' '.join(phrase.tokens)}{'' if phrase.open_end else ' '}")
    found = sorted(hits, key=_newest)
    if before and (last := SearchRow.objects.using(READER).filter(pk=before).first()):
        return [row for row in found if _newest(row) > _newest(last)][:limit], len(found)
    return found[:limit], len(found)


def _fts(phrase: tokens.Phrase) -> str:
    """A phrase for FTS5; tokens hold nothing but letters, digits and signs, so that quoting is safe."""
    return f'words : "{" ".join(phrase.tokens)}"{" *" if phrase.open_end else ""}'


def _newest(row: SearchRow) -> tuple[int, int]:
    return -int(row.at.timestamp()), -row.pk


# ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────────────


def _postgres(phrases: Phrases, sight: Sight, limit: int, before: int | None) -> Found:
    """Many are read newest first until there are enough; few are found by the word, then put in order."""
    words = " & ".join(map(_tsquery, phrases))
    match = RawSQL(f"{TABLE}.tokens @@ %s::tsquery", (words,), BooleanField())  # noqa: S611 - our own words
    hits = SearchRow.objects.using(READER).filter(match)
    if not sight.all_kinds:
        hits = hits.filter(_seen(sight))
    count = hits.order_by()[: COUNTED + 1].count()
    if before and (last := SearchRow.objects.using(READER).filter(pk=before).first()):
        hits = hits.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    newest = F("at") if count > COUNTED else F("at") + timedelta(0)  # a sum keeps off the index by date
    return list(hits.defer("words").order_by(newest.desc(), "-pk")[:limit]) if count else [], count


def _seen(sight: Sight) -> Q:
    seen = Q(kind__in=sight.whole)
    for kind, rows in sight.parts:
        seen |= Q(kind=kind, key__in=rows.values("pk"))
    return seen


def _tsquery(phrase: tokens.Phrase) -> str:
    last = len(phrase.tokens) - 1
    said = (
        f"'{token}'{':*' if phrase.open_end and n == last else ''}" for n, token in enumerate(phrase.tokens)
    )
    return f"({' <-> '.join(said)})"
