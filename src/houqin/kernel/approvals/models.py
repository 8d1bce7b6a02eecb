"""审批: tiers as dated data, the route a paper was given, the decision of each step, delegation."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ..entries import Entry
from ..fields import FenField


class RuleSet(models.Model):
    """审批规则: the tiers in force for one kind of paper from a date, and the regulation that authorises them.

    `authority` is number, title, version and date as text; `authority_key` is opaque, from `regulations`.
    """

    kind = models.CharField("单据", max_length=40)
    version = models.PositiveSmallIntegerField("版本")
    effective_on = models.DateField("生效日期")
    authority = models.CharField("依据", max_length=200)
    authority_hash = models.CharField(max_length=64, blank=True)
    authority_key = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="rule_set_version_once")]

    def __str__(self) -> str:
        return f"审批档第 {self.version} 版"


class RuleTier(models.Model):
    """审批档: one step of one range of amounts, `from_fen` inclusive,
    `to_fen` exclusive (empty: without end)."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="tiers")
    category = models.CharField("类别", max_length=40, blank=True)
    from_fen = FenField("起（含）")
    to_fen = FenField("止（不含）", null=True, blank=True)
    order = models.PositiveSmallIntegerField("第几步")
    duty = models.CharField("审批职责", max_length=40)
    paper = models.CharField("要附", max_length=40, blank=True)
    quotes = models.PositiveSmallIntegerField("询价家数", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "category", "from_fen", "order"], name="tier_step_once"
            ),
            models.CheckConstraint(
                name="tier_runs_upward", condition=Q(to_fen=None) | Q(from_fen__lt=F("to_fen"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set} 第 {self.order} 步"


class ApprovalRoute(Entry):
    """审批路线: the tier as it was at submission; later rules do not touch it.

    `excluded` (who asked for it, beneficiary, drafter, who submitted it now or before) decide no step of it,
    for nobody.
    """

    matter = models.ForeignKey("kernel.Matter", models.PROTECT, related_name="routes")
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField("第几轮")
    amount_fen = FenField("本单金额")
    basis_fen = FenField("计算基数")
    reason = models.CharField("为什么走这一档", max_length=300)
    by = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    excluded = models.ManyToManyField("kernel.Person", related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "round"], name="route_once_a_round")]

    def __str__(self) -> str:
        return f"{self.matter_id} 第 {self.round} 轮"


class ApprovalStep(models.Model):
    """一步审批: who could decide, who did; nobody could decide two of a round.

    Decided by one conditional update, so a double click decides once.
    Of a step that was recalled `decided_by` is who took the paper back: nobody decided it.
    """

    WAITING, OPEN, AGREED, REFUSED, RECALLED = "waiting", "open", "agreed", "refused", "recalled"

    route = models.ForeignKey(ApprovalRoute, models.PROTECT, related_name="steps")
    order = models.PositiveSmallIntegerField()
    duty = models.CharField(max_length=40)
    candidates = models.ManyToManyField("kernel.Person", related_name="+")
    escalated = models.BooleanField("上移", default=False)
    state = models.CharField(
        max_length=8,
        choices=[(WAITING, "未到"), (OPEN, "等批"), (AGREED, "同意"), (REFUSED, "退回"), (RECALLED, "撤回")],
        default=WAITING,
    )
    decided_by = models.ForeignKey("kernel.Person", models.PROTECT, null=True, blank=True, related_name="+")
    on_behalf_of = models.ForeignKey("kernel.Person", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["route", "order"], name="approval_step_once"),
            models.CheckConstraint(
                name="approval_decided_by_someone",
                condition=Q(state__in=["waiting", "open"], decided_by=None) | Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.order}"


class Delegation(models.Model):
    """授权: from one to another for a time, for a kind of paper, up to a sum for each; never passed on."""

    giver = models.ForeignKey("kernel.Person", models.PROTECT, related_name="given", verbose_name="授权人")
    taker = models.ForeignKey("kernel.Person", models.PROTECT, related_name="taken", verbose_name="受托人")
    kind = models.CharField("单据", max_length=40)
    cap_fen = FenField("单笔上限")
    from_at = models.DateTimeField("起")
    to_at = models.DateTimeField("止")
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)
    deed = models.CharField("依据", max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(name="delegation_to_another", condition=~Q(giver=F("taker"))),
            models.CheckConstraint(name="delegation_runs_forward", condition=Q(from_at__lt=F("to_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"

    def runs(self, at: datetime) -> bool:
        """Whether it is in force at this moment; of `giver` it is asked whether he is still of the school."""
        left = self.giver.left_on
        here = left is None or left >= timezone.localtime(at).date()
        return here and self.from_at <= at < self.to_at and (self.ended_at is None or at < self.ended_at)
