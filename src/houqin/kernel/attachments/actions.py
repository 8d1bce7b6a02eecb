"""Taking in files: checked by content, pictures redrawn, kept by what is in them, then said in the books."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, models, transaction

from .. import entries
from ..act import Act
from ..errors import NotYours, Overtaken, Refused
from . import names, pictures, queries, sniff, store
from .models import Attachment, Blob, Withdrawal

LARGEST_PHOTO, LARGEST_DOCUMENT = 10 * 1024 * 1024, 20 * 1024 * 1024  # security.md 5.5
ORPHAN, LEFTOVER = timedelta(days=7), timedelta(hours=24)
NOT_TAKEN = (
    "“{name}”不是能收的文件，没有保存。照片收 JPG、PNG、WEBP、GIF、HEIC，文件收 PDF、DOCX、XLSX、OFD。"
)


@dataclass(frozen=True)
class Kept:
    """A file that lies in the store and waits for its row."""

    sha256: str
    size: int
    mime: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: the sender's name for it, its bytes or an open file; `kept` once stored."""

    name: str
    file: bytes | BinaryIO
    kept: Kept | None = None


def keep(uploads: Iterable[Upload]) -> list[Upload]:
    """Check, redraw and store, without touching the database: the slow part, for before the transaction.

    Refuses the first file that is not taken, by its name. What was stored before that is swept later.
    """
    uploads = list(uploads)
    done = iter(_keep_all([_read(upload) for upload in uploads if upload.kept is None]))
    return [upload if upload.kept else next(done) for upload in uploads]


@transaction.atomic
def attach(thing: models.Model, uploads: Iterable[Upload], role: str, act: Act) -> list[Attachment]:
    """Put files on an event of a matter, or on a card; `role` is one of `Attachment.ROLES`."""
    if role not in dict(Attachment.ROLES):
        raise ValueError(role)
    said = {"role": role, "by": act.by, "at": act.at, **_on(thing)}
    rows = [(blob_of(upload.kept, act), upload.name) for upload in keep(uploads) if upload.kept]
    return entries.write_many([Attachment(blob=blob, name=name, **said) for blob, name in rows])


@transaction.atomic
def withdraw(attachment: Attachment, *, reason: str, act: Act) -> Withdrawal:
    """撤下: whoever oversees takes a file out of sight, with a reason; once."""
    if not queries.may_withdraw(attachment, act):
        raise NotYours(f"“{attachment}”不归你撤下，没有改。请总务主任来撤。")
    if not reason.strip():
        raise Refused("没有写为什么撤下，没有改。写一句。", field="reason")
    Blob.objects.select_for_update().get(pk=attachment.blob_id)
    if Withdrawal.objects.filter(attachment=attachment).exists():
        raise Overtaken(f"“{attachment}”已经撤下了，没有再改。")
    return entries.write(Withdrawal, attachment=attachment, reason=reason.strip()[:200], by=act.by, at=act.at)


def keep_drawing(png: bytes) -> Kept:
    """A drawn signature, trimmed; refused if nothing is drawn."""
    [drawn] = pictures.redraw([png], drawing=True)
    if isinstance(drawn, Refused):
        raise drawn
    return Kept(store.put(drawn.data), len(drawn.data), "image/png", drawn.width, drawn.height)


def blob_of(kept: Kept, act: Act) -> Blob:
    """The one row of these bytes."""
    found = Blob.objects.filter(sha256=kept.sha256).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return entries.write(Blob, stored_at=act.at, **asdict(kept))
    except IntegrityError:  # another request wrote it in this moment
        return Blob.objects.get(sha256=kept.sha256)


def sweep(act: Act) -> int:
    """Remove files that never got a row in seven days, those withdrawn, and what broken uploads
    left; how many."""
    older_than = (act.at - ORPHAN).timestamp()
    old = [place for place in store.files() if place.stat().st_mtime < older_than]
    known = _known({_sha(place) for place in old})
    gone = sum(store.drop(place, older_than) for place in old if _sha(place) not in known)
    aside = (act.at - LEFTOVER).timestamp()
    return gone + _sweep_withdrawn(aside) + _sweep_leftovers(aside)


def _on(thing: models.Model) -> dict[str, Any]:
    if thing._meta.label_lower == "kernel.event":
        return {"event": thing}
    return {"kind": thing._meta.label_lower, "key": thing.pk}


def _read(upload: Upload) -> tuple[str, bytes, str]:
    """Name, bytes and type of what was sent; refuses what is not taken."""
    name = names.kept(upload.name)
    data = upload.file if isinstance(upload.file, bytes) else _bytes(upload.file)
    mime = sniff.mime_of(data)
    if mime not in sniff.EXTENSIONS:
        raise Refused(NOT_TAKEN.format(name=name))
    largest = LARGEST_PHOTO if mime in sniff.PICTURES else LARGEST_DOCUMENT
    if len(data) > largest:
        raise Refused(f"“{name}”太大，没有保存。照片最多 10 MB，文件最多 20 MB。")
    return name, data, mime


def _bytes(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(LARGEST_DOCUMENT + 1)


def _keep_all(files: list[tuple[str, bytes, str]]) -> list[Upload]:
    if files:
        store.need_room(sum(len(data) for _, data, _ in files))
    redrawn = iter(pictures.redraw([data for _, data, mime in files if mime in sniff.PICTURES]))
    return [
        Upload(
            name, b"", _keep_picture(name, redrawn) if mime in sniff.PICTURES else _keep_document(data, mime)
        )
        for name, data, mime in files
    ]


def _keep_picture(name: str, redrawn: Iterator[pictures.Picture | Refused]) -> Kept:
    picture = next(redrawn)
    if isinstance(picture, Refused):
        raise Refused(f"“{name}”：{picture}")
    sha = store.put(picture.data, picture.small)
    return Kept(sha, len(picture.data), "image/jpeg", picture.width, picture.height)


def _keep_document(data: bytes, mime: str) -> Kept:
    return Kept(store.put(data), len(data), mime)


def _sha(place: Path) -> str:
    return place.parent.name + place.name.split(".")[0]


def _known(shas: set[str]) -> set[str]:
    listed = sorted(shas)
    parts = (listed[n : n + 500] for n in range(0, len(listed), 500))
    rows = (Blob.objects.filter(sha256__in=part).values_list("sha256", flat=True) for part in parts)
    return {sha for found in rows for sha in found}


def _sweep_withdrawn(older_than: float) -> int:
    """Files of which every attachment was withdrawn; one that is being sent again in this hour has
    a new time."""
    shas = queries.withdrawn_blobs().values_list("sha256", flat=True)
    places = [store.path(sha, small=small) for sha in shas for small in (False, True)]
    return sum(store.drop(place, older_than) for place in places)


def _sweep_leftovers(older_than: float) -> int:
    """Temporary files of requests that were cut off."""
    left = [place for place in (Path(settings.DATA) / "tmp").glob("*") if place.is_file()]
    left += [place for place in store.files() if place.suffix == ".tmp"]
    old = [place for place in left if place.stat().st_mtime < older_than]
    for place in old:
        place.unlink(missing_ok=True)
    return len(old)
