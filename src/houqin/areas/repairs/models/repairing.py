"""故障类别、优先次序、报修、用料、停用课时、我也遇到、纸质报修单."""

from django.db import models
from django.db.models import F, Q

from houqin.kernel.entries import Entry
from houqin.kernel.fields import FenField, MilliField, MinutesField

DANGER = (
    "!"  # before a quick word: heard in a report, it makes it urgent and lets its clock run round the clock
)


SERVICES = [("teaching", "教学"), ("living", "生活"), ("admin", "行政")]
URGENCIES = [("plain", "一般"), ("soon", "较急"), ("urgent", "紧急"), ("danger", "危险")]
IMPACTS = [("none", "不影响"), ("lesson", "影响上课"), ("room", "不能上课"), ("many", "影响一片")]
FIRST, SOONER, PLAIN = 1, 2, 3
RANKS = [(FIRST, "先办"), (SOONER, "优先"), (PLAIN, "一般")]


class FaultType(models.Model):
    """故障类别: names the worker (or the duty) it goes to, and both clocks.

    `service` is whom it serves, empty: the place says it. A type with `life` stands in the catalogue of
    daily life
    under that name; a `request` is asked for, not broken: it goes the way of 服务, not of 报修.

    Minutes run on the school's working time, with `safety` round the clock. An empty urgent clock is the
    ordinary
    one. `words` are the quick words of the scan page, parted by spaces; a leading “!” marks a danger.
    """

    code = models.CharField("代码", max_length=8, unique=True)
    name = models.CharField("名称", max_length=40)
    label = models.CharField("短名", max_length=8)
    icon = models.CharField("图标", max_length=30, default="dots")
    examples = models.CharField("例", max_length=80, blank=True)
    words = models.CharField("常用说法", max_length=120, blank=True)
    worker = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="直接交给"
    )
    duty = models.CharField("或交给职责", max_length=40, blank=True)
    response_minutes = MinutesField("首响（分）")
    fix_minutes = MinutesField("修复（分）")
    urgent_response_minutes = MinutesField("紧急首响（分）", null=True, blank=True)
    urgent_fix_minutes = MinutesField("紧急修复（分）", null=True, blank=True)
    safety = models.BooleanField("涉及安全，昼夜计时", default=False)
    after_photo = models.BooleanField("修好要拍照", default=False)
    service = models.CharField("服务类型", max_length=8, choices=SERVICES, blank=True)
    life = models.CharField("生活服务", max_length=8, blank=True)
    request = models.BooleanField("办事，不是坏了", default=False)
    rank = models.PositiveSmallIntegerField("次序", default=100)
    source = models.CharField("时限依据", max_length=120, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="fault_answers_before_it_fixes", condition=Q(response_minutes__lte=F("fix_minutes"))
            )
        ]

    def __str__(self) -> str:
        return self.name

    def search_words(self) -> str:
        return f"{self.name} {self.label} {self.code} {self.examples}"


class PriorityRule(models.Model):
    """优先次序: how urgent times what it touches gives who goes first and which of the two clocks runs."""

    urgency = models.CharField("紧急程度", max_length=8, choices=URGENCIES)
    impact = models.CharField("影响", max_length=8, choices=IMPACTS)
    rank = models.PositiveSmallIntegerField("次序", choices=RANKS)
    urgent_clock = models.BooleanField("按紧急时限", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["urgency", "impact"], name="priority_said_once"),
            models.CheckConstraint(name="priority_is_one_of_three", condition=Q(rank__range=(FIRST, PLAIN))),
        ]

    def __str__(self) -> str:
        return f"{self.get_urgency_display()}，{self.get_impact_display()}"


class Repair(models.Model):
    """报修: the particulars of a repair; its state, hands and due time are the matter's.

    `fix_due_at` is frozen when it opens and moves only by time that was stopped (停表, 等签收); while it is being
    repaired the matter is due then, while it waits for a signature the matter is due when the clock closes
    it.
    `worker` has or had the repair in hand: once it is fixed, who repaired it. `stopped_minutes` and
    `net_minutes`
    are minutes of the school's working time, and so are `first_minutes`: until the first step of a worker
    or dispatcher.
    `contractor_fen` is the sum of what was agreed (外修): what is only asked for stands on its route.
    `found`: by whom it was noticed; all but `reported` were opened by logistics themselves.
    `urgent` says which clock runs, `down_since` since when its room cannot be taught in, `received_on` the
    working
    day on which it counts as reported.
    """

    PAUSES = [("parts", "等配件"), ("purchase", "等采购"), ("contractor", "等外修"), ("holidays", "等放假")]
    CAUSES = [("wear", "自然损耗"), ("people", "人为"), ("quality", "质量"), ("nature", "不可抗力")]
    RATINGS = [(n, f"{n} 分") for n in range(1, 6)]
    FOUND = [("reported", "师生报"), ("logistics", "后勤报"), ("visit", "走访发现"), ("upkeep", "维护发现")]

    matter = models.OneToOneField("kernel.Matter", models.PROTECT, primary_key=True, related_name="repair")
    fault_type = models.ForeignKey(FaultType, models.PROTECT, related_name="repairs", verbose_name="类别")
    detail = models.CharField("怎么了", max_length=200, blank=True)
    service = models.CharField("服务类型", max_length=8, choices=SERVICES, default="admin")
    urgency = models.CharField("紧急程度", max_length=8, choices=URGENCIES, default="plain")
    impact = models.CharField("影响", max_length=8, choices=IMPACTS, default="none")
    in_lesson = models.BooleanField("上课时报", default=False)
    found = models.CharField("怎么发现", max_length=12, choices=FOUND, default="reported")
    rank = models.PositiveSmallIntegerField("次序", choices=RANKS, default=PLAIN)
    urgent = models.BooleanField("紧急", default=False)
    down_since = models.DateTimeField("停用起", null=True, blank=True)
    received_on = models.DateField("受理日")
    by_visitor = models.BooleanField("访客报", default=False)
    code = models.CharField("查询码", max_length=12, blank=True)
    response_due_at = models.DateTimeField("首响时限")
    fix_due_at = models.DateTimeField("修复时限")
    worker = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="repairs", verbose_name="维修人"
    )
    assigned_at = models.DateTimeField("派工时间", null=True, blank=True)
    assign_minutes = MinutesField("派工用时（分）", null=True, blank=True)
    first_minutes = MinutesField("首响用时（分）", null=True, blank=True)
    unanswered_at = models.DateTimeField("超首响时限", null=True, blank=True)
    responded_at = models.DateTimeField("到场时间", null=True, blank=True)
    waiting_for = models.CharField("停表原因", max_length=12, choices=PAUSES, blank=True)
    fixed_at = models.DateTimeField("完工时间", null=True, blank=True)
    stopped_minutes = MinutesField("停表（分）", default=0)
    net_minutes = MinutesField("净用时（分）", null=True, blank=True)
    cause = models.CharField("原因", max_length=8, choices=CAUSES, blank=True)
    fix = models.CharField("维修内容", max_length=200, blank=True)
    parts_fen = FenField("用料", default=0)
    contractor_fen = FenField("外修费用", default=0)
    passed_on = models.PositiveSmallIntegerField("转派次数", default=0)
    sent_back = models.PositiveSmallIntegerField("返修次数", default=0)
    reminded = models.PositiveSmallIntegerField("提醒次数", default=0)
    rating = models.PositiveSmallIntegerField("评价", choices=RATINGS, null=True, blank=True)
    rated_at = models.DateTimeField("评价时间", null=True, blank=True)
    remark = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="repair_parts_cost_something_or_nothing", condition=Q(parts_fen__gte=0)
            ),
            models.CheckConstraint(
                name="repair_contractor_costs_something_or_nothing", condition=Q(contractor_fen__gte=0)
            ),
            models.CheckConstraint(
                name="repair_fixed_by_someone",
                condition=Q(fixed_at=None) | Q(worker__isnull=False, net_minutes__isnull=False),
            ),
            models.CheckConstraint(
                name="repair_rated_one_to_five", condition=Q(rating=None) | Q(rating__range=(1, 5))
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="repair_code_once"),
        ]
        indexes = [
            models.Index(fields=["fault_type", "matter"], name="repair_type"),
            models.Index(fields=["worker", "fixed_at"], name="repair_worker"),
            models.Index(fields=["fixed_at"], name="repair_fixed"),
            models.Index(fields=["fix_due_at"], name="repair_due"),
            models.Index(fields=["assigned_at"], name="repair_given"),
            models.Index(fields=["rated_at"], condition=~Q(rated_at=None), name="repair_rated"),
            models.Index(
                fields=["response_due_at"], condition=Q(responded_at=None), name="repair_unanswered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.detail}"


class PartUsed(Entry):
    """用料: one line of what a repair took. A simple list; the store's issues take its place later."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="parts")
    event = models.ForeignKey("kernel.Event", models.PROTECT, related_name="+")
    name = models.CharField("物品", max_length=60)
    unit = models.CharField("单位", max_length=8)
    quantity_milli = MilliField("数量")
    price_fen = FenField("单价")
    amount_fen = FenField("金额")

    class Meta:
        constraints = [
            models.CheckConstraint(name="part_is_some", condition=Q(quantity_milli__gt=0)),
            models.CheckConstraint(
                name="part_is_not_paid_for_by_them", condition=Q(price_fen__gte=0, amount_fen__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OutsideRepair(Entry):
    """批下来的外修: one round of a request that was agreed to its last step: who, and for how much."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="outside")
    route = models.OneToOneField("kernel.ApprovalRoute", models.PROTECT, related_name="+")
    contractor = models.CharField("外修单位", max_length=60)
    amount_fen = FenField("金额")

    class Meta:
        constraints = [
            models.CheckConstraint(name="outside_repair_costs_something", condition=Q(amount_fen__gt=0))
        ]

    def __str__(self) -> str:
        return self.contractor


class Requester(Entry):
    """我也遇到: one more who waits for an open repair; once each."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="requesters")
    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+")
    event = models.ForeignKey("kernel.Event", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repair", "person"], name="requester_once")]

    def __str__(self) -> str:
        return str(self.person)


class Downtime(Entry):
    """停用课时: lessons lost while a room could not be taught in.

    Counted by the clock from `since` until `until`. What the requester knows better when signing is an
    entry of its
    own, with the difference as its lessons and the reason as its note; the sum is what was lost.
    """

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="downtimes")
    event = models.ForeignKey("kernel.Event", models.PROTECT, related_name="+")
    since = models.DateTimeField("停用起")
    until = models.DateTimeField("恢复")
    lessons = models.IntegerField("课时")
    note = models.CharField("更正原因", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="downtime_runs_forward", condition=Q(since__lte=F("until"))),
            models.CheckConstraint(
                name="downtime_less_only_with_a_reason", condition=Q(lessons__gte=0) | ~Q(note="")
            ),
        ]
        indexes = [models.Index(fields=["until"], name="downtime_until")]

    def __str__(self) -> str:
        return f"{self.lessons} 课时"


class PaperSlip(models.Model):
    """纸质报修单: a slip of paper or a call that reached the office; lost until a repair is opened for it."""

    WAYS = [("paper", "纸单"), ("phone", "电话"), ("word", "口头")]

    way = models.CharField("怎么来的", max_length=8, choices=WAYS, default="paper")
    asker = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="报修人")
    place = models.ForeignKey("kernel.Place", models.PROTECT, related_name="+", verbose_name="地点")
    said = models.CharField("怎么了", max_length=200)
    received_at = models.DateTimeField("收到")
    noted_by = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="登记人")
    repair = models.OneToOneField(
        Repair, models.PROTECT, null=True, blank=True, related_name="slip", verbose_name="报修单"
    )

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="slip_received")]

    def __str__(self) -> str:
        return f"{self.place} {self.said}"
