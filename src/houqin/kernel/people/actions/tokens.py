"""发、用、作废接口令牌."""

import secrets
from datetime import timedelta

from django.db import transaction

from ...act import Act
from ...audit import actions as audit
from ...errors import NotYours, Refused
from .. import queries, rights, tokens
from ..granting import OPENS
from ..logins import hashed
from ..models import ApiToken, Person, User

MOST = 10  # standing tokens of one person
MARK = "hq_"  # what a token begins with, so that a scanner for secrets knows it


@transaction.atomic
def issue(person: Person, *, name: str, scopes: list[str], days: int, act: Act) -> ApiToken:
    """Issue a token for oneself; `token` on the answer is shown once and kept nowhere."""
    if person != act.by:
        raise NotYours("令牌只能给自己发，没有发。")
    if not scopes:
        raise Refused("一项也没勾，没有发。勾上这个令牌能查、能办什么。", field="scopes")
    Person.objects.select_for_update().get(pk=person.pk)
    if tokens.standing(act.at).filter(person=person).count() >= MOST:
        raise Refused(f"已经有 {MOST} 个令牌在用，没有再发。先作废不用的。")
    token = MARK + secrets.token_urlsafe(32)
    made = audit.add(
        ApiToken, person=person, name=name, head=token[:8], token_hash=hashed(token), scopes=sorted(scopes),
        issued_at=act.at, expires_at=act.at + timedelta(days), act=act,
    )  # fmt: skip
    made.token = token
    return made


@transaction.atomic
def withdraw(token: ApiToken, *, act: Act) -> ApiToken:
    """作废: dead on the next request; one's own, or anyone's by who opens logins."""
    if token.person_id != act.by.pk and not queries.has_duty(act.by, OPENS, act.day):
        raise NotYours("这个令牌是别人的，没有作废。")
    if token.withdrawn_at:
        raise Refused(f"令牌“{token}”已经作废了，没有再作废一次。")
    token = audit.change(token, withdrawn_at=act.at, act=act)
    rights.changed()
    return token


def withdraw_all(user: User, *, act: Act) -> None:
    """Every standing token of a login that is closed."""
    for token in tokens.standing(act.at).filter(person__user=user):
        audit.change(token, withdrawn_at=act.at, act=act)


def note_use(token_id: int, *, act: Act) -> None:
    """Write the last use down; the door asks this at most once in ten minutes."""
    ApiToken.objects.filter(pk=token_id).update(used_at=act.at)
