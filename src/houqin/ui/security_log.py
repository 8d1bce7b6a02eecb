"""The security log: one JSON line an event, so that a guess, a refusal or an export can be found again."""

import json
import logging
from typing import Any

from django.http import HttpRequest

from houqin.kernel.log import log_safe

from .client import client_ip

log = logging.getLogger("houqin.security")


def note(request: HttpRequest, code: str, **facts: Any) -> None:
    """Write down who did or tried what; passwords, codes and keys never come here."""
    person = getattr(request, "person", None)
    line = {
        "code": code,
        "by": person.code if person else "",
        "ip": client_ip(request),
        "path": log_safe(request.path),
        "request": getattr(request, "id", ""),
        **{name: log_safe(value) for name, value in facts.items()},
    }
    log.info("%s", json.dumps(line, ensure_ascii=False))
