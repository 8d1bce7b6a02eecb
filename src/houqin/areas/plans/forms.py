"""The forms of plans, clauses and tasks: fields and shapes; what may be chosen is handed in."""

from __future__ import annotations

from typing import Any

from django import forms

from houqin.kernel.people.models import Person
from houqin.kernel.terms.models import Term
from houqin.ui.fields import (
    DayField,
    PaperField,
    PhotosField,
    RowColumn,
    RowsField,
    SignatureField,
    SlipForm,
    TicksField,
)

from .models import Binding, CatalogueClause, PlanClause
from .pure.outline import DEEPEST, DROP, KEEP, MERGE, MOST, Node

FATES = ((KEEP, "保留"), (MERGE, "并到上一条"), (DROP, "去掉"))
LONGEST_TEXT = 200_000


def words(
    label: str, *, required: bool = True, placeholder: str = "", quick: tuple[str, ...] = ()
) -> forms.CharField:
    field = forms.CharField(label=label, max_length=200, required=required)
    field.placeholder, field.words = placeholder, quick  # type: ignore[attr-defined]
    return field


def someone(label: str, *, required: bool = True) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label=label, queryset=Person.objects.none(), required=required)


# ── 导入 ────────────────────────────────────────────────────────────────────────────────────────────────────


class ImportForm(SlipForm):
    """导入计划: a file, or the text itself."""

    term = forms.ModelChoiceField(label="学期", queryset=Term.objects.none(), empty_label=None)
    name = forms.CharField(label="名称", max_length=80)
    file = PaperField(label="文件", required=False, most=1, help_text=".txt 或 .docx")
    text = forms.CharField(
        label="或者把文字贴在这里",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea,
        strip=False,
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["text"].rows = 12  # type: ignore[attr-defined]


class OutlineField(RowsField):
    """提纲: the lines of a plan as they were looked over; cleaned to nodes."""

    def __init__(self, **kwargs: Any):
        columns = tuple(RowColumn(name, label) for name, label in
                        (("level", "层"), ("number", "编号"), ("text", "条文"), ("fate", "怎么办")))  # fmt: skip
        super().__init__(columns=columns, most=MOST, **{"label": "条款", **kwargs})

    def _row(self, at: int, row: dict[str, str]) -> Any:
        level, fate = row.get("level", "1"), row.get("fate", KEEP)
        if not (level.isascii() and level.isdigit() and 1 <= int(level) <= DEEPEST) or fate not in dict(
            FATES
        ):
            raise forms.ValidationError(f"第 {at} 条的层次看不懂，从 1 到 {DEEPEST} 里选")
        return Node(int(level), row.get("number", "")[:20], row.get("text", ""), fate)


class OutlineForm(SlipForm):
    """看过再存: what was read out of a plan, each line with its level, number and words."""

    term = forms.ModelChoiceField(label="学期", queryset=Term.objects.none(), empty_label=None)
    name = forms.CharField(label="名称", max_length=80)
    source = forms.CharField(max_length=LONGEST_TEXT, widget=forms.HiddenInput, strip=False)
    nodes = OutlineField()


# ── 计划 ────────────────────────────────────────────────────────────────────────────────────────────────────


class BringForm(SlipForm):
    note = words("说明", required=False, placeholder="例如：校务会 8 月 30 日通过")


class EndForm(SlipForm):
    note = words("说明", required=False)


class WhyForm(SlipForm):
    """A step that wants its reason."""

    note = words("为什么")


class AssignForm(SlipForm):
    """分工: who answers for a chapter, until when, who checks."""

    under = forms.ModelChoiceField(
        label="哪一章或哪一条",
        queryset=PlanClause.objects.none(),
        required=False,
        help_text="不选就是整份计划",
    )
    owner, checker = someone("责任人"), someone("检查人")
    from_on, to_on = DayField(label="开始"), DayField(label="完成期限")


class ReadForm(SlipForm):
    """已读: asks nothing."""


class SignForm(SlipForm):
    signature = SignatureField(required=False)


class SureForm(SlipForm):
    least = forms.TypedChoiceField(
        label="相似度", coerce=int, initial=70, widget=forms.RadioSelect,
        choices=((90, "90% 以上"), (70, "70% 以上"), (50, "50% 以上"), (35, "全部")),
    )  # fmt: skip


# ── 条款 ────────────────────────────────────────────────────────────────────────────────────────────────────


class ClauseForm(SlipForm):
    text = forms.CharField(label="条文", max_length=2000, widget=forms.Textarea)
    heading = forms.BooleanField(label="只是标题", required=False, help_text="标题不用有责任人")
    owner, checker = someone("责任人", required=False), someone("检查人", required=False)
    from_on, to_on = DayField(label="开始", required=False), DayField(label="完成期限", required=False)


class BindForm(SlipForm):
    catalogue = forms.ModelChoiceField(label="目录条款", queryset=CatalogueClause.objects.none())


class BindingsForm(SlipForm):
    """对应: the ticked ones are right; `shown` are all that stood on the page."""

    confirmed = TicksField(
        label="对应", queryset=Binding.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    shown = TicksField(queryset=Binding.objects.none(), required=False, widget=forms.MultipleHiddenInput)
    shown.many = True  # type: ignore[attr-defined]


# ── 任务 ────────────────────────────────────────────────────────────────────────────────────────────────────


class TaskForm(SlipForm):
    clause = forms.ModelChoiceField(label="哪一条", queryset=PlanClause.objects.none())
    title = forms.CharField(label="要办什么", max_length=80)
    doer, checker = someone("谁办"), someone("谁检查")
    due_on = DayField(label="完成期限")
    note = words("交代一句", required=False)


class ReportForm(SlipForm):
    note = words("办了什么", placeholder="例如：36 个班的盘点表都收齐了")
    photos = PhotosField(required=False)


class ProgressForm(SlipForm):
    note = words("做到哪里了")
    photos = PhotosField(required=False)


class CheckForm(SlipForm):
    note = words("怎么查的", required=False, quick=("看过现场", "抽查过记录", "问过老师"))


class BackForm(SlipForm):
    note = words("缺什么", quick=("没有记录", "没做完", "效果不好"))


class HandOverForm(SlipForm):
    """移交: to whom, and why."""

    receiver = someone("移交给谁")
    note = words("为什么移交", quick=("换岗", "离岗", "请长假"))


class NudgeForm(SlipForm):
    note = words("说一句", required=False)
