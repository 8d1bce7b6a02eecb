"""People come, take posts, leave; what they told us about themselves is erased in time."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.db import models, transaction
from pypinyin import Style, pinyin

from ...act import Act
from ...audit import actions as audit
from ...errors import Refused
from .. import granting, rights
from ..models import Duty, Group, Holding, Membership, Person, PersonalDetail, Post
from . import logins

Owed = Callable[[Person], list[str]]  # what a leaver still holds, as lines to read

SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "朴": "piao",
    "查": "zha",
    "区": "ou",
    "尉": "yu",
}


def initials_of(name: str) -> str:
    """Pinyin initials of a name; surnames that are read unlike the word come first (stack.md 2.1)."""
    letters = "".join(found[0] for found in pinyin(name[1:], style=Style.FIRST_LETTER))
    first = SURNAMES.get(name[:1]) or pinyin(name[:1], style=Style.FIRST_LETTER)[0][0]
    return (first[:1] + letters)[:20].lower()


def ensure_built_in() -> None:
    """The two persons without a login, 系统 and 访客; made at the first start, before anybody can act."""
    for code, name in (("system", "系统"), ("visitor", "访客")):
        Person.objects.get_or_create(code=code, defaults={"name": name, "built_in": True})


def enrol(*, code: str, name: str, phone: str = "", joined_on: date | None = None, act: Act) -> Person:
    """Someone comes to the school; refuses a code that is taken."""
    if Person.objects.filter(code=code).exists():
        raise Refused(f"代码“{code}”已经有人用了，没有保存。换一个代码。", field="code")
    return audit.add(
        Person,
        code=code,
        name=name,
        initials=initials_of(name),
        phone=phone,
        joined_on=joined_on or act.day,
        act=act,
    )


def change_person(
    person: Person, *, name: str, phone: str, act: Act, seen: dict[str, str] | None = None
) -> Person:
    person = audit.change(person, name=name, initials=initials_of(name), phone=phone, seen=seen, act=act)
    rights.changed()
    return person


@transaction.atomic
def create_post(*, code: str, name: str, rank: int, duties: Iterable[tuple[str, str]], act: Act) -> Post:
    """A post with its duty lines, each a code that rules ask for and the sentence people read."""
    if Post.objects.filter(code=code).exists():
        raise Refused(f"岗位代码“{code}”已经有了，没有保存。换一个代码。", field="code")
    post = audit.add(Post, code=code, name=name, rank=rank, act=act)
    audit.add_many(Duty, [Duty(post=post, code=code, text=text) for code, text in duties], act=act)
    rights.changed()
    return post


@transaction.atomic
def assign(
    person: Person, *, post: Post, stand: str = Holding.A, from_on: date | None = None, act: Act
) -> Holding:
    """Put a person in a post; refuses a second time while the first lasts,
    and a guarded post to who may not give it."""
    granting.refuse_grant(
        post, post.duties.filter(ended_at=None).values_list("code", flat=True), [person], act
    )
    if Holding.objects.filter(person=person, post=post, to_on=None).exists():
        raise Refused(f"{person}已经在“{post}”岗位上，没有重复任岗。")
    holding = audit.add(Holding, person=person, post=post, stand=stand, from_on=from_on or act.day, act=act)
    rights.changed()
    return holding


@transaction.atomic
def release(holding: Holding, *, to_on: date, act: Act) -> Holding:
    """Take a person out of a post; `to_on` is the last day of it."""
    if to_on < holding.from_on:
        raise Refused("离任日期早于任岗日期，没有保存。", field="to_on")
    with granting.someone_left(act, after=to_on + timedelta(1)):
        holding = audit.change(holding, to_on=to_on, act=act)
    rights.changed()
    return holding


@transaction.atomic
def form_group(*, code: str, name: str, members: Iterable[Person], act: Act) -> Group:
    group = audit.add(Group, code=code, name=name, act=act)
    audit.add_many(Membership, [Membership(group=group, person=p, from_on=act.day) for p in members], act=act)
    rights.changed()
    return group


@transaction.atomic
def leave(person: Person, *, left_on: date, owed: Owed, act: Act) -> Person:
    """Someone leaves: refused while anything is still held, with the list of it;
    posts end, the login is closed."""
    if still := owed(person):
        raise Refused(
            f"{person}还没有移交完，不能办离岗，没有保存：{'；'.join(still[:20])}。"
            "手上的事在他的卡片上点“移交”，别的各换一个人。"
        )
    with granting.someone_left(act):
        for holding in person.holdings.filter(models.Q(to_on=None) | models.Q(to_on__gt=left_on)):
            audit.change(holding, to_on=max(left_on, holding.from_on), act=act)
        person = audit.change(person, left_on=left_on, act=act)
        if person.user:
            logins.deactivate(person.user, act=act)
    rights.changed()
    return person


def keep_detail(row: models.Model, field: str, value: str, *, days: int, act: Act) -> PersonalDetail | None:
    """Keep a personal value beside its row until `days` have passed; nothing is kept of an empty one."""
    if not value:
        return None
    return PersonalDetail.objects.create(
        kind=row._meta.label_lower, key=row.pk, field=field, value=value, kept_until=act.day + timedelta(days)
    )


def erase_due(*, act: Act) -> int:
    """Erase the personal details whose time is over; the rows beside them stay."""
    due = PersonalDetail.objects.filter(kept_until__lt=act.day, erased_at=None)
    return due.update(value="", erased_at=act.at)
