"""Feeding the search box; called by `matters` and `audit` only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, models, transaction

from . import phrases, tokens
from .models import SearchRow

if TYPE_CHECKING:
    from ..act import Act

BATCH = 1000


def feed(kind: str, key: int, title: str, words: str, at: datetime) -> None:
    """Make one thing findable, or findable anew."""
    feed_many([SearchRow(kind=kind, key=key, title=title, words=words, at=at)])


def feed_many(rows: Iterable[SearchRow]) -> None:
    """The plural twin of `feed`; `words` come as text, are cut here; the engine's index follows."""
    SearchRow.objects.bulk_create(
        [_cut(row) for row in rows], batch_size=500, update_conflicts=True, unique_fields=["kind", "key"],
        update_fields=["title", "words", "at"],
    )  # fmt: skip


def feed_cards(cards: Iterable[models.Model], at: datetime) -> None:
    """Cards that say what they are found by: a model with `search_words()`."""
    feed_many(_of(card, at) for card in cards if hasattr(card, "search_words"))


def rebuild(act: Act) -> int:
    """Drop what is no more, feed every card and every matter without a row anew, make the index again.

    A card keeps its moment. A matter keeps its row: what else finds it was said when it was opened.
    """
    with transaction.atomic():
        for model in apps.get_models():
            if hasattr(model, "search_words"):
                _feed_all(model, act)
        _drop_the_gone()
        _feed_lost_matters()
        with connection.cursor() as cursor:
            for statement in phrases.AGAIN[connection.vendor]:
                cursor.execute(statement)
    return SearchRow.objects.count()


def _cut(row: SearchRow) -> SearchRow:
    row.title = row.title[:200]
    row.words = tokens.indexed(row.words if row.title in row.words else f"{row.title} {row.words}")
    return row


def _of(card: models.Model, at: datetime) -> SearchRow:
    words = card.search_words()  # type: ignore[attr-defined]
    return SearchRow(kind=card._meta.label_lower, key=card.pk, title=str(card), words=words, at=at)


def _feed_all(model: type[models.Model], act: Act) -> None:
    moments = dict(SearchRow.objects.filter(kind=model._meta.label_lower).values_list("key", "at"))
    cards = model._default_manager.order_by("pk").iterator(chunk_size=BATCH)
    found = (card for card in cards if not getattr(card, "built_in", False))
    feed_many(_of(card, moments.get(card.pk, act.at)) for card in found)


def _drop_the_gone() -> None:
    for kind in SearchRow.objects.order_by().values_list("kind", flat=True).distinct():
        rows = SearchRow.objects.filter(kind=kind)
        try:
            rows.exclude(key__in=apps.get_model(kind)._default_manager.values("pk")).delete()
        except LookupError:  # the kind itself is no more
            rows.delete()


def _feed_lost_matters() -> None:
    has_row = SearchRow.objects.filter(kind="kernel.matter").values("key")
    lost = apps.get_model("kernel.matter")._default_manager.exclude(pk__in=has_row).select_related("place")
    for matter in lost.order_by("pk").iterator(chunk_size=BATCH):
        feed("kernel.matter", matter.pk, str(matter), matter.found_by, matter.opened_at)
