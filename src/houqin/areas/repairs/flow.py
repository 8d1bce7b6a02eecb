"""报修 and 服务 as tables: their states and the steps between them."""

from houqin.kernel.matters.flow import Flow, State, Step

from . import rules

UNFIXED = ("unverified", "reported", "assigned", "waiting", "approving")

REPAIR = Flow(
    kind="repairs.repair",
    name="报修",
    prefix="BX",
    icon="tool",
    states=(
        State("unverified", "待受理", tone="amber", icon="user-question"),
        State("reported", "等派工", tone="amber", icon="user-question"),
        State("assigned", "在修", tone="accent", icon="progress"),
        State("waiting", "停表", tone="grey", icon="player-pause", stops_clock=True),
        State("approving", "等批", tone="accent", icon="rubber-stamp"),
        State("fixed", "等签收", tone="accent", icon="signature"),
        State("signed", "修好", tone="green", icon="circle-check", end=True),
        State("timed_out", "到时关闭", tone="grey", icon="clock", end=True),
        State("closed_by_office", "总务代收", tone="grey", icon="user-check", end=True),
        State("cancelled", "已撤销", tone="grey", icon="x", end=True),
        State("declined", "不受理", tone="grey", icon="ban", end=True),
    ),
    steps=(
        Step("take",            "受理",     ("unverified",), "reported", rules.is_dispatcher, icon="check", main=True),
        Step("decline",         "不受理",   ("unverified",), "declined", rules.is_dispatcher, icon="ban", tone="bad"),
        Step("dispatch",        "派工",     ("reported",), "assigned", rules.is_dispatcher, icon="arrow-right", main=True),
        Step("finish",          "修好",     ("assigned",), "fixed", rules.in_hand, icon="check", tone="good", main=True),
        Step("arrive",          "到场",     ("assigned",), "", rules.in_hand, icon="map-pin-check"),
        Step("pause",           "停表",     ("assigned",), "waiting", rules.in_hand, icon="player-pause", tone="wait"),
        Step("resume",          "复工",     ("waiting",), "assigned", rules.in_hand_or_dispatcher, icon="player-play", main=True),
        Step("grade",           "定级",     ("reported", "assigned"), "", rules.is_dispatcher, icon="adjustments-horizontal"),
        Step("pass_on",         "转派",     ("assigned",), "assigned", rules.in_hand_or_dispatcher, icon="arrow-forward-up"),
        Step("ask_contractor",  "外修",     ("assigned",), "approving", rules.in_hand_or_dispatcher, icon="report-money", tone="wait"),
        Step("agree",           "同意",     ("approving",), "approving", rules.may_decide, icon="rubber-stamp", tone="good", main=True),
        Step("agreed",          "同意",     ("approving",), "assigned", rules.may_decide, icon="rubber-stamp", tone="good", shown=False),
        Step("refuse",          "退回",     ("approving",), "assigned", rules.may_decide, icon="arrow-back-up", tone="bad"),
        Step("sign",            "签收",     ("fixed",), "signed", rules.may_sign, icon="signature", tone="good", main=True),
        Step("reopen",          "返修",     ("fixed",), "assigned", rules.may_sign, icon="arrow-back-up", tone="bad"),
        Step("close_by_office", "代收",     ("fixed",), "closed_by_office", rules.is_office, icon="user-check"),
        Step("unanswered",      "没人接手", ("unverified", "reported", "assigned"), "", rules.is_system, icon="alert-triangle",
             tone="bad", shown=False),
        Step("remind",          "提醒签收", ("fixed",), "", rules.is_system, icon="bell", shown=False),
        Step("time_out",        "到时关闭", ("fixed",), "timed_out", rules.is_system, icon="clock", shown=False),
        Step("rate",            "评价",     ("signed",), "", rules.is_opener, icon="message-2"),
        Step("cancel",          "撤销",     ("reported", "assigned"), "cancelled", rules.is_opener, icon="x", tone="bad"),
        Step("join",            "我也遇到", ("unverified", "reported", "assigned", "waiting", "approving"), "", rules.may_join,
             icon="user-plus", shown=False),
        Step("nudge",           "催办",     (*UNFIXED, "fixed"), "", rules.may_nudge,
             icon="bell"),
    ),
)  # fmt: skip

SERVICE = Flow(
    kind="repairs.service",
    name="生活服务",
    prefix="FW",
    icon="message-2",
    opening="提出",
    states=(
        State("reported", "等派办", tone="amber", icon="user-question"),
        State("assigned", "在办", tone="accent", icon="progress"),
        State("fixed", "等确认", tone="accent", icon="signature"),
        State("signed", "办好", tone="green", icon="circle-check", end=True),
        State("timed_out", "到时关闭", tone="grey", icon="clock", end=True),
        State("closed_by_office", "总务代收", tone="grey", icon="user-check", end=True),
        State("cancelled", "已撤销", tone="grey", icon="x", end=True),
    ),
    steps=(
        Step("dispatch",        "派办",     ("reported",), "assigned", rules.is_dispatcher, icon="arrow-right", main=True),
        Step("serve",           "办好",     ("assigned",), "fixed", rules.in_hand, icon="check", tone="good", main=True),
        Step("arrive",          "接手",     ("assigned",), "", rules.in_hand, icon="map-pin-check"),
        Step("pass_on",         "转办",     ("assigned",), "assigned", rules.in_hand_or_dispatcher, icon="arrow-forward-up"),
        Step("sign",            "确认",     ("fixed",), "signed", rules.may_sign, icon="signature", tone="good", main=True),
        Step("reopen",          "再办",     ("fixed",), "assigned", rules.may_sign, icon="arrow-back-up", tone="bad"),
        Step("close_by_office", "代收",     ("fixed",), "closed_by_office", rules.is_office, icon="user-check"),
        Step("unanswered",      "没人接手", ("reported", "assigned"), "", rules.is_system, icon="alert-triangle", tone="bad",
             shown=False),
        Step("remind",          "提醒确认", ("fixed",), "", rules.is_system, icon="bell", shown=False),
        Step("time_out",        "到时关闭", ("fixed",), "timed_out", rules.is_system, icon="clock", shown=False),
        Step("rate",            "评价",     ("signed",), "", rules.is_opener, icon="message-2"),
        Step("cancel",          "撤销",     ("reported", "assigned"), "cancelled", rules.is_opener, icon="x", tone="bad"),
        Step("nudge",           "催办",     ("reported", "assigned", "fixed"), "", rules.may_nudge, icon="bell"),
    ),
)  # fmt: skip
FLOWS = {flow.kind: flow for flow in (REPAIR, SERVICE)}
