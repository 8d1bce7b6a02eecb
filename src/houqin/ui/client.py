"""Where a request comes from: the one place that reads forwarding headers."""

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 — stands for "unknown", nothing listens there


def client_ip(request: HttpRequest) -> str:
    """The rightmost forwarded address that is not one of the school's own proxies, else the connection's.

    A forwarding header is believed only when the connection itself comes from a trusted proxy.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    if not _trusted(peer):
        return peer
    for said in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        address = _address(said)
        if address != NOWHERE and not _trusted(address):
            return address
    return peer


def by_trusted_proxy(request: HttpRequest) -> bool:
    return _trusted(_address(request.META.get("REMOTE_ADDR", "")))


def counted_as(address: str) -> str:
    """What throttles count: one IPv4 address, one IPv6 /64 (a single phone owns all of it)."""
    if ip_address(address).version == 4:
        return address
    return str(ip_network(f"{address}/64", strict=False))


def network(address: str) -> str:
    """What the list of sessions shows: enough to know one's own school again, no more."""
    if address == NOWHERE:
        return ""
    prefix = 24 if ip_address(address).version == 4 else 48
    return str(ip_network(f"{address}/{prefix}", strict=False))


def _address(text: str) -> str:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return NOWHERE
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def _trusted(address: str) -> bool:
    return any(ip_address(address) in proxies for proxies in _proxies(tuple(settings.TRUSTED_PROXIES)))


@cache
def _proxies(said: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in said)
