"""What is handed to the press: the context of a page as plain data, and the pictures it names."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.utils import get_app_template_dirs
from django.urls import Resolver404, resolve

from houqin.kernel.attachments import queries, sniff, store
from houqin.kernel.attachments.models import Blob
from houqin.kernel.errors import NotThere
from houqin.kernel.people.models import Person
from houqin.ui import files

KEPT = "\n\t\u200d"  # of the signs without a shape: line, tab, and what joins the parts of one sign


def template_beside(page: str) -> Path | None:
    """`repairs/paper.typ` for `repairs/paper.html`: where one lies beside, the paper can be had as a PDF."""
    name = Path(page).with_suffix(".typ")
    return next(
        (folder / name for folder in get_app_template_dirs("templates") if (folder / name).is_file()), None
    )


@dataclass
class Content:
    """The data for one person: texts cleaned, each picture that person may see under a name of ours."""

    person: Person
    at: datetime
    pictures: dict[str, Path] = field(default_factory=dict)

    def plain(self, value: Any) -> Any:
        if isinstance(value, bool | int | float) or value is None:
            return value
        if isinstance(value, Mapping):
            made = {str(key): self.plain(item) for key, item in value.items()}
            return (
                {**made, "picture": self.picture(made["url"])} if isinstance(made.get("url"), str) else made
            )
        if isinstance(value, list | tuple):
            return [self.plain(item) for item in value]
        return visible(str(value))

    def picture(self, url: str) -> str:
        """The name in the press's folder of the picture at an address of ours; "" where there is none."""
        blob = self.blob_at(url)
        if blob is None or not queries.is_picture(blob) or not store.whole(blob.sha256, blob.size):
            return ""
        name = f"{blob.sha256}.{sniff.EXTENSIONS[blob.mime]}"
        self.pictures[name] = store.path(blob.sha256)
        return name

    def blob_at(self, url: str) -> Blob | None:
        try:
            found = resolve(url)
            if found.url_name == "signature":
                return files.drawing_for(found.kwargs["signature"], self.person, self.at)
            if found.url_name == "file":
                return files.attachment_for(found.kwargs["attachment"], self.person, self.at).blob
        except (Resolver404, NotThere):
            pass
        return None


def visible(text: str) -> str:
    """Without control signs and without those that turn the direction of what follows."""
    return "".join(
        sign for sign in text if sign in KEPT or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
    )
