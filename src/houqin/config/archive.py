"""The backup file: a zip of named parts with a manifest, sealed by a passphrase where one is given.
No Django here.

Parts: `tables/<name>.jsonl` a row a line, `files/…` what was attached, `keys/…` only where asked for, and
`manifest.json` with the SHA-256 of every part, what wrote it and which migrations it had.
"""

import getpass
import hashlib
import json
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from houqin.kernel.errors import Refused

FORMAT = 1
MANIFEST = "manifest.json"
MAGIC = b"HOUQIN-SEALED-1\n"
NAME = re.compile(
    r"\w[\w-]*(\.\w+)*(/\w[\w-]*(\.\w+)*)+", re.ASCII
)  # ours: words, no “..”, no drive, no blank
LONGEST = 200
CHUNK = 1 << 20
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    json.JSONDecodeError,
    UnicodeDecodeError,
    ValueError,
)


class Writer:
    """Writes parts and remembers their fingerprints for the manifest."""

    def __init__(self, path: Path):
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3, allowZip64=True)
        self.parts: dict[str, tuple[int, str]] = {}

    def lines(self, name: str, rows: Iterator[str]) -> int:
        """One line a row; answers how many."""
        count, seen, size = 0, hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as part:
            for row in rows:
                line = row.encode() + b"\n"
                part.write(line)
                seen.update(line)
                size += len(line)
                count += 1
        self.parts[name] = (size, seen.hexdigest())
        return count

    def file(self, name: str, path: Path) -> None:
        """A file as it is; pictures do not get smaller by packing."""
        seen, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo.from_file(path, name)
        with open(path, "rb") as source, self.zip.open(info, "w", force_zip64=True) as part:
            while block := source.read(CHUNK):
                part.write(block)
                seen.update(block)
                size += len(block)
        self.parts[name] = (size, seen.hexdigest())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *wrong: object) -> None:
        """Cut off, it writes no end: on a full disk that would fail once more, and aloud."""
        if kind and (file := self.zip.fp):
            self.zip.fp = None
            with suppress(OSError):
                file.close()

    def close(self, manifest: dict[str, Any]) -> None:
        whole = {"format": FORMAT, **manifest, "parts": self.parts}
        self.zip.writestr(MANIFEST, json.dumps(whole, ensure_ascii=False, sort_keys=True))
        self.zip.close()


@dataclass
class Reader:
    """Reads parts; a byte that is not as it was written is refused by the name of its part."""

    zip: zipfile.ZipFile
    manifest: dict[str, Any]

    def lines(self, name: str) -> Iterator[str]:
        for line in self._whole(name):
            yield line.decode()

    def _whole(self, name: str) -> Iterator[bytes]:
        try:
            with self.zip.open(name) as part:
                yield from part
        except BROKEN as error:
            raise _broken(name) from error

    def verify(self) -> None:
        """Read every part once and hold it against the manifest, before anything is written anywhere."""
        for name, (size, wanted) in self.manifest["parts"].items():
            seen, read = hashlib.sha256(), 0
            try:
                with self.zip.open(name) as part:
                    while block := part.read(CHUNK):
                        seen.update(block)
                        read += len(block)
            except (*BROKEN, OSError) as error:
                raise _broken(name) from error
            if (read, seen.hexdigest()) != (size, wanted):
                raise _broken(name)

    def take_out(self, name: str, to: Path) -> None:
        """One part as a file; its place is made of the names we wrote, never outside `to`'s folder."""
        to.parent.mkdir(parents=True, exist_ok=True)
        with self.zip.open(name) as part, open(to, "wb") as file:
            while block := part.read(CHUNK):
                file.write(block)

    def names(self, below: str) -> list[str]:
        """The parts below a folder; refuses a name that we would not have written: none leads out of it."""
        found = [name for name in self.manifest["parts"] if name.startswith(below)]
        for name in found:
            if not NAME.fullmatch(name) or len(name) > LONGEST:
                raise _broken(name[:80])
        return found


def _broken(name: str) -> Refused:
    return Refused(f"备份里的“{name}”坏了，没有恢复，原来的数据没有动。换一份备份。")


def open_file(path: Path, scratch: Path, ask: Callable[[], str]) -> Reader:
    """Open a backup; a sealed one is unsealed into `scratch` with the passphrase that `ask` answers."""
    if not path.is_file():
        raise Refused(f"找不到备份文件 {path}，没有恢复。")
    with open(path, "rb") as file:
        sealed = file.read(len(MAGIC)) == MAGIC
    plain = path
    if sealed:
        plain = scratch / "unsealed.zip"
        unseal(path, plain, ask())
    try:
        opened = zipfile.ZipFile(plain)
        manifest = json.loads(opened.read(MANIFEST))
        if not isinstance(manifest["parts"], dict):
            raise ValueError("parts")
    except (*BROKEN, OSError) as error:
        raise Refused(
            f"{path} 不是后勤的备份，或者文件坏了（清单读不出来），没有恢复。换一份备份。"
        ) from error
    if manifest["format"] > FORMAT:
        raise Refused(
            f"备份是更新版本的后勤（{manifest.get('version')}）做的，这个版本读不了，没有恢复。先装新版本。"
        )
    return Reader(opened, manifest)


# ── the passphrase ──────────────────────────────────────────────────────────────────────────────────────


def ask_passphrase() -> str:
    """From the environment, else from the person at the machine."""
    if given := os.environ.get("HOUQIN_PASSPHRASE"):
        return given
    try:
        return getpass.getpass("备份的口令：")
    except (EOFError, OSError) as error:
        raise Refused(
            "备份有口令，没有输入，没有恢复。在终端里输入，或者放在环境变量 HOUQIN_PASSPHRASE 里。"
        ) from error


def ask_new_passphrase() -> str:
    """Twice, so that nobody locks himself out by a slip."""
    given = os.environ.get("HOUQIN_PASSPHRASE") or ""
    if not given:
        given = getpass.getpass("给备份设一个口令（至少 10 个字）：")
        if given != getpass.getpass("再输入一遍："):
            raise Refused("两次口令不一样，没有备份。")
    if len(given) < 10:
        raise Refused("口令太短（至少 10 个字），没有备份。")
    return given


def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


def seal(plain: Path, to: Path, passphrase: str) -> None:
    """AES-256-GCM in chunks; each carries its number and whether it is the last,
    so that none can be moved or cut off.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = secrets.token_bytes(16)
    box, number = AESGCM(_key(passphrase, salt)), 0
    with open(plain, "rb") as source, open(to, "wb") as target:
        target.write(MAGIC + salt)
        block = source.read(CHUNK)
        while True:
            following = source.read(CHUNK)
            target.write(box.encrypt(_nonce(number), block, _says(number, not following)))
            if not following:
                return
            block, number = following, number + 1


def unseal(sealed: Path, to: Path, passphrase: str) -> None:
    """The other way; refuses a wrong passphrase and a changed byte alike,
    for it cannot tell them apart at the start.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with open(sealed, "rb") as source, open(to, "wb") as target:
        source.seek(len(MAGIC))
        box, number = AESGCM(_key(passphrase, source.read(16))), 0
        block = source.read(CHUNK + 16)
        while True:
            following = source.read(CHUNK + 16)
            try:
                target.write(box.decrypt(_nonce(number), block, _says(number, not following)))
            except InvalidTag as error:
                wrong = "口令不对，或者文件开头坏了" if number == 0 else f"文件第 {number + 1} 段坏了"
                raise Refused(f"{wrong}，没有恢复，原来的数据没有动。") from error
            if not following:
                return
            block, number = following, number + 1


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")  # the key is new for every file, by its salt


def _says(number: int, final: bool) -> bytes:
    return b"%d %d" % (number, final)


def write_through(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
