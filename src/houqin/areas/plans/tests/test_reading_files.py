"""计划文件: .txt in the encodings of the office, .docx as Word shows it, and what is refused before it is
read."""

import io
import random
import zipfile

import pytest

from houqin.areas.plans.pure import files, read_docx
from houqin.kernel.errors import Refused

from .word import docx, listing, num, p, r, table

TEXT = "计划\n一、安全\n二、卫生"


def words(data):
    return [(line.number, line.text) for line in files.lines_from("计划.docx", data)]


def refusal(data, name="计划.docx"):
    with pytest.raises(Refused) as no:
        files.lines_from(name, data)
    return str(no.value)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r\n").encode("gbk"),
        "\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
    ],
)
def test_a_text_in_any_encoding_of_the_office(data):
    assert [line.text for line in files.lines_from("计划.txt", data)] == TEXT.split("\n")


def test_markdown_typed_into_word_goes_and_how_it_came_is_kept():
    """The cells of a table stay as they are."""
    data = docx(
        p("## **一、安全**") + p("- 每天巡视") + table(("- 项目", "**次数**")) + p("---") + p("二、卫生")
    )
    assert [(line.text, line.was) for line in files.lines_from("计划.docx", data)] == [
        ("一、安全", "## **一、安全**"), ("每天巡视", "- 每天巡视"), ("- 项目\t**次数**", ""), ("", "---"),
        ("二、卫生", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "文件是空的，没有导入。"),
        (b" \n", "文件是空的，没有导入。"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", files.OTHERS[b"\xd0\xcf\x11\xe0"]),
        (b"%PDF-1.7 ...", files.OTHERS[b"%PDF"]),
        (b"{\\rtf1 x}", files.OTHERS[b"{\\rtf"]),
        (b"PK\x03\x04 cut off", files.OTHERS[b"PK"]),
        (b"\x7fELF\x02\x01\x01" + bytes(40), "这不是文字文件，没有导入。只收 .txt 和 .docx，也可以把文字粘贴进来。"),
        (b"\xff\xfe\x00", "这不是文字文件，没有导入。只收 .txt 和 .docx，也可以把文字粘贴进来。"),
        (("计" * 40_001).encode(), read_docx.TOO_LONG),
        (bytes(files.LARGEST + 1).replace(b"\0", b"a"), files.TOO_LARGE),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(data, said):
    assert refusal(data) == said


def test_numbers_of_several_levels_restart_as_in_word():
    body = (
        p("总则", 1) + p("目的", 1, 1) + p("范围", 1, 1) + p("教室", 1, 2) + p("食堂", 1, 2)
        + p("职责", 1) + p("总务处", 1, 1) + p("食堂", 1, 2)
    )  # fmt: skip
    lists = listing(1, ("chineseCountingThousand", "第%1章"), ("decimal", "%1.%2"), ("decimal", "（%3）"))
    legal = lists.replace('<w:lvlText w:val="%1.%2"/>', '<w:isLgl/><w:lvlText w:val="%1.%2"/>')
    assert words(docx(body, legal + num(1, 1))) == [
        ("第一章", "总则"), ("1.1", "目的"), ("1.2", "范围"), ("（1）", "教室"), ("（2）", "食堂"),
        ("第二章", "职责"), ("2.1", "总务处"), ("（1）", "食堂"),
    ]  # fmt: skip


def test_lists_of_one_kind_count_on_unless_told_to_begin_anew():
    lists = listing(1, ("decimal", "%1.")) + num(1, 1) + num(2, 1) + num(3, 1, start=5)
    body = p("甲", 1) + p("乙", 2) + p("丙", 3) + p("丁", 3) + p("点", 0) + p("戊", 1)
    assert words(docx(body, lists)) == [
        ("1.", "甲"), ("2.", "乙"), ("5.", "丙"), ("6.", "丁"), ("", "点"), ("7.", "戊"),
    ]  # fmt: skip


def test_numbers_come_by_the_style_and_what_it_is_based_on():
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:basedOn w:val="H1"/>'
        '<w:pPr><w:numPr><w:ilvl w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
        '<w:style w:type="paragraph" w:styleId="Mine"><w:basedOn w:val="H1"/></w:style>'
    )
    lists = listing(1, ("chineseCounting", "%1、"), ("decimalEnclosedCircle", "%2"), style0="H1", style1="H2")
    body = p("甲", style="H1") + p("乙", style="H2") + p("丙", style="Mine") + p("丁", 0, style="H1")
    assert words(docx(body, lists + num(1, 1), styles)) == [
        ("一、", "甲"),
        ("①", "乙"),
        ("二、", "丙"),
        ("", "丁"),
    ]


@pytest.mark.parametrize(
    ("form", "count", "said"),
    [
        ("decimal", 12, "12"), ("decimalZero", 3, "03"), ("decimalFullWidth", 12, "１２"),
            ("chineseCounting", 10, "十"),
        ("chineseCountingThousand", 21, "二十一"), ("chineseCountingThousand", 105, "一百零五"),
            ("taiwaneseCountingThousand", 11, "十一"),
        ("ideographDigital", 10, "一〇"), ("chineseLegalSimplified", 3, "叁"), ("ideographLegalTraditional",
            6, "陸"),
        ("decimalEnclosedCircle", 20, "⑳"), ("decimalEnclosedCircle", 21, "21"), ("decimalEnclosedParen",
            2, "⑵"),
        ("decimalEnclosedFullstop", 1, "⒈"), ("upperRoman", 4, "IV"), ("lowerRoman", 9, "ix"),
            ("upperLetter", 2, "B"),
        ("lowerLetter", 26, "z"), ("ideographTraditional", 1, "甲"),
            ("unheardOf", 7, "7"),
    ],
)  # fmt: skip
def test_a_count_is_written_as_word_writes_it(form, count, said):
    assert read_docx.numeral(count, form) == said


def test_bullets_number_nothing():
    lists = listing(1, ("bullet", "•")) + num(1, 1)
    assert words(docx(p("浇水", 1) + p("修剪", 1), lists)) == [("", "浇水"), ("", "修剪")]


def test_what_was_put_in_counts_and_what_was_struck_out_does_not():
    lists = listing(1, ("decimal", "%1.")) + num(1, 1)
    changed = (
        f"{r('每学期')}<w:del><w:r><w:delText>一</w:delText></w:r></w:del><w:ins>{r('两')}</w:ins>{r('次')}"
    )
    gone = "<w:del><w:r><w:delText>整段删掉</w:delText></w:r></w:del>"
    moved = f"<w:moveFrom>{r('旧处')}</w:moveFrom><w:moveTo>{r('新处')}</w:moveTo>"
    body = p(changed, 1) + p(gone, 1, mark="del") + p("连到", 1, mark="del") + p("下一段", 1) + p(moved, 1)
    assert words(docx(body, lists)) == [("1.", "每学期两次"), ("2.", "连到下一段"), ("3.", "新处")]


def test_breaks_tabs_links_and_fields():
    body = (
        p("<w:r><w:t>关灯</w:t><w:br/><w:t>关窗</w:t><w:br w:type='page'/><w:tab/><w:t>锁门</w:t></w:r>")
        + p(f"<w:hyperlink>{r('链接')}</w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r>"
            f"<w:sdt><w:sdtContent>{r('控件')}</w:sdtContent></w:sdt>")
        + f"<w:sdt><w:sdtContent>{p('整段控件')}</w:sdtContent></w:sdt>"
    )  # fmt: skip
    assert words(docx(body)) == [("", "关灯"), ("", "关窗\t锁门"), ("", "链接控件"), ("", "整段控件")]


def test_a_table_is_read_row_by_row_and_a_frame_as_text():
    body = (
        table(("月份", "重点"), ("1、9月", f"{p('补植')}{p('浇水')}"), ("", ""))
        + table((p("一、甲") + p("二、乙") + p("三、丙"),))
        + table((table(("里", "层")) + p("外"), "右"))
    )
    found = files.lines_from("计划.docx", docx(body))
    assert [(line.text, line.row) for line in found] == [
        ("月份\t重点", True), ("1、9月\t补植 浇水", True), ("一、甲", False), ("二、乙", False), ("三、丙", False),
        ("里\t层 外\t右", True),
    ]  # fmt: skip


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{p('框里')}</w:txbxContent>"
    both = f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
    both += f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    assert words(docx(p(r("框外") + both))) == [("", "框外"), ("", "框里")]


def swapped(data, name, text):
    """The same file with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, text if entry == name else old.read(entry))
    return out.getvalue()


def test_bounds_of_a_docx():
    """Seen to fail with each taken away: the DTD, the size and the ratio of a part, the signs, the lines. Of
    parts too many are refused by their look already; how deep it may go is the parser's own bound.
    """
    good = docx(p("安全"))
    document = zipfile.ZipFile(io.BytesIO(good)).read("word/document.xml").decode()
    dense = (random.Random(1).randbytes(600).hex() + " " * 99_000) * (read_docx.PART // 100_000 + 1)
    typed, blank = document.replace("?>", "?><!DOCTYPE x>", 1), " " * (2 * read_docx.MB)
    said = [refusal(swapped(good, "word/document.xml", text)) for text in (typed, "<w:broken", dense, blank)]
    assert said[:2] == [read_docx.NOT_WORD] * 2
    assert [one[:7] for one in said[2:]] == ["文件解开后太大"] * 2
    assert refusal(docx(p("安全"), **{f"x{n}": "" for n in range(read_docx.ENTRIES)})) == files.OTHERS[b"PK"]
    assert refusal(docx("".join(p("字" * 999) for _ in range(41)))) == read_docx.TOO_LONG
    assert refusal(docx(p("好") * (read_docx.LINES + 1))) == read_docx.TOO_LONG
    deep = "<w:sdt>" * 50_000 + "</w:sdt>" * 50_000
    assert refusal(docx(deep)) == read_docx.NOT_WORD
    assert refusal(docx(p())) == "文件里没有文字，没有导入。"
    assert refusal(docx(p("宏"), **{"word/vbaProject.bin": "x"})) == files.OTHERS[b"PK"]


def test_the_reading_process_that_dies_is_a_sentence(monkeypatch):
    monkeypatch.setattr(files, "SECONDS", 0.001)
    assert refusal(docx(p("安全"))) == read_docx.NOT_WORD
