"""Recurring work on school days; a missed turn stays missed; a job of the house runs once a time."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from houqin.kernel.errors import Overtaken
from houqin.kernel.schedule import actions
from houqin.kernel.schedule.models import Schedule, Slot, TickRun
from tests import cast as people


@pytest.fixture
def patrol(cast):
    return Schedule.objects.create(
        code="patrol", name="晨检", days="pupil", opens=time(7, 30), closes=time(8, 20), duty="repair-worker",
        from_on=date(2026, 9, 24),
    )  # fmt: skip


def test_turns_fall_on_school_days_only(cast, patrol):
    actions.make_slots(until=date(2026, 10, 12), act=people.system())
    made = list(Slot.objects.order_by("on").values_list("on", flat=True))
    assert made == [  # 25–27 Sept 中秋, 1–7 Oct 国庆 off, Saturday 10 Oct worked
        date(2026, 9, 24), date(2026, 9, 28), date(2026, 9, 29), date(2026, 9, 30),
        date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 12),
    ]  # fmt: skip
    assert Slot.objects.first().roster == ["李师傅", "赵师傅"]
    assert actions.make_slots(until=date(2026, 10, 12), act=people.system()) == 0


def test_missed_stays_missed(cast, patrol):
    actions.make_slots(until=date(2026, 9, 24), act=people.system())
    slot = Slot.objects.get()
    assert actions.miss_slots(act=people.system(at(2026, 9, 24, 8, 21))) == 1
    with pytest.raises(Overtaken, match="已经是“漏”"):
        actions.finish_slot(slot, act=cast.act("repairman", at=at(2026, 9, 24, 8, 22)))


def test_done_in_time_and_once(cast, patrol):
    actions.make_slots(until=date(2026, 9, 24), act=people.system())
    slot = actions.finish_slot(Slot.objects.get(), act=cast.act("repairman", at=at(2026, 9, 24, 8, 0)))
    assert (slot.state, slot.done_by.code) == ("done", "repairman")
    with pytest.raises(Overtaken, match="已经是“完成”"):
        actions.finish_slot(slot, act=cast.act("electrician", at=at(2026, 9, 24, 8, 1)))


def test_a_job_runs_once_a_time_and_its_error_stands_on_its_row(cast):
    ran = []

    def run(minutes):
        return actions.run_job(
            "x",
            ran.append,
            every=timedelta(minutes=10),
            act=people.system(cast.now + timedelta(minutes=minutes)),
        )

    assert [run(0), run(5), run(10), len(ran)] == [True, False, True, 2]

    def broken(act):
        raise ValueError("坏了")

    assert actions.run_job("y", broken, every=timedelta(minutes=1), act=people.system()) is False
    assert TickRun.objects.get(job="y").last_error == "ValueError: 坏了"


def at(*when: int) -> datetime:
    return timezone.make_aware(datetime(*when))
