"""One database for all tests, with the guards up and the cast in it; every test rolls back what it did."""

import os
import shutil

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest

from tests import cast as _cast


class BothNames(str):
    """The one connection of a test answers to both names of the database."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return other in {"default", "reader"}

    def __ne__(self, other):
        return not self == other


def pytest_collection_modifyitems(items):
    """Every test that asks the database may ask both of its names."""
    for item in items:
        if "db" in item.fixturenames or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "reader"]), append=False)


def pytest_unconfigure(config):
    """The data folder that the settings made for this run goes with it."""
    folder = os.environ.get("HOUQIN_DATA", "")
    if "houqin-test-" in folder and not hasattr(config, "workerinput"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    from django.db import connections

    from houqin.kernel import entries

    connections["default"].alias = BothNames("default")
    connections["reader"] = connections["default"]  # a test reads what it has not committed
    with django_db_blocker.unblock():
        entries.guard_all()
        _cast.found_school()


@pytest.fixture
def cast(db) -> _cast.Cast:
    return _cast.Cast()


@pytest.fixture
def web(cast, monkeypatch):
    """Browsers logged in as the cast: `web.as_("teacher").get("/")`."""
    from tests import web as _web

    return _web.opened(cast, monkeypatch)


@pytest.fixture(autouse=True)
def quick_passwords(request, monkeypatch):
    """Keeping a password is dear by intent; a test of just that has the mark `real_passwords`."""
    from houqin.ui.passwords import Argon2id

    if not request.node.get_closest_marker("real_passwords"):
        monkeypatch.setattr(Argon2id, "memory_cost", 8)
        monkeypatch.setattr(Argon2id, "time_cost", 1)


@pytest.fixture(autouse=True)
def rights_asked_anew():
    """Each test rolls back; what the process remembered of rights goes with it."""
    from houqin.kernel.people import queries

    yield
    queries.rights_changed()
