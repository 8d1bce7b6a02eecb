"""What must be true of every school's data at every moment (security.md 6); areas declare theirs beside."""

from ..area import Invariant

INVARIANTS: tuple[Invariant, ...] = ()
