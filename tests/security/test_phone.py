"""The phone's doors: what is everybody's, what is one person's, what is asked when it comes back."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.places.models import Label
from houqin.ui import phone
from tests.contract import makers

pytestmark = pytest.mark.django_db


def test_the_shell_and_the_worker_are_the_same_for_everybody(web):
    """A83: what a phone keeps for every page says nothing of who asked."""
    for path in ("/phone/", "/sw.js", "/manifest.webmanifest"):
        said = {
            re.sub(rb"nonce-\S+", b"", who.get(path).content)
            for who in (web.as_("teacher"), web.as_("repairman"), Client())
        }
        assert (path, len(said)) == (path, 1)
    shell = Client().get("/phone/").content.decode()
    assert 'name="who"' not in shell and "csrfmiddlewaretoken" not in shell


def test_the_worker_stands_at_the_root_and_keeps_nothing_but_the_shell(cast):
    answer = Client().get("/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    files = json.loads(re.search(r"const FILES = (\[.*\])", answer.content.decode())[1])
    assert {path.split("/")[1] for path in files} == {"static"}
    assert [path for path in files if path.endswith(".wasm")] != []
    assert [path for path in files if "charts" in path] == []


def test_the_key_is_given_to_its_owner_alone(web, cast):
    """Seen to fail with the key made without the person."""
    teacher, repairman = (web.as_(role).get("/phone/ready/").json() for role in ("teacher", "repairman"))
    assert (len(teacher["key"]), teacher["person"]) == (64, phone.tag(cast["teacher"]))
    assert teacher["key"] != repairman["key"] and teacher["person"] != repairman["person"]
    assert web.as_("teacher").get("/phone/ready/").json()["key"] == teacher["key"]
    answer = Client().get("/phone/ready/", headers={"accept": "application/json"})
    assert (answer.status_code, "key" in answer.json()) == (401, False)
    assert web.as_("teacher").get("/phone/ready/").headers["Cache-Control"] == "no-store"


def test_a_shared_computer_gets_no_key(house):
    client = house.client("teacher", post={"shared": "on"})
    assert client.get("/phone/ready/").json()["key"] == ""


def test_one_carries_what_is_in_ones_own_hands_and_no_label(web, cast):
    mine = makers.repair(cast)
    said = web.as_(mine.holder.code).get("/phone/carried/").json()
    assert [(row["number"], row["state"], sorted(row["forms"])) for row in said["matters"]] == [
        (mine.number, "assigned", ["arrive", "finish", "pause", "resume"])
    ]
    assert web.as_("teacher").get("/phone/carried/").json()["matters"] == []
    codes = [code for row in Label.objects.all() for code in (row.token, row.short_code)]
    text = json.dumps(said, ensure_ascii=False)
    assert [code for code in codes if code in text] == []
    assert "csrfmiddlewaretoken" not in text


def test_a_slip_filled_on_what_is_no_longer_so_is_refused(web, cast):
    """The matter's version: the state its reader saw. Seen to fail with `_seen` not looked at."""
    matter = makers.repair(cast)
    path = f"/matters/{matter.number}/pause/"
    late = web.as_(matter.holder.code).post(path, {"reason": "parts", "_seen": "waiting"})
    assert late.status_code == 409
    assert "又办了一步，现在是“在修”，没有保存" in late.content.decode()
    assert web.as_(matter.holder.code).post(path, {"reason": "parts", "_seen": "assigned"}).status_code == 303
    assert Matter.objects.get(pk=matter.pk).state == "waiting"


@pytest.mark.parametrize(("minutes", "status"), [(1, 303), (3, 422)])
def test_two_honest_clocks_may_differ_by_two_minutes(web, cast, minutes, status):
    matter = makers.repair(cast)
    when = (
        cast.act("director").at + timedelta(minutes=minutes + 1)
    ).isoformat()  # the cast's clock goes on by a minute
    answer = web.as_(matter.holder.code).post(f"/matters/{matter.number}/arrive/", {"_happened_at": when})
    assert answer.status_code == status
    assert Event.objects.filter(matter=matter, step="arrive").count() == int(status == 303)
