"""令牌进门: who is behind a request to the API. A cookie never opens it, a token never opens a page.

What the database says of a token is remembered in the process and believed only while `rights.stamp()` is
unchanged, so that a token withdrawn or a login closed works on the next request.
"""

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from houqin.kernel.doors import actions as doors
from houqin.kernel.errors import NotYours, TooMany
from houqin.kernel.people import queries, rights, tokens
from houqin.kernel.people.actions import tokens as writes
from houqin.kernel.people.logins import hashed

from . import access, client, security_log, standing
from .standing import Standing

PER_MINUTE, AT_ONCE, MISSES = (
    120,
    10,
    200,
)  # security.md 5.9: a token in a minute, at a time; wrong ones an hour
LOOPBACK = ("127.0.0.1", "::1")
LONGEST = 200


@dataclass(frozen=True)
class Borne:
    """One token as the process remembers it."""

    standing: Standing
    scopes: frozenset[str]


_borne: dict[str, Borne] = {}
_busy: Counter[int] = Counter()
_lock = threading.Lock()


def of(request: access.Request) -> Standing | None:
    """The login that the token of this request stands for; also what it may do, on `request.scopes`."""
    way, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if way.casefold() != "bearer" or not token.startswith(writes.MARK) or len(token) > LONGEST:
        return None
    borne = _known(hashed(token), request)
    if borne is None or borne.standing.expires_at <= request.now:
        return None
    request.scopes = borne.scopes
    return borne.standing


def _known(key: str, request: access.Request) -> Borne | None:
    borne, stamp = _borne.get(key), rights.stamp()
    if borne is not None and borne.standing.stamp == stamp:
        return borne
    _borne.pop(key, None)
    row = tokens.bearer(key, request.now)
    if row is None or row.person.user is None:
        return None
    if len(_borne) > standing.MOST:
        _borne.clear()
    duties = queries.duty_codes(row.person, timezone.localtime(request.now).date())
    found = Standing(
        key=key, user_id=row.person.user.pk, person=row.person, fingerprint="", expires_at=row.expires_at,
        seen_at=row.used_at or row.issued_at - standing.IDLE, session_id=row.pk,
        owes_factor=standing.owes_factor(row.person.user, duties), stamp=stamp,
    )  # fmt: skip
    _borne[key] = Borne(found, frozenset(row.scopes))
    return _borne[key]


# ── at the door ─────────────────────────────────────────────────────────────────────────────────────────────


def admit(request: access.Request) -> None:
    """Refuse what comes unprotected, too often or all at once; count a wrong token."""
    if settings.HTTPS and not request.is_secure() and client.client_ip(request) not in LOOPBACK:
        raise NotYours("这里开着 https，接口只收 https，这次没有办。令牌可能已经被人看到，作废它，换一个。")
    was = request.standing
    if was is None:
        _count_miss(request)
        return
    _count(request, f"token:{was.session_id}", PER_MINUTE, 60)
    with _lock:
        if _busy[was.session_id] >= AT_ONCE:
            raise TooMany(f"这个令牌同时来了 {AT_ONCE} 个请求，这一个没有办。等前面的办完再来。", wait=1)
        _busy[was.session_id] += 1
    request.borne = was.session_id
    _note_use(request, was)


def leave(request: access.Request) -> None:
    """The request is answered."""
    if token := getattr(request, "borne", 0):
        with _lock:
            _busy[token] -= 1
            if not _busy[token]:
                del _busy[token]


def _count_miss(request: access.Request) -> None:
    if "Authorization" not in request.headers:
        return
    security_log.note(request, "token_failed")
    _count(request, f"miss:{client.counted_as(client.client_ip(request))}", MISSES, 3600)


def _count(request: access.Request, who: str, limit: int, seconds: int) -> None:
    doors.count_try("api", who, limit=limit, seconds=seconds, act=access.plain_act(request))


def _note_use(request: access.Request, was: Standing) -> None:
    """The last use, at most once in ten minutes; the answer matters more than this."""
    if request.now - was.seen_at < standing.IDLE and was.key in _borne:
        return
    with suppress(OperationalError):
        writes.note_use(was.session_id, act=access.plain_act(request))
        borne = _borne[was.key]
        _borne[was.key] = replace(borne, standing=replace(was, seen_at=request.now))
