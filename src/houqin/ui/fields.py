"""Forms of slips: a strict form whose choices are handed in, and the field types a slip may have.

A form fetches nothing. `choices=` carries what the actor may choose, by field name, and anything else about a
field under "<field>__<what>" (initial, icons, tones, words, notice, signer, saved, unit, aside, placeholder,
help_text, label, required). A key the form does not know is refused, so that nothing is lost in silence.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from houqin.kernel.attachments.actions import Upload
from houqin.kernel.signatures.actions import Signed

from .speech import speak

YEARS = range(1900, 2101)  # in which a school keeps books
OWN = frozenset({"csrfmiddlewaretoken", "_op", "_happened_at", "_seen"})  # the kit's keys in every POST
ASKED = frozenset(
    {"initial", "icons", "tones", "words", "notice", "signer", "saved", "unit", "aside", "placeholder"}
    | {"help_text", "label", "required", "look", "most"}
)
DRAWN = "data:image/png;base64,"
LARGEST_DRAWING = 400_000  # characters of base64; a pad of 900 × 360 draws about 30,000
LARGEST = Decimal(10) ** 12
WRITTEN = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


class SlipForm(forms.Form):
    """办理单's form: strict, with its choices handed in and its errors in the office's words."""

    def __init__(
        self, data: Any = None, files: Any = None, *, choices: Mapping[str, Any] | None = None, **kwargs: Any
    ):
        super().__init__(data, files, **kwargs)
        for name, field in self.fields.items():
            speak(name, field)
        for key, value in (choices or {}).items():
            self._take(key, value)

    def _take(self, key: str, value: Any) -> None:
        name, _, what = key.partition("__")
        if name not in self.fields or (what and what not in ASKED):
            raise KeyError(f"{type(self).__name__} has no “{key}”")
        field = self.fields[name]
        if what == "initial":
            self.initial[name] = value
        elif what:
            setattr(field, what, value)
        else:
            offer(field, value)

    def clean(self) -> dict[str, Any] | None:
        if unknown := sorted(set(self.data) - OWN - self._known()):
            raise forms.ValidationError(f"这张单子里多了不认识的一项“{unknown[0][:40]}”，刷新页面再填")
        return super().clean()

    def _known(self) -> set[str]:
        """Every key this form reads; rows count theirs by what was sent."""
        known = {self.add_prefix(name) for name in self.fields}
        for name, field in self.fields.items():
            if isinstance(field, RowsField):
                known |= {key for key in self.data if field.takes(self.add_prefix(name), key)}
        return known


def offer(field: forms.Field, value: Any) -> None:
    """Put what may be chosen into a field."""
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = value
    elif isinstance(field, RowsField):
        field.offer(value)
    elif isinstance(field, forms.ChoiceField):
        field.choices = value
    else:
        raise TypeError(f"{field.label} has no choices")


# ── photos ────────────────────────────────────────────────────────────────────────────────────────────────


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: MultiValueDict, name: str) -> list[UploadedFile]:
        return files.getlist(name) if hasattr(files, "getlist") else list(filter(None, [files.get(name)]))


class PhotosField(forms.Field):
    """照片: several files under one name; cleaned to a list of `Upload` (an empty one when none was taken)."""

    widget = PhotosInput
    look = "photos"

    def __init__(self, *, most: int = 6, **kwargs: Any):
        super().__init__(**{"label": "照片", **kwargs})
        self.most = most

    def clean(self, value: list[UploadedFile] | None) -> list[Upload]:
        files = [file for file in value or [] if file]
        if self.required and not files:
            raise forms.ValidationError(f"“{self.label}”还没有，拍一张再交")
        if len(files) > self.most:
            raise forms.ValidationError(f"“{self.label}”最多 {self.most} 张，这次有 {len(files)} 张")
        return [Upload(file.name or "照片", cast(BinaryIO, file)) for file in files]


class PaperField(PhotosField):
    """附件: one or more files of any accepted kind (scanned papers, tables)."""

    look = "file"

    def __init__(self, *, most: int = 4, **kwargs: Any):
        super().__init__(most=most, **{"label": "附件", **kwargs})


# ── signature ─────────────────────────────────────────────────────────────────────────────────────────────


class SignatureInput(forms.TextInput):
    """A drawn name (a PNG) if there is one among the values sent, else the click."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        sent = data.getlist(name) if hasattr(data, "getlist") else [data.get(name, "")]
        return max((text for text in sent if text), key=lambda text: text.startswith(DRAWN), default="")


class SignatureField(forms.Field):
    """签名: drawn on the pad or given by a click; cleaned to `Signed`, or None where it may be left out."""

    widget = SignatureInput
    look = "signature"
    many = True  # the drawing and the click may both be sent; the drawing counts

    def __init__(self, **kwargs: Any):
        super().__init__(**{"label": "签名", **kwargs})

    def clean(self, value: str) -> Signed | None:
        if not value:
            if self.required:
                raise forms.ValidationError("还没有签名，写一笔或点一下再交")
            return None
        if value == "click":
            return Signed("login", None)
        if not value.startswith(DRAWN) or len(value) > LARGEST_DRAWING:
            raise forms.ValidationError("签名没有传完整，重写一次")
        try:
            return Signed("pad", base64.b64decode(value.removeprefix(DRAWN), validate=True))
        except (binascii.Error, ValueError):
            raise forms.ValidationError("签名没有传完整，重写一次") from None


# ── amounts ───────────────────────────────────────────────────────────────────────────────────────────────


def decimal_of(text: str, places: int, label: str) -> Decimal:
    """A figure as people type it: 1,200.5, full-width digits too; refuses what is finer than `places`.

    What Python reads besides (1e5, 1_000, NaN) is none; the table is in docs/building/security.md, A29.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not WRITTEN.fullmatch(plain):
        raise forms.ValidationError(f"“{label}”要填数字，例如 {'12.5' if places else '12'}")
    number = Decimal(plain.replace(",", ""))
    if abs(number) >= LARGEST:
        raise forms.ValidationError(f"“{label}”的数太大")
    if number != round(number, places):
        raise forms.ValidationError(f"“{label}”{f'最多 {places} 位小数' if places else '要填整数'}")
    return number


class WholeField(forms.IntegerField):
    """A count: as `decimal_of` reads it, within bounds that every field has, so that the database
    takes it."""

    def __init__(self, *, min_value: int, max_value: int, **kwargs: Any):
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_python(self, value: Any) -> int | None:
        return None if value in self.empty_values else int(decimal_of(str(value), 0, str(self.label)))


class DayField(forms.DateField):
    """A day of a year in which a school keeps books, as in its sheets."""

    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    input_formats = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(_half_width(value))
        _refuse_year(self, day)
        return day


class MomentField(forms.DateTimeField):
    """A day as above and an hour of it, in the school's time."""

    widget = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment = super().to_python(_half_width(value))
        except forms.ValidationError as wrong:  # an hour that the clocks of 1986 to 1991 left out, too
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from wrong
        _refuse_year(self, moment)
        return moment


class HourField(forms.TimeField):
    """An hour of the clock: 8:20."""

    widget = forms.TimeInput({"type": "time"}, "%H:%M")
    input_formats = ("%H:%M", "%H:%M:%S")

    def to_python(self, value: Any) -> time | None:
        try:
            return super().to_python(_half_width(value))
        except forms.ValidationError as wrong:
            raise forms.ValidationError(f"“{self.label}”写成 8:20 这样") from wrong


def _half_width(value: Any) -> Any:
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


def _refuse_year(field: forms.Field, day: date | None) -> None:
    if day and day.year not in YEARS:
        raise forms.ValidationError(f"“{field.label}”的年份不对：{day.year}")


class FigureField(forms.CharField):
    """A figure with its unit, cleaned to an integer of the smallest step; empty is None."""

    step, places = 1000, 3

    def __init__(self, *, unit: str, least: int | None = 0, **kwargs: Any):
        super().__init__(**{"max_length": 20, **kwargs})
        self.unit, self.least = unit, least
        self.widget.attrs.setdefault("inputmode", "decimal")

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        whole = int(decimal_of(text, self.places, str(self.label)) * self.step)
        if self.least is not None and whole < self.least:
            raise forms.ValidationError(f"“{self.label}”不能小于 {self.least // self.step}")
        return whole

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / self.step:f}" if isinstance(value, int) else value


class QuantityField(FigureField):
    """数量, in thousandths of the unit."""


class MoneyField(FigureField):
    """金额, in 分."""

    step, places = 100, 2

    def __init__(self, *, unit: str = "元", **kwargs: Any):
        super().__init__(unit=unit, **kwargs)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class RowColumn:
    """One column of a RowsField. `into` says what a number becomes: "milli" thousandths, "fen", "int".

    A select's `choices` are (value, label) pairs, or a queryset whose object the cleaned row then holds.
    """

    name: str
    label: str
    kind: str = "text"  # or number, select
    into: str = "milli"
    required: bool = True
    unit: str = ""
    placeholder: str = ""
    longest: int = 120  # characters of a text
    least: int = 1  # of a number, in its smallest step
    choices: tuple[tuple[str, str], ...] = ()
    rows: QuerySet | None = None


STEPS = {"milli": (1000, 3), "fen": (100, 2), "int": (1, 0)}


class RowsInput(forms.Widget):
    """Reads <field>-<row>-<column>; drawn by parts/controls/lines.html."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        found: dict[int, dict[str, str]] = {}
        for key in data:
            if match := re.fullmatch(rf"{re.escape(name)}-(\d{{1,3}})-(\w+)", key):
                found.setdefault(int(match[1]), {})[match[2]] = data.get(key, "").strip()
        return [row for _, row in sorted(found.items()) if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class TicksField(forms.ModelMultipleChoiceField):
    """Rows by their keys. Django would ask for a number of any length, and the database cannot hold it."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if not (key.isascii() and key.isdigit() and len(key) < 19):
                raise forms.ValidationError(self.error_messages["invalid_pk_value"], params={"pk": key[:20]})
        return super().clean(value)


class RowsField(forms.Field):
    """明细: rows of a small table (parts used, things bought); cleaned to a list of dicts by column name."""

    widget = RowsInput
    look = "lines"

    def __init__(self, *, columns: Iterable[RowColumn], most: int = 20, **kwargs: Any):
        super().__init__(**kwargs)
        self.columns = tuple(columns)
        self.most = most

    def takes(self, name: str, key: str) -> bool:
        """Whether a key that was sent is a cell of this field (access.refuse_unknown asks)."""
        names = "|".join(column.name for column in self.columns)
        return re.fullmatch(rf"{re.escape(name)}-\d{{1,3}}-({names})", key) is not None

    def offer(self, choices: Mapping[str, Any]) -> None:
        """What each select column may hold: {column: queryset or pairs}."""
        self.columns = tuple(
            _with_choices(column, choices[column.name]) if column.name in choices else column
            for column in self.columns
        )

    def clean(self, value: list[dict[str, str]] | None) -> list[dict[str, Any]]:
        rows = value or []
        if self.required and not rows:
            raise forms.ValidationError(f"“{self.label}”至少填一行")
        if len(rows) > self.most:
            raise forms.ValidationError(f"“{self.label}”最多 {self.most} 行")
        return [self._row(at, row) for at, row in enumerate(rows, 1)]

    def _row(self, at: int, row: dict[str, str]) -> dict[str, Any]:
        try:
            return {column.name: _cell(column, row.get(column.name, "")) for column in self.columns}
        except forms.ValidationError as wrong:
            raise forms.ValidationError(f"第 {at} 行：{wrong.messages[0]}") from None


def _with_choices(column: RowColumn, offered: Any) -> RowColumn:
    if isinstance(offered, QuerySet):
        return replace(column, rows=offered, choices=tuple((str(row.pk), str(row)) for row in offered))
    return replace(column, choices=tuple((str(value), label) for value, label in offered))


def _cell(column: RowColumn, text: str) -> Any:
    if not text:
        if column.required:
            raise forms.ValidationError(f"“{column.label}”还没填")
        return "" if column.kind == "text" else None
    if column.kind == "select":
        return _chosen(column, text)
    if column.kind == "number":
        step, places = STEPS[column.into]
        number = int(decimal_of(text, places, column.label) * step)
        if number < column.least:
            raise forms.ValidationError(f"“{column.label}”{'要大于 0' if column.least else '不能小于 0'}")
        return number
    if len(text) > column.longest or min(text) < " ":
        raise forms.ValidationError(f"“{column.label}”太长，最多 {column.longest} 个字，不能有打不出的字符")
    return text


def _chosen(column: RowColumn, text: str) -> Any:
    if text not in dict(column.choices):
        raise forms.ValidationError(f"“{column.label}”选的这一项现在没有了，重新选")
    return next(row for row in column.rows if str(row.pk) == text) if column.rows is not None else text
