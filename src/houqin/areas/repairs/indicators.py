"""条款 1.1.4d, 2.2.1b, 2.2.1c: their indicators, computed from the repairs (data/clauses.json has the
codes)."""

from typing import Any

from django.db.models import F, Q, QuerySet

from houqin.kernel.indicators.declare import Indicator, Part, Period, declare
from houqin.kernel.indicators.measures import Mean, Median

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


WHOSE: dict[str, Any] = {"person": "worker", "place": "matter__place", "register": LIST}
CLOSINGS = (
    Part("报修人签字", Q(matter__state="signed")),
    Part("到时没签，系统关闭", Q(matter__state="timed_out")),
    Part("总务处代收，写明原因", Q(matter__state="closed_by_office")),
)

INDICATORS = declare((
    Indicator("IND-1.1.4d-1", "平均修复时长", ("1.1.4d",), top=finished, measure=Mean("net_minutes", per=60),
              unit="小时",
              better="down", target=16, when="fixed_at", **WHOSE),
    Indicator("IND-1.1.4d-2", "按时修复率", ("1.1.4d",), top=due_and_on_time, bottom=due, target=90,
              when="fix_due_at",
              words=("按时修好", "没按时"), **WHOSE),
    Indicator("IND-2.2.1b-1", "派工时长", ("2.2.1b",), top=assigned, measure=Median("assign_minutes"), unit="分钟",
              better="down", target=60, when="assigned_at", **WHOSE),
    Indicator("IND-2.2.1b-2", "漏单数", ("2.2.1b",), top=never_taken, unit="件", better="down", target=0,
              when="matter__opened_at", **WHOSE),
    Indicator("IND-2.2.1c-1", "报修人签字率", ("2.2.1c",), top=signed, bottom=closed, target=90,
              when="matter__closed_at",
              parts=CLOSINGS, **WHOSE),
    Indicator("IND-2.2.1c-2", "超时自动关闭率", ("2.2.1c",), top=timed_out, bottom=closed, better="down", target=5,
              when="matter__closed_at", words=("系统关闭", "有人关的"), **WHOSE),
    Indicator("IND-2.2.1c-3", "返修率", ("2.2.1c",), top=sent_back, bottom=closed, better="down", target=5,
              when="matter__closed_at", words=("返修过", "一次修好"), **WHOSE),
))  # fmt: skip
