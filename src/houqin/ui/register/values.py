"""One cell of a sheet to one value of the house, or the sentence why not.
Nothing is guessed (security cases F31, F32).

A cell is what the reading process answers: text as it is, {"n"} a number, {"d"} a day, {"t"} a moment, {"h"}
an hour, {"b"} yes or no; None is empty.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from .declare import SheetColumn

ZERO_WIDTH = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
PLAIN = re.compile(r"[+-]?\d+(\.\d*)?", re.ASCII)
MANGLED = re.compile(r"\d+(\.\d+)?E\+\d+", re.IGNORECASE)
YMD = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
MDY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
HAN_DATE = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
HAN = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0}
YES, NO = (
    {"是", "有", "对", "√", "✓", "Y", "YES", "TRUE", "1"},
    {"否", "无", "不", "×", "N", "NO", "FALSE", "0"},
)
EXACT = 10**15  # a sheet keeps 15 digits; a longer number is already another one
FORMS_OF_DATE = "日期写成 2026-09-01"


class Wrong(Exception):
    """Why a cell cannot be taken; the sentence goes into the column 问题."""


def value_of(column: SheetColumn, cell: Any, *, month_first: bool = False, today: date | None = None) -> Any:
    """The value for the action's keyword; refs are still texts. Raises Wrong."""
    if empty(cell):
        if column.required:
            raise Wrong(f"“{column.label}”没填")
        return nothing(column)
    if column.choices:
        return chosen(column, cell)
    match column.kind:
        case "date":
            return day(column, cell, month_first, today)
        case "money":
            return scaled(column, cell, 100, 2)
        case "quantity":
            return scaled(column, cell, 1000, 3)
        case "whole":
            return bounded(column, whole(column, cell))
        case "yes":
            return yes(column, cell)
        case "code" | "phone" | "ref" | "own":
            return code(column, cell)
    return text(column, cell)


def nothing(column: SheetColumn) -> Any:
    """What an empty cell means: no text, or no value."""
    return "" if column.kind in ("text", "code", "phone") and not column.choices else None


def empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not trimmed(cell))


def trimmed(words: str) -> str:
    """Without zero-width signs, and without blanks of any width at both ends."""
    return ZERO_WIDTH.sub("", words).strip()


def folded(words: str) -> str:
    """For comparing: full-width signs as the plain ones, case ignored."""
    return unicodedata.normalize("NFKC", trimmed(words)).casefold()


def shown(cell: Any) -> str:
    """A cell as a person sees it in the sheet."""
    if cell is None:
        return ""
    if not isinstance(cell, dict):
        return str(cell)
    if "n" in cell:
        number = float(cell["n"])
        return str(int(number)) if number.is_integer() and abs(number) < EXACT else cell["n"]
    if "b" in cell:
        return "是" if cell["b"] else "否"
    return str(next(iter(cell.values()))).removesuffix("T00:00:00").replace("T", " ")


# ── kinds ───────────────────────────────────────────────────────────────────────────────────────────────────


def text(column: SheetColumn, cell: Any) -> str:
    words = trimmed(shown(cell)) if not isinstance(cell, dict) or "n" not in cell else code(column, cell)
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in words):
        raise Wrong(f"“{column.label}”里有看不见的控制符")
    return fitting(column, words)


def fitting(column: SheetColumn, words: str) -> str:
    if len(words) > column.longest:
        raise Wrong(f"“{column.label}”超过 {column.longest} 个字")
    if column.pattern and not re.fullmatch(column.pattern, words):
        raise Wrong(f"“{column.label}”不合规定：{column.hint}")
    return words


def code(column: SheetColumn, cell: Any) -> str:
    """A number that is a name: kept to the letter;
    one that the sheet has rounded is refused, never guessed."""
    if isinstance(cell, dict):
        if "n" not in cell:
            raise Wrong(f"“{column.label}”要填文字，这里是日期或时间")
        number = float(cell["n"])
        if not number.is_integer() or abs(number) >= EXACT:
            raise Wrong(f"“{column.label}”被表格当成数字，后几位已经丢了，把这一列设成文本再填")
        return str(int(number))
    words = unicodedata.normalize("NFKC", trimmed(cell)).lstrip("'").strip()
    if MANGLED.fullmatch(words):
        raise Wrong(f"“{column.label}”被表格写成科学计数，后几位已经丢了，把这一列设成文本再填")
    if column.kind == "phone" and not re.fullmatch(r"[0-9+() -]{3,20}", words):
        raise Wrong(f"“{column.label}”不像电话号码")
    return fitting(column, words)


def chosen(column: SheetColumn, cell: Any) -> Any:
    asked = folded(shown(cell))
    for value, label in column.choices:
        if asked in (folded(str(label)), folded(str(value))):
            return value
    labels = "、".join(str(label) for _, label in column.choices[:8])
    raise Wrong(f"“{column.label}”只能是{labels}{'等' if len(column.choices) > 8 else ''}")


def yes(column: SheetColumn, cell: Any) -> bool:
    if isinstance(cell, dict) and "b" in cell:
        return bool(cell["b"])
    asked = unicodedata.normalize("NFKC", trimmed(shown(cell))).upper()
    if asked in YES or asked in NO:
        return asked in YES
    raise Wrong(f"“{column.label}”只能填“是”或“否”")


def number(column: SheetColumn, cell: Any) -> Decimal:
    """A figure as people write it: full-width digits, thousands in threes, a unit behind;
    nothing that has two readings."""
    if isinstance(cell, dict):
        if "n" not in cell:
            raise Wrong(f"“{column.label}”要填数字")
        found = float(cell["n"])
        if not math.isfinite(found) or abs(found) >= EXACT:
            raise Wrong(f"“{column.label}”的数太大")
        return Decimal(repr(found))
    words = unicodedata.normalize("NFKC", trimmed(cell)).replace(" ", "").lstrip("'")
    words = re.sub(r"^(¥|CNY|RMB|人民币)|元$", "", words, flags=re.IGNORECASE)
    if not (PLAIN.fullmatch(words) or GROUPED.fullmatch(words)):
        raise Wrong(f"“{column.label}”要填数字，例如 1200.50；“{shown(cell)[:20]}”看不准")
    figure = Decimal(words.replace(",", ""))
    if abs(figure) >= EXACT:
        raise Wrong(f"“{column.label}”的数太大")
    return figure


def scaled(column: SheetColumn, cell: Any, step: int, places: int) -> int:
    """An integer of the smallest step; a finer figure is refused, but for the dust of binary fractions."""
    found = number(column, cell)
    exact = round(found, places)
    dust = Decimal("1e-9") if isinstance(cell, dict) else Decimal(0)
    if abs(found - exact) > dust * max(Decimal(1), abs(found)):
        raise Wrong(f"“{column.label}”最多 {places} 位小数")
    made = int(exact * step)
    if column.least is not None and made < column.least * step:
        raise Wrong(f"“{column.label}”不能小于 {column.least}")
    if column.most is not None and made > column.most * step:
        raise Wrong(f"“{column.label}”不能大于 {column.most}")
    return made


def whole(column: SheetColumn, cell: Any) -> int:
    found = number(column, cell)
    if found != found.to_integral_value():
        raise Wrong(f"“{column.label}”要填整数")
    return int(found)


def bounded(column: SheetColumn, found: int) -> int:
    if column.least is not None and found < column.least:
        raise Wrong(f"“{column.label}”不能小于 {column.least}")
    if column.most is not None and found > column.most:
        raise Wrong(f"“{column.label}”不能大于 {column.most}")
    return found


# ── days ────────────────────────────────────────────────────────────────────────────────────────────────────


def day(column: SheetColumn, cell: Any, month_first: bool = False, today: date | None = None) -> date:
    found = _day(column, cell, month_first, today)
    if not 1900 <= found.year <= 2100:
        raise Wrong(f"“{column.label}”的年份不对：{found.year}")
    if column.past and today and found > today:
        raise Wrong(f"“{column.label}”在今天之后：{found}")
    return found


def _day(column: SheetColumn, cell: Any, month_first: bool, today: date | None) -> date:
    label = column.label
    if isinstance(cell, dict):
        return _typed_day(label, cell)
    words = unicodedata.normalize("NFKC", trimmed(cell)).lstrip("'").strip()
    if match := YMD.fullmatch(words):
        return real(label, match[1], match[3], match[4])
    if re.fullmatch(r"\d{8}", words):
        return real(label, words[:4], words[4:6], words[6:])
    if match := MDY.fullmatch(words):
        if not month_first:
            raise Wrong(f"“{label}”看不出哪是月哪是日，{FORMS_OF_DATE}")
        return real(label, century(label, match[3], today), match[1], match[2])
    if match := HAN_DATE.fullmatch(words):
        year = "".join(str(HAN[c]) for c in match[1])
        return real(label, year, str(tens(match[2])), str(tens(match[3])))
    if re.fullmatch(r"\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", words):
        raise Wrong(f"“{label}”的年份要写四位，{FORMS_OF_DATE}")
    if re.fullmatch(r"\d{1,2}[-/.月]\d{1,2}日?", words):
        raise Wrong(f"“{label}”没有写年份，{FORMS_OF_DATE}")
    raise Wrong(f"“{label}”看不懂，{FORMS_OF_DATE}")


def _typed_day(label: str, cell: dict[str, Any]) -> date:
    """A cell that the sheet itself holds for a day, or for the number 20260901."""
    if "d" in cell:
        return date.fromisoformat(cell["d"])
    if "t" in cell:
        if not cell["t"].endswith("T00:00:00"):
            raise Wrong(f"“{label}”只要日期，不要几点几分")
        return date.fromisoformat(cell["t"][:10])
    if "n" in cell and float(cell["n"]).is_integer() and 19000101 <= float(cell["n"]) <= 21001231:
        return real(label, shown(cell)[:4], shown(cell)[4:6], shown(cell)[6:])
    raise Wrong(f"“{label}”是数字不是日期，{FORMS_OF_DATE}")


def real(label: str, year: str, month: str, day_: str) -> date:
    try:
        return date(int(year), int(month), int(day_))
    except ValueError:
        raise Wrong(f"“{label}”没有这一天：{year}-{month}-{day_}") from None


def century(label: str, year: str, today: date | None) -> str:
    """Two digits of a year are this century's if that is not ahead of today; else there are two readings."""
    if len(year) == 4:
        return year
    if today is None or 2000 + int(year) > today.year:
        raise Wrong(f"“{label}”的年份要写四位：是 19{year} 还是 20{year}")
    return f"20{year}"


def tens(words: str) -> int:
    """十, 十二, 二十, 三十一."""
    high, ten, low = words.partition("十")
    if not ten:
        return HAN[words] if len(words) == 1 else 0
    return (HAN[high] if high else 1) * 10 + (HAN[low] if low else 0)


def reads_month_first(cells: Iterable[Any]) -> bool:
    """Whether a sheet writes month/day/year: some day is above 12, and no month is."""
    pairs = [match for cell in cells if isinstance(cell, str) and (match := MDY.fullmatch(folded(cell)))]
    return any(int(match[2]) > 12 for match in pairs) and not any(int(match[1]) > 12 for match in pairs)
