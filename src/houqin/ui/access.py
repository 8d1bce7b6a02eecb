"""Who may enter: each view carries exactly one of `public`, `login`, `duty(…)`; nothing is open by default.

The middleware asks `view.access` before the view runs and puts `person` and `now` on the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from houqin.kernel.act import Act
from houqin.kernel.doors import actions as doors
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.people import queries
from houqin.kernel.people.models import Person

from . import errors, security_log, standing

LOGIN, AGAIN, FACTOR = "/login/", "/me/again/", "/me/second/"
# What the frame puts into every form, or the phone's queue beside it.
OURS = frozenset({"csrfmiddlewaretoken", "_op", "_happened_at", "_seen"})
OP = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,35}")
SKEW = timedelta(minutes=2)  # so far two honest clocks may differ
PHONE = re.compile(r"Mobile|Android|iPhone|HarmonyOS|MicroMessenger", re.IGNORECASE)

clock: Callable[[], datetime] = timezone.now  # a test may set another


class Request(HttpRequest):
    """What a view gets; for annotations only."""

    person: Person
    now: datetime
    stands: Callable[[], standing.Standing | None]  # asked again inside a write
    standing: standing.Standing | None
    id: str
    device: str
    device_accounts: list[str]
    scopes: frozenset[str]
    borne: int
    session: Any
    htmx: Any


@dataclass(frozen=True)
class Entry:
    """What a view asks of who comes in.

    `blind` views are not told who it is (health must answer without tables); `unproven` ones may be used by
    who still owes a second factor.
    """

    kind: str  # public, login, duty or token
    duties: tuple[str, ...] = ()
    fresh: bool = False
    blind: bool = False
    unproven: bool = False


def public[V: Callable[..., Any]](view: V) -> V:
    """Anybody, logged in or not."""
    return _carry(view, Entry("public"))


def blind[V: Callable[..., Any]](view: V) -> V:
    """Anybody, and the view is not told who."""
    return _carry(view, Entry("public", blind=True))


def login[V: Callable[..., Any]](view: V) -> V:
    """Everyone who is logged in."""
    return _carry(view, Entry("login"))


def token[V: Callable[..., Any]](view: V) -> V:
    """A program with a token of somebody who may come in; no cookie counts. The API asks scope and duty."""
    return _carry(view, Entry("token"))


def duty[V: Callable[..., Any]](*codes: str) -> Callable[[V], V]:
    """Those who have at least one of these duties today."""
    if not codes:
        raise ValueError("duty() needs a code")
    return lambda view: _carry(view, Entry("duty", codes))


def fresh[V: Callable[..., Any]](view: V) -> V:
    """Besides: the password was given, or the person was at work,
    within the last ten minutes. Stands on top."""
    entry: Entry = view.access  # type: ignore[attr-defined]
    return _set(view, replace(entry, fresh=True))


def unproven[V: Callable[..., Any]](view: V) -> V:
    """Open also to an administrator who has no second factor yet:
    log in, log out, set one up. Stands on top."""
    entry: Entry = view.access  # type: ignore[attr-defined]
    return _set(view, replace(entry, unproven=True))


def _carry[V: Callable[..., Any]](view: V, entry: Entry) -> V:
    if hasattr(view, "access"):
        raise ValueError(f"{view} says twice who may enter")
    return _set(view, entry)


def _set[V: Callable[..., Any]](view: V, entry: Entry) -> V:
    view.access = entry  # type: ignore[attr-defined]
    return view


# ── asked by the middleware ─────────────────────────────────────────────────────────────────────────────


def turned_away(request: Request, entry: Entry) -> HttpResponse | None:
    """The answer to who may not come in; None lets in. Raises NotYours to those without the duty."""
    if entry.kind == "public":
        return None
    if request.standing is None:
        return to_login(request)
    if request.standing.owes_factor and entry.kind == "token":
        raise NotYours("管理员要先启用两步验证，接口没有打开。登录后在“我的”里启用。")
    if request.standing.owes_factor and not entry.unproven:
        return redirect(request, FACTOR)
    if entry.kind == "duty" and not codes(request) & set(entry.duties):
        raise NotYours(f"这一页归{duty_names(entry.duties)}用，没有打开。")
    if entry.fresh and not is_fresh(request):
        return redirect(request, f"{AGAIN}?{urlencode({'next': _here(request)})}")
    return None


def today(request: Request) -> date:
    return timezone.localtime(request.now).date()


def codes(request: Request) -> frozenset[str]:
    """The codes of the duties that this person has today."""
    return queries.duty_codes(request.person, today(request))


def duty_names(codes: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(queries.duty_name(code) for code in codes))


def is_fresh(request: Request) -> bool:
    """False when the password has to be asked again before something that counts;
    a demo has none to ask for."""
    was = request.standing
    return was is not None and (bool(request.session.get("demo")) or not standing.stood_still(was))


def only(request: Request, *methods: str) -> HttpResponse:
    """405: this address takes other methods."""
    response = errors.answer(request, 405)
    response["Allow"] = ", ".join(methods)
    return response


def to_login(request: Request) -> HttpResponse:
    if errors.wants_json(request):
        response = errors.answer(request, 401)
        response["WWW-Authenticate"] = 'Bearer realm="houqin"'
        return response
    return redirect(request, f"{LOGIN}?{urlencode({'next': _here(request)})}")


def redirect(request: Request, url: str) -> HttpResponse:
    """To another page: 302 for a page, 303 after a post, HX-Redirect for htmx."""
    if request.headers.get("HX-Request"):
        status = 401 if url.startswith((LOGIN, AGAIN, FACTOR)) else 204  # nothing was taken in
        return HttpResponse(status=status, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=302 if request.method in ("GET", "HEAD") else 303)


def _here(request: Request) -> str:
    """Where to come back to: the page itself; of a form that was sent, the page it stood on."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else request.path


def safe_next(wanted: str | None, otherwise: str = "/") -> str:
    """A path of our own; anything else becomes `otherwise`."""
    if not wanted or not wanted.startswith("/") or re.match(r"[/\\]{2}", wanted) or not wanted.isprintable():
        return otherwise
    if wanted.startswith((LOGIN, "/logout/")) or not url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None
    ):
        return otherwise
    return wanted


# ── asked by views ──────────────────────────────────────────────────────────────────────────────────────


def act(request: Request) -> Act:
    """经手: what this request does, by whom, by what way, with the client's id of the intent."""
    return Act(
        by=request.person, at=request.now, via=via(request), op=op(request), happened_at=happened_at(request)
    )


def plain_act(request: Request) -> Act:
    """An act of the house's own about this login, whatever the form says."""
    return Act(by=request.person, at=request.now, via=via(request))


def via(request: Request) -> str:
    if request.path.startswith("/api/"):
        return "api"
    return "phone" if PHONE.search(request.headers.get("User-Agent", "")) else "web"


def op(request: Request) -> str:
    said = request.POST.get("_op", "") or request.headers.get("Idempotency-Key", "")
    if said and not OP.fullmatch(said):
        raise Refused("这张单子的编号不对，没有保存。重新打开这一页再填。")
    return said


def happened_at(request: Request) -> datetime | None:
    """When it was filled on the phone; a clock a little ahead is no lie, one far ahead the act refuses."""
    said = request.POST.get("_happened_at", "")
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Refused("手机送来的时间看不懂，没有保存。把手机时间校准后再交。") from None
    moment = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    return min(moment, request.now) if moment - request.now <= SKEW else moment


def once(request: Request, door: str, call: Callable[[], models.Model]) -> tuple[str, str]:
    """Do `call` once for this intent (`_op`), whatever the network does;
    answers kind and key of what it made."""
    return doors.once(
        act(request), door, body_hash(request), _still_may(request, call), device=request.device
    )


def _still_may(request: Request, call: Callable[[], models.Model]) -> Callable[[], models.Model]:
    """`call`, but inside its transaction it is asked again whether the login still stands (A82)."""

    def checked() -> models.Model:
        was = request.standing
        if was is not None and not standing.unchanged(was) and request.stands() is None:
            raise NotYours("你的登录刚被停用，没有保存。")
        return call()

    return checked


def body_hash(request: Request) -> str:
    """The fingerprint of what was sent, photos included, without what the frame adds."""
    digest = sha256()
    for name in sorted(set(request.POST) - OURS):
        for value in request.POST.getlist(name):
            digest.update(f"{name}={len(value)}:{value};".encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(f"{name}:{file.size}:".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def refuse_unknown(form: Any, request: Request, *, query: Iterable[str] = ()) -> None:
    """Refuse keys that the form does not have, and one key sent twice where one is asked (A22, A25).

    A field that takes keys of its own making (rows: `parts-0-name`) says so by `takes(name, key)`.
    """
    names = {form.add_prefix(name): field for name, field in form.fields.items()}
    sent = set(request.POST) | set(request.FILES)
    asked = set(request.GET) - set(query) - {"next"}
    for key in sorted((sent - OURS - {"next"}) | (asked if request.method == "POST" else set())):
        if key not in names and not any(_takes(field, name, key) for name, field in names.items()):
            security_log.note(request, "unknown_field", key=key)
            raise Refused(f"送来了这张单子上没有的一项“{key[:40]}”，没有保存。重新打开这一页再填。")
    for key, field in names.items():
        if len(request.POST.getlist(key)) > 1 and not _many(field):
            raise Refused(f"“{field.label or key}”送来了两遍，没有保存。重新打开这一页再填。", field=key)


def _takes(field: Any, name: str, key: str) -> bool:
    takes = getattr(field, "takes", None)
    return bool(takes and takes(name, key))


def _many(field: Any) -> bool:
    return bool(getattr(field, "many", False) or getattr(field.widget, "allow_multiple_selected", False))


# ── at start: every URL says who may enter (E10) ────────────────────────────────────────────────────────


def check_urls(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A URL whose view does not say who may enter does not even start."""
    sentence = "{} does not say who may enter; decorate its view with access.public, login or duty"
    return [
        Error(sentence.format(where), id="houqin.E10")
        for where, view in views()
        if not isinstance(getattr(view, "access", None), Entry)
    ]


def views() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every pattern of the URL configuration with its view."""
    return _walk(get_resolver(settings.ROOT_URLCONF).url_patterns, "/")


def _walk(
    patterns: Iterable[URLPattern | URLResolver], before: str
) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        where = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, where)
        else:
            yield where, pattern.callback
