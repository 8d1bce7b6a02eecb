"""验证邮箱: an address that was typed gets a code first, and is told nothing else until its reader types it."""

import hmac
from typing import Any

from ...act import Act
from ...doors import actions as doors
from ...errors import Refused
from ..models import Delivery, Notice, NoticeChoice
from ..outside import GOOD_FOR, PROOF, code_for
from ..queries import mail_channel

ASKED, TRIED = 5, 10  # codes sent, and typed, of one person an hour
PAGE = "/me/notices/mail/"
NO_CHANNEL = "学校还没有能用的邮件渠道，没有保存。系统管理员加了邮件渠道再填邮箱。"


def write(mail: str, values: dict[str, Any], act: Act) -> NoticeChoice:
    """The choice of who acts; another mail than the proved one is asked for, the proved one stays till
    then."""
    before = NoticeChoice.objects.filter(person=act.by).first() or NoticeChoice(person=act.by)
    if mail in {"", before.mail}:
        values |= {"mail": mail, "mail_asked": "", "mail_asked_at": None}
    elif mail != before.mail_asked or over(before, act):
        _send_code(mail, act)
        values |= {"mail_asked": mail, "mail_asked_at": act.at}
    return NoticeChoice.objects.update_or_create(person=act.by, defaults=values)[0]


def over(choice: NoticeChoice, act: Act) -> bool:
    return choice.mail_asked_at is None or act.at > choice.mail_asked_at + GOOD_FOR


def _send_code(mail: str, act: Act) -> None:
    """By the outbox, like everything; the code is made when it is sent."""
    channel = mail_channel(act.by, act.day)
    if channel is None:
        raise Refused(NO_CHANNEL, field="mail")
    doors.count_try("mail-asked", str(act.by.pk), limit=ASKED, seconds=3600, act=act)
    notice = Notice.objects.create(
        to=act.by, text=f"验证码发到 {mail}，收到了填进来", outside=PROOF, laid=1, link=PAGE, posted_at=act.at
    )
    Delivery.objects.create(notice=notice, channel=channel, next_at=act.at)


def prove(*, code: str, act: Act) -> NoticeChoice:
    """验证: the code of the newest letter; from now on notices go there."""
    doors.count_try("mail-code", str(act.by.pk), limit=TRIED, seconds=3600, act=act)
    choice = NoticeChoice.objects.filter(person=act.by).exclude(mail_asked="").first()
    if choice is None or over(choice, act):
        raise Refused("没有等着验证的邮箱，或者验证码过期了。回到通知设置再保存一次，会发新的。")
    if not hmac.compare_digest(code_for(choice).encode(), code.encode()):
        raise Refused("验证码不对，邮箱还没有启用。看最新那封信里的六位数字。", field="code")
    asked = NoticeChoice.objects.filter(pk=choice.pk, mail_asked_at=choice.mail_asked_at)
    asked.update(mail=choice.mail_asked, mail_asked="", mail_asked_at=None)
    choice.refresh_from_db()
    return choice
