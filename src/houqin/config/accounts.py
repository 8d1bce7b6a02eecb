"""`houqin user`: opening, linking and closing logins at the machine itself, as 系统."""

import argparse

from houqin.kernel.errors import NotThere, Refused

from . import folder


def run(asked: argparse.Namespace) -> None:
    """list · open CODE [NAME] · link CODE · close CODE · role CODE POST · factor CODE [--reset]."""
    folder.open_school()
    if asked.what != "list" and not asked.code:
        raise Refused(f"没有说是谁，没有执行。写法：houqin user {asked.what} 人员代码")
    DOES[asked.what](asked)


def _list(asked: argparse.Namespace) -> None:
    from houqin.kernel.people.models import Person

    people = Person.objects.filter(built_in=False).select_related("user").order_by("code", "pk")
    for person in people:
        user = person.user
        state = (
            "没有账号"
            if user is None
            else "停用"
            if not user.is_active
            else "可用"
            if user.password_set_at
            else "未设密码"
        )
        print(f"{person.code}\t{person.name}\t{user.username if user else ''}\t{state}")


def _open(asked: argparse.Namespace) -> None:
    """Open a login; a person who is not there yet is enrolled when a name is given."""
    from django.db import transaction

    from houqin.kernel.people import actions as people
    from houqin.kernel.people.actions import logins

    from .founding import system_act

    act = system_act()
    with transaction.atomic():
        person = _person(asked.code, or_none=bool(asked.name)) or people.enrol(
            code=asked.code, name=asked.name, act=act
        )
        user = logins.open_account(person, username=asked.code, act=act)
        token = logins.make_link(user, act=act)
    _show(person, token)


def _link(asked: argparse.Namespace) -> None:
    from houqin.kernel.people.actions import logins

    from .founding import system_act

    person = _with_login(asked.code)
    _show(person, logins.make_link(person.user, act=system_act()))


def _close(asked: argparse.Namespace) -> None:
    from houqin.kernel.people.actions import logins

    from .founding import system_act

    person = _with_login(asked.code)
    logins.deactivate(person.user, act=system_act())
    print(f"{person}的账号停用了，登录中的设备已经退出。")


def _role(asked: argparse.Namespace) -> None:
    """Put someone into a post."""
    from houqin.kernel.people import actions as people
    from houqin.kernel.people.models import Post

    from .founding import system_act

    person = _person(asked.code)
    posts = Post.objects.order_by("rank", "pk")
    post = posts.filter(code=asked.name).first()
    if post is None:
        codes = "、".join(f"{post.code}（{post.name}）" for post in posts)
        raise NotThere(f"没有“{asked.name}”这个岗位，没有保存。有这些：{codes}")
    people.assign(person, post=post, act=system_act())
    print(f"{person}任“{post}”，即日起。")


def _factor(asked: argparse.Namespace) -> None:
    """Say whether someone has a second factor; with --reset take it away, for a phone that is lost."""
    from houqin.kernel.people import factors
    from houqin.kernel.people.actions import keeping

    from .founding import system_act

    person = _with_login(asked.code)
    if not asked.reset:
        print(f"{person}{'启用了' if factors.of(person.user) else '没有启用'}两步验证。")
        return
    keeping.reset_factor(person, act=system_act())
    print(f"{person}的两步验证取消了，登录中的设备已经退出。")


def _person(code: str, *, or_none: bool = False):  # type: ignore[no-untyped-def]
    from houqin.kernel.people.models import Person

    person = Person.objects.filter(code=code, built_in=False).select_related("user").first()
    if person is None and not or_none:
        raise NotThere(f"没有代码是“{code}”的人，没有执行。houqin user list 列出所有人。")
    return person


def _with_login(code: str):  # type: ignore[no-untyped-def]
    person = _person(code)
    if person.user is None:
        raise Refused(f"{person}还没有账号，没有执行。先 houqin user open {code}")
    return person


def _show(person, token: str) -> None:  # type: ignore[no-untyped-def]
    from django.conf import settings

    print(f"{person}从这里设密码（只能用一次，72 小时内有效）：\n{settings.URL}/first/{token}/")


DOES = {"list": _list, "open": _open, "link": _link, "close": _close, "role": _role, "factor": _factor}
