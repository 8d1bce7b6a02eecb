"""Reading files: who may, whether they are whole."""

from collections.abc import Iterator

from . import sniff, store
from .models import Attachment, Blob


def missing(attachment: Attachment) -> bool:
    """附件缺失: the file is gone or cut short; the page says so instead of showing it."""
    return not store.whole(attachment.blob.sha256, attachment.blob.size)


def is_picture(blob: Blob) -> bool:
    return blob.mime in sniff.PICTURES


def faults(*, full: bool = False) -> Iterator[tuple[Blob, str]]:
    """Blobs whose file is gone or cut short (`full`: or altered), each with what is wrong; for the checks."""
    for blob in Blob.objects.order_by("pk").iterator(chunk_size=1000):
        if not store.whole(blob.sha256, blob.size):
            yield blob, "缺失或被截断"
        elif full and not store.unaltered(blob.sha256):
            yield blob, "内容和入库时不一样"
        elif is_picture(blob) and blob.mime == "image/jpeg" and not store.path(blob.sha256, small=True).exists():
            yield blob, "缺小图"
