"""Sending what is due. At least once: who is killed between the sending and the writing down sends again.

Rows are claimed by one conditional update for a time, sent outside any transaction, and settled by their
claim. A channel that fails is left alone for a while and its rows wait, in their order.
"""

import secrets
from datetime import timedelta
from itertools import groupby

from django.db.models import F, Q

from ... import sealed
from ...act import Act
from ...audit import actions as audit
from ...doors import actions as doors
from ...errors import Overtaken, TooMany
from ...people.models import Person
from ...people.queries import account_keepers
from ...school.queries import school
from .. import outside, timing, ways
from ..models import Channel, Delivery, NoticeChoice
from ..ways import mail
from ..ways.robots import ROBOTS
from . import post

LEASE = timedelta(minutes=10)
WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 720)]  # after the first failure, the second …
DOWN_WAITS = WAITS[:4]  # a service that does not answer is asked again within two hours, however long gone
MOST_TRIES = len(WAITS) + 1  # of one row that the service refuses
KEPT = timedelta(days=7)  # older ones are given up: the notice itself is in the house
RUN, A_MINUTE = 200, 18  # rows of a channel a round; messages of a channel a minute
TOLD_AT = 3  # failures in a row after which the administrator hears of it


def deliver(*, act: Act) -> int:
    """One round over every channel not held; answers how many rows were sent. A demo sends nothing."""
    if school().is_demo:
        return 0
    open_now = Q(held_until=None) | Q(held_until__lte=act.at)
    return sum(_round(one, act) for one in Channel.objects.filter(open_now, active=True).order_by("pk"))


def again(delivery: Delivery, *, act: Act) -> Delivery:
    """重发: one that was given up is tried anew."""
    fresh = Delivery.objects.filter(pk=delivery.pk, state=Delivery.DEAD)
    if not fresh.update(state=Delivery.WAITING, tries=0, next_at=act.at):
        raise Overtaken("这一条没有停，不用重发。看看它现在的状态。")
    audit.note(delivery, "sent_again", "重发", act=act)
    delivery.refresh_from_db()
    return delivery


def _to_go(channel: Channel, act: Act) -> Q:
    """What is due, and what somebody had in hand when he was killed."""
    left = Q(state=Delivery.SENDING, claimed_until__lt=act.at)
    return Q(channel=channel) & (Q(state=Delivery.WAITING, next_at__lte=act.at) | left)


def _round(channel: Channel, act: Act) -> int:
    due = list(
        Delivery.objects.filter(_to_go(channel, act)).select_related("notice__to").order_by("pk")[:RUN]
    )
    choices = {c.person_id: c for c in NoticeChoice.objects.filter(person__in={d.notice.to_id for d in due})}
    sent = 0
    for parcel in _parcels(channel, _postponed(due, choices, act)):
        mine = _claimed(parcel, channel, act)
        if not mine:
            continue
        said = _send(channel, mine, choices, act)
        _settle(channel, mine, said, act)
        if said.outcome == ways.SENT:
            sent += len(mine)
        elif _holds(channel, said):
            break
    return sent


def _postponed(due: list[Delivery], choices: dict[int, NoticeChoice], act: Act) -> list[Delivery]:
    """Those that may go now; the others are put off to the end of their person's quiet hours."""
    now = []
    for one in due:
        choice = None if _proves(one) else choices.get(one.notice.to_id)
        when = timing.after_quiet(choice, act.at)
        if when > act.at:
            Delivery.objects.filter(pk=one.pk, state=Delivery.WAITING).update(next_at=when)
        else:
            now.append(one)
    return now


def _parcels(channel: Channel, due: list[Delivery]) -> list[list[Delivery]]:
    """One message for a group, or one for each person: what is due at once is said at once."""
    if channel.kind != Channel.MAIL:
        return [due] if due else []
    ordered = sorted(due, key=lambda one: (*_reader(one), one.pk))
    return [list(rows) for _, rows in groupby(ordered, key=_reader)]


def _reader(one: Delivery) -> tuple[int, bool]:
    """A code goes to an address of its own."""
    return one.notice.to_id, _proves(one)


def _proves(one: Delivery) -> bool:
    return one.notice.outside == outside.PROOF


def _claimed(parcel: list[Delivery], channel: Channel, act: Act) -> list[Delivery]:
    """What of it is ours for the time of the lease; empty when the channel has said enough this minute."""
    try:
        doors.count_try("channel", str(channel.pk), limit=A_MINUTE, seconds=60, act=act)
    except TooMany:
        return []
    claim = secrets.token_hex(16)
    Delivery.objects.filter(_to_go(channel, act), pk__in=[one.pk for one in parcel]).update(
        state=Delivery.SENDING, claim=claim, claimed_until=act.at + LEASE
    )
    mine = Delivery.objects.filter(claim=claim, state=Delivery.SENDING)
    return list(mine.select_related("notice__to").order_by("pk"))


def _send(channel: Channel, mine: list[Delivery], choices: dict[int, NoticeChoice], act: Act) -> ways.Said:
    address, secret = sealed.opened("channel", channel.address), sealed.opened("channel", channel.secret)
    if not address or (channel.secret and not secret):
        return ways.Said(ways.DOWN, "地址或密钥打不开，重新填一次")
    text = outside.text(mine)
    if channel.kind != Channel.MAIL:
        return ROBOTS[channel.kind](address, secret, text, act.at)
    to, subject, text = _letter(mine, choices.get(mine[0].notice.to_id), text)
    if not to:
        return ways.Said(ways.REFUSED, "没有填邮箱")
    name = f"houqin.{'.'.join(str(one.pk) for one in mine[:3])}.{len(mine)}"
    return mail.send(address, channel.account, secret, to=to, subject=subject, text=text, name=name)


def _letter(mine: list[Delivery], choice: NoticeChoice | None, text: str) -> tuple[str, str, str]:
    """To whom, about what, and the words; an address not yet proved is told its code only."""
    if choice is None:
        return "", "", ""
    if not _proves(mine[0]):
        return choice.mail, outside.subject(mine), text
    if not choice.mail_asked:
        return "", "", ""
    return choice.mail_asked, "后勤：验证码", outside.letter_of_code(choice)


def _holds(channel: Channel, said: ways.Said) -> bool:
    """A refused mail address is that person's affair; all else concerns the whole channel."""
    return channel.kind != Channel.MAIL or said.outcome == ways.DOWN


def _settle(channel: Channel, mine: list[Delivery], said: ways.Said, act: Act) -> None:
    rows = Delivery.objects.filter(claim=mine[0].claim, state=Delivery.SENDING)
    card = Channel.objects.filter(pk=channel.pk)
    code = said.code[:120]
    if said.outcome == ways.SENT:
        rows.update(state=Delivery.SENT, sent_at=act.at, answer=code, claimed_until=None)
        card.update(failures=0, held_until=None, last_answer=code, last_sent_at=act.at)
        return
    if said.outcome == ways.REFUSED:
        rows.update(tries=F("tries") + 1)
    holds = _holds(channel, said)
    failures = channel.failures + 1 if holds else mine[0].tries + 1
    waits = DOWN_WAITS if said.outcome == ways.DOWN else WAITS
    later = act.at + waits[min(failures, len(waits)) - 1]
    gone = rows.filter(Q(tries__gte=MOST_TRIES) | Q(notice__posted_at__lt=act.at - KEPT))
    stopped = Delivery.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(
        state=Delivery.DEAD, answer=code, claimed_until=None
    )
    rows.update(state=Delivery.WAITING, next_at=later, answer=code, claimed_until=None)
    if holds:
        card.update(failures=failures, held_until=later, last_answer=code)
    if stopped or (holds and failures == TOLD_AT):
        _tell(channel, code, stopped, act)


def _tell(channel: Channel, code: str, stopped: int, act: Act) -> None:
    """The administrators, inside the house: nothing goes out about what does not go out."""
    what = f"停了 {stopped} 条" if stopped else "先等着，会再试"
    keepers: list[Person] = list(account_keepers(act.day))
    for person in keepers:
        post(
            person,
            f"渠道“{channel}”发不出去（{code}），{what}",
            link=f"/house/channels/{channel.pk}/",
            act=act,
        )
