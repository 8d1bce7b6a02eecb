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
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """`houqin start` on loopback with the settings of the bench."""

    data: Path
    port: int = 0
    process: subprocess.Popen | None = None
    booted_in: float = 0

    def __enter__(self) -> "Server":
        self.port = self.port or free_port()
        env = {**os.environ, "HOUQIN_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "bench.settings",
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
        return self

    def __exit__(self, *_: object) -> None:
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
    connection: HTTPConnection | None = None

    def enter(self, code: str) -> "Visitor":
        """Through the demo's door."""
        self.get("/login/")
        status, _ = self.post("/demo/enter/", {"person": code})
        assert status in (302, 303), f"no door for {code}: {status}"
        return self

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path, "", {})

    def post(self, path: str, values: dict[str, str], op: str = "") -> tuple[int, str]:
        sent = {**values, "csrfmiddlewaretoken": self.cookies["csrf"], "_op": op or str(uuid.uuid4())}
        return self._send(
            "POST", path, urlencode(sent), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def _send(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
        self.connection = self.connection or HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body or None, {**headers, "Cookie": cookie})
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, text
