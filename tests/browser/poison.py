"""Puts every payload of A32 into every text of the slice, through the actions:
poison.py <out.json>, with HOUQIN_DATA set."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import django

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(2)>',
    "</script><script>alert(3)</script>",
    "' onfocus=alert(4) autofocus x='",
    "javascript:alert(5)",
    "{{7*7}}{% now 'Y' %}",
    "${7*7}",
    "`alert(8)`",
    "&lt;b&gt;&amp;#60;i&#62;",
    "<iframe srcdoc='<script>alert(10)</script>'>",
    "a\u202eb\u2066c",
    "👩‍🔧🏫",
)


def main(out: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "houqin.config.settings"
    django.setup()
    Path(out).write_text(json.dumps([poison(at, text) for at, text in enumerate(PAYLOADS)]))


def poison(at: int, text: str) -> dict[str, object]:
    """A place, a person and two repairs whose every text is the payload."""
    from houqin.areas.repairs import actions as repairs
    from houqin.areas.repairs.models import FaultType
    from houqin.kernel.act import Act
    from houqin.kernel.matters.models import Matter
    from houqin.kernel.people import actions as people
    from houqin.kernel.people.models import Person, Post
    from houqin.kernel.places import actions as places
    from houqin.kernel.places.models import Place
    from houqin.kernel.signatures.actions import Signed

    start = datetime.fromisoformat("2026-11-23T07:41:00+08:00") + timedelta(seconds=4 * at)
    worker, director = Person.objects.get(code="repairman"), Person.objects.get(code="director")

    def act(by: Person) -> Act:
        return Act(by=by, at=start, via="test")

    place = places.enter(code=f"xss-{at}", name=text, kind="room", use="teaching", owner=director,
                         parent=Place.objects.get(code="c32").parent, act=act(director))  # fmt: skip
    label = places.hang_label(place, act=act(director))
    person = people.enrol(code=f"xss-{at}", name=text[:30], phone=text[:20], act=act(director))
    people.assign(person, post=Post.objects.get(code="teacher"), from_on=start.date(), act=act(director))
    kind = FaultType.objects.get(code="W04")
    open_one = repairs.report(place=place, fault_type=kind, detail=text, act=act(person))
    done = repairs.report(place=place, fault_type=kind, detail=text, act=act(person))
    matters = [Matter.objects.get(pk=getattr(one, "matter_id", one.pk)) for one in (open_one, done)]
    repairs.nudge(matters[0], note=text, act=act(director))
    part = {"name": text, "unit": text[:4], "quantity_milli": 1000, "price_fen": 100}
    repairs.finish(matters[1], cause="wear", fix=text, parts=[part], photos=[], act=act(worker))
    matters[1].refresh_from_db()
    repairs.reopen(matters[1], note=text, act=act(person))
    matters[1].refresh_from_db()
    repairs.finish(matters[1], cause="wear", fix=text, parts=[part], photos=[], act=act(worker))
    matters[1].refresh_from_db()
    repairs.sign(matters[1], rating=5, remark=text, signature=Signed("login"), act=act(person))
    return {
        "text": text,
        "place": place.pk,
        "token": label.token,
        "open": matters[0].number,
        "done": matters[1].number,
    }


if __name__ == "__main__":
    main(sys.argv[1])
