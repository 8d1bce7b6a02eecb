"""走访名单、走访；维护计划、维护工单、维护结果."""

from django.db import models
from django.db.models import Q

from houqin.kernel.entries import Entry

from .repairing import FaultType, Repair


class VisitDue(Entry):
    """应走访: a room that is on the list of one month's round; it stays on it, walked to or not."""

    slot = models.ForeignKey("kernel.Slot", models.PROTECT, related_name="+", verbose_name="月份")
    place = models.ForeignKey("kernel.Place", models.PROTECT, related_name="+", verbose_name="房间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot", "place"], name="visit_due_once")]

    def __str__(self) -> str:
        return str(self.place)


class Visit(Entry):
    """走访: somebody of the office came by without being called, and what was found."""

    FINE, FIXED, REPORTED = "fine", "fixed", "reported"
    FOUND = [(FINE, "无事"), (FIXED, "当场修好"), (REPORTED, "转报修")]

    due = models.ForeignKey(VisitDue, models.PROTECT, related_name="visits", verbose_name="应走访")
    by = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="走访人")
    at = models.DateTimeField("时间")
    met = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="见到谁"
    )
    found = models.CharField("看到", max_length=8, choices=FOUND)
    said = models.CharField("说了什么", max_length=200, blank=True)
    repair = models.OneToOneField(
        Repair, models.PROTECT, null=True, blank=True, related_name="visit", verbose_name="报修单"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visit_found_something_or_nothing",
                condition=Q(found="fine", repair=None) | (~Q(found="fine") & Q(repair__isnull=False)),
            )
        ]
        indexes = [models.Index(fields=["at"], name="visit_at")]

    def __str__(self) -> str:
        return f"{self.due} {self.get_found_display()}"


class MaintenancePlan(models.Model):
    """预防性维护: what is looked after at a place before it breaks, how often, by whom, on what ground.

    `lines` are the checklist, one a line. `schedule` is the kernel's recurring work in force; another
    interval gets another schedule, so that turns of the past stay as they were. A failed line is reported as
    `fault_type`. `verified`: the interval was read in its source; else a habit that the school may change.
    `code` names it in a sheet.
    """

    UNITS = [("week", "周"), ("month", "个月"), ("date", "每年这几天")]

    code = models.CharField("代码", max_length=48, unique=True)
    name = models.CharField("做什么", max_length=40)
    place = models.ForeignKey("kernel.Place", models.PROTECT, related_name="+", verbose_name="在哪里")
    lines = models.TextField("检查项", max_length=1000)
    unit = models.CharField("间隔", max_length=8, choices=UNITS)
    every = models.PositiveSmallIntegerField("每几", default=1)
    dates = models.CharField("每年日期", max_length=120, blank=True)
    from_on = models.DateField("从哪天起")
    lasts = models.PositiveSmallIntegerField("几个上班日内做完", default=3)
    fault_type = models.ForeignKey(FaultType, models.PROTECT, related_name="+", verbose_name="坏了报哪类")
    holder = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="交给谁"
    )
    duty = models.CharField("或交给职责", max_length=40, default="repair-worker")
    source = models.CharField("间隔依据", max_length=120)
    verified = models.BooleanField("依据核对过", default=False)
    schedule = models.ForeignKey(
        "kernel.Schedule", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="周期"
    )
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="maintenance_takes_some_days", condition=Q(every__gt=0, lasts__gt=0)),
            models.CheckConstraint(
                name="maintenance_has_dates_or_an_interval",
                condition=(Q(unit="date") & ~Q(dates="")) | (~Q(unit="date") & Q(dates="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.name}"

    def search_words(self) -> str:
        return f"{self.name} {self.place.full_name}"


class MaintenanceJob(models.Model):
    """维护工单: one turn of a plan as work in somebody's hands; `lines` are the checklist as it was then.

    `worker` is whom it was given to, and once it is done who did it: 漏做 stays with whom it was given to.
    """

    matter = models.OneToOneField(
        "kernel.Matter", models.PROTECT, primary_key=True, related_name="maintenance_job"
    )
    plan = models.ForeignKey(MaintenancePlan, models.PROTECT, related_name="jobs", verbose_name="维护计划")
    slot = models.OneToOneField("kernel.Slot", models.PROTECT, related_name="+", verbose_name="这一次")
    lines = models.JSONField("检查项", default=list)
    worker = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁做"
    )

    def __str__(self) -> str:
        return f"{self.matter_id} {self.plan}"


class MaintenanceAnswer(Entry):
    """维护结果: one line of the checklist as it was found; a failed one has its repair."""

    OK, HANDLED, REPORTED = "ok", "handled", "reported"
    ANSWERS = [(OK, "正常"), (HANDLED, "处理了"), (REPORTED, "转报修")]

    job = models.ForeignKey(MaintenanceJob, models.PROTECT, related_name="answers")
    event = models.ForeignKey("kernel.Event", models.PROTECT, related_name="+")
    line = models.CharField("检查项", max_length=60)
    answer = models.CharField("结果", max_length=8, choices=ANSWERS)
    note = models.CharField("说明", max_length=120, blank=True)
    repair = models.OneToOneField(
        Repair, models.PROTECT, null=True, blank=True, related_name="maintenance", verbose_name="报修单"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "line"], name="maintenance_answered_once"),
            models.CheckConstraint(
                name="maintenance_failed_is_reported",
                condition=Q(answer="reported", repair__isnull=False)
                | (~Q(answer="reported") & Q(repair=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.get_answer_display()}"
