"""A loopback server that vouches for people as OpenID Connect, 企业微信, 钉钉 and 飞书 do.

OIDC signs real tokens and minds its codes, secrets and PKCE. The others answer as remembered of their
documents (飞书's token address was read there, the rest not): 企业微信 and 飞书 put failures into a 200, 钉钉 says 400.
"""

import base64
import hmac
import json
import secrets
import threading
import time
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

ID, SECRET, AGENT = "houqin", "s3cr-et/of the+school", "1000002"


@cache
def keys():
    """The issuer's, and one that is not his; made once, it takes a while."""
    return tuple(RSAKey.generate_key(2048, auto_kid=True) for _ in range(2))


def of(part):
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


class Provider:
    """`who` is the subject that logs in there, `mood` how it answers, `claims` what its token says else."""

    def __init__(self, now=time.time):
        self.now, self.who, self.mood = now, "u-1001", "ok"
        self.claims, self.header, self.found = {}, {}, {}
        self.codes, self.asked = {}, []
        self.key, self.stranger = keys()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (Answers,), {"provider": self}))
        self.server.daemon_threads = True
        self.place = f"127.0.0.1:{self.server.server_port}"
        self.issuer = f"http://{self.place}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def agree(self, url):
        """The person over there says yes: where the browser is sent back to."""
        said = dict(parse_qsl(urlsplit(url).query))
        code = secrets.token_urlsafe(12)
        self.codes[code] = {**said, "who": self.who}
        name = "authCode" if urlsplit(url).path == "/oauth2/auth" else "code"
        return f"{said['redirect_uri']}?{urlencode({name: code, 'state': said['state']})}"

    def discovery(self):
        issuer = self.issuer
        return {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/keys", **self.found,
        }  # fmt: skip

    def token_of(self, code):
        """The ID token, spoilt as `claims`, `header` and `mood` say; a claim of None is left out."""
        now = int(self.now())
        claims = {
            "iss": self.issuer, "aud": ID, "sub": code["who"], "nonce": code["nonce"], "iat": now,
            "exp": now + 300, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.mood == "unsigned":
            return f"{of(json.dumps({'alg': 'none'}).encode())}.{of(json.dumps(claims).encode())}."
        if self.mood == "by-public-key":  # HS256 with the published key for a secret
            head = {"alg": "HS256", "kid": self.key.kid}
            said = f"{of(json.dumps(head).encode())}.{of(json.dumps(claims).encode())}"
            return f"{said}.{of(hmac.digest(self.key.as_pem(private=False), said.encode(), 'sha256'))}"
        signer = self.stranger if self.mood == "stranger" else self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **self.header}, claims, signer)

    def exchange(self, form, authorization):
        """/token: the code once, with the secret, the address and the verifier it was asked for with."""
        pair = f"{ID}:{SECRET.replace('/', '%2F').replace(' ', '%20').replace('+', '%2B')}"
        basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
        posted = (form.get("client_id"), form.get("client_secret")) == (ID, SECRET)
        if not (posted or hmac.compare_digest(authorization, basic)):
            return 401, {"error": "invalid_client"}
        code = self.codes.pop(form.get("code"), None)
        challenge = sha256(form.get("code_verifier", "").encode()).digest()
        if (
            code is None
            or code["redirect_uri"] != form.get("redirect_uri")
            or code["code_challenge"] != of(challenge)
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "unused", "id_token": self.token_of(code)}

    def answer(self, path, query, body, headers):
        """(status, object) for what was asked."""
        for kind in (self.oidc, self.wecom, self.dingtalk, self.feishu):
            if said := kind(path, query, body, headers):
                return said
        return 404, {"error": "not_found"}

    def oidc(self, path, query, body, headers):
        match path:
            case "/.well-known/openid-configuration":
                return 200, self.discovery()
            case "/keys":
                return 200, KeySet([self.key]).as_dict(private=False)
            case "/token":
                return self.exchange(dict(parse_qsl(body.decode())), headers.get("Authorization", ""))

    def wecom(self, path, query, body, headers):
        match path:
            case "/cgi-bin/gettoken":
                if (query.get("corpid"), query.get("corpsecret")) != (ID, SECRET):
                    return 200, {"errcode": 40001, "errmsg": "invalid credential"}
                return 200, {"errcode": 0, "errmsg": "ok", "access_token": "T" * 214, "expires_in": 7200}
            case "/cgi-bin/auth/getuserinfo":
                code = self.codes.pop(query.get("code"), None)
                if code is None or query.get("access_token") != "T" * 214:
                    return 200, {"errcode": 40029, "errmsg": "invalid code"}
                name = "openid" if self.mood == "outsider" else "userid"
                return 200, {"errcode": 0, "errmsg": "ok", name: code["who"], "user_ticket": "x"}

    def dingtalk(self, path, query, body, headers):
        match path:
            case "/v1.0/oauth2/userAccessToken":
                said = json.loads(body)
                code = self.codes.pop(said["code"], None)
                if code is None or (said["clientId"], said["clientSecret"]) != (ID, SECRET):
                    return 400, {
                        "code": "invalidParameter.authCode.notFound",
                        "requestid": "x",
                        "message": "no",
                    }
                return 200, {"accessToken": f"D-{code['who']}", "refreshToken": "x", "expireIn": 7200}
            case "/v1.0/contact/users/me":
                who = headers["x-acs-dingtalk-access-token"].removeprefix("D-")
                return 200, {"nick": "许", "openId": "o", "unionId": who}

    def feishu(self, path, query, body, headers):
        match path:
            case "/open-apis/authen/v2/oauth/token":
                said = json.loads(body)
                code = self.codes.pop(said["code"], None)
                right = (said["client_id"], said["client_secret"]) == (ID, SECRET)
                proof = of(sha256(said["code_verifier"].encode()).digest())
                if code is None or not right or code["code_challenge"] != proof:
                    return 400, {"code": 20050, "error": "invalid_grant", "error_description": "no"}
                return 200, {"code": 0, "access_token": f"F-{code['who']}", "expires_in": 7200}
            case "/open-apis/authen/v1/user_info":
                if self.mood == "refused":
                    return 200, {"code": 20005, "msg": "invalid access token"}
                who = headers["Authorization"].removeprefix("Bearer F-")
                return 200, {"code": 0, "msg": "success", "data": {"name": "许", "open_id": who}}


class Answers(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *said):
        pass

    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body):
        where, double = urlsplit(self.path), self.provider
        if where.path in (
            "/authorize",
            "/oauth2/auth",
            "/wwlogin/sso/login",
            "/open-apis/authen/v1/authorize",
        ):
            self._say(302, b"", Location=double.agree(self.path))  # a browser that says yes
            return
        double.asked.append(where.path)
        mood = double.mood if double.mood in BROKEN else ""
        if mood == "cut":
            self.connection.close()
        elif mood == "silent":
            time.sleep(2)
        elif mood == "redirect":
            self._say(302, b"", Location=f"http://{double.place}/keys")
        elif mood == "500":
            self._say(500, b"<html>no</html>")
        elif mood == "prose":
            self._say(200, b"<html>captive portal</html>")
        elif mood == "flood":
            self._say(200, b"[" * 70_000)
        elif mood == "deep":
            self._say(200, b"[" * 60_000)
        else:
            query = dict(parse_qsl(where.query))
            status, said = double.answer(where.path, query, body, self.headers)
            self._say(status, json.dumps(said).encode())

    def _say(self, status, body, **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


BROKEN = ["cut", "silent", "redirect", "500", "prose", "flood", "deep"]
