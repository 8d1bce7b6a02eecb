"""数值: the figures a school may set: what ships, in which unit, from which source,
and what it is set to here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from houqin.kernel.errors import NotThere, Refused
from houqin.kernel.school import actions as school
from houqin.kernel.school import figures
from houqin.kernel.school.models import FigureSetting

from . import access, slips
from .fields import SlipForm, WholeField

MAY_SEE = ("office", "house-keeper", "accounts", "view-all")
MAY_SET = ("house-keeper",)


class Setting(SlipForm):
    value = WholeField(label="数值", min_value=-(10**9), max_value=10**9)


@access.duty(*MAY_SEE)
def listing(request: access.Request) -> HttpResponse:
    """Every figure with its unit and where it comes from."""
    own = dict(FigureSetting.objects.using("reader").values_list("code", "value"))
    rows = [
        {
            "figure": figure,
            "value": own.get(figure.code, figure.value),
            "own": own.get(figure.code, figure.value) != figure.value,
        }
        for figure in sorted(figures.declared(), key=lambda figure: figure.code)
    ]
    context = {"rows": rows, "may_set": bool(set(MAY_SET) & access.codes(request))}
    return render(request, "ui/figures.html", context)


@access.duty(*MAY_SET)
def change(request: access.Request, code: str) -> HttpResponse:
    """Set one figure; its bounds are refused by the action."""
    figure = next((f for f in figures.declared() if f.code == code), None)
    if figure is None:
        raise NotThere("没有这个数值。")
    unit = figure.unit
    bounds = f"{figure.least} 到 {figure.most} {unit}，出厂是 {figure.value} {unit}，依据：{figure.source}"
    asked: dict[str, Any] = {
        "value__unit": unit,
        "value__initial": figures.value(code),
        "value__help_text": bounds,
    }
    form = Setting(*([request.POST] if request.method == "POST" else []), choices=asked)
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


def _set(request: access.Request, form: Setting, code: str) -> Any:
    slips.must_be_valid(request, form)
    return school.set_figure(code, value=form.cleaned_data["value"], act=access.act(request))
