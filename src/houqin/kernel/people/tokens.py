"""Reading 接口令牌: whose it is, which ones stand."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import ApiToken, Person


def standing(now: datetime) -> QuerySet[ApiToken]:
    """Neither withdrawn nor over, newest first."""
    rows = ApiToken.objects.filter(withdrawn_at=None, expires_at__gt=now)
    return rows.select_related("person").order_by("-pk")


def bearer(token_hash: str, now: datetime) -> ApiToken | None:
    """The standing token of this hash, if its person may still come in: an active login, not left."""
    found = standing(now).filter(token_hash=token_hash, person__user__is_active=True)
    left = Q(person__left_on__lt=timezone.localtime(now).date())
    return found.exclude(left).select_related("person__user").first()


def ended(person: Person, now: datetime) -> list[ApiToken]:
    """One's own that are withdrawn or over, the newest few."""
    rows = ApiToken.objects.filter(Q(withdrawn_at__isnull=False) | Q(expires_at__lte=now), person=person)
    return list(rows.order_by("-pk")[:10])


def of(person: Person, now: datetime) -> list[ApiToken]:
    """One's own standing tokens."""
    return list(standing(now).filter(person=person))
