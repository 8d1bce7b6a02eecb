"""A loopback server that answers as the robots of 企业微信, 钉钉 and 飞书 do: failures in a 200 body,
frequency limits, signatures that are checked, and the ways in which a server can be broken."""

import base64
import hmac
import json
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY, SIGNING = "693a91f6-7xxx-4bc4", "SEC0f2a3c4d5e6f7a8b9c0d"
SENT = {
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "msg": "success", "StatusCode": 0, "StatusMessage": "success", "data": {}},
}
ERRORS = {
    "wecom": {"errcode": 93000, "errmsg": "invalid webhook url"},
    "dingtalk": {"errcode": 310000, "errmsg": "sign not match"},
    "feishu": {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"},
}
LIMITS = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "dingtalk": {"errcode": 130101, "errmsg": "send too fast"},
    "feishu": {"code": 11232, "msg": "frequency limited"},
}
PATHS = {
    "wecom": f"/cgi-bin/webhook/send?key={KEY}",
    "dingtalk": f"/robot/send?access_token={KEY}",
    "feishu": f"/open-apis/bot/v2/hook/{KEY}",
}


class Robot:
    """`mood` says how it answers: ok, or one of the ways to fail; `heard` is every text it took."""

    def __init__(self):
        self.mood, self.heard, self.asked = "ok", [], 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (Answers,), {"robot": self}))
        self.server.daemon_threads = True
        self.place = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def address(self, kind: str) -> str:
        return f"http://{self.place}{PATHS[kind]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Answers(BaseHTTPRequestHandler):
    robot: Robot

    def log_message(self, *said):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.robot.asked += 1
        where = urlsplit(self.path)
        kind = {"/cgi-bin/webhook/send": "wecom", "/robot/send": "dingtalk"}.get(where.path, "feishu")
        mood = self.robot.mood
        if mood == "cut":
            self.connection.close()
        elif mood == "silent":
            time.sleep(3)
        elif mood == "drip":
            self._drip()
        elif mood == "redirect":
            self._say(302, b"", Location=f"http://{self.robot.place}/elsewhere")
        elif mood in ("429", "500"):
            self._say(int(mood), b"<html>no</html>")
        elif mood == "prose":
            self._say(200, b"<html>captive portal</html>")
        elif mood == "flood":
            self._say(200, b"x" * 70_000)
        else:
            said = {"limit": LIMITS, "error": ERRORS}.get(mood, SENT)[kind]
            if mood == "ok" and not signed(kind, parse_qs(where.query), json.loads(body)):
                said = ERRORS[kind]
            elif mood == "ok":
                self.robot.heard.append(said_in(kind, json.loads(body)))
            self._say(200, json.dumps(said).encode())

    def _say(self, status, body, **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self):
        try:
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
            for _ in range(60):
                self.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            pass


def said_in(kind, body):
    return body["content"]["text"] if kind == "feishu" else body["text"]["content"]


def signed(kind, query, body) -> bool:
    """Whether it is signed as the service reckons it; who sends no signature has a robot without one."""
    if kind == "dingtalk" and "sign" in query:
        stamp = query["timestamp"][0]
        return query["sign"][0] == of(SIGNING.encode(), f"{stamp}\n{SIGNING}".encode())
    if kind == "feishu" and "sign" in body:
        return body["sign"] == of(f"{body['timestamp']}\n{SIGNING}".encode(), b"")
    return True


def of(key, text):
    return base64.b64encode(hmac.new(key, text, sha256).digest()).decode()
