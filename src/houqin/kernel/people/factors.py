"""两步验证: reading and reckoning its codes
(RFC 6238 by the library; what is ours is the window and the once)."""

import base64
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils.crypto import constant_time_compare

from .. import entries
from .. import sealed as sealing
from .models import SecondFactor, SpareCode, User

DIGITS, STEP, WINDOW = 6, 30, 1
PURPOSE = "second-factor"  # of the key that seals the secret
SPARE = 10  # spare codes of one login


def of(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user, closed_at=None).first()


def spares_left(user: User) -> int:
    return SpareCode.objects.filter(user=user, used_at=None).count()


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """Which half-minute this code belongs to: the present one, the one before or the one after."""
    now = int(at.timestamp()) // STEP
    found = [
        step
        for step in range(now - WINDOW, now + WINDOW + 1)
        if constant_time_compare(code_at(secret, step), code)
    ]
    return found[0] if found else None


def code_at(secret: str, step: int) -> str:
    return _reckoner(secret).generate(step * STEP).decode()


def address(secret: str, username: str, school: str) -> str:
    """The otpauth:// address that the QR code says to the authenticator."""
    return _reckoner(secret).get_provisioning_uri(username, school)


def _reckoner(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303 — what authenticators speak


def sealed(secret: str) -> str:
    return sealing.close(PURPOSE, secret)


def opened(text: str) -> str:
    """The secret again; empty if the key has changed since or the text is not ours."""
    return sealing.opened(PURPOSE, text)


def spare_hash(user: User, code: str) -> str:
    return entries.keyed_hash(f"spare:{user.pk}:{plain(code)}")


def plain(code: str) -> str:
    """A code as it was typed, without the blanks and dashes people put in."""
    return "".join(letter for letter in code.casefold() if letter.isascii() and letter.isalnum())
