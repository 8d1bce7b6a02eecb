"""课时: which lesson is on at a moment, and how many lie in a stretch of time; on pupil days only."""

from datetime import datetime, timedelta

from django.utils import timezone

from . import queries
from .models import LessonPeriod


def periods() -> list[LessonPeriod]:
    """The lessons of a day, in their order."""
    return list(LessonPeriod.objects.order_by("begins", "pk"))


def lesson_at(at: datetime) -> LessonPeriod | None:
    """The lesson that is on; None between two, and on a day without pupils."""
    local = timezone.localtime(at)
    on = LessonPeriod.objects.filter(begins__lte=local.time(), ends__gt=local.time()).order_by("pk").first()
    return on if on and queries.is_pupil_day(local.date()) else None


def between(since: datetime, until: datetime) -> int:
    """How many lessons lie from `since` to `until`: those whose middle does, so that none is counted
    twice."""
    middles = [_middle(period) for period in periods()]
    if not middles or until <= since:
        return 0
    first, last = timezone.localtime(since), timezone.localtime(until)
    days = [day.on for day in queries.days(first.date(), last.date()) if day.pupil_day]
    zone = timezone.get_default_timezone()
    starts = [datetime.combine(on, datetime.min.time(), zone) for on in days]
    return sum(since <= start + middle < until for start in starts for middle in middles)


def _middle(period: LessonPeriod) -> timedelta:
    """Since midnight."""
    begins, ends = (timedelta(hours=t.hour, minutes=t.minute) for t in (period.begins, period.ends))
    return (begins + ends) / 2
