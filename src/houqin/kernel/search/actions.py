"""Feeding the search box; called by `matters` and `audit` only."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from .models import SearchRow


def feed(kind: str, key: int, title: str, words: str, at: datetime) -> None:
    """Make one thing findable, or findable anew."""
    feed_many([SearchRow(kind=kind, key=key, title=title[:200], words=words, at=at)])


def feed_many(rows: Iterable[SearchRow]) -> None:
    SearchRow.objects.bulk_create(
        list(rows), batch_size=500, update_conflicts=True, unique_fields=["kind", "key"],
        update_fields=["title", "words", "at"],
    )  # fmt: skip


def feed_cards(cards: Iterable[models.Model], at: datetime) -> None:
    """Cards that say what they are found by: a model with `search_words()`."""
    feed_many(
        SearchRow(kind=card._meta.label_lower, key=card.pk, title=str(card)[:200], words=card.search_words(), at=at)
        for card in cards
        if hasattr(card, "search_words")
    )
