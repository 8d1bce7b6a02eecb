"""登录、退出、一次性链接、演示学校的门."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from houqin.kernel.doors import actions as doors
from houqin.kernel.errors import NotThere, Refused, TooMany
from houqin.kernel.people import logins
from houqin.kernel.people.actions import factors as factor_writes
from houqin.kernel.people.actions import logins as writes
from houqin.kernel.people.outside import reading as outside
from houqin.kernel.school.queries import school

from . import access, client, demo_door, entering, security_log, standing
from .passwords import LONGEST
from .speech import SpeakingForm

WRONG = "账号或密码不对，没有登录。看看大小写和输入法，再填一次。"


class LoginForm(SpeakingForm):
    username = forms.CharField(label="账号", max_length=60)
    password = forms.CharField(label="密码", max_length=LONGEST, strip=False, widget=forms.PasswordInput)
    shared = forms.BooleanField(label="这是公用电脑，8 小时后自动退出", required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
        self.fields["password"].widget.attrs |= {"autocomplete": "current-password"}


class PasswordForm(SpeakingForm):
    """A new password, typed twice."""

    password = forms.CharField(
        label="新密码",
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput,
        help_text="至少 10 个字符。一句话最好记。",
    )
    again = forms.CharField(label="再填一遍", max_length=LONGEST, strip=False, widget=forms.PasswordInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("password", "again"):
            self.fields[name].widget.attrs |= {"autocomplete": "new-password"}

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("password"):
            raise forms.ValidationError("两遍不一样，没有保存。再填一次。")
        return self.cleaned_data["again"]


class CodeForm(SpeakingForm):
    code = forms.CharField(
        label="验证码", max_length=20, help_text="手机上的 6 位数字；手机不在身边，填一个备用码。"
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code"}


@access.unproven
@access.public
@sensitive_post_parameters()
def login(request: access.Request) -> HttpResponse:
    wanted = access.safe_next(request.POST.get("next") or request.GET.get("next"))
    if request.method != "POST":
        return access.redirect(request, wanted) if request.standing else page(request, LoginForm(), wanted)
    form = LoginForm(request.POST)
    access.refuse_unknown(form, request)
    if not form.is_valid():
        return page(request, form, wanted, status=422)
    return _try(request, form, wanted)


def _try(request: access.Request, form: LoginForm, wanted: str) -> HttpResponse:
    username = logins.folded(form.cleaned_data["username"])
    try:
        entering.count(request, username)
    except TooMany as refused:
        security_log.note(request, "throttled", account=username)
        return page(request, form, wanted, refused=refused)
    user = logins.whose(username, form.cleaned_data["password"], request.now)
    if user is None:
        security_log.note(request, "login_failed", account=username)
        return page(request, form, wanted, refused=Refused(WRONG))
    return entering.proceed(request, user, shared=form.cleaned_data["shared"], wanted=wanted)


def page(
    request: access.Request,
    form: LoginForm,
    wanted: str,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the doors: the password, and the services that the school has opened."""
    house = school()
    context = {
        "outside": () if house.is_demo else outside.offered(), "refusal": str(refused or ""),
        "form": form, "next": wanted if wanted != "/" else "", "school": house, "action": access.LOGIN,
        "demo_roles": demo_door.roles(request.now) if house.is_demo else [],
        "phone": house.office_phone,
    }  # fmt: skip
    return _answer(request, "ui/login.html", context, refused.status if refused else status, refused)


def _answer(
    request: HttpRequest, template: str, context: dict[str, Any], status: int, refused: Refused | None
) -> HttpResponse:
    response = TemplateResponse(request, template, context, status=status)
    if isinstance(refused, TooMany):
        response["Retry-After"] = str(refused.wait)
    return response


@access.unproven
@access.public
@sensitive_post_parameters()
def second(request: access.Request) -> HttpResponse:
    """两步验证: nothing else can be reached until the code is right."""
    waiting = entering.half(request)
    if waiting is None:
        return access.redirect(request, access.LOGIN)
    user, said = waiting
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return _second_page(request, form)
    access.refuse_unknown(form, request)
    if not form.is_valid():
        return _second_page(request, form, Refused("", field="code"))
    try:
        entering.count_code(request, user.pk)
        if not factor_writes.prove(user, code=form.cleaned_data["code"], act=access.plain_act(request)):
            raise Refused("验证码不对或用过了，没有登录。等手机上换一组数字，再填。")
    except Refused as refused:
        security_log.note(request, "code_failed", account=user.username)
        return _second_page(request, form, refused)
    return entering.start(
        request, user, shared=said["shared"], wanted=said["next"], outside=said.get("outside", "")
    )


def _second_page(request: access.Request, form: CodeForm, refused: Refused | None = None) -> HttpResponse:
    if refused and str(refused):
        form.add_error(None, str(refused))
    context = {
        "form": form, "school": school(), "title": "两步验证", "lead": "打开手机上的验证器，填这个账号的 6 位数字。",
        "button": "登录", "aside": {"url": access.LOGIN, "label": "换一个账号"},
    }  # fmt: skip
    return _answer(request, "ui/door.html", context, refused.status if refused else 200, refused)


@access.unproven
@access.login
def logout(request: access.Request) -> HttpResponse:
    """退出: the session is dead on the server; caches of its pages go, an unsent offline queue stays."""
    if request.method != "POST":
        return access.only(request, "POST")
    entering.end_own(request)
    security_log.note(request, "logout")
    request.session.flush()
    rotate_token(request)
    response = access.redirect(request, access.LOGIN)
    response["Clear-Site-Data"] = '"cache"'
    return response


@access.unproven
@access.public
@sensitive_post_parameters()
def first(request: access.Request, token: str) -> HttpResponse:
    """一次性链接: set a password, once, within 72 hours."""
    link = logins.link(standing.hashed(token), request.now)
    if link is None:
        address = client.counted_as(client.client_ip(request))
        doors.count_try("link", address, limit=60, seconds=3600, act=access.plain_act(request))
        return _without_path(_gone(request))
    form = PasswordForm(request.POST or None)
    if request.method == "POST":
        access.refuse_unknown(form, request)
        if form.is_valid():
            try:
                user = writes.use_link(
                    token, password=form.cleaned_data["password"], act=access.plain_act(request)
                )
                security_log.note(request, "first_password", account=user.username)
                return _without_path(entering.proceed(request, user, shared=False))
            except NotThere:
                return _without_path(_gone(request))
            except Refused as refused:
                form.add_error(refused.field or None, str(refused))
    context = {
        "form": form, "school": school(), "title": "设定密码", "button": "保存并登录",
        "lead": f"{link.user.person}，你的账号是 {link.user.username}。这条链接只能用一次。",
    }  # fmt: skip
    return _without_path(_answer(request, "ui/door.html", context, 422 if form.errors else 200, None))


def _gone(request: access.Request) -> HttpResponse:
    context = {
        "school": school(), "title": "链接用不了", "lead": "这条链接用过了、过期了，或者没有抄全。找系统管理员要一条新链接。",
        "aside": {"url": access.LOGIN, "label": "去登录"},
    }  # fmt: skip
    return _answer(request, "ui/door.html", context, 404, None)


def _without_path(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = (
        "strict-origin"  # with no-referrer a browser sends its form as of nowhere, and csrf refuses it
    )
    return response
