"""接口令牌 on screen: one's own, made, shown once, withdrawn; and everybody's, for who opens logins."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from houqin.kernel.errors import NotThere, Refused
from houqin.kernel.people import tokens
from houqin.kernel.people.actions import tokens as writes
from houqin.kernel.people.granting import OPENS
from houqin.kernel.people.models import ApiToken

from . import access, security_log, slips
from .api import scopes
from .fields import SlipForm
from .speech import SpeakingForm

MINE, ALL = "/me/tokens/", "/me/tokens/all/"
SHOWN = 200  # of everybody's; they end by themselves
DAYS = ((30, "30 天"), (90, "90 天"), (365, "一年"))


class IssueForm(SlipForm):
    name = forms.CharField(label="用在哪里", max_length=40)
    scopes = forms.MultipleChoiceField(label="能做什么", widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label="用多久", choices=DAYS, coerce=int, initial=90, widget=forms.RadioSelect
    )
    name.placeholder = "例如：教务系统"  # type: ignore[attr-defined]


class WithdrawForm(SpeakingForm):
    token = forms.IntegerField(label="令牌", min_value=1, max_value=2**63 - 1)


@access.fresh
@access.login
def mine(request: access.Request) -> HttpResponse:
    """/me/tokens/: a new one, or one of one's own withdrawn."""
    if "token" in request.POST:
        return _withdraw(request, tokens.of(request.person, request.now), MINE)
    data = [request.POST] if request.method == "POST" else []
    form: Any = IssueForm(*data, choices={"scopes": scopes.offered()})
    made, refusal, status = None, "", 200
    if request.method == "POST":
        try:
            made = _issue(request, form)
        except Refused as no:
            refusal, status = slips.lay_on(form, no), no.status
    context = {
        "form": form, "made": made, "refusal": refusal, "op": request.POST.get("_op", "")[:36] or uuid4().hex,
        "rows": _told(tokens.of(request.person, request.now)),
        "ended": _told(tokens.ended(request.person, request.now)),
        "all": ALL if OPENS in access.codes(request) else "",
    }  # fmt: skip
    return render(request, "ui/tokens.html", context, status=status)


def _issue(request: access.Request, form: Any) -> ApiToken:
    """The new token with its text; sent a second time, there is no text to show any more."""
    made: list[ApiToken] = []

    def call() -> ApiToken:
        slips.must_be_valid(request, form)
        made.append(writes.issue(request.person, **form.cleaned_data, act=access.act(request)))
        return made[0]

    access.once(request, "token/issue", call)
    if not made:
        raise Refused("这个令牌已经发过，只显示了那一次。没有抄下来就作废它，另发一个。")
    security_log.note(request, "token_issued", head=made[0].head, scopes=",".join(made[0].scopes))
    return made[0]


@access.fresh
@access.duty(OPENS)
def everyones(request: access.Request) -> HttpResponse:
    """/me/tokens/all/: whose programs may come in; any of them withdrawn."""
    rows = tokens.standing(request.now)
    if request.method == "POST":
        return _withdraw(request, rows, ALL)
    return render(request, "ui/tokens.html", {"rows": _told(rows[:SHOWN]), "everyones": True})


def _withdraw(request: access.Request, rows: Any, url: str) -> HttpResponse:
    form = WithdrawForm(request.POST)
    access.refuse_unknown(form, request)
    key = form.cleaned_data["token"] if form.is_valid() else 0
    token = next((row for row in rows if row.pk == key), None)
    if token is None:
        raise NotThere("没有这个令牌，或者已经作废了。", told=True)
    writes.withdraw(token, act=access.act(request))
    security_log.note(request, "token_withdrawn", head=token.head, of=token.person.code)
    messages.success(request, f"令牌“{token}”已经作废，马上不能用了")
    return access.redirect(request, url)


def _told(rows: Any) -> list[dict[str, Any]]:
    words = dict(scopes.offered())
    return [{"row": row, "scopes": "、".join(words.get(code, code) for code in row.scopes)} for row in rows]


urlpatterns = [
    path("me/tokens/", mine, name="tokens"),
    path("me/tokens/all/", everyones, name="tokens-all"),
]
