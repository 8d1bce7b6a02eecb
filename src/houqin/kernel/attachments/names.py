"""Names of files: text that a person gave, shown and sent back, never a path."""

import unicodedata
from urllib.parse import quote

LONGEST = 120
NO_TEXT = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # control, direction and unassigned signs
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def kept(name: str) -> str:
    """The name as it is kept: the last part of a path, of plain text only, at most 120 long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in last if unicodedata.category(sign) not in NO_TEXT)
    plain = "".join(sign for sign in plain if sign not in '<>:"|?*').strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if dot and len(extension) <= 10:
        return f"{stem[: LONGEST - 1 - len(extension)]}.{extension}"
    return plain[:LONGEST] or "附件"


def sent(name: str, extension: str, number: object) -> str:
    """The names in a download's header (RFC 6266): the extension is the real type's, whatever was said."""
    stem = kept(name)
    said = stem.rpartition(".")[2].lower()
    if "." in stem and len(said) <= 5 and said.isascii() and said.isalnum():
        stem = stem.rpartition(".")[0]
    stem = stem.rstrip(" .")[:80] or "附件"
    if stem.partition(".")[0].strip().lower() in RESERVED:
        stem = f"附件 {stem}"
    return f"filename=\"file-{number}.{extension}\"; filename*=UTF-8''{quote(f'{stem}.{extension}', safe='')}"
