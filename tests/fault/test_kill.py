"""kill -9 while many report and finish: what was acknowledged is there once, what was refused is not,
nothing is half.
"""

import json
import os
import random
import shutil
import time

import pytest

from tests.command import houqin, script

from .journal import ACKED, LOOK, REJECTED, UNKNOWN, Journal, wrong
from .load import Load, send
from .server import COMES_BACK, FACTS, PATIENCE, Person, Server

pytestmark = pytest.mark.fault
LONG = os.environ.get("HOUQIN_LONG") == "1"
KILLS, CLIENTS = (20, 12) if LONG else (2, 6)
SEED = 20261123


@pytest.fixture
def school(founded, tmp_path):
    """A school of this test's own, as it was founded."""
    return shutil.copytree(founded, tmp_path / "data")


def looked(data, **env):
    said = script(data, LOOK, **env)
    assert said.code == 0, said.err
    return json.loads(said.out)


def storm(
    data,
    kills: int,
    *,
    mutant: str = "",
    seed: int = SEED,
    clients: int = CLIENTS,
    each: int = 15,
    late: float = 0.6,
    **env,
):
    """Load, kill, start again, so many times; then stop the load. Answers the journal and the server,
    running.
    """
    facts = json.loads(script(data, FACTS, **env).out)
    server, journal = Server(data, mutant, **env), Journal(data.parent / "journal.jsonl")
    rng = random.Random(seed)
    load = Load(server.base, journal, facts, seed)
    server.start()
    try:
        _storm(load, server, journal, kills, clients, each, lambda: rng.uniform(0, late))
    except BaseException:
        load.stop.set()  # or its threads knock at the tests behind it
        server.kill()
        raise
    return journal, server


def _storm(load, server, journal, kills: int, clients: int, each: int, pause) -> None:
    threads = load.run(clients)
    for _ in range(kills):
        _wait_for_answers(journal, each)
        time.sleep(pause())
        server.kill()
        server.start()
    _wait_for_answers(journal, 5)
    load.stop.set()
    until = time.monotonic() + 2 * PATIENCE
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads), "a client never came back"


def _wait_for_answers(journal, more: int) -> None:
    """Until so many more were acknowledged: a server that answers nothing is no storm."""
    wanted, until = len(journal.of(ACKED)) + more, time.monotonic() + 2 * PATIENCE
    while len(journal.of(ACKED)) < wanted:
        assert time.monotonic() < until, f"{len(journal.of(ACKED))} of {wanted} acknowledged"
        time.sleep(0.01)


def replay(server, journal) -> None:
    """Send everything again of which nobody knows what became of it, under its own `op`."""
    people: dict[str, Person] = {}
    for intent in journal.of(UNKNOWN):
        person = people.get(intent.role) or people.setdefault(
            intent.role, Person(server.base, intent.role).enter()
        )
        send(person, intent, journal)


def test_nothing_is_lost_doubled_or_half(school):
    journal, server = storm(school, KILLS)
    try:
        assert wrong(journal, looked(school)) == []
        unknown = len(journal.of(UNKNOWN))
        replay(server, journal)
        after = looked(school)
        assert (wrong(journal, after), journal.of(UNKNOWN)) == ([], [])
        reports = {intent.names for intent in journal.of(ACKED) if intent.path.endswith("/new/")}
        assert after["matters"] == len(reports)
        assert len(reports) > 15 * KILLS / 2 and journal.of(REJECTED) and max(server.waited) < COMES_BACK
        print(f"{len(journal.intents)} ops, {unknown} unknown, back after {max(server.waited):.1f} s at most")
    finally:
        assert server.stop() == 0
    said = houqin(school, "check", "--full")
    assert (said.code, said.err) == (0, "")


def test_the_same_sent_twice_at_once_is_done_once(server, facts, tmp_path):
    intent = Load(server.base, Journal(tmp_path / "journal.jsonl"), facts, SEED)._report(
        "teacher", random.Random(3)
    )
    intent.fields.update(facts)
    person, before = Person(server.base, "teacher").enter(), looked(server.data)["matters"]
    answers = at_once(lambda: person.post(intent.path, _op=intent.op, **intent.fields), 8)
    assert {(a.status_code, a.headers.get("Location")) for a in answers} == {
        (303, answers[0].headers["Location"])
    }
    changed = person.post(intent.path, _op=intent.op, **{**intent.fields, "detail": "别的"})
    assert changed.status_code == 422
    assert looked(server.data)["matters"] == before + 1


def at_once(call, times: int):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(call) for _ in range(times)]]


@pytest.mark.long
@pytest.mark.parametrize(
    ("mutant", "promises"),
    [
        ("no_transaction", {"N3", "N4"}),
        ("event_outside", {"N1", "N4"}),
        ("early_ack", {"N1"}),
        ("no_idempotency", {"N1", "N2"}),
    ],
)
def test_a_server_without_one_of_its_promises_is_caught(school, mutant, promises):
    """Only what the checker says after everything unknown was sent again counts as caught."""
    journal, server = storm(school, 3, mutant=mutant, clients=8, each=8, late=0.05)
    try:
        replay(server, journal)
        broken = wrong(journal, looked(school))
    finally:
        server.kill()
    print(mutant, len(journal.intents), "ops,", len(broken), "broken:", *broken[:3], sep="\n  ")
    assert {one[:2] for one in broken} & promises
