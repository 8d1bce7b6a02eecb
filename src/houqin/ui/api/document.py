"""The API put together from the areas' declarations, by django-ninja, with the document of what it takes.

No page shows the document: such pages load scripts from elsewhere. Any reader of OpenAPI 3.1 does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from houqin.kernel.area import Area, areas
from houqin.kernel.errors import NotYours
from houqin.ui import access, errors
from houqin.ui.access import OP
from houqin.ui.register.declare import Register
from houqin.ui.register.pick import may_see
from houqin.ui.slips import OPEN

from . import matters, registers, shapes
from .scopes import READ, WRITE, must_have

ABOUT = "每个登录的人在“我的 → 接口令牌”里发令牌。能看什么、能办什么，和他自己打开页面一样。"
TIME_AND_AGAIN = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "一次意图一个编号；同一个编号再送，只办一次，得到同一个回答",
    "schema": {"type": "string", "pattern": f"^{OP.pattern}$", "minLength": 8, "maxLength": 36},
}  # fmt: skip
REFUSALS = {
    401: "没有令牌，或令牌不对、过期、作废了", 403: "看得到，但不归你办，或令牌没有这个范围",
    404: "没有，或不归你看", 422: "内容不合要求", 429: "太快了，看 Retry-After", 503: "正忙，过一会儿再来",
}  # fmt: skip
OF_WRITING = {409: "已经不在这一步，别人办过了", 413: "太大", 507: "磁盘快满了，不收文件"}


class Bearer(HttpBearer):
    """Authorization: Bearer …; who it is was settled at the door (ui/bearer.py)."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return request.person  # type: ignore[attr-defined]


# ── operations ──────────────────────────────────────────────────────────────────────────────────────────────


@cache
def api() -> NinjaAPI:
    """Every register, matter and slip of every area."""
    made = NinjaAPI(
        title="后勤", version="1.0.0", description=ABOUT, docs_url=None, openapi_url=None, auth=Bearer(),
        urls_namespace="api",
    )  # fmt: skip
    made.add_exception_handler(ValidationError, lambda request, exc: errors.answer(request, 404))
    for area in areas():
        for register in area.registers:
            _register(made, area, register)
        for kind, step in area.slips:
            if step == OPEN:
                _opening(made, area, kind)
    _matters(made)
    return made


def _add(
    api: NinjaAPI, method: str, at: str, call: Callable[..., Any], *, name: str, summary: str, tag: str,
    answer: shapes.Schema, parameters: list[Any] | None = None, body: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """One operation; what it takes and answers is stated, what it refuses is the same everywhere."""
    refusals = REFUSALS | (OF_WRITING if body else {})
    stated = {
        "parameters": parameters or [],
        "responses": {
            200: {"description": "办好", "content": {"application/json": {"schema": answer}}},
            **{
                status: {
                    "description": said,
                    "content": {"application/json": {"schema": shapes.ref("Error")}},
                }
                for status, said in refusals.items()
            },
        },
    }
    if body:
        stated["requestBody"] = body
    api.default_router.add_api_operation(
        at, [method], call, operation_id=name, summary=summary, tags=[tag], openapi_extra=stated,
        url_name=name,
    )  # fmt: skip


def _register(api: NinjaAPI, area: Area, register: Register) -> None:
    def enter(request: Any) -> None:
        must_have(request, area.key, READ)
        if not may_see(register.duties, access.codes(request)):
            raise NotYours(f"“{register.name}”归{access.duty_names(register.duties)}用，没有打开。")

    def listing(request: HttpRequest) -> Any:
        enter(request)
        return registers.rows(request, register)  # type: ignore[arg-type]

    def card(request: HttpRequest, key: int) -> Any:
        enter(request)
        return registers.one(request, register, key)  # type: ignore[arg-type]

    at, name = f"/{area.key}/{register.key}", f"{area.key}_{register.key}"
    _add(api, "GET", at, listing, name=name, summary=register.name, tag=area.name,
         answer=shapes.list_of(register), parameters=shapes.parameters_of(register))  # fmt: skip
    if register.card:
        _add(api, "GET", at + "/{int:key}", card, name=f"{name}_card", summary=f"{register.name}：一张",
             tag=area.name, answer=shapes.card_of(register))  # fmt: skip


def _opening(api: NinjaAPI, area: Area, kind: str) -> None:
    def asks(request: HttpRequest) -> Any:
        must_have(request, area.key, READ)  # type: ignore[arg-type]
        return matters.opening(request, kind)  # type: ignore[arg-type]

    def opens(request: HttpRequest) -> Any:
        must_have(request, area.key, WRITE)  # type: ignore[arg-type]
        return matters.open_new(request, kind)  # type: ignore[arg-type]

    flow = next(flow for flow in area.flows if flow.kind == kind)
    at, name = f"/{area.key}/{kind.partition('.')[2]}/new", kind.replace(".", "_")
    _add(api, "GET", at, asks, name=f"{name}_form", summary=f"{flow.name}：要填什么", tag=area.name,
         answer=shapes.ref("Opening"))  # fmt: skip
    _add(api, "POST", at, opens, name=f"{name}_open", summary=flow.name, tag=area.name,
         answer=shapes.ref("Taken"), parameters=[TIME_AND_AGAIN],
         body=shapes.body_of([(kind, OPEN, area.slips[kind, OPEN].form)]))  # fmt: skip


def _matters(api: NinjaAPI) -> None:
    _add(api, "GET", "/matters/{str:number}", matter, name="matter", summary="一件事", tag="事项",
         answer=shapes.ref("Matter"))  # fmt: skip
    for step, (label, taken) in _steps().items():
        _add(api, "POST", f"/matters/{{str:number}}/{step}", _taking(step), name=f"step_{step}", tag="事项",
             summary=label, answer=shapes.ref("Taken"), parameters=[TIME_AND_AGAIN],
             body=shapes.body_of(taken))  # fmt: skip


def matter(request: HttpRequest, number: str) -> Any:
    return matters.one(request, number)  # type: ignore[arg-type]


def _taking(step: str) -> Callable[..., Any]:
    def take(request: HttpRequest, number: str) -> Any:
        return matters.take(request, number, step)  # type: ignore[arg-type]

    return take


def _steps() -> dict[str, tuple[str, list[tuple[str, str, type]]]]:
    """Every step that stands on a slip, with the kinds that have it."""
    labels: dict[str, str] = {}
    found: defaultdict[str, list[tuple[str, str, type]]] = defaultdict(list)
    for area in areas():
        for flow in area.flows:
            for step in flow.steps:
                if step.shown and (flow.kind, step.key) in area.slips:
                    labels.setdefault(step.key, step.label)
                    found[step.key].append((flow.kind, step.key, area.slips[flow.kind, step.key].form))
    return {key: (labels[key], taken) for key, taken in found.items()}


# ── addresses ───────────────────────────────────────────────────────────────────────────────────────────────


@access.blind
def openapi(request: HttpRequest) -> HttpResponse:
    """/api/v1/openapi.json: what the house can do, nothing of what is in it; open to everybody."""
    return JsonResponse(_document())


@cache
def _document() -> dict[str, Any]:
    made = api().get_openapi_schema()
    made["components"]["schemas"].update(shapes.SHAPES)
    return made


def urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """Mounted under /api/v1/."""
    patterns, app, namespace = api().urls
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        pattern.callback = access.token(_answering(pattern.callback))
    return [path("openapi.json", openapi, name="openapi"), *patterns], app, namespace


def _answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, whose "no such method" has our shape too."""

    @csrf_exempt
    def answer(request: HttpRequest, **found: Any) -> HttpResponse:
        response = view(request, **found)
        if response.status_code != 405:
            return response
        said = errors.answer(request, 405)
        said["Allow"] = response["Allow"]
        return said

    return answer
