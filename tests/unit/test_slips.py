"""The form of a slip: strict, its choices handed in, its values plain, its errors in words."""

import base64
from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from houqin.kernel.attachments.actions import Upload
from houqin.kernel.people.models import Person
from houqin.kernel.signatures.actions import Signed
from houqin.ui.fields import (
    MoneyField,
    PhotosField,
    QuantityField,
    RowColumn,
    RowsField,
    SignatureField,
    SlipForm,
    decimal_of,
)

PNG = base64.b64encode(b"\x89PNG drawn").decode()


class FinishForm(SlipForm):
    cause = forms.ChoiceField(label="故障原因", choices=())
    done = forms.CharField(label="怎么修的", max_length=10)
    parts = RowsField(
        label="用料", required=False, most=3,
        columns=(
            RowColumn("name", "名称"),
            RowColumn("quantity_milli", "数量", kind="number"),
            RowColumn("price_fen", "单价", kind="number", into="fen", required=False),
        ),
    )  # fmt: skip
    photos = PhotosField(required=False, most=2)


CHOICES = {"cause": [("wear", "用旧了"), ("broken", "弄坏了")]}


def finish(sent: str, files: dict | None = None) -> FinishForm:
    return FinishForm(QueryDict(sent), MultiValueDict(files or {}), choices=CHOICES)


def test_a_whole_slip_becomes_the_action_s_keywords():
    photo = SimpleUploadedFile("灯.jpg", b"jpeg", "image/jpeg")
    form = finish(
        "cause=wear&done=换灯管&_op=abc&csrfmiddlewaretoken=x"
        "&parts-0-name=灯管&parts-0-quantity_milli=2&parts-0-price_fen=18.80"
        "&parts-2-name=螺丝&parts-2-quantity_milli=0.5&parts-1-name=&parts-1-quantity_milli=",
        {"photos": [photo]},
    )
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "cause": "wear", "done": "换灯管",
        "parts": [
            {"name": "灯管", "quantity_milli": 2000, "price_fen": 1880},
            {"name": "螺丝", "quantity_milli": 500, "price_fen": None},
        ],
        "photos": [Upload("灯.jpg", photo)],
    }  # fmt: skip


def test_a_key_the_slip_does_not_know_is_refused_and_nothing_else_is_lost():
    form = finish("cause=wear&done=换灯管&state=signed")
    assert not form.is_valid()
    assert form.non_field_errors() == ["这张单子里多了不认识的一项“state”，刷新页面再填"]
    assert form["done"].value() == "换灯管"
    assert finish("cause=wear&done=换灯管").is_valid()


def test_a_row_s_column_that_does_not_exist_is_a_key_not_known():
    assert not finish("cause=wear&done=换灯管&parts-0-total=1").is_valid()


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ("done=好", "cause", "“故障原因”还没选"),
        ("cause=wear", "done", "“怎么修的”还没填"),
        ("cause=flood&done=好", "cause", "“故障原因”选的这一项现在没有了，重新选"),
        ("cause=wear&done=一二三四五六七八九十十一", "done", "“怎么修的”太长，最多 10 个字"),
        ("cause=wear&done=好&parts-0-name=灯管", "parts", "第 1 行：“数量”还没填"),
        ("cause=wear&done=好&parts-0-name=灯管&parts-0-quantity_milli=两", "parts", "第 1 行：“数量”要填数字，例如 12.5"),
        ("cause=wear&done=好&parts-0-name=灯管&parts-0-quantity_milli=-1", "parts", "第 1 行：“数量”要大于 0"),
        ("cause=wear&done=好&" + "&".join(f"parts-{n}-name=a" for n in range(4)), "parts", "“用料”最多 3 行"),
    ],
)  # fmt: skip
def test_each_field_says_in_words_what_is_wrong(sent, field, said):
    form = finish(sent)
    assert not form.is_valid()
    assert form.errors == {field: [said]}


def test_more_photos_than_asked_are_refused_by_number():
    photos = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(3)]
    assert finish("cause=wear&done=好", {"photos": photos}).errors == {
        "photos": ["“照片”最多 2 张，这次有 3 张"]
    }
    assert finish("cause=wear&done=好", {"photos": photos[:2]}).is_valid()


class SignForm(SlipForm):
    signature = SignatureField()
    note = forms.CharField(label="说一句", required=False)


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        ({"signature": "click"}, Signed("login", None)),
        ({"signature": f"data:image/png;base64,{PNG}"}, Signed("pad", b"\x89PNG drawn")),
    ],
)
def test_a_signature_is_drawn_or_given_by_a_click(sent, signed):
    form = SignForm(sent)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"signature": signed, "note": ""}


def test_what_is_drawn_counts_before_the_click():
    sent = QueryDict(mutable=True)
    sent.setlist("signature", ["click", f"data:image/png;base64,{PNG}"])
    form = SignForm(sent)
    assert form.is_valid()
    assert form.cleaned_data["signature"].way == "pad"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "还没有签名，写一笔或点一下再交"),
        ({"signature": "data:image/png;base64,%%%"}, "签名没有传完整，重写一次"),
        ({"signature": "yes"}, "签名没有传完整，重写一次"),
        ({"signature": "data:image/png;base64," + "A" * 400_001}, "签名没有传完整，重写一次"),
    ],
)
def test_no_signature_is_no_signature(sent, said):
    assert SignForm(sent).errors == {"signature": [said]}


class AmountForm(SlipForm):
    price_fen = MoneyField(label="费用")
    quantity_milli = QuantityField(label="数量", unit="支", required=False)


def test_money_is_fen_and_quantity_thousandths():
    form = AmountForm({"price_fen": "8,600.5", "quantity_milli": "１.２５"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"price_fen": 860050, "quantity_milli": 1250}
    assert AmountForm({"price_fen": "1", "quantity_milli": ""}).errors == {}
    assert AmountForm(initial={"price_fen": 860050})["price_fen"].value() == "8600.5"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.005", "“费用”最多 2 位小数"),
        ("-1", "“费用”不能小于 0"),
        ("一百", "“费用”要填数字，例如 12.5"),
        ("NaN", "“费用”要填数字，例如 12.5"),
        ("1e13", "“费用”要填数字，例如 12.5"),
        ("9999999999999", "“费用”的数太大"),
    ],
)
def test_an_amount_that_is_none_says_why(typed, said):
    assert AmountForm({"price_fen": typed}).errors == {"price_fen": [said]}


def test_figures_are_exact():
    assert decimal_of("0.10", 2, "费用") * 3 == Decimal("0.30")


class WorkerForm(SlipForm):
    worker = forms.ModelChoiceField(queryset=None, label="维修人")


def test_choices_and_what_is_proposed_are_handed_in(cast):
    people = Person.objects.filter(code__in=["repairman", "electrician"])
    one = cast["electrician"].pk
    handed_in = {"worker": people, "worker__initial": one, "worker__aside": "会电的"}
    form = WorkerForm({"worker": str(one)}, choices=handed_in)
    assert form.is_valid()
    assert form.cleaned_data == {"worker": cast["electrician"]}
    assert form.initial == {"worker": one}
    assert form.fields["worker"].aside == "会电的"
    assert WorkerForm({"worker": str(cast["teacher"].pk)}, choices={"worker": people}).errors == {
        "worker": ["“维修人”选的这一项现在没有了，重新选"]
    }


def test_choices_for_a_field_that_is_not_there_are_a_mistake_of_ours():
    with pytest.raises(KeyError):
        SignForm(choices={"worker": []})
    with pytest.raises(KeyError):
        SignForm(choices={"note__colour": "red"})


class BuyForm(SlipForm):
    rows = RowsField(label="明细", columns=(RowColumn("person", "谁", kind="select"),))


def test_a_column_to_choose_from_holds_the_row_itself(cast):
    people = Person.objects.filter(code__in=["repairman", "electrician"])
    key = cast["repairman"].pk
    form = BuyForm({"rows-0-person": str(key)}, choices={"rows": {"person": people}})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"rows": [{"person": cast["repairman"]}]}
    assert BuyForm({}, choices={"rows": {"person": people}}).errors == {"rows": ["“明细”至少填一行"]}
    assert BuyForm({"rows-0-person": "0"}, choices={"rows": {"person": people}}).errors == {
        "rows": ["第 1 行：“谁”选的这一项现在没有了，重新选"]
    }


def test_forms_do_not_share_what_was_handed_in(cast):
    BuyForm({}, choices={"rows": {"person": Person.objects.all()}})
    assert BuyForm().fields["rows"].columns[0].choices == ()
