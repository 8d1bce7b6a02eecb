"""The device cookie: a signed id for 180 days, and which accounts have logged in from it."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

AGE = 180 * 24 * 3600
SALT = "houqin.device"
ACCOUNTS = 5


def name() -> str:
    return "__Host-device" if settings.HTTPS else "device"


def read(request: HttpRequest) -> tuple[str, list[int]]:
    """The device's id and the accounts it knows; a new id where there is none or it was tampered with."""
    try:
        said = signing.loads(request.COOKIES.get(name(), ""), salt=SALT, max_age=AGE)
        return str(said["id"]), [int(user_id) for user_id in said["users"]]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return secrets.token_hex(16), []


def known(request: HttpRequest, user_id: int) -> bool:
    """True if this account has logged in from this device before."""
    return user_id in read(request)[1]


def write(response: HttpResponse, device: str, users: list[int]) -> None:
    value = signing.dumps({"id": device, "users": users[-ACCOUNTS:]}, salt=SALT)
    response.set_cookie(name(), value, max_age=AGE, secure=settings.HTTPS, httponly=True, samesite="Lax", path="/")
