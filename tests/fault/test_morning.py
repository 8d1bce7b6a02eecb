"""F44: two hundred people come in within a minute, look, and report with a photo, on one server with
SQLite.
"""

import json
import random
import shutil
import threading
import time
import uuid
from io import BytesIO

import pytest
from PIL import Image

from tests.command import script

from .server import FACTS, Person, Server

pytestmark = [pytest.mark.fault, pytest.mark.sqlite, pytest.mark.long]
PEOPLE, MINUTE, PASSWORD = 200, 60.0, "一个不短的口令2026"
ENROL = """
import django; django.setup()
from django.contrib.auth.hashers import make_password
from houqin.kernel.people.models import Post, User
from tests import cast
post, act = Post.objects.get(code="teacher"), cast.system()
for n in range(PEOPLE):
    cast.enrol(f"t{n:03}", f"老师{n}", post, act)
User.objects.filter(username__regex="^t[0-9]").update(password=make_password("PASSWORD"))
"""


def photo(dice: random.Random) -> BytesIO:
    """Each its own, as large as a phone's small one."""
    file = BytesIO()
    Image.frombytes("RGB", (640, 480), dice.randbytes(640 * 480 * 3)).save(file, "JPEG")
    file.seek(0)
    return file


class Morning:
    """What one of them does, and how it was answered: (what, status, seconds)."""

    def __init__(self, server: Server, facts: dict, number: int):
        self.facts, self.dice, self.number = facts, random.Random(number), number
        self.person, self.answers = Person(server.base, ""), []

    def come(self) -> None:
        time.sleep(self.dice.uniform(0, MINUTE))
        self.person.web.timeout = 60
        self.timed("page", lambda: self.person.web.get("/login/"))
        entry = {"username": f"t{self.number:03}", "password": PASSWORD}
        self.timed("login", lambda: self.person.post("/login/", **entry))
        self.timed("desk", lambda: self.person.web.get("/"))
        self.timed("list", lambda: self.person.web.get("/repairs/repairs/"))
        sent = {"photos": ("灯.jpg", photo(self.dice), "image/jpeg")}
        fields = {**self.facts, "_op": str(uuid.uuid4()), "detail": f"灯不亮 {self.number}"}
        self.timed("report", lambda: self.person.post("/repairs/repair/new/", files=sent, **fields))

    def timed(self, what: str, call) -> None:
        begun = time.monotonic()
        answer = call()
        self.answers.append((what, answer.status_code, time.monotonic() - begun))


def test_two_hundred_come_in_at_eight(founded, tmp_path):
    """How long it took is printed; `bench/` is where it is measured."""
    data = shutil.copytree(founded, tmp_path / "data")
    enrol = ENROL.replace('"PASSWORD"', repr(PASSWORD)).replace("PEOPLE", str(PEOPLE))
    assert script(data, enrol).code == 0
    facts = json.loads(script(data, FACTS).out)
    server = Server(data)
    server.start()
    people = [Morning(server, facts, n) for n in range(PEOPLE)]
    threads = [threading.Thread(target=one.come) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.stop() == 0
    wanted = [("page", 200), ("login", 303), ("desk", 200), ("list", 200), ("report", 303)]
    assert [one.number for one in people if [a[:2] for a in one.answers] != wanted] == []
    for what, _ in wanted:
        took = sorted(seconds for one in people for name, _, seconds in one.answers if name == what)
        print(f"{what}: median {took[len(took) // 2]:.2f} s, p95 {took[int(len(took) * 0.95)]:.2f} s")
    look = "import django; django.setup()\nfrom houqin.kernel.attachments.models import Attachment\n"
    look += "from houqin.kernel.matters.models import Matter\n"
    look += "print(Matter.objects.count(), Attachment.objects.count())"
    assert script(data, look).out == f"{PEOPLE} {PEOPLE}"
