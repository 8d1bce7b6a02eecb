"""学校的证书: what a phone must install once so that it believes this machine;
only where the machine serves https.
"""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from houqin.kernel.errors import NotThere

from . import access

FILE = "authority.crt"


@access.public
def page(request: HttpRequest) -> HttpResponse:
    """How to install it, by kind of phone; the fingerprint to compare with the notice on the office door."""
    held = _certificate()
    return render(
        request, "ui/trust.html", {"fingerprint": _fingerprint(held), "file": FILE, "address": settings.URL}
    )


@access.public
def certificate(request: HttpRequest) -> HttpResponse:
    """The certificate itself, without its key."""
    answer = HttpResponse(_certificate(), content_type="application/x-x509-ca-cert")
    answer["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return answer


def _certificate() -> bytes:
    """The authority's certificate in DER; `houqin start --https` writes it beside the keys."""
    try:
        return (Path(settings.DATA) / "keys" / FILE).read_bytes()
    except FileNotFoundError:
        raise NotThere("这台服务器没有自己的证书，不用安装。", told=True) from None


def _fingerprint(held: bytes) -> str:
    from hashlib import sha256

    digest = sha256(held).hexdigest().upper()
    return " ".join(digest[at : at + 4] for at in range(0, 64, 4))


urlpatterns = [
    path("trust/", page, name="trust"),
    path(f"trust/{FILE}", certificate, name="trust-certificate"),
]
