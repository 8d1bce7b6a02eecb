"""A matter from opening to its end, with a small flow of the tests' own."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from houqin.kernel.errors import NotYours, Overtaken
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters import queries
from houqin.kernel.matters.flow import End, Flow, State, Step
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices.models import Notice
from houqin.kernel.numbering.models import Series
from houqin.kernel.people import actions as people_actions
from houqin.kernel.people.models import Holding, Post
from houqin.kernel.terms.queries import working_hours
from tests import cast as people

CHORE = Flow(
    "repairs.chore", "杂事", "ZS", "tool",
    states=(State("open", "在办"), State("waiting", "停表", stops_clock=True), State("done", "办完", end=End.DONE)),
    steps=(
        Step("pause", "停表", ("open",), "waiting", lambda act, m: m.holder_id == act.by.pk),
        Step("resume", "复工", ("waiting",), "open", lambda act, m: m.holder_id == act.by.pk),
        Step("finish", "办完", ("open",), "done", lambda act, m: m.holder_id == act.by.pk, main=True),
        Step("nudge", "催办", ("open",), "", lambda act, m: m.opened_by_id == act.by.pk),
    ),
)  # fmt: skip


@pytest.fixture
def chore(cast):
    return open_chore(cast)


def open_chore(cast, **more):
    given = {"holder": cast["repairman"], "due_at": cast.now + timedelta(hours=2), **more}
    return matters.open_matter(
        CHORE, title="搬一张桌子", state="open", place=cast.place("c32"), act=cast.act("teacher"), **given
    )


def test_from_opening_to_the_end(cast, chore):
    assert (chore.number, chore.state, chore.holder) == ("ZS2026-0001", "open", cast["repairman"])
    assert list(queries.in_hand(cast["repairman"], cast.now)) == [chore]
    matters.move(CHORE, chore, "finish", act=cast.act("repairman"), note="搬好了")
    assert (chore.state, chore.holder, chore.is_open) == ("done", None, False)
    assert [(e.step, e.from_state, e.to_state, e.by.code) for e in chore.events.order_by("pk")] == [
        ("open", "", "open", "teacher"), ("finish", "open", "done", "repairman"),
    ]  # fmt: skip


def test_whoever_gets_it_is_told_and_nobody_of_his_own_doing(cast, chore):
    matters.move(CHORE, chore, "nudge", act=cast.act("teacher"), tell=(cast["repairman"], cast["teacher"]))
    told = Notice.objects.order_by("pk").values_list("to__code", "text")
    assert list(told) == [("repairman", "杂事：搬一张桌子"), ("repairman", "催办：搬一张桌子")]


def codes_told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("to__code", flat=True))


def test_what_stands_with_a_duty_is_told_to_all_who_have_it_but_who_did_it(cast):
    """Each once, by whatever posts; again only when it comes to stand anew."""
    chore = open_chore(cast, holder=None, duty="overseer")
    assert codes_told() == ["vice-principal", "principal", "director"]
    again = {"holder": None, "duty": "overseer"}
    matters.move(CHORE, chore, "nudge", act=cast.act("teacher"), **again)
    assert len(codes_told()) == 3
    matters.move(CHORE, chore, "nudge", act=cast.act("teacher"), holder=None, duty="repair-worker")
    assert codes_told()[3:] == ["repairman", "electrician"]
    matters.move(
        CHORE, chore, "nudge", act=cast.act("teacher"), tell=(cast["director"], cast["guard"]), **again
    )
    assert codes_told()[5:] == ["director", "guard", "vice-principal", "principal"]
    assert matters.move(CHORE, chore, "nudge", act=cast.act("teacher"), holder=cast["cashier"])
    assert len(codes_told()) == 9  # 催办 has no end of its own: whoever it was put to is told by `tell`


def test_a_duty_of_the_whole_staff_is_told_to_thirty_and_asks_no_more_for_it(cast):
    """A角 first. Seen to fail without the bound."""
    post, act = Post.objects.get(code="cleaner"), cast.act("director")
    for n in range(40):
        person = people_actions.enrol(code=f"c{n:02}", name=f"工{n:02}", act=act)
        people_actions.assign(person, post=post, stand=Holding.B, act=act)
    open_chore(cast)  # the year's first number asks more
    one = asked(lambda: open_chore(cast, holder=None, duty="gate"))
    assert codes_told() == ["repairman", "guard"]
    many = asked(lambda: open_chore(cast, holder=None, duty="clean"))
    assert (len(codes_told()), codes_told()[2]) == (2 + matters.MOST_TOLD, "cleaner")
    assert many == one


def asked(do) -> int:
    with CaptureQueriesContext(connection) as said:
        do()
    return len(said)


def test_a_stranger_is_refused_and_nothing_is_written(cast, chore):
    with pytest.raises(NotYours, match="“办完”不归你办，没有保存。ZS2026-0001 现在在李师傅手上。"):
        matters.move(CHORE, chore, "finish", act=cast.act("teacher"))
    chore.refresh_from_db()
    assert (chore.state, chore.events.count()) == ("open", 1)


def test_the_second_of_two_is_overtaken(cast, chore):
    stale = Matter.objects.get(pk=chore.pk)
    matters.move(CHORE, chore, "pause", act=cast.act("repairman"))
    with pytest.raises(Overtaken, match="现在是“停表”，不能办完"):
        matters.move(CHORE, stale, "finish", act=cast.act("repairman"))
    assert Event.objects.filter(matter=chore).count() == 2


def test_an_open_matter_is_always_in_someones_hands(cast, chore):
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=chore.pk).update(holder=None)


def test_a_pause_moves_the_due_time_by_exactly_the_paused_working_time(cast):
    chore = open_chore(cast, due_at=at(2026, 11, 23, 16, 0))
    matters.move(CHORE, chore, "pause", act=cast.act("repairman", at=at(2026, 11, 23, 15, 0)))
    assert chore.paused_at == at(2026, 11, 23, 15, 0)
    back = cast.act("repairman", at=at(2026, 11, 24, 8, 0))
    due = matters.resumed_due(chore, hours=working_hours(), act=back)
    assert due == at(2026, 11, 24, 9, 0)  # 2 h 30 of Monday and 30 min of Tuesday, after 16:00 on Monday
    matters.move(CHORE, chore, "resume", due_at=due, act=back)
    assert (chore.paused_at, chore.due_at) == (None, due)


def test_what_one_holds(cast, chore):
    assert queries.holdings(cast["electrician"]) == []
    cast.put(chore, "electrician")
    assert queries.holdings(cast["electrician"]) == ["ZS2026-0001 搬一张桌子"]


def test_who_sees_it(cast, chore):
    def seers():
        return {code for code in people.NAMES if Matter.objects.visible_to(cast[code], cast.now).exists()}

    overseers = {"principal", "vice-principal", "director", "assets-keeper", "inspector"}
    assert seers() == overseers | {"teacher", "repairman"}
    cast.put(chore, "electrician")
    assert seers() == overseers | {"teacher", "electrician"}  # 李师傅 took no step in it


def test_numbers_have_no_gap_after_a_rollback(cast, chore):
    with pytest.raises(IntegrityError), transaction.atomic():
        open_chore(cast, holder=None)
    assert open_chore(cast).number == "ZS2026-0002"
    assert Series.objects.get(prefix="ZS", year=2026).last == 2


def test_overdue_stands_still_while_paused(cast, chore):
    late = cast.now + timedelta(hours=3)
    assert list(Matter.objects.overdue(late)) == [chore]
    matters.move(CHORE, chore, "pause", act=cast.act("repairman"))
    assert list(Matter.objects.overdue(late)) == []


def at(*when: int) -> datetime:
    return timezone.make_aware(datetime(*when))


def test_what_was_closed_or_put_off_meanwhile_is_not_brought_before_anybody(cast, chore):
    """Listed, and finished before its turn came. Seen to fail without the second look under the lock."""
    late = cast.act("director", at=cast.now + timedelta(hours=3))
    listed = Matter.objects.get(pk=chore.pk)
    assert matters.escalate(Matter.objects.get(pk=chore.pk), to=[], act=late).step == "escalate"
    assert matters.escalate(listed, to=[], act=late) is None
    Matter.objects.filter(pk=chore.pk).update(escalated_at=None)
    matters.move(CHORE, chore, "finish", act=cast.act("repairman"))
    assert matters.escalate(listed, to=[cast["director"]], act=late) is None
    assert [event.step for event in chore.events.order_by("pk")] == ["open", "escalate", "finish"]
