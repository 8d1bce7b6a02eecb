"""The only door by which a card changes, and the sealer."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from .. import entries
from ..act import Act
from ..errors import Overtaken
from ..search import actions as search
from .models import Change

OPENED = "+"  # `field` of the change that says a card was made


def text_of(value: Any) -> str:
    """How a value is written down in a change."""
    if value is None:
        return ""
    return f"{value} #{value.pk}" if isinstance(value, models.Model) else str(value)


@transaction.atomic
def add[M: models.Model](model: type[M], *, act: Act, ground: str = "", **values: Any) -> M:
    """Make a card and say who made it, on what `ground` (依据)."""
    return add_many(model, [model(**values)], act=act, ground=ground)[0]


@transaction.atomic
def add_many[M: models.Model](model: type[M], rows: Iterable[M], *, act: Act, ground: str = "") -> list[M]:
    """The plural twin of `add`: the same rows, the same changes."""
    made = model._default_manager.bulk_create(list(rows), batch_size=500)
    entries.write_many([_change(row, OPENED, "", str(row), act, ground) for row in made])
    search.feed_cards(made, act.at)
    return made


@transaction.atomic
def change[M: models.Model](
    row: M, *, act: Act, ground: str = "", seen: dict[str, str] | None = None, **values: Any
) -> M:
    """Change what stays, keeping old and new field by field.

    `seen` is what the person's form showed; if a field to be changed says something else by now, `Overtaken`.
    """
    model = type(row)
    fresh = model._default_manager.select_for_update().get(pk=row.pk)
    differing = {name: value for name, value in values.items() if getattr(fresh, name) != value}
    _refuse_stale(fresh, differing, seen or {})
    written = []
    for name, value in differing.items():
        written.append(_change(fresh, name, text_of(getattr(fresh, name)), text_of(value), act, ground))
        setattr(fresh, name, value)
    if differing:
        fresh.save(update_fields=list(differing))
        entries.write_many(written)
        search.feed_cards([fresh], act.at)
    return fresh


def note(row: models.Model, field: str, now: str, *, act: Act) -> None:
    """Write down what was done with something without changing it: printed, exported."""
    entries.write_many([_change(row, field, "", now, act, "")])


def _refuse_stale(row: models.Model, differing: dict[str, Any], seen: dict[str, str]) -> None:
    for name in differing:
        if name in seen and seen[name] != text_of(getattr(row, name)):
            label = getattr(row._meta.get_field(name), "verbose_name", name)
            raise Overtaken(
                f"“{label}”刚被别人改过，现在是“{text_of(getattr(row, name))}”，没有保存。看过再改。",
                field=name,
            )


def _change(row: models.Model, field: str, was: str, now: str, act: Act, note: str) -> Change:
    return Change(
        kind=row._meta.label_lower, key=row.pk, field=field, was=was, now=now, by=act.by,
        on_behalf_of=act.for_, at=act.at, via=act.via, op=act.op, note=note,
    )  # fmt: skip
