"""The shapes of answers and addresses, as the document states them and the views answer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel

from houqin.ui.register.declare import Column, Filter, Register
from houqin.ui.register.pick import BIGGEST_KEY, COUNTED, FURTHEST_PAGE, LONGEST

from .bodies import PhotosField, files_of, model_of
from .sent import JSON, MULTIPART, PART

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
YES: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
KEY: Schema = {"type": "integer", "minimum": 1, "maximum": BIGGEST_KEY}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}


def exactly(**members: Schema) -> Schema:
    """An object with all of these members."""
    return {"type": "object", "properties": members, "required": list(members)}


def several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def maybe(schema: Schema) -> Schema:
    """The same, or nothing."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


STATE = exactly(code=TEXT, label=TEXT)
FACT = exactly(label=TEXT, value=TEXT)
CHOICE = exactly(value={"type": ["string", "integer"]}, label=TEXT)
FIELD = exactly(
    name=TEXT, label=TEXT, required=YES, help=TEXT, choices=maybe(several(CHOICE)), more_choices=YES,
    columns=maybe(several(exactly(name=TEXT, label=TEXT, required=YES, choices=several(CHOICE)))), given={},
)  # fmt: skip
EVENT = exactly(
    id=KEY, step=TEXT, label=TEXT, by=TEXT, on_behalf_of=maybe(TEXT), at=MOMENT, happened_at=maybe(MOMENT),
    from_state=TEXT, to_state=TEXT, to_holder=maybe(TEXT), to_duty=TEXT, note=TEXT,
    files=several(exactly(id=KEY, name=TEXT, type=TEXT)),
    signatures=several(exactly(by=TEXT, way=TEXT, at=MOMENT)),
)  # fmt: skip
SHAPES = {
    "Error": exactly(
        error=exactly(
            status={"type": "integer"}, sentence=TEXT, request_id=TEXT,
            fields={"type": "object", "additionalProperties": TEXTS},
        )
    ),
    "Matter": exactly(
        number=TEXT, kind=TEXT, name=TEXT, title=TEXT, state=STATE, open=YES, safety=YES, place=maybe(TEXT),
        opened_by=TEXT, opened_at=MOMENT, holder=maybe(TEXT), duty=TEXT, due_at=MOMENT,
        paused_at=maybe(MOMENT), closed_at=maybe(MOMENT), facts=several(FACT), events=several(EVENT),
        steps=several(exactly(step=TEXT, label=TEXT, fields=several(FIELD))),
    ),
    "Taken": exactly(number=TEXT, kind=TEXT, step=TEXT, state=STATE, event=KEY, at=MOMENT, url=TEXT),
    "Opening": exactly(kind=TEXT, name=TEXT, fields=several(FIELD)),
}  # fmt: skip


# ── registers ───────────────────────────────────────────────────────────────────────────────────────────────


def of_column(column: Column) -> Schema:
    """What stands under a column's code: money in 分, quantities in thousandths, moments with their zone."""
    told = {"title": column.label}
    match column.kind:
        case "state":
            return {**maybe(STATE), **told}
        case "yes":
            return {"type": ["boolean", "null"], **told}
        case "money" | "quantity":
            unit = "分" if column.kind == "money" else "千分之一"
            return {"type": ["integer", "null"], "description": f"单位：{unit}", **told}
        case "number":
            return {"type": ["number", "null"], **told}
        case "date":
            return {**maybe(DAY), **told}
        case "moment" | "when" | "deadline":
            return {**maybe(MOMENT), **told}
    if column.choices:
        return {"enum": [*column.labels, None], **told}
    return {"type": ["string", "null"], **told}


@cache
def codes_of(register: Register) -> dict[Column, str]:
    """How each column is named: by its key; a second one with the same key by its number, too."""
    found: dict[Column, str] = {}
    for column in register.columns:
        same = sum(other.key == column.key for other in found)
        found[column] = f"{column.key}_{same + 1}" if same else column.key
    return found


def row_of(register: Register) -> Schema:
    """A row: its columns by code. One that is kept back from somebody is not there."""
    codes = codes_of(register)
    members = {code: of_column(column) for column, code in codes.items()}
    always = [code for column, code in codes.items() if not column.duties]
    own = {"id": KEY} | ({"number": TEXT} if register.kind == "matter" else {})
    return {
        "type": "object",
        "properties": {**members, **own},
        "required": list(dict.fromkeys([*own, *always])),
    }


def list_of(register: Register) -> Schema:
    return exactly(
        total={"type": "integer", "minimum": 0, "maximum": COUNTED}, more={**YES, "description": "多于 total"},
        next=maybe(KEY), previous=maybe(KEY), rows=several(row_of(register)),
    )  # fmt: skip


def card_of(register: Register) -> Schema:
    return exactly(title=TEXT, line=TEXT, state=maybe(STATE), facts=several(FACT), row=row_of(register))


def parameters_of(register: Register) -> list[dict[str, Any]]:
    """What the address of a list may ask; the page's own names."""
    sorts = [f"{way}{key}" for key in register.sorts for way in ("", "-")]
    asked = {
        "q": {"type": "string", "maxLength": LONGEST, "description": register.hint},
        "page": {"type": "integer", "minimum": 1, "maximum": FURTHEST_PAGE},
        "after": {**KEY, "description": "上一页的 next"},
        "before": {**KEY, "description": "下一页的 previous"},
    }
    if sorts:
        asked["sort"] = {"type": "string", "enum": sorts}
    if register.views:
        asked["view"] = {"type": "string", "enum": [view.key for view in register.views]}
    for each in register.filters:
        asked |= _asked(each)
    return [
        {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in asked.items()
    ]


def _asked(each: Filter) -> dict[str, Schema]:
    told = {"title": each.label}
    match each.kind:
        case "dates":
            return {f"{each.key}_from": {**DAY, **told}, f"{each.key}_to": {**DAY, **told}}
        case "yes":
            return {each.key: {"type": "string", "enum": ["1", "0"], **told}}
        case "choice":
            return {each.key: {"type": "string", "enum": [str(code) for code, _ in each.choices], **told}}
    return {each.key: {**KEY, **told}}


# ── slips ───────────────────────────────────────────────────────────────────────────────────────────────────


def name_of(kind: str, step: str) -> str:
    """repairs.repair, close_by_office → RepairsRepairCloseByOffice."""
    words = f"{kind}_{step}".replace(".", "_").split("_")
    return "".join(word.capitalize() for word in words)


def body_of(slips: Iterable[tuple[str, str, type]]) -> dict[str, Any]:
    """The request body of a step: one of the slips that stand under its name, by kind of matter."""
    slips = list(slips)
    content = {JSON: {"schema": _one_of([_schema(model_of(form, name_of(k, s))) for k, s, form in slips])}}
    if any(files_of(form) for _, _, form in slips):
        content[MULTIPART] = {
            "schema": _one_of(
                [_parts(model_of(form, name_of(k, s)), files_of(form)) for k, s, form in slips]
            ),
            "encoding": {PART: {"contentType": JSON}},
        }
    return {"required": True, "content": content}


def _one_of(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _parts(model: type[BaseModel], files: dict[str, PhotosField]) -> Schema:
    parts: Schema = {
        name: {"type": "array", "maxItems": field.most, "items": {"type": "string", "format": "binary"}}
        for name, field in files.items()
    }
    return {
        "type": "object", "properties": {PART: _schema(model), **parts}, "required": [PART],
        "additionalProperties": False,
    }  # fmt: skip


def _schema(model: type[BaseModel]) -> Schema:
    """A model's schema with its rows in place: it must stand alone wherever it is put."""
    schema = model.model_json_schema()
    return _placed(schema, schema.pop("$defs", {}))


def _placed(schema: Any, named: dict[str, Schema]) -> Any:
    if isinstance(schema, list):
        return [_placed(one, named) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _placed(named[schema["$ref"].rpartition("/")[2]], named)
    return {key: _placed(value, named) for key, value in schema.items()}
