"""The device cookie: a signed id for 180 days, and which accounts have logged in from it."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from houqin.kernel import entries

AGE = 180 * 24 * 3600
SALT = "houqin.device"
ACCOUNTS = 5


def name() -> str:
    return "__Host-device" if settings.HTTPS else "device"


def read(request: HttpRequest) -> tuple[str, list[str]]:
    """The device's id and the accounts it knows; a new id where there is none or it was tampered with."""
    try:
        said = signing.loads(request.COOKIES.get(name(), ""), salt=SALT, max_age=AGE)
        return str(said["id"]), [str(account) for account in said["accounts"]]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return secrets.token_hex(16), []


def account(username: str) -> str:
    """How the cookie names an account: not by its name."""
    return entries.keyed_hash(f"device:{username}")[:20]


def write(response: HttpResponse, device: str, accounts: list[str]) -> None:
    value = signing.dumps({"id": device, "accounts": list(dict.fromkeys(accounts))[-ACCOUNTS:]}, salt=SALT)
    response.set_cookie(
        name(), value, max_age=AGE, secure=settings.HTTPS, httponly=True, samesite="Lax", path="/"
    )
