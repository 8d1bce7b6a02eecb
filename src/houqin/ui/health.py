"""/healthz for whoever watches the server, and /.well-known/security.txt for whoever finds a hole."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpResponse, JsonResponse

from houqin import __version__
from houqin.kernel.school.queries import school

from . import access


@access.blind
def healthz(request: access.Request) -> HttpResponse:
    """Version and whether the database answers; nothing else, for anybody may ask."""
    connection = connections["reader"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version"
            )
            engine = cursor.fetchone()[0]
    except DatabaseError:
        return JsonResponse({"ok": False, "version": __version__, "database": "away"}, status=503)
    return JsonResponse({"ok": True, "version": __version__, "database": "ok", connection.vendor: engine})


@access.public
def security_txt(request: access.Request) -> HttpResponse:
    """Whom to tell (RFC 9116): the school's office."""
    phone = "".join(c for c in school().office_phone if c.isdigit() or c == "+")
    contact = f"tel:{phone}" if phone else f"{settings.URL}/login/"
    until = (request.now + timedelta(days=180)).astimezone().replace(microsecond=0).isoformat()
    lines = (f"Contact: {contact}", f"Expires: {until}", "Preferred-Languages: zh, en")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
