"""The area's lists."""

from .ledger import DOWNTIMES, REPAIRS, state_of
from .slips import PAPER_SLIPS
from .types import FAULT_TYPES, PRIORITIES

__all__ = ["DOWNTIMES", "FAULT_TYPES", "PAPER_SLIPS", "PRIORITIES", "REPAIRS", "state_of"]
