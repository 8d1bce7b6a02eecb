"""Signing an event of a matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """How it was signed: by login, on a pad, or on paper;
    `png` is the drawing, or where it is kept already."""

    way: str
    png: bytes | attachments.Kept | None = None


def keep(signed: Signed) -> Signed:
    """Trim and store the drawing, for before the transaction; refuses an empty pad."""
    if signed.way not in dict(Signature.WAYS):
        raise Refused("签名方式不对，没有保存。用点一下签、手写或者纸质。")
    if signed.way == "login":
        return replace(signed, png=None)
    if signed.way == "pad" and not signed.png:
        raise Refused("签名处是空的，没有保存。签好再交。")
    return (
        replace(signed, png=attachments.keep_drawing(signed.png)) if isinstance(signed.png, bytes) else signed
    )


@transaction.atomic
def sign(
    event: Event, signed: Signed, says: str, act: Act, signer: Person | None = None,
    device_holder: Person | None = None,
) -> Signature:  # fmt: skip
    """Sign the sentence `says`; the signer is who acts, if nobody else is named.

    Refuses an empty pad, and a login's signature for anybody but its owner. On another's device the signature
    keeps whose login it ran under, told or not.
    """
    signer = signer or act.by
    if signed.way == "login" and signer.pk != act.by.pk:
        raise NotYours(f"点一下签只能签自己的名，没有保存。请{signer}手写，或者用自己的登录来签。")
    drawn = keep(signed).png
    holder = device_holder or (act.by if act.by.pk != signer.pk else None)
    return entries.write(
        Signature, event=event, signer=signer, device_holder=holder, way=signed.way, says=says[:200],
        drawing=attachments.blob_of(drawn, act) if isinstance(drawn, attachments.Kept) else None, at=act.at,
    )  # fmt: skip
