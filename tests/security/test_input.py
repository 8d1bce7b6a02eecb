"""Unknown keys, doubled keys, and one intent once: A22, A25, F14."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from houqin.kernel.people.models import Person, User

pytestmark = [pytest.mark.urls("tests.security.urls"), pytest.mark.django_db]


def enrolled():
    return Person.objects.filter(name="赵一").count()


SERVER_OWNED = (
    "is_superuser", "is_staff", "groups", "roles", "school", "approval_limit", "is_active", "status",
    "approved_by", "number", "created_by", "created_at", "total", "version", "isActive", "user[is_active]",
    "user.is_active", "code",
)  # fmt: skip


@pytest.mark.parametrize("value", ["true", "on", "1", ["x"], ["1", "2"], "5000000"])
def test_keys_the_form_does_not_have_are_refused(house, value):
    """A22, A25. Seen to fail with `refuse_unknown` taken out of the view: 200 for all."""
    client = house.client("teacher")
    said = {}
    for key in SERVER_OWNED:
        answer = client.post("/enrol/", {"name": "赵一", key: value})
        told = f"送来了这张单子上没有的一项“{key}”，没有保存。" in answer.content.decode()
        said[key] = (answer.status_code, told)
    assert (said, enrolled()) == (dict.fromkeys(SERVER_OWNED, (422, True)), 0)
    assert User.objects.filter(username="teacher", is_active=True).count() == 1


def test_the_api_says_the_same(house):
    answer = house.client("teacher").post("/api/enrol/", {"name": "赵一", "is_staff": "true"})
    assert (answer.status_code, answer.json()["error"]["sentence"][:10], enrolled()) == (
        422,
        "送来了这张单子上没有",
        0,
    )


def test_a_key_in_the_address_or_among_the_files_is_refused_too(house):
    """Seen to fail with GET and FILES left out of `refuse_unknown`."""
    client = house.client("teacher")
    said = [
        client.post("/enrol/?is_staff=1", {"name": "赵一"}).status_code,
        client.post("/enrol/", {"name": "赵一", "avatar": SimpleUploadedFile("a.png", b"x")}).status_code,
        client.post("/enrol/", {"name": ["赵一", "赵二"]}).status_code,
        client.post("/enrol/?next=/", {"name": "赵一", "_op": "op-12345678"}).status_code,
    ]
    assert (said, enrolled()) == ([422, 422, 422, 200], 1)


def test_an_unknown_key_is_shown_as_text(house):
    answer = house.client("teacher").post("/enrol/", {"name": "赵一", "<svg onload=alert(1)>": "x"})
    page = answer.content.decode()
    assert (answer.status_code, "<svg onload" in page, "&lt;svg onload" in page) == (422, False, True)


def test_the_same_form_twice_is_one_act(house):
    """F14. Seen to fail with `call()` in place of `doors.once`."""
    client = house.client("teacher")
    sent = {"name": "赵一", "_op": "op-12345678"}
    first, second = client.post("/enrol/", sent), client.post("/enrol/", sent)
    assert (first.content, first.status_code, enrolled()) == (second.content, 200, 1)


def test_another_form_under_the_same_op_is_refused(house):
    client = house.client("teacher")
    client.post("/enrol/", {"name": "赵一", "_op": "op-12345678"})
    other = client.post("/enrol/", {"name": "赵二", "_op": "op-12345678"})
    assert (other.status_code, Person.objects.filter(name="赵二").count()) == (422, 0)


def test_another_photo_is_another_form(house):
    """Seen to fail with the files left out of `body_hash`."""
    client = house.client("teacher")

    def send(content: bytes):
        photo = SimpleUploadedFile("a.jpg", content)
        return client.post("/enrol/", {"name": "赵一", "_op": "op-12345678", "photos": photo}).status_code

    assert [send(b"one"), send(b"one"), send(b"two")] == [200, 200, 422]


def test_two_people_may_use_the_same_op(house):
    sent = {"name": "赵一", "_op": "op-12345678"}
    said = [
        house.client(role).post("/enrol/", {**sent, "name": role}).status_code
        for role in ("teacher", "guard")
    ]
    assert said == [200, 200]


@pytest.mark.parametrize("op", ["short", "x" * 40, "op-1234567 8", "op-12345678'--", "编号编号编号编号"])
def test_an_op_that_is_none_is_refused(house, op):
    answer = house.client("teacher").post("/enrol/", {"name": "赵一", "_op": op})
    assert (answer.status_code, enrolled()) == (422, 0)


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-45", "2999-01-01T00:00:00+08:00", "2999-01-01"])
def test_a_time_that_is_none_or_ahead_is_refused(house, moment):
    answer = house.client("teacher").post("/enrol/", {"name": "赵一", "_happened_at": moment})
    assert (answer.status_code, enrolled()) == (422, 0)


def test_an_answer_given_offline_says_when(house):
    answer = house.client("teacher").post(
        "/enrol/", {"name": "赵一", "_happened_at": "2026-11-23T08:00:00+08:00"}
    )
    assert (answer.status_code, enrolled()) == (200, 1)
