"""Sheets that come in: what is refused at the door, how a cell is read,
and that a whole sheet is written or nothing.

Seen to fail once each, the guard taken away: both bounds on columns (corner and dimension), `_archive` (a
bomb was inflated), the digest in `confirm` (another's change was written over), the limit of digits in
`values` (a rounded id was taken). The DTD ban is one of two walls: the library refuses these files too.
"""

import io
import json
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from houqin.kernel.audit.models import Change
from houqin.kernel.errors import Overtaken, Refused
from houqin.kernel.people.models import Person
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.kernel.terms.models import SchoolDay
from houqin.ui import house_calendar, house_places
from houqin.ui.register import intake, read_sheet, upload, values
from houqin.ui.register.declare import Register, Sheet, SheetColumn

DATA = Path(__file__).parents[1] / "data"

# ── own bounds: A46, A47, A49 ───────────────────────────────────────────────────────────────────────────────

CONTENT = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://x"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
LINKS = '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'


def archive(path: Path, sheet: str | bytes, more: dict[str, bytes | str] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        parts = {
            "[Content_Types].xml": CONTENT, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": LINKS,
            "xl/worksheets/sheet1.xml": sheet, **(more or {}),
        }  # fmt: skip
        for name, data in parts.items():
            file.writestr(name, data)
    return path


def cells(*refs: str, before: str = "") -> str:
    rows = "".join(
        f'<row r="{ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{ref}"><v>1</v></c></row>' for ref in refs
    )
    return f"<worksheet>{before}<sheetData>{rows}</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("sheet", "more", "said"),
    [
        (cells("A1", "XFD1048576"), {}, "超过 100,000 行"),
        (cells("A1", "XFD2"), {}, "超过 200 列"),
        (cells("A1", before='<dimension ref="A1:XFD1048576"/>'), {}, "超过 200 列"),
        (cells("A1", before='<dimension ref="A1:B1048576"/>'), {}, "超过 100,000 行"),
        (cells("A1", before="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 20_001 + "</mergeCells>"), {},
         "合并的单元格"),
        (cells("A1"), {"xl/sharedStrings.xml": "<sst><si><t>" + "x" * 100_001 + "</t></si></sst>"},
         "有一格文字超过"),
        (cells("A1"), {"xl/vbaProject.bin": b"x"}, "带宏"),
        (cells("A1"), {f"xl/media/{n}": b"" for n in range(1001)}, "1,000 个部件"),
        (cells("A1"), {"xl/media/zero": b"\0" * 30_000_000}, "压缩得不寻常"),
        ("<worksheet><sheetData><row><c><v>1", {}, "不是能读的"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>', {}, "不是能读的"),
        ('<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>', {}, "不是能读的"),
        (('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]>' + cells("A1"))
         .encode("utf-16"), {}, "不是能读的"),
        ('<?xml version="1.0" encoding="UTF-7"?>' + cells("A1"), {}, "不是能读的"),
    ],
    ids=["corner", "columns", "dimension", "rows", "merges", "string", "macro", "entries", "ratio", "broken",
         "entity", "laughs", "utf-16", "utf-7"],
)  # fmt: skip
def test_a_bomb_is_refused_with_its_sentence(tmp_path, sheet, more, said):
    started = time.monotonic()
    with pytest.raises(Refused, match=said):
        upload.read_file(archive(tmp_path / "bomb.xlsx", sheet, more))
    assert time.monotonic() - started < 30


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path):
    """The declared size of an entry is not believed: what is inflated is counted and checked."""
    path = archive(tmp_path / "lie.xlsx", cells("A1"), {"xl/media/a": b"\0" * 3_000_000})
    data = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(Refused, match="不是能读的"):
        upload.read_file(path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 50, "旧的 .xls"),
        ("a.pdf", b"%PDF-1.7", "只能导入"),
        ("a.xlsx", b"", "文件是空的"),
        ("a.xlsx", b"PK\x03\x04rubbish", "不是能读的"),
        ("a.csv", b"a,b\n\0,1", "不是能读的"),
        ("a.csv", b'a,b\n"open,1', "引号没有配对"),
        ("a.csv", b"a\n" * (read_sheet.ROWS + 30), "超过 100,000 行"),
        ("a.csv", b"a," * 300, "超过 200 列"),
        ("a.csv", b"a,b\n\xff\xff,1", "编码认不出"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path, name, data, said):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(Refused, match=said):
        upload.read_file(path)


def test_a_reader_that_dies_or_hangs_answers_a_sentence(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("编码\nx\n", encoding="utf-8")
    monkeypatch.setattr(upload, "_run", lambda *asked: -9)
    with pytest.raises(Refused, match="读不出来"):
        upload.read_file(path)


def test_the_server_reads_no_sheet_in_its_own_process():
    """calamine is imported by the reading process only; fcntl and resource are not needed to start."""
    import subprocess
    import sys

    code = (
        "import sys; sys.modules.update(dict.fromkeys(('fcntl', 'pwd', 'grp', 'resource', 'termios')));"
        "import django; django.setup(); import houqin.ui.register.importing, houqin.ui.register.files;"
        "assert 'python_calamine' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={
        "PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "houqin.config.settings",
        "HOUQIN_DATA": str(Path("/tmp")), "PATH": "", "PYTEST_VERSION": "1",
    }, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_is_read_whatever_wrote_it(tmp_path, encoding, separator):
    path = tmp_path / "a.csv"
    path.write_bytes(f"编码{separator}名称\r\n00123{separator}三(2)班".encode(encoding))
    assert upload.read_file(path).rows == [["编码", "名称"], ["00123", "三(2)班"]]


# ── one cell: F31, F32 ──────────────────────────────────────────────────────────────────────────────────────

COLUMNS = {
    kind: SheetColumn("列", "x", kind=kind, longest=40)
    for kind in ("text", "code", "phone", "money", "quantity", "whole", "yes", "date")
}
NO = object()

GOLDEN = [
    ("date", {"d": "2026-09-01"}, date(2026, 9, 1)), ("date", {"t": "2026-09-01T00:00:00"}, date(2026, 9, 1)),
    ("date", {"t": "2026-09-01T08:30:00"}, NO), ("date", "2026/9/1", date(2026, 9, 1)),
    ("date", "2026.9.1", date(2026, 9, 1)), ("date", "2026-9-1", date(2026, 9, 1)),
    ("date", "2026年9月1日", date(2026, 9, 1)), ("date", "２０２６－０９－０１", date(2026, 9, 1)),
    ("date", "二〇二六年九月一日", date(2026, 9, 1)), ("date", "二零二六年十二月三十一日", date(2026, 12, 31)),
    ("date", "20260901", date(2026, 9, 1)), ("date", {"n": "20260901.0"}, date(2026, 9, 1)),
    ("date", {"n": "46266.0"}, NO), ("date", "26-9-1", NO), ("date", "9月1日", NO), ("date", "9/1", NO),
    ("date", "2026-13-01", NO), ("date", "2026-02-30", NO), ("date", "0000-00-00", NO),
    ("date", "00000000", NO), ("date", "2026-09-01T00:00:00+08:00", NO),
    ("date", "2026-09-01 00:00:00", date(2026, 9, 1)), ("date", "2026-09-01 08:30", NO),
    ("date", "9/1/2026", NO), ("date", "2026-9/1", NO), ("date", " 2026-09-01　", date(2026, 9, 1)),
    ("date", "'2026-09-01", date(2026, 9, 1)), ("date", "1899-01-01", NO), ("date", "明天", NO),
    ("date", {"b": True}, NO),
    ("money", "１２", 1200), ("money", "1,200.50", 120050), ("money", "1200元", 120000), ("money", "1.2万", NO),
    ("money", " 12 ", 1200), ("money", "　12", 1200), ("money", "\u00a012\u200b", 1200),
    ("money", "12.345", NO), ("money", "¥4,599.00", 459900), ("money", "￥4599", 459900),
    ("money", "$1,299.00", NO), ("money", "1.180,00", NO), ("money", "12,34", NO), ("money", "1,2345", NO),
    ("money", "-3", -300), ("money", {"n": "0.1"}, 10), ("money", {"n": "0.30000000000000004"}, 30),
    ("money", {"n": "12.345"}, NO), ("money", {"n": "1e+17"}, NO), ("money", "1E5", NO), ("money", "十二", NO),
    ("money", {"d": "2026-09-01"}, NO), ("money", "", None),
    ("quantity", "1.5", 1500), ("quantity", "1.2345", NO), ("quantity", {"n": "2.0"}, 2000),
    ("quantity", "1,200.025", 1200025),
    ("whole", "3", 3), ("whole", {"n": "3.0"}, 3), ("whole", "3.5", NO), ("whole", {"n": "3.5"}, NO),
    ("whole", "一", NO),
    ("code", "00123", "00123"), ("code", "1E5", "1E5"), ("code", "1.10101E+17", NO), ("code", "1E+05", NO),
    ("code", {"n": "123.0"}, "123"), ("code", {"n": "3.301021990010113e+17"}, NO), ("code", {"n": "1.5"}, NO),
    ("code", "'00123", "00123"), ("code", "Ａ１", "A1"), ("code", " A\u200b1 ", "A1"),
    ("code", {"d": "2026-09-01"}, NO), ("code", "x" * 41, NO), ("code", "", ""),
    ("phone", "13800000000", "13800000000"), ("phone", {"n": "13800000000.0"}, "13800000000"),
    ("phone", "1.38E+10", NO), ("phone", "abc", NO), ("phone", "0571-8888 6666", "0571-8888 6666"),
    ("yes", "是", True), ("yes", "否", False), ("yes", "√", True), ("yes", {"b": False}, False),
    ("yes", "也许", NO), ("yes", "Ｙ", True),
    ("text", " =1+1 ", "=1+1"), ("text", "<b>x</b>", "<b>x</b>"), ("text", "a\r\nb", "a\nb"),
    ("text", "a\x01b", NO), ("text", {"n": "5.0"}, "5"), ("text", {"b": True}, "是"), ("text", "x" * 41, NO),
    ("text", "   ", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "cell", "expected"), GOLDEN, ids=[f"{kind}-{at}" for at, (kind, *_) in enumerate(GOLDEN)]
)
def test_a_cell_is_read_or_refused_never_guessed(kind, cell, expected):
    if expected is NO:
        with pytest.raises(values.Wrong):
            values.value_of(COLUMNS[kind], cell)
    else:
        assert values.value_of(COLUMNS[kind], cell) == expected


def test_a_formula_counts_by_its_result_and_is_refused_without(tmp_path, cast):
    """F31."""
    book = xlsxwriter.Workbook(tmp_path / "f.xlsx")
    page = book.add_worksheet()
    page.write_row(0, 0, ["编码", "名称", "类型", "用途", "走动次序"])
    page.write_row(1, 0, ["n1", "甲", "房间", "教学"])
    page.write_formula(1, 4, "=1+6", None, 7)
    page.write_row(2, 0, ["n2", "乙", "房间", "教学"])
    page.write_formula(2, 4, "=1+1", None, "")
    page.write_row(3, 0, ["n3", "丙", "房间", "教学"])
    page.write_formula(3, 4, "=NA()", None, "#N/A")
    book.close()
    found = intake.look(house_places.PLACES, upload.read_file(tmp_path / "f.xlsx"), cast.act("director"))
    assert [(line.number, line.said.get("walk"), line.problem, line.remarks) for line in found.lines] == [
        (2, 7, "", ["“走动次序”是公式，取了它的结果"]),
        (3, None, "这一格是公式，没有算出结果。粘贴成数值再导。", []),
        (4, None, "“走动次序”是错误值 #N/A", ["“走动次序”是公式，取了它的结果"]),
    ]


def test_days_of_the_1904_epoch_are_the_same_days(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "e.xlsx", {"date_1904": True})
    page = book.add_worksheet()
    page.write_string(0, 0, "日期")
    page.write_datetime(1, 0, date(2026, 9, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    assert upload.read_file(tmp_path / "e.xlsx").rows[1] == [{"d": "2026-09-01"}]


# ── a whole sheet ───────────────────────────────────────────────────────────────────────────────────────────


def sheet_of(tmp_path: Path, *rows: list) -> upload.Reading:
    path = tmp_path / "in.xlsx"
    book = xlsxwriter.Workbook(path)
    for at, row in enumerate(rows):
        book.get_worksheet_by_name("S") or book.add_worksheet("S")
        book.get_worksheet_by_name("S").write_row(at, 0, row)
    book.close()
    return upload.read_file(path)


HEAD = ["编码", "名称", "类型", "上级编码", "用途", "责任人", "走动次序"]
ROOM = ["c32", "三(2)班教室", "房间", "jxl-2", "教学", "class-teacher", 124]


def test_a_sheet_makes_changes_and_leaves_alone(cast, tmp_path):
    """Parents may stand below what lies in them; every change is kept as an import's."""
    reading = sheet_of(
        tmp_path,
        HEAD,
        ["zhl-1", "1 层", "楼层", "zhl", "行政", "", 510],
        ["zhl", "综合楼", "楼栋", "campus", "行政", "director", 500],
        ["c32", "三(2)班", *ROOM[2:]],
        ["wc2", "2 层男厕", "房间", "jxl-2", "生活", "陈主任", 125],
    )
    act = cast.act("director")
    found = intake.look(house_places.PLACES, reading, act)
    assert found.counts == {"new": 2, "change": 1, "same": 1, "wrong": 0}
    assert not Place.objects.filter(code="zhl").exists()
    intake.confirm(house_places.PLACES, reading, found.digest, act)
    assert Place.objects.get(code="zhl-1").full_name == "综合楼 1 层"
    assert Place.objects.get(code="c32").full_name == "教学楼 2 层 三(2)班"
    assert set(Change.objects.filter(at=act.at).values_list("via", flat=True)) == {"import"}
    again = intake.look(house_places.PLACES, reading, cast.act("director"))
    assert again.counts == {"new": 0, "change": 0, "same": 4, "wrong": 0}


def test_one_bad_row_and_nothing_is_written(cast, tmp_path):
    reading = sheet_of(
        tmp_path,
        HEAD,
        ["zhl", "综合楼", "楼栋", "campus", "行政", "", 500],
        ["zhl-1", "1 层", "楼层", "哪里", "行政", "没这人", "很多"],
    )
    act = cast.act("director")
    found = intake.look(house_places.PLACES, reading, act)
    assert [(line.number, line.problem) for line in found.wrong] == [
        (3, "“走动次序”要填数字，例如 1200.50；“很多”看不准；没有“没这人”这个责任人，导入不新建；没有“哪里”这个上级编码，表里也没有"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="还有问题"):
        intake.confirm(house_places.PLACES, reading, found.digest, act)
    assert not Place.objects.filter(code__startswith="zhl").exists()


def test_what_the_action_refuses_stands_beside_its_row(cast, tmp_path):
    """The rehearsal: an owner cannot be taken away without another."""
    reading = sheet_of(tmp_path, HEAD, [*ROOM[:5], "", 124], ["d1", "新", "房间", "jxl-2", "教学", "", 1])
    found = intake.look(house_places.PLACES, reading, cast.act("director"))
    assert [(line.number, line.problem) for line in found.wrong] == [
        (2, "“三(2)班教室”要有责任人，没有保存。换人可以，空着不行。")
    ]
    assert not Place.objects.filter(code="d1").exists()


def test_what_is_set_once_cannot_be_changed_by_a_sheet(cast, tmp_path):
    reading = sheet_of(tmp_path, HEAD, [*ROOM[:2], "楼层", *ROOM[3:]])
    found = intake.look(house_places.PLACES, reading, cast.act("director"))
    assert found.wrong[0].problem == "“类型”现在是“房间”，导入不能改"


def test_a_sheet_looked_at_before_a_change_is_not_written_over_it(cast, tmp_path):
    """F34."""
    reading = sheet_of(tmp_path, HEAD, ["c32", "三(2)班", *ROOM[2:]])
    act = cast.act("director")
    found = intake.look(house_places.PLACES, reading, act)
    place = cast.place("c32")
    places.change_place(
        place, name="三(2)教室", use=place.use, owner=place.owner, walk=124, act=cast.act("director")
    )
    with pytest.raises(Overtaken, match="你看的时候有人改了，没有写入"):
        intake.confirm(house_places.PLACES, reading, found.digest, act)
    assert cast.place("c32").name == "三(2)教室"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ([*HEAD, "id"], "不认识“id”这一列"),
        ([*HEAD, "名称"], "“名称”这一列有两个"),
        (HEAD[1:], "表里少了这几列：编码，没有导入"),
        (["a", "b"], "没有认识的列"),
    ],
)
def test_unknown_columns_are_refused_not_ignored(cast, tmp_path, head, said):
    """A13."""
    with pytest.raises(Refused, match=said):
        intake.look(house_places.PLACES, sheet_of(tmp_path, head, ["x"] * len(head)), cast.act("director"))


def test_without_a_change_action_a_known_key_is_an_error_of_its_row(cast, tmp_path):
    """A13: who may only add cannot edit through a sheet."""
    only_new = Register(
        **{**vars_of(house_places.PLACES), "sheet": replace(house_places.PLACES.sheet, change=None)}
    )
    reading = sheet_of(tmp_path, HEAD, ["c32", "三(2)班", *ROOM[2:]])
    found = intake.look(only_new, reading, cast.act("director"))
    assert found.wrong[0].problem == "“c32”已经有了，导入不改已有的"


def vars_of(register: Register) -> dict:
    return {name: getattr(register, name) for name in register.__dataclass_fields__}


def test_a_column_that_is_left_out_is_left_alone(cast, tmp_path):
    reading = sheet_of(
        tmp_path, ["编码", "名称", "类型", "用途", "走动次序"], ["c32", "三(2)班", "房间", "教学", 124]
    )
    act = cast.act("director")
    found = intake.look(house_places.PLACES, reading, act)
    assert found.lines[0].changes == [("名称", "三(2)班教室", "三(2)班")]
    intake.confirm(house_places.PLACES, reading, found.digest, act)
    assert cast.place("c32").owner == cast["class-teacher"]


def test_the_national_holidays_go_in_as_they_are_and_once(cast):
    reading = upload.read_file(DATA / "holidays-2026.csv")
    act = cast.act("director")
    found = intake.look(house_calendar.DAYS, reading, act)
    assert found.counts == {"new": 39, "change": 0, "same": 0, "wrong": 0}
    intake.confirm(house_calendar.DAYS, reading, found.digest, act)
    assert SchoolDay.objects.get(on=date(2026, 1, 4)).staff_day is True
    assert intake.look(house_calendar.DAYS, reading, cast.act("director")).counts["same"] == 39


def test_the_plural_twin_makes_the_same_rows(cast):
    from houqin.kernel.terms import actions as terms

    said = {"on": date(2026, 12, 1), "pupil_day": False, "staff_day": True, "note": "教研"}
    one = terms.enter_day(**said, act=cast.act("director"))
    [many] = terms.enter_days([{**said, "on": date(2026, 12, 2)}], act=cast.act("director"))
    assert (one.pupil_day, one.staff_day, one.note) == (many.pupil_day, many.staff_day, many.note)
    changes = [
        list(Change.objects.filter(kind="kernel.schoolday", key=row.pk).values_list("field", "was", "via"))
        for row in (one, many)
    ]
    assert changes[0] == changes[1] == [("+", "", "test")]
    terms.change_day(one, pupil_day=True, staff_day=True, note="补课", act=cast.act("director"))
    assert SchoolDay.objects.get(on=date(2026, 12, 1)).note == "补课"


# ── another program's sheet ─────────────────────────────────────────────────────────────────────────────────


def tracker(expected: dict) -> Register:
    """A register with the tracker's columns; only looked at, never written."""
    known = expected["known"]
    rooms = {values.folded(name): name for name in known["places"]}

    def find_places(texts: set[str]) -> dict:
        return {
            text: rooms[values.folded(text)] and Place(code=rooms[values.folded(text)])
            for text in texts
            if values.folded(text) in rooms
        }

    def find_people(texts: set[str]) -> dict:
        names = {text: text.partition("(")[0].strip() for text in texts}
        return {text: Person(name=name) for text, name in names.items() if name in known["people"]}

    plain = ("Model", "Model No.", "Manufacturer", "Supplier", "Order Number", "Warranty", "Notes", "EOL")
    return Register(
        key="tracker", name="校产", model=Place, rows=lambda person, at: Place.objects.none(), columns=(),
        sheet=Sheet(
            columns=(
                SheetColumn("Asset Tag", "code", kind="code", required=True),
                SheetColumn("Asset Name", "name", required=True, longest=120),
                SheetColumn("Category", "kind", required=True,
                            choices=tuple((code, name) for name, code in known["category_map"].items())),
                SheetColumn("Serial", "serial", path="name", kind="code"),
                SheetColumn("Status", "state", path="use", required=True,
                            choices=tuple((name, name) for name in known["status_map"])),
                SheetColumn("Location", "place", path="parent__code", kind="ref", required=True,
                            find=find_places),
                SheetColumn("Purchase Date", "on", path="closed_on", kind="date", required=True, past=True),
                SheetColumn("Purchase Cost", "cost", path="walk", kind="money", least=0, required=True),
                SheetColumn("Checked Out To", "keeper", path="owner__name", kind="ref", find=find_people),
                *(SheetColumn(label, f"x{at}", path="name") for at, label in enumerate(plain)),
            ),
            key="code", enter=lambda **said: None,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_trackers_sheet_is_taken_and_refused_row_by_row(cast, form):
    expected = json.loads((DATA / "import/tracker.expected.json").read_text(encoding="utf-8"))
    reading = upload.read_file(DATA / f"import/tracker.{form}")
    act = cast.act("director").at_moment(cast.now.replace(year=2026, month=9, day=10))
    found = intake.look(tracker(expected), reading, act, rehearse=False)
    assert sorted(line.number for line in found.wrong) == sorted(
        {each["row"] for each in expected["refused"]}
    )
    assert (len(found.wrong), len(found.of("new")), found.blank) == (18, 41, 1)
    by_row = {line.number: line.said for line in found.lines}
    assert by_row[3]["cost"] == 459_900
    assert by_row[10]["on"] == date(2021, 3, 4)
    assert by_row[45]["on"] == date(2023, 10, 5)
    assert by_row[17]["name"] == '=HYPERLINK("http://example.invalid/x","Printer A4")'
    assert by_row[19]["x3"] == "Hengxin Office Supplies, Ltd."
    assert by_row[15]["place"].code == "A203"


def test_a_refused_sheet_comes_back_with_its_problems(cast):
    """The same file with one more column; fixed and sent again, that column is no stranger."""
    from houqin.ui.register import importing, sheets

    expected = json.loads((DATA / "import/tracker.expected.json").read_text(encoding="utf-8"))
    register, reading = tracker(expected), upload.read_file(DATA / "import/tracker.csv")
    act = cast.act("director").at_moment(cast.now.replace(year=2026, month=9, day=10))
    columns, rows, marked = importing.with_problems(intake.look(register, reading, act, rehearse=False))
    assert [row[-1] for row in rows if row[-1]] and len([row for row in rows if row[-1]]) == 18
    assert (len(rows), columns[-1].label) == (60, "问题")
    file = io.BytesIO()
    sheets.build_sheet(file, columns, rows, form="csv", marked=marked)
    path = Path(upload.tempfile.mkdtemp()) / "back.csv"
    path.write_bytes(file.getvalue())
    again = intake.look(register, upload.read_file(path), act, rehearse=False)
    assert [(line.number, line.problem) for line in again.wrong] == [
        (line.number, line.problem) for line in intake.look(register, reading, act, rehearse=False).wrong
    ]
