"""The server with one promise taken out, to see the harness catch it:
`python -m tests.fault.mutants NAME start …`.
"""

import contextlib
import sys
import time
from typing import Any

import django


class Nothing(contextlib.ContextDecorator):
    """A transaction that is none."""

    def __enter__(self) -> None: ...

    def __exit__(self, *wrong: object) -> None: ...


def no_transaction() -> None:
    """Each statement commits by itself, a little after the one before."""
    from django.db import transaction

    from houqin.config import upkeep  # noqa: F401 - migrations and guards keep their transactions
    from houqin.kernel import entries
    from houqin.kernel.doors import actions as doors
    from houqin.kernel.matters import actions as matters
    from houqin.kernel.numbering import actions as numbering

    real, take = transaction.atomic, numbering.take

    def numbered(prefix: str, year: int, n: int = 1) -> int:
        with real():
            return take(prefix, year, n)

    def slow(*rows: Any, **values: Any) -> Any:
        time.sleep(0.03)
        return write(*rows, **values)

    write = entries.write
    matters.entries = type("slow", (), {"write": staticmethod(slow)})
    numbering.take = numbered
    bare = getattr(doors.once, "__wrapped__", doors.once)
    doors.once = bare
    for module in (matters, doors):
        module.transaction = type(
            "none",
            (),
            {"atomic": staticmethod(lambda *a, **k: Nothing()), "on_commit": transaction.on_commit},
        )
    from houqin.areas.repairs import actions as repairs
    from houqin.areas.repairs.actions import repairing, reporting

    for module in (reporting, repairing):
        for name in ("report", "finish"):
            if inner := getattr(getattr(module, name, None), "__wrapped__", None):
                setattr(module, name, inner)
                setattr(repairs, name, inner)


def event_outside() -> None:
    """The event is written when the rest has been committed."""
    from django.db import transaction

    from houqin.kernel.matters import actions as matters

    def later(model: Any, **values: Any) -> Any:
        made = model(**values)

        def write() -> None:
            time.sleep(0.03)
            entries.write(model, **values)

        transaction.on_commit(write)
        return made

    entries = matters.entries
    matters.entries = type("later", (), {"write": staticmethod(later)})


def early_ack() -> None:
    """The answer goes out, and the transaction is committed afterwards."""
    from django.core.signals import request_finished
    from django.db import transaction

    from houqin.kernel.doors import actions as doors

    held: list[Any] = []
    real = doors.once

    def once(*args: Any, **more: Any) -> Any:
        whole = transaction.atomic()
        whole.__enter__()
        try:
            answer = real(*args, **more)
        except BaseException as wrong:
            whole.__exit__(type(wrong), wrong, wrong.__traceback__)
            raise
        held.append(whole)
        return answer

    def commit(**sent: Any) -> None:
        while held:
            time.sleep(0.1)
            held.pop().__exit__(None, None, None)

    doors.once = once
    request_finished.receivers.insert(
        0, ((id(commit), id(None)), commit, False)
    ) if False else request_finished.connect(commit, weak=False)


def no_idempotency() -> None:
    """Whoever sends twice gets it twice."""
    from houqin.kernel.doors import actions as doors

    doors.once = lambda act, door, body_hash, call, **more: doors._named(call())


MUTANTS = {f.__name__: f for f in (no_transaction, event_outside, early_ack, no_idempotency)}

if __name__ == "__main__":
    from houqin.config import cli

    name = sys.argv.pop(1)
    django.setup()
    MUTANTS[name]()
    sys.exit(cli.main(sys.argv[1:]))
