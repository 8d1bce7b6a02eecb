"""Column types the house uses everywhere."""

from django.core.validators import MinValueValidator
from django.db import models


class FenField(models.BigIntegerField):
    """Money in 分, an integer; never a float, never a DecimalField (architecture.md, money)."""

    description = "money in fen"


class MilliField(models.BigIntegerField):
    """A quantity in thousandths of the base unit."""

    description = "quantity in thousandths"


class MinutesField(models.PositiveIntegerField):
    """A length of time in whole minutes."""

    default_validators = [MinValueValidator(0)]
