"""验证: a small sum that a visitor answers before anything of his is taken in. No third party, no
cookie, no picture.

It is plain text, so that it can be read aloud. It is sealed into the form with its label and its
moment: good for one
report within an hour. A wrong answer spends it and another is asked; how often one may try is
counted by the offer.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core import signing

from houqin.kernel.doors import actions as doors
from houqin.kernel.errors import Refused
from houqin.kernel.places.models import Label

from .fields import SlipForm

QUESTION, ANSWER = "challenge", "challenge_answer"
SALT, GOOD_FOR = "houqin.scan.challenge", 3600  # seconds
DIGITS = "零一二三四五六七八九"
WRONG = "算得不对，没有报上。写过的都还在，换了一题，再算一次。"
OVER = "这一题过了时候，没有报上。写过的都还在，换了一题，再算一次。"


@dataclass(frozen=True)
class Sum:
    """What was asked, where and when."""

    key: str
    label: int
    asked_at: int
    left: int
    right: int


def put_on(form: SlipForm, label: Label, at: datetime) -> Sum | None:
    """Add the sum to a visitor's form; answers the one it came back with, if that is still good."""
    sent = unsealed(form.data.get(QUESTION, ""), label, at)
    form.fields[QUESTION] = forms.CharField(widget=forms.HiddenInput, required=False)
    form.fields[ANSWER] = forms.CharField(max_length=8, required=False)
    form.fields[ANSWER].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
    _ask(form, sent or fresh(label, at))
    return sent


def check(form: SlipForm, sent: Sum | None, label: Label, at: datetime) -> None:
    """Refuse what is not answered, wrong or too late; the form then asks another sum."""
    said = unicodedata.normalize("NFKC", form.data.get(ANSWER, "")).strip()
    if sent is None:
        _ask(form, fresh(label, at))
        raise Refused(OVER, field=ANSWER)
    if not said:
        raise Refused(f"“{form.fields[ANSWER].label}”还没填，写一个数字", field=ANSWER)
    if said != str(sent.left + sent.right):
        doors.use_once("challenge", sent.key, window=sent.asked_at)
        _ask(form, fresh(label, at))
        raise Refused(WRONG, field=ANSWER)


def spend(sent: Sum) -> None:
    """In the transaction of what it was answered for: it lets in one report and no second."""
    if not doors.use_once("challenge", sent.key, window=sent.asked_at):
        raise Refused(OVER, field=ANSWER)


def without(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in (QUESTION, ANSWER)}


def fresh(label: Label, at: datetime) -> Sum:
    left, right = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    return Sum(secrets.token_hex(8), label.pk, int(at.timestamp()), left, right)


def unsealed(sealed: str, label: Label, at: datetime) -> Sum | None:
    found = _read(sealed)
    good = found is not None and found.label == label.pk and at.timestamp() - found.asked_at <= GOOD_FOR
    return found if good else None


def _ask(form: SlipForm, asked: Sum) -> None:
    """The form shows this sum; an answer to another one is taken out of it."""
    sealed = signing.dumps(astuple(asked), salt=SALT)
    form.initial[QUESTION] = sealed
    form.fields[ANSWER].label = f"{DIGITS[asked.left]}加{DIGITS[asked.right]}等于几"
    form.fields[ANSWER].help_text = "没有登录的要算一题，防乱报"
    if form.is_bound and _read(form.data.get(QUESTION, "")) != asked:
        data: Any = form.data.copy()  # type: ignore[attr-defined]
        data[QUESTION], data[ANSWER] = sealed, ""
        form.data = data


def _read(sealed: str) -> Sum | None:
    try:
        return Sum(*signing.loads(sealed[:400], salt=SALT))
    except signing.BadSignature:
        return None
