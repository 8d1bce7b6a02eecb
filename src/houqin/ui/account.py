"""我的登录: password, devices, second factor, and the password asked again before something that counts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import hashers
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from houqin.kernel.errors import NotThere, Refused
from houqin.kernel.people import factors, logins, tokens
from houqin.kernel.people.actions import factors as factor_writes
from houqin.kernel.people.actions import logins as writes
from houqin.kernel.people.models import LoginSession, User
from houqin.kernel.school.queries import school

from . import access, entering, security_log
from .login import CodeForm, PasswordForm
from .passwords import LONGEST
from .speech import SpeakingForm

WRONG = "密码不对，没有往下做。再填一次。"


class AgainForm(SpeakingForm):
    now = forms.CharField(label="现在的密码", max_length=LONGEST, strip=False, widget=forms.PasswordInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["now"].widget.attrs |= {"autocomplete": "current-password"}


class ChangeForm(AgainForm, PasswordForm):
    field_order = ("now", "password", "again")


class EndForm(SpeakingForm):
    session = forms.IntegerField(label="设备", required=False, min_value=1, max_value=2**62)
    others = forms.BooleanField(label="别的设备", required=False)


class OffForm(SpeakingForm):
    off = forms.BooleanField(label="取消两步验证", required=False)
    spares = forms.BooleanField(label="换一批备用码", required=False)


def _user(request: access.Request) -> User:
    assert request.person.user is not None
    return request.person.user


def _page(
    request: access.Request, template: str, refused: Refused | None = None, **context: Any
) -> HttpResponse:
    form = context.get("form")
    if refused and form is not None:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    status = refused.status if refused else 422 if form is not None and form.errors else 200
    response = TemplateResponse(request, template, context, status=status)
    if wait := getattr(refused, "wait", 0):
        response["Retry-After"] = str(wait)
    return response


def prove(request: access.Request, password: str) -> None:
    """The password once more, counted like a login; refuses a wrong one."""
    user = _user(request)
    entering.count(request, user.username)
    if not hashers.check_password(password, user.password):
        security_log.note(request, "password_failed")
        raise Refused(WRONG, field="now")


@access.unproven
@access.login
@sensitive_post_parameters()
def again(request: access.Request) -> HttpResponse:
    """再填一次密码: after ten idle minutes, before something that counts."""
    wanted = access.safe_next(request.POST.get("next") or request.GET.get("next"))
    form = AgainForm(request.POST or None)
    refused = None
    if request.method == "POST":
        access.refuse_unknown(form, request)
        if form.is_valid():
            try:
                prove(request, form.cleaned_data["now"])
                _turn_key(request)
                return access.redirect(request, wanted)
            except Refused as found:
                refused = found
    lead = "离开了一会儿。办这一步要再填一次密码，防止别人用你的登录。"
    more = {"title": "再填一次密码", "lead": lead, "button": "继续", "next": wanted, "school": school()}
    return _page(request, "ui/door.html", refused, form=form, **more)


def _turn_key(request: access.Request) -> None:
    assert request.standing is not None
    entering.prove(request, writes.turn_key(request.standing.session_id, act=access.plain_act(request)))


@access.unproven
@access.login
@sensitive_post_parameters()
def password(request: access.Request) -> HttpResponse:
    """改密码: the other devices are logged out, this one goes on under a new key."""
    form, refused = ChangeForm(request.POST or None), None
    if school().is_demo:
        refused = Refused("演示学校不用密码，没有什么可改。")
    elif request.method == "POST":
        access.refuse_unknown(form, request)
        if form.is_valid():
            try:
                return _change(request, form)
            except Refused as found:
                refused = found
    if refused and not form.is_bound:
        return _page(request, "ui/account.html", title="改密码", lead=str(refused))
    return _page(request, "ui/account.html", refused, form=form, title="改密码", button="保存",
                 lead="改好以后，别的设备要重新登录。")  # fmt: skip


def _change(request: access.Request, form: ChangeForm) -> HttpResponse:
    assert request.standing is not None
    prove(request, form.cleaned_data["now"])
    act, keep = access.plain_act(request), request.standing.session_id
    user = writes.set_password(_user(request), password=form.cleaned_data["password"], keep=keep, act=act)
    request.session["fingerprint"] = user.get_session_auth_hash()
    _turn_key(request)
    security_log.note(request, "password_changed")
    messages.success(request, "密码改好了，别的设备已经退出。")
    if tokens.of(request.person, request.now):  # a new password offers their withdrawal (A65)
        messages.warning(request, "你的接口令牌还在用。密码可能被人知道的话，把它们也作废。")
        return access.redirect(request, "/me/tokens/")
    return access.redirect(request, "/me/sessions/")


@access.unproven
@access.login
def sessions(request: access.Request) -> HttpResponse:
    """在用的设备: where one is logged in; each can be ended."""
    assert request.standing is not None
    mine = logins.sessions_of(_user(request).pk, request.now)
    if request.method == "POST":
        form = EndForm(request.POST)
        access.refuse_unknown(form, request)
        ended = _to_end(form, mine, request.standing.session_id)
        writes.end([row.pk for row in ended], act=access.plain_act(request))
        security_log.note(request, "sessions_ended", count=len(ended))
        messages.success(request, f"{len(ended)} 台设备已经退出。")
        return access.redirect(request, "/me/sessions/")
    return _page(request, "ui/sessions.html", sessions=mine, current=request.standing.session_id)


def _to_end(form: EndForm, mine: list[LoginSession], current: int) -> list[LoginSession]:
    """One of my own, or all but this one."""
    if form.is_valid() and form.cleaned_data["others"]:
        return [row for row in mine if row.pk != current]
    found = [row for row in mine if form.is_valid() and row.pk == form.cleaned_data["session"]]
    if not found:
        raise NotThere("没有这台设备，或者已经退出了。", told=True)
    return found


@access.unproven
@access.fresh
@access.login
@sensitive_post_parameters()
def second(request: access.Request) -> HttpResponse:
    """两步验证: switch it on with the phone's first code, off, or take new spare codes."""
    user = _user(request)
    if factors.of(user):
        return _second_is_on(request, user)
    secret = request.session.setdefault("secret", factors.sealed(factor_writes.new_secret()))
    form, refused = CodeForm(request.POST or None), None
    form.fields["code"].help_text = "手机上现在显示的 6 位数字。"
    if request.method == "POST":
        access.refuse_unknown(form, request)
        if form.is_valid():
            try:
                return _second_goes_on(request, user, factors.opened(secret), form.cleaned_data["code"])
            except Refused as found:
                refused = found
    return _page(request, "ui/second.html", refused, form=form, secret=factors.opened(secret),
                 qr=_qr(factors.address(factors.opened(secret), user.username, school().name)))  # fmt: skip


def _second_goes_on(request: access.Request, user: User, secret: str, code: str) -> HttpResponse:
    entering.count_code(request, user.pk)
    spares = factor_writes.open_factor(user, secret=secret, code=code, act=access.plain_act(request))
    request.session.pop("secret")
    _turn_key(request)
    security_log.note(request, "second_factor_on")
    return _page(request, "ui/second.html", spares=spares)


def _second_is_on(request: access.Request, user: User) -> HttpResponse:
    assert request.standing is not None
    if request.method == "POST":
        form = OffForm(request.POST)
        access.refuse_unknown(form, request)
        act = access.plain_act(request)
        if form.is_valid() and form.cleaned_data["spares"]:
            return _page(request, "ui/second.html", spares=factor_writes.renew_spares(user, act=act))
        if form.is_valid() and form.cleaned_data["off"]:
            factor_writes.close_factor(user, act=act)
            writes.end_others(user, keep=request.standing.session_id, act=act)
            security_log.note(request, "second_factor_off")
            messages.success(request, "两步验证取消了。")
        return access.redirect(request, "/me/second/")
    return _page(request, "ui/second.html", on=True, left=factors.spares_left(user))


def _qr(text: str) -> str:
    """The address as a picture inside the page; segno draws it."""
    import segno

    return segno.make(text, error="m").svg_data_uri(scale=5, border=2, light="#fff")
