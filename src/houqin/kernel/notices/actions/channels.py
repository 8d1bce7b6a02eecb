"""Opening and changing the ways out. A secret that was typed is never shown again, nor sent elsewhere."""

from django.db import transaction

from ... import outbound, sealed
from ...act import Act
from ...audit import actions as audit
from ...errors import Refused
from ...people.models import Post
from ..models import Channel, Delivery, Notice, NoticeChoice
from . import mails

MARKS = {"wecom": "key=", "dingtalk": "access_token=", "feishu": "/hook/"}  # what a robot's address contains


@transaction.atomic
def open_channel(
    *, kind: str, name: str, address: str, secret: str, account: str, post: Post | None, act: Act
) -> Channel:
    """A robot by its Webhook address, or a mail server by host:port."""
    host = _host(kind, address, account)
    return audit.add(
        Channel, kind=kind, name=name, host=host, address=sealed.close("channel", address),
        secret=sealed.close("channel", secret), account=account, post=post, act=act,
    )  # fmt: skip


def change_channel(
    channel: Channel, *, name: str, post: Post | None, act: Act, seen: dict[str, str] | None = None
) -> Channel:
    return audit.change(channel, name=name, post=post, seen=seen, act=act)


@transaction.atomic
def readdress(channel: Channel, *, address: str, secret: str, act: Act) -> Channel:
    """换地址或密钥: what is left empty stays, but a secret does not follow to another host."""
    if not (address or secret):
        raise Refused("地址和密钥都没有填，没有改。", field="address")
    host = _host(channel.kind, address, channel.account) if address else channel.host
    if host != channel.host and channel.secret and not secret:
        raise Refused("换了服务器，密钥要重新填一遍，没有保存。", field="secret")
    row = audit.change(channel, host=host, act=act)
    for field, text in (("address", address), ("secret", secret)):
        if text:
            Channel.objects.filter(pk=row.pk).update(**{field: sealed.close("channel", text)})
            audit.note(row, f"{field}_typed", sealed.masked(text), act=act)
    Channel.objects.filter(pk=row.pk).update(held_until=None, failures=0)
    row.refresh_from_db()
    return row


def switch(channel: Channel, *, on: bool, act: Act) -> Channel:
    return audit.change(channel, active=on, act=act)


def switch_on(channel: Channel, *, act: Act) -> Channel:
    return switch(channel, on=True, act=act)


def switch_off(channel: Channel, *, act: Act) -> Channel:
    """停用: nothing new is laid for it, what waits goes on waiting."""
    return switch(channel, on=False, act=act)


@transaction.atomic
def try_out(channel: Channel, *, act: Act) -> Delivery:
    """发一条试试: by the same way as any other; held channels are tried at once."""
    chosen = NoticeChoice.objects.filter(person=act.by).exclude(mail="").exists()
    if channel.kind == Channel.MAIL and not chosen:
        raise Refused("你自己的邮箱还没填，或者还没验证，没有发。先在“我的”通知设置里填。")
    Channel.objects.filter(pk=channel.pk).update(held_until=None)
    notice = Notice.objects.create(
        to=act.by, text=f"渠道“{channel}”试发", outside="试发", laid=1, posted_at=act.at
    )
    return Delivery.objects.create(notice=notice, channel=channel, next_at=act.at)


@transaction.atomic
def choose(
    *, kinds: list[str], mail: str, quiet_from: object, quiet_to: object, daily: object, act: Act
) -> NoticeChoice:
    """通知设置 of oneself. Not a card: nothing of the house depends on it, so no change is recorded.

    A mail address that is new is told a code, and nothing else until it is proved.
    """
    if (quiet_from is None) != (quiet_to is None):
        raise Refused("免打扰要填开始和结束两个时间，没有保存。", field="quiet_to")
    values = {"kinds": kinds, "quiet_from": quiet_from, "quiet_to": quiet_to, "daily": daily}
    return mails.write(mail, values, act)


def _host(kind: str, address: str, account: str) -> str:
    """The host (and port) of an address; refuses one that cannot be right or may not be reached."""
    if kind == Channel.MAIL:
        host, _, port = address.rpartition(":")
        if not (host and port.isascii() and port.isdigit() and account):
            raise Refused(
                "邮件要填服务器和端口（例如 smtp.exmail.qq.com:465）和发件邮箱，没有保存。", field="address"
            )
        return _listed(host, int(port), address)
    try:
        where = outbound.split(address)
    except outbound.Unreachable:
        raise Refused("机器人的地址要以 https:// 开头，整条抄来，没有保存。", field="address") from None
    if MARKS[kind] not in address:
        raise Refused(
            f"这不像{dict(Channel.KINDS)[kind]}机器人的地址，没有保存。整条抄来再填。", field="address"
        )
    return _listed(str(where.hostname), outbound.port_of(where), where.netloc)


def _listed(host: str, port: int, shown: str) -> str:
    if not outbound.is_listed(host, port):
        raise Refused(
            f"“{host}”不在准许往外连的地址里，没有保存。请管电脑的人加进 HOUQIN_OUTBOUND，重启再来。",
            field="address",
        )
    return shown
