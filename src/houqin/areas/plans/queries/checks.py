"""What must be true of plans, for `houqin check`."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from houqin.kernel.area import Finding

from .. import rules
from ..models import Binding, CatalogueClause, PlanClause, PlanTask, TaskCheck
from .catalogue import shipped


def catalogue_is_whole() -> Iterator[Finding]:
    """The catalogue says what was shipped, to the letter; a house that has none yet is no fault."""
    there = dict(CatalogueClause.objects.values_list("code", "text"))
    for row in shipped() if there else ():
        if there.get(row["id"]) != row["text"]:
            found = there.get(row["id"], "没有")
            yield Finding("plans.P1", f"条款 {row['id']}", row["text"], found, "条款目录不能改，从备份恢复。")


def trees_hold() -> Iterator[Finding]:
    """Each clause hangs under one of its own plan that stands before it."""
    wrong = ~Q(parent__plan=F("plan")) | Q(parent__place__gte=F("place")) | Q(parent__level__gte=F("level"))
    for clause in (
        PlanClause.objects.exclude(parent=None).filter(wrong).select_related("parent").order_by("pk")
    ):
        yield Finding(
            "plans.P2",
            clause.code,
            "上级在同一份计划里，排在前面",
            str(clause.parent),
            "从备份恢复这份计划。",
        )


def in_force_is_owned() -> Iterator[Finding]:
    """What is in force has an owner, a checker who is another, and its days."""
    lacking = Q(owner=None) | Q(checker=None) | Q(owner=F("checker")) | Q(from_on=None) | Q(to_on=None)
    rows = PlanClause.objects.filter(lacking, heading=False, plan__matter__state="in_force")
    for clause in rows.order_by("pk"):
        found = f"责任人 {clause.owner or '没有'}，检查人 {clause.checker or '没有'}"
        yield Finding("plans.P3", clause.code, "有责任人、别人检查、起止日期", found, "在计划条款里补上。")


def checked_by_another() -> Iterator[Finding]:
    """A task that was carried out was found so by another than its doer, and the last finding agrees with
    its state."""
    found_so = TaskCheck.objects.filter(task=OuterRef("pk"), carried_out=True).exclude(by=OuterRef("doer"))
    rows = PlanTask.objects.select_related("matter").annotate(found_so=Exists(found_so))
    wrong = Q(matter__state="carried_out") & (Q(found_so=False) | Q(checked_at=None))
    wrong |= ~Q(matter__state="carried_out") & Q(checked_at__isnull=False)
    for task in rows.filter(wrong).order_by("pk"):
        yield Finding(
            "plans.P4", task.matter.number, "落实由别人检查过", task.matter.state, "从备份恢复这一件。"
        )


def in_right_hands() -> Iterator[Finding]:
    """A task to be done is in its doer's hands, one to be looked at in its checker's; or in the office's,
    until it finds another for who has left."""
    right = Q(matter__holder=None, matter__duty=rules.OFFICE)
    right |= Q(matter__state="open", matter__holder=F("doer"))
    right |= Q(matter__state="done", matter__holder=F("checker"))
    rows = PlanTask.objects.filter(matter__closed_at=None).exclude(right).select_related("matter__holder")
    for task in rows.order_by("pk"):
        found = f"在{task.matter.holder or task.matter.duty}手上"
        yield Finding("plans.P6", task.matter.number, "在办的人或者检查人手上", found, "打开这件，点“移交”。")


def bound_by_someone() -> Iterator[Finding]:
    """No clause is tied to a demand of the catalogue twice over, or by nobody; headings answer none."""
    wrong = Q(clause__heading=True) | (~Q(state=Binding.PROPOSED) & Q(decided_at=None))
    for binding in Binding.objects.filter(wrong).select_related("clause", "catalogue").order_by("pk"):
        yield Finding(
            "plans.P5", str(binding), "由人确认，不挂在标题上", binding.get_state_display(), "重新确认一次。"
        )
