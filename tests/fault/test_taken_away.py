"""F20, F41: what the server leans on beside its rows is taken away while it runs: its log, its record of
what was done, its sessions, its passing files.
"""

import json
import shutil
import sqlite3
import uuid
from contextlib import closing
from io import BytesIO

import pytest
from PIL import Image

from tests.command import script

from .journal import LOOK
from .server import Person, Server

pytestmark = [pytest.mark.fault, pytest.mark.sqlite]
FORBID = "CREATE TRIGGER no_room BEFORE INSERT ON kernel_event BEGIN SELECT RAISE(ABORT, 'no room'); END"


@pytest.fixture(scope="module")
def server(founded, tmp_path_factory):
    """A server whose log leads onto a full disk from its first line on."""
    data = shutil.copytree(founded, tmp_path_factory.mktemp("taken") / "data")
    (data / "log").mkdir(exist_ok=True)
    (data / "log" / "houqin.log").unlink(missing_ok=True)
    (data / "log" / "houqin.log").symlink_to("/dev/full")
    server = Server(data)
    server.start()
    yield server
    assert server.stop() == 0


def told(server, statement: str) -> None:
    with closing(sqlite3.connect(server.data / "houqin.sqlite3", timeout=10)) as outside:
        outside.execute(statement)
        outside.commit()


def report(person, facts, detail: str, op: str, **more):
    return person.post("/repairs/repair/new/", _op=op, detail=detail, **facts, **more)


def test_without_its_record_nothing_is_done_and_without_its_log_everything(server, facts):
    """F20. Seen to fail with the event written when the rest has been committed (the mutant `event_outside`):
    the second report stood there without it.
    """
    teacher, ops = Person(server.base, "teacher").enter(), [str(uuid.uuid4()) for _ in range(2)]
    assert report(teacher, facts, "漏水", ops[0]).status_code == 303
    told(server, FORBID)
    refused = report(teacher, facts, "又漏水", ops[1])
    assert refused.status_code == 500
    assert "这一步没有保存，一半也没有留下" in refused.text and "no room" not in refused.text
    told(server, "DROP TRIGGER no_room")
    look = json.loads(script(server.data, LOOK).out)
    assert (look["matters"], look["lonely"], look["gaps"], set(look["ops"])) == (1, [], [], {ops[0]})
    assert report(teacher, facts, "又漏水", ops[1]).status_code == 303


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "PNG")
    file.seek(0)
    return file


def styled(person) -> list[int]:
    page = person.web.get("/")
    sheets = [part.partition('"')[0] for part in page.text.split('href="')[1:] if ".css" in part[:200]]
    return [page.status_code, *(person.web.get(sheet).status_code for sheet in sheets)]


def test_sessions_passing_files_and_styles_are_wiped(server, facts):
    """F41: people log in again, and nothing else is lost. Seen to fail with the list of names not looked for
    at the start: no page came up for want of its styles.
    """
    data = server.data
    before = json.loads(script(data, LOOK).out)["matters"]
    teacher = Person(server.base, "teacher").enter()
    assert report(teacher, facts, "漏水", str(uuid.uuid4())).status_code == 303
    assert set(styled(teacher)) == {200} and len(styled(teacher)) > 1
    told(server, "UPDATE kernel_loginsession SET ended_at = expires_at")
    for name in ("tmp", "imports"):
        shutil.rmtree(data / name, ignore_errors=True)
    (data / "static" / "staticfiles.json").unlink()
    again = Person(server.base, "teacher").enter()
    sent = report(
        again, facts, "又漏水", str(uuid.uuid4()), files={"photos": ("水.png", picture(), "image/png")}
    )
    assert sent.status_code == 303
    assert len([path for path in (data / "files").rglob("*") if path.is_file()]) == 2
    assert server.stop() == 0
    server.start()
    assert set(styled(Person(server.base, "teacher").enter())) == {200}
    assert json.loads(script(data, LOOK).out)["matters"] == before + 2
