"""Out of the house: a list as .xlsx, .csv or on paper, as the person who asks may see it."""

from __future__ import annotations

import re
import tempfile
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote

from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localtime

from houqin.kernel import wording
from houqin.kernel.errors import TooMany
from houqin.ui import access

from . import cells
from .declare import Register
from .pick import Asked, may_see
from .sheets import Column, build_sheet, form_column, sheet_kind, sheet_value, width_of

FORMS = ("xlsx", "csv", "paper")
IN_MEMORY = 4 * 1024 * 1024
ON_PAPER = 2_000  # rows of one print
AT_ONCE, WAIT = threading.BoundedSemaphore(2), 20.0  # seconds a third one stands in line
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


def answer(request: access.Request, asked: Asked, form: str) -> HttpResponseBase:
    """The whole list as this person may see it now, in one consistent reading."""
    if form == "paper":
        return on_paper(request, asked)
    columns, rows = of_list(asked)
    with one_of_two():
        file = written(columns, rows, form, asked.register.name)
    return download(file, f"{asked.register.name}-{localtime(asked.at):%Y-%m-%d}.{form}")


@contextmanager
def one_of_two() -> Iterator[None]:
    """Two exports at a time; a third is told to come back."""
    if not AT_ONCE.acquire(timeout=WAIT):
        raise TooMany("正有两份表在导出，这一份没有开始。过一分钟再来。", wait=60)
    try:
        yield
    finally:
        AT_ONCE.release()


def of_list(asked: Asked) -> tuple[list[Column], Iterator[list[Any]]]:
    """The columns and rows of a list: its own sheet's where it has one, so that it can be read in again."""
    register = asked.register
    if register.sheet:
        return of_sheet(register, asked.ordered, asked.codes)
    layout = cells.Layout.of(register, [c for c in register.columns if may_see(c.duties, asked.codes)])
    columns = [
        Column(
            f"{c.label}，{c.unit}" if c.unit else c.label,
            sheet_kind(c.kind, bool(c.choices)),
            width_of(c.kind),
        )
        for c in layout.columns
    ]
    found = asked.ordered.values_list("pk", *layout.paths).iterator(chunk_size=2000)
    return columns, (
        [cells.plain(c, value) for c, value in zip(layout.columns, layout.found(row), strict=True)]
        for row in found
    )


def of_sheet(
    register: Register, rows: Any, codes: frozenset[str]
) -> tuple[list[Column], Iterator[list[Any]]]:
    """The register's own sheet: what an import of it reads."""
    assert register.sheet is not None
    able = [column for column in register.sheet.columns if may_see(column.duties, codes)]
    paths = [column.way for column in able]
    found = rows.values_list(*paths).iterator(chunk_size=2000)
    return [form_column(c) for c in able], (
        [sheet_value(column, value) for column, value in zip(able, row, strict=True)] for row in found
    )


def written(columns: Sequence[Column], rows: Iterable[Sequence[Any]], form: str, title: str) -> IO[bytes]:
    """The file of a list, read in one transaction of the alias that only reads."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed by the response)
    with transaction.atomic(using="reader"):
        build_sheet(file, columns, rows, form=form, title=title)
    file.seek(0)
    return file


def counting(rows: Iterable[Sequence[Any]], counted: list[int]) -> Iterator[Sequence[Any]]:
    """The rows as they pass by, their number left in `counted`."""
    for row in rows:
        counted.append(1)
        yield row


# ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────


def download(file: IO[bytes], name: str) -> HttpResponseBase:
    form = name.rsplit(".", 1)[-1]
    return FileResponse(file, content_type=MIME[form], headers={"Content-Disposition": disposition(name)})


def disposition(name: str) -> str:
    """RFC 6266: an ASCII name for the old, the full one in UTF-8;
    no sign of it can end the header or turn the text."""
    stem, _, ending = name.rpartition(".")
    kept = "".join(
        c for c in unicodedata.normalize("NFC", stem) if c.isprintable() and c not in '\\/:*?"<>|;'
    )
    kept = (kept.strip(" .") or "表")[:80]
    plain = re.sub(r"[^A-Za-z0-9._ -]", "", kept).strip(" .-") or "houqin"
    if re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", plain):
        plain = "houqin"
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{kept}.{ending}', safe='')}"


def on_paper(request: access.Request, asked: Asked) -> HttpResponse:
    """The list as an A4 print: the columns one sees, up to 2,000 rows."""
    from .views import chosen_columns, columns_of, seen_columns

    columns = columns_of(seen_columns(asked), chosen_columns(asked))
    layout = cells.Layout.of(asked.register, columns)
    rows = list(asked.ordered.values_list("pk", *layout.paths)[: ON_PAPER + 1])
    lines = [
        [
            (cells.text(c, value, asked.at), c.kind in cells.NUMBERS)
            for c, value in zip(columns, layout.found(row), strict=True)
        ]
        for row in rows[:ON_PAPER]
    ]
    context = {
        "register": asked.register,
        "paper": {
            "title": asked.register.name,
            "filled": f"{wording.paper_moment(asked.at)} 打印，{request.person.name}",
        },
        "heads": [(f"{c.label}，{c.unit}" if c.unit else c.label, c.kind in cells.NUMBERS) for c in columns],
        "lines": lines,
        "cut": ON_PAPER if len(rows) > ON_PAPER else 0,
        "back": {"url": asked.url()},
        "conditions": [str(chip) for chip in asked.chosen.values()],
    }
    return render(request, "ui/register_paper.html", context)
