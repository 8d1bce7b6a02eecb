"""通知: a row first, delivered later. 渠道: by what way it leaves the house. 发件: the outbox."""

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """通知: to one person, about one matter or one page; read when opened.

    `outside` is all that may leave the house of it: kind, number, step; empty: it stays inside. `laid` is how
    many rows of the outbox were written with it.
    """

    to = models.ForeignKey("kernel.Person", models.PROTECT, related_name="notices")
    matter = models.ForeignKey("kernel.Matter", models.PROTECT, null=True, blank=True, related_name="notices")
    text = models.CharField(max_length=200)
    outside = models.CharField(max_length=80, blank=True)
    laid = models.PositiveSmallIntegerField(default=0)
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


class Channel(models.Model):
    """渠道: a robot of a group chat, or the school's mail. Address and secret are sealed, the key kept outside.

    `held_until`: after a failure nothing is tried before then.
    """

    WECOM, DINGTALK, FEISHU, MAIL = "wecom", "dingtalk", "feishu", "mail"
    KINDS = [(WECOM, "企业微信"), (DINGTALK, "钉钉"), (FEISHU, "飞书"), (MAIL, "邮件")]

    kind = models.CharField("种类", max_length=10, choices=KINDS)
    name = models.CharField("名称", max_length=40)
    host = models.CharField("服务器", max_length=120)
    address = models.TextField(editable=False)
    secret = models.TextField(editable=False, blank=True)
    account = models.EmailField("发件邮箱", blank=True)
    post = models.ForeignKey(
        "kernel.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="哪个岗位的"
    )
    active = models.BooleanField("启用", default=True)
    failures = models.PositiveIntegerField(default=0, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    last_answer = models.CharField(max_length=120, blank=True, editable=False)
    last_sent_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name


class NoticeChoice(models.Model):
    """通知设置: by what ways one person wants to be told, and when not. No fact of the house.

    `mail` is proved: its reader typed the code that was sent there. `mail_asked` is not yet, and gets the
    code only.
    """

    person = models.OneToOneField("kernel.Person", models.PROTECT, related_name="notice_choice")
    kinds = models.JSONField(default=list)
    mail = models.EmailField(blank=True)
    mail_asked = models.EmailField(blank=True)
    mail_asked_at = models.DateTimeField(null=True, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    daily = models.TimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quiet_has_both_ends",
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}"


class Delivery(models.Model):
    """发件: one notice on its way by one channel; claimed by one conditional update, for a time.

    Held is a waiting one whose channel is held; nothing is written for that.
    """

    WAITING, SENDING, SENT, DEAD = "waiting", "sending", "sent", "dead"
    STATES = [(WAITING, "等着"), (SENDING, "正在发"), (SENT, "发出"), (DEAD, "停")]

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries", verbose_name="渠道")
    state = models.CharField("状态", max_length=8, choices=STATES, default=WAITING)
    tries = models.PositiveSmallIntegerField("试了几次", default=0)
    next_at = models.DateTimeField("下次")
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    answer = models.CharField("最后的回答", max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivered_once_a_channel"),
            models.CheckConstraint(
                name="sent_has_its_time",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at"], condition=~Q(state="sent") & ~Q(state="dead"),
                name="delivery_to_go",
            ),
            models.Index(fields=["claim"], condition=Q(state="sending"), name="delivery_claim"),
            models.Index(fields=["channel"], condition=~Q(state="sent"), name="delivery_unsent"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.notice.outside
