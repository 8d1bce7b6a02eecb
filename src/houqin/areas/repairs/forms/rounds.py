"""The forms of 走访 and 预防性维护."""

from django import forms

from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.ui.fields import DayField, PhotosField, RowColumn, RowsField, SlipForm, WholeField
from houqin.ui.speech import slug_said

from .. import rules
from ..models import FaultType, MaintenanceAnswer, MaintenancePlan, Repair
from .repairing import FaultTypeField, note, parts_used


def fault_types() -> FaultTypeField:
    return FaultTypeField(
        label="什么坏了", queryset=FaultType.objects.none(), widget=forms.RadioSelect, empty_label=None
    )


def met() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label="见到谁", queryset=Person.objects.none(), required=False)


class FineForm(SlipForm):
    """走访，无事."""

    said = note("说了什么", required=False, words=("一切正常", "没有人在", "问了没有事"))
    met = met()


class VisitReportForm(SlipForm):
    """走访，转报修."""

    fault_type = fault_types()
    detail = note("怎么了", placeholder="例如：后排靠窗两根灯管不亮")
    photos = PhotosField(required=False)
    met = met()


class VisitFixForm(SlipForm):
    """走访，当场修好."""

    fault_type = fault_types()
    fix = note("修了什么", words=("紧固", "换新", "疏通", "调试"))
    cause = forms.ChoiceField(
        label="什么原因", choices=Repair.CAUSES, widget=forms.RadioSelect, initial="wear"
    )
    parts = parts_used()
    photos = PhotosField(label="修好的照片", required=False)
    met = met()


class PlanForm(SlipForm):
    """维护计划's card."""

    code = forms.SlugField(
        label="代码", max_length=48, required=False, error_messages=slug_said("代码", "kt-301"),
        help_text="空着的，按地点编一个",
    )  # fmt: skip
    name = forms.CharField(label="做什么", max_length=40)
    place = forms.ModelChoiceField(label="在哪里", queryset=Place.objects.none())
    lines = forms.CharField(label="检查项", max_length=1000, widget=forms.Textarea, help_text="一行一项")
    unit = forms.ChoiceField(label="间隔", choices=MaintenancePlan.UNITS, widget=forms.RadioSelect)
    every = WholeField(label="每几", min_value=1, max_value=60, help_text="每 2 周写 2；每年固定日期不用管")
    dates = forms.CharField(
        label="每年哪几天",
        max_length=120,
        required=False,
        help_text="只有选了“每年这几天”才写，例如：3-1、9-1",
    )
    from_on = DayField(label="从哪天起")
    lasts = WholeField(label="几个上班日内做完", min_value=1, max_value=40)
    fault_type = FaultTypeField(label="坏了报哪类", queryset=FaultType.objects.none())
    holder = forms.ModelChoiceField(label="交给谁", queryset=Person.objects.none(), required=False)
    duty = forms.ChoiceField(label="或交给职责", choices=tuple(rules.UPKEEPERS.items()))
    source = forms.CharField(label="间隔依据", max_length=120)
    verified = forms.BooleanField(
        label="依据核对过", required=False, help_text="没有核对过原文的，是可以改的惯例"
    )


class PlanChange(PlanForm):
    code = None  # type: ignore[assignment]


class PlanCloseForm(SlipForm):
    note = note("为什么停用", words=("设备拆了", "房间停用", "并到别的计划"))


class AnswersField(RowsField):
    """检查项: every line of the checklist with its answer; the lines are given, not chosen."""

    look = "answers"


class JobForm(SlipForm):
    """做完."""

    answers = AnswersField(
        label="检查项",
        most=rules.MOST_LINES,
        columns=(
            RowColumn("line", "检查项", longest=60),
            RowColumn("answer", "结果", "select", choices=tuple(MaintenanceAnswer.ANSWERS)),
            RowColumn("note", "怎么了", required=False),
        ),
    )
    photos = PhotosField(required=False)
    note = note("说一句", required=False)


class HandOnForm(SlipForm):
    worker = forms.ModelChoiceField(
        label="转给", queryset=Person.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    note = note("为什么转交", words=("要登高，两个人去", "今天请假", "归他管"))


class CallOffForm(SlipForm):
    note = note("为什么免做", words=("房间在装修", "刚换过新的", "设备停用"))
