"""Who is asking: the person behind a request, found without a query on an ordinary page.

The signed cookie says user, session key and password fingerprint. What the database says about them is
remembered in the process and believed only while `rights.stamp()` is unchanged, so that a login ended, a
password changed, a person disabled or a duty taken away works on the next request.
"""

import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from houqin.kernel.people import factors, logins, queries, rights
from houqin.kernel.people.logins import hashed
from houqin.kernel.people.models import Person, User
from houqin.kernel.school import queries as schools

IDLE = timedelta(minutes=10)  # decisions.md: approvals ask for the password again after this
FACTOR_DUTY = "accounts"  # decisions.md: the second factor is optional, but for `admin`
MOST = 5000  # remembered logins; past this they are asked anew

Stamp = tuple[int, int]


@dataclass(frozen=True)
class Standing:
    """One login as the process remembers it, valid while `stamp` is the present one."""

    key: str
    user_id: int
    person: Person
    fingerprint: str
    expires_at: datetime
    seen_at: datetime
    session_id: int
    owes_factor: bool
    stamp: Stamp


_standings: dict[str, Standing] = {}
_used: dict[str, tuple[datetime, bool]] = {}  # session key → last request, stood still too long since
_visitor: list[tuple[Stamp, Person]] = []


def of(session: Any, now: datetime) -> Standing | None:
    """The login a cookie speaks of, if it still stands."""
    token, fingerprint = session.get("key"), session.get("fingerprint")
    if not isinstance(token, str) or not isinstance(fingerprint, str):
        return None
    key, stamp = hashed(token), rights.stamp()
    standing = _standings.get(key)
    if standing is None or standing.stamp != stamp:
        standing = _asked(key, stamp, now)
    if standing is None or standing.fingerprint != fingerprint or standing.expires_at <= now:
        return None
    _note_use(key, session.get("proved", ""), now)
    return standing


def person_of(standing: Standing) -> Person:
    """A copy for this request: what one request does to it is not seen by the next."""
    return copy.copy(standing.person)


def visitor() -> Person:
    """The built-in 访客, for every request of somebody who is not logged in."""
    stamp = rights.stamp()
    if not _visitor or _visitor[0][0] != stamp:
        _visitor[:] = [(stamp, queries.built_in(queries.VISITOR))]
    return copy.copy(_visitor[0][1])


def stood_still(standing: Standing) -> bool:
    """True if more than ten minutes passed without a request since the password was last given."""
    return _used.get(standing.key, (None, True))[1]


def proved(key: str, now: datetime) -> None:
    """The password was just given."""
    _used[key] = (now, False)


def seen(standing: Standing, now: datetime, expires_at: datetime) -> None:
    _standings[standing.key] = replace(standing, seen_at=now, expires_at=expires_at)


def unchanged(standing: Standing) -> bool:
    """True while nothing about rights has changed since this login was looked up."""
    return standing.stamp == rights.stamp()


def forget() -> None:
    for memory in (_standings, _used, _visitor):
        memory.clear()


def _asked(key: str, stamp: Stamp, now: datetime) -> Standing | None:
    _standings.pop(key, None)
    session = logins.standing(key, now)
    if session is None:
        return None
    if max(len(_standings), len(_used)) > MOST:
        forget()
    person = session.user.person
    duties = queries.duty_codes(person, timezone.localtime(now).date())
    standing = Standing(
        key=key, user_id=session.user_id, person=person, fingerprint=session.user.get_session_auth_hash(),
        expires_at=session.expires_at, seen_at=session.seen_at, session_id=session.pk,
        owes_factor=owes_factor(session.user, duties), stamp=stamp,
    )  # fmt: skip
    _standings[key] = standing
    return standing


def owes_factor(user: User, duties: frozenset[str]) -> bool:
    """Who opens accounts for others must have a second factor;
    not in a demo, which has no passwords either."""
    return FACTOR_DUTY in duties and factors.of(user) is None and not schools.school().is_demo


def _note_use(key: str, proved_at: str, now: datetime) -> None:
    last, still = _used.get(key) or (_moment(proved_at), False)
    _used[key] = (now, still or last is None or abs(now - last) > IDLE)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
