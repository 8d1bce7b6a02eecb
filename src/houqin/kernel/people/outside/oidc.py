"""OpenID Connect, the code flow with PKCE: discovery, the exchange, and an ID token that is checked in full.

Signature, keys and claims are reckoned by joserfc. Whatever is asked stands on the issuer's own host.
"""

import base64
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ..models import OutsideLogin
from . import Asked, NotVouched, Service, ask, secret_of, word

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never none, never one by a shared secret
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LEEWAY = 60  # seconds by which two clocks may differ
TOKEN = 16_000  # characters of an ID token, at most
BROKEN = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


def address(login: OutsideLogin, asked: Asked) -> str:
    query = {
        "response_type": "code", "scope": "openid", "client_id": login.client_id, "redirect_uri": asked.back,
        "state": asked.state, "nonce": asked.nonce, "code_challenge": challenge(asked.verifier),
        "code_challenge_method": "S256",
    }  # fmt: skip
    door = discovered(login)["authorization_endpoint"]
    return f"{door}{'&' if '?' in door else '?'}{urlencode(query)}"


def subject(login: OutsideLogin, asked: Asked, code: str, now: datetime) -> str:
    found = discovered(login)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": asked.back,
        "code_verifier": asked.verifier,
    }  # fmt: skip
    headers = {}
    if "client_secret_basic" in found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        pair = f"{quote(login.client_id, safe='')}:{quote(secret_of(login), safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": login.client_id, "client_secret": secret_of(login)}
    token = word(ask(found["token_endpoint"], form=form, headers=headers), "id_token", longest=TOKEN)
    return word(claims_of(token, ask(found["jwks_uri"]), login, asked, now), "sub")


def discovered(login: OutsideLogin) -> dict[str, Any]:
    """What the issuer says of itself: it is the one we asked, and sends us nowhere else."""
    found = ask(f"{login.address.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != login.address:
        raise NotVouched("它自称的 issuer 和填的地址不一样")
    for name in ENDPOINTS:
        url = word(found, name)
        if not url.isascii() or _place(url) != _place(login.address):
            raise NotVouched(f"{name} 不在填的地址那台服务器上")
    return found


def claims_of(token: str, keys: Any, login: OutsideLogin, asked: Asked, now: datetime) -> dict[str, Any]:
    """The claims of an ID token that is signed by the issuer, for us, now, and for this one login."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    rules = jwt.JWTClaimsRegistry(
        int(now.timestamp()), LEEWAY, iss={"essential": True, "value": login.address},
        aud={"essential": True, "value": login.client_id}, azp={"value": login.client_id},
        nonce={"essential": True, "value": asked.nonce}, sub={"essential": True}, exp={"essential": True},
        iat={"essential": True},
    )  # fmt: skip
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, *BROKEN) as wrong:
        raise NotVouched(f"id_token 不对（{type(wrong).__name__}）") from None
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims:
        raise NotVouched("id_token 发给了好几家，没说是哪一家")
    return claims


def challenge(verifier: str) -> str:
    """PKCE, S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _place(url: str) -> tuple[str, str]:
    """Scheme and server of an address."""
    try:
        where = urlsplit(url)
    except ValueError:
        return "", ""
    return where.scheme, where.netloc.lower()


OIDC_SERVICE = Service(address, subject)
