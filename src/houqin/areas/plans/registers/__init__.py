"""The lists of plans: `plans`, `clauses` with their bindings and the catalogue, `tasks` with checks,
readers and matters."""

from .clauses import BINDINGS, CATALOGUE, PLAN_CLAUSES
from .plans import PLANS
from .tasks import CHECKS, MATTERS, READERS, TASKS

REGISTERS = (PLANS, PLAN_CLAUSES, TASKS, CHECKS, READERS, BINDINGS, CATALOGUE, MATTERS)

__all__ = [
    "BINDINGS",
    "CATALOGUE",
    "CHECKS",
    "MATTERS",
    "PLANS",
    "PLAN_CLAUSES",
    "READERS",
    "REGISTERS",
    "TASKS",
]
