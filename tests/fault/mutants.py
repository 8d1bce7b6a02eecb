"""The server with one promise taken out, to see the harness catch it:
`python -m tests.fault.mutants NAME start …`. The promise goes when the first page can be served, not before.
"""

import sys
import threading
import time
from typing import Any

SLOW = 0.03  # seconds by which a mutant stretches its gap


def no_transaction() -> None:
    """Each statement commits by itself, a little after the one before; numbers are still taken whole."""
    from django.db.transaction import Atomic

    from houqin.kernel import entries
    from houqin.kernel.numbering import actions as numbering

    whole, enter, leave, take, write_many = (
        threading.local(), Atomic.__enter__, Atomic.__exit__, numbering.take, entries.write_many
    )  # fmt: skip

    def numbered(prefix: str, year: int, n: int = 1) -> int:
        whole.on = True
        try:
            with Atomic(using=None, savepoint=True, durable=False):
                return take(prefix, year, n)
        finally:
            whole.on = False

    def slowly(rows: Any) -> Any:
        time.sleep(SLOW)
        return write_many(rows)

    Atomic.__enter__ = lambda self: enter(self) if getattr(whole, "on", False) else None
    Atomic.__exit__ = lambda self, *wrong: leave(self, *wrong) if getattr(whole, "on", False) else None
    numbering.take, entries.write_many = numbered, slowly


def event_outside() -> None:
    """The event is written when the rest has been committed."""
    from django.db import transaction

    from houqin.kernel import entries
    from houqin.kernel.matters import actions as matters

    def later(model: Any, **values: Any) -> Any:
        def write() -> None:
            time.sleep(SLOW)
            entries.write(model, **values)

        transaction.on_commit(write)
        return model(**values)

    matters.entries = type("later", (), {"write": staticmethod(later)})


def early_ack() -> None:
    """The answer goes out, and the transaction is committed afterwards."""
    from django.core.signals import request_finished
    from django.db import close_old_connections, transaction

    from houqin.kernel.doors import actions as doors

    held, real = threading.local(), doors.once

    def once(*args: Any, **more: Any) -> Any:
        whole = transaction.atomic()
        whole.__enter__()
        try:
            answer = real(*args, **more)
        except BaseException as wrong:
            whole.__exit__(type(wrong), wrong, wrong.__traceback__)
            raise
        held.whole = whole
        return answer

    def commit(**sent: Any) -> None:
        whole, held.whole = getattr(held, "whole", None), None
        if whole:
            time.sleep(5 * SLOW)
            whole.__exit__(None, None, None)

    doors.once = once
    request_finished.disconnect(close_old_connections)  # it would drop what is not committed
    request_finished.connect(commit, weak=False)
    request_finished.connect(close_old_connections)


def no_idempotency() -> None:
    """Whoever sends twice gets it twice; the first one's operation stays on the books."""
    from django.db import transaction

    from houqin.kernel.doors import actions as doors
    from houqin.kernel.doors.models import Operation

    @transaction.atomic
    def once(act: Any, door: str, body_hash: str, call: Any, *, device: str = "") -> tuple[str, str]:
        person = None if act.by.built_in else act.by.pk
        row = doors._claim(act, person, device, door, body_hash) if act.op else None
        kind, key = doors._named(call())
        Operation.objects.filter(pk=row).update(kind=kind, key=key)
        return kind, key

    doors.once = once


MUTANTS = {f.__name__: f for f in (no_transaction, event_outside, early_ack, no_idempotency)}

if __name__ == "__main__":
    from houqin.config import cli, server

    mutate, serve = MUTANTS[sys.argv.pop(1)], server._serve

    def serve_mutated(*words: Any) -> None:
        mutate()
        serve(*words)

    server._serve = serve_mutated
    sys.exit(cli.main(sys.argv[1:]))
