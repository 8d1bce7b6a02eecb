"""现场短码: a visitor types what stands under the code on the label, which no forwarded address tells.

No third party, no cookie, no picture: four characters to be read off, or read aloud. How often one may try is
counted by the offer.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms

from houqin.kernel.errors import Refused
from houqin.kernel.places.models import Label

from .fields import SlipForm

SPOT, LENGTH = "spot", 4
WRONG = f"短码不对，没有报上。写过的都还在，照着标签二维码下面的字，填后 {LENGTH} 位。"


def put_on(form: SlipForm) -> None:
    """Ask it on a visitor's form."""
    form.fields[SPOT] = forms.CharField(
        label=f"标签短码的后 {LENGTH} 位", max_length=12, help_text="印在标签的二维码下面，证明人在现场"
    )
    form.fields[SPOT].widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters"}


def check(form: SlipForm, label: Label) -> None:
    """Refuse what is not on this label; the whole short code will do."""
    said = unicodedata.normalize("NFKC", form.data.get(SPOT, "")).strip().upper()
    if said and said not in (label.short_code, label.short_code[-LENGTH:]):
        raise Refused(WRONG, field=SPOT)


def without(values: dict[str, Any]) -> dict[str, Any]:
    """The facts of the offer, which knows nothing of it."""
    return {name: value for name, value in values.items() if name != SPOT}
