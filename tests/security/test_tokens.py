"""接口令牌 on their page: made, shown once, withdrawn; bounded; audited.

Seen to fail once each, the guard taken away: the owner in `tokens.withdraw`, the choices of scopes.
"""

from uuid import uuid4

import pytest
from django.test import Client

from houqin.kernel.audit.models import Change
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.invariants.house import no_door_left_open
from houqin.kernel.people.actions import tokens
from houqin.kernel.people.models import ApiToken, User
from houqin.kernel.school.models import School
from tests.api import ROOT, caller

PAGE, ALL = "/me/tokens/", "/me/tokens/all/"
ASKED = {"name": "教务系统", "scopes": ["repairs.read"], "days": "90"}


@pytest.fixture
def demo(web):
    """Nobody is asked for a password again."""
    School.objects.update(is_demo=True)
    return web


def only() -> ApiToken:
    return ApiToken.objects.get()


def test_a_token_is_made_shown_once_and_works(demo):
    teacher = demo.as_("teacher")
    page = teacher.send(PAGE, ASKED).content.decode()
    token = page.split("hq_")[1].split("<")[0]
    program = Client(headers={"Authorization": f"Bearer hq_{token}"})
    assert program.get(f"{ROOT}/repairs/repairs").status_code == 200
    assert f"hq_{token}" not in teacher.get(PAGE).content.decode()
    row = only()
    assert (row.person.code, row.scopes, (row.expires_at - row.issued_at).days) == (
        "teacher",
        ["repairs.read"],
        90,
    )
    assert [(c.field, c.by.code) for c in Change.objects.filter(kind="kernel.apitoken")] == [("+", "teacher")]
    assert token not in str(list(Change.objects.values()))


def test_sent_twice_it_is_one_token_and_not_shown_again(demo):
    teacher, op = demo.as_("teacher"), uuid4().hex
    first, second = (teacher.send(PAGE, ASKED, op=op) for _ in range(2))
    assert (first.status_code, second.status_code, ApiToken.objects.count()) == (200, 422, 1)


@pytest.mark.parametrize(
    "spoilt",
    [{"name": ""}, {"scopes": []}, {"scopes": ["repairs.rule"]}, {"days": "9999"}, {"person": "1"}],
)  # fmt: skip
def test_what_does_not_fit_makes_none(demo, spoilt):
    answer = demo.as_("teacher").send(PAGE, ASKED | spoilt)
    assert (answer.status_code, ApiToken.objects.count()) == (422, 0)


def test_a_name_is_only_text(demo):
    teacher = demo.as_("teacher")
    teacher.send(PAGE, ASKED | {"name": "<script>alert(1)</script>"})
    page = teacher.get(PAGE).content.decode()
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)


def test_one_withdraws_ones_own_and_no_others(demo, cast):
    mine, other = caller(cast, "teacher").row, caller(cast, "director").row
    answers = [demo.as_("teacher").post(PAGE, {"token": row.pk}).status_code for row in (other, mine, mine)]
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (answers, mine.withdrawn_at is None, other.withdrawn_at) == ([404, 303, 404], False, None)
    with pytest.raises(NotYours):
        tokens.withdraw(other, act=cast.act("teacher"))


def test_who_opens_logins_sees_and_withdraws_everybodys(demo, cast):
    row = caller(cast, "teacher").row
    assert demo.as_("teacher").get(ALL).status_code == 403
    admin = demo.as_("admin")
    assert row.head in admin.get(ALL).content.decode()
    assert admin.post(ALL, {"token": row.pk}).status_code == 303
    assert "没有人在用令牌" in admin.get(ALL).content.decode()


def test_nobody_issues_for_another(cast):
    with pytest.raises(NotYours):
        tokens.issue(cast["teacher"], name="x", scopes=["repairs.read"], days=30, act=cast.act("admin"))


def test_ten_tokens_are_enough(cast):
    for _ in range(tokens.MOST):
        caller(cast, "teacher")
    with pytest.raises(Refused, match="已经有 10 个"):
        caller(cast, "teacher")


def test_the_page_asks_for_the_password_again(web):
    teacher = web.as_("teacher")
    web.cast.minutes += 60
    teacher.get("/me/")
    answer = teacher.get(PAGE)
    assert (answer.status_code, answer.url) == (302, "/me/again/?next=%2Fme%2Ftokens%2F")


def test_a_token_of_a_closed_login_is_found_by_the_check(cast):
    caller(cast, "teacher")
    assert [f.thing for f in no_door_left_open() if f.code == "I53"] == []
    User.objects.filter(username="teacher").update(is_active=False)
    assert [f.thing[:8] for f in no_door_left_open() if f.code == "I53"] == ["许老师的接口令牌"]
