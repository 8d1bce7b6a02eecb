"""A29: numbers and days from hell, in every figure of every form and sheet; what counts stands in
docs/building/security.md.

Found when it was written: 1e5 and 1_000 were read, the year 9999 in a list's address was a 500.
"""

from datetime import date
from decimal import Decimal

import pytest
from django import forms

from houqin.areas.plans import actions as plans
from houqin.kernel.area import areas
from houqin.ui.fields import DayField, FigureField, HourField, MomentField, RowsField, WholeField
from houqin.ui.register import values
from tests.contract.forms import declared, every_form, fill, written

pytestmark = pytest.mark.django_db

COUNT = {  # as written: what it is, where the field's bounds and decimals allow it
    "12": "12", "１２": "12", "1,000": "1000", "１，０００": "1000", " 7 ": "7", "+3": "3", "007": "7",
    "0": "0", "-0.00": "0", "12.5": "12.5", "１２.５": "12.5", "１２．５": "12.5", "0.01": "0.01",
    "0.001": "0.001", "1.50": "1.5",
    "-1": "-1", "-0.5": "-0.5", "999999999999999": "999999999999999",
}  # fmt: skip
NO_NUMBER = (
    "1e5", "1E5", "1e500", "NaN", "nan", "Infinity", "-Infinity", "1_000", "1,00", "1,0000", "1.000,5",
    "true", "[]", "null", "0x10",
    "12..5", ".", "-", "--1", "1 000", "½", "十二", "١٢", "9" * 30, str(2**63), "-" + "9" * 30, "1;2",
    "=1+1", "12元5", "1/2", "12%",
)  # fmt: skip
DAYS = {
    "2026-11-20": 20,
    "2026/11/20": 20,
    "2026.11.20": 20,
    "2026年11月20日": 20,
    "２０２６-１１-２０": 20,
    "2026-11-2": 2,
}
NO_DAY = (
    "0000-00-00", "0001-01-01", "9999-12-31", "2101-01-01", "1899-12-31", "2026-02-30", "2026-13-01",
    "20-11-20", "11/20", "20/11/2026",
    "2026-11-20T10:00", "2026-11-20 10:00", "1e5", "NaN", "null", "[]", "0", "-1", "2026", "明天", "9" * 30,
)  # fmt: skip
FIGURES = [
    (where, name, field)
    for where, form in declared() for name, field in form.base_fields.items()
    if isinstance(field, FigureField | WholeField)
]  # fmt: skip
DATES = [
    (where, name, field) for where, form in declared() for name, field in form.base_fields.items()
    if isinstance(field, DayField)
]  # fmt: skip


def test_every_figure_and_day_of_every_form_is_of_the_kit():
    """A plain field of Django reads 1_000, has no bounds, and takes the year 9999."""
    plain = forms.IntegerField | forms.FloatField | forms.DecimalField | forms.DateField | forms.DateTimeField
    ours = WholeField | DayField | MomentField | HourField
    others = [
        f"{where}: {name}" for where, form in declared() for name, field in form.base_fields.items()
        if isinstance(field, plain | forms.TimeField | forms.DurationField) and not isinstance(field, ours)
    ]  # fmt: skip
    assert (others, len(FIGURES) > 10, len(DATES) > 8) == ([], True, True)


def taken(field: forms.Field, text: str) -> object:
    """What a form makes of a text, or None where it is refused."""
    try:
        return field.clean(text)
    except forms.ValidationError:
        return None


def expected(field: FigureField | WholeField, figure: Decimal) -> int | None:
    whole = isinstance(field, WholeField)
    step, places = (1, 0) if whole else (field.step, field.places)
    least, most = (field.min_value, field.max_value) if whole else (field.least, 10**12 * step - 1)
    made = figure * step
    fits = figure == round(figure, places) and (least is None or least <= made) and made <= most
    return int(made) if fits else None


@pytest.mark.parametrize("where,name,field", FIGURES, ids=[f"{where}:{name}" for where, name, _ in FIGURES])
def test_a_figure_is_read_as_written_or_refused(where, name, field):
    bound = declared_form(where)().fields.get(name, field)  # of a form: labels and messages as on the page
    said = {text: taken(bound, text) for text in COUNT}
    assert said == {text: expected(bound, Decimal(plain)) for text, plain in COUNT.items()}
    assert {text: taken(bound, text) for text in NO_NUMBER} == dict.fromkeys(NO_NUMBER)


@pytest.mark.parametrize("where,name,field", DATES, ids=[f"{where}:{name}" for where, name, _ in DATES])
def test_a_day_is_read_as_written_or_refused(where, name, field):
    bound = declared_form(where)().fields[name]
    assert {text: taken(bound, text) for text in DAYS} == {
        text: date(2026, 11, n) for text, n in DAYS.items()
    }
    assert {text: taken(bound, text) for text in NO_DAY} == dict.fromkeys(NO_DAY)


def declared_form(where: str) -> type[forms.Form]:
    return dict(declared())[where]


def figures_of(form: forms.Form) -> list[str]:
    """The keys under which this form is sent figures and days."""
    plain = [
        name for name, field in form.fields.items() if isinstance(field, FigureField | WholeField | DayField)
    ]
    rows = [(name, field) for name, field in form.fields.items() if isinstance(field, RowsField)]
    return plain + [f"{name}-0-{c.name}" for name, field in rows for c in field.columns if c.kind == "number"]


@pytest.mark.usefixtures("unasked")
def test_no_figure_sent_by_who_may_breaks_the_house(web):
    """Through the whole house, the rest filled in: a sentence beside it and nothing written. Never a 500."""
    fill(web.cast)
    tried = 0
    for sent in every_form(web):
        for key in figures_of(sent.form):
            for text in ("1_000", "9" * 30, "9999-12-31"):
                before = written()
                answer = sent.browser.send(sent.where, sent.body | {key: text})
                assert (answer.status_code, written()) == (422, before), (sent.where, key, text)
                tried += 1
    assert tried > 40


# ── sheets ────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS = [
    (f"{area.key}/{register.key}", column)
    for area in areas() for register in area.registers if register.sheet for column in register.sheet.columns
    if column.kind in ("whole", "money", "quantity", "date")
]  # fmt: skip
STEPS = {"whole": (1, 0), "money": (100, 2), "quantity": (1000, 3)}


def cell_of(column, cell) -> object:
    try:
        return values.value_of(column, cell)
    except values.Wrong:
        return None


@pytest.mark.parametrize("where,column", COLUMNS, ids=[f"{where}:{column.name}" for where, column in COLUMNS])
def test_a_cell_of_a_sheet_is_read_or_refused_alike(where, column):
    if column.kind == "date":
        assert {text: cell_of(column, text) for text in DAYS} == {
            t: date(2026, 11, n) for t, n in DAYS.items()
        }
        refused = [text for text in NO_DAY if text != "1e5"]
        assert {text: cell_of(column, text) for text in refused} == dict.fromkeys(refused)
        return
    assert (
        column.least is not None and column.most is not None
    )  # nothing goes to the database without a bound
    step, places = STEPS[column.kind]
    wanted = {
        text: int(figure * step)
        if figure == round(figure, places) and column.least <= figure <= column.most else None
        for text, figure in ((text, Decimal(plain)) for text, plain in COUNT.items())
    }  # fmt: skip
    assert {text: cell_of(column, text) for text in COUNT} == wanted
    refused = [text for text in NO_NUMBER if text != "1 000"]  # a blank is left out of a cell's number
    assert {text: cell_of(column, text) for text in refused} == dict.fromkeys(refused)
    hell = [{"n": text} for text in ("1e+30", "inf", "nan", "-1e+300")] + [
        {"b": True},
        {"d": "2026-11-20"},
        {"h": "1:00"},
    ]
    assert [cell_of(column, cell) for cell in hell] == [None] * len(hell)


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("area", [area for area in areas() if area.registers], ids=lambda area: area.key)
def test_no_figure_in_an_address_breaks_a_list(web, area):
    from houqin.ui.register.pick import conditions_of

    for register in area.registers:
        names = ["page", "after", "before", "tab", *conditions_of(register).base_filters]
        for text in (
            "-1",
            "1e5",
            "NaN",
            "1_000",
            "9" * 30,
            "0000-00-00",
            "9999-12-31",
            "0x10",
            "%00",
            "１２",
        ):
            asked = "&".join(f"{name}={text}" for name in names)
            assert web.as_("director").get(f"/{area.key}/{register.key}/?{asked}").status_code == 200, (
                register.key,
                text,
            )


ODD = ("9999-12-31", "0001-01-01", "2101-01-01", "1899-12-31", "0000-00-00", "2026-13-01", "%00", "x" * 500)


@pytest.mark.parametrize("day", ODD, ids=lambda day: day[:12])
def test_no_day_in_an_address_breaks_a_page_of_figures(web, cast, day):
    """Seen to fail: the last and the first day that Python knows were an OverflowError."""
    plans.lay_out(act=cast.act("director"))
    director = web.as_("director")
    for page in ("/clauses/", "/clauses/G2/", "/repairs/figures/"):
        for asked in (f"from={day}", f"to={day}", f"from={day}&to={day}"):
            assert director.get(f"{page}?{asked}").status_code in (200, 422), (page, asked)
    assert director.get(f"/repairs/calendar/?month={day[:7]}").status_code == 200
    for dates in (f"{day}/2026-11-30", f"2026-09-01/{day}", f"{day}/{day}"):
        assert director.get(f"/clauses/G2/IND-G2-1/top/{dates}/0/0/").status_code == 404, dates
