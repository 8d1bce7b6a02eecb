"""Where files lie: `HOUQIN_DATA/files/ab/cdef…`, named by what is in them.

A file is whole or not there: written beside its place, synced, then renamed. It is there before its row; a
file without a row harms nobody and is swept after seven days. No name that a person gave ever becomes a path.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from ..errors import NoRoom

RESERVE = 1024**3  # bytes left for the database (security-cases.md, A55 and F19)
SMALL = ".small"  # the thumbnail lies beside its picture


def put(data: bytes, small: bytes | None = None) -> str:
    """Keep the bytes (and a picture's thumbnail) and answer their SHA-256; the same bytes are kept once."""
    sha = sha256(data).hexdigest()
    if small is not None:
        _put(path(sha, small=True), small)
    _put(path(sha), data)
    return sha


def path(sha: str, *, small: bool = False) -> Path:
    return folder() / sha[:2] / (sha[2:] + (SMALL if small else ""))


def folder() -> Path:
    return Path(settings.DATA) / "files"


def whole(sha: str, size: int) -> bool:
    """True if the file is there at its full length."""
    try:
        return path(sha).stat().st_size == size
    except OSError:
        return False


def unaltered(sha: str) -> bool:
    """True if the file still is what it was when it came; reads all of it."""
    digest = sha256()
    try:
        with path(sha).open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError:
        return False
    return digest.hexdigest() == sha


def open_file(sha: str, *, small: bool = False) -> BinaryIO:
    """The bytes; a thumbnail that is gone is answered by its picture."""
    place = path(sha, small=small)
    return (place if place.exists() else path(sha)).open("rb")


def free() -> int:
    return shutil.disk_usage(settings.DATA).free


def need_room(size: int = 0) -> None:
    """Refuse files while less than 1 GB would be left: the database must never meet the end of the disk."""
    if free() - size < RESERVE:
        raise NoRoom(
            "服务器的磁盘快满了，暂时不收照片和文件，这次没有保存。不带附件可以照常办，并请告诉管理员。"
        )


def drop(place: Path, older_than: float) -> bool:
    """Remove a file whose time is before `older_than`, looked at again after it was taken out of the way.

    Whoever is about to use it has either renewed its time (then it goes back) or finds it gone and writes it.
    """
    aside = place.with_name(place.name + ".tmp")
    try:
        os.replace(place, aside)
        if aside.stat().st_mtime >= older_than:
            os.replace(aside, place)
            return False
        aside.unlink()
    except FileNotFoundError:
        return False
    return True


def files() -> Iterator[Path]:
    """Everything that lies in the store, leftovers of a broken write included."""
    yield from sorted(place for place in folder().glob("??/*") if place.is_file())


def _put(place: Path, data: bytes) -> None:
    if _renewed(place, len(data)):
        return
    need_room(len(data))
    place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=place.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o640)
        os.replace(beside, place)
        _sync_folder(place.parent)
    except OSError as wrong:
        Path(beside).unlink(missing_ok=True)
        raise NoRoom(
            "文件没有写进磁盘，这次没有保存。过一会儿再交；还是不行，请告诉管理员看一下磁盘。"
        ) from wrong


def _renewed(place: Path, size: int) -> bool:
    """True if the whole file is there already; its time is renewed, so that no sweep takes it."""
    try:
        os.utime(place)
        return place.stat().st_size == size
    except FileNotFoundError:
        return False


def _sync_folder(place: Path) -> None:
    """The name too must survive a power cut; Windows has no such call and needs none."""
    if os.name == "posix":
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
