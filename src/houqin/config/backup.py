"""`houqin backup FILE`: one file from one moment;
it calls itself good only after it was restored and checked.
"""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.db import connections

from houqin import __version__
from houqin.kernel.errors import Refused

from . import archive, folder, rows
from .moment import one_moment

log = logging.getLogger("houqin.backup")
SECRETS = ("secret", "entries", "authority.pem")


def run(asked: argparse.Namespace) -> None:
    folder.open_school()
    begun = time.monotonic()
    path = Path(asked.file).resolve()
    passphrase = (
        archive.ask_new_passphrase() if asked.passphrase or os.environ.get("HOUQIN_PASSPHRASE") else ""
    )
    manifest = make(path, passphrase=passphrase, with_keys=asked.with_keys, overwrite=asked.overwrite)
    count = sum(table["count"] for table in manifest["tables"].values())
    print(f"备份好了，并且恢复了一遍核对无误：{path}")
    size, seconds = path.stat().st_size / 1e6, time.monotonic() - begun
    print(f"  {count} 行，{manifest['files']} 个附件，{size:.1f} MB，{seconds:.0f} 秒")
    if not manifest["keys"]:
        print("  里面没有密钥。恢复到别的机器时，要先把这台机器数据目录里的 keys 文件夹带过去。")


def make(
    path: Path, *, passphrase: str = "", with_keys: bool = False, overwrite: bool = False
) -> dict[str, Any]:
    """Write a backup and prove it; nothing by that name is left behind when the proof fails."""
    if path.exists() and not overwrite:
        raise Refused(f"{path} 已经在了，没有备份。换个文件名，或者加 --overwrite。")
    if not path.parent.is_dir():
        raise Refused(f"没有 {path.parent} 这个文件夹，没有备份。")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as beside:
        plain, sealed = Path(beside) / "plain", Path(beside) / "sealed"
        manifest = _write(plain, with_keys=with_keys or bool(passphrase))
        if passphrase:
            archive.seal(plain, sealed, passphrase)
            plain.unlink()
        done = sealed if passphrase else plain
        prove(done, passphrase)
        with open(done, "rb+") as file:
            archive.write_through(file)
        os.chmod(done, 0o600)
        os.replace(done, path)
    return manifest


def _write(path: Path, *, with_keys: bool) -> dict[str, Any]:
    head = seal_now()
    with archive.Writer(path) as writer:
        manifest = {**_put_in(writer, with_keys=with_keys), "head": head}
        writer.close(manifest)
    return manifest


def _put_in(writer: archive.Writer, *, with_keys: bool) -> dict[str, Any]:
    """Rows as of one moment, then what was attached, then the keys; answers what the manifest says of it."""
    from django.conf import settings

    data = Path(settings.DATA)
    with one_moment() as using:
        done, there = migrations(using), {}
        for table in rows.tables(using):
            count = writer.lines(f"tables/{table}.jsonl", rows.lines(table, using)) - 1
            there[table] = {"count": count, "sha256": writer.parts[f"tables/{table}.jsonl"][1]}
    files = (
        sorted(path for path in (data / "files").rglob("*") if path.is_file())
        if (data / "files").exists()
        else []
    )
    for file in files:
        writer.file(f"files/{file.relative_to(data / 'files').as_posix()}", file)
    for name in SECRETS if with_keys else ():
        if (data / "keys" / name).exists():
            writer.file(f"keys/{name}", data / "keys" / name)
    return {
        "version": __version__, "made_at": time.time(), "engine": connections[using].vendor,
        "migrations": done, "tables": there, "files": len(files), "keys": with_keys, "key_id": key_id(),
        "demo": (data / "demo").exists(),
    }  # fmt: skip


def seal_now() -> str:
    """Chain what has been written so far; an older schema that cannot be sealed yet is backed up all the
    same.
    """
    from houqin.kernel.audit.sealing import actions as sealing
    from houqin.kernel.audit.sealing import queries

    from . import founding, upkeep

    if upkeep.pending():
        return ""
    sealing.seal(act=founding.system_act())
    end = queries.last()
    return end.head if end else ""


def key_id() -> str:
    """Which entry key the rows were written under, without saying it."""
    from houqin.kernel.entries import keyed_hash

    return keyed_hash("which key")[:16]


def migrations(using: str) -> list[tuple[str, str]]:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return [tuple(row) for row in cursor.fetchall()]


def prove(path: Path, passphrase: str) -> None:
    """Restore into a scratch folder by a program of its own, migrate, check;
    refuses a backup that does not come back.
    """
    from django.conf import settings

    scratch = Path(tempfile.mkdtemp(prefix="houqin-proof-", dir=path.parent))
    try:
        shutil.copytree(Path(settings.DATA) / "keys", scratch / "data" / "keys")
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "PYTEST_VERSION")
        }
        env |= {"HOUQIN_DATA": str(scratch / "data"), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        env |= {"HOUQIN_PASSPHRASE": passphrase} if passphrase else {}
        command = [sys.executable, "-m", "houqin.config.cli", "restore", str(path)]
        done = subprocess.run(  # noqa: S603 - our own program
            command, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            _write_down(scratch / "data")
            raise Refused(f"备份恢复不回来，没有留下这个文件：{(done.stderr or done.stdout).strip()[-600:]}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write_down(proof: Path) -> None:
    """What the proof wrote into its own log goes with it; ours keeps it."""
    try:
        said = (proof / "log" / "houqin.log").read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for line in said.splitlines()[-100:]:
        log.error("proof: %s", line)
