"""What a person typed, before it goes into a log line; every such text passes here."""

import unicodedata

LONGEST = 200
HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}  # control, format, line and paragraph separators


def log_safe(text: object) -> str:
    """One line, no control or direction characters, cut at 200:
    nobody writes a log line of his own making.
    """
    said = str(text)
    cut = said[:LONGEST]
    plain = "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in HIDDEN else c for c in cut)
    return plain + ("…" if len(said) > LONGEST else "")
