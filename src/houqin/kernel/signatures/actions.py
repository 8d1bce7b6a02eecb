"""Signing an event of a matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from .. import entries
from ..act import Act
from ..attachments import actions as attachments
from ..errors import NotYours, Refused
from ..people.models import Person
from .models import Signature

if TYPE_CHECKING:
    from ..matters.models import Event


@dataclass(frozen=True)
class Signed:
    """How it was signed: by the login itself, on a pad (`png` is the drawing), or on paper."""

    way: str
    png: bytes | attachments.Kept | None = None


def sign(
    event: Event, signer: Person, signed: Signed, says: str, act: Act, device_holder: Person | None = None
) -> Signature:
    """Sign the sentence `says`. Refuses an empty pad, and a login's signature for anybody but its owner.

    On another's device the signature keeps whose login it ran under, told or not.
    """
    if signed.way not in dict(Signature.WAYS):
        raise Refused("签名方式不对，没有保存。用登录确认、手写或者纸质。")
    if signed.way == "login" and signer.pk != act.by.pk:
        raise NotYours(f"登录确认只能签自己的名，没有保存。请{signer}手写签名，或者用自己的登录来签。")
    if signed.way == "pad" and not signed.png:
        raise Refused("签名处是空的，没有保存。签好再交。")
    drawn = _drawn(signed)
    holder = device_holder or (act.by if act.by.pk != signer.pk else None)
    with transaction.atomic():
        return entries.write(
            Signature, event=event, signer=signer, device_holder=holder, way=signed.way, says=says[:200], at=act.at,
            drawing=attachments.blob_of(drawn, act) if drawn else None,
        )  # fmt: skip


def _drawn(signed: Signed) -> attachments.Kept | None:
    """The drawing in the store; a login needs none."""
    if signed.way == "login" or not signed.png:
        return None
    return signed.png if isinstance(signed.png, attachments.Kept) else attachments.keep_drawing(signed.png)
