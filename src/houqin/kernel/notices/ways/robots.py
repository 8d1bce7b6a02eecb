"""企业微信、钉钉、飞书: the robots of group chats. They report failures in a 200, so the code in it is read."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from ... import outbound
from . import DOWN, REFUSED, SENT, Said

BUSY = {-1, 45009, 130101, 9499, 11232}  # too often, or the service itself is in trouble: later
KNOWN = {
    93000: "机器人地址不对", 300001: "机器人地址不对", 310000: "签名、关键词或 IP 对不上", 19001: "机器人地址不对",
    19021: "签名对不上", 19022: "IP 对不上", 19024: "关键词对不上", 45009: "发得太快", 130101: "发得太快",
    11232: "发得太快", 9499: "发得太快",
}  # fmt: skip


def wecom(address: str, secret: str, text: str, at: datetime) -> Said:
    return _post(address, {"msgtype": "text", "text": {"content": text}})


def dingtalk(address: str, secret: str, text: str, at: datetime) -> Said:
    """Signed robots: HMAC-SHA256 over time and secret, in the address, encoded once."""
    if secret:
        stamp = str(int(at.timestamp() * 1000))
        sign = _signature(secret.encode(), f"{stamp}\n{secret}".encode())
        address = f"{address}&{urlencode({'timestamp': stamp, 'sign': sign})}"
    return _post(address, {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}})


def feishu(address: str, secret: str, text: str, at: datetime) -> Said:
    """Signed robots: time and secret are the key, nothing is the message; both go in the body."""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        stamp = str(int(at.timestamp()))
        body |= {"timestamp": stamp, "sign": _signature(f"{stamp}\n{secret}".encode(), b"")}
    return _post(address, body)


ROBOTS: dict[str, Callable[[str, str, str, datetime], Said]] = {
    "wecom": wecom,
    "dingtalk": dingtalk,
    "feishu": feishu,
}


def _signature(key: bytes, said: bytes) -> str:
    return base64.b64encode(hmac.new(key, said, sha256).digest()).decode()


def _post(address: str, body: dict[str, Any]) -> Said:
    try:
        answer = outbound.fetch_url(
            address, body=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
        )
    except outbound.Unreachable as wrong:
        return Said(DOWN, str(wrong))
    if answer.status == 429 or answer.status >= 500:
        return Said(DOWN, f"HTTP {answer.status}")
    return _read(answer) if answer.status == 200 else Said(REFUSED, f"HTTP {answer.status}")


def _read(answer: outbound.Answer) -> Said:
    """Its code, and nothing of its words: they may repeat what was sent. No code is no success."""
    try:
        said = json.loads(answer.body)
        code = said.get("errcode", said.get("code", said.get("StatusCode")))
    except (ValueError, AttributeError):
        code = None
    if not isinstance(code, int):
        return Said(DOWN, "回答看不懂")
    if code == 0:
        return Said(SENT, "0")
    return Said(DOWN if code in BUSY else REFUSED, f"{code} {KNOWN.get(code, '')}".strip())
