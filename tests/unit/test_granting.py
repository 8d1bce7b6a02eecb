"""Logins, posts and duties on screen: what is refused, and that what is done counts from the next request."""

from dataclasses import replace
from datetime import timedelta

import pytest

from houqin.kernel.area import areas
from houqin.kernel.audit.models import Change
from houqin.kernel.checks import _wrong, duties_asked
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.invariants.records import cards_as_changed
from houqin.kernel.people import actions as people
from houqin.kernel.people import factors, granting, queries
from houqin.kernel.people.actions import keeping, logins
from houqin.kernel.people.models import Duty, Holding, Post
from tests.cast import Cast
from tests.web import give_factor

LAST = "这样就没有人能开户、授权了，没有保存。先让另一个人任系统管理员，设好密码。"


def of(cast: Cast, role: str) -> str:
    return f"/house/people/{cast[role].pk}/"


def holding(cast: Cast, role: str) -> Holding:
    return cast[role].holdings.get(to_on=None)


# ── logins ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_login_is_out_at_the_next_request_and_comes_back(web, cast):
    teacher, admin = web.as_("teacher"), web.as_("admin")
    assert teacher.get("/").status_code == 200
    assert admin.send(f"{of(cast, 'teacher')}close-login/").status_code == 303
    assert teacher.get("/")["Location"] == "/login/?next=%2F"
    page = admin.send(f"{of(cast, 'teacher')}close-login/")
    assert (page.status_code, "卡片现在不能停用登录" in page.content.decode()) == (409, True)
    assert admin.send(f"{of(cast, 'teacher')}reopen-login/").status_code == 303
    cast["teacher"].user.refresh_from_db()
    assert cast["teacher"].user.is_active is True


@pytest.mark.parametrize("slip", ["open", "send", "close-login", "reopen-login", "reset-factor", "link"])
@pytest.mark.parametrize("role", ["director", "principal", "teacher"])
def test_logins_are_touched_by_who_opens_them_alone(web, cast, role, slip):
    assert web.as_(role).get(f"{of(cast, 'guard')}{slip}/").status_code == 403


def test_the_password_is_asked_again_after_ten_idle_minutes(web, cast):
    """Seen to fail with `fresh` left out of the slips."""
    admin = web.as_("admin")
    assert admin.get(f"{of(cast, 'guard')}send/").status_code == 200
    cast.now += timedelta(minutes=11)
    again = f"/me/again/?next=%2Fhouse%2Fpeople%2F{cast['guard'].pk}%2Fsend%2F"
    assert admin.get(f"{of(cast, 'guard')}send/")["Location"] == again
    assert admin.send(f"{of(cast, 'guard')}send/")["Location"] == again
    assert cast["guard"].user.login_links.count() == 0


@pytest.mark.parametrize(
    ("does", "sentence"),
    [
        (keeping.send_link, "自己的密码在“我的”里改，没有发链接。"),
        (keeping.close_login, "自己不能停用自己的登录，没有停用。请另一位管理员办。"),
        (keeping.reset_factor, "自己的两步验证在“我的”里取消，没有重置。手机丢了，请另一位管理员办。"),
    ],
)
def test_ones_own_login_is_kept_elsewhere(cast, does, sentence):
    give_factor(cast["admin"], cast.act("admin"))
    with pytest.raises(Refused, match=sentence):
        does(cast["admin"], act=cast.act("admin"))
    assert factors.of(cast["admin"].user) is not None


def test_without_a_login_there_is_nothing_to_close(cast):
    new = people.enrol(code="new", name="新老师", act=cast.act("admin"))
    for does in (keeping.send_link, keeping.close_login, keeping.reopen_login, keeping.reset_factor):
        with pytest.raises(Refused, match="新老师还没有登录，没有保存。先开户。"):
            does(new, act=cast.act("admin"))
    with pytest.raises(Refused, match="已经有人用，没有开户"):
        keeping.open_login(new, username="Teacher", act=cast.act("admin"))


def test_a_lost_phone(web, cast):
    """The second factor of another is taken away, and every device of it goes out."""
    give_factor(cast["guard"], cast.act("guard"))
    guard = web.as_("guard")
    assert guard.get("/").status_code == 200
    assert web.as_("admin").send(f"{of(cast, 'guard')}reset-factor/").status_code == 303
    assert (factors.of(cast["guard"].user), guard.get("/").status_code) == (None, 302)
    list(cards_as_changed())  # houqin check reads over what is no field of the card
    noted = Change.objects.get(kind="kernel.person", key=cast["guard"].pk, field="login")
    assert (noted.now, noted.by) == ("重置了两步验证", cast["admin"])


# ── somebody is left who opens logins ───────────────────────────────────────────────────────────────────


def close(cast, act):
    logins.deactivate(cast["admin"].user, act=act)


def go(cast, act):
    people.leave(cast["admin"], left_on=act.day, owed=lambda person: [], act=act)


def release(cast, act):
    people.release(holding(cast, "admin"), to_on=act.day, act=act)


def end(cast, act):
    people.end_duty(Duty.objects.get(code="accounts"), act=act)


@pytest.mark.parametrize("does", [close, go, release, end])
def test_the_last_who_opens_logins_stays(cast, does):
    """Seen to fail with `someone_left` answering at once."""
    with pytest.raises(Refused, match=LAST):
        does(cast, cast.act("director"))
    assert list(queries.account_keepers(cast.now.date())) == [cast["admin"]]


@pytest.mark.parametrize("does", [close, go, release])
def test_with_a_second_one_the_first_may_go(cast, does):
    people.assign(cast["nurse"], post=Post.objects.get(code="admin"), act=cast.act("admin"))
    does(cast, cast.act("director"))
    assert list(queries.account_keepers(cast.now.date() + timedelta(1))) == [cast["nurse"]]


def test_a_second_one_without_a_password_does_not_count(cast):
    people.assign(cast["nurse"], post=Post.objects.get(code="admin"), act=cast.act("admin"))
    type(cast["nurse"].user).objects.filter(pk=cast["nurse"].user_id).update(password_set_at=None)
    with pytest.raises(Refused, match=LAST):
        close(cast, cast.act("director"))


# ── who gives what ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "guarded"),
    [("approve-vice", True), ("approve-superior", True), ("pay", True), ("accounts", True),
     ("view-all", False), ("house-keeper", False), ("repair-worker", False)],
)  # fmt: skip
def test_which_duties_are_given_with_care(code, guarded):
    assert granting.is_guarded(code) is guarded


@pytest.mark.parametrize("post", ["vice-principal", "accountant", "cashier", "admin"])
def test_a_guarded_post_is_given_by_who_opens_logins(cast, post):
    """A23, R26: the house-keeper fills the others."""
    row = Post.objects.get(code=post)
    with pytest.raises(NotYours, match="归系统管理员授权，没有保存。"):
        people.assign(cast["nurse"], post=row, act=cast.act("director"))
    people.assign(cast["nurse"], post=row, act=cast.act("admin"))
    people.assign(cast["nurse"], post=Post.objects.get(code="repairman"), act=cast.act("director"))
    assert sorted(cast["nurse"].holdings.values_list("post__code", flat=True)) == sorted(
        [post, "nurse", "repairman"]
    )


def test_nobody_gives_a_guarded_duty_to_the_post_he_holds(cast):
    """Neither to a post he will hold from a later day."""
    teacher = Post.objects.get(code="teacher")
    later = cast.now.date() + timedelta(30)
    people.assign(cast["admin"], post=teacher, from_on=later, act=cast.act("admin"))
    with pytest.raises(Refused, match="自己不能给自己，没有保存。"):
        people.add_duty(teacher, code="pay", text="付款", act=cast.act("admin"))
    people.add_duty(Post.objects.get(code="buyer"), code="pay", text="付款", act=cast.act("admin"))
    assert list(queries.holders("pay", cast.now.date())) == [cast["buyer"], cast["cashier"]]


def test_who_has_a_duty_by_two_posts_holds_it_once(cast):
    """A角 of one post, B角 of another: one notice. Seen to fail with `distinct` over the stands."""
    principal, vice = cast["principal"], cast["vice-principal"]
    before = list(queries.holders("overseer", cast.now.date()))
    assert principal in before and vice in before
    people.assign(
        vice,
        post=Post.objects.get(code="director"),
        stand="B",
        from_on=cast.now.date(),
        act=cast.act("admin"),
    )
    assert list(queries.holders("overseer", cast.now.date())) == before


# ── posts and duties ────────────────────────────────────────────────────────────────────────────────────


def test_a_post_of_ones_own_works_from_the_next_request(web, cast):
    admin = web.as_("admin")
    made = admin.send("/house/posts/new/", {"code": "labs", "name": "实验员", "rank": "90"})
    card = made["Location"]
    post = Post.objects.get(code="labs")
    assert card == f"/house/posts/{post.pk}/"
    sent = {"person": cast["nurse"].pk, "stand": "first_stand", "from_on": "2026-11-23"}
    assert admin.send(f"{card}fill/", sent).status_code == 303
    assert web.as_("nurse").get("/labels/").status_code == 403
    duty = {
        "code": "house-keeper",
        "text": "管实验室的场所",
        "frequency": "每天",
        "record": "",
        "indicator": "",
    }
    assert admin.send(f"{card}add-duty/", duty).status_code == 303
    assert web.as_("nurse").get("/labels/").status_code == 200
    row = Duty.objects.get(post=post)
    assert (
        admin.send(
            f"/house/duties/{row.pk}/change/",
            {"text": "管实验室", "frequency": "每周", "record": "", "indicator": ""},
        ).status_code
        == 303
    )
    assert admin.send(f"/house/duties/{row.pk}/end/").status_code == 303
    assert web.as_("nurse").get("/labels/").status_code == 403
    told = Change.objects.filter(kind="kernel.duty", key=row.pk).order_by("pk").values_list("field", "now")
    assert [(f, n) for f, n in told][:3] == [
        ("+", "管实验室的场所"),
        ("text", "管实验室"),
        ("frequency", "每周"),
    ]
    assert admin.send(f"{card}add-duty/", duty).status_code == 303  # once ended, it may be given anew
    assert post.duties.filter(code="house-keeper", ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("superuser", "“能办什么”选的这一项现在没有了，重新选"),
        ("teach", "“能办什么”选的这一项现在没有了，重新选"),
        ("", "“能办什么”还没选"),
    ],
)
def test_a_code_of_ones_own_is_refused(web, cast, code, sentence):
    """Unknown, or carried already."""
    post = Post.objects.get(code="teacher")
    page = web.as_("admin").send(f"/house/posts/{post.pk}/add-duty/", {"code": code, "text": "什么都能办"})
    assert (page.status_code, page.context["form"].errors["code"]) == (422, [sentence])
    assert post.duties.count() == 1


def test_the_action_itself_refuses_a_free_code(cast):
    post = Post.objects.get(code="teacher")
    with pytest.raises(Refused, match="没有这项职责代码，没有保存。从列出的里面选。"):
        people.add_duty(post, code="superuser", text="什么都能办", act=cast.act("admin"))
    with pytest.raises(Refused, match="“教师”已经有这项职责，没有重复加。"):
        people.add_duty(post, code="teach", text="教书", act=cast.act("admin"))


@pytest.mark.parametrize(
    "tail", ["posts/new/", "posts/{post}/change/", "posts/{post}/add-duty/", "duties/{duty}/end/"]
)
def test_what_a_post_may_do_is_not_the_house_keepers(web, cast, tail):
    post, duty = Post.objects.get(code="teacher"), Duty.objects.get(code="teach")
    assert web.as_("director").get(f"/house/{tail.format(post=post.pk, duty=duty.pk)}").status_code == 403


@pytest.mark.parametrize(
    ("url", "sent", "said"),
    [
        ("/house/people/new/", {"code": "guard", "name": "某人"}, "代码“guard”已经有人用了，没有保存。换一个代码。"),
        ("/house/posts/new/", {"code": "guard", "name": "门卫", "rank": "1"}, "岗位代码“guard”已经有了，没有保存。换一个代码。"),
        ("/house/places/new/", {"code": "c32", "name": "教室", "kind": "room", "use": "teaching", "walk": "1"},
         "编码“c32”已经有了，没有保存。换一个编码。"),
        ("/house/terms/new/", {"year": "2027—2028 学年", "code": "2026-1", "name": "2027 秋季学期",
                               "starts_on": "2027-09-01", "ends_on": "2028-01-21"},
         "学期代码“2026-1”已经有了，没有保存。换一个代码。"),
    ],
)  # fmt: skip
def test_a_code_that_is_taken(web, cast, url, sent, said):
    page = web.as_("admin").send(url, sent)
    assert (page.status_code, page.context["form"].errors["code"]) == (422, [said])


def test_an_area_that_asks_for_a_duty_nobody_can_give_does_not_start():
    area = next(area for area in areas() if area.key == "house")
    assert duties_asked(area) <= set(granting.known_codes())
    register = replace(area.registers[0], duties=("nobody-has-this",))
    wrong = list(_wrong(replace(area, registers=(register,))))
    assert wrong == [
        ("E06", "area house asks for the duty “nobody-has-this”, which no post of the seed carries")
    ]


def test_a_term_that_runs_backward(web, cast):
    term = {"year": "2027—2028 学年", "code": "2027-1", "name": "2027 秋季学期"}
    page = web.as_("admin").send(
        "/house/terms/new/", {**term, "starts_on": "2028-09-01", "ends_on": "2028-01-21"}
    )
    assert (page.status_code, page.context["form"].errors["ends_on"]) == (
        422,
        ["学期的结束要在开始之后，没有保存。"],
    )


@pytest.mark.parametrize(
    "url", ["people/{teacher}/assign/", "posts/{post}/fill/", "places/?conditions=1&closed_from=2026-11-23"]
)
def test_a_day_stands_in_its_field_as_browsers_read_it(web, cast, url):
    """Seen to fail with the widget's own format: 2026/11/23 leaves the field empty."""
    keys = {"teacher": cast["teacher"].pk, "post": Post.objects.get(code="teacher").pk}
    assert 'value="2026-11-23"' in web.as_("director").get(f"/house/{url.format(**keys)}").content.decode()
