"""外部登录: the services by whose word one may come in; and, on a person's card, who somebody is over there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from houqin.kernel import sealed
from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.people.actions import keeping, outside
from houqin.kernel.people.models import OutsideAccount, OutsideLogin, Person
from houqin.kernel.people.outside import PURPOSE, reading

from .fields import SlipForm
from .house_channels import is_off, is_on
from .house_logins import ACCOUNTS, Plain, is_open
from .house_places import OFFICE
from .register.declare import Card, CardSlip, Column, Empty, Register

AGENT = "只有企业微信要填"


class Rename(SlipForm):
    name = forms.CharField(label="名称", max_length=20, help_text="登录页的按钮上写“用…登录”，例如：钉钉")


class NewService(Rename):
    kind = forms.ChoiceField(label="种类", choices=OutsideLogin.KINDS)
    client_id = forms.CharField(
        label="应用编号",
        max_length=200,
        help_text="企业微信填企业 ID，钉钉填 Client ID，飞书填 App ID，OIDC 填 client_id",
    )
    secret = forms.CharField(label="应用密钥", max_length=200, help_text="存下以后不再显示")
    agent = forms.CharField(label="AgentId", max_length=20, required=False, help_text=AGENT)
    address = forms.CharField(
        label="地址", max_length=200, required=False, help_text="OIDC 填 issuer；别的只有自己部署的才填"
    )
    field_order = ("kind", "name", "client_id", "secret", "agent", "address")


class Rekey(SlipForm):
    secret = forms.CharField(label="应用密钥", max_length=200, required=False, help_text="不改就空着")
    agent = forms.CharField(label="AgentId", max_length=20, required=False, help_text=AGENT)


def all_services(person: Person, at: datetime) -> QuerySet[OutsideLogin]:
    return OutsideLogin.objects.all()


def service_state(service: OutsideLogin) -> dict[str, str]:
    if service.active:
        return {"label": "在用", "tone": "green", "icon": "circle-check"}
    return {"label": "停用", "tone": "", "icon": "circle-dashed"}


def facts(service: OutsideLogin, act: Act) -> list[Fact]:
    count = service.accounts.using("reader").filter(unlinked_at=None).count()
    back = f"{settings.URL.rstrip('/')}{reverse('login-back', args=(service.pk,))}"
    return [
        Fact("种类", service.get_kind_display()),
        Fact("应用编号", service.client_id, code=True),
        *([Fact("AgentId", service.agent, code=True)] if service.agent else []),
        Fact("应用密钥", sealed.masked(sealed.opened(PURPOSE, service.secret)) or "打不开，重新填"),
        *([Fact("地址", service.address)] if service.address else []),
        Fact("回调地址", back),
        Fact("关联了", f"{count} 人"),
        Fact("最后的回答", service.last_answer),
    ]


OUTSIDE = Register(
    key="outside",
    name="外部登录",
    model=OutsideLogin,
    icon="key",
    rows=all_services,
    columns=(
        Column("名称", "name", sort="name", on="title"),
        Column("种类", "kind", choices=tuple(OutsideLogin.KINDS), on="note"),
        Column("应用编号", "client_id", kind="code", on="note"),
        Column("启用", "active", kind="yes"),
        Column("最后的回答", "last_answer", on="note"),
    ),
    search=("name",),
    hint="名称",
    order="pk",
    duties=OFFICE,
    slips=(
        CardSlip("new", "加外部登录", NewService, outside.open_login, ACCOUNTS, "plus", fresh=True,
                 says="加好先是停用的：把卡片上的回调地址填到那边去，再启用。"),
        CardSlip("rename", "改名称", Rename, outside.rename, ACCOUNTS),
        CardSlip("rekey", "换密钥", Rekey, outside.rekey, ACCOUNTS, "key", fresh=True),
        CardSlip("switch-off", "停用", Plain, outside.switch_off, ACCOUNTS, "ban", when=is_on, fresh=True,
                 says="登录页不再有它的按钮；关联过的留着，启用以后接着用。"),
        CardSlip("switch-on", "启用", Plain, outside.switch_on, ACCOUNTS, "circle-check", when=is_off,
                 fresh=True, says="登录页上有它的按钮。关联过的人才进得来。"),
    ),
    card=Card(facts, state=service_state),
    empty=Empty("没有外部登录", "大家用账号和密码登录。要用企业微信、钉钉、飞书或统一身份认证登录，由系统管理员在这里加。"),
)  # fmt: skip

# ── on a person's card ──────────────────────────────────────────────────────────────────────────────────────


class LinkForm(SlipForm):
    login = forms.ModelChoiceField(label="外部登录", queryset=OutsideLogin.objects.none())
    subject = forms.CharField(
        label="那边的编号",
        max_length=255,
        help_text="企业微信填账号（UserId），钉钉填 unionId，飞书填 open_id，OIDC 填 sub",
    )


class UnlinkForm(SlipForm):
    account = forms.ModelChoiceField(label="外部账号", queryset=OutsideAccount.objects.none())


def services_listed(act: Act, person: Person | None) -> dict[str, Any]:
    return {"login": reading.offered_to(person) if person else OutsideLogin.objects.none()}


def accounts_listed(act: Act, person: Person | None) -> dict[str, Any]:
    return {"account": reading.of(person) if person else OutsideAccount.objects.none()}


def may_link(person: Person) -> bool:
    return is_open(person) and reading.offered_to(person).exists()


def is_linked(person: Person) -> bool:
    return reading.of(person).exists()


def state_of(person: Person) -> str:
    return "、".join(str(account) for account in reading.of(person))


SLIPS = (
    CardSlip("link-outside", "关联外部账号", LinkForm, keeping.link_outside, ACCOUNTS, "key",
             choices=services_listed, when=may_link, fresh=True, says="编号要核对清楚：关联以后，那边的这个账号就能以他的身份登录。"),
    CardSlip("unlink-outside", "解除外部账号", UnlinkForm, keeping.unlink_outside, ACCOUNTS, "ban",
             choices=accounts_listed, when=is_linked, fresh=True, says="以后不能用它登录；账号和密码照旧。"),
)  # fmt: skip
