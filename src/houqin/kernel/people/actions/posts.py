"""岗位和职责: what a post is called, and which duties it carries from now on."""

from django.db import transaction

from ...act import Act
from ...audit import actions as audit
from ...errors import Overtaken, Refused
from .. import granting, queries, rights
from ..models import Duty, Post


def change_post(post: Post, *, name: str, rank: int, act: Act, seen: dict[str, str] | None = None) -> Post:
    post = audit.change(post, name=name, rank=rank, seen=seen, act=act)
    rights.changed()
    return post


@transaction.atomic
def add_duty(
    post: Post, *, code: str, text: str, frequency: str = "", record: str = "", indicator: str = "", act: Act
) -> Duty:
    """Give a post one more duty; refuses a code that no rule asks for, and guarded ones to oneself."""
    if code not in granting.known_codes():
        raise Refused("没有这项职责代码，没有保存。从列出的里面选。", field="code")
    if post.duties.filter(code=code, ended_at=None).exists():
        raise Refused(f"“{post}”已经有这项职责，没有重复加。", field="code")
    granting.refuse_grant(post, [code], queries.in_post(post, act.day), act)
    duty = audit.add(
        Duty,
        post=post,
        code=code,
        text=text,
        frequency=frequency,
        record=record,
        indicator=indicator,
        act=act,
    )
    rights.changed()
    return duty


def change_duty(
    duty: Duty,
    *,
    text: str,
    frequency: str,
    record: str,
    indicator: str,
    act: Act,
    seen: dict[str, str] | None = None,
) -> Duty:
    """Say it otherwise; what it allows stays."""
    return audit.change(
        duty, text=text, frequency=frequency, record=record, indicator=indicator, seen=seen, act=act
    )


@transaction.atomic
def end_duty(duty: Duty, *, act: Act) -> Duty:
    """停止: whoever holds the post can do it no more, from this moment."""
    if duty.ended_at:
        raise Overtaken("这项职责已经停止了，没有再停一次。")
    with granting.someone_left(act):
        duty = audit.change(duty, ended_at=act.at, act=act)
    rights.changed()
    return duty
