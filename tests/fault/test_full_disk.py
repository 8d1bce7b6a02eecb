"""F19: the disk is full where something is to be written: nothing half is left, and the sentence says why."""

import shutil
import subprocess

import pytest

from tests.command import houqin

pytestmark = [pytest.mark.fault, pytest.mark.sqlite]


@pytest.fixture
def small(tmp_path):
    """A disk with room for one page of memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may make a disk that is small enough")
    (disk / "full").write_bytes(bytes(60_000))
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_neither_export_nor_backup_leaves_a_half_file(founded, small, tmp_path):
    """Seen to fail with the backup's end still written, a traceback, and with a sheet's part left lying."""
    data = shutil.copytree(founded, tmp_path / "data")
    sheet = small / "places.xlsx"
    said = houqin(data, "export", "house/places", str(sheet))
    assert (said.code, said.err) == (2, f"写不进 {sheet}：No space left on device。没有导出。")
    said = houqin(data, "backup", str(small / "school.houqin"))
    assert (said.code, said.err) == (2, "磁盘满了，这次没有办，已有的数据没有动。腾出空间再试。")
    assert [path.name for path in small.iterdir()] == ["full"]
    assert houqin(data, "check").code == 0
