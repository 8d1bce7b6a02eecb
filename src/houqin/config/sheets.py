"""`houqin export` and `houqin import`: a register as a sheet, out and in, by 系统."""

import argparse
from pathlib import Path

from houqin.kernel.errors import Refused

from . import folder


def export(asked: argparse.Namespace) -> None:
    folder.open_school()
    from houqin.ui.register import files

    from .founding import system_act

    path = Path(asked.file).resolve()
    if not path.parent.is_dir():
        raise Refused(f"没有 {path.parent} 这个文件夹，没有导出。")
    count = files.export(asked.register, path, system_act())
    print(f"导出了 {count} 行：{path}")


def bring_in(asked: argparse.Namespace) -> None:
    folder.open_school()
    from houqin.ui.register import files

    from .founding import system_act

    found = files.import_(asked.register, Path(asked.file).resolve(), asked.dry_run, system_act())
    counts = found.counts
    done = "没有问题，可以导入" if asked.dry_run else "导入好了"
    print(f"{done}：新增 {counts['new']} 行，改动 {counts['change']} 行，不变 {counts['same']} 行。")
