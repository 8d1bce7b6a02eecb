"""Reading everything as of one moment: whoever checks or backs up sees no half-written step and holds up
nobody.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

READER = "reader"
_reading = threading.local()


class Router:
    """Inside `one_moment` every read goes to the reading alias; writes never do."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return READER if getattr(_reading, "on", False) else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # both aliases are one database


@contextmanager
def one_moment() -> Iterator[str]:
    """A transaction on the reading alias whose reads all see the same moment, however long they take."""
    with transaction.atomic(using=READER):
        with connections[READER].cursor() as cursor:
            if connections[READER].vendor == "postgresql":
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                cursor.execute(
                    "SELECT count(*) FROM django_migrations"
                )  # the moment is that of the first read
        _reading.on = True
        try:
            yield READER
        finally:
            _reading.on = False
