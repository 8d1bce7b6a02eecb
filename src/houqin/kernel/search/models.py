"""检索: one row for each thing that can be found, in one token a Han character."""

from django.db import models

from .phrases import Phrases


class SearchRow(models.Model):
    """What the one search box looks through; derived, rebuilt by `search.actions.rebuild`.

    `words` holds the tokens of title and words with a space on each side (`search.tokens.indexed`).
    """

    kind = models.CharField(max_length=60)
    key = models.BigIntegerField()
    title = models.CharField(max_length=200)
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="search_once")]
        indexes = [
            models.Index(fields=["-at", "-id"], name="search_newest"),
            Phrases(fields=["words"], name="search_phrases"),
        ]

    def __str__(self) -> str:
        return self.title
