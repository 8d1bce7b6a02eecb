"""`houqin start`: web pages and ticks in one process; ends cleanly on Ctrl-C and SIGTERM."""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import django

from houqin import __version__
from houqin.kernel.errors import Refused

from . import folder

THREADS = 10
DAY = 24 * 3600
PLAIN, TLS = 8000, 8443
LOOPBACK = ("127.0.0.1", "localhost", "::1")

log = logging.getLogger("houqin.server")


def start(asked: argparse.Namespace) -> None:
    """Serve until told to stop."""
    data = folder.data()
    folder.make_ready(data)
    with folder.held(data):
        host, port = asked.host or "127.0.0.1", asked.port or (TLS if asked.https else PLAIN)
        _environment(host, port, asked.https)
        django.setup()
        refuse_taken(host, port)
        from . import address, founding, upkeep

        upkeep.ready()
        address.remember(data, os.environ["HOUQIN_URL"])
        link = founding.first_link()
        served = [_server(host, port, tls=asked.https)]
        if asked.https and port != PLAIN and is_free(host, PLAIN):
            served.append(_server(host, PLAIN, tls=False, onward=port))
        _serve(served, port, asked.https, link)


def _environment(host: str, port: int, https: bool) -> None:
    """What settings read: names under which the house is reached, the address on labels,
    cookies for https.
    """
    from .https import names_of_this_machine

    scheme = "https" if https else "http"
    names = [*LOOPBACK[:2], "[::1]"]
    if host not in LOOPBACK:
        names += [name for name in names_of_this_machine() if name not in names]
    os.environ.setdefault("HOUQIN_HOSTS", ",".join(names))
    shown = names[3] if len(names) > 3 else "127.0.0.1"
    os.environ.setdefault("HOUQIN_URL", f"{scheme}://{shown}:{port}")
    if https:
        os.environ["HOUQIN_HTTPS"] = "true"


def refuse_taken(host: str, port: int) -> None:
    """Say at once when the port cannot be had, before anything else is done."""
    if not is_free(host, port):
        raise Refused(
            f"地址 {host} 端口 {port} 用不了（多半已被占用），没有启动。换一个端口：--port {port + 1}"
        )


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def _server(host: str, port: int, *, tls: bool, onward: int = 0) -> Any:
    """One listening port; `onward`: plain http that sends on to https."""
    from cheroot import wsgi

    from . import https
    from .wsgi import application

    serves = https.doorstep(application, onward) if onward else application
    made = wsgi.Server(
        (host, port), serves, numthreads=3 if onward else THREADS, timeout=30, shutdown_timeout=5
    )
    made.max_request_body_size = 40 * 1024 * 1024
    made.max_request_header_size = 64 * 1024
    made.request_queue_size = 128
    made.error_log = _error_log  # type: ignore[method-assign]
    if tls:
        made.ssl_adapter = https.adapter()
    return made


def _error_log(msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
    from houqin.kernel.log import log_safe

    log.log(level, "%s", log_safe(msg), exc_info=traceback)


def _serve(servers: list[Any], port: int, https: bool, link: str) -> None:
    from . import ticks

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    for one in servers:
        one.prepare()
        threading.Thread(target=one.serve, name="web", daemon=True).start()
    clock = threading.Thread(target=ticks.run, args=(stop,), name="ticks", daemon=True)
    clock.start()
    _say(port, https, link)
    try:
        day = time.monotonic()
        while not stop.wait(1.0):
            if https and time.monotonic() - day > DAY:
                day = _renew(servers)
    finally:
        stop.set()
        for one in servers:
            one.stop()
        clock.join(10)
        log.info("stopped")
        print("后勤已停止。", flush=True)


def _renew(servers: list[Any]) -> float:
    """The certificate's day; a failure is written down and tried again the next day."""
    from . import https

    try:
        for one in servers:
            if one.ssl_adapter:
                https.renew(one.ssl_adapter)
    except OSError:
        log.exception("certificate not renewed")
    return time.monotonic()


def _say(port: int, https: bool, link: str) -> None:
    """Where to click."""
    from django.conf import settings

    from houqin.kernel.school.queries import school

    scheme = "https" if https else "http"
    house = school()
    here = f"{scheme}://127.0.0.1:{port}/"
    log.info("started %s on %s", __version__, here)
    print(
        f"后勤 {__version__} · {house.name}{'（演示）' if house.is_demo else ''} · 数据目录 {Path(settings.DATA)}"
    )
    print(f"  用浏览器打开 {here}")
    if here.rstrip("/") != settings.URL:
        print(f"  别的电脑和手机打开 {settings.URL}/")
    if https:
        plain = settings.URL.replace("https://", "http://").replace(f":{port}", f":{PLAIN}")
        print(f"  手机第一次用，先装学校的证书：{plain}/trust/")
    if link:
        print(
            f"  第一位管理员从这里设密码（只能用一次，72 小时内有效）：\n  {scheme}://127.0.0.1:{port}{link}"
        )
    print("  按 Ctrl-C 停止", flush=True)
    sys.stdout.flush()
