"""计划文件: the lines of an uploaded .txt or .docx. A .docx is read in a process of its own, with caps."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

from houqin.kernel.attachments import sniff
from houqin.kernel.errors import Refused, TooMany

from . import markup, read_docx
from .paragraphs import Line, lines_of

LARGEST = 20 * 1024 * 1024
TOO_LARGE = f"文件超过 {LARGEST // 1024 // 1024} MB，没有导入。只留计划的正文再导。"
SECONDS = 30
READERS = threading.BoundedSemaphore(2)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
OTHERS = {  # how a file begins that is neither, and what to do
    b"\xd0\xcf\x11\xe0": "这是旧的 .doc 或加了密码的文件，没有导入。不加密码另存为 .docx 再导。",
    b"%PDF": "这是 PDF，没有导入。找原来的 Word 文件，或者把文字复制出来粘贴进来。",
    b"{\\rtf": "这是 .rtf 文件，没有导入。用 Word 或 WPS 另存为 .docx 再导。",
    b"PK": "这不是能读的 .docx 文件（带宏的也不收），没有导入。用 Word 或 WPS 另存为 .docx 再导。",
}


def lines_from(name: str, data: bytes) -> list[Line]:
    """Its lines; refuses with a sentence what is no readable .txt or .docx, or out of bounds. The name
    decides nothing."""
    if not data.strip():
        raise Refused("文件是空的，没有导入。", field="file")
    if len(data) > LARGEST:
        raise Refused(TOO_LARGE, field="file")
    if sniff.mime_of(data) == WORD:
        return _from_word(data)
    for begins, sentence in OTHERS.items():
        if data.startswith(begins):
            raise Refused(sentence, field="file")
    return typed(decoded(data))


def typed(text: str, field: str = "file") -> list[Line]:
    """The lines of a text that was typed or pasted, within bounds."""
    if len(text) > read_docx.CHARACTERS or text.count("\n") > read_docx.LINES:
        raise Refused(read_docx.TOO_LONG, field=field)
    return _some(lines_of(text))


def decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 with or without a mark, else GBK; refuses what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:
        encodings = ["utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROL.search(text):
            return text
    raise Refused("这不是文字文件，没有导入。只收 .txt 和 .docx，也可以把文字粘贴进来。", field="file")


def _from_word(data: bytes) -> list[Line]:
    if not READERS.acquire(timeout=SECONDS):
        raise TooMany("正有两份文件在读，这一份没有开始。过一分钟再来。", wait=60)
    try:
        answer = _run_child(data)
    finally:
        READERS.release()
    if isinstance(answer, str):
        raise Refused(answer, field="file")
    bare = markup.off(["" if row else text for text, _, _, row in answer])
    return _some([
        Line(bare[n][0] if n in bare else text, True, level, number, row, text if n in bare else "")
        for n, (text, level, number, row) in enumerate(answer)
    ])  # fmt: skip


def _run_child(data: bytes) -> list[list] | str:
    """What the reading process answers: lines, or the sentence why not; also if it had to be ended."""
    try:
        done = subprocess.run(  # noqa: S603 - our own file, no shell, nothing of the sender's in the command
            [sys.executable, "-I", str(Path(read_docx.__file__))], input=data, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, check=False, timeout=SECONDS,
        )  # fmt: skip
        return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return read_docx.NOT_WORD


def _some(lines: list[Line]) -> list[Line]:
    if not lines:
        raise Refused("文件里没有文字，没有导入。", field="file")
    return lines
