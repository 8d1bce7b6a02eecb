"""Tiers by amount, frozen candidates, one decision a step, nobody decides his own."""

from datetime import date, timedelta

import pytest

from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries
from houqin.kernel.approvals.actions import Range
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Holding, Post
from tests.cast import looked_at
from tests.unit.test_matters import CHORE, open_chore

TIERS = (
    Range(0, 100_000, ("approve-director",)),
    Range(100_000, 1_000_000, ("approve-director", "approve-vice")),
    Range(1_000_000, None, ("approve-director", "approve-vice", "approve-principal"), paper="校务会记录"),
)


@pytest.fixture
def paper(cast):
    approvals.issue_rules(
        CHORE.kind,
        effective_on=date(2026, 9, 1),
        authority="采购管理办法",
        ranges=TIERS,
        act=cast.act("admin"),
    )
    return open_chore(cast)


def submit(cast, paper, yuan, **more):
    return approvals.submit(paper, amount_fen=round(yuan * 100), act=cast.act("repairman"), **more)


@pytest.mark.parametrize(
    ("yuan", "duties"),
    [
        (999.99, ["approve-director"]),
        (1000, ["approve-director", "approve-vice"]),
        (9999.99, ["approve-director", "approve-vice"]),
        (10_000, ["approve-director", "approve-vice", "approve-principal"]),
    ],
)
def test_the_tier_includes_its_lower_bound_and_not_its_upper(cast, paper, yuan, duties):
    submit(cast, paper, yuan, papers=["校务会记录"])
    assert [step.duty for step in queries.steps(paper)] == duties


def test_a_tier_that_wants_a_paper_refuses_without_it(cast, paper):
    with pytest.raises(Refused, match="这个金额要附校务会记录，没有提交。"):
        submit(cast, paper, 10_000)
    assert queries.route_of(paper) is None


def test_a_higher_basis_takes_the_higher_tier(cast, paper):
    route = submit(cast, paper, 800, basis_fen=160_000, reason="同类两天合计 1,600.00 元")
    assert (route.amount_fen, route.basis_fen, route.steps.count()) == (80_000, 160_000, 2)


def test_steps_are_decided_in_order_each_once(cast, paper):
    submit(cast, paper, 2000)
    with pytest.raises(NotYours):
        approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("vice-principal"))
    following = approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("director"))
    assert following.duty == "approve-vice"
    with pytest.raises(NotYours):
        approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("director"))
    assert approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("vice-principal")) is None
    with pytest.raises(Overtaken, match="已经批过了"):
        approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("vice-principal"))


def test_nobody_decides_his_own_the_superior_does(cast, paper):
    approvals.submit(paper, amount_fen=50_000, act=cast.act("director"))
    step = queries.open_step(paper)
    assert (step.escalated, {p.code for p in step.candidates.all()}) == (
        True,
        {"principal", "vice-principal"},
    )
    with pytest.raises(NotYours):
        approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("director"))


def test_without_anyone_to_decide_it_is_not_submitted(cast, paper):
    for role in ("principal", "vice-principal"):
        people.release(cast[role].holdings.get(), to_on=date(2026, 11, 1), act=cast.act("director"))
    with pytest.raises(Refused, match="“总务主任”这一步没有可以审批的人"):
        approvals.submit(paper, amount_fen=50_000, act=cast.act("director"))


def test_a_running_route_keeps_its_rules(cast, paper):
    submit(cast, paper, 2000)
    approvals.issue_rules(
        CHORE.kind, effective_on=date(2026, 11, 23), authority="新办法",
        ranges=(Range(0, None, ("approve-principal",)),), act=cast.act("principal"),
    )  # fmt: skip
    assert queries.route_of(paper).rule_set.version == 1
    other = open_chore(cast)
    submit(cast, other, 2000)
    assert (queries.route_of(other).rule_set.version, queries.route_of(other).steps.count()) == (2, 1)


@pytest.mark.parametrize(
    "ranges",
    [
        (Range(0, 100, ("a",)), Range(200, None, ("a",))),
        (Range(0, 300, ("a",)), Range(200, None, ("a",))),
        (Range(0, 100, ("a",)),),
        (Range(1, None, ("a",)),),
        (Range(0, None, ()),),
    ],
)
def test_tiers_with_a_gap_an_overlap_or_an_end_are_refused(cast, ranges):
    with pytest.raises(Refused, match="没有保存"):
        approvals.issue_rules(
            "x.y", effective_on=date(2026, 9, 1), authority="", ranges=ranges, act=cast.act("principal")
        )


def test_a_delegate_decides_up_to_his_cap_and_for_whom_is_kept(cast, paper):
    act = cast.act("director")
    approvals.delegate(
        taker=cast["nurse"], kind=CHORE.kind, cap_fen=60_000, from_at=act.at,
        to_at=act.at + timedelta(days=2), deed="校长外出", act=act,
    )  # fmt: skip
    submit(cast, paper, 600)
    approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("nurse"))
    step = queries.steps(paper)[0]
    assert (step.decided_by.code, step.on_behalf_of.code) == ("nurse", "director")
    other = open_chore(cast)
    submit(cast, other, 600.01)
    with pytest.raises(NotYours):
        approvals.decide(other, step=looked_at(other), agreed=True, act=cast.act("nurse"))


def test_one_person_in_two_posts_decides_one_step_only(cast, paper):
    """Whoever could decide two steps is candidate of one: of the one that needs him, else of the first."""
    assign(cast, "director", "vice-principal")
    assert able(submit(cast, paper, 2000)) == [{"director"}, {"vice-principal"}]
    approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("director"))
    with pytest.raises(NotYours):
        approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("director"))

    assign(cast, "teacher", "director")
    one, two = able(submit(cast, open_chore(cast, opened_by=cast["nurse"]), 2000))
    assert (one | two, one & two) == ({"director", "teacher", "vice-principal"}, set())
    assign(cast, "teacher", "vice-principal")
    people.release(cast["vice-principal"].holdings.get(), to_on=date(2026, 11, 1), act=cast.act("admin"))
    found = able(submit(cast, open_chore(cast, opened_by=cast["nurse"]), 2000))
    assert sorted(map(sorted, found)) == [["director"], ["teacher"]]


def able(route) -> list[set[str]]:
    return [{person.code for person in step.candidates.all()} for step in route.steps.order_by("order")]


def assign(cast, role, post):
    people.assign(
        cast[role],
        post=Post.objects.get(code=post),
        stand=Holding.A,
        from_on=date(2026, 9, 1),
        act=cast.act("admin"),
    )
