"""通知设置: by what ways one is told outside the house, when not, and whether once a day."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.template.response import TemplateResponse

from houqin.kernel.errors import Refused
from houqin.kernel.notices import queries
from houqin.kernel.notices.actions import channels
from houqin.kernel.notices.models import Channel

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
    mail = forms.EmailField(label="邮箱", required=False, help_text="填了就发邮件，空着不发")
    quiet_from = _hour("免打扰，从", "这段时间里不发，过了再发")
    quiet_to = _hour("免打扰，到", "可以过半夜")
    daily = _hour("每天合成一条，几点", "空着就是随时发")


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
    context = {"form": form, "title": "通知设置", "lead": LEAD, "button": "保存", "tab": "me"}
    return TemplateResponse(request, "ui/account.html", context, status=status)


def _keep(request: access.Request, said: dict[str, Any]) -> HttpResponse:
    kinds = [kind for kind, _ in Channel.KINDS if said[kind]]  # a mail address is its own consent
    said = {name: said[name] for name in ("mail", "quiet_from", "quiet_to", "daily")}
    channels.choose(kinds=kinds, **said, act=access.act(request))
    messages.success(request, "通知设置记下了")
    return access.redirect(request, "/me/")


def _now(request: access.Request) -> dict[str, Any]:
    """What is kept; who has chosen nothing is told by the groups."""
    choice = queries.choice_of(request.person)
    kinds = [kind for kind, _ in Channel.KINDS] if choice is None else choice.kinds
    found: dict[str, Any] = {kind: kind in kinds for kind, _ in Channel.KINDS if kind != Channel.MAIL}
    if choice is not None:
        names = ("mail", "quiet_from", "quiet_to", "daily")
        found |= {name: getattr(choice, name) for name in names}
    return found
