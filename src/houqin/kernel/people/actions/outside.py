"""开通外部登录；关联、解除外部账号. Nobody comes into being by a login: a person is linked, and then let in."""

from django.db import transaction

from ... import outbound, sealed
from ...act import Act
from ...audit import actions as audit
from ...errors import NotYours, Overtaken, Refused
from .. import logins, queries
from ..granting import OPENS
from ..models import OutsideAccount, OutsideLogin, Person, User
from ..outside import LONGEST, PURPOSE, reading

NOTED = "login"  # `field` of the change that a person's card shows


@transaction.atomic
def open_login(
    *, kind: str, name: str, address: str, client_id: str, agent: str, secret: str, act: Act
) -> OutsideLogin:
    """Off until switched on. Whose word it is (kind, address, number) never changes afterwards."""
    if kind == OutsideLogin.OIDC and not address:
        raise Refused("统一身份认证要填地址（issuer），没有保存。", field="address")
    if kind == OutsideLogin.WECOM and not agent:
        raise Refused("企业微信要填应用的 AgentId，没有保存。", field="agent")
    _refuse_unlisted(kind, address)
    return audit.add(
        OutsideLogin, kind=kind, name=name, address=address, client_id=client_id,
        agent=agent if kind == OutsideLogin.WECOM else "", secret=sealed.close(PURPOSE, secret), act=act,
    )  # fmt: skip


def rename(login: OutsideLogin, *, name: str, act: Act, seen: dict[str, str] | None = None) -> OutsideLogin:
    return audit.change(login, name=name, seen=seen, act=act)


@transaction.atomic
def rekey(login: OutsideLogin, *, secret: str, agent: str, act: Act) -> OutsideLogin:
    """换密钥: what is left empty stays."""
    if not (secret or agent):
        raise Refused("一项也没有填，没有改。", field="secret")
    if agent and login.kind != OutsideLogin.WECOM:
        raise Refused("只有企业微信有 AgentId，没有保存。", field="agent")
    row = audit.change(login, agent=agent or login.agent, act=act)
    OutsideLogin.objects.filter(pk=row.pk).update(last_answer="")
    if secret:
        OutsideLogin.objects.filter(pk=row.pk).update(secret=sealed.close(PURPOSE, secret))
        audit.note(row, "secret_typed", sealed.masked(secret), act=act)
    row.refresh_from_db()
    return row


def switch_on(login: OutsideLogin, *, act: Act) -> OutsideLogin:
    """启用: its button stands on the login page from now on."""
    _refuse_unlisted(login.kind, login.address)
    return audit.change(login, active=True, act=act)


def switch_off(login: OutsideLogin, *, act: Act) -> OutsideLogin:
    """停用: nobody comes in by it; who is linked stays linked."""
    return audit.change(login, active=False, act=act)


def answered(login: OutsideLogin, said: str) -> None:
    """What came of the last asking; no fact of the house, so no change is recorded."""
    OutsideLogin.objects.filter(pk=login.pk).exclude(last_answer=said[:120]).update(last_answer=said[:120])


@transaction.atomic
def link(person: Person, *, login: OutsideLogin, subject: str, act: Act) -> OutsideAccount:
    """关联: by the person, just back from the service, or by who opens logins and knows the number."""
    _refuse_strangers(person, act, "没有关联")
    subject = subject.strip()
    if not subject or len(subject) > LONGEST or not subject.isprintable():
        raise Refused("编号不对，没有关联。照那边显示的抄。", field="subject")
    if person.user is None or logins.enterable(person.user.pk, act.at) is None:
        raise Refused(f"{person}没有能用的登录，没有关联。先开户。")
    Person.objects.select_for_update().get(pk=person.pk)
    OutsideLogin.objects.select_for_update().get(pk=login.pk)
    if found := reading.whose(login, subject):
        own = found.person_id == person.pk
        raise Refused(f"这个{login}账号已经关联了{'，不用再关联' if own else '别人，没有关联'}。")
    if reading.of(person).filter(login=login).exists():
        raise Refused(f"{person}已经关联了一个{login}账号，没有再关联。先解除那一个。")
    made = audit.add(OutsideAccount, login=login, person=person, subject=subject, linked_at=act.at, act=act)
    audit.note(person, NOTED, f"关联了{login}账号", act=act)
    return made


@transaction.atomic
def unlink(account: OutsideAccount, *, act: Act) -> OutsideAccount:
    """解除: the account lets nobody in any more; the password does as before."""
    _refuse_strangers(account.person, act, "没有解除")
    if account.unlinked_at or not OutsideAccount.objects.filter(pk=account.pk, unlinked_at=None).exists():
        raise Overtaken("这个外部账号已经解除了，没有再解除一次。")
    return _undone(account, act)


def unlink_all(user: User, *, act: Act) -> None:
    """Those of a login that is closed: over there the number may be given to somebody else."""
    for account in reading.linked().filter(person__user=user):
        _undone(account, act)


def note_use(account: OutsideAccount, *, act: Act) -> None:
    OutsideAccount.objects.filter(pk=account.pk).update(used_at=act.at)


def _undone(account: OutsideAccount, act: Act) -> OutsideAccount:
    account = audit.change(account, unlinked_at=act.at, act=act)
    audit.note(account.person, NOTED, f"解除了{account.login}账号", act=act)
    return account


def _refuse_strangers(person: Person, act: Act, not_done: str) -> None:
    if person.pk != act.by.pk and not queries.has_duty(act.by, OPENS, act.day):
        raise NotYours(f"别人的外部账号归系统管理员管，{not_done}。")


def _refuse_unlisted(kind: str, address: str) -> None:
    """Refuse a service that could not be reached anyway."""
    hosts = [(host, 443) for host in reading.SERVICES[kind].hosts]
    if address:
        try:
            where = outbound.split(address)
        except outbound.Unreachable:
            raise Refused("地址要以 https:// 开头，没有保存。", field="address") from None
        if where.query or where.fragment:
            raise Refused("地址里不能有问号和井号后面的东西，没有保存。", field="address")
        hosts = [(str(where.hostname), outbound.port_of(where))]
    for host, port in hosts:
        if not outbound.is_listed(host, port):
            raise Refused(
                f"“{host}”不在准许往外连的地址里，没有保存。请管电脑的人加进 HOUQIN_OUTBOUND，重启再来。",
                field="address",
            )
