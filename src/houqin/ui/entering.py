"""进入: from a right password, by way of the second factor, to a session; and how often one may try."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import rotate_token

from houqin.kernel.act import Act
from houqin.kernel.doors import actions as doors
from houqin.kernel.people import factors, logins
from houqin.kernel.people.actions import logins as writes
from houqin.kernel.people.models import User

from . import access, client, device, security_log, standing

SECOND = "/login/second/"
HALF = timedelta(minutes=5)  # from the password to the code
OWN_COOKIE, UNTIL_CLOSED = 14 * 24 * 3600, 0


def proceed(
    request: access.Request, user: User, *, shared: bool, wanted: str = "", outside: str = ""
) -> HttpResponse:
    """The password was right, or the service named `outside` vouched:
    on to the second factor if there is one, else in."""
    if factors.of(user) is None:
        return start(request, user, shared=shared, wanted=wanted, outside=outside)
    request.session.flush()
    request.session["half"] = {
        "user": user.pk, "fingerprint": user.get_session_auth_hash(), "at": request.now.isoformat(),
        "shared": shared, "next": access.safe_next(wanted), "outside": outside,
    }  # fmt: skip
    return access.redirect(request, SECOND)


def half(request: access.Request) -> tuple[User, dict[str, Any]] | None:
    """Whoever gave the password, or was vouched for, in the last five minutes and owes the code."""
    said = request.session.get("half")
    if not isinstance(said, dict) or datetime.fromisoformat(said["at"]) + HALF < request.now:
        return None
    user = logins.enterable(said["user"], request.now)
    return (user, said) if user and user.get_session_auth_hash() == said["fingerprint"] else None


def start(
    request: access.Request,
    user: User,
    *,
    shared: bool,
    wanted: str = "",
    demo: bool = False,
    outside: str = "",
) -> HttpResponse:
    """Begin a session under a new key; nothing of the browser's earlier one lives on."""
    act = Act(by=user.person, at=request.now, via=access.via(request))
    agent, network = request.headers.get("User-Agent", ""), client.network(client.client_ip(request))
    token = writes.enter(user, device=device_words(agent), network=network, shared=shared, act=act)
    end_own(request)
    request.session.flush()
    request.session.update({"key": token, "fingerprint": user.get_session_auth_hash(), "demo": demo})
    request.session.set_expiry(UNTIL_CLOSED if shared else OWN_COOKIE)
    rotate_token(request)
    if not outside:  # another's word is no password: what counts will ask for ours
        prove(request, token)
    request.person = user.person
    if not shared:
        request.device_accounts = [*device.read(request)[1], device.account(user.username)]
    security_log.note(request, "login", demo=demo, outside=outside)
    return access.redirect(request, access.safe_next(wanted))


def prove(request: access.Request, token: str) -> None:
    """The password was just given: the session goes on under this key, forms get a new token."""
    request.session["key"], request.session["proved"] = token, request.now.isoformat()
    standing.proved(standing.hashed(token), request.now)
    rotate_token(request)


def end_own(request: access.Request) -> None:
    """End the session this browser had."""
    if request.standing is not None:
        writes.end([request.standing.session_id], act=access.plain_act(request))


def count_from(request: access.Request) -> None:
    """Count a try to log in by its address alone: nobody has said yet who it is."""
    address = client.counted_as(client.client_ip(request))
    doors.count_try("login-from", address, limit=200, seconds=3600, act=access.plain_act(request))


def count(request: access.Request, username: str) -> None:
    """Count a try to log in: by address, by account and address,
    by account unless the device is known (A62, A63)."""
    count_from(request)
    act, address = access.plain_act(request), client.counted_as(client.client_ip(request))
    doors.count_try("login-at", f"{username} {address}", limit=10, seconds=900, act=act)
    if device.account(username) not in device.read(request)[1]:
        doors.count_try("login-to", username, limit=30, seconds=3600, act=act)


def count_code(request: access.Request, user_id: int) -> None:
    """Five codes in fifteen minutes, wherever they come from (A68)."""
    doors.count_try("code", str(user_id), limit=5, seconds=900, act=access.plain_act(request))


SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "鸿蒙手机"), ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip
BROWSERS = (
    ("wxwork", "企业微信"), ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


def device_words(agent: str) -> str:
    """安卓手机 · 微信: enough to know one's own device again in the list of sessions."""
    said = [
        next((words for sign, words in signs if re.search(sign, agent)), "") for signs in (SYSTEMS, BROWSERS)
    ]
    return " · ".join(filter(None, said)) or "别的设备"
