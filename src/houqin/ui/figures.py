"""数值: the figures a school may set: what ships, in which unit, from which source,
and what it is set to here."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from houqin.kernel.errors import NotThere, Refused
from houqin.kernel.school import actions as school
from houqin.kernel.school import figures
from houqin.kernel.school.models import FigureSetting

from . import access, slips
from .fields import HourField, SlipForm, WholeField

MAY_SEE = ("office", "house-keeper", "accounts", "view-all")
MAY_SET = ("house-keeper",)


class Setting(SlipForm):
    value = WholeField(label="数值", min_value=-(10**9), max_value=10**9)


class ClockSetting(SlipForm):
    """An hour of the day, kept in minutes."""

    value = HourField(label="几点")

    def clean_value(self) -> int:
        at: time = self.cleaned_data["value"]
        return at.hour * 60 + at.minute


@access.duty(*MAY_SEE)
def listing(request: access.Request) -> HttpResponse:
    """Every figure with its unit and where it comes from."""
    own = dict(FigureSetting.objects.using("reader").values_list("code", "value"))
    rows = [
        {
            "figure": figure,
            "value": plain(figure, own.get(figure.code, figure.value)),
            "own": own.get(figure.code, figure.value) != figure.value,
        }
        for figure in sorted(figures.declared(), key=lambda figure: figure.code)
    ]
    context = {"rows": rows, "may_set": bool(set(MAY_SET) & access.codes(request))}
    return render(request, "ui/figures.html", context)


def plain(figure: figures.Figure, value: int) -> int | str:
    return figure.said(value) if figure.clock else value


@access.duty(*MAY_SET)
def change(request: access.Request, code: str) -> HttpResponse:
    """Set one figure; its bounds are refused by the action."""
    figure = next((f for f in figures.declared() if f.code == code), None)
    if figure is None:
        raise NotThere("没有这个数值。", told=True)
    kind, now = (ClockSetting if figure.clock else Setting), figures.value(code)
    bounds = f"{figure.bounds}，原来带的是 {figure.said(figure.value)}，依据：{figure.source}"
    asked: dict[str, Any] = {
        "value__unit": "" if figure.clock else figure.unit,
        "value__initial": time(*divmod(now, 60)) if figure.clock else now,
        "value__help_text": bounds,
    }
    form = kind(*([request.POST] if request.method == "POST" else []), choices=asked)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            access.once(request, f"figure/{code}", lambda: _set(request, form, code))
            messages.success(request, f"{figure.label}：已经记下")
            return slips.done(request, "../")
        except Refused as no:
            refusal, status = slips.lay_on(form, no), no.status
    context = {
        "slip": {"title": figure.label, "action": request.path,
                 "submit": {"label": "改数值", "icon": "check"}, "cancel": {"url": "../"}},
        "form": form, "op": request.POST.get("_op", ""), "refusal": refusal, "page": True,
        "top_title": "数值", "back": {"url": "../"},
    }  # fmt: skip
    return render(request, "ui/change.html", context, status=status)


def _set(request: access.Request, form: SlipForm, code: str) -> Any:
    slips.must_be_valid(request, form)
    return school.set_figure(code, value=form.cleaned_data["value"], act=access.act(request))
