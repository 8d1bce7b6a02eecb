"""Going through the web as a person of the cast, logged in as everyone is, at the cast's own time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import Client

from houqin.kernel.act import Act
from houqin.kernel.people import factors
from houqin.kernel.people.actions import factors as factor_writes
from houqin.kernel.people.actions import logins
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import has_duty
from houqin.ui import access, standing

from .cast import Cast


@dataclass
class Web:
    """One browser for each role: `web.as_("teacher").get("/")`; `web.visitor` has no login."""

    cast: Cast
    browsers: dict[str, Browser] = field(default_factory=dict)

    def as_(self, role: str) -> Browser:
        if role not in self.browsers:
            self.browsers[role] = Browser.of(self.cast, role)
        return self.browsers[role]

    @property
    def visitor(self) -> Browser:
        return self.browsers.setdefault("", Browser())


class Browser(Client):
    """Django's client with a login of ours, and slips that carry their `_op`."""

    @classmethod
    def of(cls, cast: Cast, role: str) -> Browser:
        person = cast[role]
        act = Act(by=person, at=cast.now, via="test")
        if has_duty(person, "accounts", act.day) and factors.of(person.user) is None:
            give_factor(person, act)
        token = logins.enter(person.user, device="测试", network="", shared=False, act=act)
        session = SessionStore()
        fingerprint = person.user.get_session_auth_hash()
        session.update({"key": token, "fingerprint": fingerprint, "proved": cast.now.isoformat()})
        session.save()
        browser = cls()
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        standing.proved(standing.hashed(token), cast.now)
        return browser

    def send(self, url: str, data: dict[str, Any] | None = None, *, op="", **more: Any) -> HttpResponse:
        """Post a slip as its page would."""
        return self.post(url, {**(data or {}), "_op": op or uuid4().hex}, **more)


def give_factor(person: Person, act: Act) -> str:
    """两步验证, which whoever opens logins must have; answers its secret."""
    secret = factor_writes.new_secret()
    code = factors.code_at(secret, int(act.at.timestamp()) // factors.STEP)
    factor_writes.open_factor(person.user, secret=secret, code=code, act=act)
    return secret


def opened(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Web:
    """Browsers at the cast's time, a minute further with each request; the fixture `web` of conftest.py."""
    monkeypatch.setattr(access, "clock", lambda: cast.act("director").at)
    standing.forget()
    return Web(cast)
