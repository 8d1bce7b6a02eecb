"""开户、发新链接、停用和恢复登录、重置两步验证: the forms on a person's card, and the page that shows a link once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from houqin.kernel.act import Act
from houqin.kernel.errors import NotThere
from houqin.kernel.people import factors
from houqin.kernel.people.actions import keeping
from houqin.kernel.people.granting import OPENS
from houqin.kernel.people.models import Person

from . import access, labels
from .fields import SlipForm
from .register.declare import CardSlip

ACCOUNTS = (OPENS,)
HERE = ("127.0.0.1", "localhost", "::1")  # names that only this machine answers to
LINK = "link"  # the page under a person's card, and what the session calls the link until it is shown


class Username(SlipForm):
    username = forms.CharField(
        label="账号", max_length=60, help_text="登录时填的名字，定了不改；字母、数字、汉字都可以"
    )


class Plain(SlipForm):
    """A slip that asks nothing."""


def proposed(act: Act, person: Person | None) -> dict[str, Any]:
    return {"username__initial": person.code if person else ""}


def has_none(person: Person) -> bool:
    return person.user_id is None and person.left_on is None


def is_open(person: Person) -> bool:
    return person.user is not None and person.user.is_active


def is_closed(person: Person) -> bool:
    return person.user is not None and not person.user.is_active and person.left_on is None


def has_factor(person: Person) -> bool:
    return person.user is not None and factors.of(person.user) is not None


def state_of(person: Person) -> str:
    """登录 as a card says it."""
    user = person.user
    if user is None:
        return "没有"
    if not user.is_active:
        return f"{user.username}，停用"
    return user.username if user.password_set_at else f"{user.username}，还没设密码"


SLIPS = (
    CardSlip("open", "开户", Username, keeping.open_login, ACCOUNTS, "key", choices=proposed, when=has_none,
             fresh=True, shows=LINK, says="开户后给一条链接，本人打开自己设密码。没有人能替他设。"),
    CardSlip("send", "发新链接", Plain, keeping.send_link, ACCOUNTS, "send", when=is_open, fresh=True, shows=LINK,
             says="忘了密码用。以前发的链接作废；他用新链接设好密码，登录着的设备都退出。"),
    CardSlip("close-login", "停用登录", Plain, keeping.close_login, ACCOUNTS, "lock", when=is_open, fresh=True,
             says="马上退出他登录着的所有设备，以后不能登录；可以恢复。"),
    CardSlip("reopen-login", "恢复登录", Plain, keeping.reopen_login, ACCOUNTS, "circle-check", when=is_closed,
             fresh=True, says="还用原来的账号和密码。"),
    CardSlip("reset-factor", "重置两步验证", Plain, keeping.reset_factor, ACCOUNTS, "refresh", when=has_factor,
             fresh=True, says="手机丢了、备用码也没有时用。先当面确认是本人。登录着的设备都退出。"),
)  # fmt: skip


@access.duty(*ACCOUNTS)
def link(request: access.Request, key: int) -> HttpResponse:
    """一次性链接: shown once, to whoever has just made it."""
    person = Person.objects.filter(pk=key, built_in=False).select_related("user").first()
    if person is None or person.user is None:
        raise NotThere("没有这个人的登录，或者还没有开户。")
    told = request.session.pop(LINK, None) or ("", "")
    path = f"/first/{told[1]}/" if told[0] == person.pk else ""
    context = {
        "person": person, "username": person.user.username, "card": f"/house/people/{person.pk}/",
        "address": f"{settings.URL}{path}" if path else "",
        "here_only": urlsplit(settings.URL).hostname in HERE, "qr": labels.qr(path, "一次性链接") if path else "",
    }  # fmt: skip
    return render(request, "ui/link.html", context)
