"""我的: posts and what they ask for, logins, and the way out; and the index of everything there is to open."""

from django.http import HttpResponse
from django.shortcuts import render

from houqin.kernel.area import GROUPS, Area, areas
from houqin.kernel.people.models import Duty
from houqin.kernel.people.queries import held_on

from . import access, house_delegations, menu, outside
from .desk import openings

LINES = (  # one's own login
    {"label": "待发", "note": "没有网时填的单子", "url": "/waiting/"},
    {"label": "审批授权", "note": "外出时把审批交给别人，别人交给自己的", "url": house_delegations.MINE},
    {"label": "在用的设备", "note": "看看，结束不认识的", "url": "/me/sessions/"},
    {"label": "通知设置", "note": "发到哪里，什么时候不打扰", "url": "/me/notices/"},
    {"label": "改密码", "note": "", "url": "/me/password/"},
    {"label": "两步验证", "note": "登录时再要一个验证码", "url": "/me/second/"},
    {"label": "接口令牌", "note": "让别的程序替自己查和办", "url": "/me/tokens/"},
)


OUTSIDE = {"label": "外部账号", "note": "不用密码，用别处的账号登录", "url": outside.MINE}


@access.login
def page(request: access.Request) -> HttpResponse:
    """/me/"""
    held = request.person.holdings.filter(held_on(access.today(request))).values("post_id")
    duties = Duty.objects.filter(post_id__in=held, ended_at=None).order_by("post__rank", "pk")
    lines = [*LINES, OUTSIDE] if outside.concerns(request) else LINES
    context = {
        "duties": duties, "person": request.person, "lines": lines, "logout_url": "/logout/", "tab": "me",
    }  # fmt: skip
    return render(request, "ui/me.html", context)


@access.login
def registers(request: access.Request) -> HttpResponse:
    """/registers/: every list and page the person may open, by group, and what can be opened anew."""
    codes = access.codes(request)
    found = []
    for title in GROUPS:
        items = [item for area in areas() if area.group == title for item in _items(area, codes)]
        items += [
            item
            for area in areas()
            if area.group != title
            for item in menu.own_lines(area, codes)
            if item["group"] == title
        ]
        if items:
            found.append({"title": title, "rows": items})
    context = {
        "groups": found,
        "openings": openings(access.act(request)),
        "tab": "registers",
        "labels": "house-keeper" in codes,
    }
    return render(request, "ui/registers.html", context)


def _items(area: Area, codes: frozenset[str]) -> list[dict[str, str]]:
    rows = [
        {"label": r.name, "icon": r.icon, "url": f"/{area.key}/{r.key}/"}
        for r in area.registers
        if not r.group or r.group == area.group
        if menu.allowed(r.duties, codes)
    ]
    return rows + [
        {"label": p.label, "icon": p.icon or area.icon, "url": p.url(area.key)}
        for p in area.pages
        if p.label and (not p.group or p.group == area.group) and menu.allowed(p.duties, codes)
    ]
