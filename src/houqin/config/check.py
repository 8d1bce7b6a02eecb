"""`houqin check`: every invariant of the house, one sentence a finding. It reads, and never repairs."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db import DatabaseError

from . import folder, trouble
from .moment import one_moment

if TYPE_CHECKING:
    from houqin.kernel.act import Act
    from houqin.kernel.area import Finding, Invariant

log = logging.getLogger("houqin.check")
PROBING = frozenset({"I01", "I02", "I03", "I04", "I35"})  # these ask the engine itself, not the rows
MOST = 20  # findings of one invariant that are told


@dataclass(frozen=True)
class Told:
    """A finding with what its invariant says."""

    finding: Finding
    invariant: Invariant

    @property
    def sentence(self) -> str:
        said, kind = self.finding, "错误" if self.invariant.severity == "error" else "提醒"
        hint = said.hint or "用 houqin check --full 再查一遍，交给维护人员。"
        found = f"{said.thing}应为{said.expected}，实际是{said.found}。"
        return f"[{said.code} {kind}] {self.invariant.says}：{found}{hint}"


def run(asked: argparse.Namespace) -> int:
    """0 nothing, 1 warnings only, 2 errors."""
    folder.open_school()
    told = list(findings(full=asked.full))
    worst = code(told)
    if asked.json:
        print(json.dumps([_plain(one) for one in told], ensure_ascii=False, indent=1))
    else:
        for one in told:
            print(one.sentence)
        print(_summary(told, full=asked.full))
    return worst


def invariants() -> tuple[Invariant, ...]:
    """The kernel's, then the areas'."""
    from houqin.kernel import area
    from houqin.kernel.invariants import INVARIANTS

    return (*INVARIANTS, *_composed(), *(found for one in area.areas() for found in one.invariants))


def _composed() -> tuple[Invariant, ...]:
    """What only the composition knows: versions, and the start-up checks."""
    from houqin.kernel.area import Invariant

    return (
        Invariant("I04", "数据不比程序新", _not_newer),
        Invariant("I51", "每个网址说明了谁能进，每个领域写全了", _declared),
    )


def _not_newer() -> Iterator[Finding]:
    from houqin import __version__
    from houqin.kernel.area import Finding

    from . import upkeep

    for name in upkeep.newer():
        yield Finding("I04", "数据版本", f"不高于 {__version__}", name, "装上新版本的后勤。")


def _declared() -> Iterator[Finding]:
    from houqin.kernel.area import Finding

    from . import upkeep

    for message in upkeep.misdeclared():
        yield Finding("I51", message.id or "", "通过", message.msg, "程序有缺陷，换回上一个版本。")


def findings(*, full: bool, uncommitted: bool = False) -> Iterator[Told]:
    """What is not as it must be; of one invariant at most a screenful. `uncommitted`: seen from inside."""
    asked = [one for one in invariants() if full or one.fast]
    probing = [one for one in asked if one.code in PROBING]
    try:
        for invariant in probing:
            yield from _told(invariant)
        with nullcontext() if uncommitted else one_moment():
            for invariant in asked:
                if invariant not in probing:
                    yield from _told(invariant)
    except DatabaseError as error:
        if not trouble.is_torn(error):
            raise
        yield _torn(error, probing[0])


def _told(invariant: Invariant) -> Iterator[Told]:
    yield from (Told(finding, invariant) for finding in islice(invariant.find(), MOST))


def _torn(error: Exception, whole: Invariant) -> Told:
    """Where the file cannot be read any further, the look ends with what was found."""
    from houqin.kernel.area import Finding

    return Told(Finding(whole.code, "数据库文件", "读得到底", str(error), trouble.TORN), whole)


def code(told: list[Told]) -> int:
    severities = {one.invariant.severity for one in told}
    return 2 if "error" in severities else 1 if severities else 0


def _plain(one: Told) -> dict[str, str]:
    return {**asdict(one.finding), "severity": one.invariant.severity, "says": one.invariant.says}


def _summary(told: list[Told], *, full: bool) -> str:
    count = len([one for one in invariants() if full or one.fast])
    if not told:
        return f"核对了 {count} 项，没有问题。"
    errors = sum(one.invariant.severity == "error" for one in told)
    return f"核对了 {count} 项：{errors} 处错误，{len(told) - errors} 处提醒。"


def nightly(act: Act) -> None:
    """The fast part each night: into the log, and errors to those who keep the machine."""
    from django.db import transaction

    from houqin.kernel.notices import actions as notices
    from houqin.kernel.people.queries import holders

    told = list(findings(full=False))
    for one in told:
        log.log(logging.ERROR if one.invariant.severity == "error" else logging.WARNING, "%s", one.sentence)
    if code(told) == 2:
        with transaction.atomic():
            for person in holders("backup", act.day):
                notices.post(person, f"夜间核对发现 {len(told)} 处问题，运行 houqin check 看详情", act=act)
