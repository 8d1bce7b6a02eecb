"""What must not lean on one system: the core imports without the modules that only Unix has,
the lock by either way.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from houqin.config import folder
from houqin.kernel.errors import Refused
from tests.command import environment, houqin

BLOCKED = """
import sys, warnings
warnings.simplefilter('ignore')
class No:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "pwd", "grp", "resource", "termios"):
            raise ImportError(name)
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, No())
import django; django.setup()
from importlib import import_module
from pathlib import Path
import houqin
root = Path(houqin.__file__).parent
for path in sorted(root.rglob("*.py")):
    parts = path.relative_to(root).with_suffix("").parts
    if not {"tests", "migrations"} & set(parts) and parts[-1] != "reencode":
        import_module(".".join(("houqin", *(p for p in parts if p != "__init__"))))
from houqin.config import folder
with folder.held(Path(sys.argv[1])):
    print("held", len([m for m in sys.modules if m.startswith("houqin.")]) > 100)
"""


def test_the_core_imports_without_what_only_unix_has(tmp_path):
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, str(tmp_path)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr.strip()[-400:]) == ("held True", "")


def test_a_folder_is_held_by_one_program_at_a_time(tmp_path):
    assert not folder.is_held(tmp_path)
    with folder.held(tmp_path):
        assert folder.is_held(tmp_path)
        with pytest.raises(Refused, match="正被另一个后勤程序使用"), folder.held(tmp_path):
            pass
    assert not folder.is_held(tmp_path)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check"], "数据目录里还没有学校，没有执行。先运行 houqin start 或 houqin demo。"),
        (["backup", "x"], "数据目录里还没有学校，没有执行。先运行 houqin start 或 houqin demo。"),
        (["user", "list"], "数据目录里还没有学校，没有执行。先运行 houqin start 或 houqin demo。"),
        (
            ["export", "house/places", "x.xlsx"],
            "数据目录里还没有学校，没有执行。先运行 houqin start 或 houqin demo。",
        ),
        (["demo", "--today", "明天"], "“明天”不是日期，没有生成。写成 2026-11-23 这样。"),
        (
            ["start", "--port", "999999"],
            "地址 127.0.0.1 端口 999999 用不了（多半已被占用），没有启动。换一个端口：--port 1000000",
        ),
        (
            ["user", "sing"],
            "命令写得不对，没有执行。写法：houqin user [-h] [--reset] list|open|link|close|role|factor [人员代码] "
            "[姓名或岗位代码]",
        ),
        ([], "命令写得不对，没有执行。写法：houqin [-h] [--version] 命令 ..."),
    ],
)
def test_every_verb_refuses_in_one_sentence(tmp_path, words, sentence):
    said = houqin(tmp_path / "data", *words)
    assert (said.code, said.out, said.err) == (2, "", sentence)


def test_a_demo_never_comes_on_top_of_anything(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "houqin.sqlite3").write_bytes(b"")
    said = houqin(data, "demo")
    assert (said.code, said.err.startswith(f"数据目录 {data} 里已经有数据，没有生成演示。")) == (2, True)
    again = houqin(data, "demo", "--again")
    assert (again.code, again.err) == (
        2,
        f"数据目录 {data} 不是演示学校，没有动它。演示换一个空目录（HOUQIN_DATA）。",
    )
    assert (data / "houqin.sqlite3").read_bytes() == b""


def test_a_network_disk_is_named(tmp_path, monkeypatch):
    lines = f"disk / ext4 rw 0 0\nserver:/share {tmp_path} nfs4 rw 0 0\n"
    monkeypatch.setattr(Path, "read_text", lambda self, **more: lines)
    assert (folder.file_system(tmp_path / "var"), folder.file_system(Path("/elsewhere"))) == ("nfs4", "")
