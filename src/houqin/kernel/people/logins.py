"""Reading logins: which sessions stand, whose password it is."""

from datetime import datetime
from functools import cache

from django.contrib.auth import hashers
from django.db.models import Q, QuerySet

from .models import LoginLink, LoginSession, User


def open_sessions(now: datetime) -> QuerySet[LoginSession]:
    return LoginSession.objects.filter(ended_at=None, expires_at__gt=now)


def standing(key: str, now: datetime) -> LoginSession | None:
    """The open session of this key, if its user may still come in: active, and of a person who has not left."""
    found = open_sessions(now).filter(key=key, user__is_active=True, user__person__isnull=False)
    left = Q(user__person__left_on__lt=now.date())
    return found.exclude(left).select_related("user__person").first()


def sessions_of(user_id: int, now: datetime) -> list[LoginSession]:
    return list(open_sessions(now).filter(user_id=user_id).order_by("-seen_at", "-pk"))


def link(token_hash: str, now: datetime) -> LoginLink | None:
    """A one-time link that still opens: not used, not over, its user not closed."""
    found = LoginLink.objects.filter(token_hash=token_hash, used_at=None, expires_at__gt=now, user__is_active=True)
    return found.select_related("user__person").first()


def whose(username: str, password: str) -> User | None:
    """The active user of this name and password. An unknown name costs the same time as a wrong password."""
    user = User.objects.filter(username=folded(username)).select_related("person").first()
    may = user is not None and user.is_active and user.has_usable_password() and hasattr(user, "person")
    encoded = user.password if user is not None and may else _nobodys()
    right = hashers.check_password(password, encoded)
    return user if right and may else None


def folded(username: str) -> str:
    return User.normalize_username(username.strip()).casefold()


@cache
def _nobodys() -> str:
    return hashers.make_password("nobody has this password")
