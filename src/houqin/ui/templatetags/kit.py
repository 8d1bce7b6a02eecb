"""The kit's tags: icons, the words of kernel.wording, and how a form field is drawn."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from re import findall
from typing import Any
from uuid import uuid4

from django import forms, template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from houqin.kernel import wording

register = template.Library()

SPRITE = Path(__file__).parents[1] / "static/ui/sprite.svg"
TONES = {"red": "is-red", "amber": "is-amber", "green": "is-green", "accent": "is-accent"}


@cache
def icon_names() -> frozenset[str]:
    return frozenset(findall(r'<symbol id="([\w-]+)"', SPRITE.read_text(encoding="utf-8")))


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """One icon of the sprite, drawn once: a page of a register prints eighty.

    A name the sprite lacks draws nothing (tests/unit/test_templates.py finds it).
    """
    if name not in icon_names():
        return SafeString("")
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("ui/sprite.svg"),
        name,
    )


@register.filter
def tone_class(tone: str | None) -> str:
    """is-red …; grey and nothing have no class."""
    return TONES.get(tone or "", "")


# ── rows ───────────────────────────────────────────────────────────────────


@register.simple_tag
def row(row: Any, plain: bool = False) -> SafeString:
    """一行事 in <ul class="hq-list">: {title, url, icon, notes [text or {text, tone}], state, end, step}.

    The whole row opens `url`; `step` {label, url, sheet, ghost} is the one button, `sheet` opens it as a slip
    on this page. `plain` is a thin title. Drawn without a template: a page of hits prints fifty (bench H3).
    """
    name = part(row, "icon")
    title, url = conditional_escape(part(row, "title")), conditional_escape(part(row, "url"))
    led = f'<span class="hq-row-icon">{icon(name)}</span>' if name else ""
    notes = "".join(map(_note, part(row, "notes") or ()))
    under = f'<span class="hq-row-note">{notes}</span>' if notes else ""
    ends = "".join(_ends(part(row, "state"), part(row, "end"), part(row, "step")))
    return SafeString(
        f'<li class="hq-row{"" if name else " is-two"}">{led}'
        f'<div><a class="hq-row-title{" is-plain" if plain else ""}" href="{url}">{title}</a>{under}</div>'
        f"{f'<span class="hq-row-end">{ends}</span>' if ends else ''}</li>"
    )


def _note(note: Any) -> str:
    said, tone = (note["text"], note.get("tone")) if isinstance(note, dict) else (note, "")
    named = f' class="hq-{conditional_escape(tone)}"' if tone else ""
    return f"<span{named}>{conditional_escape(said)}</span>"


def _ends(state: Any, end: str | None, step: Any) -> Iterator[str]:
    if state:
        yield pill(state)
    if end:
        yield f'<span class="hq-meta">{conditional_escape(end)}</span>'
    if step:
        look = "btn-ghost" if part(step, "ghost") else "btn-step"
        sheet = " data-sheet" if part(step, "sheet") else ""
        url, label = conditional_escape(part(step, "url")), conditional_escape(part(step, "label"))
        yield f'<a class="btn {look}" href="{url}"{sheet}>{label}</a>'


def pill(state: Any) -> str:
    """状态 of a row: a State, or a dict with label, tone, icon."""
    tone, name = tone_class(part(state, "tone")), part(state, "icon")
    drawn, label = icon(name) if name else "", conditional_escape(part(state, "label"))
    return f'<span class="hq-pill{f" {tone}" if tone else ""}">{drawn}{label}</span>'


# ── words ──────────────────────────────────────────────────────────────────


@register.filter
def zh_when(moment: datetime | date | None, now: datetime) -> str:
    """今天 10:24; a date without a time: 今天, 11月22日 周日."""
    if moment is None:
        return ""
    return wording.when(moment, now) if isinstance(moment, datetime) else wording.day(moment, now)


@register.filter
def zh_day(on: date | None, now: datetime) -> str:
    return "" if on is None else wording.day(on.date() if isinstance(on, datetime) else on, now)


@register.filter
def zh_before(due: datetime | None, now: datetime) -> str:
    """今天 15:52 前."""
    return "" if due is None else wording.before(due, now)


@register.filter
def zh_deadline(due: datetime | None, now: datetime) -> str:
    """还剩 1 小时 50 分, 超 40 分, 11月30日 周一 8:00 前."""
    return "" if due is None else wording.deadline(due, now)


@register.filter
def zh_span(length: timedelta | int | None) -> str:
    """A length of time; an int is minutes."""
    if length is None:
        return ""
    return wording.span(timedelta(minutes=length) if isinstance(length, int) else length)


@register.filter
def zh_paper(moment: datetime | date | None) -> str:
    """2026-11-22, or with its time 2026-11-22 7:52."""
    if moment is None:
        return ""
    return wording.paper_moment(moment) if isinstance(moment, datetime) else wording.paper_day(moment)


register.filter("zh_clock", wording.clock)
register.filter("money", wording.money)
register.filter("yuan", wording.yuan)
register.filter("quantity", wording.quantity)
register.filter("amount_in_words", wording.amount_in_words)
register.filter("zh_size", wording.size)


@register.filter
def unit(n: int | None, word: str) -> str:
    """{{ n|unit:"件" }} is 18 件."""
    return "" if n is None else wording.count(n, word)


# ── fields ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool
    icon: str
    tone: str
    id: str


@dataclass(frozen=True)
class Shape:
    """How one bound field is drawn: the control's template, and what that template prints."""

    look: str
    control: str
    options: tuple[Option, ...]
    first: tuple[Option, ...]
    more: tuple[Option, ...]
    more_open: bool
    input_type: str
    aside: str
    words: tuple[tuple[str, str], ...]
    unit: str
    described_by: str
    group: bool
    lines: bool  # labels too long to stand two beside each other


GROUPS = {"tiles", "bar", "chips", "checks", "photos", "signature", "lines", "answers"}
TILES_SHOWN = 8
SHORT = 12  # characters of a label with a box of its own before it


@register.simple_tag
def shape(bound: BoundField) -> Shape:
    look = look_of(bound)
    many = isinstance(bound.field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    options = tuple(options_of(bound)) if look in {"tiles", "bar", "chips", "checks"} else ()
    cut = len(options) if len(options) <= TILES_SHOWN else TILES_SHOWN - 1
    return Shape(
        look=look,
        control=f"ui/parts/controls/{look}.html",
        options=options,
        first=options[:cut],
        more=options[cut:],
        more_open=any(option.chosen for option in options[cut:]),
        input_type="checkbox" if many or look == "checks" else "radio",
        aside=aside_of(bound, look),
        words=tuple(
            (word, "") if isinstance(word, str) else word for word in getattr(bound.field, "words", ())
        ),
        unit=getattr(bound.field, "unit", ""),
        described_by=described_by(bound),
        group=look in GROUPS,
        lines=any(len(option.label) > SHORT for option in options),
    )


def look_of(bound: BoundField) -> str:
    """What the field asks for by `look`, else what its widget and number of choices call for."""
    asked = getattr(bound.field, "look", "")
    if asked:
        return asked
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "switch" if bound.help_text else "check"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.SelectMultiple):
        return "checks"
    if isinstance(widget, forms.Select | forms.RadioSelect):
        return choice_look(bound)
    if isinstance(widget, forms.ClearableFileInput | forms.FileInput):
        return "photos" if isinstance(bound.field, forms.ImageField) else "file"
    if isinstance(widget, forms.Textarea):
        return "textarea"
    return "text"


def choice_look(bound: BoundField) -> str:
    if getattr(bound.field, "icons", None):
        return "tiles"
    labels = [option.label for option in options_of(bound)]
    if 2 <= len(labels) <= 5 and sum(map(len, labels)) <= 16:
        return "bar"
    return "chips" if len(labels) <= 6 and isinstance(bound.field.widget, forms.RadioSelect) else "select"


def options_of(bound: BoundField) -> Iterable[Option]:
    icons = getattr(bound.field, "icons", None) or {}
    tones = getattr(bound.field, "tones", None) or {}
    for at, widget in enumerate(bound.subwidgets):
        value, label, chosen = (widget.data[key] for key in ("value", "label", "selected"))
        if str(value):
            icon_name, tone = icons.get(str(value), ""), tones.get(str(value), "")
            yield Option(str(value), str(label), bool(chosen), icon_name, tone, f"{bound.auto_id}_{at}")


def aside_of(bound: BoundField, look: str) -> str:
    """The small grey word behind the label."""
    given = getattr(bound.field, "aside", None)
    if given is not None:
        return given
    if bound.field.required or look in {"switch", "check"}:
        return ""
    return {"photos": "可以不拍", "file": "可以不附", "signature": "可以不签"}.get(
        look, "可以不选" if look in {"tiles", "bar", "chips", "checks", "select"} else "可以不写"
    )


def described_by(bound: BoundField) -> str:
    ids = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    return " ".join([*ids, f"{bound.auto_id}_error"] if bound.errors else ids)


@register.simple_tag
def control(bound: BoundField, css: str = "form-control", **attrs: Any) -> SafeString:
    """The field's own widget with the kit's class; anything the form set on it stays."""
    given = bound.field.widget.attrs
    classes = [css, given.get("class", ""), "is-invalid" if bound.errors else ""]
    placed = {
        "class": " ".join(filter(None, classes)),
        **{key.replace("_", "-"): value for key, value in attrs.items() if value},
    }
    placeholder = getattr(bound.field, "placeholder", "")
    if placeholder:
        placed["placeholder"] = placeholder
    return bound.as_widget(attrs=placed)


@dataclass(frozen=True)
class Cell:
    column: Any
    name: str
    value: str


@dataclass(frozen=True)
class Line:
    cells: tuple[Cell, ...]


SPARE_LINES = 3


@register.simple_tag
def lines(bound: BoundField) -> tuple[Line, ...]:
    """What was filled in, and below it empty rows enough to go on without script (script keeps one)."""
    rows = [*(bound.value() or ()), *({} for _ in range(SPARE_LINES))]
    return tuple(
        Line(
            tuple(
                Cell(column, f"{bound.html_name}-{at}-{name}", str(row.get(name, "")))
                for column in getattr(bound.field, "columns", ())
                for name in [part(column, "name")]
            )
        )
        for at, row in enumerate(rows)
    )


@register.simple_tag
def new_op() -> str:
    """A fresh operation id for the hidden `_op`: the same form sent twice is one act."""
    return uuid4().hex


# ── the frame ──────────────────────────────────────────────────────────────

TABS = (
    ("desk", "/", "inbox", "待办"),
    ("registers", "/registers/", "layout-grid", "台账"),
    ("scan", "/scan/", "scan", "扫码"),
    ("clauses", "/clauses/", "list-check", "条款"),
    ("me", "/me/", "user", "我的"),
)


@register.inclusion_tag("ui/parts/tabs.html", takes_context=True)
def bottom_tabs(context: template.Context) -> dict[str, Any]:
    """底部菜单: the desk's count comes from its line in the menu; 条款 only for whom the menu has it."""
    items = [item for group in context.get("menu") or () for item in part(group, "items")]
    counts = {part(item, "url"): part(item, "count") for item in items}
    path = getattr(context.get("request"), "path", "")
    current = context.get("tab") or next((code for code, url, *_ in TABS if url == path), "")
    return {
        "tabs": [
            {"url": url, "icon": name, "label": label, "count": counts.get(url), "current": code == current}
            for code, url, name, label in TABS
            if code != "clauses" or url in counts
        ]
    }


def part(thing: Any, name: str) -> Any:
    """`name` of a dict or a dataclass, as a template would look it up ('items' of a dict included)."""
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)
