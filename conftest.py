"""One database for all tests, with the guards up and the cast in it; every test rolls back what it did."""

import os
import tempfile

os.environ.setdefault("HOUQIN_DATA", tempfile.mkdtemp(prefix="houqin-test-"))
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest

from tests import cast as _cast


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    from houqin.kernel import entries

    with django_db_blocker.unblock():
        entries.guard_all()
        _cast.found_school()


@pytest.fixture
def cast(db) -> _cast.Cast:
    return _cast.Cast()


@pytest.fixture(autouse=True)
def rights_asked_anew():
    """Each test rolls back; what the process remembered of rights goes with it."""
    from houqin.kernel.people import queries

    yield
    queries.rights_changed()
