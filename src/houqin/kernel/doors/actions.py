"""Once, and not too often: asked at the door of every write that comes from outside."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection, models, transaction

from .. import entries
from ..act import Act
from ..errors import Refused, TooMany
from .models import Operation, Tries

KEPT = timedelta(hours=72)  # decisions.md, Idempotency

CLAIM = """
    INSERT INTO {table} (person_id, device, op, door, body_hash, kind, key, at, kept)
    VALUES (%s, %s, %s, %s, %s, '', '', %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""
COUNT = """
    INSERT INTO {table} (key, "window", count) VALUES (%s, %s, %s)
    ON CONFLICT (key, "window") DO UPDATE SET count = {table}.count + excluded.count RETURNING count
"""


@transaction.atomic
def once(
    act: Act, door: str, body_hash: str, call: Callable[[], models.Model], *, device: str = ""
) -> tuple[str, str]:
    """Do `call` once for this person's (or device's) `act.op`; answers kind and key of what it made or moved.

    A second sending gets the first one's answer and does nothing; the same `op` with another body is refused.
    A refusal is not kept: the row goes back with the transaction, so that a corrected form may keep its `op`.
    """
    if not act.op:
        return _named(call())
    person = None if act.by.built_in else act.by
    row_id = _claim(act, person.pk if person else None, device, door, body_hash)
    if row_id is None:
        return _seen(
            Operation.objects.get(person=person, device="" if person else device, op=act.op), door, body_hash
        )
    kind, key = _named(call())
    Operation.objects.filter(pk=row_id).update(kind=kind, key=key)
    return kind, key


def _claim(act: Act, person_id: int | None, device: str, door: str, body_hash: str) -> int | None:
    at = connection.ops.adapt_datetimefield_value(act.at)
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM.format(table=Operation._meta.db_table),
            [
                person_id,
                "" if person_id else device,
                act.op,
                door,
                body_hash,
                at,
                act.happened_at is not None,
            ],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _seen(row: Operation, door: str, body_hash: str) -> tuple[str, str]:
    if (row.door, row.body_hash) != (door, body_hash):
        raise Refused("这张单子已经交过一次，内容和那次不一样，这次没有保存。回到列表看那一次，再重新填。")
    return row.kind, row.key


def _named(made: models.Model) -> tuple[str, str]:
    return made._meta.label_lower, str(made.pk)


def forget_old(*, act: Act) -> int:
    """Drop operations older than 72 hours, but those that came from offline; and old counts of tries."""
    Tries.objects.filter(window__lt=int((act.at - KEPT).timestamp())).delete()
    return Operation.objects.filter(at__lt=act.at - KEPT, kept=False).delete()[0]


def count_try(what: str, who: str, *, limit: int, seconds: int, act: Act, by: int = 1) -> None:
    """Count one more try (or `by` bytes, or none) of `who` at `what`; `TooMany` when `limit` in
    `seconds` is passed.

    Counted by one atomic statement outside the caller's transaction, so that a refusal does not undo it.
    """
    now = int(act.at.timestamp())
    window = now - now % seconds
    if _counted(f"{what}:{seconds}:{who}", window, by) > limit:
        wait = window + seconds - now
        minutes = max(1, round(wait / 60))
        later = f"{minutes} 分钟" if minutes <= 90 else f"{round(minutes / 60)} 小时"
        raise TooMany(f"试得太多了，这次没有办。过 {later}再来。", wait=wait)


def _counted(what: str, window: int, by: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(table=Tries._meta.db_table), [entries.keyed_hash(what), window, by])
        return int(cursor.fetchone()[0])
