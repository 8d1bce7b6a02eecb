"""How a form field is drawn, and what the tags print."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms

from houqin.ui.templatetags import kit

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)
LETTERS = [(letter, letter) for letter in "abcdefghijk"]


def field(made: forms.Field, value=None, **looks) -> kit.Shape:
    for name, given in looks.items():
        setattr(made, name, given)
    form = type("OneField", (forms.Form,), {"it": made})(None if value is None else {"it": value})
    return kit.shape(form["it"])


@pytest.mark.parametrize(
    ("made", "look"),
    [
        (forms.CharField(), "text"),
        (forms.CharField(widget=forms.Textarea), "textarea"),
        (forms.BooleanField(), "check"),
        (forms.BooleanField(help_text="打开后 1 小时内到"), "switch"),
        (forms.ChoiceField(choices=[("1", "合格"), ("2", "返修")]), "bar"),
        (
            forms.ChoiceField(choices=[("1", "一个写得很长的答案"), ("2", "另一个写得很长很长的答案")]),
            "select",
        ),
        (
            forms.ChoiceField(
                choices=[("1", "一个写得很长的答案"), ("2", "另一个写得很长很长的答案")],
                widget=forms.RadioSelect,
            ),
            "chips",
        ),
        (forms.ChoiceField(choices=LETTERS), "select"),
        (forms.MultipleChoiceField(choices=LETTERS), "checks"),
        (forms.ImageField(), "photos"),
        (forms.FileField(), "file"),
    ],
)
def test_the_widget_decides_the_look(made, look):
    assert field(made).look == look


def test_what_the_field_asks_for_comes_first():
    assert field(forms.CharField(), look="signature").look == "signature"
    assert field(forms.ChoiceField(choices=LETTERS), icons={"a": "bulb"}).look == "tiles"


def test_above_eight_tiles_the_rest_folds_away():
    eight = field(forms.ChoiceField(choices=LETTERS[:8]), icons={"a": "bulb"})
    assert (len(eight.first), len(eight.more)) == (8, 0)
    eleven = field(forms.ChoiceField(choices=LETTERS), icons={"a": "bulb"})
    assert (len(eleven.first), len(eleven.more), eleven.more_open) == (7, 4, False)
    assert field(forms.ChoiceField(choices=LETTERS), "k", icons={"a": "bulb"}).more_open is True


def test_the_empty_choice_is_no_tile():
    shape = field(forms.ChoiceField(choices=[("", "---"), ("1", "合格"), ("2", "返修")]), "2")
    assert [(option.value, option.chosen) for option in shape.options] == [("1", False), ("2", True)]


def test_an_optional_field_says_so():
    assert field(forms.CharField(required=False)).aside == "可以不写"
    assert field(forms.ImageField(required=False)).aside == "可以不拍"
    assert field(forms.ChoiceField(choices=LETTERS, required=False)).aside == "可以不选"
    assert field(forms.CharField()).aside == ""
    assert field(forms.ImageField(), aside="要 1 张").aside == "要 1 张"


def test_rows_of_parts_keep_what_was_typed():
    made = forms.CharField(required=False)
    made.columns = ({"name": "name", "label": "名称"}, {"name": "qty", "label": "数量"})
    form = type("Parts", (forms.Form,), {"parts": made})(initial={"parts": [{"name": "灯管", "qty": 2}]})
    rows = kit.lines(form["parts"])
    assert [[(cell.name, cell.value) for cell in row.cells] for row in rows[:2]] == [
        [("parts-0-name", "灯管"), ("parts-0-qty", "2")],
        [("parts-1-name", ""), ("parts-1-qty", "")],
    ]
    assert len(rows) == 1 + kit.SPARE_LINES


def test_words_for_moments_and_nothing_for_nothing():
    assert kit.zh_when(NOW - timedelta(minutes=17), NOW) == "今天 10:24"
    assert kit.zh_when(date(2026, 11, 25), NOW) == "11月25日 周三"
    assert kit.zh_deadline(NOW + timedelta(minutes=110), NOW) == "还剩 1 小时 50 分"
    assert kit.zh_span(65) == "1 小时 5 分"
    assert kit.zh_paper(NOW) == "2026-11-23 10:41"
    nothing = [tag(None, NOW) for tag in (kit.zh_when, kit.zh_day, kit.zh_before, kit.zh_deadline)]
    assert nothing == ["", "", "", ""]


def test_an_icon_is_drawn_from_the_sprite_and_an_unknown_one_not_at_all():
    assert kit.icon("tool").startswith('<svg class="icon" aria-hidden="true"><use href="')
    assert kit.icon("tool").endswith('#tool"/></svg>')
    assert kit.icon("no-such-icon") == ""


def test_the_clauses_tab_is_for_whom_the_menu_has_it():
    desk = {"label": "我的待办", "url": "/", "count": 8}
    clauses = {"label": "条款落实", "url": "/clauses/", "count": None}
    drawn = kit.bottom_tabs({"menu": [{"title": "", "items": [desk, clauses]}], "tab": "desk"})["tabs"]
    assert [(tab["label"], tab["count"], tab["current"]) for tab in drawn] == [
        ("待办", 8, True),
        ("台账", None, False),
        ("扫码", None, False),
        ("条款", None, False),
        ("我的", None, False),
    ]
    assert [tab["label"] for tab in kit.bottom_tabs({"menu": [{"items": [desk]}]})["tabs"]] == [
        "待办",
        "台账",
        "扫码",
        "我的",
    ]
