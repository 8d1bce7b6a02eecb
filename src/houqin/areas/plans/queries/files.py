"""计划文件: the lines of an uploaded .txt or .docx."""

from __future__ import annotations

from houqin.kernel.errors import Refused

from ..pure import reading
from ..pure.reading import Line


def lines_from(name: str, data: bytes) -> list[Line]:
    """Its lines; refuses with a sentence what is no readable .txt or .docx, or out of bounds."""
    if not data:
        raise Refused("文件是空的，没有导入。", field="file")
    return reading.lines_of(data.decode("utf-8-sig"))
