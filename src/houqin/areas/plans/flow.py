"""计划 and 任务 as tables: their states and the steps between them."""

from houqin.kernel.matters.flow import End, Flow, State, Step

from . import rules

STANDINGS = {  # 条款落实: what the indicators of a clause come to
    "met": State("met", "落实", tone="green", icon="circle-check"),
    "missed": State("missed", "未达", tone="red", icon="alert-triangle"),
    "watched": State("watched", "没定目标", tone="grey", icon="eye"),
    "no_data": State("no_data", "无数据", tone="grey", icon="circle-dashed"),
    "unbuilt": State("unbuilt", "尚未实施", tone="grey", icon="clock"),
}

PLAN = Flow(
    kind="plans.plan",
    name="工作计划",
    prefix="JH",
    icon="list-check",
    states=(
        State("draft", "草稿", tone="amber", icon="pencil"),
        State("in_force", "施行", tone="accent", icon="progress"),
        State("ended", "已结束", tone="green", icon="circle-check", end=End.DONE),
        State("dropped", "作废", tone="grey", icon="x", end=End.WITHDRAWN),
    ),
    steps=(
        Step("bring", "施行", ("draft",), "in_force", rules.keeps, icon="send", tone="good", main=True),
        Step("drop", "作废", ("draft",), "dropped", rules.keeps, icon="x", tone="bad"),
        Step("sign", "签字", ("in_force",), "", rules.owes_signature, icon="signature", tone="good",
             shown=False),
        Step("end", "结束", ("in_force",), "ended", rules.keeps, icon="circle-check", tone="good", main=True),
        Step("hand_over", "移交", ("draft", "in_force"), "", rules.hands_over, icon="arrows-exchange",
             hands="receiver"),
    ),
)  # fmt: skip

TASK = Flow(
    kind="plans.task",
    name="计划任务",
    prefix="RW",
    icon="clipboard-list",
    opening="派任务",
    opened="已经派下",
    states=(
        State("open", "在办", tone="accent", icon="progress"),
        State("done", "等检查", tone="accent", icon="clipboard-check"),
        State("carried_out", "落实", tone="green", icon="circle-check", end=End.DONE),
        State("cancelled", "取消", tone="grey", icon="x", end=End.WITHDRAWN),
    ),
    steps=(
        Step("report", "办完", ("open",), "done", rules.in_hand, icon="check", main=True),
        Step("note", "记进展", ("open",), "", rules.in_hand, icon="pencil"),
        Step("check", "落实", ("done",), "carried_out", rules.checks, icon="clipboard-check", tone="good",
             main=True),
        Step("send_back", "没落实", ("done",), "open", rules.checks, icon="arrow-back-up", tone="bad"),
        Step("cancel", "取消", ("open", "done"), "cancelled", rules.keeps, icon="x", tone="bad"),
        Step("nudge", "催办", ("open", "done"), "", rules.may_remind, icon="bell"),
        Step("hand_over", "移交", ("open", "done"), "", rules.hands_over_task, icon="arrows-exchange",
             hands="receiver"),
    ),
)  # fmt: skip
