"""The outbox: nothing that was to go out is lost, nothing lies in the hand of who is gone."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F

from ..area import Finding, Invariant
from ..notices.models import Delivery, Notice
from ..schedule.models import TickRun

RUNNING = "看看 houqin start 是不是一直在运行。"
SLACK = timedelta(hours=1)  # a round may be long


def all_laid() -> Iterator[Finding]:
    """I60: every notice has the rows of the outbox that were written with it."""
    for notice in Notice.objects.annotate(there=Count("deliveries")).exclude(there=F("laid")).order_by("pk"):
        yield Finding("I60", f"通知 {notice.pk} 的发件", f"{notice.laid} 条", f"{notice.there} 条",
                      "不是从页面改的。和备份对一下，查是谁动了数据库。")  # fmt: skip


def none_left_in_hand() -> Iterator[Finding]:
    """I60: no row is being sent long after its lease was over when the clock last looked."""
    ran = TickRun.objects.filter(job="kernel.deliver").values_list("last_run_at", flat=True).first()
    if ran is not None:
        late = Delivery.objects.filter(state=Delivery.SENDING, claimed_until__lt=ran - SLACK)
        for row in late.filter(channel__active=True, channel__held_until=None).order_by("pk"):
            yield Finding("I60", f"发件 {row.pk}", "发完或者重来", "还是正在发", RUNNING)


def none_dead() -> Iterator[Finding]:
    if dead := Delivery.objects.filter(state=Delivery.DEAD).count():
        yield Finding("I60", "停了的发件", "没有", f"{dead} 条", "在“设置 · 发件”里看原因，改好以后重发。")


INVARIANTS = (
    Invariant("I60", "通知的发件齐全", all_laid, fast=False),
    Invariant("I60", "发件没有卡住", none_left_in_hand),
    Invariant("I60", "没有停了的发件", none_dead, severity="warning"),
)
