"""读计划: texts as schools write them, each with the tree that a careful reader makes of it."""

import json
from pathlib import Path

import pytest

from houqin.areas.plans.pure import files, reading
from houqin.areas.plans.pure.reading import Item, Line

DATA = Path(__file__).parents[5] / "tests/data/plans"
GIVEN = ["seed-plan.txt", "style-1.txt", "style-2.txt", "style-3.docx"]
OWN = sorted(path.stem for path in DATA.glob("*.tree"))


def read(name):
    return reading.read(files.lines_from(name, (DATA / name).read_bytes()))


def outline(items, depth=0):
    """The tree as the `.tree` files write it: `number | text`, two blanks a level, a line feed as \\n."""
    for item in items:
        text = item.text.replace("\n", "\\n").replace("\t", "\\t")
        yield f"{'  ' * depth}{f'{item.number} | {text}'.strip()}"
        yield from outline(item.children, depth + 1)


def tree(text):
    return list(outline(reading.read(reading.lines_of(text)).items))


@pytest.mark.parametrize("name", GIVEN)
def test_the_given_texts_to_the_letter(name):
    expected = (DATA / name).with_suffix(".expected.json").read_text(encoding="utf-8")
    assert reading.as_json(read(name)) == json.loads(expected)


@pytest.mark.parametrize("name", OWN)
def test_texts_in_other_styles(name):
    expected = (DATA / f"{name}.tree").read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert list(outline(read(f"{name}.txt").items)) == expected


def test_what_is_told_of_them():
    told = {name: read(name).warnings for name in [*GIVEN, *(f"{stem}.txt" for stem in OWN)]}
    assert {name: warnings for name, warnings in told.items() if warnings} == {
        "style-1.txt": ("“(一) 安全排查”下面 2 的后面是 4，照原文保留。",),
        "chapters.txt": ("“第三章 附则”下面 第七条 的后面是 第九条，照原文保留。",),
        "decimals.txt": ("“2.2 各班级”下面 2.2.1 的后面是 2.2.3，照原文保留。",),
        "decimals-stops.txt": ("“4 节能”下面从 4.2 开始编号，照原文保留。",),
        "markdown.txt": (reading.MARKUP.format(22),),
        "months.txt": ("“三 具体安排八月份：”下面 2 的后面是 1，照原文保留。",) * 2,
        "restarts.txt": (
            "“一 重点工作”下面 2 的后面是 1，照原文保留。",
            "“二 具体要求”下面 1 的后面是 3，照原文保留。",
            "“二 具体要求”下面 3 的后面是 3，照原文保留。",
        ),
    }


def test_numbers_of_pages_are_told_apart():
    assert read("style-1.txt").pages == ("- 1 -", "2", "第 3 页 共 4 页", "- 4 -")
    assert read("scanned.txt").pages == ("第1页 共4页", "Page 2", "3/4", "—4—")
    assert read("seed-plan.txt").pages == tuple(f"{n}、" for n in range(1, 9))


def test_numbers_that_are_no_pages_stay():
    """A column of a pasted table, and a number from which the pages would count backwards."""
    assert tree("一、人数\n1\n2\n3\n二、说明\n第8页\n共有\n7\n个班。") == [
        "|", "一 | 人数\\n1\\n2\\n3", "二 | 说明\\n共有\\n7\\n个班。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("一、负责人，\n二、三年级由他负责。", "一 | 负责人，二、三年级由他负责。"),
        ("一、用电。\n1.5千瓦以上的设备登记。", "一 | 用电。1.5千瓦以上的设备登记。"),
        ("一、节日。\n3.12植树节种树。", "一 | 节日。3.12植树节种树。"),
        ("一、分工。其中\n(6)班负责操场。", "一 | 分工。其中(6)班负责操场。"),
        ("一、评比按①卫生、②纪律打分。", "一 | 评比按①卫生、②纪律打分。"),
        ("一、按下列打分：①卫生，②纪律。", "一 | 按下列打分：①卫生，②纪律。"),
        ("一、开会：每周一、三、五。", "一 | 开会：每周一、三、五。"),
        ("一、依据（1、法律；2、规章）执行。", "一 | 依据（1、法律；2、规章）执行。"),
        ("一、按照\n第二条，执行。", "一 | 按照第二条，执行。"),
        ("一、日期：2026.3.1、2026.3.2。", "一 | 日期：2026.3.1、2026.3.2。"),
    ],
)
def test_what_looks_like_a_mark_and_is_words(words, kept):
    assert [line.replace("\\n", "") for line in tree(words)] == ["|", kept]


def test_a_measure_is_no_item():
    """At the head of all, and broken at the end of a line behind 1.1."""
    found = reading.read(reading.lines_of("1.2米栏杆检查计划\n1.1 查栏杆，1.2\n米的先查。"))
    assert found.items == (Item("", "1.2米栏杆检查计划"), Item("1.1", "查栏杆，1.2米的先查。"))


@pytest.mark.parametrize("head", ["", "一、采购"])
def test_an_item_may_begin_with_a_measure(head):
    """1.3万元 is one of a list where 2. follows. Seen to fail with a measure of one more doubt."""
    lines = [line.strip() for line in tree(f"{head}\n1.3万元以上须招标\n2.其余询价。".strip())]
    assert lines[-2:] == ["1 | 3万元以上须招标", "2 | 其余询价。"]


@pytest.mark.parametrize(
    "words",
    [
        "一、-5℃以下停课。", "一、#1变压器每年试验。", "一、张**、李**负责。", "一、5**2室。", "一、2*3米、4*5米。",
        "一、____年__月__日前报。", "一、第__周至第__周。", "一、温度在5\n- 10度之间。", "一、*注：照办。",
        "一、*先*办。", "一、表：\n项目\t一月\n-\t5\n水\t6", "一、a_b__c__d。", "一、** 空 **的。",
    ],
)  # fmt: skip
def test_what_looks_like_markdown_and_is_words(words):
    """It must fail with a dash before a tab, with 年__月__日 and with one dash alone taken for signs."""
    found = reading.read(reading.lines_of(words))
    assert "".join(item.text for item in found.items).replace("\n", "") == words[2:].replace("\n", "")
    assert found.warnings == ()


def test_a_chapter_in_bold_is_a_chapter_and_its_signs_are_told():
    found = reading.read(reading.lines_of("**一、校产**\n每学期盘点。\n**二、安全**\n每天巡视。"))
    assert found.items[1:] == (Item("一", "校产\n每学期盘点。"), Item("二", "安全\n每天巡视。"))
    assert found.warnings == ("有 2 行带着 Markdown 的排版记号（#、**、- 一类），记号去掉了，字没有动。",)


def test_a_text_without_numbers_is_one_item():
    found = reading.read(reading.lines_of("请各班注意安全。\n放学关灯。"))
    assert found.items == (Item("", "请各班注意安全。\n放学关灯。"),)
    assert found.warnings == ("没有认出编号，全文放在一条里。",)
    assert reading.read([]).items == (Item("", ""),)


RUNS = [
    "# " * 19_999,
    "**查 " * 9_999,
    "__查 " * 9_999,
    "> " * 19_999,
    "." * 39_998,
    "\t" * 39_998,
    "…" * 39_998,
    "·\t" * 19_999,
    "-" * 39_998,
    "一" * 39_998,
    "第" * 39_998,
]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run[:2].strip() or "tabs")
def test_a_long_run_of_one_sign_is_read_once(run):
    """As large as a plan may be. When the line of a table of contents was looked for from every sign of the
    run, dots and tabs took a minute of the server's."""
    assert reading.read(files.typed(f"查{run}查")).items == (Item("", f"查{run}查"),)


def test_many_short_lines_are_read_once():
    """Each line's head looks back at what was said, no further than a sentence; when it looked over all of
    it, the square of the lines was read."""
    found = reading.read(files.typed("  一 计划\n" + "没有\n" * 9_000))
    assert found.items == (Item("", ""), Item("一", "计划\n" + "没有" * 9_000))


def test_more_forms_of_automatic_numbers_than_there_are_levels():
    """Word may number each paragraph in a form of its own. The thirteenth had no level to stand on, and the
    page failed; with all of them remembered, a file of ten thousand took half a minute."""
    lines = [Line("啊", True, 0, f"{chr(0x4E8C + 5 * n)}甲") for n in range(2_000)]
    flat = list(outline(reading.read(lines).items))
    assert (len(flat), {line.strip().split(" | ")[1] for line in flat[1:]}) == (2_001, {"啊"})
    assert max(len(line) - len(line.lstrip()) for line in flat) == 22


def test_automatic_numbers_stand_whatever_the_words_before():
    lines = [
        Line("任务分解，", True),
        Line("由总务处，", True, 0, "任务1"),
        Line("由食堂", True, 0, "任务2："),
        Line("另见", True, 1, "Ⅰ."),
    ]
    assert list(outline(reading.read(lines).items)) == [
        "| 任务分解，", "任务1 | 由总务处，", "任务2 | 由食堂", "  Ⅰ | 另见",
    ]  # fmt: skip
