"""The data folder of one school, before Django: is it empty, who holds it, is a restore half-way."""

import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from houqin.kernel.errors import Refused

NOT_DATA = {
    "keys",
    "log",
    "static",
    "tmp",
    "lock",
    "lost+found",
    "address",
}  # what stands there before the first row
RESTORED = ".restored"  # a complete new folder that waits to take the old one's place
READY = "ready"
REMOTE = {
    "nfs",
    "nfs4",
    "cifs",
    "smbfs",
    "smb3",
    "ncpfs",
    "davfs",
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.davfs2",
}


def data() -> Path:
    """The folder named by HOUQIN_DATA."""
    return Path(os.environ.get("HOUQIN_DATA") or "var").resolve()


def is_empty(folder: Path) -> bool:
    """Nothing of a school is in it yet."""
    return not folder.exists() or all(child.name in NOT_DATA for child in folder.iterdir())


@contextmanager
def speaking_for(folder: Path) -> Iterator[None]:
    """Work in another folder on behalf of this one: whatever goes wrong is written into this one's log."""
    try:
        yield
    except Exception:
        os.environ["HOUQIN_DATA"] = str(folder)
        for handler in list(logging.getLogger("houqin").handlers):
            logging.getLogger("houqin").removeHandler(handler)
        raise


def make_ready(folder: Path) -> None:
    """Make the folder, refuse one that cannot hold a database, finish a restore that was cut off."""
    finish_restore(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        (folder / "tmp").mkdir(exist_ok=True, mode=0o750)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"数据目录 {folder} 写不进去（{error.strerror}），没有启动。检查这个目录的权限和磁盘空间。"
        ) from error
    if kind := file_system(folder):
        raise Refused(f"数据目录 {folder} 在网络盘上（{kind}），数据库会坏，没有启动。换到本机硬盘上。")


def open_school() -> None:
    """Set Django up on the data folder; refuses one without a school, or whose data are not up to date."""
    import django

    make_ready(data())
    django.setup()
    from . import upkeep

    upkeep.refuse_unready()


def file_system(folder: Path) -> str:
    """The kind of a network file system the folder lies on,
    empty when it is a local one or cannot be told.
    """
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    mounts = [parts[1:3] for line in lines if len(parts := line.split()) > 2]
    above = [(place.replace("\\040", " "), kind) for place, kind in mounts]
    on = max(
        (found for found in above if folder.is_relative_to(found[0])),
        key=lambda f: len(f[0]),
        default=("", ""),
    )
    return on[1] if on[1] in REMOTE else ""


# ── one program at a time ───────────────────────────────────────────────────────────────────────────────


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder alone for as long as the block runs; refuses when another program holds it."""
    with open(folder / "lock", "a+b") as file:
        if not _lock(file.fileno()):
            raise Refused(f"数据目录 {folder} 正被另一个后勤程序使用，没有执行。先停掉那一个。")
        yield


def is_held(folder: Path) -> bool:
    """Whether a program holds the folder now."""
    if not (folder / "lock").exists():
        return False
    with open(folder / "lock", "a+b") as file:
        return not _lock(file.fileno())


def _lock(handle: int) -> bool:
    """Lock the open file without waiting, by what this system has; given back when the file is closed."""
    try:
        import fcntl
    except ImportError:
        return _lock_on_windows(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_on_windows(handle: int) -> bool:
    try:
        import msvcrt
    except ImportError:  # neither: nothing to lock with, and nothing that would notice
        return True
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True


# ── a new folder in the old one's place ─────────────────────────────────────────────────────────────────


def beside(folder: Path, name: str) -> Path:
    """An empty folder next to the data folder, on the same disk, so that a rename can put it in place."""
    if os.path.ismount(folder) or not os.access(folder.parent, os.W_OK):
        raise Refused(
            f"{folder} 是挂载点或者上一级目录不可写，换不了整个目录，没有执行。把 HOUQIN_DATA 指到它下面的一个目录。"
        )
    scratch = folder.with_name(folder.name + name)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o750)
    return scratch


def put_in_place(scratch: Path, folder: Path) -> Path | None:
    """Put a complete new folder in the old one's place; answers where the old one was kept,
    None if it was empty.

    Killed between its two renames, the next verb finishes it (`finish_restore`): the old or the new folder is
    there whole, never a mixture.
    """
    (scratch / READY).write_text(json.dumps({"at": time.time()}))
    kept = None
    if folder.exists():
        if is_empty(folder):
            shutil.rmtree(folder)
        else:
            kept = folder.with_name(f"{folder.name}.before-{time.strftime('%Y%m%d-%H%M%S')}")
            folder.rename(kept)
    scratch.rename(folder)
    (folder / READY).unlink()
    return kept


def finish_restore(folder: Path) -> None:
    """Take up a change of folders that was cut off between its two renames."""
    scratch = folder.with_name(folder.name + RESTORED)
    if not folder.exists() and (scratch / READY).exists():
        scratch.rename(folder)
    if folder.exists():
        (folder / READY).unlink(missing_ok=True)
