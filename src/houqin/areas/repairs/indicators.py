"""条款 1.1.4d, 2.2.1b, 2.2.1c: their indicators,
computed from the repairs (data/clauses.json has the codes)."""

from decimal import Decimal
from statistics import median

from django.db.models import Avg, F, QuerySet

from houqin.kernel.indicators.declare import Indicator, Period

from .models import Repair

CLOSED = ("signed", "timed_out", "closed_by_office")
WITHDRAWN = ("cancelled", "declined")
LIST = "repairs.repairs"


def finished(period: Period) -> QuerySet[Repair]:
    return Repair.objects.filter(fixed_at__gte=period.since, fixed_at__lt=period.until)


def due(period: Period) -> QuerySet[Repair]:
    rows = Repair.objects.filter(fix_due_at__gte=period.since, fix_due_at__lt=period.until)
    return rows.exclude(matter__state__in=WITHDRAWN)


def due_and_on_time(period: Period) -> QuerySet[Repair]:
    return due(period).filter(fixed_at__lte=F("fix_due_at"))


def assigned(period: Period) -> QuerySet[Repair]:
    return Repair.objects.filter(assigned_at__gte=period.since, assigned_at__lt=period.until)


def never_taken(period: Period) -> QuerySet[Repair]:
    """Said at the office (by a visitor or on a slip) and not taken up yet."""
    opened = Repair.objects.filter(matter__opened_at__gte=period.since, matter__opened_at__lt=period.until)
    return opened.filter(matter__state="unverified")


def closed(period: Period) -> QuerySet[Repair]:
    rows = Repair.objects.filter(matter__closed_at__gte=period.since, matter__closed_at__lt=period.until)
    return rows.filter(matter__state__in=CLOSED)


def signed(period: Period) -> QuerySet[Repair]:
    return closed(period).filter(matter__state="signed")


def timed_out(period: Period) -> QuerySet[Repair]:
    return closed(period).filter(matter__state="timed_out")


def sent_back(period: Period) -> QuerySet[Repair]:
    return closed(period).filter(sent_back__gt=0)


def mean_hours(rows: QuerySet) -> Decimal | None:
    """Net working hours, one decimal; None of nothing."""
    minutes = rows.aggregate(mean=Avg("net_minutes"))["mean"]
    return None if minutes is None else (Decimal(minutes) / 60).quantize(Decimal("0.1"))


def median_minutes(rows: QuerySet) -> Decimal | None:
    minutes = list(rows.exclude(assign_minutes=None).values_list("assign_minutes", flat=True))
    return Decimal(median(minutes)) if minutes else None


INDICATORS = (
    Indicator("IND-1.1.4d-1", "平均修复时长", ("1.1.4d",),
              top=finished, measure=mean_hours, unit="小时", better="down", target=16, register=LIST),
    Indicator("IND-1.1.4d-2", "按时修复率", ("1.1.4d",),
              top=due_and_on_time, bottom=due, target=90, register=LIST),
    Indicator("IND-2.2.1b-1", "派工时长", ("2.2.1b",),
              top=assigned, measure=median_minutes, unit="分钟", better="down", target=60, register=LIST),
    Indicator("IND-2.2.1b-2", "漏单数", ("2.2.1b",),
              top=never_taken, unit="件", better="down", target=0, register=LIST),
    Indicator("IND-2.2.1c-1", "报修人签字率", ("2.2.1c",),
              top=signed, bottom=closed, target=90, register=LIST),
    Indicator("IND-2.2.1c-2", "超时自动关闭率", ("2.2.1c",),
              top=timed_out, bottom=closed, better="down", target=5, register=LIST),
    Indicator("IND-2.2.1c-3", "返修率", ("2.2.1c",),
              top=sent_back, bottom=closed, better="down", target=5, register=LIST),
)  # fmt: skip
