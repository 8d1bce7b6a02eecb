"""The school itself, and the figures it may set."""

from django.db import models


class School(models.Model):
    """学校: one row; its name on every paper, its office phone on every label."""

    name = models.CharField("学校名称", max_length=60)
    office_phone = models.CharField("总务处电话", max_length=20, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    is_demo = models.BooleanField("演示学校", default=False, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(name="one_school", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return self.name


class FigureSetting(models.Model):
    """数值: a shipped figure that this school has set otherwise; the shipped ones are declared in code."""

    code = models.CharField("代码", max_length=60, unique=True)
    value = models.IntegerField("数值")

    def __str__(self) -> str:
        return f"{self.code} = {self.value}"
