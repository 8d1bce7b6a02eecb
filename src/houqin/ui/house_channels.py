"""渠道、发件: the ways by which notices leave the house, what waits, what was given up and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from houqin.kernel import sealed, wording
from houqin.kernel.act import Act
from houqin.kernel.area import Alert, Fact, Morning
from houqin.kernel.notices import queries
from houqin.kernel.notices.actions import channels, outbox
from houqin.kernel.notices.models import Channel, Delivery
from houqin.kernel.people.models import OutsideLogin, Person, Post

from .fields import SlipForm
from .house_logins import ACCOUNTS, Plain
from .house_places import OFFICE
from .register.declare import Card, CardSlip, Column, Empty, Filter, Register, View

WAITING, STOPPED = "/house/deliveries/?view=waiting", "/house/deliveries/?view=dead"
SECRET = "机器人选了“加签”的填签名密钥；邮件填授权码。存下以后不再显示"  # noqa: S105 - a sentence


class ChannelForm(SlipForm):
    name = forms.CharField(label="名称", max_length=40, help_text="例如：维修群")
    post = forms.ModelChoiceField(
        label="哪个岗位的",
        queryset=Post.objects.none(),
        required=False,
        help_text="只发这个岗位的通知；不选就是全校的",
    )


class NewChannel(ChannelForm):
    kind = forms.ChoiceField(label="种类", choices=Channel.KINDS)
    address = forms.CharField(
        label="地址",
        max_length=400,
        help_text="机器人填整条 Webhook 地址；邮件填服务器和端口，如 smtp.exmail.qq.com:465",
    )
    secret = forms.CharField(label="密钥", max_length=200, required=False, help_text=SECRET)
    account = forms.EmailField(label="发件邮箱", required=False, help_text="只有邮件要填")
    field_order = ("kind", "name", "address", "secret", "account", "post")


class Readdress(SlipForm):
    address = forms.CharField(label="地址", max_length=400, required=False, help_text="不改就空着")
    secret = forms.CharField(label="密钥", max_length=200, required=False, help_text=SECRET)


def all_channels(person: Person, at: datetime) -> QuerySet[Channel]:
    return Channel.objects.select_related("post")


def choices(act: Act, channel: Channel | None) -> dict[str, Any]:
    return {"post": Post.objects.order_by("rank", "pk")}


def is_on(row: Channel | OutsideLogin) -> bool:
    return row.active


def is_off(row: Channel | OutsideLogin) -> bool:
    return not row.active


def state_of(channel: Channel) -> dict[str, str]:
    if not channel.active:
        return {"label": "停用", "tone": "", "icon": "circle-dashed"}
    if channel.failures:
        return {"label": "发不出去", "tone": "red", "icon": "alert-circle"}
    return {"label": "在用", "tone": "green", "icon": "circle-check"}


def facts(channel: Channel, act: Act) -> list[Fact]:
    found = queries.unsent(channel.deliveries.using("reader"))
    return [
        Fact("种类", channel.get_kind_display()),
        Fact("服务器", channel.host),
        Fact("地址", sealed.masked(sealed.opened("channel", channel.address)) or "打不开，重新填"),
        Fact("密钥", sealed.masked(sealed.opened("channel", channel.secret)) or "没有"),
        Fact("发件邮箱", channel.account),
        Fact("哪个岗位的", channel.post.name if channel.post else "全校"),
        Fact("等着发", f"{found['waiting']} 条", url=WAITING, note=oldest(found["waiting_since"], act.at)),
        Fact("停了", f"{found['dead']} 条", url=STOPPED, note=oldest(found["dead_since"], act.at)),
        Fact("最后的回答", channel.last_answer),
    ]


def oldest(since: datetime | None, now: datetime) -> str:
    """How long the oldest has not been sent."""
    if since is None:
        return ""
    return f"最早的：{wording.when(since, now)}，到现在{wording.glue(wording.span(now - since))}"


def alerts(morning: Morning) -> Iterator[Alert]:
    """停了, 没发出: for whoever keeps the channels. Where all goes out, nothing is said."""
    if morning.duties.isdisjoint(ACCOUNTS):
        return
    found = queries.unsent(queries.pressing(morning.at))
    for many, since, tone, word, title, url in (
        (found["dead"], found["dead_since"], "red", "停了", "通知发不出去，停了", STOPPED),
        (found["waiting"], found["waiting_since"], "amber", "没发出", "通知一小时以上没发出去", WAITING),
    ):
        if many:
            yield Alert(many, tone, "send", word, title, oldest(since, morning.at), "看", url)


CHANNELS = Register(
    key="channels",
    name="渠道",
    model=Channel,
    icon="bell",
    rows=all_channels,
    columns=(
        Column("名称", "name", sort="name", on="title"),
        Column("种类", "kind", choices=tuple(Channel.KINDS), on="note"),
        Column("服务器", "host", on="place"),
        Column("哪个岗位的", "post__name", empty="全校", on="note"),
        Column("启用", "active", kind="yes"),
        Column("最后发出", "last_sent_at", kind="moment", on="due"),
        Column("最后的回答", "last_answer", on="note"),
    ),
    search=("name",),
    hint="名称",
    order="pk",
    duties=OFFICE,
    slips=(
        CardSlip("new", "加渠道", NewChannel, channels.open_channel, ACCOUNTS, "plus", choices, fresh=True),
        CardSlip("change", "改卡片", ChannelForm, channels.change_channel, ACCOUNTS, choices=choices),
        CardSlip("try", "发一条试试", Plain, channels.try_out, ACCOUNTS, "send", when=is_on,
                 says="马上排进发件，一分钟内发出。发没发成，看「最后的回答」。"),
        CardSlip("readdress", "换地址或密钥", Readdress, channels.readdress, ACCOUNTS, "key", fresh=True,
                 says="换到别的服务器，密钥要重新填一遍。"),
        CardSlip("switch-off", "停用", Plain, channels.switch_off, ACCOUNTS, "ban", when=is_on,
                 says="不再往这里发；等着的留着，启用以后接着发。"),
        CardSlip("switch-on", "启用", Plain, channels.switch_on, ACCOUNTS, "circle-check", when=is_off),
    ),
    card=Card(facts, state=state_of),
    empty=Empty("还没有渠道", "通知在这里面看得到。要发到企业微信、钉钉、飞书的群里，或者发邮件，加一个渠道。"),
)  # fmt: skip

# ── 发件 ────────────────────────────────────────────────────────────────────────────────────────────────────


def all_deliveries(person: Person, at: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.select_related("notice__to", "channel")


def waiting(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.exclude(state__in=[Delivery.SENT, Delivery.DEAD])


def dead(rows: QuerySet, person: Person, at: datetime) -> QuerySet:
    return rows.filter(state=Delivery.DEAD)


def is_dead(delivery: Delivery) -> bool:
    return delivery.state == Delivery.DEAD


def delivery_facts(delivery: Delivery, act: Act) -> list[Fact]:
    return [
        Fact("发什么", delivery.notice.outside),
        Fact("给谁", delivery.notice.to.name),
        Fact("渠道", delivery.channel.name, url=f"/house/channels/{delivery.channel_id}/"),
        Fact("状态", delivery.get_state_display()),
        Fact("试了几次", delivery.tries),
        Fact("最后的回答", delivery.answer),
    ]


DELIVERIES = Register(
    key="deliveries",
    name="发件",
    model=Delivery,
    icon="send",
    rows=all_deliveries,
    columns=(
        Column("发什么", "notice__outside", on="title"),
        Column("给谁", "notice__to__name", on="place"),
        Column("渠道", "channel__name", on="note"),
        Column("状态", "state", choices=tuple(Delivery.STATES), on="due"),
        Column("试了几次", "tries", kind="number"),
        Column("下次", "next_at", kind="moment", shown=False),
        Column("发出时间", "sent_at", kind="moment", on="note"),
        Column("最后的回答", "answer", on="note"),
    ),
    filters=(Filter("state", "状态", "state", choices=tuple(Delivery.STATES)),),
    views=(View("all", "全部"), View("waiting", "等着", waiting), View("dead", "停", dead)),
    search=("notice__outside", "channel__name"),
    hint="编号、渠道",
    duties=OFFICE,
    slips=(
        CardSlip("again", "重发", Plain, outbox.again, ACCOUNTS, "refresh", when=is_dead,
                 says="从头再试，一分钟内发。"),
    ),
    card=Card(delivery_facts),
    empty=Empty("没有发件", "有了渠道，通知就从这里一条一条发出去。"),
)  # fmt: skip
