"""条款 G2, G3, 1.1.3b, 1.1.3c, 1.1.4d, 1.2.2b, 2.2.1b, 2.2.1c, 2.2.2b, 2.2.5c, 3.4.1: their indicators,
computed from the records (data/clauses.json has the codes).

What is asked for in daily life (服务) counts where a clause speaks of requests; where it speaks of repairs,
repairs only.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Coalesce, Lag, TruncDate

from houqin.kernel.attachments.models import Attachment
from houqin.kernel.indicators.declare import Indicator, Part, Period, declare
from houqin.kernel.indicators.measures import Mean, Median, Share, Total
from houqin.kernel.matters.flow import End
from houqin.kernel.matters.models import Matter
from houqin.kernel.school import figures

from . import queries, rules
from .flow import MAINTENANCE, REPAIR, SERVICE
from .models import Downtime, MaintenanceJob, PaperSlip, Repair, VisitDue

CLOSED = ("signed", "timed_out", "closed_by_office")
ON_SPOT = "fixed_on_spot"
WITHDRAWN = REPAIR.ended(End.WITHDRAWN) | SERVICE.ended(End.WITHDRAWN)
UNSIGNED = ("timed_out", "closed_by_office")
LIST = "repairs.repairs"


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────


def repairs() -> QuerySet[Repair]:
    """What was reported and has clocks; 当场修好 has none: it would be fixed in no time at all."""
    return Repair.objects.filter(fault_type__request=False).exclude(matter__state=ON_SPOT)


def finished(period: Period) -> QuerySet[Repair]:
    return repairs().filter(fixed_at__gte=period.since, fixed_at__lt=period.until)


def all_due(period: Period) -> QuerySet[Repair]:
    """Repairs and requests that were due in the period and before now.

    What stands still has a due time that will move: as in the lists of what is late, it is not late before it
    goes on.
    """
    rows = Repair.objects.filter(fix_due_at__gte=period.since, fix_due_at__lt=period.passed)
    return rows.filter(matter__paused_at=None).exclude(matter__state__in=(*WITHDRAWN, ON_SPOT))


def due(period: Period) -> QuerySet[Repair]:
    return all_due(period).filter(fault_type__request=False)


def due_and_on_time(period: Period) -> QuerySet[Repair]:
    return due(period).filter(fixed_at__lte=F("fix_due_at"))


def teaching_due(period: Period) -> QuerySet[Repair]:
    return all_due(period).filter(service="teaching")


def teaching_on_time(period: Period) -> QuerySet[Repair]:
    return teaching_due(period).filter(fixed_at__lte=F("fix_due_at"))


def downtimes(period: Period) -> QuerySet[Downtime]:
    """By the day on which the room was back in use."""
    return Downtime.objects.filter(until__gte=period.since, until__lt=period.until)


def reported(period: Period) -> QuerySet[Repair]:
    rows = repairs().filter(matter__opened_at__gte=period.since, matter__opened_at__lt=period.until)
    return rows.exclude(matter__state__in=WITHDRAWN)


def finished_the_same_day(period: Period) -> QuerySet[Repair]:
    return reported(period).annotate(fixed_on=TruncDate("fixed_at")).filter(fixed_on__lte=F("received_on"))


def answered(period: Period) -> QuerySet[Repair]:
    return reported(period).exclude(first_minutes=None)


def came_again(period: Period) -> QuerySet[Repair]:
    """复发: of a place and type of which another was reported so many days before, or fewer."""
    days = timedelta(days=figures.value(rules.REPEAT_DAYS.code))
    one_before = Window(
        Lag("matter__opened_at"), partition_by=[F("matter__place"), F("fault_type")],
        order_by=["matter__opened_at", "pk"],
    )  # fmt: skip
    rows = reported(Period(period.first - days, period.last)).exclude(matter__place=None)
    again = rows.annotate(before=one_before).filter(before__gte=F("matter__opened_at") - days)
    return reported(period).filter(pk__in=again.values("pk"))


def assigned(period: Period) -> QuerySet[Repair]:
    return repairs().filter(assigned_at__gte=period.since, assigned_at__lt=period.until)


def lost_slips(period: Period) -> QuerySet[PaperSlip]:
    """Noted at the office, and no repair was opened for them."""
    return PaperSlip.objects.filter(received_at__gte=period.since, received_at__lt=period.until, repair=None)


def all_closed(period: Period) -> QuerySet[Repair]:
    """Repairs and requests."""
    rows = Repair.objects.filter(matter__closed_at__gte=period.since, matter__closed_at__lt=period.until)
    return rows.filter(matter__state__in=CLOSED)


def closed(period: Period) -> QuerySet[Repair]:
    return all_closed(period).filter(fault_type__request=False)


def signed(period: Period) -> QuerySet[Repair]:
    return closed(period).filter(matter__state="signed")


def timed_out(period: Period) -> QuerySet[Repair]:
    return closed(period).filter(matter__state="timed_out")


def sent_back(period: Period) -> QuerySet[Repair]:
    return closed(period).filter(sent_back__gt=0)


def living_rated(period: Period) -> QuerySet[Repair]:
    """生活服务 of both kinds, rated in the period by who asked for it."""
    return Repair.objects.filter(service="living", rated_at__gte=period.since, rated_at__lt=period.until)


def living_closed(period: Period) -> QuerySet[Repair]:
    return all_closed(period).filter(service="living")


def living_closed_and_rated(period: Period) -> QuerySet[Repair]:
    return living_closed(period).exclude(rating=None)


# ── 走访 and 维护 ───────────────────────────────────────────────────────────────────────────────────────


def all_opened(period: Period) -> QuerySet[Repair]:
    """Also what was put right on the spot."""
    rows = Repair.objects.filter(fault_type__request=False)
    rows = rows.filter(matter__opened_at__gte=period.since, matter__opened_at__lt=period.until)
    return rows.exclude(matter__state__in=WITHDRAWN)


def found_by_logistics(period: Period) -> QuerySet[Repair]:
    return all_opened(period).exclude(found="reported")


def rooms_due(period: Period) -> QuerySet[VisitDue]:
    """Rooms in use, once a month: the lists of the rounds that ended in the period; a month that still runs
    can have missed nobody."""
    return VisitDue.objects.filter(slot__closes_at__gte=period.since, slot__closes_at__lt=period.passed)


def rooms_visited(period: Period) -> QuerySet[VisitDue]:
    return rooms_due(period).filter(queries.visited())


def jobs_due(period: Period) -> QuerySet[MaintenanceJob]:
    """Those whose due time fell into the period and is past; what was called off before is not due."""
    rows = MaintenanceJob.objects.filter(slot__closes_at__gte=period.since, slot__closes_at__lt=period.passed)
    return rows.exclude(matter__state__in=MAINTENANCE.ended(End.WITHDRAWN))


def jobs_on_time(period: Period) -> QuerySet[MaintenanceJob]:
    return jobs_due(period).filter(matter__state="done")


def jobs_due_and_done(period: Period) -> QuerySet[MaintenanceJob]:
    """In time or late."""
    return jobs_due(period).filter(matter__state__in=MAINTENANCE.ended(End.DONE))


def jobs_done(period: Period) -> QuerySet[MaintenanceJob]:
    """Done in the period, in time or late."""
    rows = MaintenanceJob.objects.filter(
        matter__closed_at__gte=period.since, matter__closed_at__lt=period.until
    )
    return rows.filter(matter__state__in=MAINTENANCE.ended(End.DONE))


def all_finished(period: Period) -> QuerySet[Matter]:
    """Repairs fixed and maintenance jobs done in the period, as matters."""
    fixed = Repair.objects.filter(fixed_at__gte=period.since, fixed_at__lt=period.until)
    own = Q(pk__in=jobs_done(period).values("pk"))
    return whose(Matter.objects.filter(own | Q(pk__in=fixed.filter(fault_type__request=False).values("pk"))))


def finished_by_plan(period: Period) -> QuerySet[Matter]:
    return whose(Matter.objects.filter(pk__in=jobs_done(period).values("pk")))


def whose(rows: QuerySet[Matter]) -> QuerySet[Matter]:
    """With who did it, be it a repair or maintenance."""
    return rows.annotate(worker=Coalesce("maintenance_job__worker", "repair__worker"))


# ── evidence ────────────────────────────────────────────────────────────────────────────────────────────


def unsigned() -> Q:
    """Done, but nobody who asked for it said so: the clock closed it, or the office."""
    return Q(state__in=UNSIGNED)


def unproven() -> Q:
    """Unsigned, or without the photo that its type wants; one that was withdrawn (撤下) is none."""
    photos = Attachment.objects.filter(event__matter=OuterRef("pk"), role="after", withdrawal=None)
    return unsigned() | (Q(repair__fault_type__after_photo=True) & Q(~Exists(photos)))


# ── indicators ──────────────────────────────────────────────────────────────────────────────────────────

WHOSE: dict[str, Any] = {"person": "worker", "place": "matter__place", "register": LIST}
DUE_BY_NOW = "过了时限的才算，停着的先不算"
OPENED, CLOSED_AT = "matter__opened_at", "matter__closed_at"
CLOSINGS = (
    Part("报修人签字", Q(matter__state="signed")),
    Part("到时没签，系统关闭", Q(matter__state="timed_out")),
    Part("总务处代收，写明原因", Q(matter__state="closed_by_office")),
)

INDICATORS = declare((
    Indicator("IND-G2-1", "教学类按时办结率", ("G2",), top=teaching_on_time, bottom=teaching_due, target=95,
              when="fix_due_at", words=("按时办结", "没按时"), says=DUE_BY_NOW, **WHOSE),
    Indicator("IND-G2-2", "教室停用课时", ("G2",), top=downtimes, measure=Total("lessons"), unit="课时",
              counted="次", better="down", when="until", person="repair__worker",
              place="repair__matter__place", register="repairs.downtimes"),
    Indicator("IND-G3-1", "师生满意度", ("G3",), top=living_rated, measure=Share("rating", most=5), target=90,
              when="rated_at", **WHOSE),
    Indicator("IND-G3-2", "评价率", ("G3",), top=living_closed_and_rated, bottom=living_closed,
              when=CLOSED_AT, words=("评过", "没评"), **WHOSE),
    Indicator("IND-1.1.3b-1", "首响中位时长", ("1.1.3b",), top=answered, measure=Median("first_minutes"),
              unit="分钟", better="down", target=120, when=OPENED, **WHOSE),
    Indicator("IND-1.1.3b-2", "当日办结率", ("1.1.3b",), top=finished_the_same_day, bottom=reported, target=50,
              when=OPENED, words=("当日办结", "过了当日"), **WHOSE),
    Indicator("IND-1.1.3b-3", "平均转派次数", ("1.1.3b",), top=closed, measure=Mean("passed_on", places=2),
              unit="次", better="down", when=CLOSED_AT, **WHOSE),
    Indicator("IND-1.1.4d-1", "平均修复时长", ("1.1.4d",), top=finished, measure=Mean("net_minutes", per=60),
              unit="小时", better="down", target=16, when="fixed_at", **WHOSE),
    Indicator("IND-1.1.4d-2", "按时修复率", ("1.1.4d",), top=due_and_on_time, bottom=due, target=90,
              when="fix_due_at", words=("按时修好", "没按时"), says=DUE_BY_NOW, **WHOSE),
    Indicator("IND-1.2.2b-2", "复发率", ("1.2.2b",), top=came_again, bottom=reported, better="down", target=5,
              when=OPENED, words=("同一处同一类又报", "头一回"), **WHOSE),
    Indicator("IND-2.2.1b-1", "派工时长", ("2.2.1b",), top=assigned, measure=Median("assign_minutes"),
              unit="分钟", better="down", target=60, when="assigned_at", **WHOSE),
    Indicator("IND-2.2.1b-2", "漏单数", ("2.2.1b",), top=lost_slips, unit="张", counted="张", better="down",
              target=0, when="received_at", place="place", register="repairs.slips"),
    Indicator("IND-2.2.1c-1", "报修人签字率", ("2.2.1c",), top=signed, bottom=closed, target=90,
              when=CLOSED_AT, parts=CLOSINGS, **WHOSE),
    Indicator("IND-2.2.1c-2", "超时自动关闭率", ("2.2.1c",), top=timed_out, bottom=closed, better="down",
              target=5, when=CLOSED_AT, words=("系统关闭", "有人关的"), **WHOSE),
    Indicator("IND-2.2.1c-3", "返修率", ("2.2.1c",), top=sent_back, bottom=closed, better="down", target=5,
              when=CLOSED_AT, words=("返修过", "一次修好"), **WHOSE),
    Indicator("IND-1.1.3c-1", "上门覆盖率", ("1.1.3c",), top=rooms_visited, bottom=rooms_due, target=100,
              counted="间次", when="slot__closes_at", place="place", register="repairs.dues",
              words=("走到了", "没走到"), says="过了月底的才算"),
    Indicator("IND-1.1.3c-2", "主动发现占比", ("1.1.3c",), top=found_by_logistics, bottom=all_opened,
              when=OPENED, words=("总务处发现的", "别人报的"), **WHOSE),
    Indicator("IND-2.2.2b-1", "预防性维护完成率", ("2.2.2b",), top=jobs_on_time, bottom=jobs_due, target=95,
              when="slot__closes_at", person="worker", place="matter__place",
              register="repairs.maintenance",
              words=("按时做了", "晚了或没做"), says="过了期限的才算"),
    Indicator("IND-3.4.1-1", "维修绿化计划完成率", ("3.4.1",), top=jobs_due_and_done, bottom=jobs_due, target=95,
              when="slot__closes_at", person="worker", place="matter__place",
              register="repairs.maintenance",
              words=("做了，补做也算", "没做"), says="过了期限的才算；绿化养护还没有记录，现在只算维护"),
    Indicator("IND-2.2.5c-1", "主动检修占比", ("2.2.5c",), top=finished_by_plan, bottom=all_finished, target=40,
              when="closed_at", person="worker", place="place", register="plans.matters",
              apart=("repairs.maintenance", "repairs.repairs"), words=("按计划维护", "坏了才修")),
))  # fmt: skip
