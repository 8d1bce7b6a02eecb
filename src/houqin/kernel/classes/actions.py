"""Entering the classes of a school year, and who leads them."""

from ..act import Act
from ..audit import actions as audit
from ..errors import Refused
from ..people.models import Person
from ..places.models import Place
from ..terms.models import SchoolYear
from .models import SchoolClass

GRADES = "一二三四五六"


def name_of(grade: int, number: int) -> str:
    """三(2)班."""
    return f"{GRADES[grade - 1]}({number})班"


def open_class(
    *,
    school_year: SchoolYear,
    grade: int,
    number: int,
    teacher: Person | None,
    room: Place | None,
    pupils: int,
    act: Act,
) -> SchoolClass:
    """Enter a class; refuses one that is there in this school year."""
    if not 1 <= grade <= len(GRADES):
        raise Refused("年级从 1 到 6，没有保存。", field="grade")
    if SchoolClass.objects.filter(school_year=school_year, grade=grade, number=number).exists():
        raise Refused(f"{school_year}已经有{name_of(grade, number)}，没有保存。换一个班号。", field="number")
    return audit.add(
        SchoolClass, school_year=school_year, grade=grade, number=number, name=name_of(grade, number),
        teacher=teacher, room=room, pupils=pupils, act=act,
    )  # fmt: skip


def change_class(
    school_class: SchoolClass, *, teacher: Person | None, room: Place | None, pupils: int, act: Act,
    seen: dict[str, str] | None = None,
) -> SchoolClass:  # fmt: skip
    return audit.change(school_class, teacher=teacher, room=room, pupils=pupils, seen=seen, act=act)
