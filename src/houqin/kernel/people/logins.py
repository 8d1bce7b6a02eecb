"""Reading logins: which sessions stand, whose password it is."""

from datetime import datetime
from functools import cache
from hashlib import sha256

from django.contrib.auth import hashers
from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import LoginLink, LoginSession, User


def hashed(token: str) -> str:
    """What the database keeps of a session key, a link or a token: never the thing itself."""
    return sha256(token.encode()).hexdigest()


def open_sessions(now: datetime) -> QuerySet[LoginSession]:
    return LoginSession.objects.filter(ended_at=None, expires_at__gt=now)


def standing(key: str, now: datetime) -> LoginSession | None:
    """The open session of this key, if its user may still come in:
    active, and of a person who has not left."""
    found = open_sessions(now).filter(key=key, user__is_active=True, user__person__isnull=False)
    left = Q(user__person__left_on__lt=timezone.localtime(now).date())
    return found.exclude(left).select_related("user__person").first()


def is_shared(session_id: int) -> bool:
    """Logged in on a computer that others use too."""
    return LoginSession.objects.filter(pk=session_id, shared=True).exists()


def sessions_of(user_id: int, now: datetime) -> list[LoginSession]:
    return list(open_sessions(now).filter(user_id=user_id).order_by("-seen_at", "-pk"))


def link(token_hash: str, now: datetime) -> LoginLink | None:
    """A one-time link that still opens: not used, not over, its user not closed."""
    found = LoginLink.objects.filter(
        token_hash=token_hash, used_at=None, expires_at__gt=now, user__is_active=True
    )
    return found.select_related("user__person").first()


def enterable(user_id: int, now: datetime) -> User | None:
    """The user, if active and of a person who has not left."""
    found = User.objects.filter(pk=user_id, is_active=True, person__isnull=False)
    return found.exclude(person__left_on__lt=timezone.localtime(now).date()).select_related("person").first()


def whose(username: str, password: str, now: datetime) -> User | None:
    """The user of this name and password who may come in.
    An unknown or closed one costs the same time as a wrong password."""
    named = User.objects.filter(username=folded(username)).values_list("pk", flat=True).first()
    user = enterable(named or 0, now)
    encoded = user.password if user and user.has_usable_password() else _nobodys()
    right = hashers.check_password(password, encoded)
    return user if right and user and user.has_usable_password() else None


def folded(username: str) -> str:
    return User.normalize_username(username.strip()).casefold()


@cache
def _nobodys() -> str:
    return hashers.make_password("nobody has this password")
