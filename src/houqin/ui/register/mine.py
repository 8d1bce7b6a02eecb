"""One's own way to see a list: its columns, and conditions kept under a name."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from houqin.kernel.errors import Refused
from houqin.kernel.people.actions import lists
from houqin.ui import access

from ..speech import SpeakingForm
from .declare import Register
from .pick import Asked
from .views import name_of


class Name(SpeakingForm):
    name = forms.CharField(label="名称", max_length=20)
    query = forms.CharField(label="条件", max_length=600, required=False)


@require_POST
def columns(request: access.Request, register: Register) -> HttpResponse:
    """Keep the ticked columns; unknown ones are left out."""
    known = [column.key for column in register.columns]
    ticked = [key for key in known if key in request.POST.getlist("column")]
    lists.keep_columns(name_of(register), ticked, act=access.act(request))
    messages.success(request, "列已经记下，只对自己" if ticked else "一列也没勾，按平常的列显示")
    return HttpResponseRedirect("../", status=303)


@require_POST
def keep(request: access.Request, register: Register) -> HttpResponse:
    """Keep the conditions of the list under a name."""
    form = Name(request.POST)
    said = form.cleaned_data["name"] if form.is_valid() else ""
    name = "".join(c for c in said if c.isprintable()).strip()
    if not name:
        raise Refused("查法要有名字，最多 20 个字，没有存。")
    asked = Asked(register, request.person, request.now, dict(parse_qsl(form.cleaned_data["query"])[:40]))
    query = asked.url(conditions="").removeprefix("?")
    lists.keep_conditions(name_of(register), name, query[:600], act=access.act(request))
    messages.success(request, f"查法“{name}”已经存下，只对自己")
    return HttpResponseRedirect(f"../?{query}", status=303)


@require_POST
def forget(request: access.Request, register: Register, key: int) -> HttpResponse:
    lists.forget_conditions(name_of(register), key, act=access.act(request))
    messages.success(request, "查法已经删掉")
    return HttpResponseRedirect("../../", status=303)
