"""管账号: what the keeper of accounts does with the login of somebody else; his own he keeps under 我的."""

from django.db import transaction

from ...act import Act
from ...audit import actions as audit
from ...errors import Overtaken, Refused
from .. import factors as reading
from ..models import LoginLink, OutsideAccount, OutsideLogin, Person, SecondFactor, User
from . import factors, logins, outside

NOTED = "login"  # `field` of the change that a person's card shows


@transaction.atomic
def open_login(person: Person, *, username: str, act: Act) -> LoginLink:
    """开户: a login without a password, and the link to set one."""
    if person.left_on and person.left_on < act.day:
        raise Refused(f"{person}已经离岗，没有开户。")
    user = logins.open_account(person, username=username, act=act)
    return _linked(person, user, act)


@transaction.atomic
def send_link(person: Person, *, act: Act) -> LoginLink:
    """发新链接: for who has forgotten the password;
    the password so far goes on working until a new one is set."""
    return _linked(person, _anothers(person, "自己的密码在“我的”里改，没有发链接。", act), act)


@transaction.atomic
def close_login(person: Person, *, act: Act) -> User:
    """停用登录: every device of it is logged out."""
    user = _anothers(person, "自己不能停用自己的登录，没有停用。请另一位管理员办。", act)
    if not user.is_active:
        raise Overtaken(f"{person}的登录已经停用了，没有再停一次。")
    user = logins.deactivate(user, act=act)
    audit.note(person, NOTED, "停用了登录", act=act)
    return user


@transaction.atomic
def reopen_login(person: Person, *, act: Act) -> User:
    """恢复登录, with the password it had."""
    user = _anothers(person, "自己的登录好好的，没有恢复。", act)
    if user.is_active:
        raise Overtaken(f"{person}的登录没有停用，不用恢复。")
    user = logins.reactivate(user, act=act)
    audit.note(person, NOTED, "恢复了登录", act=act)
    return user


@transaction.atomic
def reset_factor(person: Person, *, act: Act) -> SecondFactor:
    """重置两步验证: for who has lost the phone and the spare codes; every device of it is logged out."""
    user = _anothers(person, "自己的两步验证在“我的”里取消，没有重置。手机丢了，请另一位管理员办。", act)
    row = reading.of(user)
    if row is None:
        raise Refused(f"{person}没有启用两步验证，没有什么可重置。")
    factors.close_factor(user, act=act, note="重置")
    logins.end_others(user, keep=None, act=act)
    audit.note(person, NOTED, "重置了两步验证", act=act)
    return row


@transaction.atomic
def link_outside(person: Person, *, login: OutsideLogin, subject: str, act: Act) -> OutsideAccount:
    """关联外部账号, by the number that the service has for this person."""
    _anothers(person, "自己的外部账号在“我的”里关联，没有关联。", act)
    return outside.link(person, login=login, subject=subject, act=act)


@transaction.atomic
def unlink_outside(person: Person, *, account: OutsideAccount, act: Act) -> OutsideAccount:
    """解除外部账号: the password goes on as before."""
    _anothers(person, "自己的外部账号在“我的”里解除，没有解除。", act)
    if account.person_id != person.pk:
        raise Refused(f"{account}不是{person}的外部账号，没有解除。", field="account")
    return outside.unlink(account, act=act)


def _anothers(person: Person, own: str, act: Act) -> User:
    if person.pk == act.by.pk:
        raise Refused(own)
    if person.built_in or person.user is None:
        raise Refused(f"{person}还没有登录，没有保存。先开户。")
    return person.user


def _linked(person: Person, user: User, act: Act) -> LoginLink:
    token = logins.make_link(user, act=act)
    audit.note(person, NOTED, "发了一次性链接", act=act)
    row = LoginLink.objects.get(token_hash=logins.hashed(token))
    row.token = token
    return row
