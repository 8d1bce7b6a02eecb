"""Reading 外部登录: which are offered, whose account is whose."""

from django.db.models import QuerySet

from ..models import OutsideAccount, OutsideLogin, Person
from . import Service, offices, oidc

SERVICES: dict[str, Service] = {
    OutsideLogin.OIDC: oidc.OIDC_SERVICE,
    OutsideLogin.WECOM: offices.WECOM_SERVICE,
    OutsideLogin.DINGTALK: offices.DINGTALK_SERVICE,
    OutsideLogin.FEISHU: offices.FEISHU_SERVICE,
}


def offered() -> QuerySet[OutsideLogin]:
    return OutsideLogin.objects.filter(active=True).order_by("pk")


def offered_to(person: Person) -> QuerySet[OutsideLogin]:
    """Those by which the person is not linked yet."""
    return offered().exclude(pk__in=of(person).values("login"))


def linked() -> QuerySet[OutsideAccount]:
    return OutsideAccount.objects.filter(unlinked_at=None).select_related("login", "person")


def of(person: Person) -> QuerySet[OutsideAccount]:
    return linked().filter(person=person).order_by("login_id")


def whose(login: OutsideLogin, subject: str) -> OutsideAccount | None:
    return linked().filter(login=login, subject=subject).select_related("person__user").first()
