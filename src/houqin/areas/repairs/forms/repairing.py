"""The forms of the slips: fields and shapes; what may be chosen is handed in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.approvals.models import ApprovalStep
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.ui.fields import (
    MomentField,
    MoneyField,
    PaperField,
    PhotosField,
    RowColumn,
    RowsField,
    SignatureField,
    SlipForm,
    WholeField,
)
from houqin.ui.speech import slug_said

from .. import rules
from ..flow import REPAIR
from ..models import IMPACTS, RANKS, SERVICES, URGENCIES, FaultType, PaperSlip, Repair

OLD_PAGE = "这一页旧了，看不出你看的是哪一步，刷新页面再批"


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


def one_of(label: str, choices: Sequence[tuple[str, str]], usual: str) -> forms.TypedChoiceField:
    """A bar on which the usual answer is chosen already."""
    field = forms.TypedChoiceField(
        label=label,
        choices=choices,
        initial=usual,
        empty_value=usual,
        required=False,
        widget=forms.RadioSelect,
    )
    field.look, field.aside = "bar", "" if usual else "不选就看类别"  # type: ignore[attr-defined]
    return field


class ReportForm(SlipForm):
    """报修 at a place that is known already (the scan page)."""

    fault_type = FaultTypeField(
        label="什么坏了", queryset=FaultType.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    detail = note("怎么了", placeholder="例如：后排靠窗两根灯管不亮")
    photos = PhotosField(required=False)
    impact = one_of("影响", IMPACTS, "none")


class OpenForm(ReportForm):
    """报修 from the list: the place is chosen, and for whom and how urgent it is may be said."""

    place = forms.ModelChoiceField(label="在哪里", queryset=Place.objects.none())
    urgency = one_of("紧急程度", URGENCIES, "plain")
    service = one_of("服务类型", [("", "按类别"), *SERVICES], "")
    field_order = ("place", "fault_type", "detail", "photos", "impact", "urgency", "service")


class AskForm(SlipForm):
    """生活服务."""

    fault_type = FaultTypeField(
        label="要办什么", queryset=FaultType.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    place = forms.ModelChoiceField(label="在哪里", queryset=Place.objects.none())
    detail = note("说清楚", placeholder="例如：操场捡到一件红色外套")
    photos = PhotosField(required=False)


class GradeForm(SlipForm):
    """定级."""

    fault_type = FaultTypeField(label="类别", queryset=FaultType.objects.none(), empty_label=None)
    service = forms.ChoiceField(label="服务类型", choices=SERVICES, widget=forms.RadioSelect)
    urgency = forms.ChoiceField(label="紧急程度", choices=URGENCIES, widget=forms.RadioSelect)
    impact = one_of("影响", IMPACTS, "none")
    note = note("说一句", placeholder="例如：下午公开课要用", required=False)


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


class SameField(forms.ModelChoiceField):
    """并入哪一件: each with its number, what is wrong, who reported it and when."""

    def label_from_instance(self, obj: Matter) -> str:
        who = "扫码上报" if obj.repair.by_visitor else f"{obj.opened_by}报"
        told = f"{wording.paper_day(timezone.localtime(obj.opened_at))} {who}"
        return f"{obj.number} {obj.title}，{told}，{REPAIR.state(obj.state).label}"


class MergeForm(SlipForm):
    """并入: chosen among what is open near by; any other by its number."""

    into = SameField(
        label="和哪一件是同一件", queryset=Matter.objects.none(), to_field_name="number", required=False,
        empty_label=None, widget=forms.RadioSelect,
    )  # fmt: skip
    number = forms.CharField(
        label="编号", max_length=24, required=False, help_text="写了就按编号，上面的不算"
    )
    note = note("说一句", placeholder="例如：现场看过，是同一根灯管", required=False)

    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any):
        super().__init__(*args, choices=choices, **kwargs)
        if not self.fields["into"].queryset:  # type: ignore[attr-defined]
            del self.fields["into"]
            self.fields["number"].required, self.fields["number"].help_text = True, "附近没有别的没修好的报修"


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
    record = PaperField(label="校务会记录", required=False, help_text="有的金额要附")


def looked_at() -> forms.ModelChoiceField:
    """The step that its reader saw, sent back unseen: what was asked anew meanwhile is not decided."""
    field = forms.ModelChoiceField(
        label="审批步骤", queryset=ApprovalStep.objects.none(), widget=forms.HiddenInput
    )
    field.error_messages |= {"required": OLD_PAGE, "invalid_choice": OLD_PAGE}
    return field


class AgreeForm(SlipForm):
    step = looked_at()
    note = note("意见", required=False)


class RefuseForm(SlipForm):
    step = looked_at()
    note = note("为什么退回", words=("再问一家", "自己能修", "先不修"))


class RecallForm(SlipForm):
    note = note("为什么撤回", words=("审批人外出", "自己修好了", "金额报错了", "换一家"))


def parts_used() -> RowsField:
    return RowsField(
        label="用了什么",
        required=False,
        columns=(
            RowColumn("name", "物品", placeholder="LED 灯管", longest=60),
            RowColumn("quantity_milli", "数量", "number", into="milli"),
            RowColumn("unit", "单位", placeholder="支", longest=8),
            RowColumn("price_fen", "单价，元", "number", into="fen"),
        ),
    )


class FinishForm(SlipForm):
    cause = forms.ChoiceField(label="什么原因", choices=Repair.CAUSES, widget=forms.RadioSelect)
    fix = note("修了什么", words=("换新", "紧固", "疏通", "调试"))
    parts = parts_used()
    photos = PhotosField(label="修好的照片", required=False)


class ServeForm(SlipForm):
    fix = note("办了什么", placeholder="例如：外套已由失主领回")
    photos = PhotosField(required=False)


class SignForm(SlipForm):
    """签收; how many lessons were lost is asked only where some were counted."""

    rating = rating(required=False)
    remark = note("说一句", placeholder="例如：又快又好", required=False)
    lessons = WholeField(label="停用课时", min_value=0, max_value=2000, required=False)
    lessons_why = note("课时为什么不同", placeholder="例如：第 3 节换到了音乐教室上", required=False)
    signature = SignatureField()

    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any):
        super().__init__(*args, choices=choices, **kwargs)
        if "lessons" not in self.initial:
            del self.fields["lessons"], self.fields["lessons_why"]


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

    code = forms.SlugField(label="代码", max_length=8, error_messages=slug_said("代码", "W19"))
    name = forms.CharField(label="名称", max_length=40)
    label = forms.CharField(label="短名", max_length=8, help_text="扫码页上的字，最多 8 个")
    icon = forms.ChoiceField(label="图标", choices=rules.ICONS, initial="dots", required=False)
    examples = forms.CharField(label="例", max_length=80, required=False)
    words = forms.CharField(
        label="常用说法",
        required=False,
        max_length=120,
        help_text="用空格隔开；前面加 ! 的表示有危险，按紧急办、昼夜计时",
    )
    worker = forms.ModelChoiceField(label="直接交给", queryset=Person.objects.none(), required=False)
    duty = forms.ChoiceField(
        label="或交给职责", choices=[("", "不定，由总务处派"), *rules.TAKERS.items()], required=False
    )
    response_minutes = WholeField(label="首响", min_value=1, max_value=100_000)
    fix_minutes = WholeField(label="修复", min_value=1, max_value=100_000)
    urgent_response_minutes = WholeField(label="紧急首响", min_value=1, max_value=100_000, required=False)
    urgent_fix_minutes = WholeField(label="紧急修复", min_value=1, max_value=100_000, required=False)
    safety = forms.BooleanField(label="涉及安全", required=False, help_text="打开后昼夜计时")
    after_photo = forms.BooleanField(label="修好要拍照", required=False, help_text="打开后没有照片不能点修好")
    service = forms.ChoiceField(label="服务类型", choices=[("", "看地点"), *SERVICES], required=False)
    life = forms.CharField(
        label="生活服务", max_length=8, required=False, help_text="写了名字，就列在“生活服务”里"
    )
    request = forms.BooleanField(label="办事", required=False, help_text="打开后不是报修，只在“生活服务”里提")
    rank = WholeField(label="次序", min_value=1, max_value=1000)
    source = forms.CharField(label="时限依据", max_length=120, required=False)


class FaultTypeChange(FaultTypeForm):
    code = None  # type: ignore[assignment]


class FaultTypeClose(SlipForm):
    note = note("为什么停用", words=("并到别的类别", "不再用了", "归别的部门"))


class PriorityForm(SlipForm):
    rank = forms.TypedChoiceField(label="次序", choices=RANKS, coerce=int, widget=forms.RadioSelect)
    urgent_clock = forms.BooleanField(label="按紧急时限", required=False, help_text="关上按一般时限")


class PaperSlipForm(SlipForm):
    """纸质报修单: noted as it reached the office."""

    way = one_of("怎么来的", PaperSlip.WAYS, "paper")
    asker = forms.ModelChoiceField(label="报修人", queryset=Person.objects.none())
    place = forms.ModelChoiceField(label="地点", queryset=Place.objects.none())
    said = note("怎么了", placeholder="例如：后排靠窗两根灯管不亮")
    received_at = MomentField(label="收到")


class EnterSlipForm(SlipForm):
    """录成报修."""

    fault_type = FaultTypeField(
        label="什么坏了", queryset=FaultType.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    impact = one_of("影响", IMPACTS, "none")
    urgency = one_of("紧急程度", URGENCIES, "plain")
