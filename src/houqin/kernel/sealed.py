"""Texts that must come back but not lie open in the database: encrypted with a key that is kept outside."""

import base64
import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def close(purpose: str, text: str) -> str:
    """The text as it is stored; an empty one stays empty."""
    return _fernet(purpose).encrypt(text.encode()).decode() if text else ""


def opened(purpose: str, text: str) -> str:
    """The text again; empty if the key has changed since or the text is not ours."""
    try:
        return _fernet(purpose).decrypt(text.encode()).decode()
    except InvalidToken:
        return ""


def masked(text: str) -> str:
    """••••1234: enough to know it again, too little to use it; a short one is not shown at all."""
    return f"••••{text[-4:]}" if len(text) >= 12 else "••••" if text else ""


def code(purpose: str, text: str) -> str:
    """Six digits that only we can make of the text; kept nowhere."""
    return f"{int.from_bytes(hmac.digest(_key(purpose), text.encode(), 'sha256')) % 10**6:06}"


def _key(purpose: str) -> bytes:
    """A key of its own for each purpose: one kind of secret never opens another."""
    return sha256(f"houqin.{purpose}:{settings.SECRET_KEY}".encode()).digest()


@lru_cache
def _fernet(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(purpose)))
