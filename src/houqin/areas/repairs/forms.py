"""The forms of the slips: fields and shapes; what may be chosen is handed in."""

from django import forms

from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.ui.fields import (
    MoneyField,
    PaperField,
    PhotosField,
    RowColumn,
    RowsField,
    SignatureField,
    SlipForm,
    WholeField,
)

from .models import FaultType, Repair


class FaultTypeField(forms.ModelChoiceField):
    """什么坏了: tiles by the fault type's short name."""

    def label_from_instance(self, obj: FaultType) -> str:
        return obj.label


def note(
    label: str, *, placeholder: str = "", required: bool = True, words: tuple[str, ...] = ()
) -> forms.CharField:
    field = forms.CharField(label=label, max_length=200, required=required)
    field.placeholder, field.words = placeholder, words  # type: ignore[attr-defined]
    return field


def rating(*, required: bool) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="打几分",
        choices=Repair.RATINGS,
        coerce=int,
        empty_value=None,
        required=required,
        widget=forms.RadioSelect,
    )


class ReportForm(SlipForm):
    """报修 at a place that is known already (the scan page)."""

    fault_type = FaultTypeField(
        label="什么坏了", queryset=FaultType.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    detail = note("怎么了", placeholder="例如：后排靠窗两根灯管不亮")
    photos = PhotosField(required=False)
    affects_lesson = forms.BooleanField(
        label="现在影响上课", required=False, help_text="打开后按紧急的时限办"
    )


class OpenForm(ReportForm):
    """报修 from the list: the place is chosen."""

    place = forms.ModelChoiceField(label="在哪里", queryset=Place.objects.none())
    field_order = ("place", "fault_type", "detail", "photos", "affects_lesson")


class VisitorForm(SlipForm):
    """访客报修: without a login."""

    fault_type = FaultTypeField(
        label="什么坏了", queryset=FaultType.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    detail = note("怎么了", placeholder="例如：水龙头关不上")
    photos = PhotosField(required=False, most=3)
    name = forms.CharField(label="怎么称呼", max_length=20, required=False)
    phone = forms.CharField(label="电话", max_length=20, required=False, help_text="只用来问这一件，到期清除")


class TakeForm(SlipForm):
    fault_type = FaultTypeField(label="类别", queryset=FaultType.objects.none(), empty_label=None)


class DeclineForm(SlipForm):
    note = note("为什么不受理", words=("和已报的重复", "不在学校范围", "现场看过没有坏"))


class WorkerForm(SlipForm):
    """派工."""

    worker = forms.ModelChoiceField(
        label="交给", queryset=Person.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    note = note("交代一句", placeholder="例如：下课再进", required=False)


class PassOnForm(SlipForm):
    worker = forms.ModelChoiceField(
        label="转给", queryset=Person.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    note = note("为什么转", words=("要动电", "要动水", "两个人才行", "今天请假"))


class PlainForm(SlipForm):
    """A step that asks nothing."""


class PauseForm(SlipForm):
    reason = forms.ChoiceField(label="等什么", choices=Repair.PAUSES, widget=forms.RadioSelect)
    note = note("说明", placeholder="例如：灯管周三到货", required=False)


class ContractorForm(SlipForm):
    contractor = forms.CharField(label="外修单位", max_length=60)
    cost_fen = MoneyField(label="费用", least=1)
    note = note("为什么要外修", words=("厂家才有配件", "要登高", "要专业资质"))
    record = PaperField(label="校务会记录", required=False, help_text="10,000.00 元起要附")


class AgreeForm(SlipForm):
    note = note("意见", required=False)


class RefuseForm(SlipForm):
    note = note("为什么退回", words=("再问一家", "自己能修", "先不修"))


class FinishForm(SlipForm):
    cause = forms.ChoiceField(label="什么原因", choices=Repair.CAUSES, widget=forms.RadioSelect)
    fix = note("修了什么", words=("换新", "紧固", "疏通", "调试"))
    parts = RowsField(
        label="用了什么",
        required=False,
        columns=(
            RowColumn("name", "物品", placeholder="LED 灯管"),
            RowColumn("quantity_milli", "数量", "number", into="milli"),
            RowColumn("unit", "单位", placeholder="支"),
            RowColumn("price_fen", "单价，元", "number", into="fen"),
        ),
    )
    photos = PhotosField(label="修好的照片", required=False)


class SignForm(SlipForm):
    rating = rating(required=False)
    remark = note("说一句", placeholder="例如：又快又好", required=False)
    signature = SignatureField()


class ReopenForm(SlipForm):
    note = note("哪里没修好")
    photos = PhotosField(required=False)


class CloseForm(SlipForm):
    note = note("为什么代收", words=("报修人外出", "现场看过已修好", "报修人口头同意"))


class RateForm(SlipForm):
    rating = rating(required=True)
    remark = note("说一句", required=False)


class CancelForm(SlipForm):
    note = note("为什么撤销", words=("自己弄好了", "报错了", "不用修了"))


class NudgeForm(SlipForm):
    note = note("说一句", required=False, words=("明天要用", "又有人问", "影响上课"))


class FaultTypeForm(SlipForm):
    """故障类别's card."""

    code = forms.SlugField(label="代码", max_length=8)
    name = forms.CharField(label="名称", max_length=40)
    label = forms.CharField(label="短名", max_length=8, help_text="扫码页上的字，最多 8 个")
    icon = forms.CharField(label="图标", max_length=30, required=False, empty_value="dots")
    examples = forms.CharField(label="例", max_length=80, required=False)
    words = forms.CharField(
        label="常用说法",
        required=False,
        max_length=120,
        help_text="用空格隔开；前面加 ! 的表示有危险，按紧急办、昼夜计时",
    )
    worker = forms.ModelChoiceField(label="直接交给", queryset=Person.objects.none(), required=False)
    duty = forms.SlugField(label="或交给职责", max_length=40, required=False)
    response_minutes = WholeField(label="首响", min_value=1, max_value=100_000)
    fix_minutes = WholeField(label="修复", min_value=1, max_value=100_000)
    urgent_response_minutes = WholeField(label="紧急首响", min_value=1, max_value=100_000, required=False)
    urgent_fix_minutes = WholeField(label="紧急修复", min_value=1, max_value=100_000, required=False)
    safety = forms.BooleanField(label="涉及安全", required=False, help_text="打开后昼夜计时")
    after_photo = forms.BooleanField(label="修好要拍照", required=False, help_text="打开后没有照片不能点修好")
    rank = WholeField(label="次序", min_value=1, max_value=1000)
    source = forms.CharField(label="时限依据", max_length=120, required=False)


class FaultTypeChange(FaultTypeForm):
    code = None  # type: ignore[assignment]
