"""外部登录: asking a service elsewhere who stands at the door. Of all it says one word is believed, the subject.

Every request goes out by `outbound`. Whatever comes back may be forged, late or nonsense.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from ... import outbound, sealed
from ..models import OutsideLogin

PURPOSE = "outside-login"  # of the key that seals the secrets
LONGEST = 255  # of a subject
CODE = re.compile(r"[\w.-]{1,60}", re.ASCII)


class NotVouched(Exception):
    """It answered, but does not say who this is; the text is for the card and holds no secret."""


@dataclass(frozen=True)
class Asked:
    """What one browser was sent off with, to be known again by when it comes back."""

    back: str  # where it comes back to
    state: str
    nonce: str
    verifier: str
    inside: bool  # the browser is the service's own app


@dataclass(frozen=True)
class Service:
    """A kind of service: where the browser is sent, who it turns out to be, which hosts are asked."""

    address: Callable[[OutsideLogin, Asked], str]
    subject: Callable[[OutsideLogin, Asked, str, datetime], str]
    hosts: tuple[str, ...] = ()


def ask(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The object that is answered to a form, to JSON or to a question; a failure in a 200 is a failure."""
    body, more = None, {"Accept": "application/json", **(headers or {})}
    if form is not None:
        body, more["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
    elif said is not None:
        body, more["Content-Type"] = json.dumps(said).encode(), "application/json"
    answer = outbound.fetch_url(url, body=body, headers=more)
    if answer.status == 429 or answer.status >= 500:
        raise outbound.Unreachable(f"HTTP {answer.status}")
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise outbound.Unreachable(f"HTTP {answer.status}，回答看不懂")
    code = found.get("errcode", found.get("code", found.get("error", 0)))
    if answer.status != 200 or code != 0:
        raise NotVouched(f"HTTP {answer.status} {code if CODE.fullmatch(str(code)) else ''}".strip())
    return found


def word(found: Mapping[str, Any], *names: str, longest: int = LONGEST) -> str:
    """The text under the first of these names that is there."""
    said = next((found[name] for name in names if found.get(name)), "")
    if not isinstance(said, str) or not said.isprintable() or not 0 < len(said.strip()) <= longest:
        raise NotVouched(f"回答里没有 {names[0]}")
    return said


def secret_of(login: OutsideLogin) -> str:
    secret = sealed.opened(PURPOSE, login.secret)
    if not secret:
        raise NotVouched("密钥打不开，重新填一次")
    return secret
