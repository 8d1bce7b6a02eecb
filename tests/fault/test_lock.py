"""F17: another program holds the database's write lock.
A write waits for it up to ten seconds and is then refused in one sentence; reading goes on.
"""

import json
import random
import sqlite3
import threading
import time
from contextlib import contextmanager

import pytest

from tests.command import script

from .journal import LOOK, Journal
from .load import Load
from .server import Person

pytestmark = [pytest.mark.fault, pytest.mark.sqlite]
SENTENCE = "系统正忙，这一步没有保存。过一分钟再试。"


@contextmanager
def locked(server, seconds: float):
    """Held by a program beside the server, and let go by itself."""
    outside = sqlite3.connect(server.data / "houqin.sqlite3", isolation_level=None, check_same_thread=False)
    outside.execute("BEGIN IMMEDIATE")

    def hold() -> None:
        time.sleep(seconds)
        outside.execute("ROLLBACK")
        outside.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def intents(server, facts, count: int):
    """Reports of one person, each under an `op` of its own."""
    load, rng = Load(server.base, Journal(server.data.parent / "journal"), facts, 17), random.Random(count)
    made = [load._report("teacher", rng) for _ in range(count)]
    for intent in made:
        intent.fields.update(facts)
    return made


def sent(server, intent, answers: list) -> threading.Thread:
    person = Person(server.base, "teacher").enter()

    def send() -> None:
        begun = time.monotonic()
        answer = person.post(intent.path, _op=intent.op, **intent.fields)
        answers.append((answer, time.monotonic() - begun))

    return threading.Thread(target=send)


def read(server):
    """A visit to pages that only read, and how long it takes."""
    person = Person(server.base, "director").enter()

    def page() -> float:
        begun = time.monotonic()
        answers = [person.web.get(path).status_code for path in ("/", "/repairs/repairs/", "/healthz")]
        assert answers == [200, 200, 200]
        return time.monotonic() - begun

    return page


def effects(server) -> dict:
    return json.loads(script(server.data, LOOK).out)["ops"]


def test_a_lock_of_three_seconds_is_waited_for(server, facts):
    answers, [one, two] = [], intents(server, facts, 2)
    threads = [sent(server, one, answers), sent(server, two, answers)]
    with locked(server, 3):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer, _ in answers] == [303, 303]
    assert min(took for _, took in answers) > 2.5
    assert [len(effects(server)[intent.op]["events"]) for intent in (one, two)] == [1, 1]


def test_a_lock_of_fifteen_seconds_is_refused_in_a_sentence_and_nothing_is_written(server, facts):
    answers, [intent] = [], intents(server, facts, 1)
    thread, page = sent(server, intent, answers), read(server)
    with locked(server, 15):
        thread.start()
        reading = [page() for _ in range(4)]
        thread.join(30)
    [(answer, took)] = answers
    assert (answer.status_code, answer.headers["Retry-After"], SENTENCE in answer.text) == (503, "60", True)
    assert 9 < took < 15 and max(reading) < 5
    assert "Traceback" not in answer.text and "locked" not in answer.text
    assert intent.op not in effects(server)
    again = Person(server.base, "teacher").enter().post(intent.path, _op=intent.op, **intent.fields)
    assert (again.status_code, len(effects(server)[intent.op]["events"])) == (303, 1)
