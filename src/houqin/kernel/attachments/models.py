"""附件: files kept by what is in them."""

from django.db import models
from django.db.models import Q

from ..entries import Entry


class Blob(Entry):
    """A stored file, named by its SHA-256; pictures are re-encoded by us,
    nothing else is ever shown inline."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField("字节")
    mime = models.CharField(max_length=80)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]


class Attachment(Entry):
    """附件: a file on an event of a matter, or on a card; never replaced, only added."""

    ROLES = [("before", "报修时"), ("after", "修好后"), ("paper", "原件"), ("other", "附件")]

    blob = models.ForeignKey(Blob, models.PROTECT, related_name="attachments")
    event = models.ForeignKey(
        "kernel.Event", models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    kind = models.CharField(max_length=60, blank=True)
    key = models.BigIntegerField(null=True, blank=True)
    role = models.CharField("类别", max_length=10, choices=ROLES, default="other")
    name = models.CharField("文件名", max_length=120)
    by = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attachment_belongs_to_one",
                condition=Q(event__isnull=False, kind="") | (Q(event=None, key__isnull=False) & ~Q(kind="")),
            )
        ]
        indexes = [models.Index(fields=["kind", "key"], name="attachment_card")]

    def __str__(self) -> str:
        return self.name


class Withdrawal(Entry):
    """撤下: from here on nobody is shown this file; what it was and why it went stay. Its bytes go
    with the next sweep."""

    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="withdrawal")
    reason = models.CharField("为什么撤下", max_length=200)
    by = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    def __str__(self) -> str:
        return self.reason
