"""Registers on the command line: `houqin export` and `houqin import` do what the pages do, without a page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from houqin.kernel.act import Act
from houqin.kernel.area import areas
from houqin.kernel.errors import Refused
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import holders

from . import intake, matching, sending, upload
from .declare import Register
from .pick import Asked, codes_of


def registers() -> dict[str, Register]:
    """Every register under its name, "<area>/<register>"."""
    return {f"{area.key}/{register.key}": register for area in areas() for register in area.registers}


def register_of(name: str) -> Register:
    found = registers().get(name.strip("/").replace(".", "/"))
    if found is None:
        raise Refused(f"没有“{name}”这张台账。有的是：{'、'.join(sorted(registers()))}。")
    return found


def export(name: str, path: Path, act: Act) -> int:
    """Write a whole register into a file (.xlsx, .csv), as who sees everything sees it; answers the rows."""
    register, form = register_of(name), path.suffix.lstrip(".").casefold()
    if form not in ("xlsx", "csv"):
        raise Refused("只能导出成 .xlsx 或 .csv，没有导出。")
    asked = Asked(register, viewer(act), act.at, {})
    asked.view = None
    if act.by.built_in:
        asked.__dict__["codes"] = codes_of(act.by, act.day)
    columns, rows = sending.of_list(asked)
    counted: list[int] = []
    with sending.written(columns, sending.counting(rows, counted), form, register.name) as file:
        _put(path, file.read())
    return sum(counted)


def _put(path: Path, data: bytes) -> None:
    """The whole file or none of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as wrong:
        part.unlink(missing_ok=True)
        raise Refused(f"写不进 {path}：{wrong.strerror}。没有导出。") from wrong


def viewer(act: Act) -> Person:
    """系统 asks for nobody's list: it is given as the first who may see everything sees it."""
    if not act.by.built_in:
        return act.by
    person = holders("view-all", act.day).first()
    if person is None:
        raise Refused("没有人有“看全部”的职责，没有导出。先给校长或总务主任任岗。")
    return person


def import_(name: str, path: Path, dry_run: bool, act: Act) -> matching.Look:
    """Read a sheet into a register, the whole of it or nothing; refuses with every problem, a line each."""
    register = register_of(name)
    if register.sheet is None:
        raise Refused(f"“{register.name}”不能导入。")
    if not path.is_file():
        raise Refused(f"没有 {path} 这个文件，没有导入。")
    reading, act = upload.read_file(path), replace(act, via="import")
    found = intake.look(register, reading, act)
    if found.wrong:
        said = "\n".join(f"第 {line.number} 行：{line.problem}" for line in found.wrong)
        raise Refused(f"{len(found.wrong)} 行有问题，没有导入：\n{said}")
    if not dry_run:
        intake.confirm(register, reading, found.digest, act)
    return found
