"""编号: which numbering systems there are, and what mark may stand at a place of a line.

A mark has a family (what counts together: `1、` `1.` `１．`), a shape within it (how it is closed), and a
rank (which
of two families usually stands above the other). Whether it numbers anything is decided in `choosing`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

HAN = "一二三四五六七八九十百零〇廿卅"
CAPITAL = "壹贰貳弍叁參参叄肆伍陆陸柒捌玖拾"
DIGIT = r"[0-9０-９]"
CLOSE = r"[、.．：:]"
GAP = r"[ \t\u00a0\u3000]"
ORDINALS: dict[str, float | None] = {  # rank by what is counted: a part holds chapters, these hold sections
    "编": -1, "編": -1, "篇": -1, "部分": 0, "部份": 0, "章": 0.3, "节": 0.6, "節": 0.6, "条": None, "條": None,
    "款": None, "项": None, "項": None,
}  # fmt: skip
SAME = {"編": "编", "部份": "部分", "節": "节", "條": "条", "項": "项"}
RANKS = {
    "capital": 0.9,
    "han": 1,
    "roundhan": 3,
    "halfhan": 3.5,
    "arabic": 4,
    "dotted": 4.5,
    "round": 5,
    "half": 5.5,
    "circle": 6,
}
LARGEST = 199
PAIRED = 7.0  # doubt of 5、6年级
MEASURED = 8.9  # of 1.2米 as 1.; yet 1.3万元以上… over 2.其余… is a list
NUMERALS = dict(zip("零〇一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | dict(
    zip("壹贰貳弍叁參参叄肆伍陆陸柒捌玖", (1, 2, 2, 2, 3, 3, 3, 3, 4, 5, 6, 6, 7, 8, 9), strict=True)
)
TENS = {"十": 10, "拾": 10, "廿": 20, "卅": 30, "百": 100}
SIGNS = {  # one character is the whole mark: first of its row, how many, the family
    "①": (20, "circle"), "㉑": (15, "circle"), "㊱": (15, "circle"), "❶": (10, "circle"), "⓵": (10, "circle"),
    "➀": (10, "circle"), "➊": (10, "circle"), "㊀": (10, "circle"), "⑴": (20, "round"), "⒈": (20,
        "arabic"), "㈠": (10, "roundhan"),
}  # fmt: skip
LATER = {"㉑": 20, "㊱": 35}
SIGN = {
    chr(ord(first) + n): (n + 1 + LATER.get(first, 0), family)
    for first, (count, family) in SIGNS.items()
    for n in range(count)
}
ROMAN = {chr(0x2160 + n): n + 1 for n in range(12)} | {chr(0x2170 + n): n + 1 for n in range(12)}
LATIN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]

PATTERNS = {
    "ordinal": rf"第{GAP}*(?P<n>[{HAN}{CAPITAL}]+|{DIGIT}{{1,3}}){GAP}*(?P<of>{'|'.join(ORDINALS)})(?![的所内中])",
    "dotted": rf"(?P<n>{DIGIT}{{1,2}}(?:[.．]{DIGIT}{{1,2}}){{1,4}})(?!{DIGIT}|[%％‰])(?:[.．、](?!{DIGIT}))?",
    "arabic": rf"(?P<n>{DIGIT}{{1,3}}){GAP}*(?P<close>[、.．]|[：:](?!{DIGIT}))",
    "half": rf"(?P<n>{DIGIT}{{1,3}}){GAP}*[)）]",
    "round": rf"[(（]{GAP}*(?P<n>{DIGIT}{{1,3}}){GAP}*[)）]",
    "roundhan": rf"[(（]{GAP}*(?P<n>[{HAN}]+){GAP}*[)）]",
    "han": rf"(?P<n>[{HAN}]+){GAP}*(?P<close>{CLOSE})",
    "halfhan": rf"(?P<n>[{HAN}]+){GAP}*[)）]",
    "capital": rf"(?P<n>[{CAPITAL}]+){GAP}*(?P<close>{CLOSE})",
    "sign": rf"(?P<n>[{''.join(SIGN)}])",
    "roman": rf"(?P<n>[{''.join(ROMAN)}]|[IVX]{{1,4}}|[ivx]{{1,4}}){GAP}*(?P<close>[、.．：:)）]|(?={GAP}))",
    "letter": r"(?P<n>[A-Za-zＡ-Ｚａ-ｚ])(?P<close>[、.．)）])",
    "roundletter": r"[(（](?P<n>[A-Za-zＡ-Ｚａ-ｚ])[)）]",
}
AT = {family: re.compile(pattern) for family, pattern in PATTERNS.items()}
BEGINNINGS = [  # by its first character, what a mark can be
    ("0123456789０１２３４５６７８９", ("dotted", "arabic", "half")),
    ("(（", ("round", "roundhan", "roundletter")),
    ("第", ("ordinal",)),
    (HAN, ("han", "halfhan")),
    (CAPITAL, ("capital",)),
    ("".join(SIGN), ("sign",)),
]
BARE = {  # closed by a blank only; taken at the head of a line
    "arabic": re.compile(rf"(?P<n>{DIGIT}{{1,2}})(?P<close>{GAP})(?={GAP}*[^\s0-9０-９])"),
    "han": re.compile(rf"(?P<n>[{HAN}]{{1,3}})(?P<close>{GAP})(?={GAP}*\S)"),
}
TAIL = re.compile(rf"{CLOSE}?{GAP}*")
FIRST = re.compile(rf"[(（第{HAN}{CAPITAL}{''.join(SIGN)}{''.join(ROMAN)}]|{DIGIT}|[A-Za-zＡ-Ｚａ-ｚ]")
WORDS_FOLLOW = re.compile(r"[，。；、！？,;!?)）”’》】%％]")
CLASS_FOLLOWS = re.compile(
    rf"{GAP}*(?:班(?![级主子组前后次务车费会额队])|号楼|中队|[、和与]{GAP}*[(（]{GAP}*[{HAN}0-9０-９]+{GAP}*[)）]{GAP}*班)"
)
COUNTED = r"(?:年级|年段|班|号|月|日|层|楼|周|栋|幢|组|区|名|人|个|节|次|天|小时|学段|点|级|类|两)"
ENUMERATED = re.compile(rf"(?P<n>{DIGIT}{{1,3}}|[{HAN}]{{1,3}})(?:(?P<ends>[、，。；])|[和至到]|{COUNTED})")
DATE_FOLLOWS = re.compile(
    rf"{DIGIT}{{4}}|{DIGIT}+[.．]{DIGIT}|{DIGIT}{{1,2}}(?:月|年级|个|名|日|号|[、至到]{DIGIT})"
)
UNIT_FOLLOWS = re.compile(
    r"(?:米|厘米|毫米|元|万|亿|倍|℃|公里|平方|立方|小时|分钟|秒|公斤|千克|克|吨|千瓦|瓦|毫升|kg|m|cm|个百分点|个工作日|个小时|人次)"
)
MEASURE = re.compile(rf"{DIGIT}+{UNIT_FOLLOWS.pattern}")


@dataclass(frozen=True)
class Mark:
    """`values`: what it counts to, more than one for 1.1; `end`: where its words begin; `doubt`: what
    speaks against it."""

    family: str
    shape: str
    values: tuple[int, ...]
    number: str
    end: int = 0
    doubt: float = 0
    rank: float | None = None


def marks_at(text: str, at: int, *, head: bool) -> list[Mark]:
    """What the text at this place may be read as; `head`: it is the head of a line."""
    if not FIRST.match(text, at):
        return []
    names = next((names for chars, names in BEGINNINGS if text[at] in chars), ("roman", "letter"))
    patterns = [(name, AT[name]) for name in names]
    patterns += [(name, BARE[name]) for name in names if head and name in BARE]
    found = (_mark(name, match, text) for name, regex in patterns if (match := regex.match(text, at)))
    return [mark for each in found for mark in each]


def automatic(number: str, level: int | None) -> Mark:
    """The number Word wrote before a paragraph; it may have any form."""
    text = number.strip()
    fitting = [mark for mark in marks_at(f"{text} ", 0, head=True) if mark.end >= len(text)]
    depth = "" if level is None else str(level)
    if fitting:
        one = max(fitting, key=lambda mark: len(mark.values))
        return Mark(one.family, f"word{depth}", one.values, one.number, rank=one.rank)
    text = text.rstrip("、.．：:")
    counts = [int(digits) for digits in re.findall(r"[0-9]{1,6}", text)]
    skeleton = re.sub(rf"[0-9{HAN}]+", "#", text)
    return Mark(f"word:{skeleton}{depth}", "word", (counts[-1] if counts else 0,), text)


def value(numeral: str) -> int:
    """二十三, 廿三, 贰拾, 23 or ２３; 0 for what is no number."""
    if numeral[0] in NUMERALS or numeral[0] in TENS:
        total = digit = 0
        for char in numeral:
            if char in TENS:
                total, digit = total + (digit or 1) * TENS[char], 0
            else:
                digit = NUMERALS[char]
        return total + digit
    return int(unicodedata.normalize("NFKC", numeral))


def _mark(name: str, match: re.Match[str], text: str) -> list[Mark]:
    tail = None if name in {"arabic", "han", "capital"} else TAIL.match(text, match.end())
    end = tail.end() if tail else match.end()
    rest = text[end : end + 40].lstrip()
    if WORDS_FOLLOW.match(rest) or (name.startswith("round") and CLASS_FOLLOWS.match(text, match.end())):
        return []
    if name == "dotted":
        return _dotted(match, rest, end)
    family, values, number = _read(name, match)
    if not 0 < values[-1] <= LARGEST:
        return []
    shape = _shape(name, match)
    rank = ORDINALS[match["of"]] if name == "ordinal" else RANKS.get(family)
    return [
        Mark(
            family,
            shape,
            values,
            number,
            end,
            _doubt(name, match, rest, shape, not text[end : end + 1].isspace()),
            rank,
        )
    ]


def _latin(numeral: str) -> int:
    return LATIN.index(numeral.upper()) + 1 if numeral.upper() in LATIN else 0


def _read(name: str, match: re.Match[str]) -> tuple[str, tuple[int, ...], str]:
    """Family, value and number as it is kept."""
    numeral = match["n"]
    plain = unicodedata.normalize("NFKC", numeral)
    if name == "sign":
        count, family = SIGN[numeral]
        return family, (count,), str(count) if family == "arabic" else numeral
    if name == "ordinal":
        of = match["of"]
        counted = plain if plain.isdigit() else numeral
        return f"第{SAME.get(of, of)}", (value(numeral),), f"第{counted}{of}"
    if name == "roman":
        return "roman", (ROMAN.get(numeral) or _latin(numeral),), numeral
    if name in {"letter", "roundletter"}:
        case = "upper" if plain.isupper() else "lower"
        closed = ")" if name == "letter" and match["close"] in ")）" else ""
        number = f"({plain})" if name == "roundletter" else plain + closed
        return f"{name}{case}{closed}", (ord(plain.lower()) - 96,), number
    number = plain if name in {"arabic", "half", "round"} else numeral
    form = {"half": "{})", "halfhan": "{})", "round": "({})", "roundhan": "({})"}.get(name, "{}")
    return name, (value(numeral),), form.format(number)


def _shape(name: str, match: re.Match[str]) -> str:
    if name == "sign":
        return f"sign{ord(match['n']) // 32}"
    close = unicodedata.normalize("NFKC", match.groupdict().get("close") or "")
    return close.strip() if close != " " else "blank"


def _dotted(match: re.Match[str], rest: str, end: int) -> list[Mark]:
    plain = unicodedata.normalize("NFKC", match["n"])
    values = tuple(int(part) for part in plain.split("."))
    glued = end == match.end("n")
    doubt = (
        5.0
        if glued and UNIT_FOLLOWS.match(rest)
        else 2.0
        if glued and rest.startswith(("月", "日", "年"))
        else 0.0
    )
    if 0 in values or any(part.startswith("0") for part in plain.split(".")):
        return []
    return [Mark(f"dotted{len(values)}", "", values, plain, end, doubt, RANKS["dotted"] + len(values) / 100)]


def _goes_on(numeral: str, listed: re.Match[str]) -> float:
    """5、6年级, or 一、三、五: the same kind of numeral follows, and goes on from it."""
    if (numeral[0] in HAN) != (listed["n"][0] in HAN):
        return 0
    count, following = value(numeral), value(listed["n"])
    return PAIRED if following == count + 1 else 3 if listed["ends"] and following > count else 0


def _doubt(name: str, match: re.Match[str], rest: str, shape: str, glued: bool) -> float:
    """What follows can make words of a mark: 5、6年级, 一、二楼, 3.12 as 3., a letter or a blank that closes."""
    doubt = 2.0 if shape == "blank" or name in {"letter", "roundletter", "roman"} else 0.0
    listed = ENUMERATED.match(rest)
    if listed and name in {"arabic", "han"} and shape == "、":
        doubt += _goes_on(match["n"], listed)
    elif name == "arabic" and shape == "." and glued and re.match(DIGIT, rest):
        mixed = match["n"].isascii() != rest[0].isascii()  # １．5
        doubt += MEASURED if MEASURE.match(rest) else 2 if mixed or DATE_FOLLOWS.match(rest) else 6
    if name == "ordinal" and rest[:1] in "规要与和":
        doubt += 2
    return doubt
