"""Markdown 记号: the signs by which a text that was written in Markdown says heading, list and bold. They are
no words, and a mark behind them numbers what it numbers without them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import pages

BLANK = r"[ \u00a0\u3000]"  # no tab: a dash before a tab is the first cell of a pasted table
HEADING = re.compile(
    rf"(?:#{{1,6}}{BLANK}+|#{{2,6}}(?=[^\s#]))(?=\S)"
)  # ## 一、 and ##一、; #1变压器 is words
LISTED = re.compile(rf"(?P<sign>[-*+>]){BLANK}+(?=\S)")
RULE = re.compile(r"([-*_])(?:[ ]*\1){2,}")  # --- alone on its line
BEFORE_NONE = "、，。；：！？,.;:!?）)》”』」】"  # no bold begins before these: 张**、李**
BOLD = re.compile(
    rf"(?<!\*)(?P<stars>\*{{2,3}})(?![\s*{BEFORE_NONE}])(?P<of>(?:(?!\*\*).)+)(?<!\s)(?P=stars)(?!\*)"
    r"|(?<!\w)__(?![\s_])(?P<under>(?:(?!__).)+)(?<!\s)__(?!\w)"  # 年__月__日 is to be filled in
)
DEEPEST = 8  # > - - before one line
FEW = 2  # items of a list; a dash alone at the head of one line may be the middle of a sentence


def off(texts: Sequence[str]) -> dict[int, tuple[str, bool]]:
    """Of the lines with such signs: what is left of each, and whether it begins by them something new."""
    found = {n: _off(text) for n, text in enumerate(texts) if text.strip()}
    bare = {n: (left, bool(head)) for n, (left, head) in found.items() if left != texts[n].strip()}
    heads = [found[n][1] for n in bare]
    if all(head and len(head) == 1 and head in "-*+>" and heads.count(head) < FEW for head in heads):
        return {}
    return bare


def _off(text: str) -> tuple[str, str]:
    """The line without its signs, and those that stood at its head."""
    text = text.strip()
    if pages.is_page(text):
        return text, ""
    if RULE.fullmatch(text):
        return "", text
    head, left = "", text
    for _ in range(DEEPEST):
        found = LISTED.match(left)
        if not found or pages.is_page(left[found.end() :]):
            break
        head, left = head + found["sign"], left[found.end() :]
    if found := HEADING.match(left):
        head, left = head + found[0].strip(), _closed(left[found.end() :])
    return BOLD.sub(lambda bold: bold["of"] or bold["under"], left), head


def _closed(heading: str) -> str:
    """## 一、校产 ## is as much as ## 一、校产."""
    left = heading.rstrip("#")
    return left.rstrip() if left != left.rstrip() else heading
