"""What stands at the door: operations seen before, and who tried too often."""

from django.db import models
from django.db.models import Q


class Operation(models.Model):
    """One intent of one client, honoured once. Kept 72 hours; an offline one (`kept`) for good."""

    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, blank=True, related_name="+")
    device = models.CharField(max_length=64, blank=True)
    op = models.CharField(max_length=36)
    door = models.CharField(max_length=60)
    body_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    kept = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "op"], condition=Q(person__isnull=False), name="operation_of_person"
            ),
            models.UniqueConstraint(
                fields=["device", "op"], condition=Q(person=None), name="operation_of_device"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="operation_at")]

    def __str__(self) -> str:
        return f"{self.door} {self.op}"


class Tries(models.Model):
    """How often something was tried in a window of time; `key` is a keyed hash, not an address."""

    key = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="tries_once")]
        indexes = [models.Index(fields=["window"], name="tries_window")]

    def __str__(self) -> str:
        return f"{self.count}"
