"""The example of the handbook, as it stands there, against the real server on loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import script
from tests.fault.server import Server, found

EXAMPLE = Path(__file__).parents[2] / "docs/examples/repairs.py"
TOKENS = """
import django; django.setup()
import json
from django.utils import timezone
from houqin.kernel.act import Act
from houqin.kernel.people.actions import tokens
from houqin.kernel.people.models import Person
made = {}
for code, more in (("teacher", []), ("repairman", []), ("gardener", ["house.read"])):
    person = Person.objects.get(code=code)
    act = Act(by=person, at=timezone.now(), via="test")
    scopes = more or ["repairs.read", "repairs.write"]
    made[code] = tokens.issue(person, name="例", scopes=scopes, days=1, act=act).token
print(json.dumps(made))
"""


def run(server: Server, token: str, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), server.base, *words], capture_output=True, text=True, timeout=60,
        env=os.environ | {"HOUQIN_TOKEN": token, "PYTHONIOENCODING": "utf-8"}, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.strip(), done.stderr.strip()


pytestmark = pytest.mark.sqlite  # its school is a SQLite one, whatever engine the stage is on


@pytest.fixture
def server(tmp_path):
    made = Server(found(tmp_path / "data"))
    made.start()
    yield made
    made.kill()


def test_one_lists_reports_and_signs(server):
    tokens = json.loads(script(server.data, TOKENS).out)
    code, number, _ = run(server, tokens["teacher"], "report", "三(2)班", "水", "水龙头关不严")
    assert (code, number[:2]) == (0, "BX")
    assert number in run(server, tokens["teacher"], "list")[1]
    early = run(server, tokens["teacher"], "sign", number, "5")
    assert (early[0], "不能签收" in early[2]) == (1, True)
    finish(server, tokens["repairman"], number)
    assert run(server, tokens["teacher"], "sign", number, "5")[:2] == (0, "修好")
    narrow = run(server, tokens["gardener"], "list")
    assert (narrow[0], "没有“报修 · 查”的范围" in narrow[2]) == (1, True)
    logs = "".join(path.read_text(errors="replace") for path in server.data.rglob("*.log*"))
    assert [token for token in tokens.values() if token[10:] in logs] == []


def finish(server: Server, token: str, number: str) -> None:
    """By the example's own class, as another program would."""
    words = (
        "import runpy, sys; school = runpy.run_path(sys.argv[1])['Houqin'](*sys.argv[2:4]);"
        "school.post(sys.argv[4], {'cause': 'wear', 'fix': '换新'})"
    )
    at = f"/matters/{number}/finish"
    subprocess.run(
        [sys.executable, "-c", words, str(EXAMPLE), server.base, token, at], check=True, timeout=60
    )
