"""A small .docx for a test: its body, its lists and its styles as XML without prefixes to write."""

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def docx(body: str, numbering: str = "", styles: str = "", **parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr("_rels/.rels", relations(officeDocument="word/document.xml"))
        archive.writestr(
            "word/_rels/document.xml.rels", relations(numbering="numbering.xml", styles="styles.xml")
        )
        archive.writestr("word/document.xml", word("document", f"<w:body>{body}</w:body>"))
        archive.writestr("word/numbering.xml", word("numbering", numbering))
        archive.writestr("word/styles.xml", word("styles", styles))
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def word(root: str, inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="{W}" xmlns:mc="mc">{inside}</w:{root}>'


def relations(**kinds: str) -> str:
    rows = "".join(f'<Relationship Id="{k}" Type="{OFFICE}/{k}" Target="{v}"/>' for k, v in kinds.items())
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def p(text: str = "", num: int | None = None, depth: int = 0, style: str = "", mark: str = "") -> str:
    """A paragraph: plain words or runs; in a list, by a style; `mark`: what was done to its end."""
    listed = (
        f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{num}"/></w:numPr>' if num is not None else ""
    )
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    ended = f"<w:rPr><w:{mark}/></w:rPr>" if mark else ""
    runs = text if text.startswith("<") else r(text)
    return f"<w:p><w:pPr>{styled}{listed}{ended}</w:pPr>{runs}</w:p>"


def r(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def listing(key: int, *levels: tuple[str, str], more: str = "", **styles: str) -> str:
    """An abstract list and the num of the same key: format and text of each level."""
    rows = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        + (f'<w:pStyle w:val="{styles[f"style{n}"]}"/>' if f"style{n}" in styles else "")
        + f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
        for n, (form, text) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{key}">{rows}</w:abstractNum>'


def num(key: int, of: int, start: int | None = None) -> str:
    begins = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride>' if start else ""
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{begins}</w:num>'


def table(*rows: tuple[str, ...]) -> str:
    cells = (
        "".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in row) for row in rows
    )
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"
