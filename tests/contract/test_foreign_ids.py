"""A02: a choice that was not offered is refused, in whatever form of whatever area, and says
nothing of what it names."""

import pytest
from django import forms

from houqin.areas.plans.models import Binding
from houqin.ui.fields import RowsField
from tests.contract import makers
from tests.contract.forms import Sent, declared, every_form, fill, foreign, written

NOBODY = 2**62
HOSTILE = (
    "0",
    "-1",
    str(NOBODY),
    "9" * 30,
    "abc",
    "1 OR 1=1",
    "[]",
    "{}",
    "null",
    "__all__",
    "1.0",
    " ",
)


pytestmark = pytest.mark.usefixtures("unasked")


def choices_of(form: forms.Form) -> list[tuple[str, forms.Field]]:
    return [(name, field) for name, field in form.fields.items() if isinstance(field, forms.ChoiceField)]


def refused(sent: Sent, name: str, value: str) -> str:
    """The sentence beside the field, after nothing was written."""
    before = written()
    answer = sent.browser.send(sent.where, sent.body | {name: value})
    assert (answer.status_code, written()) == (422, before), (sent.where, name, value)
    assert name in answer.context["form"].errors, (sent.where, name, value)
    return str(answer.context["form"].errors[name])


def test_only_what_was_offered_can_be_chosen(web):
    """And nobody's form is left out: each slip that any area declares was met by somebody who may send it.
    What is tried of a field is tried in full once, of the same form at another step a part of it."""
    fill(web.cast)
    seen, met, tried = [], [], set()
    for sent in every_form(web):
        met.append(sent.what)
        for name, field in choices_of(sent.form):
            offered = {str(key) for key, _ in field.choices} | {""}
            hostile = HOSTILE[::4] if (type(sent.form), name) in tried else HOSTILE
            tried.add((type(sent.form), name))
            said = {refused(sent, name, value) for value in hostile if value.strip() not in offered}
            row = foreign(field.queryset) if isinstance(field, forms.ModelChoiceField) else None
            if row is not None:
                said.add(refused(sent, name, str(row.pk)))
                assert str(row) not in "".join(said)
            assert len(said) == 1, (sent.where, name, said)  # whether it is there or not: one sentence
            seen.append(f"{sent.where}:{name}:{'' if row is None else row}")
    assert len(seen) > 70
    assert sorted(what for what in met if what[0] != "/") == sorted(what for what, _ in declared())
    named = "".join(seen)
    assert [word in named for word in ("前任老师", "拆掉的楼", "停用的类别")] == [True] * 3


def test_a_choice_by_name_by_list_or_nested_is_a_key_of_no_form(web):
    fill(web.cast)
    for sent in every_form(web):
        for name, field in choices_of(sent.form)[:1]:
            before = written()
            for key in (f"{name}[]", f"{name}__name", f"{name}_id"):
                answer = sent.browser.send(sent.where, sent.body | {key: "1"})
                assert (answer.status_code, written()) == (422, before), (sent.where, key)
            assert refused(sent, name, str(field.label)) != ""


@pytest.mark.parametrize("size", ["full", "small", "file", "withdraw"])
@pytest.mark.parametrize("key", ["0", str(2**62), "9" * 30])
def test_a_file_that_is_not_there_is_404(web, size, key):
    assert web.as_("director").get(f"/files/{key}/{size}/").status_code == 404


def test_only_what_was_offered_can_be_chosen_in_a_row(web):
    fill(web.cast)
    tried = []
    for sent in every_form(web):
        rows = [(name, field) for name, field in sent.form.fields.items() if isinstance(field, RowsField)]
        for key in [
            f"{name}-0-{c.name}" for name, field in rows for c in field.columns if c.kind == "select"
        ]:
            for value in HOSTILE:
                before = written()
                answer = sent.browser.send(sent.where, sent.body | {key: value})
                assert (answer.status_code, written()) == (422, before), (sent.where, key, value)
            tried.append(key)
    assert "answers-0-answer" in tried


def test_what_is_ticked_or_looked_over_is_of_that_plan(web):
    """对应 and 看过再存 are forms of their own making: a binding of another plan, a term that is none, a fate or
    a level that was not offered. Found when it was written: a key of thirty digits was a 500."""
    mine, other = (makers.drafted(web.cast) for _ in range(2))
    mine_key = Binding.objects.filter(clause__plan=mine)[0].pk
    foreign_key = Binding.objects.filter(clause__plan=other)[0].pk
    director, before = web.as_("director"), (written(), Binding.objects.filter(state="proposed").count())
    line = {
        "nodes-0-level": "1",
        "nodes-0-number": "一",
        "nodes-0-text": "坚持民主理财。",
        "nodes-0-fate": "keep",
    }
    whole = {"term": mine.term_id, "name": "计划", "source": "一、坚持民主理财。", **line}
    for value in (*HOSTILE, str(foreign_key)):
        for body in ({"confirmed": value}, {"confirmed": mine_key, "shown": value}):
            answer = director.send(f"/plans/bindings/{mine.pk}/", body)
            assert (answer.status_code, value, body) == (422, value, body)
    for value in HOSTILE:
        for key in ("term", "nodes-0-level", "nodes-0-fate"):
            answer = director.send("/plans/import/save/", whole | {key: value})
            assert (key, value, answer.status_code) == (key, value, 422)
    assert (written(), Binding.objects.filter(state="proposed").count()) == before
