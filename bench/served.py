"""A server of ours as a process of its own, a person logged in to it, and what the process costs."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from urllib.parse import urlencode

from .load import Ask

TICK = os.sysconf("SC_CLK_TCK")
WAY_ON = (302, 303)  # how a form that was taken is answered


@dataclass
class Server:
    """`houqin start` on loopback with the settings of the bench."""

    data: Path
    port: int = 0
    process: subprocess.Popen | None = None
    booted_in: float = 0
    visitors: list["Visitor"] = field(default_factory=list)  # who has entered so far

    def __enter__(self) -> "Server":
        self.start()
        return self

    def start(self) -> None:
        self.port = self.port or free_port()
        env = {**os.environ, "HOUQIN_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "bench.settings",
               "HOUQIN_TRUSTED_PROXIES": "127.0.0.1",
               "PYTHONPATH": os.pathsep.join(("src", "."))}  # fmt: skip
        command = [sys.executable, "-m", "houqin.config.cli", "start", "--port", str(self.port)]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while not self.healthy():
            if self.process.poll() is not None:
                raise SystemExit(f"server ended with {self.process.returncode}; see {self.data}/log")
            time.sleep(0.02)
        self.booted_in = time.perf_counter() - began

    def settle(self) -> None:
        """Wait until the jobs of the first minute are done: a second with less than a tenth of a core."""
        for _ in range(60):
            was = self.cpu()
            time.sleep(1)
            if self.cpu() - was < 0.1:
                return

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)

    def healthy(self) -> bool:
        try:
            return ask(self.port, "GET", "/healthz")[0] == 200
        except OSError:
            return False

    def cpu(self) -> float:
        """User and system seconds of the server's process."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """PSS in MB of the server and its children."""
        pids = [str(self.process.pid), *children(self.process.pid)]
        rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
        return sum(int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) for text in rollups) / 1024


def children(pid: int) -> list[str]:
    direct = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return direct + [grand for child in direct for grand in children(int(child))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(
    port: int, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
) -> tuple[int, str, list]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body or None, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text, answer.getheaders()


@dataclass
class Visitor:
    """A browser's worth of state: cookies, the CSRF token, one connection kept open."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    connection: HTTPConnection | None = None
    queries: int = 0  # of the last page, where it was asked for with X-Count

    def enter(self, code: str) -> "Visitor":
        """Through the demo's door."""
        self.get("/login/")
        status, _ = self.post("/demo/enter/", {"person": code}, op=False)
        assert status in (302, 303), f"no door for {code}: {status}"
        return self

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path, "", {})

    def must(self, method: str, path: str, values: dict[str, str] | None = None, *, op: bool = True) -> str:
        """Ask, and refuse anything but a page or a way on."""
        status, text = self.get(path) if method == "GET" else self.post(path, values or {}, op=op)
        good = (200,) if method == "GET" else WAY_ON
        assert status in good, f"{method} {path}: {status} {text[:300]}"
        return text

    def asks(self, path: str, name: str = "") -> Ask:
        """A page as it is asked for over the wire."""
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self._cookie()}\r\n\r\n"
        return Ask(name or path, head.encode())

    def sends(self, path: str, values: dict[str, str], name: str = "") -> Ask:
        """A form as it is sent over the wire, each time under a new operation."""
        sent = {**values, "csrfmiddlewaretoken": self.cookies["csrf"], "_op": str(uuid.uuid4())}
        body = urlencode(sent).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self._cookie()}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return Ask(name or path, head.encode() + body, statuses=WAY_ON)

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def post(self, path: str, values: dict[str, str], *, op: bool = True) -> tuple[int, str]:
        sent = {**values, "csrfmiddlewaretoken": self.cookies["csrf"]}
        sent |= {"_op": str(uuid.uuid4())} if op else {}
        return self._send(
            "POST", path, urlencode(sent), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def _asked(self, method: str, path: str, body: str, headers: dict[str, str]) -> HTTPResponse:
        self.connection = self.connection or HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.connection.request(method, path, body or None, headers)
        return self.connection.getresponse()

    def _send(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
        sent = {**self.headers, **headers, "Cookie": self._cookie()}
        try:
            answer = self._asked(method, path, body, sent)
        except (RemoteDisconnected, ConnectionError):  # it was left idle for longer than the server waits
            self.connection = None
            answer = self._asked(method, path, body, sent)
        text = answer.read().decode("utf-8", "replace")
        self.queries = int(answer.getheader("X-Queries") or 0)
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, text
