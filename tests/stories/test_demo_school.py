"""青禾小学 as the demo makes it, on a short term: the people, the places, and believable repairs; and
the whole of it once in the long form."""

import hashlib
import sqlite3
from collections import Counter
from datetime import date, time, timedelta

import pytest
from django.db import transaction

from houqin.areas.repairs import area
from houqin.areas.repairs import demo as repairs
from houqin.areas.repairs.models import OutsideRepair, PartUsed, Repair
from houqin.config import demo
from houqin.kernel.classes.models import SchoolClass
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices.models import Channel, Notice, NoticeChoice
from houqin.kernel.people.models import ApiToken, Holding, Person, User
from houqin.kernel.places.models import Label, Place
from houqin.kernel.school.models import School
from tests.command import houqin

TODAY = date(2026, 11, 23)


@pytest.fixture
def empty(db, monkeypatch):
    """A house in which nobody lives: the tests' own school moves out for the test."""
    from houqin.kernel.people.models import Post
    from houqin.kernel.terms.models import SchoolYear, Term

    if School.objects.exists():
        School.objects.all().delete()
        for person in Person.objects.filter(built_in=False):
            Person.objects.filter(pk=person.pk).update(code=f"old-{person.code}", left_on=date(2020, 1, 1))
        for post in Post.objects.all():
            Post.objects.filter(pk=post.pk).update(code=f"old-{post.code}")
            post.duties.all().delete()
        for place in Place.objects.all():
            Place.objects.filter(pk=place.pk).update(code=f"old-{place.code}")
        for user in User.objects.all():
            User.objects.filter(pk=user.pk).update(username=f"old-{user.username}")
        Term.objects.all().delete()
        SchoolYear.objects.all().delete()
    monkeypatch.setattr(repairs, "MANY", 24)
    monkeypatch.setattr(repairs, "SINCE", 3)


def test_the_demo_school_stands(empty):
    said: list[float] = []
    demo.fill(TODAY, lambda share, what: said.append(share))
    assert said == sorted(said)
    assert (said[0], said[-1]) == (0.0, 1.0)
    people = Person.objects.filter(built_in=False, left_on=None)
    places = Place.objects.exclude(code__startswith="old-")
    assert (people.count(), places.count(), School.objects.get().is_demo) == (120, 110, True)
    assert places.filter(name__contains="班教室").count() == 36
    assert Label.objects.filter(to_at=None, key__in=places.values("pk")).count() == 110
    assert set(demo.NAMES) <= set(people.exclude(user=None).values_list("code", flat=True))
    assert not any(user.has_usable_password() for user in User.objects.filter(person__in=people))
    states = Counter(Matter.objects.values_list("state", flat=True))
    assert {"assigned", "reported", "unverified", "approving", "signed"} <= set(states)
    assert Matter.objects.overdue(demo.moment(TODAY)).count() >= 3
    assert [(one.name, one.active) for one in Channel.objects.all()] == [("维修群（示例）", False)]
    assert list(NoticeChoice.objects.order_by("pk").values_list("person__code", "daily")) == [
        ("director", None), ("principal", time(7, 30)), ("repairman", None), ("teacher", time(16, 30)),
    ]  # fmt: skip
    assert [
        (one.name, one.withdrawn_at is None) for one in ApiToken.objects.filter(person__code="director")
    ] == [("旧的统计表", False), ("校园大屏", True)]
    assert Notice.objects.exclude(laid=0).count() == 0
    assert [finding for check in area.AREA.invariants for finding in check.find()] == []
    assert Repair.objects.filter(matter__opened_at__gte=demo.moment(TODAY)).count() == 0


# ── the same seed, the same day, the same school ────────────────────────────────────────────────────────────

ROWS = {  # what a row is without the keys that the database hands out and without what is secret
    Person: ("code", "name", "initials", "left_on"),
    Holding: ("person__code", "post__code", "stand", "from_on", "to_on"),
    Place: ("code", "name", "kind", "use", "walk", "parent__code", "owner__code"),
    SchoolClass: ("grade", "number", "teacher__code", "room__code", "pupils"),
    Matter: ("number", "kind", "title", "state", "place__code", "opened_by__code", "holder__code", "duty",
             "due_at", "opened_at", "closed_at"),
    Event: ("matter__number", "step", "from_state", "to_state", "by__code", "to_holder__code", "at", "note"),
    Repair: ("matter__number", "fault_type__code", "detail", "rank", "worker__code", "fix", "net_minutes",
             "rating", "contractor_fen", "parts_fen"),
    PartUsed: ("repair__matter__number", "name", "quantity_milli", "price_fen"),
    OutsideRepair: ("repair__matter__number", "route__round", "contractor", "amount_fen"),
}  # fmt: skip


def digest(on: date) -> dict[str, str]:
    """Each table's rows of a demo that was made anew, and undone again."""
    with (block := transaction.atomic()):
        block._from_testcase = True  # what is durable may begin in it, as in a test
        demo.fill(on, lambda share, what: None)
        found = {model: sorted(map(repr, model.objects.values_list(*names))) for model, names in ROWS.items()}
        transaction.set_rollback(True)
    return {
        model.__name__: f"{len(rows)} {hashlib.sha256(chr(10).join(rows).encode()).hexdigest()}"
        for model, rows in found.items()
    }


@pytest.mark.sqlite
def test_the_same_day_makes_the_same_school(empty):
    """Every row but for its key."""
    first = digest(TODAY)
    assert digest(TODAY) == first
    empty = [name for name, said in first.items() if said.startswith("0 ")]
    assert empty == ["OutsideRepair"]  # two in a hundred; the whole demo has some


# ── the whole of it ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.long
@pytest.mark.sqlite
def test_the_whole_demo_keeps_its_promises(tmp_path):
    """36 classes, 1,500 pupils as counts, about 120 people, 110 places, 18 school weeks, about 600 matters of
    repair, and nothing that `houqin check --full` finds."""
    data = tmp_path / "data"
    assert houqin(data, "demo", "--today", TODAY.isoformat()).code == 0
    school = sqlite3.connect(f"file:{data / 'houqin.sqlite3'}?mode=ro", uri=True)

    def one(sql: str) -> int:
        return school.execute(sql).fetchone()[0]

    assert one("SELECT count(*) FROM kernel_schoolclass") == 36
    assert one("SELECT sum(pupils) FROM kernel_schoolclass") == 1500
    assert one("SELECT count(*) FROM kernel_person WHERE NOT built_in AND left_on IS NULL") == 120
    assert one("SELECT count(*) FROM kernel_place WHERE closed_on IS NULL") == 110
    assert 550 <= one("SELECT count(*) FROM repairs_repair") <= 650
    assert one("SELECT count(*) FROM repairs_outsiderepair") >= 5
    days = school.execute(
        "SELECT DISTINCT date(opened_at, '+8 hours') FROM kernel_matter WHERE prefix = 'BX'"
    )
    weeks = {date.fromisoformat(day).isocalendar()[:2] for (day,) in days}
    assert (len(weeks), max(weeks)) == (18, (TODAY - timedelta(days=7)).isocalendar()[:2])
    school.close()
    said = houqin(data, "check", "--full")
    assert (said.code, said.err, "没有问题" in said.out) == (0, "", True), said.out
