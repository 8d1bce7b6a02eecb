"""开户、改密码、停用、登录、退出: what happens to logins. Sessions and links are kept as hashes only."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth import hashers
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, transaction

from ...act import Act
from ...audit import actions as audit
from ...errors import NotThere, Refused
from .. import granting, logins, rights
from ..logins import hashed
from ..models import LoginLink, LoginSession, Person, User
from . import outside, tokens

LINK = timedelta(hours=72)  # security.md 5.3
OWN = (timedelta(days=14), timedelta(days=30))  # idle and absolute life on one's own device
SHARED = (timedelta(hours=8), timedelta(hours=12))  # … and on 公用电脑


@transaction.atomic
def open_account(person: Person, *, username: str, act: Act) -> User:
    """Open a login for a person, without a password: that comes by a one-time link."""
    if person.user_id or person.built_in:
        raise Refused(f"{person}已经有登录账号，没有再开。")
    folded = logins.folded(username)
    if not folded or User.objects.filter(username=folded).exists():
        raise Refused(f"账号“{folded}”已经有人用，没有开户。换一个。", field="username")
    user = audit.add(User, username=folded, password=hashers.make_password(None), opened_at=act.at, act=act)
    audit.change(person, user=user, act=act)
    rights.changed()
    return user


@transaction.atomic
def make_link(user: User, *, act: Act) -> str:
    """Make the one-time link by which someone sets a password; earlier unused ones stop working.
    Answers the token."""
    if not User.objects.select_for_update().get(pk=user.pk).is_active:
        raise Refused(f"账号“{user}”已经停用，没有发链接。先恢复账号。")
    LoginLink.objects.filter(user=user, used_at=None, expires_at__gt=act.at).update(expires_at=act.at)
    token = secrets.token_urlsafe(32)
    audit.add(
        LoginLink, token_hash=hashed(token), user=user, made_at=act.at, expires_at=act.at + LINK, act=act
    )
    return token


@transaction.atomic
def use_link(token: str, *, password: str, act: Act) -> User:
    """Set the password by a one-time link; it works once, and ends every session there was."""
    link = logins.link(hashed(token), act.at)
    if link is None:
        raise NotThere("这条链接用过了或过期了。找系统管理员要一条新链接。")
    user = set_password(link.user, password=password, act=act)
    if not LoginLink.objects.filter(pk=link.pk, used_at=None).update(used_at=act.at):
        raise NotThere("这条链接用过了或过期了。找系统管理员要一条新链接。")
    return user


@transaction.atomic
def set_password(user: User, *, password: str, keep: int | None = None, act: Act) -> User:
    """Set a password and end every session but `keep`. The change keeps when, never what."""
    try:
        validate_password(password, user)
    except ValidationError as wrong:
        raise Refused("".join(map(_ended, wrong.messages)) + "没有保存。", field="password") from None
    User.objects.filter(pk=user.pk).update(password=hashers.make_password(password))
    user = audit.change(user, password_set_at=act.at, act=act)
    end_others(user, keep=keep, act=act)
    return user


def end_others(user: User, *, keep: int | None, act: Act) -> int:
    """End every session of a user but the one with the key `keep`."""
    return _end(logins.open_sessions(act.at).filter(user=user).exclude(pk=keep or 0), act)


@transaction.atomic
def deactivate(user: User, *, act: Act) -> User:
    """停用: the login closes, every session and token of it ends at once; the last who opens others stays."""
    with granting.someone_left(act):
        user = audit.change(user, is_active=False, act=act)
    LoginLink.objects.filter(user=user, used_at=None, expires_at__gt=act.at).update(expires_at=act.at)
    tokens.withdraw_all(user, act=act)
    outside.unlink_all(user, act=act)
    _end(logins.open_sessions(act.at).filter(user=user), act)
    return user


@transaction.atomic
def reactivate(user: User, *, act: Act) -> User:
    """恢复: the login opens again, with the password it had."""
    if user.person.left_on and user.person.left_on < act.day:
        raise Refused(f"{user.person}已经离岗，账号没有恢复。")
    user = audit.change(user, is_active=True, act=act)
    rights.changed()
    return user


def enter(user: User, *, device: str, network: str, shared: bool, act: Act) -> str:
    """登录: start a session; answers its key, which is not kept."""
    token = secrets.token_urlsafe(32)
    LoginSession.objects.create(
        key=hashed(token), user=user, device=device[:120], network=network[:40], shared=shared,
        started_at=act.at, seen_at=act.at, expires_at=act.at + _life(shared)[0],
    )  # fmt: skip
    return token


def seen(session_id: int, *, act: Act) -> LoginSession:
    """Note the last use of a session, and put its end off by as much as its kind allows."""
    session = LoginSession.objects.get(pk=session_id)
    session.seen_at, session.expires_at = act.at, until(session, act.at)
    session.save(update_fields=["seen_at", "expires_at"])
    return session


def until(session: LoginSession, at: datetime) -> datetime:
    idle, absolute = _life(session.shared)
    return min(at + idle, session.started_at + absolute)


@transaction.atomic
def turn_key(session_id: int, *, act: Act) -> str:
    """Give a session a new key: the old cookie is dead (after the password was given, or changed)."""
    token = secrets.token_urlsafe(32)
    if not logins.open_sessions(act.at).filter(pk=session_id).update(key=hashed(token)):
        raise NotThere("这次登录已经结束，重新登录。")
    rights.changed()
    return token


@transaction.atomic
def end(session_ids: list[int], *, act: Act) -> int:
    """退出: end these sessions; what was ended before stays as it was."""
    return _end(LoginSession.objects.filter(pk__in=session_ids, ended_at=None), act)


def _end(sessions: models.QuerySet[LoginSession], act: Act) -> int:
    ended = sessions.update(ended_at=act.at)
    rights.changed()
    return ended


def _life(shared: bool) -> tuple[timedelta, timedelta]:
    return SHARED if shared else OWN


def _ended(message: str) -> str:
    return message if message.endswith(("。", "！")) else f"{message}。"
