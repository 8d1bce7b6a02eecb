"""授权: which duties are given with care, which codes there are, and that somebody can always open logins."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from ..act import Act
from ..errors import NotYours, Refused
from .models import Duty, Person, Post
from .queries import account_keepers, duty_codes
from .seed import POSTS

OPENS = "accounts"  # the duty of whoever opens logins
LOCKED_OUT = "这样就没有人能开户、授权了，没有保存。先让另一个人任系统管理员，设好密码。"


def known_codes() -> dict[str, str]:
    """Every duty code that rules ask for, with the sentence that ships with it;
    start-up checks hold it complete."""
    found: dict[str, str] = {}
    for post in POSTS:
        for code, text in post.duties:
            found.setdefault(code, text)
    return found


def named_codes() -> dict[str, str]:
    """The same for who chooses among them: what decides a step says whose step that is."""
    found = known_codes()
    for code in [code for code in found if code.startswith("approve-")]:
        posts = [post.name for post in POSTS if code in dict(post.duties)]
        found[code] += f"（{'、'.join(posts)}）"
    return found


def is_guarded(code: str) -> bool:
    """Approving, paying, opening logins: given by who opens logins, never to himself."""
    return code in (OPENS, "pay") or code.startswith("approve-")


def refuse_grant(post: Post, codes: Iterable[str], to: Iterable[Person], act: Act) -> None:
    """Refuse to give guarded duties without the right to, or to oneself; the machine's own commands may."""
    if act.by.built_in or not any(map(is_guarded, codes)):
        return
    if OPENS not in duty_codes(act.by, act.day):
        raise NotYours(f"“{post}”能审批、付款或开户，归系统管理员授权，没有保存。")
    if any(person.pk == act.by.pk for person in to):
        raise Refused(f"“{post}”能审批、付款或开户，自己不能给自己，没有保存。请另一位管理员办。")


@contextmanager
def someone_left(act: Act, after: date | None = None) -> Iterator[None]:
    """Refuse what is done inside if nobody could open logins afterwards;
    inside a transaction, so that it is undone."""
    on = max(after or act.day, act.day)
    before = _able(act.day)
    list(Duty.objects.select_for_update().filter(code=OPENS))  # two who end each other's come one by one
    yield
    if before and not act.by.built_in and not _able(on):
        raise Refused(LOCKED_OUT)


def _able(on: date) -> bool:
    """A login counts once its password is set."""
    return account_keepers(on).exclude(user__password_set_at=None).exists()
