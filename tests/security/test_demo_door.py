"""The demo's door, and that there is none anywhere else (A73)."""

import pytest
from django.test import Client

from houqin.kernel.people.actions import logins
from houqin.kernel.people.models import LoginSession, User

pytestmark = [pytest.mark.urls("tests.security.urls"), pytest.mark.django_db]


def test_a_normal_school_has_no_such_door(house):
    """Seen to fail with the question for `is_demo` left out of the view and of the page."""
    page = Client().get("/login/").content.decode()
    answers = [Client().post("/demo/enter/", {"person": "admin"}), Client().get("/demo/enter/")]
    assert ("以谁的身份进入" in page, "/demo/enter/" in page) == (False, False)
    assert ([a.status_code for a in answers], LoginSession.objects.count()) == ([404, 404], 0)
    assert strip(answers[0]) == strip(Client().post("/demo/elsewhere/", {"person": "admin"}))


def strip(answer) -> bytes:
    return answer.content.replace(answer.headers["X-Request-Id"].encode(), b"")


def test_a_normal_school_has_no_account_with_a_password():
    assert [user.username for user in User.objects.all() if user.has_usable_password()] == []


def test_in_the_demo_each_role_enters_without_a_password(house):
    house.become_demo()
    page = Client().get("/login/").content.decode()
    assert (page.count('name="person"'), 'value="class-teacher"' in page) == (25, True)
    client = Client()
    answer = client.post("/demo/enter/", {"person": "class-teacher", "next": "/enrol/"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/enrol/")
    assert client.get("/").content.decode() == "王老师"


def test_the_demo_asks_for_no_second_factor_and_no_password_again(house):
    house.become_demo()
    client = Client()
    client.post("/demo/enter/", {"person": "admin"})
    assert client.get("/accounts/").status_code == 200
    principal = Client()
    principal.post("/demo/enter/", {"person": "principal"})
    house.clock.go(hours=1)
    assert principal.get("/sign/").status_code == 200


@pytest.mark.parametrize("person", ["nobody", "teacher-2", "system", "visitor", "", "1"])
def test_only_the_roles_stand_behind_the_door(house, person):
    """Seen to fail with the choice made among all persons (teacher-2 came in)."""
    house.become_demo()
    assert Client().post("/demo/enter/", {"person": person}).status_code == 404
    assert LoginSession.objects.count() == 0


def test_a_closed_role_stays_closed(house):
    house.become_demo()
    logins.deactivate(house.cast["guard"].user, act=house.cast.act("admin"))
    assert Client().post("/demo/enter/", {"person": "guard"}).status_code == 404


def test_the_door_takes_nothing_else(house):
    house.become_demo()
    answer = Client().post("/demo/enter/", {"person": "guard", "is_superuser": "true"})
    assert (answer.status_code, LoginSession.objects.count()) == (422, 0)
