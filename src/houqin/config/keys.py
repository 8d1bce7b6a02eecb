"""Secrets of one data folder: made at the first start, never in the code, never in the database."""

import os
import secrets
from pathlib import Path

SHORTEST = 50
SAMPLES = ("changeme", "secret", "django-insecure", "xxxx")


def read_or_make(folder: Path, name: str) -> str:
    """The secret kept in `folder/keys/name`; made with mode 0600 if it is not there.

    Refuses one that is short or looks like a sample: a guessed key opens every session.
    """
    path = folder / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, secrets.token_urlsafe(60))
    value = path.read_text(encoding="ascii").strip()
    if len(value) < SHORTEST or any(sample in value.lower() for sample in SAMPLES) or len(set(value)) < 10:
        raise SystemExit(
            f"密钥文件 {path} 不合格（太短或是样例），没有启动。删掉它再启动会重新生成，登录要重来。"
        )
    return value


def _write_once(path: Path, value: str) -> None:
    """Two processes that start together end up with one key."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value)
