"""Forms of other origins: A70."""

import re

import pytest
from django.test import Client

from houqin.kernel.people.models import LoginSession, Person

pytestmark = [pytest.mark.urls("tests.security.urls"), pytest.mark.django_db]


@pytest.fixture
def teacher(house):
    """Logged in, in a browser that must bring the form's token."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = house.client("teacher").cookies
    return client


def token(client, path="/me/password/"):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(path).content.decode())[1]


def enrolled():
    return Person.objects.filter(name="赵一").count()


def test_without_the_token_nothing_is_done(teacher):
    """Seen to fail with the middleware taken out."""
    for more in ({}, {"csrfmiddlewaretoken": "x" * 64}, {"csrfmiddlewaretoken": ""}):
        answer = teacher.post("/enrol/", {"name": "赵一", **more})
        assert (answer.status_code, enrolled()) == (403, 0)
    assert teacher.post("/enrol/", {"name": "赵一", "csrfmiddlewaretoken": token(teacher)}).status_code == 200


def test_the_api_takes_no_cookie_alone(teacher):
    answer = teacher.post("/api/enrol/", {"name": "赵一"})
    assert (answer.status_code, answer.json()["error"]["sentence"], enrolled()) == (
        403,
        "缺少表单令牌，没有保存。",
        0,
    )


def test_text_that_is_json_is_no_form(teacher):
    answer = teacher.generic("POST", "/enrol/", b'{"name": "x"}', content_type="text/plain")
    assert (answer.status_code, enrolled()) == (403, 0)


def test_another_persons_token_is_none(house, teacher):
    other = house.client("guard")
    answer = teacher.post("/enrol/", {"name": "赵一", "csrfmiddlewaretoken": token(other)})
    assert (answer.status_code, enrolled()) == (403, 0)


def test_a_token_from_before_the_login_is_none(house):
    """A64. Seen to fail without `rotate_token` in `entering.prove`."""
    house.give_password("teacher")
    client = Client(enforce_csrf_checks=True)
    before = token(client, "/login/")
    assert house.try_login("teacher", client=client, post={"csrfmiddlewaretoken": before}).status_code == 303
    answer = client.post("/enrol/", {"name": "赵一", "csrfmiddlewaretoken": before})
    assert (answer.status_code, enrolled()) == (403, 0)


def test_login_and_logout_need_it_too(house, teacher):
    house.give_password("guard")
    stranger = Client(enforce_csrf_checks=True)
    assert house.try_login("guard", client=stranger).status_code == 403
    assert (teacher.post("/logout/").status_code, teacher.get("/").status_code) == (403, 200)
    assert LoginSession.objects.filter(user__username="guard").count() == 0


def test_what_was_typed_on_our_own_page_can_be_sent_once_more(teacher):
    """The form stood open too long: its words come back with a token that works, never its passwords."""
    sent = {"name": "赵<一>", "_op": "op-12345678", "csrfmiddlewaretoken": "x" * 64}
    answer = teacher.post("/enrol/", sent, headers={"sec-fetch-site": "same-origin"})
    page = answer.content.decode()
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    assert (answer.status_code, fields["name"], fields["_op"]) == (403, "赵&lt;一&gt;", "op-12345678")
    again = teacher.post("/enrol/", {**sent, "csrfmiddlewaretoken": fields["csrfmiddlewaretoken"]})
    assert (again.status_code, Person.objects.filter(name="赵<一>").count()) == (200, 1)
    secret = teacher.post(
        "/login/", {"username": "x", "password": "hidden words"}, headers={"sec-fetch-site": "same-origin"}
    )
    assert (secret.status_code, "hidden words" in secret.content.decode()) == (403, False)


def test_what_came_from_elsewhere_cannot_be_confirmed_by_one_touch(teacher):
    """Seen to fail with `_from_ourselves` answering True."""
    page = teacher.post("/enrol/", {"name": "赵一"}).content.decode()
    assert ("赵一" in page, 'method="post"' in page) == (False, False)
