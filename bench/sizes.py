"""How big the schools of the bench are: what a year brings in, and what twenty years leave behind."""

from dataclasses import dataclass
from datetime import date

TODAY = date(2026, 11, 23)  # the morning on which every school of the bench stands
PEOPLE, PLACES = 300, 400


@dataclass(frozen=True)
class Size:
    """A school by the years of its books and the repairs in them."""

    name: str
    years: int
    repairs: int
    titles: int = 0  # search rows beyond those of the repairs: the same titles over again


SIZES = {
    size.name: size
    for size in (
        Size("tiny", 1, 1_000),
        Size("S1", 1, 20_000),
        Size("S20", 20, 400_000),
        Size("Z1M", 20, 400_000, titles=600_000),
    )
}
