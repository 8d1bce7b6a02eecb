"""The two doors of every request: `Headers` outermost, `Access` innermost."""

import secrets
from collections.abc import Callable
from functools import cache, partial
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.csp import CSP

from houqin.kernel.errors import Refused
from houqin.kernel.people.actions import logins as writes

from . import access, bearer, client, device, errors, security_log, standing

Answer = Callable[[HttpRequest], HttpResponse]

LARGEST = 40 * 1024 * 1024  # security.md 5.5: one request
SAFE = ("GET", "HEAD")
KNOWN = ("GET", "HEAD", "POST")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}


class Headers:
    """Stands first, so that errors, static files and redirects get the headers too;
    refuses what is no request of ours."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = secrets.token_hex(6)  # type: ignore[attr-defined]
        if client.by_trusted_proxy(request) and request.META.get("HTTP_X_FORWARDED_PROTO") == "https":
            request.environ["wsgi.url_scheme"] = "https"  # type: ignore[attr-defined]
        response = refused_outright(request) or self.get_response(request)
        return with_headers(response, request)


def refused_outright(request: HttpRequest) -> HttpResponse | None:
    """Wrong method, wrong host, too large, or sent from another site's page."""
    if request.method not in KNOWN:
        response = errors.answer(request, 405)
        response["Allow"] = ", ".join(KNOWN)
        return response
    try:
        request.get_host()
    except DisallowedHost:
        return errors.answer(request, 400, "地址不是这台服务器的，没有打开。用总务处给的网址打开。")
    if _length(request) > LARGEST:
        return errors.answer(request, 413)
    if request.method not in SAFE and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return errors.answer(request, 403, "这次是从别的网站送来的，没有保存。打开后勤的页面再办。")
    return None


def _length(request: HttpRequest) -> int:
    """What the body is said to be long; nonsense counts as too long."""
    said = str(request.META.get("CONTENT_LENGTH") or 0)
    return int(said) if said.isascii() and said.isdigit() else LARGEST + 1


def with_headers(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy_without_nonce())
    response.headers.setdefault("X-Request-Id", request.id)  # type: ignore[attr-defined]
    return response


@cache
def policy_without_nonce() -> str:
    """The house's policy for what the policy's own middleware does not reach:
    static files and early refusals."""
    said: dict[str, Any] = settings.SECURE_CSP
    return "; ".join(
        f"{name} {' '.join(v for v in values if v != CSP.NONCE)}" for name, values in said.items()
    )


class Access:
    """Stands last, right before the view: who is it, may they, and what an answer of ours looks like."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ours = cast(access.Request, request)
        ours.now, ours.standing = access.clock(), None
        ours.device, _ = device.read(request)
        try:
            response = self.get_response(request)
        finally:
            bearer.leave(ours)
        keep_private(response, ours)
        keep_device(response, ours)
        return response

    def process_view(self, request: access.Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        entry = getattr(view, "access", None)
        if not isinstance(entry, access.Entry):
            return errors.answer(request, 404)  # default deny; access.check_urls says it at the start
        if entry.blind:
            return None
        by_token = entry.kind == "token"
        request.stands = partial(bearer.of, request) if by_token else partial(_by_cookie, request)
        request.standing = request.stands()
        request.person = standing.person_of(request.standing) if request.standing else standing.visitor()
        try:
            (bearer.admit if by_token else note_seen)(request)
            return access.turned_away(request, entry)
        except Refused as refused:
            security_log.note(request, "denied")
            return errors.refused(request, refused)
        except OperationalError as exception:
            return errors.busy(request, exception)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return errors.refused(request, exception)
        if isinstance(exception, OperationalError):
            return errors.busy(request, exception)
        return None


def _by_cookie(request: access.Request) -> standing.Standing | None:
    return standing.of(request.session, request.now)


def note_seen(request: access.Request) -> None:
    """Write the last use of a login down, at most once in ten minutes, and give its cookie a new date. One
    that lies in the future was written under a clock that has been set back since.
    """
    was = request.standing
    if was is None or abs(request.now - was.seen_at) < standing.IDLE:
        return
    try:
        session = writes.seen(was.session_id, act=access.plain_act(request))
    except OperationalError:  # someone is writing for long; the page matters more
        return
    standing.seen(was, request.now, session.expires_at)
    request.session.modified = True


def keep_private(response: HttpResponse, request: access.Request) -> None:
    """Nothing that was made for a person stays in a cache."""
    patch_vary_headers(response, ["Cookie", "HX-Request"])
    page = response.headers.get("Content-Type", "").startswith(("text/html", "application/json"))
    if not response.has_header("Cache-Control") or (request.standing and page):
        response["Cache-Control"] = "no-store"


def keep_device(response: HttpResponse, request: access.Request) -> None:
    """Whoever gets a form gets a device id, so that sending it twice is known as one sending."""
    if accounts := getattr(request, "device_accounts", None):
        device.write(response, request.device, accounts)
    elif "CSRF_COOKIE" in request.META and device.name() not in request.COOKIES:
        device.write(response, request.device, [])
