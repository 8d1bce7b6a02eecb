"""Cutting text for the search box: one token a Han character, whole words of letters and digits."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST_QUERY, MOST_TOKENS = 100, 2_000
# Scripts written without spaces, one token a sign: Han with its extensions, kana, 〇 and 々.
SIGN = "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
TOKEN = re.compile(f"[{SIGN}]|(?:(?![{SIGN}])[^\\W_])+")
IS_SIGN = re.compile(f"[{SIGN}]")


@dataclass(frozen=True)
class Phrase:
    """Tokens that stand side by side; `open_end`: the last one may go on (BX20 finds BX2026)."""

    tokens: tuple[str, ...]
    open_end: bool


def cut(text: str) -> list[str]:
    """Full width becomes half width, capitals small; punctuation is passed over; 繁體 stays as it is."""
    return TOKEN.findall(unicodedata.normalize("NFKC", text.replace("\0", " ")).casefold())


def indexed(text: str) -> str:
    """What is written into the index: the tokens with a space on each side."""
    return f" {' '.join(cut(text)[:MOST_TOKENS])} "


def phrases(words: str) -> list[Phrase]:
    """What was typed: each stretch between spaces is one phrase, all of them must be there."""
    stretches = [tuple(cut(stretch)) for stretch in words[:LONGEST_QUERY].split()]
    return [Phrase(tokens, not IS_SIGN.match(tokens[-1])) for tokens in dict.fromkeys(stretches) if tokens]
