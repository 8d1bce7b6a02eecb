"""条款目录、工作计划、计划条款、对应、传阅、签字、任务、检查."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from houqin.kernel.entries import Entry
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes

SEE = ("office", "view-all", "overseer")  # who sees drafts, bindings and 条款落实


def sees_drafts(person: Person, at: datetime) -> bool:
    return bool(duty_codes(person, timezone.localtime(at).date()) & set(SEE))


class CatalogueClause(models.Model):
    """条款目录: one of the 82 demands that ship; a school's own plan is bound to them, the indicators hang on
    them.

    `chapter` is the chapter of the catalogue it stands in, `repeats` the clause whose demand it says again.
    """

    code = models.CharField("条号", max_length=12, unique=True)
    rank = models.PositiveSmallIntegerField("次序")
    chapter = models.CharField("章", max_length=8)
    brief = models.CharField("简称", max_length=40)
    text = models.CharField("条文", max_length=200)
    repeats = models.CharField("同", max_length=12, blank=True)

    def __str__(self) -> str:
        return f"{self.code} {self.brief}"

    def search_words(self) -> str:
        return f"{self.code} {self.brief} {self.text}"


class Plan(models.Model):
    """工作计划: a term's plan as it was read in; `source` is its text as it came, to the letter.

    Its matter says where it stands: draft, in force, ended or dropped. One plan of a term is in force at a
    time.
    """

    matter = models.OneToOneField("kernel.Matter", models.PROTECT, primary_key=True, related_name="plan")
    term = models.ForeignKey("kernel.Term", models.PROTECT, related_name="+", verbose_name="学期")
    name = models.CharField("名称", max_length=80)
    source = models.TextField("原文")
    in_force_on = models.DateField("施行日期", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["term"],
                condition=Q(in_force_on__isnull=False, ended_on=None),
                name="plan_of_a_term_once",
            ),
            models.CheckConstraint(
                name="plan_runs_forward", condition=Q(ended_on=None) | Q(in_force_on__lte=F("ended_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClauseQuerySet(models.QuerySet["PlanClause"]):
    """计划条款 as they are found."""

    def visible_to(self, person: Person, at: datetime) -> "ClauseQuerySet":
        """What is or was in force is for who is of the school; drafts are the office's."""
        if person.built_in:
            return self.none()
        return self if sees_drafts(person, at) else self.exclude(plan__in_force_on=None)


class PlanClause(models.Model):
    """计划条款: a node of the plan's tree, with the author's own number; `place` is its place in the whole text.

    `path` are the numbers from the top (二(一)1), `heading` one that only heads others: nobody has to carry
    it out.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="clauses", verbose_name="计划")
    code = models.CharField("代码", max_length=32, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    place = models.PositiveSmallIntegerField("次序")
    level = models.PositiveSmallIntegerField("层", default=1)
    number = models.CharField("编号", max_length=20, blank=True)
    path = models.CharField("全编号", max_length=60, blank=True)
    text = models.CharField("条文", max_length=2000)
    heading = models.BooleanField("只是标题", default=False)
    owner = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人"
    )
    checker = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人"
    )
    from_on = models.DateField("开始", null=True, blank=True)
    to_on = models.DateField("完成期限", null=True, blank=True)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "place"], name="clause_place_once"),
            models.CheckConstraint(
                name="clause_is_checked_by_another",
                condition=Q(owner=None) | Q(checker=None) | ~Q(owner=F("checker")),
            ),
            models.CheckConstraint(
                name="clause_runs_forward",
                condition=Q(to_on=None) | Q(from_on=None) | Q(from_on__lte=F("to_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.text[:24]}".strip()

    def search_words(self) -> str:
        return f"{self.path} {self.text}"


class Binding(models.Model):
    """对应: a clause of the plan and one of the catalogue. Likeness proposes (`score` in percent), a person
    decides."""

    PROPOSED, CONFIRMED, REJECTED = "proposed", "confirmed", "rejected"
    STATES = [(PROPOSED, "待确认"), (CONFIRMED, "已确认"), (REJECTED, "不对应")]

    clause = models.ForeignKey(PlanClause, models.PROTECT, related_name="bindings", verbose_name="计划条款")
    catalogue = models.ForeignKey(
        CatalogueClause, models.PROTECT, related_name="bindings", verbose_name="目录条款"
    )
    score = models.PositiveSmallIntegerField("相似度", default=0)
    state = models.CharField("状态", max_length=10, choices=STATES, default=PROPOSED)
    decided_by = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clause", "catalogue"], name="binding_once"),
            models.CheckConstraint(
                name="binding_is_decided_by_someone",
                condition=Q(state="proposed", decided_by=None)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause.path} → {self.catalogue.code}"


class Reader(Entry):
    """应读的人: to whom the plan went when it came into force."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="readers", verbose_name="计划")
    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="人员")
    at = models.DateTimeField("发出时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "person"], name="reader_once")]

    def __str__(self) -> str:
        return str(self.person)


class Receipt(Entry):
    """已读: said by the reader himself, once."""

    reader = models.OneToOneField(Reader, models.PROTECT, related_name="receipt")
    at = models.DateTimeField("阅读时间")

    def __str__(self) -> str:
        return f"{self.reader_id} {self.at:%Y-%m-%d}"


class ClauseSigned(Entry):
    """责任签字: the owner of a clause has signed for it; the signature is the event's."""

    clause = models.ForeignKey(PlanClause, models.PROTECT, related_name="signed")
    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="责任人")
    event = models.ForeignKey("kernel.Event", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clause", "person"], name="clause_signed_once")]

    def __str__(self) -> str:
        return f"{self.clause_id} {self.person}"


class PlanTask(models.Model):
    """任务: what one has to do for a clause, until when, and who else looks whether it was done.

    `due_on` is frozen when it is given; the matter is due anew whenever it changes hands.
    """

    matter = models.OneToOneField("kernel.Matter", models.PROTECT, primary_key=True, related_name="plan_task")
    clause = models.ForeignKey(PlanClause, models.PROTECT, related_name="tasks", verbose_name="条款")
    doer = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="办的人")
    checker = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="检查人")
    due_on = models.DateField("完成期限")
    done_at = models.DateTimeField("办完时间", null=True, blank=True)
    checked_at = models.DateTimeField("检查时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="task_is_checked_by_another", condition=~Q(doer=F("checker"))),
        ]
        indexes = [models.Index(fields=["due_on"], name="task_due")]

    def __str__(self) -> str:
        return str(self.matter_id)


class TaskCheck(Entry):
    """检查: what the checker found, each time he looked."""

    task = models.ForeignKey(PlanTask, models.PROTECT, related_name="checks", verbose_name="任务")
    by = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name="检查人")
    event = models.ForeignKey("kernel.Event", models.PROTECT, related_name="+")
    carried_out = models.BooleanField("落实")
    at = models.DateTimeField("检查时间")

    class Meta:
        indexes = [models.Index(fields=["at"], name="check_at")]

    def __str__(self) -> str:
        return "落实" if self.carried_out else "没落实"
