"""F19: the disk is full where something is to be written: nothing half is left, and the sentence says why."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import Said, houqin, ran

pytestmark = [pytest.mark.fault, pytest.mark.sqlite]
OWN = ["unshare", "--map-root-user", "--mount"]  # a namespace in which anybody may mount
FULL = """mount -t tmpfs -o size=64k tmpfs "$DISK" || exit 77
head -c 60000 /dev/zero >"$DISK/full"
"$@"; code=$?
ls -A "$DISK" >"$LEFT"
umount "$DISK"
exit $code"""


@dataclass(frozen=True)
class Disk:
    """A disk with room for one page of memory, there while a program runs on it."""

    at: Path
    within: list[str]

    def houqin(self, data: Path, *words: str) -> tuple[Said, str]:
        """How it ended, and what lies on the disk afterwards."""
        left = self.at.with_name("left")
        program = [sys.executable, "-m", "houqin.config.cli", *words]
        said = ran([*self.within, "sh", "-c", FULL, "sh", *program], data, DISK=str(self.at), LEFT=str(left))
        return said, left.read_text(encoding="utf-8").strip()


@pytest.fixture
def small(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    for within in (OWN, []):
        able = shutil.which("sh" if not within else within[0])
        command = [*within, "sh", "-c", FULL, "sh", "true"]
        env = os.environ | {"DISK": str(disk), "LEFT": os.devnull}
        if able and subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0:
            return Disk(disk, within)
    pytest.skip("neither in a namespace of one's own nor as root may a small disk be mounted")


def test_neither_export_nor_backup_leaves_a_half_file(founded, small, tmp_path):
    """Seen to fail with the backup's end still written, a traceback, and with a sheet's part left lying."""
    data = shutil.copytree(founded, tmp_path / "data")
    sheet = small.at / "places.xlsx"
    said, left = small.houqin(data, "export", "house/places", str(sheet))
    assert (said.code, said.err, left) == (2, f"写不进 {sheet}：No space left on device。没有导出。", "full")
    said, left = small.houqin(data, "backup", str(small.at / "school.houqin"))
    assert (said.code, said.err, left) == (
        2, "磁盘满了，这次没有办，已有的数据没有动。腾出空间再试。", "full",
    )  # fmt: skip
    assert houqin(data, "check").code == 0
