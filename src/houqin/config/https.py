"""https without anybody outside: an own authority made at the first start,
and its certificate for this machine.
"""

import os
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import folder

AUTHORITY, MACHINE, SHOWN = "authority.pem", "machine.pem", "authority.crt"
YEARS, DAYS = 10, 397  # phones refuse a server's certificate that runs longer than 398 days
RENEW = timedelta(days=30)


def names_of_this_machine() -> list[str]:
    """The addresses and names under which other machines of the school reach this one,
    the likeliest first.
    """
    found = [_outward()] if _outward() else []
    host = socket.gethostname()
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)]
    found += [host, f"{host.partition('.')[0]}.local"]
    return [name for name in dict.fromkeys(found) if not name.startswith("127.")]


def _outward() -> str:
    """The address this machine would speak from; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _show(keys: Path) -> None:
    """The authority's certificate as phones install it; its key never leaves the keys folder."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    held = x509.load_pem_x509_certificate(_bytes_of(keys / AUTHORITY))
    (keys / SHOWN).write_bytes(held.public_bytes(Encoding.DER))


def _bytes_of(path: Path) -> bytes:
    """The certificate part of a file that holds key and certificate."""
    text = path.read_bytes()
    return text[text.index(b"-----BEGIN CERTIFICATE") :]


def adapter() -> Any:
    """What the server wraps its connections with."""
    from cheroot.ssl.builtin import BuiltinSSLAdapter

    file = str(prepare(folder.data()))
    made = BuiltinSSLAdapter(file, file)
    made.context.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def renew(held: Any) -> None:
    """Looked at each day: a certificate that runs out, or lacks a name, is exchanged;
    new connections get the new one.
    """
    file = str(prepare(folder.data()))
    held.context.load_cert_chain(file)


def prepare(data: Path) -> Path:
    """The machine's key and certificate, made anew when it runs out or the machine got other names."""
    import trustme

    keys = data / "keys"
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = ["127.0.0.1", "localhost", *names_of_this_machine()]
    authority = _authority(keys, trustme)
    file = keys / MACHINE
    if not file.exists() or not _still_good(file, names, _bytes_of(keys / AUTHORITY)):
        until = datetime.now(UTC) + timedelta(days=DAYS)
        made = authority.issue_cert(*names, common_name=names[-1], not_after=until)
        parts = [made.private_key_pem, *made.cert_chain_pems]
        _write(file, b"".join(part.bytes() for part in parts))
    return file


def _authority(keys: Path, trustme: Any) -> Any:
    """The school's own authority, made once."""
    file = keys / AUTHORITY
    if not file.exists():
        made = trustme.CA(organization_name="后勤", organization_unit_name=socket.gethostname())
        _write(file, made.private_key_pem.bytes() + made.cert_pem.bytes())
        _show(keys)
    whole = file.read_bytes()
    at = whole.index(b"-----BEGIN CERTIFICATE")
    return trustme.CA.from_pem(cert_bytes=whole[at:], private_key_bytes=whole[:at])


def _still_good(file: Path, names: list[str], authority: bytes) -> bool:
    from cryptography import x509

    held = x509.load_pem_x509_certificate(_bytes_of(file))
    issuer = x509.load_pem_x509_certificate(authority)
    if held.issuer != issuer.subject or held.not_valid_after_utc - datetime.now(UTC) < RENEW:
        return False
    said = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {*said.get_values_for_type(x509.DNSName), *map(str, said.get_values_for_type(x509.IPAddress))}
    return set(names) <= covered


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def doorstep(application: Any, port: int) -> Any:
    """What plain http answers beside https: the page of the certificate;
    every other page is sent on to https.
    """
    open_paths = ("/trust/", "/static/", "/healthz")

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "/")
        if path.startswith(open_paths):
            return application(environ, start_response)
        host = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or host not in {
            "127.0.0.1",
            "localhost",
            *names_of_this_machine(),
        }:
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return ["这个地址只用 https，这次没有办。".encode()]
        start_response(
            "301 Moved Permanently",
            [("Location", f"https://{host}:{port}{quote(path)}"), ("Content-Length", "0")],
        )
        return [b""]

    return answer
