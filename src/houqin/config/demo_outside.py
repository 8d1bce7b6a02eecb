"""演示的对外: a channel that is switched off, how some people want to be told, and the director's tokens.

Nothing of it leaves the house: a demo sends nothing, and the address is made up.
"""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from houqin.kernel.act import Act
from houqin.kernel.notices.actions import channels
from houqin.kernel.notices.models import Channel
from houqin.kernel.people.actions import tokens
from houqin.kernel.people.models import Holding, Person, Post

HOST = "qyapi.weixin.qq.com"
ADDRESS = f"https://{HOST}/cgi-bin/webhook/send?key=00000000-0000-0000-0000-000000000000"
NIGHT = {"quiet_from": time(21), "quiet_to": time(7)}
CHOICES = (  # who, and what he wants
    ("director", {**NIGHT, "daily": None}),
    ("principal", {**NIGHT, "daily": time(7, 30)}),
    ("repairman", {"quiet_from": time(18), "quiet_to": time(7), "daily": None}),
    ("teacher", {"quiet_from": None, "quiet_to": None, "daily": time(16, 30)}),
)


@transaction.atomic
def fill(staff: dict[str, Person], *, until: datetime) -> None:
    at = until - timedelta(days=40)
    post = Holding.objects.get(person=staff["repairman"]).post
    admin = Act(by=staff["admin"], at=at, via="demo")
    channels.switch_off(_channel(post, admin), act=admin)
    for code, said in CHOICES:
        by = Act(by=staff[code], at=at, via="demo")
        channels.choose(kinds=["wecom"], mail="", **said, act=by)
    director = staff["director"]
    for name, scopes, ends in (
        ("旧的统计表", ["repairs.read"], True),
        ("校园大屏", ["plans.read", "repairs.read"], False),
    ):
        token = tokens.issue(
            director, name=name, scopes=scopes, days=365, act=Act(by=director, at=at, via="demo")
        )
        if ends:
            tokens.withdraw(token, act=Act(by=director, at=at + timedelta(days=12), via="demo"))


def _channel(post: Post, act: Act) -> Channel:
    """The host is let out for as long as the card is made."""
    before, settings.OUTBOUND = settings.OUTBOUND, (HOST,)
    try:
        return channels.open_channel(
            kind="wecom", name="维修群（示例）", address=ADDRESS, secret="", account="", post=post, act=act
        )
    finally:
        settings.OUTBOUND = before
