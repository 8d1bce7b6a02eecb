"""What several stories need: a house in which nobody lives, a robot of a group chat."""

from datetime import date

import pytest

from houqin.kernel import outbound
from tests.doubles.robot import Robot


@pytest.fixture
def nobody(db):
    """The tests' own school moves out for the test."""
    from houqin.kernel.people.models import Person, Post, User
    from houqin.kernel.places.models import Label, Place
    from houqin.kernel.school.models import School
    from houqin.kernel.terms.models import SchoolYear, Term
    from tests.cast import MONDAY

    School.objects.all().delete()
    Label.objects.update(to_at=MONDAY)
    for person in Person.objects.filter(built_in=False):
        Person.objects.filter(pk=person.pk).update(code=f"old-{person.code}", left_on=date(2020, 1, 1))
    for post in Post.objects.all():
        Post.objects.filter(pk=post.pk).update(code=f"old-{post.code}")
        post.duties.all().delete()
    for place in Place.objects.all():
        Place.objects.filter(pk=place.pk).update(code=f"old-{place.code}", closed_on=date(2020, 1, 1))
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(username=f"old-{user.username}")
    Term.objects.all().delete()
    SchoolYear.objects.all().delete()


@pytest.fixture
def robot(settings, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", 0.5)
    double = Robot()
    settings.OUTBOUND, settings.URL = (double.place,), "https://hq.school.example"
    yield double
    double.close()
