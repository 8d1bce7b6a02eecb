"""When one may be told: not in the quiet hours, and once a day for who wants it so."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from .models import NoticeChoice


def ready_at(choice: NoticeChoice | None, at: datetime) -> datetime:
    """The first moment from `at` at which this person wants to hear of it."""
    if choice is None:
        return at
    return after_quiet(choice, at if choice.daily is None else _next(at, choice.daily))


def after_quiet(choice: NoticeChoice | None, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours it falls into; they may go over midnight."""
    if choice is None or choice.quiet_from is None or choice.quiet_to is None:
        return at
    now, first, last = timezone.localtime(at).time(), choice.quiet_from, choice.quiet_to
    quiet = first <= now < last if first <= last else now >= first or now < last
    return _next(at, last) if quiet else at


def _next(at: datetime, hour: time) -> datetime:
    """The next moment that the clock of the school shows this hour."""
    today = timezone.localtime(at).replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return today if today >= at else today + timedelta(days=1)
