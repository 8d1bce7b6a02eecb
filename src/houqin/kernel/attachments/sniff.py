"""What a file is by its first bytes and its build; the name and the sender's word are not asked."""

import io
import struct
import zipfile

PICTURES = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/heic": "heic",
}  # fmt: skip
DOCUMENTS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/ofd": "ofd",
}
EXTENSIONS = {**PICTURES, **DOCUMENTS}
BUILT = {  # the part that makes a zip what it is
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "OFD.xml": "application/ofd",
}
HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")  # brands of the pictures of iPhones
PARTS, DIRECTORY = 1_000, 1 << 20  # entries of a zip, bytes of its directory


def mime_of(data: bytes) -> str:
    """The type by content, or "" for what is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        return "image/heic"
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]:
        return "application/pdf"
    return _built(data) if data.startswith(b"PK\x03\x04") else ""


def _built(data: bytes) -> str:
    """Which document a zip is, by its directory alone: nothing is unpacked. Macros make it none of them."""
    if not _small_directory(data):
        return ""
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error, OSError):
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    found = [mime for part, mime in BUILT.items() if part in names]
    if len(found) != 1 or (found[0] != "application/ofd" and "[Content_Types].xml" not in names):
        return ""
    return found[0]


def _small_directory(data: bytes) -> bool:
    """The directory is short, said by the zip's last record, and the record is the plain kind."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or len(data) < at + 22 or data[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        return False
    count, size = struct.unpack("<HI", data[at + 10 : at + 16])
    return count <= PARTS and size <= DIRECTORY
