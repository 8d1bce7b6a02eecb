"""通知设置: by what ways one is told outside the house, when not, and whether once a day."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.template.response import TemplateResponse

from houqin.kernel.errors import Refused
from houqin.kernel.notices import queries
from houqin.kernel.notices.actions import channels, mails
from houqin.kernel.notices.models import Channel, NoticeChoice

from . import access
from .fields import SlipForm

LEAD = "发到外面的只有编号和步骤。群里的机器人和邮箱由学校的系统管理员设好才会发。"


def _hour(label: str, said: str) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, help_text=said, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )


class ChoiceForm(SlipForm):
    wecom = forms.BooleanField(label="企业微信的群", required=False)
    dingtalk = forms.BooleanField(label="钉钉的群", required=False)
    feishu = forms.BooleanField(label="飞书的群", required=False)
    mail = forms.EmailField(label="邮箱", required=False, help_text="填了，先发一个验证码过去；空着不发")
    quiet_from = _hour("免打扰，从", "这段时间里不发，过了再发")
    quiet_to = _hour("免打扰，到", "可以过半夜")
    daily = _hour("每天合成一条，几点", "空着就是随时发")


class CodeForm(SlipForm):
    code = forms.RegexField(
        r"\A[0-9]{6}\Z", label="验证码", error_messages={"invalid": "验证码是六位数字，看信里"}, strip=True
    )
    code.placeholder = "六位数字"  # type: ignore[attr-defined]


@access.login
def page(request: access.Request) -> HttpResponse:
    """/me/notices/"""
    form, status = ChoiceForm(request.POST or None, initial=_now(request)), 200
    if request.method == "POST":
        access.refuse_unknown(form, request)
        status = 422
        if form.is_valid():
            try:
                return _keep(request, dict(form.cleaned_data))
            except Refused as refused:
                form.add_error(refused.field or None, str(refused))
    context = {
        "form": form, "title": "通知设置", "lead": LEAD, "button": "保存", "tab": "me",
        "note": _unproved(queries.choice_of(request.person)),
    }  # fmt: skip
    return TemplateResponse(request, "ui/account.html", context, status=status)


def _unproved(choice: NoticeChoice | None) -> dict[str, str]:
    if choice is None or not choice.mail_asked:
        return {}
    return {"text": f"{choice.mail_asked} 还没验证，先不发通知。", "url": mails.PAGE, "label": "填验证码"}


@access.login
def prove(request: access.Request) -> HttpResponse:
    """/me/notices/mail/: the code that was sent to the address."""
    choice = queries.choice_of(request.person)
    if choice is None or not choice.mail_asked:
        return access.redirect(request, "/me/notices/")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        access.refuse_unknown(form, request)
        status = 422
        if form.is_valid():
            try:
                return _prove(request, form.cleaned_data["code"])
            except Refused as refused:
                form.add_error(refused.field or None, str(refused))
    lead = f"六位数字发到了 {choice.mail_asked}，一般一分钟里到。没收到，看看垃圾邮件；填错了邮箱，回到通知设置改。"
    context = {"form": form, "title": "验证邮箱", "lead": lead, "button": "验证", "tab": "me"}
    return TemplateResponse(request, "ui/account.html", context, status=status)


def _prove(request: access.Request, code: str) -> HttpResponse:
    choice = mails.prove(code=code, act=access.act(request))
    messages.success(request, f"{choice.mail} 验证过了，通知从现在起发到这里")
    return access.redirect(request, "/me/notices/")


def _keep(request: access.Request, said: dict[str, Any]) -> HttpResponse:
    kinds = [kind for kind, _ in Channel.KINDS if said[kind]]  # a mail address is its own consent
    said = {name: said[name] for name in ("mail", "quiet_from", "quiet_to", "daily")}
    choice = channels.choose(kinds=kinds, **said, act=access.act(request))
    messages.success(request, "通知设置记下了")
    return access.redirect(request, mails.PAGE if choice.mail_asked else "/me/")


def _now(request: access.Request) -> dict[str, Any]:
    """What is kept; who has chosen nothing is told by the groups."""
    choice = queries.choice_of(request.person)
    kinds = [kind for kind, _ in Channel.KINDS] if choice is None else choice.kinds
    found: dict[str, Any] = {kind: kind in kinds for kind, _ in Channel.KINDS if kind != Channel.MAIL}
    if choice is not None:
        names = ("mail", "quiet_from", "quiet_to", "daily")
        found |= {name: getattr(choice, name) for name in names}
        found["mail"] = choice.mail_asked or choice.mail
    return found
