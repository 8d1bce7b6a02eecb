"""条款 G4, 1.1.2, 1.2.2a: their indicators, computed from plans, tasks, places, posts and matters
(data/clauses.json has the codes).
"""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from houqin.kernel.area import ended, lacking
from houqin.kernel.indicators.declare import Indicator, Period, declare
from houqin.kernel.matters.flow import End
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Holding, Post
from houqin.kernel.places.models import Place

from .flow import TASK
from .models import ClauseSigned, PlanClause, PlanTask, Reader, TaskCheck

CLAUSES, TASKS, READERS, CHECKS = "plans.clauses", "plans.tasks", "plans.readers", "plans.checks"
MATTERS = "plans.matters"
CARRIED_ON = ("note", "report", "check", "send_back")  # work; 派任务, 催办, 督办, 移交, 取消 are none
CANCELLED = TASK.ended(End.WITHDRAWN)


# ── 三个到位 ────────────────────────────────────────────────────────────────────────────────────────────────


def running(period: Period, to_plan: str = "plan__") -> Q:
    """Of plans that were in force on some day of the period."""
    over = Q(**{f"{to_plan}ended_on": None}) | Q(**{f"{to_plan}ended_on__gte": period.first})
    return over & Q(**{f"{to_plan}in_force_on__lte": period.last})


def readers(period: Period) -> QuerySet[Reader]:
    return Reader.objects.filter(running(period))


def have_read(period: Period) -> QuerySet[Reader]:
    return readers(period).filter(receipt__at__lt=period.until)


def clauses(period: Period) -> QuerySet[PlanClause]:
    return PlanClause.objects.filter(running(period), heading=False)


def signed(period: Period) -> QuerySet[PlanClause]:
    """By who owns it now."""
    own = ClauseSigned.objects.filter(clause=OuterRef("pk"), person=OuterRef("owner"))
    return clauses(period).filter(Exists(own))


def clauses_due(period: Period) -> QuerySet[PlanClause]:
    """On a day of the period that is over."""
    return clauses(period).filter(to_on__range=(period.first, period.over))


def acted_on(period: Period) -> QuerySet[PlanClause]:
    """With something done in one of their tasks before they were due."""
    done = Event.objects.filter(
        matter__plan_task__clause=OuterRef("pk"), step__in=CARRIED_ON, at__date__lte=OuterRef("to_on")
    )
    return clauses_due(period).filter(Exists(done))


# ── 有安排、有检查、有落实 ──────────────────────────────────────────────────────────────────────────────────────


def arranged(period: Period) -> QuerySet[PlanClause]:
    """With a task that was not cancelled."""
    given = PlanTask.objects.filter(clause=OuterRef("pk")).exclude(matter__state__in=CANCELLED)
    return clauses(period).filter(Exists(given))


def tasks_due(period: Period) -> QuerySet[PlanTask]:
    """On a day of the period that is over."""
    rows = PlanTask.objects.filter(due_on__range=(period.first, period.over))
    return rows.exclude(matter__state__in=CANCELLED)


def tasks_checked(period: Period) -> QuerySet[PlanTask]:
    others = TaskCheck.objects.filter(task=OuterRef("pk")).exclude(by=OuterRef("doer"))
    return tasks_due(period).filter(Exists(others))


def checks(period: Period) -> QuerySet[TaskCheck]:
    return TaskCheck.objects.filter(at__gte=period.since, at__lt=period.until)


def carried_out(period: Period) -> QuerySet[TaskCheck]:
    return checks(period).filter(carried_out=True)


# ── 事事有人管、事事有落实 ──────────────────────────────────────────────────────────────────────────────────────


def posts(period: Period) -> QuerySet[Post]:
    return Post.objects.all()


def vacant(period: Period) -> QuerySet[Post]:
    """Without a holder on the last day."""
    held = Holding.objects.filter(Q(to_on=None) | Q(to_on__gte=period.last), from_on__lte=period.last)
    return posts(period).exclude(pk__in=held.values("post"))


def places(period: Period) -> QuerySet[Place]:
    return Place.objects.filter(closed_on=None)


def ownerless(period: Period) -> QuerySet[Place]:
    """Nobody answers for them, nor for what they lie in."""
    inside = Concat("path", Cast("pk", CharField()), Value("/"))
    owned = Place.objects.exclude(owner=None).annotate(
        inside=inside, outer=ExpressionWrapper(OuterRef("path"), CharField())
    )
    return places(period).filter(~Exists(owned.filter(outer__startswith=F("inside"))), owner=None)


def matters_due(period: Period) -> QuerySet[Matter]:
    """In the period and before now; what stands still is not, as in the lists of what is late, nor what was
    withdrawn: it is owed no longer."""
    rows = Matter.objects.filter(due_at__gte=period.since, due_at__lt=period.passed, paused_at=None)
    return rows.exclude(ended(End.WITHDRAWN))


def matters_done(period: Period) -> QuerySet[Matter]:
    """In time or late; what was missed is closed, and was not done."""
    return matters_due(period).filter(ended(End.DONE))


def closings(period: Period) -> QuerySet[Matter]:
    """What was done, by the day on which it was closed."""
    rows = Matter.objects.filter(closed_at__gte=period.since, closed_at__lt=period.until)
    return rows.filter(ended(End.DONE))


def recorded(period: Period) -> QuerySet[Matter]:
    return closings(period).exclude(lacking())


DAYS_OVER = "期限那天过完的才算"

INDICATORS = declare((
    Indicator("IND-G4-1", "认识到位率", ("G4",), top=have_read, bottom=readers, target=100, register=READERS,
              person="person", counted="人", words=("看过了", "还没看")),
    Indicator("IND-G4-2", "责任到位率", ("G4",), top=signed, bottom=clauses, target=100, register=CLAUSES,
              person="owner",
              counted="条", words=("责任人签了字", "还没签字")),
    Indicator("IND-G4-3", "措施到位率", ("G4",), top=acted_on, bottom=clauses_due, target=100, register=CLAUSES,
              person="owner", when="to_on", counted="条", words=("到期前有行动", "到期前没有行动"),
              says=DAYS_OVER),
    Indicator("IND-1.1.2a-2", "空岗数", ("1.1.2a",), top=vacant, unit="个", better="down", target=0,
              register="house.posts",
              today=True, counted="个"),
    Indicator("IND-1.1.2b-1", "无主率", ("1.1.2b",), top=ownerless, bottom=places, better="down", target=0,
              register="house.places", place="pk", today=True, counted="处", words=("没有人管的场所", "有人管的场所")),
    Indicator("IND-1.1.2c-1", "记录完整率", ("1.1.2c",), top=recorded, bottom=closings, target=100,
              register=MATTERS, place="place", when="closed_at", words=("该有的都有", "缺签字或者照片")),
    Indicator("IND-1.1.2c-2", "落实率", ("1.1.2c",), top=matters_done, bottom=matters_due, target=95,
              register=MATTERS, place="place", when="due_at", words=("办了", "没办"),
              says="过了期限的才算，停着的先不算"),
    Indicator("IND-1.2.2a-1", "安排率", ("1.2.2a",), top=arranged, bottom=clauses, target=100, register=CLAUSES,
              person="owner", counted="条", words=("派了任务", "还没派任务")),
    Indicator("IND-1.2.2a-2", "检查率", ("1.2.2a",), top=tasks_checked, bottom=tasks_due, target=100,
              register=TASKS,
              person="doer", when="due_on", words=("别人检查过", "没检查"), says=DAYS_OVER),
    Indicator("IND-1.2.2a-3", "落实检查通过率", ("1.2.2a",), top=carried_out, bottom=checks, target=95,
              register=CHECKS,
              person="task__doer", when="at", counted="次", words=("落实", "没落实")),
))  # fmt: skip
