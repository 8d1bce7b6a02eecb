"""授权: one's own decisions given to another for a time, and taken back early."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ... import wording
from ...act import Act
from ...audit import actions as audit
from ...errors import NotYours, Overtaken, Refused
from ...matters.models import READS_ONLY
from ...notices import actions as notices
from ...people import rights
from ...people.granting import OPENS
from ...people.models import Person
from ...people.queries import active, duty_codes
from .. import queries
from ..models import Delegation

LONGEST = timedelta(days=366)
LINK = "/house/delegations/"


@transaction.atomic
def delegate(
    *, taker: Person, kind: str, cap_fen: int, from_at: datetime, to_at: datetime, deed: str, act: Act
) -> Delegation:
    """Give one's own decisions to another for a time; what was given to oneself cannot be passed on."""
    Person.objects.select_for_update().get(pk=act.by.pk)  # two at once are asked one after the other
    if not queries.decides(act.by, kind, act.day):
        said = "别人授权给你的，不能再转给别人，没有保存。" if act.by.taken.filter(kind=kind).exists() else ""
        raise NotYours(said or "这种单据现在不归你批，没有可以授权的，没有保存。")
    _refuse_taker(taker, act)
    if cap_fen <= 0:
        raise Refused("单笔上限要大于 0，没有保存。", field="cap_fen")
    if not deed.strip():
        raise Refused("没有写依据，没有保存。写明为什么、哪里定的。", field="deed")
    _refuse_period(from_at, to_at, act)
    _refuse_overlap(taker, kind, from_at, to_at, act)
    made = audit.add(
        Delegation, giver=act.by, taker=taker, kind=kind, cap_fen=cap_fen, from_at=from_at, to_at=to_at,
        deed=deed.strip(), act=act,
    )  # fmt: skip
    rights.changed()
    said = f"{act.by}把审批授权给你：{_period(made)}，单笔不超过 {wording.yuan(cap_fen)}"
    notices.post(taker, said, outside="审批授权", link=f"{LINK}{made.pk}/", act=act)
    return made


@transaction.atomic
def end_delegation(delegation: Delegation, *, act: Act) -> Delegation:
    """提前结束, by who gave it: from this moment the taker decides nothing more; what he decided stands."""
    fresh = Delegation.objects.select_for_update().select_related("giver", "taker").get(pk=delegation.pk)
    if fresh.giver_id != act.by.pk:
        raise NotYours(f"这份授权是{fresh.giver}给的，没有结束。请{fresh.giver}来办。")
    if fresh.ended_at or fresh.to_at <= act.at:
        raise Overtaken("这份授权已经结束了，没有再改。")
    ended = audit.change(fresh, ended_at=act.at, act=act)
    rights.changed()
    said = f"{fresh.giver}结束了给你的审批授权"
    notices.post(fresh.taker, said, outside="审批授权结束", link=f"{LINK}{fresh.pk}/", act=act)
    return ended


def _refuse_taker(taker: Person, act: Act) -> None:
    """To another who is here, can log in and may write; never to who opens logins (roles.md 4.3, 11)."""
    if taker.pk == act.by.pk:
        raise Refused("不能授权给自己，没有保存。换一个人。", field="taker")
    if not active(act.day).filter(pk=taker.pk).exists():
        raise Refused(f"{taker}不在岗，没有保存。换一个人。", field="taker")
    codes = duty_codes(taker, act.day)
    if READS_ONLY in codes:
        raise Refused(f"{taker}只能看不能办，没有保存。换一个人。", field="taker")
    if OPENS in codes:
        raise Refused(f"{taker}管开户授权，不能再审批业务，没有保存。换一个人。", field="taker")
    if taker.user is None or not taker.user.is_active:
        raise Refused(f"{taker}还不能登录，没有保存。先请系统管理员给他开户，或者换一个人。", field="taker")


def _refuse_period(from_at: datetime, to_at: datetime, act: Act) -> None:
    if to_at <= from_at:
        raise Refused("授权到的时间比起的时间早，没有保存。改一下起止。", field="to_on")
    if from_at < act.at:
        raise Refused("授权不能从过去起，没有保存。从现在起，或者往后写。", field="from_on")
    if to_at - from_at > LONGEST:
        raise Refused("一份授权最长一年，没有保存。改短，到期再办。", field="to_on")


def _refuse_overlap(taker: Person, kind: str, from_at: datetime, to_at: datetime, act: Act) -> None:
    rows = Delegation.objects.filter(
        giver=act.by, taker=taker, kind=kind, ended_at=None, from_at__lt=to_at, to_at__gt=from_at
    )
    if there := rows.order_by("pk").first():
        raise Refused(
            f"已经授权给{taker}了（{_period(there)}），时间有重叠，没有保存。先结束那一份，或者改起止。",
            field="taker",
        )


def _period(delegation: Delegation) -> str:
    return f"{_day(delegation.from_at)} 到 {_day(delegation.to_at - timedelta(seconds=1))}"


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
