"""What a school does: the wheel and the lock into an empty environment, start, log in by the one-time link.

usage: wheel_check.py     exit code 0 when the whole way was walked, without Node, make or the source tree
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(https?://[^\s/]+)?(/first/[^\s/]+/)")
PASSWORD = "Lantern-Meadow-4172"


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def build(into: Path) -> Path:
    hatch = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", into]
    subprocess.run(hatch, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    wheel = next(into.glob("houqin-*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    need = [
        r"houqin/ui/static/dist/manifest\.json$",
        r"houqin/ui/static/dist/assets/.*\.js$",
        r"houqin/ui/static/dist/assets/.*\.css$",
        r"houqin/kernel/migrations/0001_.*\.py$",
        r"/templates/.*\.html$",
        r"\.dist-info/licenses/LICENSE$",
    ]
    missing = [pattern for pattern in need if not any(re.search(pattern, name) for name in names)]
    stray = [name for name in names if re.search(r"/tests/|/fe/|node_modules|\.sqlite3$", name)]
    if missing or stray:
        raise SystemExit(f"the wheel lacks {missing}, and should not hold {stray[:5]}")
    say(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, {len(names)} files, assets inside")
    return wheel


def install(wheel: Path, into: Path) -> Path:
    base = getattr(sys, "_base_executable", sys.executable)
    python, uv = into / "bin" / "python", ROOT / ".uv" / "bin" / "uv"
    lock = ["--require-hashes", "-r", str(ROOT / "requirements.lock")]
    subprocess.run([base, "-m", "venv", *(["--without-pip"] if uv.exists() else []), into], check=True)
    pip = [uv, "pip", "install", "-p", python] if uv.exists() else [python, "-m", "pip", "install"]
    subprocess.run([*pip, "-q", *lock], check=True)
    subprocess.run([*pip, "-q", "--no-deps", wheel], check=True)
    say("installed with the lock into an empty environment")
    return into / "bin" / "houqin"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """`houqin start` in a folder of its own; its lines are kept, so that a failure shows them."""

    def __init__(self, command: Path, folder: Path):
        self.port = free_port()
        self.lines: list[str] = []
        keep = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        own = {"PATH": "/usr/bin:/bin", "HOUQIN_DATA": str(folder / "data"), "PYTHONUNBUFFERED": "1"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        start = [command, "start", "--port", str(self.port)]
        self.process = subprocess.Popen(start, cwd=folder, env={**keep, **own}, **pipes)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, found, seconds: float, what: str):
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if answer := found():
                return answer
            time.sleep(0.2)
        said = "\n".join(self.lines[-40:])
        raise SystemExit(f"{what} did not come within {seconds:.0f} s; the server said:\n{said}")

    def link(self) -> str | None:
        hits = [m for line in list(self.lines) if (m := LINK.search(line))]
        return hits[0].group(2) if hits else None

    def answers(self) -> bool:
        try:
            return httpx.get(self.base + "/", timeout=5, follow_redirects=True).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> float:
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SystemExit("houqin start did not end within 15 s of SIGTERM") from None
        if code not in (0, -signal.SIGTERM):
            raise SystemExit(f"houqin start ended with {code}:\n" + "\n".join(self.lines[-20:]))
        return time.monotonic() - begun


def filled(page: str) -> dict[str, str]:
    """The one form of the page as a person fills it: what stands there stays, passwords are typed."""
    form = {}
    for tag in re.findall(r"<input[^>]*>", page):
        says = dict(re.findall(r'\b(name|type|value)="([^"]*)"', tag))
        if "name" in says and says.get("type") not in ("submit", "button", "checkbox", "search"):
            form[says["name"]] = PASSWORD if says.get("type") == "password" else says.get("value", "")
    return form


def log_in(server: Server, link: str) -> None:
    with httpx.Client(base_url=server.base, follow_redirects=True, timeout=20) as person:
        page = person.get(link)
        page.raise_for_status()
        form = filled(page.text)
        done = person.post(page.url, data=form, headers={"Referer": str(page.url), "Origin": server.base})
        if done.status_code != 200 or "/first/" in str(done.url):
            said = re.sub(r"<[^>]+>|\s+", " ", done.text)[:800]
            raise SystemExit(f"the first form {sorted(form)}: {done.status_code} at {done.url}:\n{said}")
        desk = person.get("/")
        if desk.status_code != 200 or "login" in str(desk.url):
            raise SystemExit(f"after the first link, / answered {desk.status_code} at {desk.url}")
        for path in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', desk.text)):
            if person.get(path).status_code != 200:
                raise SystemExit(f"{path} is not served from the wheel")
        again = httpx.get(server.base + link, timeout=20)
        if again.status_code != 404:
            raise SystemExit(f"the link works a second time: {again.status_code}")
    say("the first administrator's link worked once; the desk and its assets answer")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="houqin-wheel-"))
    try:
        command = install(build(folder / "dist"), folder / "venv")
        server = Server(command, folder)
        try:
            link = server.wait(server.link, 180, "the first administrator's link")
            server.wait(server.answers, 60, "an answer on /")
            say("houqin start answers and has printed the link")
            log_in(server, link)
            say(f"SIGTERM ended it in {server.stop():.1f} s")
        finally:
            if server.process.poll() is None:
                server.process.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
