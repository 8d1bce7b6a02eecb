"""条款 G2, G3, 1.1.3b, 1.1.3c, 1.1.4d, 2.2.1b, 2.2.1c, 2.2.2b, 2.2.5c: their indicators,
computed from the records (data/clauses.json has the codes).

What is asked for in daily life (服务) counts where a clause speaks of requests; where it speaks of repairs,
repairs only.
"""

from decimal import Decimal
from statistics import median

from django.db.models import Avg, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from houqin.kernel.indicators.declare import Indicator, Period
from houqin.kernel.matters.models import Matter

from . import queries
from .models import Downtime, MaintenanceJob, PaperSlip, Repair, VisitDue

CLOSED = ("signed", "timed_out", "closed_by_office")
ON_SPOT = "fixed_on_spot"
WITHDRAWN = ("cancelled", "declined")
LIST = "repairs.repairs"


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────


def repairs() -> QuerySet[Repair]:
    """What was reported and has clocks; 当场修好 has none: it would be fixed in no time at all."""
    return Repair.objects.filter(fault_type__request=False).exclude(matter__state=ON_SPOT)


def finished(period: Period) -> QuerySet[Repair]:
    return repairs().filter(fixed_at__gte=period.since, fixed_at__lt=period.until)


def all_due(period: Period) -> QuerySet[Repair]:
    """Repairs and requests."""
    rows = Repair.objects.filter(fix_due_at__gte=period.since, fix_due_at__lt=period.until)
    return rows.exclude(matter__state__in=(*WITHDRAWN, ON_SPOT))


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
    """Rooms in use, once a month: the lists of the rounds that began in the period."""
    return VisitDue.objects.filter(slot__on__range=(period.first, period.last))


def rooms_visited(period: Period) -> QuerySet[VisitDue]:
    return rooms_due(period).filter(queries.visited())


def jobs_due(period: Period) -> QuerySet[MaintenanceJob]:
    """Those whose due time fell into the period; what was called off before is not due."""
    rows = MaintenanceJob.objects.filter(slot__closes_at__gte=period.since, slot__closes_at__lt=period.until)
    return rows.exclude(matter__state="called_off")


def jobs_on_time(period: Period) -> QuerySet[MaintenanceJob]:
    return jobs_due(period).filter(matter__state="done")


def jobs_done(period: Period) -> QuerySet[MaintenanceJob]:
    """Done in the period, in time or late."""
    rows = MaintenanceJob.objects.filter(
        matter__closed_at__gte=period.since, matter__closed_at__lt=period.until
    )
    return rows.filter(matter__state__in=("done", "late"))


def all_finished(period: Period) -> QuerySet[Matter]:
    """Repairs fixed and maintenance jobs done in the period, as matters."""
    fixed = Repair.objects.filter(fixed_at__gte=period.since, fixed_at__lt=period.until)
    own = Q(pk__in=jobs_done(period).values("pk"))
    return Matter.objects.filter(own | Q(pk__in=fixed.filter(fault_type__request=False).values("pk")))


def finished_by_plan(period: Period) -> QuerySet[Matter]:
    return Matter.objects.filter(pk__in=jobs_done(period).values("pk"))


# ── measures ────────────────────────────────────────────────────────────────────────────────────────────


def mean_hours(rows: QuerySet) -> Decimal | None:
    """Net working hours, one decimal; None of nothing."""
    minutes = rows.aggregate(mean=Avg("net_minutes"))["mean"]
    return None if minutes is None else (Decimal(minutes) / 60).quantize(Decimal("0.1"))


def mean_passes(rows: QuerySet) -> Decimal | None:
    """How often one was passed on, two decimals."""
    mean = rows.aggregate(mean=Avg("passed_on"))["mean"]
    return None if mean is None else Decimal(mean).quantize(Decimal("0.01"))


def median_to_assign(rows: QuerySet) -> Decimal | None:
    return _median(rows, "assign_minutes")


def median_to_answer(rows: QuerySet) -> Decimal | None:
    return _median(rows, "first_minutes")


def _median(rows: QuerySet, field: str) -> Decimal | None:
    minutes = list(rows.exclude(**{field: None}).values_list(field, flat=True))
    return Decimal(median(minutes)) if minutes else None


def lessons_lost(rows: QuerySet) -> int:
    """What was counted and what was corrected."""
    return rows.aggregate(sum=Sum("lessons"))["sum"] or 0


def full_marks(rows: QuerySet) -> Decimal:
    """Ratings in fifths, so that over their number they are a share of the full five."""
    return Decimal(rows.aggregate(sum=Sum("rating"))["sum"] or 0) / 5


INDICATORS = (
    Indicator("IND-G2-1", "教学类按时办结率", ("G2",), top=teaching_on_time, bottom=teaching_due, target=95,
              register=LIST),
    Indicator("IND-G2-2", "教室停用课时", ("G2",), top=downtimes, measure=lessons_lost, unit="课时", better="down",
              register="repairs.downtimes"),
    Indicator("IND-G3-1", "师生满意度", ("G3",), top=living_rated, bottom=living_rated, measure=full_marks,
              target=90,
              register=LIST),
    Indicator("IND-G3-2", "评价率", ("G3",), top=living_closed_and_rated, bottom=living_closed, register=LIST),
    Indicator("IND-1.1.3b-1", "首响中位时长", ("1.1.3b",), top=answered, measure=median_to_answer, unit="分钟",
              better="down",
              target=120, register=LIST),
    Indicator("IND-1.1.3b-2", "当日办结率", ("1.1.3b",), top=finished_the_same_day, bottom=reported, target=50,
              register=LIST),
    Indicator("IND-1.1.3b-3", "平均转派次数", ("1.1.3b",), top=closed, measure=mean_passes, unit="次", better="down",
              register=LIST),
    Indicator("IND-1.1.4d-1", "平均修复时长", ("1.1.4d",), top=finished, measure=mean_hours, unit="小时",
              better="down",
              target=16, register=LIST),
    Indicator("IND-1.1.4d-2", "按时修复率", ("1.1.4d",), top=due_and_on_time, bottom=due, target=90,
              register=LIST),
    Indicator("IND-2.2.1b-1", "派工时长", ("2.2.1b",), top=assigned, measure=median_to_assign, unit="分钟",
              better="down",
              target=60, register=LIST),
    Indicator("IND-2.2.1b-2", "漏单数", ("2.2.1b",), top=lost_slips, unit="件", better="down", target=0,
              register="repairs.slips"),
    Indicator("IND-2.2.1c-1", "报修人签字率", ("2.2.1c",), top=signed, bottom=closed, target=90, register=LIST),
    Indicator("IND-2.2.1c-2", "超时自动关闭率", ("2.2.1c",), top=timed_out, bottom=closed, better="down", target=5,
              register=LIST),
    Indicator("IND-2.2.1c-3", "返修率", ("2.2.1c",), top=sent_back, bottom=closed, better="down", target=5,
              register=LIST),
    Indicator("IND-1.1.3c-1", "上门覆盖率", ("1.1.3c",), top=rooms_visited, bottom=rooms_due, target=100,
              register="repairs.dues"),
    Indicator("IND-1.1.3c-2", "主动发现占比", ("1.1.3c",), top=found_by_logistics, bottom=all_opened,
              register=LIST),
    Indicator("IND-2.2.2b-1", "预防性维护完成率", ("2.2.2b",), top=jobs_on_time, bottom=jobs_due, target=95,
              register="repairs.maintenance"),
    Indicator("IND-2.2.5c-1", "主动检修占比", ("2.2.5c",), top=finished_by_plan, bottom=all_finished, target=40,
              register="repairs.maintenance"),
)  # fmt: skip
