"""The services that carry a notice out, and what their answers mean."""

from dataclasses import dataclass

SENT, DOWN, REFUSED = "sent", "down", "refused"


@dataclass(frozen=True)
class Said:
    """SENT; DOWN (not now: busy, silent, broken); REFUSED (not so: wrong address, signature, text)."""

    outcome: str
    code: str
