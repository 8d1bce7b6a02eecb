"""手机: what makes the site an app that opens without a net.

The shell and the service worker are the same for everybody and hold nothing of anybody. What one may read
without a net (`carried`) goes out to whoever is logged in; the phone seals it under the key of `ready`:
docs/decisions/0004-offline-queue.md.
"""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import path

from houqin.kernel import entries
from houqin.kernel.people.logins import is_shared
from houqin.kernel.people.models import Person
from houqin.kernel.school.queries import school

from . import access, carried
from .scan import reads_codes

NOT_CARRIED = {"charts.js", "sign.js"}  # parts of the front end that no page without a net uses
ICONS = ("icon-192.png", "icon-512.png", "icon-mask-512.png")
STATIC = ("ui/sprite.svg", "ui/mark.svg")
COLOR = "#0b6675"


def tag(person: Person) -> str:
    """How a phone names a person: not by name, number or anything one could look up."""
    return entries.keyed_hash(f"phone:{person.pk}")[:20]


def key(person: Person) -> str:
    """What seals this person's work on a phone; the same after each login, given out by it only."""
    return entries.keyed_hash(f"phone-queue:{person.pk}")


@access.login
def ready(request: access.Request) -> HttpResponse:
    """/phone/ready/: whose phone it is now, the key of his queue, and a fresh token to send it with."""
    assert request.standing is not None
    shared = is_shared(request.standing.session_id)
    return JsonResponse(
        {
            "person": tag(request.person), "key": "" if shared else key(request.person),
            "until": request.standing.expires_at.isoformat(), "token": get_token(request),
        }
    )  # fmt: skip


@access.login
def carry(request: access.Request) -> HttpResponse:
    """/phone/carried/"""
    return JsonResponse({"person": tag(request.person), **carried.packet(access.plain_act(request))})


@access.login
def waiting(request: access.Request) -> HttpResponse:
    """/waiting/: 待发. The list itself lies in the phone; the server has never seen it."""
    return render(request, "ui/waiting.html", {"tab": "me"})


# ── the same for everybody ────────────────────────────────────────────────────────────────────────────────


@reads_codes
@access.blind
def shell(request: access.Request) -> HttpResponse:
    """/phone/: the page that stands in for every page where there is no net."""
    response = render(request, "ui/shell.html", {"shell": True})
    response["Cache-Control"] = "no-cache"
    return response


@access.blind
def worker(request: access.Request) -> HttpResponse:
    """/sw.js, at the root so that it may answer for every page; another build is another text."""
    answer = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@cache
def _worker() -> str:
    files = sorted({*bundle(), *(static(name) for name in STATIC)})
    page = render_to_string("ui/shell.html", {"shell": True})
    version = sha256("\n".join([*files, page]).encode()).hexdigest()[:16]
    return render_to_string("ui/sw.js", {"files": json.dumps(files), "version": version})


def bundle() -> set[str]:
    """The addresses of the front end's parts that the shell needs, by the build's own list."""
    vite: dict[str, Any] = settings.DJANGO_VITE["default"]
    parts = json.loads(Path(vite["manifest_path"]).read_text(encoding="utf-8"))
    found: set[str] = set()
    todo = ["app.js"]
    while todo:
        name = todo.pop()
        part = parts[name]
        if part["file"] not in found and name not in NOT_CARRIED:
            found |= {part["file"], *part.get("css", ()), *part.get("assets", ())}
            todo += [*part.get("imports", ()), *part.get("dynamicImports", ())]
    return {static(f"dist/{file}") for file in found}


@access.public
def manifest(request: access.Request) -> HttpResponse:
    """/manifest.webmanifest: the app's name is the school's."""
    name = school().name
    said: dict[str, Any] = {
        "id": "/", "name": f"{name} 后勤" if name else "后勤", "short_name": "后勤", "lang": "zh-CN", "dir": "ltr",
        "start_url": "/", "scope": "/", "display": "standalone", "orientation": "any",
        "background_color": "#ffffff", "theme_color": COLOR, "icons": [_icon(file) for file in ICONS],
        "shortcuts": [{"name": "扫码", "url": "/scan/"}, {"name": "待发", "url": "/waiting/"}],
    }  # fmt: skip
    answer = HttpResponse(json.dumps(said, ensure_ascii=False), content_type="application/manifest+json")
    answer["Cache-Control"] = "no-cache"
    return answer


def _icon(file: str) -> dict[str, str]:
    size = file.removesuffix(".png").rpartition("-")[2]
    purpose = "maskable" if "mask" in file else "any"
    return {"src": static(f"ui/{file}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


urlpatterns = [
    path("sw.js", worker, name="worker"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("phone/", shell, name="shell"),
    path("phone/ready/", ready, name="phone-ready"),
    path("phone/carried/", carry, name="phone-carried"),
    path("waiting/", waiting, name="waiting"),
]
