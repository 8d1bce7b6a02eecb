"""The schools of the bench are such as our own actions would have made: the same lives, the same rows.

Seen to fail with a notice left out, and with the due time of a repair that was sent back left as it was.
And the oracle of B2 says of ordinary mess what the indicators say; seen to fail with either asking up to the
period's end.
"""

import subprocess
import sys
from datetime import date

import pytest
from bench import bulk, indicators, lives
from django.apps import apps
from django.db import transaction

from houqin.areas.repairs import actions
from houqin.areas.repairs.demo.materials import picture, read_faults
from houqin.areas.repairs.indicators import INDICATORS
from houqin.areas.repairs.models import FaultType
from houqin.areas.repairs.tests.scene import Scene, at
from houqin.kernel.attachments.actions import Upload, keep
from houqin.kernel.indicators.declare import Period
from houqin.kernel.indicators.queries import value
from houqin.kernel.places.models import Place
from houqin.kernel.terms import queries as terms
from tests.cast import Cast
from tests.command import ROOT, environment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,  # the schools of the bench are SQLite files
]
COUNT = 20


@pytest.fixture
def stage(cast: Cast) -> lives.Stage:
    """The small school with a worker for each fault type."""
    actions.lay_out(act=cast.act("director"))
    FaultType.objects.update(worker=cast["repairman"])
    faults = [fault for fault in read_faults() if fault.where == "class"]
    return lives.Stage(
        hours=terms.working_hours(), people=[cast["teacher"], cast["class-teacher"], cast["nurse"]],
        rooms=list(Place.objects.filter(code__in=("c32", "wc2")).select_related("parent").order_by("pk")),
        types={row.code: row for row in FaultType.objects.select_related("worker")},
        faults=faults, weights=[1] * len(faults),
        photos=keep([Upload("照片1.jpg", picture(lives.Random(1)))]),
    )  # fmt: skip


def written(live) -> dict[str, list[dict]]:
    """Every row of every table after `live()`, which is then undone."""
    with transaction.atomic():
        live()
        found = {m._meta.label: list(m._default_manager.order_by("pk").values()) for m in apps.get_models()}
        transaction.set_rollback(True)
    return found


def test_bulk_and_actions_leave_the_same_rows(stage):
    told = list(lives.lives(stage, COUNT, date(2026, 9, 1), date(2026, 10, 30), seed=3))
    assert {step.key for life in told for step in life.steps} == {
        "nudge", "arrive", "pause", "resume", "finish", "reopen", "sign",
    }  # fmt: skip

    def as_the_office():
        for life in told:
            lives.by_actions(life)

    slow, fast = written(as_the_office), written(lambda: bulk.Writer(stage.hours).write(told))
    assert len(slow["kernel.Matter"]) == COUNT
    for label, rows in slow.items():
        assert fast[label] == rows, label


@pytest.mark.long
def test_every_job_finds_the_smallest_school_as_plain_sql_does(tmp_path):
    """Built and asked; how fast is not asked here. Seen to fail with the demo's stories told by
    an older signature, and with a column in the yard's statements that is gone."""
    jobs = ["H1", "H2", "H3", "H5", "B2", "W1", "H4"]  # the yard writes without the books' key: last
    asked = [sys.executable, "-m", "bench", *jobs, "--size", "tiny", "--rounds", "1", "--seconds", "1"]
    env = environment(tmp_path, HOUQIN_BENCH=str(tmp_path))
    said = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    assert "WRONG" not in said.stdout and said.returncode in (0, 1), said.stdout + said.stderr[-3000:]
    assert {line[:2] for line in said.stdout.splitlines()[1:]} == set(jobs)


def test_the_oracle_and_the_indicators_count_alike(cast):
    """Late, in time, never, due later, cancelled, standing still past its time; at three moments."""
    scene = Scene.of(cast)
    quick, slow, unsigned, dropped, waits = (scene.report(at=at(2026, 11, 3, 9, 0)) for _ in range(5))
    scene.report(at=at(2026, 11, 4, 9, 0))
    scene.report(at=at(2026, 11, 20, 16, 0))
    for matter, day in ((quick, 4), (unsigned, 5), (slow, 17)):
        scene.finish(matter, when=at(2026, 11, day, 9, 0))
    actions.sign(quick, act=scene.act("teacher", at(2026, 11, 5, 9, 0)))
    actions.close_by_office(unsigned, note="外出", act=scene.act("director", at(2026, 11, 6, 9, 0)))
    actions.cancel(dropped, note="报错了", act=scene.act("teacher", at(2026, 11, 3, 9, 30)))
    actions.pause(waits, reason="parts", act=scene.act("repairman", at(2026, 11, 4, 9, 0)))
    said = []
    for now in (at(2026, 11, 9, 9, 0), at(2026, 11, 23, 9, 0), at(2026, 12, 1, 9, 0)):
        period = Period(date(2026, 9, 1), date(2027, 1, 22), now=now)
        values = {each.code: value(each, period) for each in INDICATORS}
        indicators.check(values, period)
        said.append(values["IND-1.1.4d-2"].bottom)
    assert said == [4, 4, 5]
