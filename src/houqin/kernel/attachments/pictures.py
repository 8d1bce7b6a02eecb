"""Pictures are redrawn in a child process: nothing of the sent file is kept but what can be seen.

One child takes the pictures of one request and ends; two run at most at a time. If the server is killed, the
pipe breaks and the child ends with it (its own CPU limit ends it in any case): there is nothing to clean up.
"""

import json
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Refused, TooMany
from .reencode import SENTENCES

CHILD = Path(__file__).with_name("reencode.py")
SECONDS = 20  # of the clock, for each picture
AT_ONCE = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A redrawn picture; `small` is its thumbnail, empty for a signature."""

    data: bytes
    small: bytes
    width: int
    height: int


def redraw(photos: list[bytes], *, drawing: bool = False) -> list[Picture | Refused]:
    """Each redrawn (`drawing`: as a signature), or the reason why not."""
    if not photos:
        return []
    if not AT_ONCE.acquire(timeout=SECONDS):
        raise TooMany("现在传照片的人多，这次没有保存。过一分钟再交。", wait=60)
    try:
        answer = _run_child(photos, "drawing" if drawing else "photo")
    finally:
        AT_ONCE.release()
    return _read(answer, len(photos))


def _run_child(photos: list[bytes], task: str) -> bytes:
    asked = b"".join(struct.pack(">I", len(photo)) + photo for photo in photos)
    command = [sys.executable, "-I", str(CHILD), task]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, no shell, nothing of the sender's in the command
            command, input=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
            timeout=SECONDS * len(photos),
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""
    return done.stdout


def _read(answer: bytes, count: int) -> list[Picture | Refused]:
    """What the child said of each; of the one it died over and those after it, that it cannot be read."""
    read: list[Picture | Refused] = []
    while len(answer) >= 4 and len(read) < count:
        end = 4 + struct.unpack(">I", answer[:4])[0]
        head: dict[str, Any] = json.loads(answer[4:end]) if len(answer) >= end else {"wrong": "unreadable"}
        if "wrong" in head:
            read.append(Refused(SENTENCES[head["wrong"]]))
            answer = answer[end:]
            continue
        middle, last = end + head["data"], end + head["data"] + head["small"]
        if len(answer) < last:
            break
        read.append(Picture(answer[end:middle], answer[middle:last], head["width"], head["height"]))
        answer = answer[last:]
    return read + [Refused(SENTENCES["unreadable"]) for _ in range(count - len(read))]
