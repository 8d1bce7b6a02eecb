"""`houqin plan`: how a plan text would be read. Nothing is saved; neither data folder nor database is
asked."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from houqin.areas.plans.pure import files, reading
from houqin.areas.plans.pure.reading import Item
from houqin.kernel.errors import Refused


def show(asked: argparse.Namespace) -> None:
    read = reading.read(files.lines_from(asked.file, _bytes(Path(asked.file))))
    for warning in read.warnings:
        print(warning, file=sys.stderr)
    if asked.json:
        print(json.dumps(reading.as_json(read), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_tree(read.items)))


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > files.LARGEST:
            raise Refused(files.TOO_LARGE)
        return path.read_bytes()
    except FileNotFoundError as wrong:
        raise Refused(f"没有 {path} 这个文件，没有读。") from wrong
    except OSError as wrong:
        raise Refused(f"打不开 {path}（不是文件，或者没有权限），没有读。") from wrong


def _tree(items: Sequence[Item], depth: int = 0) -> Iterator[str]:
    for item in items:
        first, *more = item.text.split("\n")
        yield "  " * depth + " ".join(part for part in (item.number, first) if part)
        yield from ("  " * (depth + 1) + line for line in more)
        yield from _tree(item.children, depth + 1)
