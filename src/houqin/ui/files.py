"""发文件: the one place from which a stored file leaves the house (A07, A35, A43).

Inline only what we redrew ourselves; everything else is a download. No script runs in any of it, no other
site may show it, and its name is the giver's text with the extension of what it really is.
"""

from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import path
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from houqin.kernel.attachments import names, queries, sniff, store
from houqin.kernel.attachments.models import Attachment, Blob
from houqin.kernel.errors import NotThere
from houqin.kernel.people.models import Person
from houqin.kernel.signatures.models import Signature

from . import access, errors

POLICY = "sandbox; default-src 'none'"
SIZES = ("full", "small", "file")
READER = "reader"


@require_safe
@access.login
def show(request: access.Request, attachment: int, size: str) -> HttpResponse:
    """/files/<attachment>/<size>/: a picture `full` or `small`, any other file as `file`."""
    if size not in SIZES:
        raise NotThere("没有这个附件，或者不归你看。")
    found = attachment_for(attachment, request.person, request.now)
    return serve_file(request, found.blob, found.name, number=found.pk, small=size == "small")


@require_safe
@access.login
def show_signature(request: access.Request, signature: int) -> HttpResponse:
    """/signatures/<signature>/: the drawing, for who may see the matter it stands on."""
    drawing = drawing_for(signature, request.person, request.now)
    return serve_file(request, drawing, "签名", number=signature)


def attachment_for(key: int, person: Person, at: datetime, *, withdrawn: bool = False) -> Attachment:
    """The attachment, if this person may see it; else, and if it is `withdrawn`, as if it were not there."""
    rows = Attachment.objects.using(READER).select_related("blob", "event__matter")
    found = (rows if withdrawn else rows.filter(withdrawal=None)).filter(pk=key).first()
    if found is None or not queries.may_see(found, person, at):
        raise NotThere("没有这个附件，或者不归你看。")
    return found


def drawing_for(key: int, person: Person, at: datetime) -> Blob:
    """The drawing of a signature, for who may see the matter it stands on."""
    rows = Signature.objects.using(READER).select_related("drawing", "event").exclude(drawing=None)
    found = rows.filter(pk=key).first()
    if found and found.drawing and queries.sees_event(found.event, person, at):
        return found.drawing
    raise NotThere("没有这个签名，或者不归你看。")


def serve_file(
    request: HttpRequest, blob: Blob, name: str, *, number: int, small: bool = False
) -> HttpResponse:
    """The bytes to somebody who may have them; the caller has asked that. A lost file is told."""
    if not store.whole(blob.sha256, blob.size):
        return errors.answer(
            request, 404, f"附件缺失（编号 {number}）。文件不在了或者不完整，请告诉管理员从备份里找。"
        )
    etag = f'"{blob.sha256}{"-small" if small else ""}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _with_headers(HttpResponseNotModified(), blob, etag)
    response = FileResponse(store.open_file(blob.sha256, small=small), content_type=blob.mime)
    response["Content-Disposition"] = disposition(blob.mime, name, number)
    return _with_headers(response, blob, etag)


def disposition(mime: str, name: str, number: object) -> str:
    way = "inline" if mime in sniff.PICTURES else "attachment"
    return f"{way}; {names.sent(name, sniff.EXTENSIONS.get(mime, 'bin'), number)}"


def _with_headers(response: Any, blob: Blob, etag: str) -> HttpResponse:
    picture = blob.mime in sniff.PICTURES
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=3600, immutable" if picture else "private, no-store"
    response["Vary"] = "Cookie"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("files/<int:attachment>/<slug:size>/", show, name="file"),
    path("signatures/<int:signature>/", show_signature, name="signature"),
]
