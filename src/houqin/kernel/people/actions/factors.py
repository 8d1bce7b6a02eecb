"""启用、使用、取消两步验证."""

import base64
import secrets

from django.db import transaction

from ...act import Act
from ...audit import actions as audit
from ...errors import Refused
from .. import factors, rights
from ..models import SecondFactor, SpareCode, User

LETTERS = "bcdfghjkmnpqrstvwxyz23456789"  # nothing that reads like something else


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


@transaction.atomic
def open_factor(user: User, *, secret: str, code: str, act: Act) -> list[str]:
    """启用: the first code proves that the phone has it. Answers the spare codes, shown once."""
    if factors.of(user):
        raise Refused("两步验证已经启用，没有再启用一次。")
    step = factors.step_of(secret, factors.plain(code), act.at) if secret else None
    if step is None:
        raise Refused("验证码不对，没有启用。看手机上现在显示的 6 位数字，再填一次。", field="code")
    audit.add(SecondFactor, user=user, secret=factors.sealed(secret), counter=step, opened_at=act.at, act=act)
    rights.changed()
    return renew_spares(user, act=act)


@transaction.atomic
def renew_spares(user: User, *, act: Act) -> list[str]:
    """Ten new spare codes in place of the old ones."""
    SpareCode.objects.filter(user=user, used_at=None).update(used_at=act.at)
    codes = ["-".join(_letters(5) for _ in range(2)) for _ in range(factors.SPARE)]
    SpareCode.objects.bulk_create(
        SpareCode(user=user, code_hash=factors.spare_hash(user, code)) for code in codes
    )
    return codes


def prove(user: User, *, code: str, act: Act) -> bool:
    """Use a code of the phone, or a spare one;
    each works once, also when two devices send it at the same time."""
    row = factors.of(user)
    if row is None:
        return False
    secret = factors.opened(row.secret)
    step = factors.step_of(secret, factors.plain(code), act.at) if secret else None
    if step is not None:
        return bool(SecondFactor.objects.filter(pk=row.pk, counter__lt=step).update(counter=step))
    spare = SpareCode.objects.filter(user=user, code_hash=factors.spare_hash(user, code), used_at=None)
    return bool(spare.update(used_at=act.at))


@transaction.atomic
def close_factor(user: User, *, act: Act, note: str = "") -> None:
    """取消: by the person with the password, or by an administrator for someone whose phone is lost."""
    row = factors.of(user)
    if row is None:
        raise Refused("没有启用两步验证，没有什么可取消。")
    SecondFactor.objects.filter(pk=row.pk).update(secret="")  # never through the audit: it keeps what was
    audit.change(row, closed_at=act.at, ground=note, act=act)
    SpareCode.objects.filter(user=user, used_at=None).update(used_at=act.at)
    rights.changed()


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))
