"""青禾小学 as the demo makes it, on a short term: the people, the places, and believable repairs."""

from collections import Counter
from datetime import date, time

import pytest

from houqin.areas.repairs import area
from houqin.areas.repairs import demo as repairs
from houqin.areas.repairs.models import Repair
from houqin.config import demo
from houqin.kernel.matters.models import Matter
from houqin.kernel.notices.models import Channel, Notice, NoticeChoice
from houqin.kernel.people.models import ApiToken, Person, User
from houqin.kernel.places.models import Label, Place
from houqin.kernel.school.models import School

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
