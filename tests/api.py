"""Calling the API as a program of the cast's: `caller(cast, "teacher").get("/repairs/repairs")`."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from houqin.kernel.act import Act
from houqin.kernel.people.actions import tokens
from houqin.kernel.people.models import ApiToken
from houqin.ui.api import scopes

from .cast import Cast

ROOT = "/api/v1"
EVERYTHING = [code for code, _ in scopes.offered()]


class Caller(Client):
    """Django's client with a token; writes JSON with a key of its own."""

    row: ApiToken

    def ask(self, path: str, **query: Any) -> HttpResponse:
        return self.get(ROOT + path, query)

    def send(self, path: str, said: Any = None, *, op: str = "", **more: Any) -> HttpResponse:
        text = said if isinstance(said, str) else json.dumps(said or {})
        headers = {"Idempotency-Key": op or uuid4().hex} | more.pop("headers", {})
        return self.post(ROOT + path, text, content_type="application/json", headers=headers, **more)


def caller(cast: Cast, role: str, scopes: list[str] | None = None, days: int = 90) -> Caller:
    act = Act(by=cast[role], at=cast.now, via="test")
    row = tokens.issue(cast[role], name="测试", scopes=scopes or EVERYTHING, days=days, act=act)
    made = Caller(headers={"Authorization": f"Bearer {row.token}"})
    made.row = row
    return made


def nobody(token: str = "") -> Caller:
    return Caller(headers={"Authorization": f"Bearer {token}"} if token else {})


def sentence(answer: HttpResponse) -> str:
    return answer.json()["error"]["sentence"]
