"""编号: how far each series has come in each year."""

from django.db import models


class Series(models.Model):
    """The last serial given out under a prefix in a calendar year;
    gapless, because taken with what uses it."""

    prefix = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.year}"
