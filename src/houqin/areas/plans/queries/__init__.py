"""Reading plans: `catalogue` for the 82 clauses, `binding` for likeness, `finding` for steps and screens,
`checks` for what must be true.
"""

from .binding import LEAST, SURE, proposals, unbound, undecided
from .catalogue import CHAPTER, CHAPTERS, Wanted, shipped_clauses, wanted
from .checks import (
    bound_by_someone,
    catalogue_is_whole,
    checked_by_another,
    in_force_is_owned,
    in_right_hands,
    trees_hold,
)  # fmt: skip
from .finding import (
    carried_out,
    clauses_of,
    held,
    is_here,
    owned,
    plan_in_force,
    plans_seen,
    read_by,
    readers_seen,
    sees_drafts,
    takers,
    tasks_seen,
    to_sign,
    waiting,
)
from .standing import Standing, before, counted, declared, standings

__all__ = [
    "CHAPTER", "CHAPTERS", "LEAST", "SURE", "Standing", "Wanted", "before", "bound_by_someone", "carried_out",
    "catalogue_is_whole",
    "checked_by_another", "clauses_of", "counted", "declared", "held", "in_force_is_owned",
    "in_right_hands", "is_here", "owned",
    "plan_in_force", "plans_seen",
    "proposals", "read_by", "readers_seen", "sees_drafts", "shipped_clauses", "standings", "takers",
    "tasks_seen", "to_sign", "trees_hold",
    "unbound", "undecided", "waiting", "wanted",
]  # fmt: skip
