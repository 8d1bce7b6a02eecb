"""撤下: a photo or paper that should not be shown is taken out of sight, with a reason that stays (A79)."""

from typing import Any

from django import forms
from django.http import HttpResponse

from houqin.kernel.attachments import actions as attachments
from houqin.kernel.attachments import queries
from houqin.kernel.attachments.models import Attachment, Withdrawal
from houqin.kernel.errors import NotThere, NotYours, Refused

from . import access, slips
from .addresses import url_of, withdraw_url
from .fields import SlipForm
from .files import attachment_for


class WithdrawForm(SlipForm):
    reason = forms.CharField(label="为什么撤下", max_length=200)
    reason.words = ("有学生正脸", "不该给人看", "传错了")  # type: ignore[attr-defined]


@access.login
def page(request: access.Request, attachment: int) -> HttpResponse:
    """/files/<attachment>/withdraw/, of a file on a matter."""
    act = access.act(request)
    again = request.method == "POST"  # what is sent a second time is answered as the first
    file = attachment_for(attachment, request.person, request.now, withdrawn=again)
    if file.event is None:
        raise NotThere("没有这个附件，或者不归你看。")
    if not queries.may_withdraw(file, act):
        raise NotYours(f"“{file}”不归你撤下，没有改。请总务主任来撤。")
    form = WithdrawForm(*([request.POST] if request.method == "POST" else []))
    refusal, status = "", 200

    def call() -> Withdrawal:
        slips.must_be_valid(request, form)
        return attachments.withdraw(file, **form.cleaned_data, act=act)

    if request.method == "POST":
        try:
            access.once(request, f"withdraw/{file.pk}", call)
            return slips.done(request, url_of(file.event.matter))
        except Refused as no:
            refusal, status = slips.lay_on(form, no), no.status
    return slips.draw(request, {**head(request, file), "form": form, "refusal": refusal}, status)


def head(request: access.Request, file: Attachment) -> dict[str, Any]:
    assert file.event is not None
    matter = file.event.matter
    return {
        "slip": {
            "title": "撤下附件", "action": withdraw_url(file), "cancel": {"url": url_of(matter)},
            "submit": {"label": "撤下", "icon": "ban"},
            "then": ["从这以后谁也看不到它，原文件一天后删掉", "撤下的人和原因留在经过里"],
        },
        "matter": matter, "op": slips.op_of(request), "top_title": "撤下附件", "back": {"url": url_of(matter)},
    }  # fmt: skip
