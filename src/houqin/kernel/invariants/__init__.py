"""What must be true of every school's data at every moment (security.md 6); areas declare theirs beside."""

from ..area import Invariant
from . import engine, house, matters, outbox, records

INVARIANTS: tuple[Invariant, ...] = (
    *engine.INVARIANTS,
    *matters.INVARIANTS,
    *records.INVARIANTS,
    *house.INVARIANTS,
    *outbox.INVARIANTS,
)
