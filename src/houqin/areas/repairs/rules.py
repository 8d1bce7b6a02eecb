"""Who may, which clock, what a report says: asked by the flow, the actions and the screens alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.approvals import queries as approvals
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import SYSTEM, duty_codes, has_duty
from houqin.kernel.places import queries as places
from houqin.kernel.places.models import Place
from houqin.kernel.school import figures
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.clock import Hours

from .models import DANGER, FIRST, PLAIN, SOONER, FaultType, Repair

DISPATCHER, WORKER, OFFICE, OVERSEER, READS_ONLY = (
    "repair-dispatcher",
    "repair-worker",
    "office",
    "overseer",
    "read-only",
)
FIRST_HANDS = (
    "take", "decline", "dispatch", "grade", "arrive", "pause", "pass_on", "ask_contractor", "merge", "finish",
    "serve",
)  # fmt: skip
WALKERS = (WORKER, DISPATCHER, OFFICE)  # who goes round the rooms
LOGISTICS = frozenset({*WALKERS, "gate", "clean", "garden", "canteen", "store-keeper", "assets-keeper"})
SERVED = ("teaching", "living", "admin")
MOST_LINES = 40  # of a checklist
TITLE = 24  # characters of the fault that go into the matter's title

SIGN_DAYS, FIRST_REMINDER, SECOND_REMINDER, REPEAT_DAYS, REPEATS, VISITOR_DAYS = figures.declare((
    figures.Figure("repairs.sign_days", "修好后几个上学日不签收就到时关闭", 5, "天", "惯例，按学校实际改", 1, 60),
    figures.Figure("repairs.remind_first", "修好后第几个上学日第一次提醒签收", 2, "天", "惯例，按学校实际改", 1, 60),
    figures.Figure("repairs.remind_second", "修好后第几个上学日第二次提醒签收", 4, "天", "惯例，按学校实际改", 1, 60),
    figures.Figure("repairs.repeat_days", "反复报修：多少天以内", 90, "天", "惯例，按学校实际改", 1, 366),
    figures.Figure("repairs.repeats", "反复报修：同一处同一类报几次算", 3, "次", "惯例，按学校实际改", 2, 20),
    figures.Figure("repairs.visitor_days", "访客的姓名电话保留多少天", 90, "天", "个人信息够用就清，按学校实际改", 1, 366),
))  # fmt: skip


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────


def acts(act: Act) -> bool:
    """Everyone of the school but those who only read."""
    return not act.by.built_in and not has_duty(act.by, READS_ONLY, act.day)


def walks(act: Act) -> bool:
    """Who goes round the rooms and writes down what he found."""
    return not duty_codes(act.by, act.day).isdisjoint(WALKERS)


def is_dispatcher(act: Act, matter: Matter) -> bool:
    return has_duty(act.by, DISPATCHER, act.day)


def in_hand(act: Act, matter: Matter) -> bool:
    """By name, or by a duty one holds today."""
    if matter.holder_id is not None:
        return matter.holder_id == act.by.pk
    return matter.duty != "" and has_duty(act.by, matter.duty, act.day)


def in_hand_or_dispatcher(act: Act, matter: Matter) -> bool:
    return in_hand(act, matter) or is_dispatcher(act, matter)


def fixes_on_spot(act: Act, matter: Matter) -> bool:
    """Only what one found on a visit oneself: nobody asked for it, so nobody is there to sign."""
    return matter.repair.found == "visit" and is_opener(act, matter) and in_hand(act, matter)


def is_opener(act: Act, matter: Matter) -> bool:
    """访客 stands for everyone without a login and therefore opens nothing of his own."""
    return matter.opened_by_id == act.by.pk and not act.by.built_in


def is_system(act: Act, matter: Matter) -> bool:
    return act.by.built_in and act.by.code == SYSTEM


def is_office(act: Act, matter: Matter) -> bool:
    return has_duty(act.by, OFFICE, act.day)


def may_decide(act: Act, matter: Matter) -> bool:
    """A candidate of the approval step that is open, or whom one of them has given it to."""
    step = approvals.open_step(matter)
    return step is not None and approvals.decides_for(step, act.by, act.at) is not None


def may_recall(act: Act, matter: Matter) -> bool:
    """Who asked for the outside contractor, or the director, while nobody has decided for good."""
    if is_dispatcher(act, matter):
        return True
    route = approvals.route_of(matter)
    return route is not None and route.by_id == act.by.pk


def may_sign(act: Act, matter: Matter) -> bool:
    return is_opener(act, matter) or signer(matter) == act.by


def signer(matter: Matter) -> Person | None:
    """验收人: who opened it; for a visitor's report, or if the opener repaired it or has left,
    whoever answers for the place.

    Never who repaired; None if nobody else is there, then the office closes it.
    """
    repaired_by, opener = matter.repair.worker_id, matter.opened_by
    if not opener.built_in and opener.left_on is None and opener.pk != repaired_by:
        return opener
    answers = places.owner_of(matter.place) if matter.place else None
    return answers.owner if answers and answers.owner_id != repaired_by else None


def may_nudge(act: Act, matter: Matter) -> bool:
    """Who waits for it or oversees it, not who has it in hand."""
    if in_hand(act, matter) or not acts(act):
        return False
    oversees = has_duty(act.by, OVERSEER, act.day) or is_dispatcher(act, matter)
    return oversees or is_opener(act, matter) or matter.repair.requesters.filter(person=act.by).exists()


def may_join(act: Act, matter: Matter) -> bool:
    """For oneself, or for one whose own report of it is merged into this one."""
    return acts(act) and matter.opened_by_id != (act.for_ or act.by).pk


def able(person: Person, fault_type: FaultType, on: date) -> bool:
    """May be given this on a date: who holds the duty the type names; if it is a repair, any repair worker
    too."""
    if fault_type.duty and has_duty(person, fault_type.duty, on):
        return True
    return not fault_type.request and has_duty(person, WORKER, on)


def found_by(act: Act, asker: Person) -> str:
    """怎么发现: what somebody of logistics reports of himself, nobody had to report to them."""
    return "logistics" if duty_codes(asker, act.day) & LOGISTICS else "reported"


# ── what a report says ──────────────────────────────────────────────────────────────────────────────────


def title_of(place: str, fault_type: FaultType, detail: str) -> str:
    """三(2)班教室 灯管不亮: the place and the first words of what is wrong."""
    first = re.split(r"[，。；！？,;!?\n]", detail.strip(), maxsplit=1)[0].strip()
    return f"{place} {first[:TITLE] or fault_type.label}"


@dataclass(frozen=True)
class Word:
    """常用说法: a quick word of a fault type, and whether it tells of a danger."""

    text: str
    danger: bool


def words_of(fault_type: FaultType) -> list[Word]:
    return [Word(word.removeprefix(DANGER), word.startswith(DANGER)) for word in fault_type.words.split()]


def tells_of_danger(fault_type: FaultType, detail: str) -> bool:
    return any(word.danger and word.text in detail for word in words_of(fault_type))


# ── what goes first ─────────────────────────────────────────────────────────────────────────────────────

SHIPPED_PRIORITIES = {  # urgency × impact: rank, on the urgent clock; ours, the school changes them
    ("plain", "none"): (PLAIN, False), ("plain", "lesson"): (FIRST, True), ("plain", "room"): (FIRST, True),
    ("plain", "many"): (SOONER, True), ("soon", "none"): (SOONER, False), ("soon", "lesson"): (FIRST, True),
    ("soon", "room"): (FIRST, True), ("soon", "many"): (FIRST, True), ("urgent", "none"): (SOONER, True),
    ("urgent", "lesson"): (FIRST, True), ("urgent", "room"): (FIRST, True), ("urgent", "many"): (FIRST, True),
    ("danger", "none"): (FIRST, True), ("danger", "lesson"): (FIRST, True), ("danger", "room"): (FIRST, True),
    ("danger", "many"): (FIRST, True),
}  # fmt: skip


def service_of(fault_type: FaultType, place: Place | None) -> str:
    """教学, 生活 or 行政: as the fault type says, else as its place is used."""
    used = place.use if place and place.use in SERVED else "admin"
    return fault_type.service or used


def teaches(service: str, place: Place | None) -> bool:
    """Whether a lesson may suffer: a teaching fault in a teaching room."""
    return service == "teaching" and place is not None and place.use == "teaching"


def stops_lessons(impact: str, place: Place | None) -> bool:
    """不能上课, of a room where lessons are given."""
    return impact == "room" and place is not None and place.use == "teaching"


def felt(impact: str, in_lesson: bool) -> str:
    """What goes into the table: reported in a lesson, it touches that lesson whatever was said."""
    return "lesson" if in_lesson and impact == "none" else impact


# ── clocks ──────────────────────────────────────────────────────────────────────────────────────────────


class RoundTheClock(Hours):
    """Hours that never close: safety counts the night and the weekend too."""

    def window(self, on: date) -> tuple[datetime, datetime]:
        opens = datetime.combine(on, time.min, self.zone)
        return opens, datetime.combine(on + timedelta(days=1), time.min, self.zone)


def hours(safety: bool) -> Hours:
    """The clock a repair runs on."""
    if safety:
        return RoundTheClock(time.min, time.min, lambda on: True, timezone.get_default_timezone())
    return terms.working_hours()


def minutes(fault_type: FaultType, *, urgent: bool) -> tuple[int, int]:
    """首响 and 修复, in minutes of its clock."""
    answer, fix = fault_type.response_minutes, fault_type.fix_minutes
    if not urgent:
        return answer, fix
    return (
        answer if fault_type.urgent_response_minutes is None else fault_type.urgent_response_minutes,
        fix if fault_type.urgent_fix_minutes is None else fault_type.urgent_fix_minutes,
    )


def resumed(word: str, paused_at: datetime, stopped: int, was_due: datetime, due_at: datetime) -> str:
    """What the way says of a clock that runs again after 停表 or 等批: both times, and the working minutes it
    stood still."""
    length = wording.glue(wording.span(timedelta(minutes=stopped)))
    return (
        f"{wording.paper_moment(paused_at)} 起{word}，停了上班时间{length}\n"
        f"时限从 {wording.paper_moment(was_due)} 顺延到 {wording.paper_moment(due_at)}"
    )


def amount_fen(quantity_milli: int, price_fen: int) -> int:
    """金额: quantity times price, half a fen upward."""
    return (quantity_milli * price_fen + 500) // 1000


def on_time(repair: Repair) -> bool:
    return repair.fixed_at is not None and repair.fixed_at <= repair.fix_due_at


# ── what comes again ────────────────────────────────────────────────────────────────────────────────────


def suggestion(*, times: int, least: int, by_people: int, sent_back: int, outside_fen: int) -> str:
    """What might be done about a fault that keeps coming: the first of these that fits."""
    if 2 * by_people > times:
        return "多半是人为，和使用的班级、部门说一次，再修就查原因"
    if times >= 2 * least:
        return "修了又坏，不再零修，报整件更换"
    if sent_back:
        return "返修过，换一个人从头查"
    if outside_fen:
        return "外修过还坏，让原单位保修或换一家"
    return "找根子：看线路、管道、安装，一次修彻底"


# ── 预防性维护 ──────────────────────────────────────────────────────────────────────────────────────────

UPKEEPERS = {  # the duties that a plan may be given to, in the words of the office
    WORKER: "维修工、水电工", "clean": "保洁员", "garden": "绿化工", "canteen": "食堂管理员", "room": "专用室保管员",
    "gate": "保安",
}  # fmt: skip

TAKERS = UPKEEPERS | {"office": "总务主任"}  # … and that what is reported or asked for may be given to
ICONS = (
    ("dots", "其他"), ("bulb", "灯"), ("droplet", "水"), ("door", "门窗"), ("armchair", "桌椅"), ("device-tv", "一体机"),
    ("air-conditioning", "空调"), ("wifi", "网络"), ("toilet-paper", "厕所"), ("speakerphone", "广播"),
    ("wall", "墙地"), ("ball-basketball", "体育"), ("fire-extinguisher", "消防"), ("glass-full", "饮水"),
    ("tools-kitchen-2", "厨房"), ("tree", "树木"), ("flag", "旗杆"), ("elevator", "电梯"), ("soup", "用餐"),
    ("search", "失物"),
    ("map-pin", "停车"), ("route", "通勤"), ("tool", "工具"), ("bolt", "用电"),
)  # fmt: skip


def how_often(unit: str, every: int, dates: str) -> str:
    """每 2 周, 每个月, 每年 3 月 1 日、9 月 1 日."""
    if unit == "date":
        named = [text.split("-") for text in dates.split(",")]
        return "每年 " + "、".join(f"{int(month)} 月 {int(day)} 日" for month, day in named)
    word = {"week": "周", "month": "个月"}[unit]
    return f"每{word}" if every == 1 else f"每 {every} {word}"


def most_days(unit: str, every: int, dates: str) -> int:
    """How many working days a turn may take at most: five of each week of the shortest interval."""
    if unit != "date":
        return {"week": 5, "month": 20}[unit] * every
    begins = [date(2000, *map(int, text.split("-"))) for text in dates.split(",")]
    following = [*begins[1:], begins[0] + timedelta(days=365)]
    return max(1, 5 * min((after - on).days for on, after in zip(begins, following, strict=True)) // 7)


def ground(source: str, verified: bool) -> str:
    return f"{source}（核对过）" if verified else f"{source}（惯例，可改）"


def by_whom(holder: str | None, duty: str) -> str:
    return holder or UPKEEPERS.get(duty, duty)
