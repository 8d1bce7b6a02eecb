"""授权 and 审批档: what is refused, with its sentence, and what is not. Each guard was seen to let it through
with the guard taken out (the sentence, or the decision, was then missing here)."""

from datetime import date, timedelta

import pytest

from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries
from houqin.kernel.approvals.actions import Range
from houqin.kernel.approvals.models import Delegation, RuleSet
from houqin.kernel.audit.models import Change
from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.matters.models import Matter
from houqin.kernel.notices.models import Notice
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import User
from tests.cast import looked_at
from tests.unit.test_matters import CHORE, open_chore

TIERS = (Range(0, 100_000, ("approve-director",)), Range(100_000, None, ("approve-director", "approve-vice")))


@pytest.fixture
def paper(cast):
    """A chore that the teacher asked for, its tiers entered."""
    approvals.issue_rules(
        CHORE.kind, effective_on=date(2026, 9, 1), authority="办法", ranges=TIERS, act=cast.act("principal")
    )
    return open_chore(cast)


def lend(
    cast, taker="nurse", giver="director", *, act=None, start=timedelta(0), lasts=timedelta(days=2), **more
):
    act = act or cast.act(giver)
    begins = act.at + start
    said = {"taker": cast[taker], "kind": CHORE.kind, "cap_fen": 60_000, "deed": "外出培训"} | more
    return approvals.delegate(**said, from_at=begins, to_at=begins + lasts, act=act)


def submit(cast, paper, fen=50_000, by="repairman", **more):
    return approvals.submit(paper, amount_fen=fen, act=cast.act(by), **more)


def may(cast, paper, role) -> bool:
    return queries.decides_for(queries.open_step(paper), cast[role], cast.act("admin").at) is not None


def gone(cast):
    people.leave(cast["nurse"], left_on=date(2026, 11, 22), owed=lambda person: [], act=cast.act("admin"))


def shut(cast):
    User.objects.filter(username="nurse").update(is_active=False)


@pytest.mark.parametrize(
    ("asked", "before", "field", "sentence"),
    [
        ({"taker": "director"}, None, "taker", "不能授权给自己，没有保存。换一个人。"),
        ({}, gone, "taker", "尤老师不在岗，没有保存。换一个人。"),
        ({}, shut, "taker", "尤老师还不能登录，没有保存。先请系统管理员给他开户，或者换一个人。"),
        ({"taker": "inspector"}, None, "taker", "曹检查员只能看不能办，没有保存。换一个人。"),
        ({"taker": "admin"}, None, "taker", "严管理员管开户授权，不能再审批业务，没有保存。换一个人。"),
        ({"cap_fen": 0}, None, "cap_fen", "单笔上限要大于 0，没有保存。"),
        ({"deed": " "}, None, "deed", "没有写依据，没有保存。写明为什么、哪里定的。"),
        ({"lasts": timedelta(0)}, None, "to_on", "授权到的时间比起的时间早，没有保存。改一下起止。"),
        ({"lasts": -timedelta(1)}, None, "to_on", "授权到的时间比起的时间早，没有保存。改一下起止。"),
        ({"start": -timedelta(minutes=1)}, None, "from_on", "授权不能从过去起，没有保存。从现在起，或者往后写。"),
        ({"lasts": timedelta(days=366, minutes=1)}, None, "to_on", "一份授权最长一年，没有保存。改短，到期再办。"),
        ({"giver": "teacher"}, None, "", "这种单据现在不归你批，没有可以授权的，没有保存。"),
        ({"giver": "accountant"}, None, "", "这种单据现在不归你批，没有可以授权的，没有保存。"),
        ({"kind": "no.kind"}, None, "", "这种单据现在不归你批，没有可以授权的，没有保存。"),
    ],
)  # fmt: skip
def test_what_cannot_be_given(cast, paper, asked, before, field, sentence):
    if before:
        before(cast)
    with pytest.raises(Refused) as no:
        lend(cast, **asked)
    assert (str(no.value), no.value.field, Delegation.objects.count()) == (sentence, field, 0)


def test_what_can_be_given_is_kept_told_and_audited(cast, paper):
    made = lend(cast, lasts=timedelta(days=366))
    row = Delegation.objects.get()
    assert (row.giver.code, row.taker.code, row.kind, row.cap_fen, row.deed, row.ended_at) == (
        "director", "nurse", CHORE.kind, 60_000, "外出培训", None,
    )  # fmt: skip
    assert [(n.to.code, n.text, n.link) for n in Notice.objects.filter(to=cast["nurse"])] == [(
        "nurse", "陈主任把审批授权给你：2026-11-23 到 2027-11-24，单笔不超过 600.00 元", f"/house/delegations/{made.pk}/",
    )]  # fmt: skip
    assert (
        Change.objects.filter(kind="kernel.delegation", key=made.pk, field="+", by=cast["director"]).count()
        == 1
    )


def test_two_for_one_taker_do_not_overlap(cast, paper):
    """Another taker, another kind, or a time that touches without overlapping is no overlap."""
    act = cast.act("director")
    lend(cast, act=act)
    for start in (timedelta(0), timedelta(days=1), timedelta(days=2, minutes=-1)):
        with pytest.raises(Refused) as no:
            lend(cast, act=act, start=start)
        assert (str(no.value), no.value.field) == (
            "已经授权给尤老师了（2026-11-23 到 2026-11-25），时间有重叠，没有保存。先结束那一份，或者改起止。", "taker",
        )  # fmt: skip
    lend(cast, act=act, start=timedelta(days=2))
    lend(cast, "gardener", act=act)
    assert Delegation.objects.count() == 3


def test_what_was_given_is_not_passed_on(cast, paper):
    lend(cast)
    with pytest.raises(NotYours, match="别人授权给你的，不能再转给别人，没有保存。"):
        lend(cast, "gardener", "nurse")
    Delegation.objects.create(  # and if somebody wrote it by hand, it would carry nothing
        giver=cast["nurse"], taker=cast["gardener"], kind=CHORE.kind, cap_fen=60_000, deed="",
        from_at=cast.now, to_at=cast.now + timedelta(days=9),
    )  # fmt: skip
    submit(cast, paper)
    assert [role for role in ("director", "nurse", "gardener") if may(cast, paper, role)] == [
        "director",
        "nurse",
    ]


def test_it_begins_and_ends_with_its_moments(cast, paper):
    act = cast.act("director")
    made = lend(cast, act=act, start=timedelta(hours=1), lasts=timedelta(hours=1))
    submit(cast, paper)
    step, nurse = queries.open_step(paper), cast["nurse"]
    at = [made.from_at - timedelta(seconds=1), made.from_at, made.to_at - timedelta(seconds=1), made.to_at]
    assert [queries.decides_for(step, nurse, moment) is not None for moment in at] == [
        False,
        True,
        True,
        False,
    ]
    assert [Matter.objects.in_hands_of(nurse, moment).count() for moment in at] == [0, 1, 1, 0]
    assert [Matter.objects.visible_to(nurse, moment).count() for moment in at] == [0, 1, 1, 0]


def test_what_costs_more_than_its_cap_is_neither_seen_nor_decided(cast, paper):
    lend(cast)
    dearer = open_chore(cast)
    submit(cast, paper, 60_000)
    submit(cast, dearer, 60_001)
    nurse, at = cast["nurse"], cast.act("admin").at
    assert [list(rows) for rows in (
        Matter.objects.in_hands_of(nurse, at), Matter.objects.visible_to(nurse, at)
    )] == [[paper], [paper]]  # fmt: skip
    assert [may(cast, one, "nurse") for one in (paper, dearer)] == [True, False]


def test_it_is_ended_early_by_its_giver_once(cast, paper):
    made = lend(cast)
    submit(cast, paper)
    assert may(cast, paper, "nurse")
    assert Matter.objects.in_hands_of(cast["nurse"], cast.act("nurse").at).count() == 1
    for role in ("nurse", "principal"):
        with pytest.raises(NotYours, match="这份授权是陈主任给的，没有结束。请陈主任来办。"):
            approvals.end_delegation(made, act=cast.act(role))
    act = cast.act("director")
    approvals.end_delegation(made, act=act)
    assert (Delegation.objects.get().ended_at, may(cast, paper, "nurse")) == (act.at, False)
    assert Matter.objects.in_hands_of(cast["nurse"], cast.act("nurse").at).count() == 0
    with pytest.raises(Overtaken, match="这份授权已经结束了，没有再改。"):
        approvals.end_delegation(made, act=cast.act("director"))
    change = Change.objects.get(kind="kernel.delegation", key=made.pk, field="ended_at")
    assert (change.was, change.by.code) == ("", "director")
    assert Notice.objects.order_by("-pk")[0].text == "陈主任结束了给你的审批授权"
    lend(cast)  # and may be given anew
    assert may(cast, paper, "nurse")


def test_it_stops_when_its_giver_leaves_the_school(cast, paper):
    lend(cast)
    submit(cast, paper)
    people.leave(cast["director"], left_on=date(2026, 11, 23), owed=lambda person: [], act=cast.act("admin"))
    today, tomorrow = cast.now, cast.now + timedelta(days=1)
    step = queries.open_step(paper)
    moments = (today + timedelta(hours=1), tomorrow)
    assert [queries.decides_for(step, cast["nurse"], at) is None for at in moments] == [
        False, True,
    ]  # fmt: skip
    assert Matter.objects.in_hands_of(cast["nurse"], tomorrow).count() == 0


def test_who_has_a_part_in_it_decides_it_for_nobody(cast, paper):
    """A26: who asked for it, who submitted it, whoever was kept out: not with a delegation either."""
    takers = ("teacher", "repairman", "gardener", "nurse")
    for taker in takers:
        lend(cast, taker)
    submit(cast, paper, excluded=[cast["gardener"]])
    assert [role for role in takers if may(cast, paper, role)] == ["nurse"]
    at = cast.act("admin").at
    assert [role for role in takers if Matter.objects.in_hands_of(cast[role], at).exists()] == [
        "repairman",
        "nurse",
    ]
    for role in takers[:3]:
        with pytest.raises(NotYours, match="这一步不归你批，没有保存。"):
            approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act(role))


def test_one_delegate_of_two_decides_one_step_only(cast, paper):
    for giver in ("director", "vice-principal"):
        lend(cast, giver=giver, cap_fen=900_000)
    submit(cast, paper, 200_000)
    approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("nurse"))
    with pytest.raises(Refused, match="同一个人不能批同一轮的两步"):
        approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("nurse"))


def test_who_was_given_nothing_is_asked_nothing_twice(cast, paper, django_assert_num_queries):
    """The desk of who was lent nothing costs what it did; of who was, the same for one paper as for three."""
    lend(cast)
    submit(cast, paper)
    at, costs = cast.act("admin").at, []
    for _ in range(2):
        for role in ("nurse", "gardener"):
            list(Matter.objects.in_hands_of(cast[role], at))  # duties and delegations are remembered
            with django_assert_num_queries(1):
                costs.append(len(Matter.objects.in_hands_of(cast[role], at)))
        for _ in range(2):
            submit(cast, open_chore(cast))
    assert costs == [1, 0, 3, 0]
    plain = str(Matter.objects.in_hands_of(cast["gardener"], at).query)
    assert "approval" not in plain and "approval" in str(Matter.objects.in_hands_of(cast["nurse"], at).query)


# ── taken back ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_taken_back_is_decided_by_nobody_and_asked_anew(cast, paper):
    """A28: one round ends with nothing decided, the next begins at its first step."""
    submit(cast, paper, 200_000)
    approvals.decide(paper, step=looked_at(paper), agreed=True, act=cast.act("director"))
    approvals.recall(paper, note="换一家", act=cast.act("repairman"))
    for agreed in (True, False):
        with pytest.raises(Overtaken, match="已经批过了，没有重复。"):
            approvals.decide(paper, step=looked_at(paper), agreed=agreed, act=cast.act("vice-principal"))
    with pytest.raises(Overtaken, match="已经批过了，没有撤回。看一下最新的经过。"):
        approvals.recall(paper, note="换一家", act=cast.act("repairman"))
    submit(cast, paper, 40_000)
    rows = [
        (s.route.round, s.order, s.state, getattr(s.decided_by, "code", ""), s.note)
        for s in queries.steps(paper)
    ]
    assert rows == [
        (1, 1, "agreed", "director", ""), (1, 2, "recalled", "repairman", "换一家"), (2, 1, "open", "", ""),
    ]  # fmt: skip


# ── 审批档 ──────────────────────────────────────────────────────────────────────────────────────────────────


def change(cast, **more):
    act = cast.act("director")
    said = {"effective_on": act.day, "authority": "校务会", "ranges": TIERS} | more
    return approvals.change_rules(CHORE.kind, **said, act=act)


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"effective_on": date(2026, 11, 22)}, "effective_on", "生效日期 2026-11-22 已经过去，没有保存。从今天起，或者往后写。"),
        ({"effective_on": date(2027, 11, 25)}, "effective_on", "生效日期 2027-11-25 太远，没有保存。最多写到一年以后。"),
        ({"authority": " "}, "authority", "没有写依据，没有保存。写明哪个文件、哪次会定的。"),
        ({"ranges": TIERS[:1]}, "ranges", "最后一档要没有上限。没有保存。"),
        ({"ranges": TIERS[1:]}, "ranges", "各档金额要从 0 起首尾相接，不重叠、不断开，每档至少一步。没有保存。"),
        ({"ranges": (TIERS[0], Range(90_000, None, ("approve-vice",)))}, "ranges",
         "各档金额要从 0 起首尾相接，不重叠、不断开，每档至少一步。没有保存。"),
        ({"ranges": (TIERS[0], Range(100_000, 100_000, ("approve-vice",)), TIERS[1])}, "ranges",
         "“1,000.00 元起，不满 1,000.00 元”这一档里没有金额，止要大于起，没有保存。改一下起止，或者去掉这一档。"),
        ({"ranges": (Range(0, 0, ("approve-vice",)), *TIERS)}, "ranges",
         "“0.00 元起，不满 0.00 元”这一档里没有金额，止要大于起，没有保存。改一下起止，或者去掉这一档。"),
        ({"ranges": (Range(0, None, ("approve-vice", "approve-vice")),)}, "ranges",
         "“0.00 元起，没有上限”这一档里同一个岗位批两次，没有保存。去掉一步。"),
    ],
)  # fmt: skip
def test_tiers_that_are_not_taken(cast, paper, asked, field, sentence):
    with pytest.raises(Refused) as no:
        change(cast, **asked)
    assert (str(no.value), no.value.field, RuleSet.objects.filter(kind=CHORE.kind).count()) == (
        sentence,
        field,
        1,
    )


def test_a_step_that_nobody_could_decide_is_not_taken(cast, paper):
    """I08."""
    people.release(cast["vice-principal"].holdings.get(), to_on=date(2026, 11, 22), act=cast.act("admin"))
    with pytest.raises(Refused, match="“分管副校长”现在没有人在岗，这一步没有人批，没有保存。"):
        change(cast)
    change(cast, ranges=(Range(0, None, ("approve-director",)),))
    assert queries.rules_on(CHORE.kind, date(2026, 11, 23)).version == 2


def test_a_new_version_counts_from_its_day_and_changes_no_old_one(cast, paper):
    submit(cast, paper, 200_000)
    before = list(RuleSet.objects.get(kind=CHORE.kind).tiers.order_by("pk").values())
    change(cast, effective_on=date(2026, 12, 1), ranges=(Range(0, None, ("approve-vice",)),))
    change(cast, effective_on=date(2026, 12, 1), ranges=(Range(0, None, ("approve-principal",)),))
    on = {day: queries.rules_on(CHORE.kind, date(2026, *day)).version for day in ((11, 30), (12, 1))}
    assert on == {(11, 30): 1, (12, 1): 3}
    assert list(RuleSet.objects.get(kind=CHORE.kind, version=1).tiers.order_by("pk").values()) == before
    route = queries.route_of(paper)
    assert (route.rule_set.version, route.steps.count()) == (1, 2)
    assert route.reason == "2,000.00 元，走“1,000.00 元起，没有上限”这一档（办法，第 1 版）"


def test_whoever_decides_is_told_of_a_new_version(cast, paper):
    """By the old one or by the new: nobody widens his own range unseen. Seen to fail without the notices."""
    change(cast, authority="我自己", ranges=(Range(0, None, ("approve-director",)),))
    said = "陈主任录入了审批档第 2 版，2026-11-23 起用，依据：我自己"
    told = Notice.objects.filter(text=said).order_by("to__code").values_list("to__code", flat=True)
    assert list(told) == ["vice-principal"]
