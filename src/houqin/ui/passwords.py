"""Passwords: how they are kept, and which are too easy to guess in this school."""

import re

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

from houqin.kernel.people.actions import initials_of
from houqin.kernel.people.models import User
from houqin.kernel.school import queries as schools

LONGEST = 128
SHORTEST_WORD = 3  # a context word below this is no hint


class Argon2id(Argon2PasswordHasher):
    """Argon2id, 19 MiB, two passes, one lane: about 60 ms (security.md, M11)."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1


class NotTooLong:
    """At most 128 characters: hashing a megabyte is work nobody asked for."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(f"密码太长，最多 {LONGEST} 个字符。")

    def get_help_text(self) -> str:
        return f"最多 {LONGEST} 个字符。"


class NotOfTheSchool:
    """Not made of the school's name, one's own name, account or telephone, nor of a row of keys."""

    def validate(self, password: str, user: User | None = None) -> None:
        plain = password.casefold()
        for word in words_of(user):
            if len(word) >= SHORTEST_WORD and word in plain and len(plain) - len(word) < 8:
                raise ValidationError("密码里主要是学校、本人的名字、账号或电话，太容易猜到。换一个。")
        if is_a_row(plain):
            raise ValidationError("密码是连着的或重复的字符，太容易猜到。换一个。")

    def get_help_text(self) -> str:
        return "不要用学校名、姓名、账号、电话，也不要用连着的数字。"


def words_of(user: User | None) -> set[str]:
    """What anybody in the school would try first."""
    school = schools.school()
    words = {
        school.name,
        initials_of(school.name) if school.name else "",
        school.office_phone,
        "houqin",
        "zongwu",
    }
    if user is not None:
        words.add(user.username)
        if person := getattr(user, "person", None):
            words |= {person.name, person.initials, person.code, person.phone}
    return {word.casefold() for word in words if word}


RUNS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
LUCKY = re.compile(
    r"(woaini|wo?aini|iloveyou|5201314|1314520|666888|888666|147258369|mima|password|admin|wang?\d{3})"
)


def is_a_row(plain: str) -> bool:
    """True if little is left once runs of keys, repeats and the words everybody uses are taken out."""
    rest = LUCKY.sub("", plain)
    rest = re.sub(r"(.+?)\1{2,}", r"\1", rest)
    for run in RUNS:
        for line in (run, run[::-1]):
            rest = _without(rest, line)
    return len(set(rest)) < 5


def _without(text: str, run: str) -> str:
    for length in range(len(run), 3, -1):
        for start in range(len(run) - length + 1):
            text = text.replace(run[start : start + length], "")
    return text
