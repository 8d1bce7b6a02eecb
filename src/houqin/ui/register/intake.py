"""Into the house, third step: the actions write what was understood, the whole sheet or nothing.

A look (`look`) writes nothing: where all cells are right the actions are rehearsed in a transaction that is
rolled back, so that what an action would refuse stands beside its row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import Max, Model

from houqin.kernel import tuning
from houqin.kernel.act import Act
from houqin.kernel.audit.models import Change
from houqin.kernel.errors import Overtaken, Refused

from . import values
from .declare import Register, SheetColumn
from .matching import Line, Look, understood
from .upload import Reading

CHANGED = "你看的时候有人改了，没有写入。下面是重新看过的结果，看过再写。"


def look(register: Register, reading: Reading, act: Act, *, rehearse: bool = True) -> Look:
    """Read the whole sheet against the house; writes nothing."""
    found = understood(register, reading, act)
    if rehearse and not found.wrong and (found.of("new") or found.of("change")):
        _rehearse(found, act)
    return found


class Rehearsed(Exception):
    """Ends a rehearsal: everything is rolled back."""


def _rehearse(found: Look, act: Act) -> None:
    try:
        with transaction.atomic():
            _write(found, act, collect=True)
            raise Rehearsed
    except Rehearsed:
        return


def version(register: Register) -> int:
    """Grows with every change of this kind of card, or of a kind that it names."""
    kinds = {register.model._meta.label_lower}
    kinds |= {
        f.related_model._meta.label_lower for f in register.model._meta.concrete_fields if f.related_model
    }
    return Change.objects.filter(kind__in=kinds).aggregate(last=Max("pk"))["last"] or 0


def confirm(register: Register, reading: Reading, digest: str, act: Act) -> tuple[Look, Model]:
    """Write a sheet that was looked at; `Overtaken` when it would do something else by now.
    Answers a card of it."""
    before = version(register)
    found = look(register, reading, act, rehearse=False)
    if found.wrong:
        raise Refused("表里还有问题，没有写入。改好再导。")
    if found.digest != digest:
        raise Overtaken(CHANGED)
    with transaction.atomic():
        if version(register) != before:
            raise Overtaken(CHANGED)
        made = _write(found, replace(act, via="import"))
        tuning.refresh()
    return found, made or act.by


def _write(found: Look, act: Act, *, collect: bool = False) -> Model | None:
    """Every row through its action, parents before what lies in them;
    `collect` puts refusals on their rows."""
    sheet, own = found.sheet, [c for c in found.columns.values() if c.kind == "own"]
    made: dict[str, Model] = {}
    last: Model | None = None
    new = found.of("new")
    if sheet.enter_many and new and not own:
        last = _many(found, new, act, collect)
        new = []
    for line in [*_parents_first(new, own), *found.of("change")]:
        try:
            with transaction.atomic():
                last = made[line.key] = _one(found, line, made, act)
        except (Refused, IntegrityError) as no:
            if not collect:
                raise _at(line, no) from no
            line.wrong.append((getattr(no, "field", ""), _sentence(no)))
    return last


def _many(found: Look, new: list[Line], act: Act, collect: bool) -> Model | None:
    assert found.sheet.enter_many is not None
    try:
        with transaction.atomic():
            made = found.sheet.enter_many([line.said for line in new], act=act)
            return made[-1] if made else None
    except (Refused, IntegrityError) as no:
        if not collect:
            raise Refused(_sentence(no)) from no
        new[0].wrong.append(("", _sentence(no)))
        return None


def _one(found: Look, line: Line, made: dict[str, Model], act: Act) -> Model:
    sheet, model = found.sheet, found.register.model._default_manager
    said = dict(line.said)
    for column in found.columns.values():
        if column.kind == "own":
            said[column.name] = _card(found, made, said.get(column.name))
    if line.fate == "new":
        absent = {column.name: values.nothing(column) for column in sheet.columns}
        return sheet.enter(**{**absent, **said}, act=act)
    assert sheet.change is not None
    card = model.get(pk=line.card)
    free = [c for c in sheet.columns if not c.fixed and c.name != sheet.key]
    given = {c.name: said[c.name] if c.name in said else getattr(card, c.name) for c in free}
    return sheet.change(card, **given, act=act)


def _card(found: Look, made: dict[str, Model], key: str | None) -> Model | None:
    if not key:
        return None
    path = next(column.way for column in found.sheet.columns if column.name == found.sheet.key)
    return made.get(key) or found.register.model._default_manager.filter(**{path: key}).first()


def _parents_first(lines: list[Line], own: list[SheetColumn]) -> Iterator[Line]:
    """Rows in an order in which what a row names is made before it; a ring keeps the sheet's order."""
    waiting = {line.key: line for line in lines}
    while waiting:
        ready = [line for line in waiting.values() if not any(line.said.get(c.name) in waiting for c in own)]
        for line in ready or list(waiting.values()):
            del waiting[line.key]
            yield line


def _sentence(no: Exception) -> str:
    return str(no) if isinstance(no, Refused) else "和已有的数据对不上（重复或超出范围）"


def _at(line: Line, no: Exception) -> Refused:
    return Refused(f"第 {line.number} 行：{_sentence(no)} 整份表都没有写入。")
