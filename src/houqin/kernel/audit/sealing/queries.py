"""Reading the chain of seals: what is sealed, what hangs together, what does not."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from ...entries import Entry, models_of_entries
from ..models import Seal

GENESIS = "0" * 64  # what the first seal follows


def sealed_models() -> list[type[Entry]]:
    """Every entry table but the seals themselves, which are chained one to the next."""
    return [model for model in models_of_entries() if model is not Seal]


def last() -> Seal | None:
    """The end of the chain."""
    return Seal.objects.order_by("-pk").first()


def fits(said: dict[str, Any] | None) -> bool:
    """Whether a head that was written outside the database is in it."""
    if said is None:
        return True
    return Seal.objects.filter(pk=said["seal"]).values_list("head", flat=True).first() == said["head"]


def sealed_up_to(table: str) -> int:
    """The key of the last sealed row of a table, 0 when none is."""
    return Seal.objects.filter(table=table).order_by("-last").values_list("last", flat=True).first() or 0


def digest(model: type[Entry], after: int, until: int) -> tuple[int, int, str]:
    """How many rows lie in (after, until], the first key among them,
    and the SHA-256 over keys and keyed hashes.
    """
    rows = model._default_manager.filter(pk__gt=after, pk__lte=until).order_by("pk").values_list("pk", "mac")
    return digest_of(rows.iterator(chunk_size=5000))


def digest_of(rows: Iterable[tuple[int, str]]) -> tuple[int, int, str]:
    count, first, seen = 0, 0, sha256()
    for key, mac in rows:
        first = first or key
        count += 1
        seen.update(f"{key}:{mac}\n".encode())
    return count, first, seen.hexdigest()


def head_of(seal: Seal) -> str:
    """What chains a seal to the one before: SHA-256 over everything it says but its time."""
    said = (seal.previous, seal.table, seal.first, seal.last, seal.count, seal.digest)
    return sha256("|".join(str(part) for part in said).encode()).hexdigest()
