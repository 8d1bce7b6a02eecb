"""What the contract tests share: one school with rows in every register, made once for a module."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from houqin.kernel.people import queries
from houqin.ui import standing
from tests.cast import Cast

from . import makers


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker) -> Iterator[Cast]:
    """Rows in every register, for a module all of whose tests begin there; each rolls back to it."""
    block, cast = transaction.atomic(), Cast()
    block._from_testcase = True  # a durable act may begin inside it, as inside a test's own
    with django_db_blocker.unblock():
        block.__enter__()
        makers.fill(cast)
        queries.rights_changed()
    yield cast
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.fixture
def full(filled, cast) -> Cast:
    """This test's cast in the filled school, its clock after the last act there."""
    cast.minutes = filled.minutes
    return cast


@pytest.fixture
def unasked(monkeypatch) -> None:
    """Nobody is asked for his password in between, though a minute goes by with each request."""
    monkeypatch.setattr(standing, "IDLE", timedelta(days=1))
