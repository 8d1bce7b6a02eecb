"""Many at once for what only one can have: the number, the decision, the finished repair (F11, F13, A80)."""

import json
import os
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.command import script

from .server import Person, found

pytestmark = pytest.mark.fault
AT_ONCE = """
import django; django.setup()
import json, threading
from collections import Counter
from datetime import date, datetime, timedelta
from django.db import connections, transaction
from django.utils import timezone
from houqin.kernel.errors import Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.flow import End, Flow, State, Step
from houqin.kernel.matters.models import Event, Matter
from tests.cast import Cast
CHORE = Flow(
    "chores.chore", "杂事", "CS", "tool", states=(State("open", "在办"), State("done", "办完", end=End.DONE)),
    steps=(Step("finish", "办完", ("open",), "done", lambda act, m: True),),
)
cast = Cast()
for role in ("teacher", "director", "repairman", "electrician"):
    cast[role]

def at_once(calls):
    told, gate, lock = [], threading.Barrier(len(calls)), threading.Lock()
    def run(call):
        gate.wait()
        try:
            call(); said = 200
        except Refused as refused:
            said = refused.status
        finally:
            connections.close_all()
        with lock:
            told.append(said)
    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    [t.start() for t in threads]; [t.join() for t in threads]
    return sorted(told)

def opened(role, at, title):
    act = cast.act(role, at=at)
    holder = cast["repairman"]
    return matters.open_matter(CHORE, title=title, state="open", due_at=act.at, holder=holder, act=act)
"""
NUMBERS = (
    AT_ONCE
    + """
eve = timezone.make_aware(datetime(2026, 12, 31, 23, 59, 59))

def twenty_five(worker):
    def call():
        for n in range(25):
            at = eve + timedelta(seconds=2 * ((worker + n) % 2))
            try:
                with transaction.atomic():
                    opened("teacher", at, f"{worker}-{n}")
                    if n % 5 == 4:
                        raise Refused("不成")
            except Refused:
                pass
    return call

at_once([twenty_five(worker) for worker in range(8)])
told = {}
for year, serial in Matter.objects.order_by("serial").values_list("year", "serial"):
    told.setdefault(year, []).append(serial)
print(json.dumps({"years": {y: [len(s), s == list(range(1, len(s) + 1))] for y, s in told.items()}}))
"""
)
DECISIONS = (
    AT_ONCE
    + """
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals.actions import Range
from houqin.kernel.approvals.models import ApprovalStep
approvals.issue_rules(
    CHORE.kind, effective_on=date(2026, 9, 1), authority="办法", ranges=(Range(0, None, ("repair-worker",)),),
    act=cast.act("director"),
)
rounds = []
for n in range(15):
    paper = opened("teacher", cast.now, f"单{n}")
    step = approvals.submit(paper, amount_fen=100, act=cast.act("teacher")).steps.get()
    def decide(role, agreed):
        act = cast.act(role)
        return lambda: approvals.decide(paper, step=step, agreed=agreed, act=act)
    calls = [decide(role, role == "repairman") for role in ("repairman", "electrician") for _ in range(4)]
    told, decided = at_once(calls), ApprovalStep.objects.exclude(decided_by=None)
    rounds.append([told, decided.filter(route__matter=paper).count()])
print(json.dumps(rounds))
"""
)
FINISHED = (
    AT_ONCE
    + """
rounds = []
for n in range(15):
    chore = opened("teacher", cast.now, f"事{n}")
    def finish(role):
        act = cast.act(role)
        return lambda: matters.move(CHORE, Matter.objects.get(pk=chore.pk), "finish", act=act)
    calls = [finish(role) for role in ("repairman", "electrician") for _ in range(4)]
    rounds.append([at_once(calls), Event.objects.filter(matter=chore, step="finish").count()])
print(json.dumps(rounds))
"""
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def school(request, founded, tmp_path_factory):
    """A data folder and what leads to its database, on either engine."""
    if request.param == "sqlite":
        return shutil.copytree(founded, tmp_path_factory.mktemp("sqlite") / "data"), {}
    env = {"DATABASE_URL": own_database()}
    return found(tmp_path_factory.mktemp(request.param) / "data", **env), env


def own_database() -> str:
    """A fresh database on the PostgreSQL of this run."""
    import psycopg

    url = os.environ.get("DATABASE_URL_PG") or os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("no PostgreSQL on this machine")
    name = f"fault_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{url.rpartition('/')[0]}/{name}"


def said(school, text: str):
    data, env = school
    answer = script(data, text, **env)
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


def test_numbers_taken_at_once_across_the_year_s_end_have_no_gap(school):
    """A fifth of them is rolled back after its number was taken."""
    assert said(school, NUMBERS) == {"years": {"2026": [80, True], "2027": [80, True]}}


def test_of_many_decisions_at_once_one_stands(school):
    assert said(school, DECISIONS) == [[[200, *[409] * 7], 1]] * 15


def test_of_many_who_finish_at_once_one_does(school):
    assert said(school, FINISHED) == [[[200, *[409] * 7], 1]] * 15


def test_one_repair_finished_from_two_devices_at_once(server, facts):
    """Through the web: one goes on, the other is told that it was done just now."""
    teacher, *devices = (Person(server.base, r).enter() for r in ("teacher", "repairman", "repairman"))
    told = []
    for n in range(4):
        opened = teacher.post("/repairs/repair/new/", _op=str(uuid.uuid4()), detail=f"漏水 {n}", **facts)
        assert opened.status_code == 303
        path = opened.headers["Location"].split("?")[0] + "finish/"
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(
                lambda one, path=path: one.post(path, _op=str(uuid.uuid4()), cause="wear", fix="换垫圈"),
                devices,
            )
            told.append(sorted(answer.status_code for answer in answers))
    assert told == [[303, 409]] * 4
