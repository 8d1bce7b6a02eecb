"""Import on screen: the empty sheet, the upload, the look at what it would do, and the confirmation."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localtime

from houqin.kernel.act import Act
from houqin.kernel.errors import Refused
from houqin.ui import access

from . import intake, matching, sending, sheets, upload, values
from .declare import Register, SheetColumn
from .pick import may_see

SHOWN = 100  # lines of each kind on the page; all of them stand in the file
KINDS = {
    "text": "文字", "code": "文字，前面的 0 会留着", "phone": "电话号码，按文字填",
    "date": "日期，如 2026-09-01、2026/9/1、2026年9月1日、20260901", "money": "元，最多两位小数，如 1200.50、1,200.50",
    "quantity": "数字，最多三位小数", "whole": "整数", "yes": "是 或 否", "ref": "已有的编码或名称", "own": "已有的编码，或本表里的编码",
}  # fmt: skip


def template(request: access.Request, register: Register) -> HttpResponseBase:
    """An empty sheet with the heads, choice lists, and a second page that says what goes where."""
    columns = able(request, register)
    file = tempfile.SpooledTemporaryFile(max_size=sending.IN_MEMORY)  # noqa: SIM115
    sheets.build_sheet(
        file,
        [sheets.form_column(column) for column in columns],
        [],
        title=register.name,
        help_lines=help_lines(columns),
    )
    file.seek(0)
    return sending.download(file, f"{register.name}-空表.xlsx")


def able(request: access.Request, register: Register) -> list[SheetColumn]:
    assert register.sheet is not None
    codes = access.codes(request)
    return [column for column in register.sheet.columns if may_see(column.duties, codes)]


def help_lines(columns: list[SheetColumn]) -> list[list[str]]:
    lines = [["列", "必填", "怎么填", "例子"]]
    for column in columns:
        how = (
            "从列表里选：" + "、".join(str(label) for _, label in column.choices)
            if column.choices
            else KINDS[column.kind]
        )
        hint = f"{how}。{column.hint}" if column.hint else how
        lines.append([column.label, "必填" if column.required else "", hint, column.example])
    return lines


def start(request: access.Request, register: Register) -> HttpResponse:
    """The upload; a file that cannot be read is answered on the same page."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            token = _taken(request, register)
            return HttpResponseRedirect(f"{token}/", status=303)
        except Refused as no:
            refusal, status = str(no), no.status
    context = {
        "register": register, "refusal": refusal, "columns": help_lines(able(request, register))[1:],
        "back": {"url": "../"}, "top_title": f"导入{register.name}",
    }  # fmt: skip
    return render(request, "ui/import.html", context, status=status)


def _taken(request: access.Request, register: Register) -> str:
    file = request.FILES.get("file")
    assert register.sheet is not None
    if file is None:
        raise Refused("没有选文件，没有导入。", field="file")
    token = upload.take_in(file.name or "", file.chunks(), register, request.person)
    matching.head_of(
        upload.kept(token, register, request.person), able(request, register), register.sheet
    )  # refuses early
    return token


def look(request: access.Request, register: Register, token: str) -> HttpResponse:
    """What the sheet would do, row by row; POST does it, the whole of it or nothing."""
    act = replace(access.act(request), via="import")
    if request.method != "POST":
        return _shown(request, register, upload.kept(token, register, request.person), act)
    try:
        access.once(
            request,
            f"import/{upload.of_register(register)}",
            lambda: _confirmed(request, register, token, act),
        )
    except Refused as no:
        if no.status == 404:
            raise
        return _shown(
            request, register, upload.kept(token, register, request.person), act, str(no), no.status
        )
    upload.forget(token)
    messages.success(request, "整份表已经写入")
    return HttpResponseRedirect("../../", status=303)


def _confirmed(request: access.Request, register: Register, token: str, act: Act) -> Any:
    reading = upload.kept(token, register, request.person)
    return intake.confirm(register, reading, request.POST.get("digest", ""), act)[1]


def _shown(
    request: access.Request,
    register: Register,
    reading: upload.Reading,
    act: Act,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    found = intake.look(register, reading, act)
    counts = found.counts
    context = {
        "register": register,
        "reading": reading,
        "found": found,
        "counts": counts,
        "to_write": counts["new"] + counts["change"],
        "heads": [column.label for column in found.columns.values()],
        "wrong": [shown_line(found, line) for line in found.wrong[:SHOWN]],
        "wrong_left": max(0, len(found.wrong) - SHOWN),
        "changed": found.of("change")[:SHOWN],
        "new": [shown_line(found, line) for line in found.of("new")[:SHOWN]],
        "remarks": [(line.number, "；".join(line.remarks)) for line in found.lines if line.remarks][:SHOWN],
        "refusal": refusal,
        "back": {"url": "../"},
        "top_title": f"导入{register.name}",
    }
    return render(request, "ui/import.html", context, status=status)


def shown_line(found: matching.Look, line: matching.Line) -> dict[str, Any]:
    """A row as the preview prints it: each cell as it stands in the sheet, with what is wrong under it."""
    said: dict[str, list[str]] = {}
    for name, sentence in line.wrong:
        said.setdefault(name, []).append(sentence)
    second = next((at for at, column in found.columns.items() if column.name != found.sheet.key), None)
    cells = [
        {
            "label": column.label,
            "text": values.shown(line.cells[at] if at < len(line.cells) else None),
            "wrong": "；".join(said.get(column.name, ())),
            "slot": "title" if column.name == found.sheet.key else "place" if second == at else "",
        }
        for at, column in found.columns.items()
    ]
    return {"number": line.number, "cells": cells, "wrong": "；".join(said.get("", ()))}


def problems(request: access.Request, register: Register, token: str) -> HttpResponseBase:
    """The same sheet back, with a column 问题 and the cells marked."""
    reading = upload.kept(token, register, request.person)
    found = intake.look(register, reading, replace(access.act(request), via="import"))
    form = "csv" if reading.kind == "csv" else "xlsx"
    file = tempfile.SpooledTemporaryFile(max_size=sending.IN_MEMORY)  # noqa: SIM115
    columns, rows, marked = with_problems(found)
    sheets.build_sheet(file, columns, rows, form=form, title=register.name, marked=marked)
    file.seek(0)
    name = reading.name.rsplit(".", 1)[0]
    return sending.download(file, f"{name}-问题-{localtime(request.now):%m%d%H%M}.{form}")


def with_problems(found: matching.Look) -> tuple[list[sheets.Column], list[list[Any]], set[tuple[int, int]]]:
    """The sheet's rows as they were, each refused one with its sentences behind it."""
    rows, head = found.reading.rows, found.head
    wide = max((len(row) for row in rows), default=0)
    said = {line.number - 1: line for line in found.wrong}
    spots = {column.name: at for at, column in found.columns.items()}
    filled = [[plain(cell) for cell in row] + [""] * (wide - len(row)) for row in rows]
    last = next((at for at, cell in enumerate(filled[head]) if cell == matching.PROBLEM), wide)
    marked = set()
    for index, row in enumerate(filled):
        words = matching.PROBLEM if index == head else said[index].problem if index in said else ""
        row[last : last + 1] = [words]
        if index in said:
            marked |= {(index, spots.get(name, last)) for name, _ in said[index].wrong} | {(index, last)}
    columns = [
        sheets.Column(str(label), width=40 if at == last else 14)
        for at, label in zip_longest(range(len(filled[0])), filled[0], fillvalue="")
    ]
    return columns, filled[1:], marked


def plain(cell: Any) -> Any:
    """A cell as it is written back."""
    if not isinstance(cell, dict):
        return "" if cell is None else cell
    if "n" in cell:
        number = float(cell["n"])
        return int(number) if number.is_integer() and abs(number) < values.EXACT else number
    if "d" in cell:
        return date.fromisoformat(cell["d"])
    if "t" in cell:
        return datetime.fromisoformat(cell["t"])
    return next(iter(cell.values()))
