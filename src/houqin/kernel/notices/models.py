"""通知: a row first, delivered later."""

from django.db import models


class Notice(models.Model):
    """通知: to one person, about one matter or one page; read when opened."""

    to = models.ForeignKey("kernel.Person", models.PROTECT, related_name="notices")
    matter = models.ForeignKey("kernel.Matter", models.PROTECT, null=True, blank=True, related_name="notices")
    text = models.CharField(max_length=200)
    link = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["to", "-id"], name="notice_to"),
            models.Index(fields=["to"], condition=models.Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.text
