"""日封: chaining committed entries, a table at a time. No writer ever waits for the chain's head."""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction

from ... import entries
from ...act import Act
from ...entries import Entry
from ..models import Seal
from . import queries

WAIT = "SET LOCAL lock_timeout = '2s'"


def seal(*, act: Act) -> int:
    """Seal every entry committed so far; answers how many. Run each minute,
    and before a disclosure or backup.
    """
    total = sum(_seal_table(model, act) for model in queries.sealed_models())
    if total:
        anchor(act)
    return total


def _seal_table(model: type[Entry], act: Act) -> int:
    table = model._meta.db_table
    safe = _safe_key(model)
    if safe is None or safe <= queries.sealed_up_to(table):
        return 0
    with transaction.atomic():
        _hold_chain()
        after, end = queries.sealed_up_to(table), queries.last()
        count, first, digest = queries.digest(model, after, safe)
        if count:
            fresh = Seal(
                table=table, first=first, last=safe, count=count, digest=digest,
                previous=end.head if end else queries.GENESIS, at=act.at,
            )  # fmt: skip
            fresh.head = queries.head_of(fresh)
            entries.write_many([fresh])
    return count


def _safe_key(model: type[Entry]) -> int | None:
    """A key below which nothing can still appear; None when the table is busy or empty.

    SQLite has one writer, so whatever is there is all there is. On PostgreSQL a smaller key may commit later:
    the SHARE lock waits until no writer is under way, reads the largest key, and lets go at once.
    """
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True)
    if connection.vendor == "sqlite":
        return newest.first()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WAIT)
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(model._meta.db_table)} IN SHARE MODE")
            return newest.first()
    except OperationalError:
        return None


def _hold_chain() -> None:
    """One sealer at a time: on SQLite the transaction itself,
    on PostgreSQL a lock that readers do not feel.
    """
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Seal._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def anchor(act: Act) -> None:
    """Write the chain's head outside the database: a database that lost its end, or an older one,
    will not fit it. One that does not fit stays as it is, for it is all that shows the loss.
    """
    end = queries.last()
    if end is None or not queries.fits(anchored()):
        return
    fresh = anchor_file().with_suffix(".new")
    fresh.write_text(json.dumps({"seal": end.pk, "head": end.head, "at": act.at.isoformat()}))
    os.replace(fresh, anchor_file())


def anchored() -> dict[str, Any] | None:
    """The head as it was last written outside."""
    try:
        said: dict[str, Any] = json.loads(anchor_file().read_text())
    except (FileNotFoundError, ValueError):
        return None
    return said


def anchor_file() -> Path:
    return Path(settings.DATA) / "anchor"
