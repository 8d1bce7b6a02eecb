"""学年、学期、会计年度、校历、节次."""

from django.db import models
from django.db.models import F, Q


class SchoolYear(models.Model):
    """学年: 1 September to 31 August; classes, letters and class goods belong to one."""

    name = models.CharField("学年", max_length=20, unique=True)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")

    class Meta:
        constraints = [
            models.CheckConstraint(name="school_year_runs_forward", condition=Q(starts_on__lt=F("ends_on")))
        ]

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    """学期: lies in one school year; weeks are counted from the Monday of its first day."""

    school_year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="terms", verbose_name="学年")
    code = models.SlugField("代码", max_length=12, unique=True)
    name = models.CharField("学期", max_length=40)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")

    class Meta:
        constraints = [
            models.CheckConstraint(name="term_runs_forward", condition=Q(starts_on__lt=F("ends_on")))
        ]

    def __str__(self) -> str:
        return self.name


class SchoolDay(models.Model):
    """校历日: a day that differs from what the national calendar says: closure, sports day, make-up day.

    Pupil day and staff day are two flags (domain/calendar.md 5.1).
    """

    on = models.DateField("日期", unique=True)
    pupil_day = models.BooleanField("学生上学", default=False)
    staff_day = models.BooleanField("教职工上班", default=False)
    note = models.CharField("说明", max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.on} {self.note}"


class LessonPeriod(models.Model):
    """节次: one lesson of every pupil day, by the clock; what a room that is out of use costs is counted in
    these."""

    number = models.PositiveSmallIntegerField("第几节", unique=True)
    begins = models.TimeField("上课")
    ends = models.TimeField("下课")

    class Meta:
        constraints = [
            models.CheckConstraint(name="lesson_period_runs_forward", condition=Q(begins__lt=F("ends")))
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 节"
