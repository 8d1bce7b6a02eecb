"""Reading files: who may, and whether they are whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from ..act import Act
from ..people.models import Person
from ..people.queries import duty_codes
from ..search.queries import visible
from . import sniff, store
from .models import Attachment, Blob, Withdrawal

if TYPE_CHECKING:
    from ..matters.models import Event


WITHDRAWS = frozenset({"office", "overseer"})  # the duties of those who may take a file out of sight


def may_see(attachment: Attachment, person: Person, at: datetime) -> bool:
    """Who sees the matter or the card sees its files; what a visitor sent, visitors do not see."""
    if attachment.event is not None:
        return sees_event(attachment.event, person, at)
    return _sees(attachment.kind, attachment.key, person, at)


def sees_event(event: Event, person: Person, at: datetime) -> bool:
    return _sees("kernel.matter", event.matter_id, person, at)


def _sees(kind: str, key: int | None, person: Person, at: datetime) -> bool:
    if person.built_in:
        return False
    rows = visible(kind, person, at)
    return rows is None or rows.filter(pk=key).exists()


def may_withdraw(attachment: Attachment, act: Act) -> bool:
    """Who sees it and oversees the house."""
    return bool(duty_codes(act.by, act.day) & WITHDRAWS) and may_see(attachment, act.by, act.at)


def in_sight(files: Iterable[Attachment]) -> list[Attachment]:
    """Those that were not withdrawn."""
    return [file for file in files if not hasattr(file, "withdrawal")]


def withdrawn_blobs() -> QuerySet[Blob]:
    """Stored files that nothing shows any more."""
    gone = Blob.objects.filter(pk__in=Withdrawal.objects.values("attachment__blob"))
    return gone.exclude(Exists(Attachment.objects.filter(blob=OuterRef("pk"), withdrawal=None)))


def missing(attachment: Attachment) -> bool:
    """附件缺失: the file is gone or cut short; the page says so in its place."""
    return not store.whole(attachment.blob.sha256, attachment.blob.size)


def is_picture(blob: Blob) -> bool:
    return blob.mime in sniff.PICTURES


def faults(*, full: bool = False) -> Iterator[tuple[Blob, str]]:
    """Blobs whose file is gone or cut short (`full`: or altered), each with what is wrong; for the checks."""
    for blob in (
        Blob.objects.exclude(pk__in=withdrawn_blobs().values("pk")).order_by("pk").iterator(chunk_size=1000)
    ):
        if not store.whole(blob.sha256, blob.size):
            yield blob, "缺失或被截断"
        elif full and not store.unaltered(blob.sha256):
            yield blob, "内容和入库时不一样"
        elif blob.mime == "image/jpeg" and not store.path(blob.sha256, small=True).exists():
            yield blob, "缺小图"
