"""班级: one class of one school year. Pupils are counted, never named."""

from django.db import models
from django.db.models import Q


class SchoolClass(models.Model):
    """班级: who leads it, where it sits, how many pupils it has."""

    school_year = models.ForeignKey(
        "kernel.SchoolYear", models.PROTECT, related_name="classes", verbose_name="学年"
    )
    grade = models.PositiveSmallIntegerField("年级")
    number = models.PositiveSmallIntegerField("班号")
    name = models.CharField("班级", max_length=20)
    teacher = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="classes", verbose_name="班主任"
    )
    room = models.ForeignKey(
        "kernel.Place", models.PROTECT, null=True, blank=True, related_name="classes", verbose_name="教室"
    )
    pupils = models.PositiveSmallIntegerField("学生人数", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_year", "grade", "number"], name="school_class_once"),
            models.CheckConstraint(
                name="school_class_of_six_grades", condition=Q(grade__range=(1, 6), number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def search_words(self) -> str:
        return f"{self.name} {self.grade} 年级"
