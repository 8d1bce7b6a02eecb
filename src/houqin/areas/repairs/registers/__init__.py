"""The area's lists."""

from .ledger import DOWNTIMES, REPAIRS, state_of
from .rounds import DUES, JOBS, PLANS, ROUND_SEEN, VISITS
from .slips import PAPER_SLIPS
from .types import FAULT_TYPES, PRIORITIES

__all__ = [
    "DOWNTIMES", "DUES", "FAULT_TYPES", "JOBS", "PAPER_SLIPS", "PLANS", "PRIORITIES", "REPAIRS", "ROUND_SEEN",
    "VISITS", "state_of",
]  # fmt: skip
