"""变动记录 and 日封: what changed on a card, and the chain that shows nothing was altered afterwards."""

from django.db import models

from ..entries import Entry


class Change(Entry):
    """变动记录: one field of one card, before and after."""

    kind = models.CharField("台账", max_length=60)
    key = models.BigIntegerField("卡片")
    field = models.CharField("项目", max_length=40)
    was = models.TextField("原来", blank=True)
    now = models.TextField("改成", blank=True)
    by = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="经手人")
    on_behalf_of = models.ForeignKey("kernel.Person", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("时间")
    via = models.CharField(max_length=12)
    op = models.CharField(max_length=36, blank=True)
    note = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "id"], name="change_card")]

    def __str__(self) -> str:
        return f"{self.field}: {self.was} → {self.now}"


class Seal(Entry):
    """日封: the rows of one entry table sealed by one tick, chained to the seal before.

    `digest` is a SHA-256 over keys and keyed hashes of rows `first`..`last`; `head` chains to `previous`.
    """

    table = models.CharField(max_length=60)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    head = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["table", "last"], name="seal_table")]

    def __str__(self) -> str:
        return f"{self.table} {self.first}–{self.last} {self.head[:12]}"
