"""The clock of the house: every job of the list runs in this process and does what it is there for."""

import json
import logging
import os
from contextlib import nullcontext
from datetime import date, time, timedelta
from types import SimpleNamespace

import pytest

from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.models import FaultType
from houqin.config import check, ticks
from houqin.kernel.attachments import store
from houqin.kernel.audit.sealing import actions as sealing
from houqin.kernel.audit.sealing import queries
from houqin.kernel.doors import actions as doors
from houqin.kernel.doors.models import Operation
from houqin.kernel.matters.models import Matter
from houqin.kernel.notices.models import Notice
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import PersonalDetail
from houqin.kernel.schedule.models import Schedule, Slot, TickRun
from tests import cast as people_of_tests

EVERY = [
    "kernel.turns", "kernel.escalate", "kernel.seal", "kernel.erase", "kernel.forget", "kernel.sweep",
    "kernel.tune", "kernel.check", "kernel.deliver", "repairs.remind_and_close", "repairs.remind_deciders",
    "repairs.rounds", "repairs.maintenance", "repairs.chase",
]  # fmt: skip


@pytest.fixture
def house(cast, settings, tmp_path, monkeypatch):
    """A data folder of its own, a fault type with its worker, and the house's clock set to the cast's."""
    settings.DATA = tmp_path
    (tmp_path / "tmp").mkdir()
    repairs.lay_out(act=people_of_tests.system())
    FaultType.objects.filter(code="W01").update(worker=cast["repairman"])
    monkeypatch.setattr(ticks, "timezone", SimpleNamespace(now=lambda: cast.now))
    monkeypatch.setattr(check, "one_moment", nullcontext)  # a test is inside its own transaction already
    return cast


def report(house, at):
    kind = FaultType.objects.get(code="W01")
    act = house.act("teacher", at=at, op="op-of-the-report")
    doors.once(act, "new", "hash", lambda: repairs.report(place=house.place("c32"), fault_type=kind, act=act))
    return Matter.objects.get()


def stray(house, name: str, days: int):
    file = store.path(name * 64)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    old = (house.now - timedelta(days=days)).timestamp()
    os.utime(file, (old, old))
    return file


def test_every_job_runs_once_and_does_its_work(house):
    matter = report(house, house.now - timedelta(days=4))
    Schedule.objects.create(
        code="round", name="巡查", days="every", opens=time(17), closes=time(18), duty="office",
        from_on=date(2026, 11, 23),
    )  # fmt: skip
    people.keep_detail(house["teacher"], "phone", "138", days=-1, act=people_of_tests.visitor(house.now))
    old, young = stray(house, "a", 8), stray(house, "b", 6)
    assert [job.code for job in ticks.jobs()] == EVERY
    assert ticks.once() == EVERY
    assert list(TickRun.objects.exclude(last_error="").values_list("job", "last_error")) == []
    matter.refresh_from_db()
    turns = Slot.objects.filter(schedule__code="round")
    assert (matter.escalated_at, list(turns.values_list("on", "state"))) == (
        house.now,
        [(date(2026, 11, 23), "open")],
    )
    assert (Operation.objects.count(), PersonalDetail.objects.get().value) == (0, "")
    assert json.loads(sealing.anchor_file().read_text())["head"] == queries.last().head
    assert (old.exists(), young.exists()) == (False, True)


def test_each_runs_again_only_when_its_time_has_come(house, monkeypatch):
    ran = []
    for later in (0, 1, 5, 60, 24 * 60):
        at = house.now + timedelta(minutes=later)
        monkeypatch.setattr(ticks, "timezone", SimpleNamespace(now=lambda at=at: at))
        monkeypatch.setattr(check, "nightly", lambda act: None)
        ran.append(ticks.once())
    minutely, turns = ["kernel.escalate", "kernel.seal", "kernel.deliver"], "kernel.turns"
    assert ran == [
        EVERY,
        minutely,
        [turns, *minutely, "repairs.maintenance", "repairs.chase"],
        [turns, *minutely[:2], "kernel.forget", "kernel.deliver", *EVERY[-5:]],
        EVERY,
    ]


def test_a_job_that_fails_is_kept_on_its_row_and_the_others_run(house, monkeypatch):
    def broken(act):
        raise OSError("磁盘坏了")

    monkeypatch.setattr(ticks.attachments, "sweep", broken)
    assert ticks.once() == [code for code in EVERY if code != "kernel.sweep"]
    assert TickRun.objects.get(job="kernel.sweep").last_error == "OSError: 磁盘坏了"


# ── the clock is set (F26) ──────────────────────────────────────────────────────────────────────────────


def at(monkeypatch, moment) -> None:
    monkeypatch.setattr(ticks, "timezone", SimpleNamespace(now=lambda: moment))


def test_a_clock_that_was_a_year_ahead_holds_up_nothing(house, monkeypatch):
    """Seen to fail with the last run, and with the lease, believed although they lie in the future."""
    at(monkeypatch, house.now + timedelta(days=365))
    assert ticks.once() == EVERY
    TickRun.objects.filter(job="kernel.seal").update(claimed_until=house.now + timedelta(days=365, minutes=5))
    at(monkeypatch, house.now)
    assert ticks.once() == EVERY
    at(monkeypatch, house.now + timedelta(minutes=1))
    assert ticks.once() == ["kernel.escalate", "kernel.seal", "kernel.deliver"]


def test_a_clock_that_goes_back_two_hours_tells_nobody_twice(house, monkeypatch):
    """And the repair's way stays in the order in which it was written."""
    matter = report(house, house.now - timedelta(days=4))
    for hours in (0, -2, 24, 24 * 365):
        at(monkeypatch, house.now + timedelta(hours=hours))
        ticks.once()
    assert list(matter.events.filter(step="escalate").values_list("at", flat=True)) == [house.now]
    told = Notice.objects.filter(matter=matter, text__startswith="超时").values_list("to_id", flat=True)
    assert len(told) == len(set(told)) > 0


def test_a_jump_of_the_clock_is_written_down(caplog):
    """A second either way is none."""
    log = logging.getLogger("houqin.ticks")
    log.addHandler(caplog.handler)
    day, machine = ticks.both_clocks()
    for was in (0, -7200, 7200, 1):
        ticks.noted_jump((day + was, machine))
    log.removeHandler(caplog.handler)
    assert [message[:21] for message in dict.fromkeys(caplog.messages)] == [
        "clock_moved by +7200 ",
        "clock_moved by -7200 ",
    ]
