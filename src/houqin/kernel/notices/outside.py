"""What is said outside the house: how many, which numbers and steps, and our own address. Nobody's name."""

from django.conf import settings

from ..log import log_safe
from .models import Delivery

SHOWN = 10
HARMLESS = str.maketrans("@<>[]()#*_`&./\\", "＠＜＞［］（）＃＊＿｀＆．／＼")


def neutral(text: str) -> str:
    """One line in which a chat finds no mention, no link and no markup (A44)."""
    return log_safe(text).translate(HARMLESS).replace("://", "：／／")


def text(deliveries: list[Delivery]) -> str:
    """One message for all that is due: the count, up to ten lines, the way back."""
    lines = [neutral(one.notice.outside) for one in deliveries[:SHOWN]]
    more = [f"另有 {len(deliveries) - SHOWN} 条"] if len(deliveries) > SHOWN else []
    return "\n".join([subject(deliveries), *lines, *more, f"{settings.URL}/notices/"])


def subject(deliveries: list[Delivery]) -> str:
    return f"后勤：有 {len(deliveries)} 条通知等着看"
