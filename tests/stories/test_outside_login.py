"""登录不用密码: the school opens 钉钉, a teacher links himself, comes in by it, leaves; all through the pages."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from houqin.kernel.audit.models import Change
from houqin.kernel.people.actions import logins
from houqin.kernel.people.models import OutsideAccount, OutsideLogin
from tests.doubles.provider import ID, SECRET, Provider

PASSWORD = "三只白鹭过了河 sanbai"


@pytest.fixture
def dingtalk(settings):
    double = Provider()
    settings.OUTBOUND, settings.URL = (double.place,), "http://testserver"
    yield double
    double.close()


def returned(double, client, answer):
    """The person says yes over there, and the browser comes back."""
    where = urlsplit(double.agree(answer.headers["Refresh"].removeprefix("0;url=")))
    return client.get(f"{where.path}?{where.query}")


def words(answer) -> str:
    return answer.content.decode()


def test_a_teacher_comes_in_by_the_schools_dingtalk(cast, web, dingtalk):
    admin, teacher, visitor = web.as_("admin"), web.as_("teacher"), Client()
    assert ("用钉钉登录" in words(visitor.get("/login/")), "外部账号" in words(teacher.get("/me/"))) == (
        False,
        False,
    )

    said = {"kind": "dingtalk", "name": "钉钉", "client_id": ID, "secret": SECRET, "address": dingtalk.issuer}
    assert admin.send("/house/outside/new/", said).status_code == 303
    service = OutsideLogin.objects.get()
    card = words(admin.get(f"/house/outside/{service.pk}/"))
    assert (f"http://testserver/login/by/{service.pk}/back/" in card, SECRET in card) == (True, False)
    assert admin.send(f"/house/outside/{service.pk}/switch-on/").status_code == 303
    assert "用钉钉登录" in words(visitor.get("/login/"))

    dingtalk.who = "union-of-xu"
    begun = visitor.post(f"/login/by/{service.pk}/", {})
    assert returned(dingtalk, visitor, begun).status_code == 403

    act = cast.act("teacher")
    logins.set_password(cast["teacher"].user, password=PASSWORD, act=act)
    teacher = Client()
    assert teacher.post("/login/", {"username": "teacher", "password": PASSWORD}).status_code == 303
    assert "外部账号" in words(teacher.get("/me/"))
    begun = teacher.post("/me/outside/", {"now": PASSWORD, "link": service.pk})
    assert returned(dingtalk, teacher, begun).url == "/me/outside/"
    assert "钉钉账号关联好了" in words(teacher.get("/me/outside/"))
    teacher.post("/logout/")

    begun = teacher.post(f"/login/by/{service.pk}/", {"next": "/me/sessions/"})
    assert returned(dingtalk, teacher, begun).url == "/me/sessions/"
    assert "许老师" in words(teacher.get("/me/"))

    account = OutsideAccount.objects.get()
    slip = f"/house/people/{cast['teacher'].pk}/unlink-outside/"
    assert admin.send(slip, {"account": account.pk}).url.startswith("/me/again/")  # he was away for a while
    cast.now, cast.minutes = cast.now + timedelta(minutes=cast.minutes), 0
    del web.browsers["admin"]
    answer = web.as_("admin").send(slip, {"account": account.pk})
    assert answer.headers["Location"] == f"/house/people/{cast['teacher'].pk}/"
    begun = visitor.post(f"/login/by/{service.pk}/", {})
    assert returned(dingtalk, visitor, begun).status_code == 403
    told = Change.objects.filter(kind="kernel.person", key=cast["teacher"].pk, field="login").order_by("pk")
    assert list(told.values_list("now", "by__code")) == [
        ("关联了钉钉账号", "teacher"),
        ("解除了钉钉账号", "admin"),
    ]


def test_the_office_links_by_the_number(cast, web, dingtalk):
    admin = web.as_("admin")
    said = {"kind": "dingtalk", "name": "钉钉", "client_id": ID, "secret": SECRET, "address": dingtalk.issuer}
    admin.send("/house/outside/new/", said)
    service = OutsideLogin.objects.get()
    admin.send(f"/house/outside/{service.pk}/switch-on/")
    link = {"login": service.pk, "subject": " union-of-li "}
    assert admin.send(f"/house/people/{cast['repairman'].pk}/link-outside/", link).status_code == 303
    assert admin.send(f"/house/people/{cast['admin'].pk}/link-outside/", link).status_code == 422
    assert (
        web.as_("director").send(f"/house/people/{cast['guard'].pk}/link-outside/", link).status_code == 403
    )
    dingtalk.who, client = "union-of-li", Client()
    begun = client.post(f"/login/by/{service.pk}/", {"next": "/me/"})
    assert returned(dingtalk, client, begun).url == "/me/"
    assert "李师傅" in words(client.get("/me/"))
