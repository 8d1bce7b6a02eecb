"""The clock of the house: every few seconds it looks which job is due and does it, as 系统."""

import logging
import threading
import time
from datetime import timedelta

from django.db import close_old_connections, connections
from django.utils import timezone

from houqin.kernel import area, tuning
from houqin.kernel.act import Act
from houqin.kernel.area import Job
from houqin.kernel.attachments import actions as attachments
from houqin.kernel.audit.sealing import actions as sealing
from houqin.kernel.doors import actions as doors
from houqin.kernel.matters import actions as matters
from houqin.kernel.notices.actions import outbox
from houqin.kernel.people import actions as people
from houqin.kernel.people.queries import SYSTEM, built_in
from houqin.kernel.schedule import actions as schedule

PAUSE = 10.0  # seconds between two looks
JUMP = 300.0  # seconds by which the day's clock may go another way than the machine's own
AHEAD = timedelta(days=0)  # turns are made for the day itself

log = logging.getLogger("houqin.ticks")


def run(stop: threading.Event) -> None:
    """Look until told to stop; what goes wrong in one round is written down and does not end the clock."""
    wait, clocks = 0.5, both_clocks()
    while not stop.wait(wait):
        wait, clocks = PAUSE, noted_jump(clocks)
        try:
            once(stop)
        except Exception:
            log.exception("the clock stumbled")
        finally:
            close_old_connections()
    connections.close_all()


def both_clocks() -> tuple[float, float]:
    """The day's clock, which a person or the network may set, and the machine's own, which only goes on."""
    return time.time(), time.monotonic()


def noted_jump(was: tuple[float, float]) -> tuple[float, float]:
    """Write down that the clock was set, or the machine slept: times around it are odd."""
    now = both_clocks()
    if abs(apart := (now[0] - was[0]) - (now[1] - was[1])) > JUMP:
        log.warning("clock_moved by %+.0f seconds", apart)
    return now


def once(stop: threading.Event | None = None) -> list[str]:
    """Every job that is due now, one after another; answers the codes of those that ran well."""
    system = built_in(SYSTEM)
    ran = []
    for job in jobs():
        if stop and stop.is_set():
            break
        act = Act(by=system, at=timezone.now(), via="tick")
        if schedule.run_job(job.code, _written_down(job), every=job.every, act=act):
            ran.append(job.code)
    return ran


def jobs() -> tuple[Job, ...]:
    """The kernel's jobs, then the areas'."""
    return (*KERNEL, *(job for one in area.areas() for job in one.jobs))


def _written_down(job: Job):  # type: ignore[no-untyped-def]
    """The job, with its error in the log; `run_job` keeps it on the row."""

    def call(act: Act) -> object:
        try:
            return job.call(act)
        except Exception:
            log.exception("job %s", job.code)
            raise

    return call


# ── the kernel's jobs ───────────────────────────────────────────────────────────────────────────────────


def make_turns(act: Act) -> int:
    """Make today's turns, then put down as missed what was not done in time."""
    made = schedule.make_slots(until=act.day + AHEAD, act=act)
    schedule.miss_slots(act=act)
    return made


def seal(act: Act) -> int:
    return sealing.seal(act=act)


def erase(act: Act) -> int:
    return people.erase_due(act=act)


def forget(act: Act) -> int:
    return doors.forget_old(act=act)


def sweep(act: Act) -> int:
    """Files that never got a row, and what broken uploads left."""
    return attachments.sweep(act)


def tune(act: Act) -> None:
    tuning.refresh()


def deliver(act: Act) -> int:
    """What is due by the school's channels."""
    return outbox.deliver(act=act)


def check_fast(act: Act) -> None:
    """The nightly look over everything that is quick to look at;
    errors are told to those who keep the machine.
    """
    from . import check

    check.nightly(act)


KERNEL = (
    Job("kernel.turns", timedelta(minutes=5), make_turns),
    Job("kernel.escalate", timedelta(minutes=1), matters.escalate_overdue),
    Job("kernel.seal", timedelta(minutes=1), seal),
    Job("kernel.erase", timedelta(hours=6), erase),
    Job("kernel.forget", timedelta(hours=1), forget),
    Job("kernel.sweep", timedelta(hours=24), sweep),
    Job("kernel.tune", timedelta(hours=24), tune),
    Job("kernel.check", timedelta(hours=24), check_fast),
    Job("kernel.deliver", timedelta(minutes=1), deliver),
)
