"""F22, F23, F46, F47: a database that was cut, torn, exchanged or told otherwise is opened whole or
refused by name.
"""

import hashlib
import json
import random
import shutil
import sqlite3
import sys
import time
import uuid
from contextlib import closing

import pytest

from houqin.config.trouble import TORN
from tests.command import houqin, ran, script

from .server import Person, Server, free_port

pytestmark = [pytest.mark.fault, pytest.mark.sqlite]
FILE = "houqin.sqlite3"
CUTS, REPORTS = 60, 16
HALVES = """
    SELECT (SELECT count(*) FROM kernel_matter WHERE id NOT IN (SELECT matter_id FROM kernel_event))
         + (SELECT count(*) FROM kernel_matter WHERE id NOT IN (SELECT matter_id FROM repairs_repair))
         + (SELECT count(*) FROM kernel_operation o WHERE o.key = '')
"""
DRIFTED = """
import django; django.setup()
import json
from django.db import connection
from houqin.config import upkeep
from houqin.kernel.errors import Refused
options, told = connection.settings_dict["OPTIONS"], []
right = options["init_command"]
for was, now in (("FULL", "OFF"), ("foreign_keys=ON", "foreign_keys=OFF"),
                 ("mmap_size=0", "mmap_size=100000"), ("journal_mode=WAL", "journal_mode=DELETE"), ("", "")):
    connection.close()
    options["init_command"] = right.replace(was, now)
    try:
        told.append(str(upkeep._probe()))
    except Refused as refused:
        told.append(str(refused))
print(json.dumps(told))
"""
COMMITS = """
import django; django.setup()
from django.db import connection
from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.models import FaultType
from tests.cast import Cast
options = connection.settings_dict["OPTIONS"]
options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=TOLD")
cast, kind = Cast(), FaultType.objects.get(code="W01")
for n in range(REPORTS):
    repairs.report(place=cast.place("c32"), fault_type=kind, detail=f"漏水 {n}", act=cast.act("teacher"))
"""
LONG_READER = """
import django; django.setup()
import json, pathlib
from django.conf import settings
from django.db import connection
from houqin.config.moment import one_moment
from houqin.kernel.invariants import engine
wal = pathlib.Path(settings.DATA) / "houqin.sqlite3-wal"
engine.LONG_WAL = 80 << 20

def write(megabytes):
    for _ in range(megabytes):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO filler SELECT randomblob(1000000)")

with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE filler (x)")
with one_moment():
    write(90)
    long, told = wal.stat().st_size, [f.code for f in engine.long_wal()]
write(2)
small = wal.stat().st_size <= 64 << 20
print(json.dumps([long > 80 << 20, told, small, [f.code for f in engine.long_wal()]]))
"""


@pytest.fixture(scope="module")
def killed(founded, facts, tmp_path_factory):
    """A school whose server was killed after some reports: they lie in the log of writes alone, because a
    reader from before them keeps it from being folded into the file.
    """
    data, copy = (shutil.copytree(founded, tmp_path_factory.mktemp("killed") / "data") for _ in "ab")
    server = Server(data)
    server.start()
    teacher = Person(server.base, "teacher").enter()
    with closing(sqlite3.connect(data / FILE, timeout=10)) as reader:
        while reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() != (0, 0, 0):
            time.sleep(0.05)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM kernel_matter").fetchall()
        for n in range(REPORTS):
            sent = teacher.post("/repairs/repair/new/", _op=str(uuid.uuid4()), detail=f"漏水 {n}", **facts)
            assert sent.status_code == 303
        server.kill()
        shutil.copytree(data, copy, dirs_exist_ok=True)  # before the reader goes, and folds it in
    return copy


def read(folder, question: str) -> list:
    with closing(sqlite3.connect(folder / FILE)) as file:
        return file.execute(question).fetchall()


def copied(data, to, *ends: str):
    to.mkdir()
    for end in ("", *ends):
        shutil.copy(data / f"{FILE}{end}", to / f"{FILE}{end}")
    return to


def test_a_power_cut_leaves_the_beginning_of_what_was_done(killed, tmp_path):
    """The log of writes ends anywhere, its last sector is rubbish: what is read is whole, and nothing from
    after it.
    """
    dice, events = random.Random(22), "SELECT id FROM kernel_event ORDER BY id"
    everything, seen = read(copied(killed, tmp_path / "all", "-wal"), events), set()
    for n in range(CUTS):
        folder = copied(killed, tmp_path / str(n), "-wal")
        with open(folder / f"{FILE}-wal", "r+b") as log:
            at = dice.randrange(log.seek(0, 2))
            log.truncate(at)
            log.seek(max(0, at - dice.randrange(2000)))
            log.write(dice.randbytes(512))
        assert read(folder, "PRAGMA integrity_check") == [("ok",)]
        found = read(folder, events)
        assert found == everything[: len(found)]
        assert read(folder, HALVES) == [(0,)]
        seen.add(len(found))
        shutil.rmtree(folder)
    assert len(everything) == REPORTS and len(seen) > REPORTS / 2


def torn(data, to, damage: str):
    """A copy of the whole folder with its database harmed; in the middle: one page, which no start looks
    at.
    """
    shutil.copytree(data, to)
    [(page,)] = read(to, "SELECT rootpage FROM sqlite_master WHERE name = 'kernel_notice'")
    with open(to / FILE, "r+b") as file:
        size = file.seek(0, 2)
        if damage == "middle":
            file.seek((page - 1) * 4096)
            file.write(random.Random(23).randbytes(4096))
        elif damage == "head":
            file.seek(0)
            file.write(bytes(4096))
        else:
            file.truncate(size // 2)
    return to


def prints(data) -> dict[str, str]:
    files = (path for path in data.glob(f"{FILE}*") if path.suffix != ".sqlite3-shm" and path.stat().st_size)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("strace"), reason="no strace, which counts the syncs")
def test_every_commit_is_on_the_disk_before_it_is_answered(founded, tmp_path):
    """F22: a sync for each commit at least; with `synchronous=NORMAL` there were hardly any."""
    data, syncs = shutil.copytree(founded, tmp_path / "data"), {}
    for told in ("FULL", "NORMAL"):
        said, text = tmp_path / told, COMMITS.replace("TOLD", told).replace("REPORTS", str(REPORTS))
        count = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(said)]
        assert ran([*count, sys.executable, "-c", text], data).code == 0
        syncs[told] = said.read_text().count("sync(")
    assert syncs["FULL"] >= REPORTS > syncs["NORMAL"]


@pytest.mark.parametrize("damage", ["middle", "head", "short"])
def test_a_torn_file_is_refused_in_a_sentence_and_left_as_it_is(founded, tmp_path, damage):
    """Seen to fail without `refuse_torn`: a school torn in the middle was opened and served. What has lost
    its head or its end is refused by the first question as well.
    """
    data = torn(founded, tmp_path / "data", damage)
    before = prints(data)
    said = houqin(data, "start", "--port", str(free_port()))
    assert (said.code, said.err, prints(data)) == (2, TORN, before)


def test_a_torn_file_is_named_by_the_check(founded, tmp_path):
    said = houqin(torn(founded, tmp_path / "data", "middle"), "check")
    assert (said.code, "[I01 错误] 数据库文件完好" in said.out, said.err) == (2, True, "")


def test_a_copy_without_its_log_of_writes_does_not_fit_its_anchor(killed, tmp_path):
    """F23: somebody copied the one file. The start says so, and leaves the anchor, which is all that shows
    it. Seen to fail with the anchor written over.
    """
    data = shutil.copytree(killed, tmp_path / "data")
    seal = "import django; django.setup()\nfrom houqin.config import backup\nbackup.seal_now()"
    assert script(data, seal).code == 0
    anchor = (data / "anchor").read_text()
    (data / f"{FILE}-wal").unlink(missing_ok=True)
    shutil.copy(killed / FILE, data / FILE)
    ready = seal.replace("backup\n", "backup, upkeep\nupkeep.ready(pages=False)\n")
    said = script(data, ready)
    assert said.err.startswith(f"日封 {json.loads(anchor)['seal']}应为在数据库里")
    assert (data / "anchor").read_text() == anchor
    assert "[I34 错误]" in houqin(data, "check").out


def test_an_engine_told_otherwise_does_not_start(founded, tmp_path):
    """F46, and F22's promise that every commit is on the disk: `synchronous=FULL` is asked back at each
    start.
    """
    data = shutil.copytree(founded, tmp_path / "data")
    told = json.loads(script(data, DRIFTED).out)
    assert [one.partition("（")[2].partition("）")[0] for one in told] == [
        "synchronous 应为 2，现在是 0", "foreign_keys 应为 1，现在是 0", "mmap_size 应为 0，现在是 100000",
        "journal_mode 应为 wal，现在是 delete", "",
    ]  # fmt: skip


def test_the_log_of_writes_grows_under_a_long_reader_and_shrinks_again(founded, tmp_path):
    """F47. Seen to fail without `journal_size_limit`."""
    data = shutil.copytree(founded, tmp_path / "data")
    assert json.loads(script(data, LONG_READER).out) == [True, ["I46"], True, []]
