"""往外: the one door by which the house reaches another machine.

Only a host that `HOUQIN_OUTBOUND` names; its address is looked up once, checked, and connected to as it was
checked, so that a name cannot lead elsewhere in between. No redirect is followed, no proxy of the environment
is used, certificates are always verified, and what takes too long or says too much is cut off. A sentence
about a failure names the host and nothing else: addresses of robots are secrets.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT = 5.0  # seconds for one wait, and for the whole answer
LARGEST = 64 * 1024
PORTS = (443, 465, 587)  # a host named without a port may be reached at these


class Unreachable(Exception):
    """It did not answer, or may not be asked; the sentence holds no secret."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def fetch_url(url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """POST a body, or GET without one; raises `Unreachable`."""
    where = split(url)
    host, port = cast(str, where.hostname), port_of(where)
    wire = _Wire(host, port, address_of(host, port), secure=where.scheme == "https")
    watch = threading.Timer(TIMEOUT, wire.cut)
    watch.start()
    try:
        target = f"{where.path or '/'}?{where.query}" if where.query else where.path or "/"
        wire.request("GET" if body is None else "POST", target, body, dict(headers or {}))
        response = wire.getresponse()
        answer = Answer(response.status, response.read(LARGEST + 1))
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        raise Unreachable(f"{host} 没有答复（{type(wrong).__name__}）") from None
    finally:
        watch.cancel()
        wire.close()
    if 300 <= answer.status < 400:
        raise Unreachable(f"{host} 要转到别处去，没有跟去")
    if len(answer.body) > LARGEST:
        raise Unreachable(f"{host} 答得太长，没有看完")
    return answer


def split(url: str) -> SplitResult:
    """The parts of an address that may be asked: https, or http to an address of this machine."""
    try:
        where = urlsplit(url)
        named = bool(where.hostname) and where.username is None and bool(port_of(where))
    except ValueError:
        named = False
    if not named or not (where.scheme == "https" or (where.scheme == "http" and _is_here(where.hostname))):
        raise Unreachable("地址要以 https:// 开头，没有去连")
    return where


def port_of(where: SplitResult) -> int:
    return where.port or (443 if where.scheme == "https" else 80)


def is_listed(host: str, port: int) -> bool:
    """Whether `HOUQIN_OUTBOUND` names it: by host (the usual ports), or as host:port."""
    return f"{host}:{port}" in settings.OUTBOUND or (port in PORTS and host in settings.OUTBOUND)


def address_of(host: str, port: int) -> str:
    """Where a listed host is, looked up now; what is connected to is this address and no other.

    A name must lead to the open internet; an address inside the school or on this machine is reached only if
    the list names that very address.
    """
    if not is_listed(host, port):
        raise Unreachable(f"{host} 不在 HOUQIN_OUTBOUND 里，没有去连")
    try:
        found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise Unreachable(f"查不到 {host} 在哪里") from None
    if not _is_address(host) and not all(ipaddress.ip_address(one).is_global for one in found):
        raise Unreachable(f"{host} 指到了内部地址，没有去连")
    return found[0]


def _is_address(host: str | None) -> bool:
    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True


def _is_here(host: str | None) -> bool:
    return _is_address(host) and ipaddress.ip_address(host or "").is_loopback


class _Wire(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool):
        self.default_port = 443 if secure else 80
        super().__init__(host, port, timeout=TIMEOUT)
        self.address, self.secure = address, secure
        self.held: socket.socket | None = None

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), TIMEOUT)
        if self.secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
        self.held = self.sock

    def cut(self) -> None:
        """End an answer that drips: each wait is short, the whole is not."""
        if self.held is not None:
            with suppress(OSError):
                self.held.shutdown(socket.SHUT_RDWR)
