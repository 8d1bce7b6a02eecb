"""What was sent: a JSON body made into the form that a page would have posted, so that both meet one door."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from pydantic import BaseModel, ValidationError

from houqin.kernel.errors import Refused
from houqin.ui import access
from houqin.ui.fields import STEPS, FigureField, RowsField
from houqin.ui.slips import Invalid

JSON, MULTIPART = "application/json", "multipart/form-data"
PART = "fields"  # the part of a multipart body that holds the JSON; the others are files
MINUS = {  # what is wrong, by pydantic's word for it
    "missing": "“{name}”还没填",
    "extra_forbidden": "没有“{name}”这一项",
    "string_too_short": "“{name}”还没填",
    "string_too_long": "“{name}”太长，最多 {max_length} 个字",
    "too_long": "“{name}”最多 {max_length} 个",
    "greater_than_equal": "“{name}”最小 {ge}",
    "less_than_equal": "“{name}”最大 {le}",
    "string_type": "“{name}”要填文字",
    "string_unicode": "“{name}”里有坏了的字",
    "string_pattern_mismatch": "“{name}”的写法不对",
    "int_type": "“{name}”要填整数",
    "bool_type": "“{name}”要填 true 或 false",
    "list_type": "“{name}”要填一列",
    "model_type": "“{name}”要填一组项",
}


def begin(request: access.Request) -> None:
    """The intent of this request: its `Idempotency-Key`, or one of its own."""
    request.parts = request.POST  # type: ignore[attr-defined]
    post: Any = QueryDict(mutable=True)
    request.POST = post
    post["_op"] = request.headers.get("Idempotency-Key") or uuid4().hex


def read(request: access.Request, form: type[forms.Form], model: type[BaseModel]) -> Refused | None:
    """Put the body into `request.POST` as the form's page would; answers why it cannot be taken."""
    try:
        said = model.model_validate(_body(request))
    except ValidationError as wrong:
        return Invalid(_fields(wrong))
    except Refused as no:
        return no
    for name, field in form.base_fields.items():
        _write(request.POST, name, field, getattr(said, name, None))
    return None


def _body(request: access.Request) -> Any:
    if request.content_type == MULTIPART:
        parts: QueryDict = request.parts  # type: ignore[attr-defined]
        if set(parts) - {PART} or len(parts.getlist(PART)) > 1:
            raise Refused(f"multipart 里只收一份“{PART}”和文件，没有保存。")
        return _parsed(parts.get(PART) or "{}")
    if request.content_type != JSON:
        raise Refused(f"内容要是 {JSON}，带照片的用 {MULTIPART}，没有保存。")
    return _parsed(request.body or b"{}")


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused("送来的不是 JSON，或者有一项写了两遍，没有保存。") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _fields(wrong: ValidationError) -> dict[str, list[str]]:
    """The errors by field, in the office's words."""
    found: dict[str, list[str]] = {}
    for error in wrong.errors(include_url=False, include_input=False):
        place = [str(part)[:40] for part in error["loc"]]
        row = f"第 {int(place[1]) + 1} 行：" if len(place) > 1 and place[1].isdigit() else ""
        name = place[-1] if place else "内容"
        said = MINUS.get(error["type"], "“{name}”看不懂").format(name=name, **error.get("ctx", {}))
        found.setdefault(place[0] if place else "", []).append(row + said)
    return found


def _write(post: Any, name: str, field: forms.Field, value: Any) -> None:
    """One value as a browser would send it."""
    if value is None or value is False:
        return
    if isinstance(field, RowsField):
        for at, row in enumerate(value):
            for column in field.columns:
                if (cell := getattr(row, column.name)) is not None:
                    post[f"{name}-{at}-{column.name}"] = _scaled(cell, STEPS[column.into][0])
    elif isinstance(field, FigureField):
        post[name] = _scaled(value, field.step)
    elif isinstance(value, list):
        post.setlist(name, [str(one) for one in value])
    else:
        post[name] = "on" if value is True else str(value)


def _scaled(value: Any, step: int) -> str:
    return f"{Decimal(value) / step:f}" if isinstance(value, int) else value
