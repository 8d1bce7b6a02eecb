"""读计划, any tree: written in any style and broken anywhere, it is read back as it was; any text is read
without loss."""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from houqin.areas.plans.pure import pages, reading
from houqin.areas.plans.pure.reading import Item, Line

LONG = os.environ.get("HOUQIN_LONG") == "1"
often = settings(max_examples=2000 if LONG else 100, deadline=None, derandomize=True)

HAN = "一二三四五六七八九十"
FULL = str.maketrans("0123456789().", "０１２３４５６７８９（）．")
SYSTEMS = {  # in the order in which offices nest them: how the n-th is written, and kept
    "part": [("第{h}部分 ", "第{h}部分"), ("第{h}部分：", "第{h}部分")],
    "chapter": [("第{h}章　", "第{h}章")],
    "section": [("第{h}节 ", "第{h}节")],
    "han": [("{h}、", "{h}"), ("{h}．", "{h}"), ("{h} 、", "{h}")],
    "roundhan": [("（{h}）", "({h})"), ("({h})", "({h})"), ("（ {h} ）", "({h})"), ("{sh}", "{sh}")],
    "arabic": [("{n}、", "{n}"), ("{n}. ", "{n}"), ("{n}．", "{n}"), ("{f}、", "{n}"), ("{f}．", "{n}")],
    "dotted": [("{p}.{n} ", "{p}.{n}"), ("{fp}．{f}　", "{p}.{n}"), ("{p}.{n}. ", "{p}.{n}")],
    "round": [("({n})", "({n})"), ("（{n}）", "({n})"), ("（{f}）", "({n})"), ("{sr}", "{sr}")],
    "half": [("{n})", "{n})"), ("{n}）", "{n})")],
    "circle": [("{c}", "{c}"), ("{c} ", "{c}")],
}
SIGNED = {"roundhan": "㈠", "round": "⑴", "circle": "①"}
WORDS = ["校舍安全", "每天巡视", "灯具维修", "食堂留样", "班级保洁", "物品领用", "及时登记", "责任到人", "仓库盘点", "用水用电",
         "三（2）班", "5、6年级", "12.8万元", "3.5%", "1.2米", "2026年9月1日", "早7:30", "周一、三", "(6)班", "一楼",
             "A4纸"]  # fmt: skip
WORD = st.sampled_from(WORDS)
CLAUSE = st.lists(WORD, min_size=1, max_size=3).map("".join)
SENTENCE = st.lists(CLAUSE, min_size=2, max_size=4).map("，".join)
HEADING = st.sampled_from(WORDS[:10]).map(lambda word: f"{word}工作")
HEADS = ["", "", "# ", "## ", "##", "### ", "- ", "* ", "+ ", "> ", "> - "]
MARKDOWN = dict.fromkeys(map(ord, "#*_-+>"))  # the signs that may go, and nothing else
PAGES = ["- {n} -", "{n}", "第 {n} 页 共 99 页", "第{n}页", "{n}/99", "Page {n}", "—{n}—"]


@dataclass
class Written:
    """A tree that is being written down: the lines, and what is to be read from them."""

    systems: list[str]
    draw: object
    broken: bool
    indented: bool
    lines: list[str] = field(default_factory=list)
    page: int = 0

    def line(self, text: str, joined: bool = False) -> None:
        """One line, or some lines broken within it, or joined to the last."""
        if joined:
            self.lines[-1] += text
            return
        indent = "\u3000\u3000" if self.indented else ""
        while self.broken and len(text) > 12 and self.draw(st.booleans()):
            at = self.draw(st.integers(8, len(text) - 3))
            self.lines.append(indent + text[:at])
            self.number_of_page()
            text, indent = text[at:], ""
        self.lines.append(indent + text)
        self.number_of_page()

    def number_of_page(self) -> None:
        if self.draw(st.integers(0, 9)) == 0:
            self.page += self.draw(st.integers(1, 2))
            self.lines.append(self.draw(st.sampled_from(PAGES)).format(n=self.page))


def mark(system: str, form: tuple[str, str], n: int, above: int) -> tuple[str, str]:
    sign = chr(ord(SIGNED.get(system, "①")) + n - 1)
    said = {
        "h": HAN[n - 1],
        "n": n,
        "f": str(n).translate(FULL),
        "p": above,
        "fp": str(above).translate(FULL),
        "c": sign,
        "sh": sign,
        "sr": sign,
    }
    return form[0].format(**said), form[1].format(**said)


def grow(written: Written, depth: int, above: int = 1) -> tuple[Item, ...]:
    system = written.systems[depth]
    forms = SYSTEMS[system]
    children = written.draw(st.integers(1, 4))
    plain = [form for form in forms if not form[0].startswith("{s")]
    form = written.draw(st.sampled_from(forms))
    items = []
    ends = False
    for n in range(1, children + 1):
        if not form[0].startswith("{s"):
            form = written.draw(st.sampled_from(plain))
        deeper = depth + 1 < len(written.systems) and written.draw(st.booleans())
        said, number = mark(system, form, n, above)
        text = written.draw(HEADING) if deeper and written.draw(st.booleans()) else _sentence(written, deeper)
        joined = (
            ends and n > 1 and system not in {"part", "chapter", "section"} and written.draw(st.booleans())
        )
        written.line(said + text, joined)
        under = grow(written, depth + 1, n) if deeper else ()
        ends = written.lines[-1][-1] in "。；"
        items.append(Item(number, text, under))
    return tuple(items)


def _sentence(written: Written, deeper: bool) -> str:
    ends = "。：" if deeper else "。；"
    if written.indented:
        ends += " "
    return (written.draw(SENTENCE) + written.draw(st.sampled_from(ends))).strip()


def marked_up(written: Written) -> int:
    """The lines as one who writes Markdown would have them; how many were given a sign."""
    draw, many = written.draw, 0
    for n, line in enumerate(written.lines):
        if pages.is_page(line):
            continue
        words = line.strip()
        head = "# " if n == 0 else draw(st.sampled_from(HEADS))
        around = draw(st.sampled_from(["", "", "**", "__", "***"]))
        ends = draw(st.sampled_from(["", " ##"])) if "#" in head else ""
        written.lines[n] = f"{draw(st.sampled_from(['', '', '  ']))}{head}{around}{words}{around}{ends}"
        many += bool(head + around)
        if draw(st.integers(0, 9)) == 0:
            written.lines[n] += "\n\n---\n"
            many += 1
    return many


@st.composite
def plans(draw, broken: bool, marked: bool = False):
    order = list(SYSTEMS)
    systems = sorted(draw(st.sets(st.sampled_from(order), min_size=1, max_size=4)), key=order.index)
    written = Written(systems, draw, broken, draw(st.booleans()))
    title = f"{draw(WORD)}小学后勤工作计划"
    written.lines.append(title)
    preamble = draw(st.one_of(st.just(""), SENTENCE.map(lambda said: f"为了{said}，制定本计划。")))
    if preamble:
        written.line(preamble)
    items = grow(written, 0)
    many = marked_up(written) if marked else written.page
    return "\n".join(written.lines), (Item("", title + preamble), *items), many


def bare(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(Item(item.number, re.sub(r"\s", "", item.text), bare(item.children)) for item in items)


@often
@given(plans(broken=False))
def test_a_tree_in_any_style_is_read_back(plan):
    text, tree, _ = plan
    found = reading.read(reading.lines_of(text))
    assert bare(found.items) == bare(tree)
    assert found.warnings == ()


@often
@given(plans(broken=True))
def test_so_is_one_with_broken_lines(plan):
    text, tree, _ = plan
    assert bare(reading.read(reading.lines_of(text)).items) == bare(tree)


@often
@given(plans(broken=False, marked=True))
def test_so_is_one_in_markdown(plan):
    """It must fail with the signs left where they stand."""
    text, tree, many = plan
    found = reading.read(reading.lines_of(text))
    assert bare(found.items) == bare(tree)
    assert found.warnings == (reading.MARKUP.format(many),)


SCRAPS = st.sampled_from([
    "# ", "##", "**", "__", "- ", "* ", "> ", "+ ", "\n- ", "\n### ", "\n---\n", "*", "_",
    "一、", "二、", "（一）", "㈡", "1、", "2.", "２．", "1.1", "1.2.3", "(1)", "（2）", "⑵", "①", "②", "1)", "第一部分",
        "第二章 ", "Ⅰ、",
    "A.", "壹、", "。", "；", "：", "，", "（", "）", "班", "年级", "5、6年级", "3.5%", " ", "\u3000", "\t", "\n",
        "\n\n", "\n　　", "- 3 -", "第3页",
    "\n7\n", "校舍", "安全第一", "2026.3.1", "1.", ".", "、", "十", "百", "第", "章", "IV.", "⒈", "㊀", "0、", "999、",
        "〇、", "x",
])  # fmt: skip
ANYTHING = st.one_of(st.lists(SCRAPS, max_size=60).map("".join), st.text(max_size=80))


def told(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        yield item.number + item.text
        yield from told(item.children)


def letters(text: str) -> str:
    """What must not be lost: all but blanks and the signs that close a mark; a sign like ⑴ counts as
    what it says."""
    return re.sub(r"[\s、.．：:\ufeff]", "", unicodedata.normalize("NFKC", text))


@often
@given(ANYTHING)
def test_nothing_of_any_text_is_lost(text):
    found = reading.read(reading.lines_of(text))
    signs = MARKDOWN if reading.MARKUP[-9:] in "".join(found.warnings) else {}
    kept, said = letters("".join(told(found.items))), letters(text)
    numbers = letters("".join(found.pages))
    assert Counter((kept + numbers).translate(signs)) == Counter(said.translate(signs))
    assert not Counter(kept + numbers) - Counter(said)
    if not found.pages:
        assert kept.translate(signs) == said.translate(signs)


@often
@given(st.lists(st.builds(Line, st.lists(SCRAPS, max_size=8).map("".join), st.booleans(),
                          st.one_of(st.none(), st.integers(0, 8)), st.sampled_from(["", "", "一、", "1.",
                              "(2)", "①", "任务3："]),
                          st.booleans()), max_size=12))  # fmt: skip
def test_any_paragraphs_of_word_can_be_read(lines):
    found = reading.read(lines)
    assert letters("".join(told(found.items)) + "".join(found.pages)).count("任务") == sum(
        line.number == "任务3：" for line in lines
    )
