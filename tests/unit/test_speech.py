"""Every form of the house, given what it cannot take: what it says is the office's, never Django's own.

Seen to fail with `speak` taken out of `SpeakingForm`,
and with the sentence of an e-mail left out.
"""

import gettext
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

import houqin
from houqin.areas.repairs.forms import FaultTypeForm
from houqin.ui.house_people import PersonForm
from houqin.ui.house_places import PlaceForm

pytestmark = pytest.mark.django_db

BAD = (
    "", "\x00", "x" * 5000, "甲 乙!", "@", "a@", "9" * 30, "-9", "1e5", "0", "2026-13-45", "1986-05-04T02:30",
    "25:61", "no-such",
)  # fmt: skip
FEWEST = 4  # letters of a sentence that make it one
PLACE = re.compile(r"%(?:\(\w+\))?[sdr]")


def stock() -> list[re.Pattern[str]]:
    """Every sentence of Django's own Chinese, with room for what it fills in."""
    where = Path(django.__file__).parent / "conf" / "locale"
    catalog = gettext.translation("django", where, ["zh_Hans"])._catalog  # type: ignore[attr-defined]
    said = {text for key, text in catalog.items() if key and len(PLACE.sub("", text)) >= FEWEST}
    return [re.compile(".*".join(map(re.escape, PLACE.split(text))), re.DOTALL) for text in said]


def forms_of_the_house() -> list[type[forms.Form]]:
    for found in pkgutil.walk_packages(houqin.__path__, "houqin."):
        if re.match(r"houqin\.(ui|areas)\b(?!.*\.(migrations|tests|demo)\b)", found.name):
            importlib.import_module(found.name)

    def below(kind: type) -> Iterator[type]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return sorted({kind for kind in below(forms.Form) if kind.__module__.startswith("houqin.")}, key=repr)


def said_by(kind: type[forms.Form]) -> Iterator[tuple[str, str]]:
    for bad in BAD:
        sent = QueryDict(mutable=True)
        for name in kind.base_fields:
            sent.setlist(name, [bad])
        form = kind(sent, MultiValueDict())
        for name, sentences in form.errors.items():
            yield from ((name, str(sentence)) for sentence in sentences)


def test_no_form_of_the_house_speaks_with_django_s_tongue():
    own, kinds = stock(), forms_of_the_house()
    wrong = {
        f"{kind.__module__}.{kind.__name__}.{name}: {sentence}"
        for kind in kinds
        for name, sentence in said_by(kind)
        if not re.search("[一-鿿]", sentence) or any(one.fullmatch(sentence) for one in own)
    }
    assert sorted(wrong) == []
    assert len(own) > 100 and len(kinds) > 80


@pytest.mark.parametrize(
    "kind,name,sentence",
    [
        (PersonForm, "code", "“代码”只能用英文字母、数字、横线，例如 wangli"),
        (PlaceForm, "code", "“编码”只能用英文字母、数字、横线，例如 jxl-3-05"),
        (FaultTypeForm, "code", "“代码”只能用英文字母、数字、横线，例如 W19"),
    ],
)
def test_a_code_says_which_letters_it_takes(kind, name, sentence):
    assert list(kind(QueryDict("code=王丽")).errors[name]) == [sentence]
