"""What a slip asks for, as the body of a request: one type from the form, for the document and for checking.

The types are strict: a number is no text, an unknown key is refused. What a field may hold for this person
is the form's own business, and is asked of the form afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any

from django import forms
from pydantic import BaseModel, ConfigDict, Field, create_model

from houqin.ui.fields import (
    LARGEST,
    LARGEST_DRAWING,
    STEPS,
    FigureField,
    PhotosField,
    RowColumn,
    RowsField,
    SignatureField,
)

KEY = Field(ge=1, le=2**63 - 1)
DAY = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", json_schema_extra={"format": "date"})
MOMENT = Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$", description="学校当地的时间")
TIME = Field(pattern=r"^\d{2}:\d{2}(:\d{2})?$")
TIMES: dict[type[forms.Field], Any] = {
    forms.DateTimeField: MOMENT, forms.DateField: DAY, forms.TimeField: TIME,
}  # fmt: skip
DRAWING = r"^(click|data:image/png;base64,[A-Za-z0-9+/]+=*)$"
UNITS = {100: "整数，单位：分", 1000: "整数，单位：千分之一"}  # by the step of a figure


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


@cache
def model_of(form: type[forms.Form], name: str) -> type[BaseModel]:
    """The body that feeds this form; photos come beside it, as parts of a multipart request."""
    made = {
        key: _member(field, type_of(field, f"{name}_{key}"))
        for key, field in form.base_fields.items()
        if not isinstance(field, PhotosField)
    }
    return _made(name, made)


def _made(name: str, members: dict[str, tuple[Any, Any]]) -> type[BaseModel]:
    return create_model(name, __base__=Body, **members)  # type: ignore[call-overload]


def files_of(form: type[forms.Form]) -> dict[str, PhotosField]:
    return {key: field for key, field in form.base_fields.items() if isinstance(field, PhotosField)}


def _member(field: forms.Field, kind: Any) -> tuple[Any, Any]:
    said = UNITS.get(getattr(field, "step", 0)) or str(field.help_text or "")
    told: dict[str, Any] = {"title": str(field.label or ""), "description": said or None}
    if field.required:
        return kind, Field(**told)
    return kind | None, Field(default=None, **told)


def type_of(field: forms.Field, name: str) -> Any:
    """How a field of a form is written in JSON."""
    match field:
        case RowsField():
            row: Any = _made(name, {column.name: _cell(column) for column in field.columns})
            return Annotated[list[row], Field(max_length=field.most)]
        case SignatureField():
            return Annotated[str, Field(pattern=DRAWING, max_length=LARGEST_DRAWING)]
        case FigureField():
            return _whole(field.least, int(LARGEST) * field.step - 1)
        case forms.ModelMultipleChoiceField():
            return _list_of(Annotated[int, KEY])
        case forms.ModelChoiceField():
            return Annotated[str, Field(max_length=100)] if field.to_field_name else Annotated[int, KEY]
        case forms.MultipleChoiceField():
            return _list_of(_chosen(field.choices))
        case forms.ChoiceField():
            return _chosen(field.choices)
        case forms.BooleanField():
            return bool
        case forms.DateTimeField() | forms.DateField() | forms.TimeField():
            return Annotated[str, TIMES[next(kind for kind in TIMES if isinstance(field, kind))]]
        case forms.IntegerField() if not isinstance(field, forms.DecimalField | forms.FloatField):
            return _whole(field.min_value, field.max_value)
    return _text(field)


def _list_of(kind: Any) -> Any:
    return Annotated[list[kind], Field(max_length=1000)]


def _text(field: forms.Field) -> Any:
    least = 1 if field.required else getattr(field, "min_length", None) or 0
    return Annotated[str, Field(min_length=least, max_length=getattr(field, "max_length", None) or 4000)]


def _whole(least: Any, most: Any) -> Any:
    return Annotated[
        int, Field(ge=-(2**63) if least is None else least, le=2**63 - 1 if most is None else most)
    ]


def _chosen(choices: Any) -> Any:
    """One of the form's own choices, by its code; none are known where they come from the actor."""
    codes = [value for value, _ in _flat(choices) if value not in ("", None)]
    told = Field(max_length=100, json_schema_extra={"enum": codes} if codes else None)
    if codes and all(isinstance(code, int) for code in codes):
        return Annotated[int, Field(json_schema_extra={"enum": codes})]
    return Annotated[str, told]


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for value, label in choices:
        yield from label if isinstance(label, (list, tuple)) else [(value, label)]


def _cell(column: RowColumn) -> tuple[Any, Any]:
    kind: Any = Annotated[str, Field(min_length=1 if column.required else 0, max_length=column.longest)]
    told: dict[str, Any] = {"title": column.label}
    if column.kind == "select":
        kind = _chosen(column.choices)
    elif column.kind == "number":
        step, _ = STEPS[column.into]
        kind, told["description"] = _whole(1, int(LARGEST) * step - 1), UNITS.get(step, "整数")
    return (kind, Field(**told)) if column.required else (kind | None, Field(default=None, **told))
