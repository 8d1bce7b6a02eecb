"""经手: who, for whom, when, by what way. Every write takes one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from .errors import Refused

if TYPE_CHECKING:
    from .people.models import Person

OFFLINE = timedelta(hours=72)  # decisions.md: an offline answer older than this is 补录


@dataclass(frozen=True)
class Act:
    """Who does it (`by`), for whom (`for_`), when, by what way, and the client's id of this one intent.

    `at` is the server's time; `happened_at` the device's, where an answer was given offline and sent later.
    `via` is one of web, phone, api, import, tick, command, demo, test.
    """

    by: Person
    at: datetime
    via: str = "web"
    for_: Person | None = None
    happened_at: datetime | None = None
    op: str = ""

    def __post_init__(self) -> None:
        if timezone.is_naive(self.at):
            raise ValueError("Act.at must be aware")
        if self.happened_at and self.happened_at > self.at:
            raise Refused("手机上的时间比服务器快，没有保存。把手机时间校准后再交。")

    @property
    def day(self) -> date:
        """The school's date of the act."""
        return timezone.localtime(self.at).date()

    @property
    def entered_late(self) -> bool:
        """补录: sent more than 72 hours after it happened."""
        return self.happened_at is not None and self.at - self.happened_at > OFFLINE

    def on_behalf(self, principal: Person) -> Act:
        """The same act, done for another; for oneself it stays as it is."""
        return self if principal.pk == self.by.pk else replace(self, for_=principal)

    def at_moment(self, at: datetime) -> Act:
        return replace(self, at=at)
