"""The security log: who tried what, exactly once, and no secret in it (A88)."""

import json
import logging

import pytest
from django.test import Client

from .conftest import PASSWORD

pytestmark = [pytest.mark.urls("tests.security.urls"), pytest.mark.django_db]


@pytest.fixture
def lines(caplog):
    """What the security log says, whatever the settings do with it."""
    log = logging.getLogger("houqin.security")
    log.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, logger="houqin.security")
    yield lambda: [
        json.loads(message) for message in dict.fromkeys(caplog.messages) if message.startswith('{"code"')
    ]
    log.removeHandler(caplog.handler)


def test_a_wrong_password_is_one_line_without_the_password(house, lines):
    """Seen to fail with the note taken out of the view."""
    house.give_password("teacher")
    house.try_login("teacher", "wrong one 123")
    said = lines()
    assert [(line["code"], line["account"], line["ip"], line["path"]) for line in said] == [
        ("login_failed", "teacher", "127.0.0.1", "/login/")
    ]
    assert "wrong one" not in json.dumps(said)


def test_a_name_cannot_write_a_line_of_its_own(house, lines):
    """Seen to fail with `log_safe` left out of `security_log.note`."""
    house.try_login("x\u202e\u2028{code: login}", "wrong one 123")
    assert [line["account"] for line in lines()] == ["x\\u202e\\u2028{code: login}"]


def test_a_day_at_the_door(house, lines):
    """In, refused, a key too many, out: each said once."""
    client = house.client("teacher")
    client.get("/sign/")
    client.post("/enrol/", {"name": "赵一", "is_superuser": "true"})
    client.post("/logout/")
    said = lines()
    assert [(line["code"], line["by"]) for line in said] == [
        ("login", "teacher"), ("denied", "teacher"), ("unknown_field", "teacher"), ("logout", "teacher"),
    ]  # fmt: skip
    assert said[2]["key"] == "is_superuser"


def test_what_breaks_is_written_down_without_what_was_sent(house, caplog, lines):
    """A88: a crash, a refusal, a key too many, a wrong code, with secrets in every place of a request."""
    client = house.client("teacher")
    client.raise_request_exception = False
    secrets = [f"planted-{n}-3f9c" for n in range(8)]
    head = {
        "Authorization": f"Bearer {secrets[0]}",
        "X-CSRFToken": secrets[1],
        "Referer": f"http://testserver/{secrets[2]}",
    }
    said = {"password": secrets[3], "phone": secrets[4], "code": secrets[5], "note": secrets[6]}
    for where in ("/broken/", "/enrol/", "/refusing/no/", "/login/", "/api/enrol/"):
        client.post(where, {**said, "name": secrets[7]}, headers=head)
        client.get(where, said, headers=head)
    assert "secret words in a traceback" in caplog.text and lines() != []
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_secrets_are_in_no_line(house, caplog, lines):
    client = house.client("teacher")
    key, cookie = client.session["key"], client.cookies["sid"].value
    new = "九月的桂花开满院子 guihua"
    client.post("/me/password/", {"now": PASSWORD, "password": new, "again": new})
    Client(raise_request_exception=False).post("/login/", {"username": "teacher", "password": PASSWORD})
    text = caplog.text
    assert [secret for secret in (PASSWORD, new, key, cookie) if secret in text] == []
