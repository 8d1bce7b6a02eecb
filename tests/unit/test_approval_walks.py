"""Every round that begins comes to its end: walked with the posts and the tiers that a school starts with,
for whoever asks and whatever it costs; and what is wanting is said before it begins."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import transaction

from houqin.areas.repairs.queries import SHIPPED_TIERS
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries
from houqin.kernel.approvals.actions import COLLECTIVE
from houqin.kernel.errors import NotYours, Refused
from houqin.kernel.invariants.records import approved_by_rule, decided_apart
from houqin.kernel.matters.models import Matter
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Post
from tests.cast import NAMES, looked_at
from tests.unit.test_matters import CHORE, open_chore

FEN = (50_000, 150_000, 500_000, 2_000_000)
DECIDE = {"director", "vice-principal", "accountant", "principal"}


@pytest.fixture
def tiers(cast):
    approvals.issue_rules(
        CHORE.kind,
        effective_on=date(2026, 9, 1),
        authority="办法",
        ranges=SHIPPED_TIERS,
        act=cast.act("admin"),
    )


def submit(cast, opener, by, fen):
    paper = open_chore(cast, opened_by=cast[opener])
    approvals.submit(paper, amount_fen=fen, papers=[COLLECTIVE], act=cast.act(by))
    return paper


def walk(cast, paper, pick) -> list[str]:
    """Who decided, when at each step the one that `pick` chooses of those who may presses."""
    went = []
    while (step := queries.open_step(paper)) is not None:
        at = cast.act("admin").at
        may = [role for role in sorted(NAMES) if queries.decides_for(step, cast[role], at)]
        assert set(may) == {person.code for person in step.candidates.all()}
        went.append(pick(may))
        approvals.decide(paper, step=step, agreed=True, act=cast.act(went[-1]))
    return went


def test_every_round_is_walked_to_its_end_or_is_not_begun(cast, tiers):
    """Who asks × who submits × how much × which of the candidates presses. Seen to fail with candidates that
    stand in two steps (the director's own request of 1,500: 分管副校长 agreed to the first, nobody was left)."""
    refused = set()
    for opener, by, fen in product((*DECIDE, "teacher", "inspector"), (*DECIDE, "repairman"), FEN):
        for pick in (min, max):
            with transaction.atomic():
                try:
                    paper = submit(cast, opener, by, fen)
                except Refused as no:
                    assert "这一步没有可以审批的人，没有提交。" in str(no)
                    refused.add((frozenset({opener, by} & DECIDE), fen))
                    continue
                went = walk(cast, paper, pick)
                assert len(set(went)) == paper.routes.get().steps.count()
                assert {opener, by}.isdisjoint(went)
    both = ({"director", "principal"}, {"director", "vice-principal"}, {"vice-principal", "principal"})
    parts = {frozenset(pair) for pair in product(DECIDE, DECIDE)}
    assert refused == set(product(parts, FEN[2:])) | {(frozenset(pair), FEN[1]) for pair in both}
    assert (list(decided_apart()), list(approved_by_rule())) == ([], [])


# ── one authority, one step ─────────────────────────────────────────────────────────────────────────────


def lend(cast, giver, taker, fen=1_000_000):
    act = cast.act(giver)
    approvals.delegate(
        taker=cast[taker], kind=CHORE.kind, cap_fen=fen, from_at=act.at, to_at=act.at + timedelta(days=5),
        deed="外出", act=act,
    )  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [("vice-principal", "nurse"), ("nurse", "vice-principal")])
def test_one_authority_does_not_decide_two_steps_through_another(cast, tiers, first, second):
    """A round as it was when one could stand in two steps. Seen to fail with `decided_by` compared alone."""
    lend(cast, "vice-principal", "nurse")
    paper = submit(cast, "teacher", "repairman", 150_000)
    for step in queries.steps(paper):
        step.candidates.set([cast["vice-principal"], cast["director"]])
        step.route.steps.filter(pk=step.pk).update(duty="approve-vice")
    act = cast.act(first)
    step = looked_at(paper)
    if first == "nurse":  # as it was written then: today who stands in another step decides for nobody
        step.route.steps.filter(pk=step.pk).update(
            state="agreed", decided_by=cast["nurse"], on_behalf_of=cast["vice-principal"], decided_at=act.at
        )
        step.route.steps.filter(order=2).update(state="open")
    else:
        approvals.decide(paper, step=step, agreed=True, act=act)
    with pytest.raises(Refused) as no:
        approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act(second))
    assert str(no.value) == "同一个人不能批同一轮的两步，代别人批的也算，没有保存。这一步要由别人批。"
    assert list(decided_apart()) == []
    forced = {
        "decided_by": cast[second],
        "on_behalf_of": cast["vice-principal"] if second == "nurse" else None,
    }
    looked_at(paper).route.steps.filter(order=2).update(state="agreed", decided_at=act.at, **forced)
    assert [(found.code, found.found) for found in decided_apart()] == [("I09", "同一个人批了两步")]


def test_who_decides_another_step_stands_in_for_nobody(cast, tiers):
    """分管副校长 for the director: nobody were left for his own step. Neither offered nor on his desk, and
    not told. Seen to fail without the last condition of `decides_for`."""
    lend(cast, "director", "vice-principal")
    lend(cast, "director", "nurse")
    paper = submit(cast, "teacher", "repairman", 150_000)
    step, at = looked_at(paper), cast.act("admin").at
    assert [person.code for person in queries.stand_ins(step, at)] == ["nurse"]
    roles = ("director", "vice-principal", "nurse")
    assert [queries.decides_for(step, cast[role], at) is not None for role in roles] == [True, False, True]
    mine = Matter.objects.in_hands_of
    assert [mine(cast[role], at).filter(pk=paper.pk).exists() for role in roles[1:]] == [False, True]
    with pytest.raises(NotYours):
        approvals.decide(paper, step=step, agreed=True, act=cast.act("vice-principal"))
    small = submit(cast, "teacher", "repairman", 50_000)  # of which no step is his
    at = cast.act("admin").at
    assert queries.decides_for(looked_at(small), cast["vice-principal"], at) == cast["director"]
    assert mine(cast["vice-principal"], at).filter(pk=small.pk).exists()


# ── rights that went ────────────────────────────────────────────────────────────────────────────────────


def out_of_post(cast, role):
    people.release(cast[role].holdings.get(), to_on=date(2026, 11, 22), act=cast.act("admin"))
    cast.people.clear()


def into(cast, role, post):
    people.assign(
        cast[role], post=Post.objects.get(code=post), from_on=date(2026, 9, 1), act=cast.act("admin")
    )
    cast.people.clear()


@pytest.mark.parametrize(
    ("lost", "may"),
    [
        (lambda cast: None, [True, True]),
        (lambda cast: out_of_post(cast, "director"), [False, False]),  # neither he nor who stands in for him
        (lambda cast: into(cast, "nurse", "inspector"), [True, False]),
        (lambda cast: into(cast, "nurse", "admin"), [True, False]),
        (lambda cast: into(cast, "director", "inspector"), [False, False]),
        (lambda cast: into(cast, "director", "admin"), [False, False]),
    ],
    ids=["as it was", "out of post", "taker reads only", "taker opens logins", "reads only", "opens logins"],
)
def test_who_lost_the_right_decides_no_more(cast, tiers, lost, may):
    """A18, of what had been put to him before. Seen to fail without `fit` and without `still_able`."""
    lend(cast, "director", "nurse")
    paper = submit(cast, "teacher", "repairman", 50_000)
    lost(cast)
    step, at = looked_at(paper), cast.act("guard").at
    who = ("director", "nurse")
    assert [queries.decides_for(step, cast[role], at) is not None for role in who] == may
    on_desk = Matter.objects.in_hands_of(cast["nurse"], at).filter(pk=paper.pk).exists()
    assert on_desk == may[1]
    for role, able in zip(who, may, strict=True):
        if not able:
            with pytest.raises(NotYours, match="这一步不归你批，没有保存。"):
                approvals.decide(paper, step=step, agreed=True, act=cast.act(role))
    approvals.recall(paper, note="没有人批", act=cast.act("repairman"))  # and it is not stuck
    assert queries.open_step(paper) is None


def test_who_reads_only_or_opens_logins_is_no_candidate(cast, tiers):
    into(cast, "director", "admin")
    paper = submit(cast, "teacher", "repairman", 50_000)
    step = looked_at(paper)
    assert (step.escalated, {p.code for p in step.candidates.all()}) == (
        True,
        {"principal", "vice-principal"},
    )
