"""A decision about money after ten idle minutes: the password first, and nothing that was written is lost."""

import pytest

from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.tests.scene import Scene
from houqin.kernel.matters.models import Matter
from tests.cast import looked_at

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(house) -> Matter:
    """An outside repair of 200 元 that waits for the director."""
    scene = Scene.of(house.cast)
    matter = scene.report()
    repairs.ask_contractor(
        matter, contractor="青禾水电", cost_fen=20_000, note="要登高", act=scene.act("repairman")
    )
    return scene.again(matter)


def state(matter: Matter) -> str:
    return Matter.objects.get(pk=matter.pk).state


def test_who_was_away_gives_his_password_and_loses_no_word(house, asked):
    """Seen to fail with `is_fresh` left out of `slips.take`."""
    client, slip = house.client("director"), f"/matters/{asked.number}/agree/"
    assert client.get(slip).status_code == 200
    house.clock.go(minutes=11)
    said = {"step": looked_at(asked).pk, "note": "同意，先看报价"}
    door = f"/me/again/?next=%2Fmatters%2F{asked.number}%2Fagree%2F"
    assert client.get(slip).headers["Location"] == door
    kept = client.post(slip, said)
    page = kept.content.decode()
    assert (kept.status_code, state(asked)) == (422, "approving")
    assert "同意，先看报价" in page and "先再填一次密码" in page
    assert f'href="/me/again/?next=%2Fmatters%2F{asked.number}%2F" target="_blank"' in page
    client.post("/me/again/", {"now": PASSWORD, "next": "/"})
    assert (client.post(slip, said).status_code, state(asked)) == (303, "assigned")


def test_what_is_no_decision_asks_no_password_and_is_refused_as_it_is(house, asked):
    """A slip filled without a net: 409, kept by the phone; not a redirect that it takes for 送到了.
    Seen to fail with the password asked before the state."""
    client = house.client("director")
    house.clock.go(minutes=11)
    part = {"HX-Request": "true"}
    said = {"reason": "parts", "_seen": "assigned"}
    late = client.post(f"/matters/{asked.number}/pause/", said, headers=part)
    assert (late.status_code, late.headers.get("HX-Redirect"), state(asked)) == (409, None, "approving")


def test_a_password_that_is_asked_for_is_no_success(house):
    """HX-Redirect with 401: the queue of a phone waits. Seen to fail with 204."""
    client = house.client("director")
    house.clock.go(minutes=11)
    answer = client.post("/me/tokens/", {}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/me/again/?next=%2Fme%2Ftokens%2F")
