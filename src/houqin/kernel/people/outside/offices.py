"""企业微信、钉钉、飞书: OAuth in three dialects. None of them signs who it is; what they answer over TLS to who
knows the secret is taken as said."""

from datetime import datetime
from urllib.parse import urlencode

from ..models import OutsideLogin
from . import Asked, NotVouched, Service, ask, secret_of, word
from .oidc import challenge

WECOM_DOOR, WECOM_APP, WECOM = "login.work.weixin.qq.com", "open.weixin.qq.com", "qyapi.weixin.qq.com"
DINGTALK_DOOR, DINGTALK = "login.dingtalk.com", "api.dingtalk.com"
FEISHU_DOOR, FEISHU = "accounts.feishu.cn", "open.feishu.cn"


def at(login: OutsideLogin, host: str, path: str, **query: str) -> str:
    """An address of the service, or of the school's own copy of it."""
    base = login.address.rstrip("/") or f"https://{host}"
    return f"{base}{path}?{urlencode(query)}" if query else f"{base}{path}"


def wecom_address(login: OutsideLogin, asked: Asked) -> str:
    """Inside the app without a question, elsewhere by the QR code."""
    common = {
        "appid": login.client_id,
        "redirect_uri": asked.back,
        "state": asked.state,
        "agentid": login.agent,
    }
    if asked.inside:
        path = "/connect/oauth2/authorize"
        query = {**common, "response_type": "code", "scope": "snsapi_base"}
        return f"{at(login, WECOM_APP, path, **query)}#wechat_redirect"
    return at(login, WECOM_DOOR, "/wwlogin/sso/login", login_type="CorpApp", **common)


def wecom_subject(login: OutsideLogin, asked: Asked, code: str, now: datetime) -> str:
    """The UserId; who is no member of the company has none."""
    query = {"corpid": login.client_id, "corpsecret": secret_of(login)}
    token = word(ask(at(login, WECOM, "/cgi-bin/gettoken", **query)), "access_token", longest=1000)
    found = ask(at(login, WECOM, "/cgi-bin/auth/getuserinfo", access_token=token, code=code))
    return word(found, "userid", "UserId")


def dingtalk_address(login: OutsideLogin, asked: Asked) -> str:
    query = {
        "client_id": login.client_id, "redirect_uri": asked.back, "response_type": "code", "scope": "openid",
        "state": asked.state, "prompt": "consent",
    }  # fmt: skip
    return at(login, DINGTALK_DOOR, "/oauth2/auth", **query)


def dingtalk_subject(login: OutsideLogin, asked: Asked, code: str, now: datetime) -> str:
    """The unionId: the same for all applications of one company."""
    said = {
        "clientId": login.client_id, "clientSecret": secret_of(login), "code": code,
        "grantType": "authorization_code",
    }  # fmt: skip
    token = word(
        ask(at(login, DINGTALK, "/v1.0/oauth2/userAccessToken"), said=said), "accessToken", longest=1000
    )
    headers = {"x-acs-dingtalk-access-token": token}
    return word(ask(at(login, DINGTALK, "/v1.0/contact/users/me"), headers=headers), "unionId")


def feishu_address(login: OutsideLogin, asked: Asked) -> str:
    query = {
        "client_id": login.client_id, "redirect_uri": asked.back, "response_type": "code",
        "state": asked.state, "code_challenge": challenge(asked.verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    return at(login, FEISHU_DOOR, "/open-apis/authen/v1/authorize", **query)


def feishu_subject(login: OutsideLogin, asked: Asked, code: str, now: datetime) -> str:
    """The open_id: its own for each application."""
    said = {
        "grant_type": "authorization_code", "client_id": login.client_id, "client_secret": secret_of(login),
        "code": code, "redirect_uri": asked.back, "code_verifier": asked.verifier,
    }  # fmt: skip
    token = word(
        ask(at(login, FEISHU, "/open-apis/authen/v2/oauth/token"), said=said), "access_token", longest=8000
    )
    headers = {"Authorization": f"Bearer {token}"}
    found = ask(at(login, FEISHU, "/open-apis/authen/v1/user_info"), headers=headers)
    person = found.get("data")
    if not isinstance(person, dict):
        raise NotVouched("回答里没有 open_id")
    return word(person, "open_id")


WECOM_SERVICE = Service(wecom_address, wecom_subject, (WECOM,))
DINGTALK_SERVICE = Service(dingtalk_address, dingtalk_subject, (DINGTALK,))
FEISHU_SERVICE = Service(feishu_address, feishu_subject, (FEISHU,))
