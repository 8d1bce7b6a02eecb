"""What a field says when it cannot take what was filled in: of itself, in the office's words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

UNSEEN = "“{}”里有看不见的控制符，删掉再填"
CODE = "只能用英文字母、数字、横线，例如 {}"


def slug_said(label: str, example: str) -> dict[str, str]:
    """The sentence of a code whose example is its own."""
    return {"invalid": f"“{label}”{CODE.format(example)}"}


def speak(name: str, field: forms.Field) -> None:
    """What is lacking, said of this field; a sentence given by the form stays."""
    label = str(field.label or name)
    plain = type(field).default_error_messages | forms.Field.default_error_messages
    for code, sentence in said_of(field, label).items():
        if code not in field.error_messages or field.error_messages[code] == plain.get(code):
            field.error_messages[code] = sentence
    if isinstance(field, forms.ModelChoiceField):
        check = ProhibitNullCharactersValidator(UNSEEN.format(label))
        field.validate_no_null_characters = check  # type: ignore[method-assign]
        field.empty_label = None if field.empty_label is None else "选一个"


def said_of(field: forms.Field, label: str) -> dict[str, str]:
    """By Django's word for what is wrong; the words of a check of its own are those of the field's kind."""
    chosen = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField)
    invalid = f"“{label}”看不懂，照例子重填"
    if isinstance(field, forms.SlugField):
        invalid = f"“{label}”{CODE.format('wangli')}"
    elif isinstance(field, forms.EmailField):
        invalid = f"“{label}”不像邮箱，例如 wangli@school.cn"
    elif isinstance(field, forms.IntegerField):
        invalid = f"“{label}”要填整数"
    gone = f"“{label}”选的这一项现在没有了，重新选"
    return {
        "required": f"“{label}”还没{'选' if chosen else '填'}",
        "invalid": invalid,
        "invalid_choice": gone,
        "invalid_pk_value": gone,
        "invalid_list": gone,
        "list": gone,
        "null_characters_not_allowed": UNSEEN.format(label),
        "max_length": f"“{label}”太长，最多 %(limit_value)d 个字",
        "min_length": f"“{label}”太短，最少 %(limit_value)d 个字",
        "max_value": f"“{label}”最大 %(limit_value)s",
        "min_value": f"“{label}”最小 %(limit_value)s",
    }


class SpeakingForm(forms.Form):
    """A form of one page, in the office's words."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            speak(name, field)
