"""One intent, one effect; and not too often."""

from dataclasses import replace
from datetime import timedelta

import pytest

from houqin.kernel.doors import actions as doors
from houqin.kernel.doors.models import Operation
from houqin.kernel.errors import Refused, TooMany
from houqin.kernel.matters.models import Matter
from tests import cast as people
from tests.unit.test_matters import open_chore

OP = "0f1e2d3c-0000-4000-8000-000000000001"


def send(cast, act, body="a", device="", door="test"):
    return doors.once(act, door, body, lambda: open_chore(cast), device=device)


def test_the_second_sending_gets_the_first_ones_answer(cast):
    act = cast.act("teacher", op=OP)
    first = send(cast, act)
    assert send(cast, act) == first == ("kernel.matter", str(Matter.objects.get().pk))


def test_the_same_op_with_another_body_is_refused(cast):
    act = cast.act("teacher", op=OP)
    send(cast, act)
    with pytest.raises(Refused, match="内容和那次不一样"):
        send(cast, act, body="b")
    assert Matter.objects.count() == 1


def test_a_refusal_is_not_kept(cast):
    act = cast.act("teacher", op=OP)

    def refuse():
        raise Refused("不行。")

    with pytest.raises(Refused, match="不行"):
        doors.once(act, "test", "a", refuse)
    assert (Operation.objects.count(), send(cast, act, body="b")[0]) == (0, "kernel.matter")


def test_another_persons_op_is_another_intent(cast):
    send(cast, cast.act("teacher", op=OP))
    send(cast, cast.act("director", op=OP))
    assert Matter.objects.count() == 2


def test_a_visitors_device_stands_for_him(cast):
    act = replace(people.visitor(), op=OP)
    assert send(cast, act, device="d1") == send(cast, act, device="d1")
    send(cast, act, device="d2")
    assert Matter.objects.count() == 2


def test_operations_are_forgotten_after_72_hours_but_those_from_offline(cast):
    send(cast, cast.act("teacher", op=OP))
    act = cast.act("teacher", op=OP[:-1] + "2")
    send(cast, replace(act, happened_at=act.at - timedelta(hours=1)))
    assert doors.forget_old(act=people.system(cast.now + timedelta(hours=73))) == 1
    assert list(Operation.objects.values_list("kept", flat=True)) == [True]


def test_one_too_many(cast):
    for _ in range(3):
        doors.count_try("door", "me", limit=3, seconds=600, act=people.visitor())
    with pytest.raises(TooMany, match="过 10 分钟再来") as refused:
        doors.count_try("door", "me", limit=3, seconds=600, act=people.visitor())
    assert refused.value.wait == 600
    doors.count_try("door", "you", limit=3, seconds=600, act=people.visitor())
    doors.count_try("door", "me", limit=3, seconds=600, act=people.visitor(cast.now + timedelta(minutes=10)))
