"""Many browsers in one thread: so that asking costs little beside being answered.

Each line is one kept-open connection that asks the next of its stream as soon as it is answered.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Ask:
    """One request as it goes over the wire; `name` sorts the answers, `statuses` are the good ones."""

    name: str
    wire: bytes
    statuses: tuple[int, ...] = (200,)


@dataclass(frozen=True)
class Answer:
    name: str
    ms: float
    status: int
    wrong: str = ""


@dataclass
class Line:
    """A connection and what is under way on it."""

    stream: Iterator[Ask]
    asked: Ask
    sock: socket.socket
    since: float = 0.0
    got: bytearray = field(default_factory=bytearray)


def storm(port: int, streams: list[Iterator[Ask]], seconds: float) -> tuple[list[Answer], float]:
    """Ask on every stream at once for so long, then wait for what is under way; answers and seconds."""
    began = time.perf_counter()
    until, found = began + seconds, []
    with selectors.DefaultSelector() as waiting:
        for stream in streams:
            line = Line(stream, next(stream), socket.create_connection(("127.0.0.1", port)))
            waiting.register(line.sock, selectors.EVENT_READ, line)
            _send(line, port)
        while waiting.get_map():
            ready = waiting.select(LONGEST_WAIT)
            if not ready:
                raise AssertionError(f"no answer in {LONGEST_WAIT:.0f} s")
            for key, _ in ready:
                answer = _take(key.data)
                if answer is None:
                    continue
                found.append(answer)
                if time.perf_counter() < until:
                    _go_on(key.data, waiting, port)
                else:
                    waiting.unregister(key.data.sock)
                    key.data.sock.close()
    return found, time.perf_counter() - began


def _send(line: Line, port: int) -> None:
    line.got.clear()
    line.since = time.perf_counter()
    line.sock.sendall(line.asked.wire)


def _go_on(line: Line, waiting: selectors.BaseSelector, port: int) -> None:
    line.asked = next(line.stream)
    if b"connection: close" in line.got[:2000].lower():
        waiting.unregister(line.sock)
        line.sock.close()
        line.sock = socket.create_connection(("127.0.0.1", port))
        waiting.register(line.sock, selectors.EVENT_READ, line)
    _send(line, port)


def _take(line: Line) -> Answer | None:
    """The answer, once all of it is there."""
    more = line.sock.recv(262_144)
    line.got += more
    head, mark, _ = bytes(line.got[:4000]).partition(b"\r\n\r\n")
    if not more:
        return Answer(line.asked.name, _ms(line), 0, "the connection was closed")
    if not mark:
        return None
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
    if len(line.got) < len(head) + 4 + length:
        return None
    status = int(head.split(b" ", 2)[1])
    whole = status != 200 or line.got.rstrip().endswith(b"</html>")
    wrong = (
        ""
        if status in line.asked.statuses and whole
        else f"{line.asked.name}: {status}, {len(line.got)} bytes"
    )
    return Answer(line.asked.name, _ms(line), status, wrong)


def _ms(line: Line) -> float:
    return 1000 * (time.perf_counter() - line.since)
