"""F35, F43, F47: a list of a hundred thousand rows goes out whole while others write, from one moment, in
little memory; then the log of writes is short again.
"""

import json
import shutil

import pytest

from tests.command import script

pytestmark = [pytest.mark.fault, pytest.mark.sqlite, pytest.mark.long]
ROWS, MEMORY = 100_000, 200  # MB beside what the program itself takes
EXPORT = """
import django; django.setup()
import csv, json, pathlib, re, threading
from django.conf import settings
from django.db import connection, transaction
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.ui.register import files
from tests.cast import Cast
cast, campus = Cast(), Place.objects.get(code="campus")
columns = [f.column for f in Place._meta.concrete_fields if f.column not in ("id", "code")]
with connection.cursor() as cursor:
    cursor.execute(
        f"INSERT INTO kernel_place (code, {', '.join(columns)}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
        f" SELECT i + 1 FROM n WHERE i < ROWS) SELECT 'g' || i, {', '.join(columns)} FROM n, kernel_place"
        f" WHERE kernel_place.code = 'c32'"
    )
over, pairs = threading.Event(), []

def write():
    while not over.is_set():
        with transaction.atomic():
            for side in "ab":
                places.enter(code=f"{side}{len(pairs)}", name="后来的", kind="room", parent=campus,
                             act=cast.act("director"))
        pairs.append(len(pairs))
    connection.close()

def most_memory():  # the highest so far, in MB
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]) / 1024

writer = threading.Thread(target=write)
before = most_memory()
writer.start()
out = pathlib.Path("places.csv")
rows = files.export("house/places", out, cast.act("director"))
during = len(pairs)
over.set(), writer.join()
codes = [row[0] for row in csv.reader(out.open(encoding="utf-8-sig", newline=""))][1:]
halves = {side: {code[1:] for code in codes if code[0] == side and code[1:].isdigit()} for side in "ab"}
with transaction.atomic():
    Place.objects.filter(code="c32").update(walk=1)
wal = pathlib.Path(settings.DATA) / "houqin.sqlite3-wal"
print(json.dumps({
    "rows": [rows == len(codes), rows - ROWS - 2 * len(halves["a"])], "halves": halves["a"] == halves["b"],
    "meanwhile": during > len(halves["a"]), "memory": most_memory() - before,
    "wal": wal.stat().st_size <= 64 << 20,
}))
"""


def test_a_giant_list_goes_out_from_one_moment_while_others_write(founded, tmp_path):
    """Pairs that are written together are both on it or neither: the list is one statement, so the
    transaction around it could be left out and this still held.
    """
    data = shutil.copytree(founded, tmp_path / "data")
    said = json.loads(script(data, EXPORT.replace("ROWS", str(ROWS))).out)
    print(said)
    assert said.pop("memory") < MEMORY
    assert said == {"rows": [True, 5], "halves": True, "meanwhile": True, "wal": True}
