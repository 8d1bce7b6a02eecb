"""周期: what comes round on school days, each of its turns, and the ticks of the house."""

from django.db import models
from django.db.models import Q


class Schedule(models.Model):
    """周期: a piece of recurring work; its turns are made ahead for the day and missed ones stay missed.

    `days` says on which dates it comes; `weekdays` ("1,3" = Monday and Wednesday) and `month_days` narrow it.
    With a `unit` it comes once in each interval counted from `from_on`: every `every` weeks or months, or at
    the `dates` of each year ("03-01,09-01"); a turn falls on the first of its days on or after that date.
    `lasts` is how many of its days a turn stays open, 0: until its interval ends.
    """

    DAYS = [("pupil", "上学日"), ("staff", "上班日"), ("every", "每天")]
    UNITS = [("week", "周"), ("month", "个月"), ("date", "每年这几天")]

    code = models.SlugField("代码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=60)
    days = models.CharField("哪些天", max_length=8, choices=DAYS)
    weekdays = models.CharField("星期", max_length=20, blank=True)
    month_days = models.CharField("日期", max_length=40, blank=True)
    opens = models.TimeField("开始")
    closes = models.TimeField("截止")
    duty = models.CharField("职责", max_length=40)
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    every = models.PositiveSmallIntegerField("每几", default=1)
    unit = models.CharField("间隔", max_length=8, choices=UNITS, blank=True)
    dates = models.CharField("每年日期", max_length=120, blank=True)
    lasts = models.PositiveSmallIntegerField("几天内", default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(name="schedule_opens_first", condition=Q(opens__lt=models.F("closes"))),
            models.CheckConstraint(name="schedule_comes_again", condition=Q(every__gt=0)),
            models.CheckConstraint(
                name="schedule_without_interval_is_of_a_day", condition=~Q(unit="") | Q(lasts=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """一次: one turn of recurring work. Open, done, or missed for good; `roster` is who was on that day."""

    OPEN, DONE, MISSED = "open", "done", "missed"

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="slots", verbose_name="周期")
    on = models.DateField("日期")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField("截止")
    state = models.CharField(
        "状态", max_length=8, choices=[(OPEN, "待办"), (DONE, "完成"), (MISSED, "漏")], default=OPEN
    )
    roster = models.JSONField("当班", default=list)
    done_by = models.ForeignKey("kernel.Person", models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "on"], name="slot_once")]
        indexes = [models.Index(fields=["closes_at"], condition=Q(state="open"), name="slot_open")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.on}"


class TickRun(models.Model):
    """钟: when each job of the house last ran, and until when somebody has it in hand."""

    job = models.CharField(max_length=60, unique=True)
    claimed_until = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.job
