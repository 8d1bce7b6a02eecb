"""What is said outside the house: how many, which numbers and steps, and our own address. Nobody's name."""

from datetime import timedelta

from django.conf import settings

from .. import sealed
from ..log import log_safe
from .models import Delivery, NoticeChoice

SHOWN = 10  # of a kind
PROOF = "验证邮箱"
GOOD_FOR = timedelta(minutes=30)  # how long a code proves an address
HARMLESS = str.maketrans("@<>[]()#*_`&./\\", "＠＜＞［］（）＃＊＿｀＆．／＼")


def neutral(text: str) -> str:
    """One line in which a chat finds no mention, no link and no markup (A44)."""
    return log_safe(text).translate(HARMLESS).replace("://", "：／／")


def text(deliveries: list[Delivery]) -> str:
    """One message for all that is due: the count, a line for each kind, the way back."""
    kinds: dict[str, list[str]] = {}
    for said in _said(deliveries):
        kind, _, rest = neutral(said).partition(" ")
        kinds.setdefault(kind, []).append(rest)
    lines = [_of_kind(kind, rests) for kind, rests in kinds.items()]
    return "\n".join([subject(deliveries), *lines, f"{settings.URL}/notices/"])


def _said(deliveries: list[Delivery]) -> list[str]:
    """What several were told of one step is said once in a group."""
    told = dict.fromkeys((one.notice.posted_at, one.notice.outside) for one in deliveries)
    return [said for _, said in told]


def _of_kind(kind: str, rests: list[str]) -> str:
    """报修 2 条：BX2026-0001 派工、BX2026-0002 修好."""
    if len(rests) == 1:
        return f"{kind} {rests[0]}".strip()
    said = "、".join(rest for rest in rests[:SHOWN] if rest)
    more = f"，另有 {len(rests) - SHOWN} 条" if len(rests) > SHOWN else ""
    return f"{kind} {len(rests)} 条" + (f"：{said}{more}" if said else "")


def code_for(choice: NoticeChoice) -> str:
    """The code that proves the address asked for."""
    assert choice.mail_asked_at is not None
    return sealed.code(
        "mail", f"{choice.person_id} {choice.mail_asked} {choice.mail_asked_at.timestamp():.6f}"
    )


def letter_of_code(choice: NoticeChoice) -> str:
    minutes = int(GOOD_FOR.total_seconds()) // 60
    return f"{code_for(choice)}\n填在后勤的通知设置里，{minutes} 分钟内有效。不是你填的邮箱，不用管这封信。"


def subject(deliveries: list[Delivery]) -> str:
    return f"后勤：有 {len(_said(deliveries))} 条通知等着看"
