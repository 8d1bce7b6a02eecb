"""外部登录: off to the service, and back with its word; and 外部账号, one's own links to such services.

What a browser was sent off with lies in its session and is taken out once. The browser goes by a page and not
by a redirect: `form-action 'self'` stops a form that would end elsewhere.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_post_parameters

from houqin.kernel.doors import actions as doors
from houqin.kernel.errors import NotThere, NotYours, Refused, TooMany
from houqin.kernel.outbound import Unreachable
from houqin.kernel.people import logins
from houqin.kernel.people.actions import outside as writes
from houqin.kernel.people.models import OutsideLogin
from houqin.kernel.people.outside import Asked, NotVouched, reading
from houqin.kernel.school.queries import school

from . import access, account, entering, login, security_log

MINE = "/me/outside/"
KEPT = "outside"  # what the session calls a browser that is away
AWAY = timedelta(minutes=10)
AT_ONCE, WAIT = threading.BoundedSemaphore(3), 1.0  # seconds a fourth one stands in line
PASSWORD = "用账号和密码登录。"  # noqa: S105 - a sentence
LOST = "这次登录不是从这个浏览器刚刚开始的，没有登录。再点一次。"


class Down(Refused):
    """The service does not answer now."""

    status = 503


class BeginForm(login.LoginForm):
    """The login page's form, sent to another door: its password is not looked at."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("username", "password"):
            self.fields[name].required = False


class LinkForm(account.AgainForm):
    link = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    unlink = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)


@access.unproven
@access.public
@sensitive_post_parameters()
def begin(request: access.Request, key: int) -> HttpResponse:
    """/login/by/<key>/: off to the service."""
    wanted = access.safe_next(request.POST.get("next"))
    if request.method != "POST" or request.standing:
        return access.redirect(request, wanted if request.standing else access.LOGIN)
    form = BeginForm(request.POST)
    access.refuse_unknown(form, request)
    shared = form.is_valid() and form.cleaned_data["shared"]
    try:
        return _sent_off(request, _open(key), person=0, shared=shared, wanted=wanted)
    except (NotThere, NotYours, Down, TooMany) as refused:
        security_log.note(request, "outside_failed", service=key, why=type(refused).__name__)
        return login.page(request, login.LoginForm(), wanted, refused=refused)


@access.unproven
@access.public
def back(request: access.Request, key: int) -> HttpResponse:
    """/login/by/<key>/back/: the service has sent the browser back."""
    said = request.session.pop(KEPT, None) or {}
    try:
        service, subject = _vouched(request, key, said)
        if said["person"]:
            return _linked(request, service, said["person"], subject)
        return _let_in(request, service, said, subject)
    except Refused as refused:
        security_log.note(request, "outside_failed", service=key, why=type(refused).__name__)
        if said.get("person") and request.standing:
            messages.error(request, str(refused))
            return access.redirect(request, MINE)
        return login.page(request, login.LoginForm(), said.get("wanted", "/"), refused=refused)


def concerns(request: access.Request) -> bool:
    """Whether the page of one's links has anything to show."""
    return not school().is_demo and (reading.offered().exists() or reading.of(request.person).exists())


@access.login
@sensitive_post_parameters()
def mine(request: access.Request) -> HttpResponse:
    """/me/outside/: link, or undo it; the password is asked each time."""
    form, refused = LinkForm(request.POST or None), None
    if request.method == "POST":
        access.refuse_unknown(form, request)
        if form.is_valid():
            try:
                account.prove(request, form.cleaned_data["now"])
                return _wanted(request, form.cleaned_data)
            except Refused as found:
                refused = found
                form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    accounts = {row.login_id: row for row in reading.of(request.person)}
    offered = {row.pk: row for row in reading.offered()} | {k: row.login for k, row in accounts.items()}
    context = {"form": form, "rows": [{"service": s, "account": accounts.get(k)} for k, s in offered.items()]}
    status = refused.status if refused else 422 if form.errors else 200
    response = TemplateResponse(request, "ui/outside.html", context, status=status)
    if isinstance(refused, TooMany):
        response["Retry-After"] = str(refused.wait)
    return response


def _wanted(request: access.Request, said: dict[str, Any]) -> HttpResponse:
    if said["link"]:
        service = _open(said["link"])
        return _sent_off(request, service, person=request.person.pk, shared=False, wanted=MINE)
    found = reading.of(request.person).filter(pk=said["unlink"] or 0).first()
    if found is None:
        raise NotThere("没有这个外部账号，或者已经解除了。", told=True)
    writes.unlink(found, act=access.plain_act(request))
    security_log.note(request, "outside_unlinked", service=found.login_id)
    messages.success(request, f"{found.login}账号解除了，以后不能用它登录")
    return access.redirect(request, MINE)


def _open(key: int) -> OutsideLogin:
    found = None if school().is_demo else reading.offered().filter(pk=key).first()
    if found is None:
        raise NotThere(f"这个外部登录没有开通，没有登录。{PASSWORD}")
    return found


def _sent_off(
    request: access.Request, service: OutsideLogin, *, person: int, shared: bool, wanted: str
) -> HttpResponse:
    entering.count_from(request)
    back = f"{settings.URL.rstrip('/')}{reverse('login-back', args=(service.pk,))}"
    inside = "wxwork" in request.headers.get("User-Agent", "")
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    asked = Asked(back, state=state, nonce=nonce, verifier=verifier, inside=inside)
    url = _asked(service, lambda: reading.SERVICES[service.kind].address(service, asked))
    more = {"service": service.pk, "at": request.now.isoformat(), "person": person}
    request.session[KEPT] = {**asdict(asked), **more, "shared": shared, "wanted": wanted}
    context = {
        "school": school(), "title": f"正在去{service}", "lead": f"在{service}那边确认以后，会自己回来。",
        "aside": {"url": url, "label": "没有自动过去，点这里"},
    }  # fmt: skip
    return TemplateResponse(request, "ui/door.html", context, headers={"Refresh": f"0;url={url}"})


def _vouched(request: access.Request, key: int, said: dict[str, Any]) -> tuple[OutsideLogin, str]:
    """The service, and the subject that it names, for a browser that we sent off, just now, and once."""
    asked, begun = _away(request, key, said)
    service = _open(key)
    _once(request, asked.state, begun)
    code = request.GET.get("code") or request.GET.get("authCode") or ""
    if not code or len(code) > 2000:
        raise NotYours(f"{service}那边没有同意，没有登录。再点一次，或者{PASSWORD}")
    subject = _asked(
        service, lambda: reading.SERVICES[service.kind].subject(service, asked, code, request.now)
    )
    writes.answered(service, "认出来了")
    return service, subject


def _away(request: access.Request, key: int, said: dict[str, Any]) -> tuple[Asked, datetime]:
    state = request.GET.get("state", "")
    if said.get("service") != key or not constant_time_compare(said.get("state", ""), state):
        raise NotYours(LOST)
    begun = datetime.fromisoformat(said["at"])
    if not begun <= request.now <= begun + AWAY:
        raise NotYours("这次登录放得太久了，没有登录。再点一次。")
    return Asked(**{name: said[name] for name in Asked.__dataclass_fields__}), begun


def _once(request: access.Request, state: str, begun: datetime) -> None:
    """Counted in the window of its beginning: a copy of the cookie does not open a second time."""
    act = replace(access.plain_act(request), at=begun)
    try:
        doors.count_try("outside-state", state, limit=1, seconds=3600, act=act)
    except TooMany:
        raise NotYours(LOST) from None


def _asked(service: OutsideLogin, call: Callable[[], str]) -> str:
    """What the service answers, or a sentence; few at once: one that hangs holds up nobody else."""
    silent = Down(f"{service}现在没有答复，没有登录。过一会儿再试，或者{PASSWORD}")
    if not AT_ONCE.acquire(timeout=WAIT):
        raise silent
    try:
        return call()
    except Unreachable as wrong:
        writes.answered(service, str(wrong))
        raise silent from None
    except NotVouched as wrong:
        writes.answered(service, str(wrong))
        raise NotYours(f"{service}没有确认这次登录，没有登录。再点一次，或者{PASSWORD}") from None
    finally:
        AT_ONCE.release()


def _let_in(
    request: access.Request, service: OutsideLogin, said: dict[str, Any], subject: str
) -> HttpResponse:
    found = reading.whose(service, subject)
    user = found.person.user if found else None
    entering.count(request, user.username if user else f"{service.pk}:{subject}")
    if found is None:
        raise NotYours(
            f"这个{service}账号还没有关联，没有登录。先用账号和密码登录，在“我的”的外部账号里关联。"
        )
    if user is None or logins.enterable(user.pk, request.now) is None:
        raise NotYours("你在后勤的登录停用了，没有登录。找总务处。")
    writes.note_use(found, act=access.plain_act(request))
    return entering.proceed(request, user, shared=said["shared"], wanted=said["wanted"], outside=service.name)


def _linked(request: access.Request, service: OutsideLogin, person: int, subject: str) -> HttpResponse:
    if request.standing is None or request.person.pk != person:
        raise NotYours("回来的时候已经不是你登录着了，没有关联。重新登录再来。")
    writes.link(request.person, login=service, subject=subject, act=access.plain_act(request))
    security_log.note(request, "outside_linked", service=service.pk)
    messages.success(request, f"{service}账号关联好了，下次可以用它登录")
    return access.redirect(request, MINE)
