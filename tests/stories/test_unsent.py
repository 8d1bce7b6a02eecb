"""What does not go out stands on the administrator's desk and on its channel's card: how many, since when
(F38).

Seen to fail: with what was put off counted, with what a switched-off channel keeps counted, and with an age
without an end for what was given up.
"""

import re
from datetime import timedelta

from houqin.kernel.area import Morning
from houqin.kernel.notices import actions as notices
from houqin.kernel.notices import outside
from houqin.kernel.notices.actions import channels
from houqin.kernel.notices.models import Delivery
from houqin.ui.house_channels import alerts, facts
from tests.stories.test_channels import opened, tell, tick

SINCE = "最早的：今天 9:02，到现在"


def seen(cast, role="admin", **later):
    found = alerts(Morning(cast[role], cast.now + timedelta(**later)))
    return [(one.count, one.tone, one.word, one.note, one.url) for one in found]


def on_card(cast, channel, **later):
    act = cast.act("admin", at=cast.now + timedelta(**later))
    return {fact.label: (fact.value, fact.note) for fact in facts(channel, act)}


def test_what_goes_out_says_nothing(cast, robot):
    channel = opened(cast, robot)
    tell(cast)
    assert (tick(cast, minutes=30), seen(cast, hours=5)) == (1, [])
    assert on_card(cast, channel, hours=5)["等着发"] == ("0 条", "")


def test_a_service_that_is_away_is_on_the_administrators_desk_after_an_hour(cast, robot, web):
    channel = opened(cast, robot)
    robot.mood = "500"
    for _ in range(3):
        tell(cast)
    tick(cast, minutes=30)
    assert seen(cast, minutes=50) == []
    url = "/house/deliveries/?view=waiting"
    assert seen(cast, hours=3) == [(3, "amber", "没发出", f"{SINCE} 2 小时 58 分", url)]
    assert [seen(cast, role, hours=3) for role in ("director", "principal", "teacher")] == [[], [], []]
    assert on_card(cast, channel, hours=3)["等着发"] == ("3 条", f"{SINCE} 2 小时 58 分")
    page = re.sub(r"<[^>]+>", "", web.as_("admin").get(url).content.decode())
    assert page.count("BX2026-0001 派工") >= 3
    robot.mood = "ok"
    assert (tick(cast, hours=4), seen(cast, hours=4)) == (3, [])


def test_nobody_sends_at_all_and_it_is_seen(cast, robot):
    """`houqin start` runs no ticks: nothing failed, and nothing goes."""
    opened(cast, robot)
    tell(cast)
    assert (seen(cast, minutes=61), [row[:3] for row in seen(cast, minutes=63)]) == (
        [], [(1, "amber", "没发出")],
    )  # fmt: skip


def test_what_was_given_up_is_red_for_a_month_and_stays_on_the_card(cast, robot):
    channel = opened(cast, robot)
    robot.mood = "error"
    tell(cast)
    for hour in range(1, 30, 3):
        tick(cast, hours=hour)
    said = [(1, "red", "停了", "最早的：昨天 9:02，到现在 34 小时 58 分", "/house/deliveries/?view=dead")]
    assert seen(cast, hours=34, minutes=60) == said
    assert (len(seen(cast, days=29)), seen(cast, days=31)) == (1, [])
    assert on_card(cast, channel, days=31)["停了"] == ("1 条", "最早的：11月23日 周一 9:02，到现在 30 天")


def test_quiet_hours_and_a_channel_switched_off_are_no_alarm(cast, robot):
    """Put off until tomorrow morning as he wants it; and kept on purpose."""
    channel = opened(cast, robot)
    said = {"kinds": ["wecom"], "mail": "", "quiet_from": None, "quiet_to": None}
    channels.choose(**said, daily=cast.now.time().replace(hour=8), act=cast.act("repairman"))
    tell(cast)
    assert Delivery.objects.get().next_at > cast.now + timedelta(hours=20)
    assert seen(cast, hours=10) == []
    tell(cast, to="director")  # by himself: not told
    notices.post(cast["guard"], "x", outside="报修 BX2026-0002 派工", act=cast.act("director"))
    assert [row[0] for row in seen(cast, hours=10)] == [1]
    channels.switch_off(channel, act=cast.act("admin"))
    assert seen(cast, hours=10) == []


def test_what_several_are_told_of_one_step_is_said_once_in_the_group(cast, robot):
    opened(cast, robot)
    both = [cast["repairman"], cast["electrician"]]
    notices.post_all(both, "桌子", outside="报修 BX2026-0001", act=cast.act("director"))
    tell(cast)
    assert tick(cast, minutes=30) == 3
    assert [said.splitlines()[:-1] for said in robot.heard] == [
        ["后勤：有 2 条通知等着看", "报修 2 条：BX2026-0001、BX2026-0001 派工"],
    ]
    assert outside.subject(list(Delivery.objects.all())) == "后勤：有 2 条通知等着看"


def test_each_of_several_is_told_by_his_own_ways_and_at_his_own_time(cast, robot):
    opened(cast, robot)
    said = {"mail": "", "quiet_from": None, "quiet_to": None}
    late = cast.now.time().replace(hour=18)
    channels.choose(kinds=[], **said, daily=None, act=cast.act("repairman"))
    channels.choose(kinds=["wecom"], **said, daily=late, act=cast.act("electrician"))
    three = [cast[role] for role in ("repairman", "electrician", "guard")]
    notices.post_all(three, "桌子", outside="报修 BX2026-0001", act=cast.act("director"))
    rows = Delivery.objects.order_by("pk").values_list("notice__to__code", "notice__laid", "next_at")
    assert [(to, laid, when - cast.now > timedelta(hours=8)) for to, laid, when in rows] == [
        ("electrician", 1, True), ("guard", 1, False),
    ]  # fmt: skip
