"""A clock that the test turns, and people who can log in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from houqin.kernel.people.actions import logins
from houqin.kernel.school.models import School
from houqin.ui import access, standing
from tests.cast import MONDAY, Cast

PASSWORD = "三只白鹭过了河 sanbai"


@dataclass
class Clock:
    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, **more: float) -> None:
        self.now += timedelta(**more)


@dataclass
class House:
    """Logging in as the people do: through the page."""

    cast: Cast
    clock: Clock
    set_for: set[str] = field(default_factory=set)

    def give_password(self, role: str, password: str = PASSWORD) -> None:
        logins.set_password(
            self.cast[role].user, password=password, act=self.cast.act(role, at=self.clock.now)
        )
        self.cast.people.pop(role)
        self.set_for.add(role)

    def try_login(self, role: str, password: str = PASSWORD, client: Client | None = None, **more: Any):
        post = {"username": role, "password": password, **more.pop("post", {})}
        return (client or Client()).post("/login/", post, **more)

    def client(self, role: str, **more: Any) -> Client:
        """A browser in which this person is logged in."""
        if role not in self.set_for:
            self.give_password(role)
        client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140"})
        answer = self.try_login(role, client=client, **more)
        assert (answer.status_code, answer.headers.get("Location")) == (303, "/")
        return client

    def become_demo(self) -> None:
        School.objects.update(is_demo=True)


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(access, "clock", made)
    standing.forget()
    return made


@pytest.fixture
def house(cast, clock) -> House:
    return House(cast, clock)
