"""The real server as a process group of its own, on loopback, with a data folder of its own;
killed and started again.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.command import environment, script

PATIENCE = 20.0  # seconds a client waits for an answer: the lock's ten and some
COMES_BACK = 20.0  # seconds; 10 on a machine of its own (security-cases.md, N6)
SCHOOL = """
import django; django.setup()
from houqin.config import upkeep
upkeep.ready()
from django.conf import settings
from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.models import FaultType
from houqin.kernel.people.models import Person
from houqin.kernel.school.models import School
from tests import cast
cast.found_school()
School.objects.update(is_demo=True)
repairs.lay_out(act=cast.system())
FaultType.objects.filter(code="W01").update(worker=Person.objects.get(code="repairman"))
(settings.DATA / "demo").write_text("")
"""
FACTS = """
import django; django.setup()
import json
from houqin.areas.repairs.models import FaultType
from houqin.kernel.places.models import Place
place, fault_type = Place.objects.get(code="c32"), FaultType.objects.get(code="W01")
print(json.dumps({"place": place.pk, "fault_type": fault_type.pk}))
"""


def found(data: Path, **env: str) -> Path:
    """A small school whose roles come in by the demo's door,
    with a fault type that goes straight to its worker.
    """
    data.mkdir(parents=True)
    (data / "tmp").mkdir()
    said = script(data, SCHOOL, **env)
    assert said.code == 0, said.err
    return data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`houqin start`, or a mutant of it (`python -m tests.fault.mutants NAME`)."""

    def __init__(self, data: Path, mutant: str = "", **env: str):
        self.data, self.mutant, self.env, self.port = data, mutant, env, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.waited: list[float] = []

    def start(self) -> None:
        """Start, and wait for the first answer; how long it took is kept."""
        words = ["tests.fault.mutants", self.mutant] if self.mutant else ["houqin.config.cli"]
        begun = time.monotonic()
        with open(self.data.parent / "server.txt", "ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *words, "start", "--port", str(self.port)], cwd=self.data.parent,
                env=environment(self.data, **self.env), stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
        while time.monotonic() - begun < 3 * COMES_BACK:
            try:
                if httpx.get(f"{self.base}/healthz", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                assert self.process.poll() is None, (self.data.parent / "server.txt").read_text()[-2000:]
                time.sleep(0.1)
        self.waited.append(time.monotonic() - begun)

    def kill(self) -> None:
        """SIGKILL to the whole group that we started, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Person:
    """A browser of one person; comes in by the demo's door."""

    def __init__(self, base: str, role: str):
        self.web = httpx.Client(base_url=base, timeout=PATIENCE)
        self.role = role

    def enter(self) -> "Person":
        self.web.get("/login/")
        self.post("/demo/enter/", person=self.role)
        return self

    def post(self, path: str, files: dict | None = None, **fields: object) -> httpx.Response:
        token = self.web.cookies.get("csrf", "")
        headers = {
            "Referer": f"{self.web.base_url}",
            "Origin": str(self.web.base_url).rstrip("/"),
            "X-CSRFToken": token,
        }
        return self.web.post(path, data={k: str(v) for k, v in fields.items()}, files=files, headers=headers)
