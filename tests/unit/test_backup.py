"""A backup is what was restored from it: every row, file and refusal;
a half-way restore is the old school or the new.
"""

import argparse
import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from houqin.config import archive, folder, upkeep
from houqin.config import backup as making
from houqin.kernel.errors import Refused
from tests.command import found, houqin, script

pytestmark = pytest.mark.sqlite  # its schools are SQLite ones, whatever engine the stage is on

PASSPHRASE = "一首不短的口令 2026"
SECRET = "693a91f6-planted-4bc4"
FILL = """
import django; django.setup()
from io import BytesIO
from PIL import Image
from django.conf import settings
from houqin.config import founding
from houqin.kernel import tuning
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.notices.actions import channels
from houqin.kernel.people import actions as people
from houqin.kernel.people.actions import logins
from houqin.kernel.people.models import Person
from houqin.kernel.places import actions as places
act = founding.system_act()
campus = places.enter(code="campus", name="青禾小学", kind="campus", act=act)
room = places.enter(code="c32", name="三(2)班教室", kind="room", parent=campus, act=act)
places.hang_label(room, act=act)
picture = BytesIO(); Image.new("RGB", (60, 40), "red").save(picture, "PNG"); picture.seek(0)
attachments.attach(room, [attachments.Upload("桌子.png", picture)], "other", act)
admin = Person.objects.get(code="admin").user
logins.enter(admin, device="手机", network="", shared=False, act=act)
people.keep_detail(room, "name", "路人\\n甲", days=30, act=act)
settings.OUTBOUND = ("qyapi.weixin.qq.com",)
channel = channels.open_channel(
    kind="wecom", name="维修群", address="https://qyapi.weixin.qq.com/send?key=SECRET", secret="",
    account="", post=None, act=act,
)
channels.try_out(channel, act=act)
tuning.refresh()  # what SQLite keeps of its tables for itself is no part of a backup
""".replace("SECRET", SECRET)
PRINTS = """
import django; django.setup()
import hashlib, json
from houqin.config import rows
from houqin.kernel.notices.models import Delivery
from houqin.kernel.people.models import LoginSession
from houqin.kernel.audit.sealing import queries
told = {t: hashlib.sha256("\\n".join(rows.lines(t)).encode()).hexdigest() for t in rows.tables()}
still_open = LoginSession.objects.filter(ended_at=None).count()
sends = [(d.channel.active, d.state) for d in Delivery.objects.select_related("channel")]
print(json.dumps({"tables": told, "open": still_open, "head": queries.last().head, "sends": sends}))
"""
BARE = """
import django; django.setup()
from pathlib import Path
from houqin.config import backup
assert backup._write(Path("{file}"), with_keys=False)["keys"] is False
"""
MOVES_ON = {
    "kernel_change",
    "kernel_channel",
    "kernel_loginsession",
    "kernel_seal",
    "kernel_tickrun",
}  # ended, and switched off with a change of its own, by the restore; sealed once more before the backup


@pytest.fixture(scope="module")
def school(tmp_path_factory) -> Path:
    data = found(tmp_path_factory.mktemp("school") / "data")
    assert script(data, FILL).code == 0
    return data


@pytest.fixture(scope="module")
def backup(school) -> Path:
    file = school.parent / "plain.houqin"
    said = houqin(school, "backup", str(file), "--with-keys")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == f"备份好了，并且恢复了一遍核对无误：{file}"
    return file


@pytest.fixture(scope="module")
def sealed(school) -> Path:
    """Locked with a passphrase; the keys come along."""
    file = school.parent / "sealed.houqin"
    assert houqin(school, "backup", str(file), HOUQIN_PASSPHRASE=PASSPHRASE).code == 0
    return file


def prints(data: Path) -> dict:
    return json.loads(script(data, PRINTS).out)


def test_what_comes_back_is_what_went_in(school, backup, tmp_path):
    data = tmp_path / "other"
    said = houqin(data, "restore", str(backup))
    assert (said.code, said.err) == (0, "")
    assert "所有人要重新登录。\n  1 个通知渠道停了" in said.out
    was, now = prints(school), prints(data)
    differing = {table for table in was["tables"] if was["tables"][table] != now["tables"][table]}
    assert differing - MOVES_ON == set()
    assert (was["open"], now["open"], now["head"]) == (1, 0, was["head"])
    assert (was["sends"], now["sends"]) == ([[True, "waiting"]], [[False, "waiting"]])
    assert files(data) == files(school) != {}
    assert (data / "keys/entries").read_text() == (school / "keys/entries").read_text()
    assert (data / "keys/secret").read_text() != (school / "keys/secret").read_text()
    assert houqin(data, "check", "--full").out.endswith("没有问题。")


def test_no_secret_of_a_channel_stands_in_a_backup_nor_in_its_folder(school, backup):
    """A59. Seen to fail with the address kept as it was typed."""
    with zipfile.ZipFile(backup) as book:
        inside = {name: book.read(name) for name in book.namelist()}
    beside = {path.name: path.read_bytes() for path in school.rglob("*") if path.is_file()}
    assert "manifest.json" in inside and "houqin.sqlite3" in beside
    assert [name for name, data in (inside | beside).items() if SECRET.encode() in data] == []


def files(data: Path) -> dict[str, bytes]:
    return {str(p.relative_to(data)): p.read_bytes() for p in (data / "files").rglob("*") if p.is_file()}


def test_a_full_folder_is_refused_and_kept_beside_when_it_is_replaced(school, sealed, tmp_path):
    """By a sealed backup, whose passphrase opens it."""
    data = tmp_path / "full"
    shutil.copytree(school, data)
    before = prints(school)
    refused = houqin(data, "restore", str(sealed), HOUQIN_PASSPHRASE=PASSPHRASE)
    assert (refused.code, refused.err) == (
        2, f"数据目录 {data} 不是空的，没有恢复。换一个空目录；或者加 --replace，原来的会整个留在旁边。"
    )  # fmt: skip
    assert houqin(data, "restore", str(sealed), "--replace", HOUQIN_PASSPHRASE=PASSPHRASE).code == 0
    kept = [path for path in tmp_path.iterdir() if path.name.startswith("full.before-")]
    assert [files(path) for path in kept] == [files(school)]
    assert prints(kept[0])["tables"] == before["tables"]
    assert files(data) == files(school)


@pytest.mark.parametrize(
    "part", ["tables/kernel_event.jsonl", "tables/kernel_change.jsonl", "keys/entries", "files/"]
)
def test_one_byte_that_is_not_as_it_was_is_refused_by_the_name_of_its_part(backup, tmp_path, part):
    with zipfile.ZipFile(backup) as whole:
        info = next(i for i in whole.infolist() if i.filename.startswith(part))
        at = info.header_offset + 30 + len(info.filename.encode()) + len(info.extra) + info.compress_size // 2
    broken = tmp_path / "broken.houqin"
    content = bytearray(backup.read_bytes())
    content[at] ^= 0x10
    broken.write_bytes(content)
    with (
        archive.open_file(broken, tmp_path, lambda: "").zip,
        pytest.raises(Refused, match=f"备份里的“{info.filename}”坏了"),
    ):
        archive.open_file(broken, tmp_path, lambda: "").verify()


def test_a_broken_backup_leaves_the_folder_as_it_was(backup, tmp_path):
    broken = tmp_path / "broken.houqin"
    broken.write_bytes(backup.read_bytes()[:-200])
    said = houqin(tmp_path / "data", "restore", str(broken))
    assert (said.code, said.err) == (
        2,
        f"{broken} 不是后勤的备份，或者文件坏了（清单读不出来），没有恢复。换一份备份。",
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.houqin"]


def test_a_passphrase_locks(sealed, tmp_path):
    assert "青禾小学".encode() not in sealed.read_bytes()
    wrong = houqin(tmp_path / "a", "restore", str(sealed), HOUQIN_PASSPHRASE="别的口令别的口令")
    assert (wrong.code, wrong.err) == (2, "口令不对，或者文件开头坏了，没有恢复，原来的数据没有动。")
    none = houqin(tmp_path / "a", "restore", str(sealed))
    assert (none.code, "口令" in none.err) == (2, True)
    assert not (tmp_path / "a").exists()


def test_a_sealed_file_cannot_be_cut_or_its_chunks_exchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "CHUNK", 100)
    plain, sealed, out = (tmp_path / name for name in ("plain", "sealed", "out"))
    plain.write_bytes(bytes(range(250)))
    archive.seal(plain, sealed, PASSPHRASE)
    archive.unseal(sealed, out, PASSPHRASE)
    assert out.read_bytes() == plain.read_bytes()
    whole, head = sealed.read_bytes(), len(archive.MAGIC) + 16
    first, second = whole[head : head + 116], whole[head + 116 : head + 232]
    for forged in (whole[: head + 232], whole[:head] + second + first + whole[head + 232 :]):
        sealed.write_bytes(forged)
        with pytest.raises(Refused, match="没有恢复"):
            archive.unseal(sealed, out, PASSPHRASE)


def test_a_backup_without_keys_says_what_else_to_carry(school, monkeypatch, capsys, tmp_path):
    """The proof by restoring is the other tests'; here is what is said."""
    made = {"tables": {"a": {"count": 3}}, "files": 2, "keys": False}
    monkeypatch.setattr(making, "make", lambda path, **how: path.write_bytes(b"") or made)
    monkeypatch.setattr(upkeep, "refuse_unready", lambda: None)
    monkeypatch.setenv("HOUQIN_DATA", str(tmp_path / "data"))
    making.run(
        argparse.Namespace(file=str(tmp_path / "f"), passphrase=False, with_keys=False, overwrite=False)
    )
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  3 行，2 个附件，0.0 MB，0 秒",
        "  里面没有密钥。恢复到别的机器时，要先把这台机器数据目录里的 keys 文件夹带过去。",
    ]


def test_without_its_keys_a_backup_comes_back_only_where_they_are(school, tmp_path):
    file = tmp_path / "bare.houqin"
    assert script(school, BARE.format(file=file)).code == 0
    data = tmp_path / "data"
    assert houqin(data, "restore", str(file)).err.startswith("备份里没有密钥")
    shutil.copytree(school / "keys", data / "keys")
    assert houqin(data, "restore", str(file)).code == 0
    other = tmp_path / "other"
    (other / "keys").mkdir(parents=True)
    (other / "keys/entries").write_text("A-quite-different-key-of-more-than-fifty-characters-0123456789")
    assert (
        houqin(other, "restore", str(file)).err
        == "keys 文件夹里的密钥不是这份备份的，没有恢复。换成做备份那台机器的 keys 文件夹。"
    )


def test_a_backup_of_a_newer_program_is_refused_with_both_versions(backup, tmp_path):
    newer = rewritten(
        backup,
        tmp_path,
        lambda m: m | {"version": "99.0", "migrations": [*m["migrations"], ["kernel", "0999_later"]]},
    )
    said = houqin(tmp_path / "data", "restore", str(newer))
    assert said.err == "备份是更新版本的后勤（99.0）做的，现在的程序是 0.1.0，没有恢复。先装新版本。"
    later = rewritten(backup, tmp_path, lambda m: m | {"version": "99.0", "format": 2})
    assert houqin(tmp_path / "data", "restore", str(later)).err.startswith(
        "备份是更新版本的后勤（99.0）做的，这个版本读不了"
    )
    assert not (tmp_path / "data").exists()


LEADING_OUT = (
    "files/../../out", "files/..", "files//etc/passwd", "files/..\\..\\out", "files/C:/out",
    "files/a/../../../out",
    "files/\\\\host\\share", "files/%2e%2e%2fout/./x", "files/" + "a" * 300, "files/..;/out",
    "keys/../out", "keys/a b",
)  # fmt: skip


@pytest.mark.parametrize("name", LEADING_OUT, ids=range(len(LEADING_OUT)))
def test_a_part_that_leads_out_of_the_folder_is_refused_before_anything_is_written(backup, tmp_path, name):
    """A50."""
    content = b"out"
    wrong = rewritten(
        backup,
        tmp_path,
        lambda m: m | {"parts": m["parts"] | {name: [len(content), sha256(content).hexdigest()]}},
    )
    with zipfile.ZipFile(wrong, "a") as more:
        more.writestr(name, content)
    inside = tmp_path / "inside"
    inside.mkdir()
    reader = archive.open_file(wrong, inside, lambda: "")
    with reader.zip, pytest.raises(Refused, match="坏了，没有恢复"):
        reader.verify()
        for part in [*reader.names("keys/"), *reader.names("files/")]:
            reader.take_out(part, inside / part)
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() and path != wrong and "out" in path.name
    ] == []


def test_restoring_such_a_backup_leaves_nothing(backup, tmp_path):
    manifest = [3, sha256(b"out").hexdigest()]
    wrong = rewritten(backup, tmp_path, lambda m: m | {"parts": m["parts"] | {"files/../../out": manifest}})
    with zipfile.ZipFile(wrong, "a") as more:
        more.writestr("files/../../out", b"out")
    said = houqin(tmp_path / "data", "restore", str(wrong))
    assert (said.code, said.err) == (
        2,
        "备份里的“files/../../out”坏了，没有恢复，原来的数据没有动。换一份备份。",
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rewritten.houqin"]


def rewritten(backup: Path, folder_: Path, change) -> Path:
    file = folder_ / "rewritten.houqin"
    with zipfile.ZipFile(backup) as was, zipfile.ZipFile(file, "w") as now:
        for name in was.namelist():
            content = was.read(name)
            if name == archive.MANIFEST:
                content = json.dumps(change(json.loads(content))).encode()
            now.writestr(name, content)
    return file


def test_a_backup_that_would_not_come_back_is_not_left_lying(school, tmp_path):
    data = tmp_path / "forged"
    shutil.copytree(school, data)
    forge = (
        "import django; django.setup()\nfrom django.db import connection\nwith connection.cursor() as c:\n"
        + "".join(
            f"    c.execute('{line}')\n"
            for line in ("DROP TRIGGER kernel_change_stays", "UPDATE kernel_change SET now = 1 WHERE id = 3")
        )
    )
    assert script(data, forge).code == 0
    said = houqin(data, "backup", str(tmp_path / "file.houqin"))
    assert (said.code, "[I36 错误]" in said.err, "备份恢复不回来，没有留下这个文件" in said.err) == (
        2,
        True,
        True,
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forged"]


def test_a_name_that_is_taken_or_a_folder_that_is_not_there(school, backup):
    assert (
        houqin(school, "backup", str(backup)).err
        == f"{backup} 已经在了，没有备份。换个文件名，或者加 --overwrite。"
    )
    assert houqin(school, "backup", "/nowhere/x.houqin").err == "没有 /nowhere 这个文件夹，没有备份。"
    assert (
        houqin(school, "restore", "/nowhere/x.houqin", "--replace").err
        == "找不到备份文件 /nowhere/x.houqin，没有恢复。"
    )


# ── cut off half-way ────────────────────────────────────────────────────────────────────────────────────


def test_killed_between_the_two_renames_the_next_verb_finishes(tmp_path):
    data, scratch = tmp_path / "data", tmp_path / f"data{folder.RESTORED}"
    scratch.mkdir()
    (scratch / "houqin.sqlite3").write_text("new")
    (scratch / folder.READY).write_text("{}")
    folder.finish_restore(data)
    assert [(p.name, p.read_text()) for p in data.iterdir()] == [("houqin.sqlite3", "new")]


def test_killed_before_it_was_complete_the_old_one_stays(tmp_path):
    data, scratch = tmp_path / "data", tmp_path / f"data{folder.RESTORED}"
    for place, text in ((data, "old"), (scratch, "new")):
        place.mkdir()
        (place / "houqin.sqlite3").write_text(text)
    folder.finish_restore(data)
    assert (data / "houqin.sqlite3").read_text() == "old"


def test_a_whole_change_of_folders(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "houqin.sqlite3").write_text("old")
    scratch = folder.beside(data, folder.RESTORED)
    (scratch / "houqin.sqlite3").write_text("new")
    kept = folder.put_in_place(scratch, data)
    assert ((data / "houqin.sqlite3").read_text(), (kept / "houqin.sqlite3").read_text()) == ("new", "old")
    assert not (data / folder.READY).exists() and not scratch.exists()
