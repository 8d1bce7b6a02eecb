"""设置: everything an administrator sets, under one entry of the menu, each with what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from . import access, figures, menu, tokens
from .house_calendar import DAYS, PERIODS, TERMS
from .house_channels import CHANNELS, DELIVERIES
from .house_delegations import DELEGATIONS
from .house_logins import ACCOUNTS
from .house_outside import OUTSIDE
from .house_places import LABELS, OFFICE, SCHOOL
from .house_posts import DUTIES, HOLDINGS, POSTS
from .house_tiers import TIERS
from .register.declare import Register

SECTIONS: tuple[tuple[str, tuple[tuple[Register, str], ...]], ...] = (
    ("学校", ((SCHOOL, "校名、总务处电话、地址"), (TERMS, "从哪天到哪天"), (DAYS, "放假、补课，哪天算工作日"),
              (PERIODS, "一天几节课，各在几点"), (LABELS, "贴在门上的码"))),
    ("岗位", ((POSTS, "有哪些岗位"), (DUTIES, "岗位管什么，能在这里办什么"), (HOLDINGS, "谁在哪个岗位，谁替他"))),
    ("审批", ((TIERS, "多少钱由谁批，从哪天起"), (DELEGATIONS, "谁把审批交给了谁，到哪天"))),
    ("通知", ((CHANNELS, "把通知发到群里、邮箱里"), (DELIVERIES, "发出去的、等着的、没发成的"))),
    ("登录", ((OUTSIDE, "不用密码，用企业微信、钉钉、飞书的账号进来"),)),
)  # fmt: skip
OTHERS = (
    ("数值", "adjustments-horizontal", "/house/figures/", "期限、次数，学校自己定的数", figures.MAY_SEE),
    ("接口令牌", "key", tokens.ALL, "哪些程序能用后勤，不认识的作废", ACCOUNTS),
)


@require_GET
@access.duty(*OFFICE)
def page(request: access.Request) -> HttpResponse:
    """/house/settings/"""
    codes = access.codes(request)
    found = [(title, [line(*each) for each in rows if seen(each[0], codes)]) for title, rows in SECTIONS]
    found.append(("别的", list(others(codes))))
    groups = [{"title": title, "rows": rows} for title, rows in found if rows]
    return render(request, "ui/settings.html", {"groups": groups})


def seen(register: Register, codes: frozenset[str]) -> bool:
    return menu.allowed(register.duties, codes)


def line(register: Register, note: str) -> dict[str, Any]:
    url = f"/house/{register.key}/"
    return {"label": register.name, "icon": register.icon, "url": url, "note": note}


def others(codes: frozenset[str]) -> Iterator[dict[str, Any]]:
    for label, icon, url, note, duties in OTHERS:
        if menu.allowed(duties, codes):
            yield {"label": label, "icon": icon, "url": url, "note": note}
