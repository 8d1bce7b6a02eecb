"""通知 leaves the house: robots and mail as they really answer, an hour without the service, quiet hours.

Seen to fail: with the code in a 200 not read, the sign encoded twice, the lease not waited for, a redirect
taken, the hold left out, the demo not asked, and the title of the matter sent in place of its number.
"""

from datetime import time, timedelta
from email import message_from_bytes

import pytest

from houqin.kernel import outbound
from houqin.kernel.audit.models import Change
from houqin.kernel.errors import Refused, TooMany
from houqin.kernel.notices import actions as notices
from houqin.kernel.notices import outside
from houqin.kernel.notices.actions import channels, mails, outbox
from houqin.kernel.notices.models import Channel, Delivery, Notice, NoticeChoice
from houqin.kernel.school.models import School
from tests import cast as people_of_tests
from tests.doubles.post_office import PostOffice
from tests.doubles.robot import KEY, SIGNING

ROBOTS = ["wecom", "dingtalk", "feishu"]
BROKEN = ["cut", "silent", "drip", "redirect", "429", "500", "prose", "flood", "limit"]


@pytest.fixture
def office(settings):
    double = PostOffice()
    settings.OUTBOUND, settings.URL = (double.place,), "https://hq.school.example"
    yield double
    double.close()


def opened(cast, robot, kind="wecom", secret="", post=None):
    return channels.open_channel(
        kind=kind, name="维修群", address=robot.address(kind), secret=secret, account="", post=post,
        act=cast.act("admin"),
    )  # fmt: skip


def mail_of(cast, office, **choice):
    channel = channels.open_channel(
        kind="mail", name="学校邮箱", address=office.place, secret="", account="hq@school.example", post=None,
        act=cast.act("admin"),
    )  # fmt: skip
    said = {"kinds": ["mail"], "mail": "li@example.com", "quiet_from": None, "quiet_to": None, "daily": None}
    chosen = channels.choose(**{**said, **choice}, act=cast.act("repairman"))
    if chosen.mail_asked:
        mails.prove(code=outside.code_for(chosen), act=cast.act("repairman"))
    Delivery.objects.all().delete()  # the code; what follows is about notices
    return channel


def tell(cast, what="报修 BX2026-0001 派工", to="repairman"):
    notices.post(cast[to], "三(2)班张小明的桌子", outside=what, act=cast.act("director"))


def tick(cast, **later):
    return outbox.deliver(act=people_of_tests.system(cast.now + timedelta(**later)))


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "tries"))


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_robot_is_told_the_number_and_nobodys_name(cast, robot, kind):
    opened(cast, robot, kind, secret="" if kind == "wecom" else SIGNING)
    tell(cast)
    assert tick(cast, minutes=30) == 1
    assert robot.heard == [
        "后勤：有 1 条通知等着看\n报修 BX2026-0001 派工\nhttps://hq.school.example/notices/"
    ]
    assert (states(), tick(cast, minutes=31), robot.asked) == ([("sent", 0)], 0, 1)


@pytest.mark.parametrize("kind", ROBOTS)
def test_an_error_in_a_200_is_no_success_and_stops_after_six(cast, robot, kind):
    channel = opened(cast, robot, kind)
    robot.mood = "error"
    tell(cast)
    for hour in range(1, 30, 3):
        tick(cast, hours=hour)
    channel.refresh_from_db()
    assert (states(), robot.asked) == ([("dead", 6)], 6)
    assert channel.last_answer.split()[0] in {"93000", "310000", "19021"}
    told = Notice.objects.filter(to=cast["admin"]).order_by("pk").values_list("text", "outside", "laid")
    assert [(text.partition("，")[2], *more) for text, *more in told] == [
        ("先等着，会再试", "", 0),
        ("停了 1 条", "", 0),
    ]
    assert KEY not in "".join(text for text, *_ in told)


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize("mood", BROKEN)
def test_what_is_broken_is_waited_for(cast, robot, kind, mood):
    channel = opened(cast, robot, kind)
    robot.mood = mood
    tell(cast)
    assert (tick(cast, minutes=30), states(), robot.asked) == (0, [("waiting", 0)], 1)
    channel.refresh_from_db()
    assert channel.held_until == cast.now + timedelta(minutes=31)
    assert KEY not in channel.last_answer and channel.last_answer != ""


def test_an_hour_without_the_service_then_each_once_in_order(cast, robot):
    opened(cast, robot)
    robot.mood = "500"
    for minute in range(60):
        if minute % 20 == 0:
            tell(cast, f"报修 BX2026-000{minute // 20} 派工")
        tick(cast, minutes=30 + minute)
    assert (robot.asked, robot.heard, {state for state, _ in states()}) == (4, [], {"waiting"})
    robot.mood = "ok"
    for minute in range(180):
        tick(cast, minutes=90 + minute)
    assert [said.splitlines()[1:-1] for said in robot.heard] == [
        ["报修 3 条：BX2026-0000 派工、BX2026-0001 派工、BX2026-0002 派工"]
    ]
    assert states() == [("sent", 0)] * 3


def test_killed_after_claiming_it_is_taken_up_when_the_lease_is_over(cast, robot):
    opened(cast, robot)
    tell(cast)
    at = cast.now + timedelta(minutes=30)
    Delivery.objects.update(state="sending", claim="killed", claimed_until=at)
    assert (outbox.deliver(act=people_of_tests.system(at)), robot.asked) == (0, 0)
    assert (tick(cast, minutes=31), robot.asked, states()) == (1, 1, [("sent", 0)])


def test_quiet_hours_put_off_and_a_digest_gathers(cast, office):
    mail_of(cast, office, quiet_from=time(8, 30), quiet_to=time(12), daily=time(17))
    tell(cast), tell(cast, "报修 BX2026-0002 派工")
    assert set(Delivery.objects.values_list("next_at", flat=True)) == {cast.now.replace(hour=17)}
    assert (tick(cast, hours=7), tick(cast, hours=8), len(office.letters)) == (0, 2, 1)


def test_a_digest_has_a_line_for_each_kind(cast, office):
    mail_of(cast, office, daily=time(17))
    tell(cast), tell(cast, "任务 RW2026-0001 派任务")
    for n in range(2, 13):
        tell(cast, f"报修 BX2026-{n:04} 派工")
    assert tick(cast, hours=8) == 13
    lines = words(office.letters[-1])
    first_ten = "、".join(f"BX2026-{n:04} 派工" for n in range(1, 11))
    assert lines == [
        "后勤：有 13 条通知等着看", f"报修 12 条：{first_ten}，另有 2 条", "任务 RW2026-0001 派任务",
        "https://hq.school.example/notices/",
    ]  # fmt: skip


def test_an_address_gets_a_code_and_nothing_else_until_it_is_proved(cast, office):
    """Seen to fail: with the address told before it is proved, and with any six digits taken."""
    mail_of(cast, office)
    me, quiet = cast.act("repairman"), {"quiet_from": time(0), "quiet_to": time(23), "daily": None}
    choice = channels.choose(kinds=["mail"], mail="new@example.com", **quiet, act=me)
    tell(cast)
    assert (tick(cast, minutes=30), tick(cast, hours=14, minutes=30), len(office.letters)) == (1, 1, 2)
    (asked, told), code = office.letters, outside.code_for(choice)
    assert ("To: new@example.com" in asked, words(asked)[0]) == (True, code)
    assert ("To: li@example.com" in told, words(told)[1]) == (True, "报修 BX2026-0001 派工")
    with pytest.raises(Refused, match="验证码不对"):
        mails.prove(code=f"{(int(code) + 1) % 10**6:06}", act=me)
    proved = mails.prove(code=code, act=me)
    assert (proved.mail, proved.mail_asked) == ("new@example.com", "")
    with pytest.raises(Refused, match="没有等着验证的邮箱"):
        mails.prove(code=code, act=me)


def test_a_code_is_over_after_half_an_hour_and_belongs_to_its_address(cast, office):
    mail_of(cast, office)
    said = {"kinds": [], "quiet_from": None, "quiet_to": None, "daily": None, "act": cast.act("repairman")}
    first = outside.code_for(channels.choose(mail="a@example.com", **said))
    late = cast.act("repairman", at=cast.now + timedelta(hours=1))
    with pytest.raises(Refused, match="过期"):
        mails.prove(code=first, act=late)
    channels.choose(mail="b@example.com", **said)
    with pytest.raises(Refused, match="验证码不对"):
        mails.prove(code=first, act=said["act"])
    channels.choose(mail="c@example.com", **said), channels.choose(mail="d@example.com", **said)
    with pytest.raises(TooMany):  # with the one that was proved the sixth within the hour
        channels.choose(mail="e@example.com", **said)


def test_without_a_mail_channel_an_address_is_refused(cast, robot):
    opened(cast, robot)
    said = {"kinds": [], "quiet_from": None, "quiet_to": None, "daily": None, "act": cast.act("repairman")}
    with pytest.raises(Refused, match="还没有能用的邮件渠道，没有保存"):
        channels.choose(mail="li@example.com", **said)


def words(letter):
    return message_from_bytes(letter.encode()).get_payload(decode=True).decode().splitlines()


def test_a_letter_has_its_number_and_an_identity_that_a_second_sending_keeps(cast, office):
    mail_of(cast, office)
    tell(cast)
    assert tick(cast, minutes=30) == 1
    pk = Delivery.objects.get().pk
    assert f"Message-ID: <houqin.{pk}.1@school.example>" in office.letters[0]
    assert "To: li@example.com" in office.letters[0]


@pytest.mark.parametrize(("mood", "held", "tried"), [("unknown", 0, 1), ("busy", 1, 0), ("cut", 1, 0)])
def test_a_wrong_address_is_one_persons_affair_a_server_away_everybodys(cast, office, mood, held, tried):
    channel = mail_of(cast, office)
    office.mood = mood
    tell(cast)
    assert tick(cast, minutes=30) == 0
    channel.refresh_from_db()
    assert (channel.failures, states()) == (held, [("waiting", tried)])


def test_a_group_hears_of_its_own_post_only(cast, robot):
    opened(cast, robot, post=cast["repairman"].holdings.get().post)
    tell(cast), tell(cast, to="teacher")
    assert list(Delivery.objects.values_list("notice__to__code", flat=True)) == ["repairman"]


def test_who_does_not_want_a_kind_is_not_told_by_it(cast, robot):
    opened(cast, robot)
    channels.choose(kinds=[], mail="", quiet_from=None, quiet_to=None, daily=None, act=cast.act("repairman"))
    tell(cast)
    assert states() == []


def test_a_robot_hears_eighteen_messages_a_minute(cast, robot):
    opened(cast, robot)
    for _ in range(20):
        tell(cast)
        tick(cast, minutes=45)
    assert (robot.asked, states().count(("waiting", 0))) == (18, 2)


def test_a_demo_sends_nothing(cast, robot):
    opened(cast, robot)
    tell(cast)
    School.objects.update(is_demo=True)
    assert (tick(cast, minutes=30), robot.asked) == (0, 0)


def test_what_was_stopped_can_be_sent_again(cast, robot):
    opened(cast, robot)
    tell(cast)
    Delivery.objects.update(state="dead", tries=6)
    outbox.again(Delivery.objects.get(), act=cast.act("admin"))
    assert (tick(cast, minutes=40), states()) == (1, [("sent", 0)])
    with pytest.raises(Refused, match="没有停"):
        outbox.again(Delivery.objects.get(), act=cast.act("admin"))


@pytest.mark.parametrize(
    "text",
    ["@all", '<at user_id="all">', "<@all>", "[点此领取](http://evil)", "# 头", "a\nBcc: x", "evil.cn"],
)
def test_nothing_in_a_text_is_a_mention_a_link_or_a_second_line(text):
    said = outside.neutral(text)
    assert [sign for sign in ("@", "<", "[", "](", "#", "://", "\n", ".") if sign in said] == []


# ── secrets, and where one may go ───────────────────────────────────────────────────────────────────────


def test_the_database_keeps_no_secret_in_the_clear_nor_does_the_history(cast, robot):
    channel = opened(cast, robot, "dingtalk", secret=SIGNING)
    channels.readdress(channel, address="", secret=SIGNING, act=cast.act("admin"))
    row = Channel.objects.values().get()
    changes = [f"{c.was}{c.now}" for c in Change.objects.filter(kind="kernel.channel")]
    assert (KEY in str(row), SIGNING in str(row)) == (False, False)
    assert [SIGNING in said for said in changes] == [False] * len(changes)
    assert changes[-1] == "••••" + SIGNING[-4:]


def test_a_secret_does_not_follow_to_another_host(cast, robot, settings):
    channel = opened(cast, robot, "dingtalk", secret=SIGNING)
    settings.OUTBOUND = (*settings.OUTBOUND, "oapi.dingtalk.com")
    other = "https://oapi.dingtalk.com/robot/send?access_token=x"
    with pytest.raises(Refused, match="密钥要重新填"):
        channels.readdress(channel, address=other, secret="", act=cast.act("admin"))
    moved = channels.readdress(channel, address=other, secret="new", act=cast.act("admin"))
    assert moved.host == "oapi.dingtalk.com"


@pytest.mark.parametrize(
    "url",
    [
        "https://oapi.dingtalk.com/robot/send?access_token=x", "http://example.com/?access_token=x",
        "https://a@127.0.0.1/?access_token=x", "file:///etc/passwd?access_token=x", "https://[?access_token=",
    ],
)  # fmt: skip
def test_a_host_that_is_not_named_is_not_reached_nor_kept(cast, settings, url):
    settings.OUTBOUND = ()
    with pytest.raises(outbound.Unreachable):
        outbound.fetch_url(url, body=b"")
    with pytest.raises(Refused, match="没有保存"):
        channels.open_channel(
            kind="dingtalk", name="群", address=url, secret="", account="", post=None, act=cast.act("admin")
        )


def test_an_address_that_is_not_named_is_not_even_looked_up(settings):
    settings.OUTBOUND = ("8.8.8.8:80",)
    with pytest.raises(outbound.Unreachable, match="不在 HOUQIN_OUTBOUND 里"):
        outbound.address_of("8.8.8.8", 443)


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1"])
def test_a_name_that_leads_inside_is_not_reached(settings, monkeypatch, inside):
    """A57, A58: the name is listed, its address is one of the school's own."""
    settings.OUTBOUND = ("oapi.dingtalk.com",)
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", (inside, 443))])
    with pytest.raises(outbound.Unreachable, match="内部地址"):
        outbound.address_of("oapi.dingtalk.com", 443)


def test_a_name_is_looked_up_once_and_that_address_is_connected_to(settings, monkeypatch):
    """The name flips after the check: seen to fail with the name in place of the address."""
    settings.OUTBOUND = ("oapi.dingtalk.com",)
    answers, went = iter([[(0, 0, 0, "", ("8.8.8.8", 443))]]), []

    def connect(address, timeout):
        went.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: next(answers))
    monkeypatch.setattr(outbound.socket, "create_connection", connect)
    with pytest.raises(outbound.Unreachable):
        outbound.fetch_url("https://oapi.dingtalk.com/x", body=b"")
    assert went == [("8.8.8.8", 443)]


def test_no_redirect_is_followed(robot):
    robot.mood = "redirect"
    with pytest.raises(outbound.Unreachable, match="没有跟去"):
        outbound.fetch_url(robot.address("wecom"), body=b"{}")
    assert robot.asked == 1


# ── on screen ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_card_shows_the_end_of_a_secret_and_who_may_not_see_it_nothing(web, cast, robot):
    channel = opened(cast, robot, "dingtalk", secret=SIGNING)
    admin, page = web.as_("admin"), f"/house/channels/{channel.pk}/"
    said = "".join(admin.get(f"{page}{end}").content.decode() for end in ("", "history/", "readdress/"))
    assert (SIGNING in said, KEY in said, f"••••{SIGNING[-4:]}" in said) == (False, False, True)
    assert web.as_("teacher").get(page).status_code in (403, 404)


def test_what_is_set_stands_under_one_entry(web):
    admin, said = web.as_("admin"), web.as_("admin").get("/house/settings/")
    urls = [row["url"] for group in said.context["groups"] for row in group["rows"]]
    assert urls[8:12] == ["/house/tiers/", "/house/delegations/", "/house/channels/", "/house/deliveries/"]
    assert {url: admin.get(url).status_code for url in urls if "tokens" not in url} == {
        url: 200 for url in urls if "tokens" not in url
    }
    entries = [item["url"] for group in said.context["menu"] for item in group["items"]]
    assert "/house/settings/" in entries and not {"/house/channels/", "/house/deliveries/"} & set(entries)
    assert web.as_("teacher").get("/house/settings/").status_code == 403


def test_a_trial_goes_the_same_way_as_any_other(web, cast, robot):
    channel = opened(cast, robot)
    assert web.as_("admin").send(f"/house/channels/{channel.pk}/try/").status_code == 303
    assert (tick(cast, minutes=50), robot.heard[0].splitlines()[1]) == (1, "试发")


def test_one_sets_when_and_how_one_is_told(web, cast, office):
    mail_of(cast, office, mail="")
    browser = web.as_("repairman")
    said = {"feishu": "on", "mail": "li@example.com", "quiet_from": "21:00", "quiet_to": "07:00", "daily": ""}
    assert browser.get("/me/notices/").status_code == 200
    assert browser.post("/me/notices/", {**said, "quiet_to": ""}).status_code == 422
    assert browser.get("/me/notices/mail/")["Location"] == "/me/notices/"  # there is nothing to prove
    assert browser.post("/me/notices/", said)["Location"] == "/me/notices/mail/"
    choice = NoticeChoice.objects.get(person=cast["repairman"])
    assert (choice.kinds, choice.mail, choice.quiet_from, choice.daily) == (
        ["feishu", "mail"], "", time(21), None,
    )  # fmt: skip
    assert "li@example.com 还没验证，先不发通知" in browser.get("/me/notices/").content.decode()
    code = outside.code_for(choice)
    wrong = browser.post("/me/notices/mail/", {"code": f"{(int(code) + 1) % 10**6:06}"})
    assert (wrong.status_code, "验证码不对" in wrong.content.decode()) == (422, True)
    assert browser.post("/me/notices/mail/", {"code": code})["Location"] == "/me/notices/"
    choice.refresh_from_db()
    assert (choice.mail, choice.mail_asked) == ("li@example.com", "")
