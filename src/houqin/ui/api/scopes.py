"""范围: what a token may be used for, by area; the person's own rights stand above it."""

from __future__ import annotations

from houqin.kernel.area import areas
from houqin.kernel.errors import NotYours
from houqin.ui import access

READ, WRITE = "read", "write"
WORDS = {READ: "查", WRITE: "办"}


def offered() -> list[tuple[str, str]]:
    """Every scope there is: reading an area, and taking its steps where it has any."""
    return [
        (f"{area.key}.{way}", f"{area.name} · {WORDS[way]}")
        for area in areas()
        for way in (READ, WRITE)
        if (area.registers or area.flows) and (way == READ or area.flows)
    ]


def must_have(request: access.Request, area: str, way: str = READ) -> None:
    """Refuse what the token was not issued for."""
    if f"{area}.{way}" not in request.scopes:
        word = dict(offered()).get(f"{area}.{way}", f"{area}.{way}")
        raise NotYours(f"这个令牌没有“{word}”的范围，没有办。要用就另发一个。")
