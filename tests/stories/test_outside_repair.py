"""外修 in more than one round: what was agreed adds up and is never lost, what is only asked for counts
nowhere, and a sum asked for in two halves goes the way of the whole."""

import io
import re

import pytest
from python_calamine import CalamineWorkbook

from houqin.areas.repairs import actions, queries
from houqin.areas.repairs.models import OutsideRepair, Repair
from houqin.areas.repairs.queries import outside_adds_up
from houqin.areas.repairs.tests.scene import PART, Scene, at
from houqin.kernel import entries
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals.models import ApprovalStep
from houqin.kernel.errors import NotYours, Refused
from tests.cast import looked_at

AGAIN = "连同以前批的共 1,400.00 元，走“1,000.00 元起，不满 2,000.00 元”这一档"


@pytest.fixture
def scene(cast) -> Scene:
    return Scene.of(cast)


def read(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def moment(hour: int, minute: int = 0):
    return at(2026, 11, 23, hour, minute)


def ask(scene, matter, cost_fen, when, contractor="安泰门窗店", **more):
    said = {"contractor": contractor, "cost_fen": cost_fen, "note": "要焊"} | more
    return actions.ask_contractor(matter, **said, act=scene.act("repairman", when))


def agree(scene, matter, when, *roles):
    for role in roles:
        actions.agree(matter, step=looked_at(matter), act=scene.act(role, when))


@pytest.fixture
def back(scene):
    """Reported at 8:00; 800 yuan agreed, fixed with a part of 37.60, and sent back at 11:00."""
    matter = scene.report(at=moment(8))
    ask(scene, matter, 80_000, moment(8, 10))
    agree(scene, matter, moment(8, 20), "director")
    scene.finish(matter, when=moment(9), parts=[PART])
    actions.reopen(matter, note="又掉了", act=scene.act("teacher", moment(11)))
    return scene.again(matter)


def cost() -> int:
    return queries.counted(Repair.objects.all()).whole.cost


def stands(matter) -> tuple[int, list[tuple[str, int]]]:
    repair = Repair.objects.get(pk=matter.pk)
    return repair.contractor_fen, list(repair.outside.order_by("pk").values_list("contractor", "amount_fen"))


@pytest.mark.parametrize("step", ["refuse", "recall"])
def test_what_was_agreed_stays_when_the_next_request_does_not_come_through(scene, back, step):
    """Seen to fail (0 beside the entry of 800) with `contractor_fen` set back to 0 by either."""
    first = [("安泰门窗店", 80_000)]
    assert (cost(), stands(back)) == (83_760, (80_000, first))
    ask(scene, back, 60_000, moment(11, 10), "青禾水电")
    assert (cost(), stands(back)) == (83_760, (80_000, first))  # asked for, not agreed
    who = {"refuse": "director", "recall": "repairman"}[step]
    seen = {"step": looked_at(back)} if step == "refuse" else {}
    getattr(actions, step)(back, note="太贵", **seen, act=scene.act(who, moment(11, 20)))
    assert (cost(), stands(back), list(outside_adds_up())) == (83_760, (80_000, first), [])
    ask(scene, back, 60_000, moment(11, 30), "青禾水电")
    agree(scene, back, moment(11, 40), "director")
    assert stands(back) == (80_000, first)  # the first of two steps is not yet a decision
    agree(scene, back, moment(11, 50), "vice-principal")
    assert (cost(), stands(back)) == (143_760, (140_000, [*first, ("青禾水电", 60_000)]))
    assert list(outside_adds_up()) == []


def test_a_sum_in_two_halves_goes_the_way_of_the_whole(scene, back, web):
    """600 after 800 is 1,400: two steps; a delegation up to 1,000 does not reach it. Seen to fail (one step)
    with `basis_fen` left out of the submission."""
    approvals.delegate(
        taker=scene.cast["nurse"], kind=back.kind, cap_fen=100_000, from_at=moment(11, 1), to_at=moment(17),
        deed="外出", act=scene.act("director", moment(11, 1)),
    )  # fmt: skip
    told = read(web.as_("repairman").get(f"/matters/{back.number}/ask_contractor/"))
    assert "这一件已经批了外修 800.00 元，和这一次合在一起算走哪一档" in told
    ask(scene, back, 60_000, moment(11, 10))
    route = back.routes.get(round=2)
    assert (route.amount_fen, route.basis_fen) == (60_000, 140_000)
    assert [step.duty for step in route.steps.order_by("order")] == ["approve-director", "approve-vice"]
    assert route.reason.startswith(AGAIN)
    with pytest.raises(NotYours):
        actions.agree(back, step=looked_at(back), act=scene.act("nurse", moment(11, 20)))
    assert web.as_("nurse").get(f"/matters/{back.number}/").status_code == 404
    agree(scene, back, moment(11, 20), "director")
    assert (scene.again(back).state, scene.again(back).holder) == ("approving", scene.cast["vice-principal"])


@pytest.mark.parametrize(
    ("cost_fen", "steps"),
    [(19_999, 1), (20_000, 2), (119_999, 2), (120_000, 4), (919_999, 4), (920_000, 4)],
)
def test_the_tier_is_by_the_whole(scene, back, cost_fen, steps):
    """800 was agreed before; from 10,000 in all on, the record of the meeting is wanted."""
    if cost_fen == 920_000:
        with pytest.raises(Refused, match="校务会记录"):
            ask(scene, back, cost_fen, moment(11, 10))
    ask(scene, back, cost_fen, moment(11, 10), record=[scene.photo] if cost_fen == 920_000 else [])
    assert back.routes.get(round=2).steps.count() == steps


def test_page_paper_and_sheet_count_what_was_agreed(scene, back, web):
    """The API tells the facts of the page."""
    director, number = web.as_("director"), back.number
    ask(scene, back, 60_000, moment(11, 10), "青禾水电")
    page = read(director.get(f"/matters/{number}/"))
    assert "外修 安泰门窗店 800.00 元" in page and "外修等批 青禾水电" in page
    assert "外修单位 安泰门窗店 外修费用 800.00 元" in read(director.get(f"/matters/{number}/paper/"))
    assert "花费 837.60 元" in read(director.get("/repairs/figures/?from=2026-11-01&to=2026-11-24"))
    agree(scene, back, moment(11, 20), "director", "vice-principal")
    page = read(director.get(f"/matters/{number}/"))
    assert "外修 安泰门窗店 800.00 元、青禾水电 600.00 元 1,400.00 元" in page and "外修等批" not in page
    paper = read(director.get(f"/matters/{number}/paper/"))
    assert "外修单位 安泰门窗店 800.00 元、青禾水电 600.00 元 外修费用 1,400.00 元" in paper
    figures = "/repairs/figures/?from=2026-11-01&to=2026-11-24"
    assert "花费 1,437.60 元" in read(director.get(figures))
    sheet = b"".join(director.get(f"{figures}&as=xlsx").streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert 1437.6 in [cell for row in rows for cell in row]


def test_what_keeps_coming_costs_what_was_agreed(scene, back):
    for _ in range(2):
        scene.report(at=moment(11, 5))
    ask(scene, back, 60_000, moment(11, 10))
    [found] = queries.repeats(Repair.objects.all(), moment(12))
    assert (found.times, found.cost) == (3, 83_760)
    agree(scene, back, moment(11, 20), "director", "vice-principal")
    [found] = queries.repeats(Repair.objects.all(), moment(12))
    assert (found.times, found.cost) == (3, 143_760)


def test_the_check_finds_what_does_not_stand_as_it_was_agreed(scene, back):
    """R10: the sum altered, a decision altered either way, an entry of another amount."""
    ask(scene, back, 60_000, moment(11, 10))
    actions.refuse(back, step=looked_at(back), note="太贵", act=scene.act("director", moment(11, 20)))
    assert list(outside_adds_up()) == []

    def found() -> list[tuple[str, str, str, str]]:
        return [(f.code, f.thing, f.expected, f.found) for f in outside_adds_up()]

    Repair.objects.filter(pk=back.pk).update(contractor_fen=0)
    assert found() == [("repairs.R10", back.number, "外修 80000 分", "0 分")]
    Repair.objects.filter(pk=back.pk).update(contractor_fen=80_000)
    steps = ApprovalStep.objects.filter(route__matter=back)
    steps.filter(route__round=1).update(state="refused")
    assert found() == [("repairs.R10", back.number, "第 1 轮没有批下来，80000 分", "外修里不是这样")]
    steps.update(state="agreed", decided_by=scene.cast["director"])
    assert found() == [("repairs.R10", back.number, "第 2 轮批下来，60000 分", "外修里没有")]
    route = back.routes.get(round=2)
    entries.write(OutsideRepair, repair_id=back.pk, route=route, contractor="安泰门窗店", amount_fen=6_000)
    assert found() == [
        ("repairs.R10", back.number, "第 2 轮批下来，60000 分", "外修里不是这样"),
        ("repairs.R10", back.number, "外修 86000 分", "80000 分"),
    ]
