"""What a refusal looks like: page or JSON, in the office's words, with the number to ask for help by.

config/urls.py names `bad_request`, `forbidden`, `not_found`, `server_error` as handler400 … handler500.
"""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.utils.html import escape

from houqin.kernel.errors import Refused

log = logging.getLogger("houqin.errors")

WORDS = {
    400: "送来的内容看不懂，没有往下做。回上一页重新打开再试。",
    401: "要先登录。",
    403: "这一步不归你办，什么也没有改。",
    404: "没有这一页，或不归你看。",
    405: "这个地址不收这样的请求，什么也没有改。",
    409: "刚被别人改过了，你这一步没有保存。回去看清现在的样子再办。",
    413: "送来的文件太大，没有保存。照片少选几张再送。",
    422: "填的内容不合要求，没有保存。改好再送。",
    429: "送得太快了，这次没有办。等一会儿再来。",
    500: "系统出了差错，这一步没有保存，一半也没有留下。等一会儿再试。",
    503: "系统正忙，这一步没有保存。过一分钟再试。",
}
SECRETS = ("password", "again", "now", "code")  # fields that are never put into a page again
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def answer(
    request: HttpRequest, status: int, sentence: str = "", *, fields: dict[str, list[str]] | None = None,
    wait: int = 0, **more: Any,
) -> HttpResponse:  # fmt: skip
    """The page of a status, or its JSON for the API; never a traceback, never a query."""
    if wants_json(request):
        said = _said(request, status, sentence, fields or {})
        response: HttpResponse = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    else:
        context = {"sentence": sentence, "request_id": getattr(request, "id", ""), **more}
        response = HttpResponse(_page(status, context), status=status)
    if wait:
        response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"
    return response


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A sentence of the house with its status: 403, 404, 409, 422 or 429."""
    sentence = str(refusal) if refusal.told else ""
    fields = getattr(refusal, "fields", None) or ({refusal.field: [sentence]} if refusal.field else {})
    return answer(request, refusal.status, sentence, fields=fields, wait=getattr(refusal, "wait", 0))


def busy(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The database is locked for long or away."""
    log.error("%s %s: %s", getattr(request, "id", ""), request.path, exception)
    return answer(request, 503, WORDS[503], wait=60)


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith(
        "application/json"
    )


def _said(request: HttpRequest, status: int, sentence: str, fields: dict[str, list[str]]) -> dict[str, Any]:
    """The one shape of an error in JSON, as ui/api declares it."""
    said = {"status": status, "sentence": sentence or WORDS[status], "fields": fields}
    return {"error": {**said, "request_id": getattr(request, "id", "")}}


def _page(status: int, context: dict[str, Any]) -> str:
    return _rendered([f"ui/errors/{status}.html", "ui/errors/400.html"], status, context)


def _rendered(templates: list[str], status: int, context: dict[str, Any]) -> str:
    try:
        return loader.render_to_string(templates, context)
    except Exception:  # the error page must not be a second error
        log.exception("error page %s", status)
        words = escape(context.get("sentence") or WORDS[status])
        head = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>后勤</title>'
        return f"{head}<p>{words}</p></html>"


# ── Django's handlers ───────────────────────────────────────────────────────────────────────────────────


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 413 if isinstance(exception, TOO_LARGE) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, 500)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form stood open too long, or was not ours. What one of our own pages sent can be sent once more."""
    if wants_json(request):
        return answer(request, 403, "缺少表单令牌，没有保存。")
    context = {
        "action": request.get_full_path(), "kept": _typed(request) if _from_ourselves(request) else [],
        "token": get_token(request), "lost": bool(request.FILES), "request_id": getattr(request, "id", ""),
    }  # fmt: skip
    response = HttpResponse(_rendered(["ui/errors/csrf.html"], 403, context), status=403)
    response["Cache-Control"] = "no-store"
    return response


def _from_ourselves(request: HttpRequest) -> bool:
    """Only the browser's own word for it: else another site could have its form confirmed by one touch."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, without passwords and codes; nothing at all if the form had one."""
    if any(word == name for name in request.POST for word in SECRETS):
        return []
    return [
        (name, v)
        for name in request.POST
        if name != "csrfmiddlewaretoken"
        for v in request.POST.getlist(name)
    ]
