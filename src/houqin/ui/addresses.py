"""Where things stand on the web, and what an address names for whoever may see it."""

from datetime import date

from django.db.models import Exists
from django.urls import reverse

from houqin.kernel.attachments.models import Attachment
from houqin.kernel.errors import NotThere
from houqin.kernel.matters import queries as matters
from houqin.kernel.matters.flow import Step
from houqin.kernel.matters.models import Matter
from houqin.kernel.signatures.models import Signature

from . import access
from .fields import YEARS


def find(request: access.Request, number: str, **beside: Exists) -> Matter:
    """The matter, if this person may know of it, with what is asked beside it;
    else as if it were not there."""
    rows = matters.shown(Matter.objects.visible_to(request.person, request.now))
    matter = rows.filter(number=number).annotate(**beside).first()
    if matter is None:
        raise NotThere(f"没有 {number[:24]} 这件事，或者不归你看。")
    return matter


def day_in(text: str) -> date | None:
    """The day that an address names; None for what is none, or of a year in which no school keeps books."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def url_of(matter: Matter) -> str:
    return reverse("matter", args=(matter.number,))


def slip_url(matter: Matter, step: Step) -> str:
    return reverse("slip", args=(matter.number, step.key))


def paper_url(matter: Matter) -> str:
    return reverse("paper", args=(matter.number,))


def opening_url(kind: str) -> str:
    """/<area>/<noun>/new/"""
    return reverse(f"{kind.partition('.')[0]}:new-{kind}")


def file_url(file: Attachment, size: str) -> str:
    return reverse("file", args=(file.pk, size))


def withdraw_url(file: Attachment) -> str:
    return reverse("withdraw", args=(file.pk,))


def signature_url(signature: Signature) -> str:
    return reverse("signature", args=(signature.pk,))
